package mapping_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// FuzzObjectMapping feeds a mapping and a filter that nobody would write to
// everything that reads them.
func FuzzObjectMapping(f *testing.F) {
	f.Add("title", 2, `Join(" ", [givenName], [surname])`, "x", "department", "REGEX MATCH", "^a(b|c)*$", "abc")
	f.Add(`emails[type eq "work"].value`, 0, "mail", "", "mail", "IS NULL", "", "")
	f.Add("urn:example:User:a", 1, "constant", "d", "level", "Greater_Than", "5", "7")
	base := objectMapping(f, "User")
	f.Fuzz(func(t *testing.T, target string, kind int, source, fallback, attr, operator, value, has string) {
		m := base
		a := attribute(target, source)
		a.Kind = mapping.Kind(uint(kind) % 4)
		a.Default = &fallback
		m.Attributes = append(slices.Clone(m.Attributes), a)
		m.Scope = &entra.Filter{Groups: []entra.FilterGroup{{Name: "f", Clauses: []entra.FilterClause{clause(attr, operator, value)}}}}
		for _, o := range []mapping.LintOptions{{}, {Live: true, SyncAll: true}} {
			mapping.Lint(m, o)
		}
		p, problems := mapping.Compile(m)
		if (p == nil) != problems.HasErrors() {
			t.Fatalf("program %v, problems %v", p, problems)
		}
		if p == nil {
			return
		}
		o := object(t, "User", map[string]any{attr: has, source: has})
		in, results := p.InScope(o)
		if len(results) != 1 || results[0].Holds != in {
			t.Fatalf("in scope %v, clauses %+v", in, results)
		}
		p.Map(machine(), o)
	})
}

// TestProgramIsSafeForConcurrentUse is for the race detector.
func TestProgramIsSafeForConcurrentUse(t *testing.T) {
	m := objectMapping(t, "User")
	m.Scope = &entra.Filter{Groups: []entra.FilterGroup{{Clauses: []entra.FilterClause{clause("mail", "REGEX MATCH", "^a.*$")}}}}
	p := compile(t, m)
	o := object(t, "User", map[string]any{"mail": "abc", "givenName": "Ann"})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			mc := machine()
			for range 200 {
				if in, _ := p.InScope(o); !in {
					t.Error("out of scope")
				}
				if r := p.Map(mc, o); len(r.Values) < 3 {
					t.Errorf("%d values", len(r.Values))
				}
			}
		})
	}
	wg.Wait()
}
