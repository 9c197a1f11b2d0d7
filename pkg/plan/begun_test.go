package plan_test

import (
	"slices"
	"testing"

	"github.com/scimctl/scimctl/pkg/plan"
)

// TestBegun goes on with an application that a run made and could not tag: no flag is
// needed, it does not count as adopted, and namesakes do not matter.
func TestBegun(t *testing.T) {
	namesake := plan.Candidate{ServicePrincipal: withTags(principal(), "44444444-4444-4444-8444-444444444444")}
	for name, candidates := range map[string][]plan.Candidate{
		"alone":               {{ServicePrincipal: withTags(principal(), spID), Begun: true}},
		"beside a namesake":   {namesake, {ServicePrincipal: withTags(principal(), spID), Begun: true}},
		"twice":               {{ServicePrincipal: withTags(principal(), spID), Begun: true}, {ServicePrincipal: namesake.ServicePrincipal, Begun: true}},
		"beside a tagged one": {{ServicePrincipal: namesake.ServicePrincipal, Tagged: true}, {ServicePrincipal: withTags(principal(), spID), Begun: true}},
	} {
		t.Run(name, func(t *testing.T) {
			r, o := whole(), empty()
			o.Candidates = candidates
			p := plan.Build(r, o, plan.Options{})
			if name == "twice" {
				if len(p.Refusals) != 1 || len(p.Steps) > 0 {
					t.Fatalf("refusals %v, steps %s", p.Refusals, kinds(p))
				}
				return
			}
			if len(p.Refusals) > 0 {
				t.Fatal(p.Refusals)
			}
			i := slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.Kind == plan.TagApp })
			if name == "beside a tagged one" {
				if i >= 0 || p.App.ServicePrincipalID != namesake.ServicePrincipal.ID {
					t.Errorf("%+v, steps %s", p.App, kinds(p))
				}
				return
			}
			if i < 0 || !p.Steps[i].Made || p.App.Adopted || p.App.ServicePrincipalID != spID {
				t.Errorf("%+v, steps %s", p.App, kinds(p))
			}
		})
	}
}
