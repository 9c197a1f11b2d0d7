package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

func withTags(sp entra.ServicePrincipal, id string, tags ...string) entra.ServicePrincipal {
	sp.ID, sp.Tags = id, tags
	return sp
}

func TestRefusals(t *testing.T) {
	other := withTags(principal(), "44444444-4444-4444-8444-444444444444", "scimctl:example/test")
	cases := []struct {
		name    string
		change  func(*profile.Resolved, *plan.Observed)
		flag    string
		reason  string
		choices []string // words of each choice
	}{
		{"other tenant", func(r *profile.Resolved, _ *plan.Observed) { r.Tenant = text("fabrikam.com") }, "", "the profile is for tenant fabrikam.com, but the sign-in is to contoso.onmicrosoft.com", nil},
		{"unknown tenant", func(r *profile.Resolved, o *plan.Observed) {
			r.Tenant = text("fabrikam.com")
			o.Tenant = entra.Tenant{}
		}, "", "could not be read", nil},
		{"unmarked", func(_ *profile.Resolved, o *plan.Observed) {
			o.Candidates = []plan.Candidate{{ServicePrincipal: withTags(principal(), spID), Created: "2026-01-01T00:00:00Z"}}
		}, "--adopt", "was not made by scimctl", []string{spID, "created 2026-01-01", "the non-gallery template"}},
		{"of another profile", func(_ *profile.Resolved, o *plan.Observed) {
			o.Candidates = []plan.Candidate{{ServicePrincipal: withTags(principal(), spID, "scimctl:other/")}}
		}, "--adopt", "belongs to the profile other", []string{"of profile other"}},
		{"several unmarked", func(_ *profile.Resolved, o *plan.Observed) {
			o.Candidates = []plan.Candidate{{ServicePrincipal: withTags(principal(), spID)}, {ServicePrincipal: withTags(other, other.ID)}}
		}, "", `2 enterprise applications are named "Example"`, []string{spID, other.ID}},
		{"several marked", func(_ *profile.Resolved, o *plan.Observed) {
			o.Candidates = []plan.Candidate{{ServicePrincipal: principal(), Tagged: true}, {ServicePrincipal: other, Tagged: true}}
		}, "", "carry the mark scimctl:example/test", []string{spID, other.ID}},
		{"several existing", func(r *profile.Resolved, o *plan.Observed) {
			r.App.Existing = &profile.Existing{Name: "Money"}
			o.Candidates = []plan.Candidate{{ServicePrincipal: principal()}, {ServicePrincipal: other}}
		}, "", `2 enterprise applications are named "Money"`, []string{spID, other.ID}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, o := whole(), empty()
			c.change(r, o)
			p := plan.Build(r, o, plan.Options{})
			if len(p.Steps) > 0 {
				t.Errorf("a refused plan has the steps %s", kinds(p))
			}
			if len(p.Refusals) != 1 {
				t.Fatalf("refusals %v", p.Refusals)
			}
			got := p.Refusals[0]
			if got.Flag != c.flag || !strings.Contains(got.Reason, c.reason) || (len(got.Choices) > 0) != (len(c.choices) > 0) {
				t.Errorf("refused with %q: %s", got.Flag, got.Reason)
			}
			for _, w := range c.choices {
				if !strings.Contains(strings.Join(got.Choices, "\n"), w) {
					t.Errorf("choices %v do not name %s", got.Choices, w)
				}
			}
		})
	}
}

func TestTenantByAnyName(t *testing.T) {
	for _, name := range []string{"", "Contoso.com", "contoso.onmicrosoft.com", strings.ToUpper(tenantID)} {
		r := whole()
		r.Tenant = text(name)
		if p := plan.Build(r, empty(), plan.Options{}); len(p.Refusals) > 0 {
			t.Errorf("tenant %q: %v", name, p.Refusals)
		}
	}
}

func TestMarkedApplicationIsOurs(t *testing.T) {
	o := ready(t)
	o.Candidates = append(o.Candidates, plan.Candidate{ServicePrincipal: withTags(principal(), "44444444-4444-4444-8444-444444444444")})
	p := plan.Build(whole(), o, plan.Options{})
	if len(p.Steps) > 0 || len(p.Refusals) > 0 || p.App.Adopted || p.App.ServicePrincipalID != spID || p.App.JobID != "scim.x.y" {
		t.Errorf("plan %s about %+v, refused %v", kinds(p), p.App, p.Refusals)
	}
}

func TestAdopt(t *testing.T) {
	o := ready(t)
	o.Candidates[0].Tagged = false
	o.Candidates[0].ServicePrincipal.Tags = []string{"Custom"}
	p := plan.Build(whole(), o, plan.Options{Adopt: true})
	s := step(t, p, plan.TagApp)
	if s.Tag != "scimctl:example/test" || !p.App.Adopted {
		t.Errorf("adopted %t with the tag %q", p.App.Adopted, s.Tag)
	}
	// The next run finds it by its mark, and still knows that somebody else made it.
	o.Candidates[0].ServicePrincipal.Tags = plan.Retag([]string{"Custom"}, s.Tag)
	o.Candidates[0].Tagged = true
	if p = plan.Build(whole(), o, plan.Options{}); len(p.Steps) > 0 || !p.App.Adopted {
		t.Errorf("plan %s, adopted %t", kinds(p), p.App.Adopted)
	}
}

func TestRetag(t *testing.T) {
	cases := []struct {
		name     string
		tags     []string
		want     []string
		owned    string
		hasOwner bool
	}{
		{"somebody's", []string{"Custom"}, []string{"Custom", "scimctl:adopted", "scimctl:example/test"}, "", false},
		{"of another profile", []string{"scimctl:other/", "Custom"}, []string{"Custom", "scimctl:example/test"}, "other", true},
		{"adopted by another profile", []string{"scimctl:adopted", "scimctl:other/prod"}, []string{"scimctl:adopted", "scimctl:example/test"}, "other/prod", true},
		{"ours", []string{"scimctl:example/test"}, []string{"scimctl:example/test"}, "example/test", true},
	}
	for _, c := range cases {
		if got := plan.Retag(c.tags, "scimctl:example/test"); !slices.Equal(got, c.want) {
			t.Errorf("%s: tags %v, want %v", c.name, got, c.want)
		}
		if owner, ok := plan.Owner(c.tags); owner != c.owned || ok != c.hasOwner {
			t.Errorf("%s: owner %q %t", c.name, owner, ok)
		}
	}
}

func TestNamesakeOfAnotherTemplateIsLeftAlone(t *testing.T) {
	o := empty()
	sp := withTags(principal(), spID)
	sp.ApplicationTemplateID = "a gallery template"
	o.Candidates = []plan.Candidate{{ServicePrincipal: sp}}
	p := plan.Build(whole(), o, plan.Options{})
	step(t, p, plan.CreateApp)
	if len(p.Notes) != 1 || !strings.Contains(p.Notes[0], spID) {
		t.Errorf("notes %v", p.Notes)
	}
}

func TestExisting(t *testing.T) {
	for what, e := range map[string]*profile.Existing{
		"the object id " + spID:        {ServicePrincipal: spID, Where: at(4)},
		"the client id " + appID:       {AppID: appID, Where: at(4)},
		`the display name "Something"`: {Name: "Something", Where: at(4)},
	} {
		r := whole()
		r.App.Existing = e
		p := plan.Build(r, empty(), plan.Options{})
		wantProblem(t, p, "SC4006", at(4), what, "never created", "contoso.onmicrosoft.com")
		if len(p.Steps) > 0 {
			t.Errorf("steps %s", kinds(p))
		}

		o := ready(t)
		o.Candidates[0].Tagged = false
		o.Candidates[0].ServicePrincipal.Tags = []string{"scimctl:other/"}
		p = plan.Build(r, o, plan.Options{})
		if len(p.Steps) > 0 || !p.App.Adopted {
			t.Errorf("existing: steps %s, adopted %t", kinds(p), p.App.Adopted)
		}
		if !strings.Contains(strings.Join(p.Notes, "\n"), "also managed by the profile other") {
			t.Errorf("notes %v", p.Notes)
		}
	}
}

func TestGallery(t *testing.T) {
	gallery := func() *profile.Resolved {
		r := whole()
		r.App.Template.Value = "Klaxoon SAML"
		return r
	}
	one := entra.ApplicationTemplate{ID: "t1", DisplayName: "Klaxoon SAML", Publisher: "Klaxoon", SupportedProvisioningTypes: []string{"sync"}}

	o := empty()
	wantProblem(t, plan.Build(gallery(), o, plan.Options{}), "SC4003", at(3), `no application "Klaxoon SAML"`)

	near := gallery()
	near.App.Template.Value = "nongallery"
	wantProblem(t, plan.Build(near, o, plan.Options{}), "SC4003", at(3), `did you mean "non-gallery"?`)

	two := one
	two.ID = "t2"
	o.Templates = []entra.ApplicationTemplate{two, one}
	wantProblem(t, plan.Build(gallery(), o, plan.Options{}), "SC4004", at(3), "t1 (Klaxoon SAML, by Klaxoon), t2")

	o.Templates, o.Template = nil, &one
	p := plan.Build(gallery(), o, plan.Options{})
	if s := step(t, p, plan.CreateApp); s.CreateApp.TemplateID != "t1" || !strings.Contains(s.Summary, `the gallery application "Klaxoon SAML"`) {
		t.Errorf("creates %+v", s)
	}
	if s := step(t, p, plan.CreateJob); s.Template != "" || !strings.Contains(s.Summary, "known after create") {
		t.Errorf("creates a job %+v", s)
	}

	one.SupportedProvisioningTypes = []string{"none"}
	wantProblem(t, plan.Build(gallery(), o, plan.Options{}), "SC4005", at(3), "does not offer automatic provisioning")

	// An application that was made from another template.
	r := ready(t)
	r.Template = &one
	wantProblem(t, plan.Build(gallery(), r, plan.Options{}), "SC4007", at(3), "made from the non-gallery template")
}

func TestUnknownRisk(t *testing.T) {
	p := plan.Build(whole(), empty(), plan.Options{AcceptRisks: []string{"replace-mapping"}})
	for _, d := range p.Diagnostics {
		if d.Code == "SC4014" && strings.Contains(d.Summary, `did you mean "replace-mappings"?`) {
			return
		}
	}
	t.Errorf("diagnostics %v", p.Diagnostics)
}

func TestAskFindsVariablesByName(t *testing.T) {
	r := whole()
	r.Lookups = []profile.Lookup{{Variable: "team", Group: "Sales", ID: "stand-in"}}
	r.Assign = &profile.Assign{To: []profile.Assignment{{Group: "stand-in"}, {Group: "Other"}, {User: "ann@contoso.com"}}}
	got := plan.Ask(r).Principals
	want := []entra.PrincipalRef{{Type: entra.GroupPrincipal, Name: "Sales"}, {Type: entra.GroupPrincipal, Name: "Other"}, {Type: entra.UserPrincipal, Name: "ann@contoso.com"}}
	if !slices.Equal(got, want) {
		t.Errorf("asks for %v, want %v", got, want)
	}
}
