// Package archtest holds the import rules of the module as a test.
package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/scimctl/scimctl/"

// allowed lists, for each package, the packages of this module that it may
// import directly. A package that is missing here is an error: say where a new
// one stands before writing it.
var allowed = map[string][]string{
	"pkg/diag":                nil,
	"pkg/entra":               nil,
	"pkg/scim":                nil,
	"pkg/secret":              nil,
	"pkg/permission":          nil,
	"internal/iostreams":      nil,
	"profiles":                nil,
	"pkg/entra/template":      {"pkg/entra"},
	"pkg/expr":                {"pkg/diag"},
	"pkg/scim/client":         {"pkg/scim"},
	"pkg/scim/server":         {"pkg/scim"},
	"pkg/mapping":             {"pkg/diag", "pkg/expr", "pkg/entra", "pkg/scim"},
	"pkg/profile":             {"pkg/diag", "pkg/expr", "pkg/mapping", "pkg/secret"},
	"pkg/engine":              {"pkg/entra", "pkg/mapping", "pkg/scim", "pkg/scim/client"},
	"pkg/profiletest":         {"pkg/diag", "pkg/engine", "pkg/entra", "pkg/entra/template", "pkg/expr", "pkg/mapping", "pkg/profile", "pkg/scim", "pkg/scim/client", "pkg/scim/server"},
	"pkg/endpoint/baseline":   {"pkg/diag", "pkg/endpoint"},
	"pkg/endpoint":            {"pkg/diag", "pkg/mapping", "pkg/scim", "pkg/scim/client"},
	"pkg/preview":             {"pkg/diag", "pkg/engine", "pkg/mapping", "pkg/scim"},
	"pkg/plan":                {"pkg/diag", "pkg/entra", "pkg/mapping", "pkg/profile", "pkg/secret"},
	"pkg/importer":            {"pkg/diag", "pkg/entra", "pkg/mapping", "pkg/plan", "pkg/profile", "pkg/secret"},
	"pkg/apply":               {"pkg/entra", "pkg/mapping", "pkg/plan", "pkg/secret"},
	"pkg/census":              {"pkg/entra", "pkg/mapping", "pkg/plan"},
	"pkg/graph":               {"pkg/entra", "pkg/secret"},
	"pkg/emulator":            {"pkg/emulator/odata", "pkg/emulator/syncschema", "pkg/diag", "pkg/entra", "pkg/entra/template", "pkg/expr", "pkg/engine", "pkg/mapping", "pkg/scim", "pkg/scim/client", "pkg/scim/server"},
	"pkg/emulator/odata":      nil,
	"pkg/emulator/syncschema": {"pkg/diag", "pkg/expr"},
	"internal/render":         {"pkg/diag", "pkg/expr", "pkg/entra", "pkg/plan", "pkg/apply", "pkg/endpoint", "pkg/endpoint/baseline", "pkg/engine", "pkg/importer", "pkg/mapping", "pkg/permission", "pkg/preview", "pkg/profiletest", "internal/iostreams"},
	"internal/archtest":       nil,
	"internal/converge":       nil,
	"internal/version":        nil,
	"internal/version/early":  {"internal/version"},
	"cmd/scimctl":             {"cmd", "internal/version/early"},
	"cmd":                     {"*"},
}

// alone lists outside modules that only some packages may import, with the
// reason for the fence.
var alone = []struct {
	prefix   string
	packages []string
	reason   string
}{
	{"github.com/microsoftgraph/", []string{"pkg/graph"}, "the SDK costs minutes to compile where it spreads"},
	{"github.com/microsoft/kiota", []string{"pkg/graph"}, "the SDK's transport belongs to one package"},
	{"github.com/Azure/", []string{"pkg/graph"}, "sign-in belongs to one package"},
	{"go.yaml.in/", []string{"pkg/profile", "pkg/endpoint/baseline"}, "positions are kept where files are read"},
	{"github.com/charmbracelet/", []string{"internal/render"}, "looks belong to one package"},
	{"github.com/spf13/", []string{"cmd"}, "commands are wiring"},
}

// never lists packages that nothing may reach, directly or not.
var never = map[string]string{
	"github.com/microsoftgraph/msgraph-sdk-go":        "the root client costs 4.5 GB to compile and loses schema data",
	"github.com/microsoftgraph/msgraph-sdk-go/models": "the models lose schema data",
}

// pure packages have no network and no disk of their own.
var pure = []string{"pkg/diag", "pkg/entra", "pkg/expr", "pkg/scim", "pkg/mapping", "pkg/plan"}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

// TestImports checks every package of the module against the tables.
func TestImports(t *testing.T) {
	packages := list(t)
	if len(packages) < 15 {
		t.Fatalf("go list found %d packages; the test looks at the wrong place", len(packages))
	}
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, module)
		may, known := allowed[name]
		if !known {
			t.Errorf("%s has no row in the import table", name)
			continue
		}
		for _, imported := range p.Imports {
			if inside, ok := strings.CutPrefix(imported, module); ok {
				if !slices.Contains(may, inside) && !slices.Contains(may, "*") {
					t.Errorf("%s must not import %s", name, inside)
				}
				continue
			}
			for _, fence := range alone {
				if strings.HasPrefix(imported, fence.prefix) && !slices.Contains(fence.packages, name) {
					t.Errorf("%s must not import %s: %s", name, imported, fence.reason)
				}
			}
			if slices.Contains(pure, name) && slices.Contains([]string{"net", "net/http", "os", "os/exec", "math/rand", "math/rand/v2", "crypto/rand"}, imported) {
				t.Errorf("%s is pure and must not import %s", name, imported)
			}
		}
		for _, dep := range p.Deps {
			if reason, ok := never[dep]; ok {
				t.Errorf("%s reaches %s: %s", name, dep, reason)
			}
		}
	}
	for name := range allowed {
		if name != "internal/archtest" && !slices.ContainsFunc(packages, func(p listed) bool { return p.ImportPath == module+name }) {
			t.Errorf("the import table has %s, which is no package", name)
		}
	}
}

// TestFewDependencies keeps the program small: non-standard packages linked
// into scimctl.
func TestFewDependencies(t *testing.T) {
	const limit = 180
	for _, p := range list(t) {
		if p.ImportPath != module+"cmd/scimctl" {
			continue
		}
		outside := 0
		for _, dep := range p.Deps {
			if first, _, _ := strings.Cut(dep, "/"); strings.Contains(first, ".") {
				outside++
			}
		}
		if outside > limit {
			t.Errorf("scimctl links %d non-standard packages, more than %d", outside, limit)
		}
		return
	}
	t.Fatal("cmd/scimctl not found")
}

func list(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps=false", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	var packages []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
