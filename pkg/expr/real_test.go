package expr

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestReal reads expressions of published guides, templates and issues: each
// parses, its canonical form reads as the same tree and is its own canonical
// form, and what is wrong with it stands in testdata/real.golden.
func TestReal(t *testing.T) {
	text, err := os.ReadFile("testdata/real.txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if len(lines) < 100 {
		t.Fatalf("only %d expressions", len(lines))
	}
	var b strings.Builder
	for _, line := range lines {
		e, problems := Parse(line)
		if len(problems) > 0 {
			t.Errorf("%s\n%v", line, problems)
			continue
		}
		again, problems := Parse(e.String())
		if len(problems) > 0 || !Equal(e.Root, again.Root) || again.String() != e.String() {
			t.Errorf("%s\nis printed as\n%s\nwhich reads as\n%s\n%v", line, e, again, problems)
		}
		found := e.Check(CheckOptions{Inbound: true})
		if len(found) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s\n", line)
		for _, d := range found {
			fmt.Fprintf(&b, "  %s\n", d.Error())
		}
	}
	golden, err := os.ReadFile("testdata/real.golden")
	if *update {
		err = os.WriteFile("testdata/real.golden", []byte(b.String()), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(golden), b.String()); diff != "" && !*update {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
