package profiles_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
	"github.com/scimctl/scimctl/profiles"
)

// resolved is a built-in profile in one environment.
type resolved struct {
	name string
	*profile.Resolved
}

// every resolves every built-in profile in each of its environments and reports
// every diagnostic, of whatever severity.
func every(t *testing.T) []resolved {
	t.Helper()
	var all []resolved
	for _, name := range profiles.Names() {
		data, ok := profiles.Read(name)
		if !ok {
			t.Fatalf("%s cannot be read", name)
		}
		file, problems := profile.Load(name+".yaml", data)
		report(t, problems)
		if len(file.Profiles) != 1 || file.Profiles[0].Name != name {
			t.Fatalf("%s.yaml does not hold the one profile %s", name, name)
		}
		p := file.Profiles[0]
		environments := p.Environments
		if len(environments) == 0 {
			environments = []string{""}
		}
		for _, env := range environments {
			r, problems := p.Resolve(profile.Options{Environment: env, Sandbox: true, Values: map[string]string{"mail": "it@contoso.com"}})
			report(t, problems)
			if r == nil {
				t.Fatalf("%s %s does not resolve", name, env)
			}
			all = append(all, resolved{name + "/" + env, r})
		}
	}
	return all
}

func report(t *testing.T, problems diag.List) {
	t.Helper()
	for _, d := range problems {
		t.Errorf("%v\n%s", d, d.Detail)
	}
}

func TestNoDiagnostics(t *testing.T) {
	all := every(t)
	if len(all) != 8 {
		t.Fatalf("%d profiles and environments, want 8", len(all))
	}
	for _, r := range all {
		mappings, problems := profiletest.ObjectMappings(r.Resolved)
		report(t, problems)
		for _, m := range mappings {
			report(t, mapping.Lint(m, mapping.LintOptions{SyncAll: r.Settings.SyncAll != nil && *r.Settings.SyncAll}))
		}
	}
}

func TestOwnTests(t *testing.T) {
	for _, r := range every(t) {
		results, problems := profiletest.Run(t.Context(), r.Resolved, profiletest.Options{ReadFile: profiles.ReadFile, Now: time.Now})
		report(t, problems)
		if len(results) < 4 {
			t.Errorf("%s: %d tests, want some for creating, switching off and leaving alone", r.name, len(results))
		}
		for _, result := range results {
			for _, f := range result.Failures {
				t.Errorf("%s: %s: %s\n  want %s\n  got  %s\n  at %s", r.name, result.Name, f.What, f.Want, f.Got, f.Where)
			}
		}
	}
}

// TestGoldensAreUsed: every file of testdata belongs to a test of a profile.
func TestGoldensAreUsed(t *testing.T) {
	used := map[string]bool{}
	for _, r := range every(t) {
		for _, test := range r.Tests {
			if test.Expect.Request != "" {
				used[test.Expect.Request] = true
			}
		}
	}
	for _, name := range profiles.Names() {
		if !slices.ContainsFunc(slices.Collect(keys(used)), func(file string) bool { return strings.HasPrefix(file, "testdata/"+name+"/") }) {
			t.Errorf("%s has no expected request", name)
		}
	}
	for file := range used {
		if data, err := profiles.ReadFile(file); err != nil || !strings.Contains(string(data), "Content-Type: application/scim+json\n\n{") {
			t.Errorf("%s: %v", file, err)
		}
	}
	if _, err := profiles.ReadFile("testdata/none.http"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func keys(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestRead(t *testing.T) {
	for _, name := range []string{"", "none", "../profiles/idmelon", `a\b`, "testdata/idmelon/create-user"} {
		if _, ok := profiles.Read(name); ok {
			t.Errorf("Read(%q) finds something", name)
		}
	}
	if !slices.IsSorted(profiles.Names()) {
		t.Error("the names are not sorted")
	}
}

// find returns one environment of a profile.
func find(t *testing.T, name string) *profile.Resolved {
	t.Helper()
	for _, r := range every(t) {
		if r.name == name {
			return r.Resolved
		}
	}
	t.Fatalf("no profile %s", name)
	return nil
}

func describe(a mapping.Attribute) string {
	source := a.Source.Value
	if a.Kind == mapping.Expression {
		source = mapping.Canonical(source)
	}
	text := fmt.Sprintf("%s <- %s", a.Target.Value, source)
	if a.Match > 0 {
		text += fmt.Sprintf(" (match %d)", a.Match)
	}
	return text
}
