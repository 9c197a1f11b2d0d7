package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/internal/version"
)

// TestVersionStartsEarly looks at what is initialised before `scimctl version`
// answers: none of the libraries that the verbs of a tenant need.
func TestVersionStartsEarly(t *testing.T) {
	program := filepath.Join(t.TempDir(), "scimctl.exe")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	initialised := func(args ...string) (stdout string, packages int, trace string) {
		c := exec.CommandContext(t.Context(), program, args...)
		c.Env = append(os.Environ(), "GODEBUG=inittrace=1")
		var out, errs bytes.Buffer
		c.Stdout, c.Stderr = &out, &errs
		if err := c.Run(); err != nil {
			t.Fatalf("scimctl %v: %v\n%s", args, err, errs.String())
		}
		return out.String(), strings.Count(errs.String(), "init "), errs.String()
	}

	out, few, trace := initialised("version")
	if out != version.Line() {
		t.Errorf("version prints %q, want %q", out, version.Line())
	}
	for _, slow := range []string{"net/http ", "crypto/tls ", "regexp2", "azidentity", "lipgloss"} {
		if strings.Contains(trace, slow) {
			t.Errorf("version initialises %s", slow)
		}
	}
	out, all, _ := initialised("version", "-o", "text")
	if out != version.Line() {
		t.Errorf("version -o text prints %q, want %q", out, version.Line())
	}
	if few*3 > all {
		t.Errorf("version initialises %d packages of %d", few, all)
	}
}
