package endpoint_test

import (
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// mapped builds an object mapping of targets; the first matches.
func mapped(targets ...string) *mapping.ObjectMapping {
	m := &mapping.ObjectMapping{Name: "users"}
	for i, name := range targets {
		a := mapping.Attribute{}
		a.Target.Value = name
		if i == 0 {
			a.Match = 1
		}
		m.Attributes = append(m.Attributes, a)
	}
	return m
}

// TestProfile drives the requests by a profile that matches on an attribute of its own
// extension and has types, a constant and an attribute for creates only.
func TestProfile(t *testing.T) {
	url, _ := target(t, nil)
	m := mapped(extension+":badge", "userName", "active", extension+":level", "userType", `emails[type eq "work"].value`, extension+":since")
	m.Attributes[4].Kind, m.Attributes[4].Source.Value = mapping.Constant, "Member"
	m.Attributes[6].OnCreateOnly = true
	m.TargetObject = entra.ObjectDefinition{Attributes: []entra.AttributeDefinition{
		{Name: extension + ":level", Type: entra.TypeInteger}, {Name: extension + ":since", Type: entra.TypeDateTime}, {Name: "active", Type: entra.TypeBoolean},
	}}
	report := test(t, endpoint.Options{URL: url, Users: m, NoGroups: true})
	var sent strings.Builder
	for _, r := range report.Results {
		if r.Status == endpoint.Fail {
			t.Errorf("%s: %+v", r.Check.ID, r.Failed())
		}
		if r.Check.Needs&endpoint.GroupObjects != 0 && r.Cause != endpoint.Excluded {
			t.Errorf("%s %s %s, although groups are not provisioned", r.Check.ID, r.Status, r.Cause)
		}
		for _, x := range r.Traffic {
			if strings.Contains(x.URL, "/Groups") && r.Check.Group != endpoint.Query && r.Check.Group != endpoint.Optional {
				t.Errorf("%s asks %s", r.Check.ID, x.URL)
			}
			sent.WriteString(x.Method + " " + x.URL + " " + string(x.RequestBody) + "\n")
		}
	}
	for _, want := range []string{
		`"level":41`, `"userType":"Member"`, `"since":"2024-05-01T07:08:09Z"`, `Replace","path":"` + extension + `:level","value":42`,
		"filter=" + strings.ReplaceAll(extension, ":", "%3A") + "%3Abadge%20eq%20%22",
	} {
		if !strings.Contains(sent.String(), want) {
			t.Errorf("no request has %s", want)
		}
	}
	if strings.Contains(sent.String(), `"path":"`+extension+`:since","value":"2024-05-02`) {
		t.Error("an attribute for creates only is changed")
	}
}

// TestProfileErrors refuses mappings that cannot be read.
func TestProfileErrors(t *testing.T) {
	if _, err := endpoint.New(endpoint.Options{URL: "https://h.example", Users: mapped("emails[")}); err == nil || !strings.Contains(err.Error(), "emails[") {
		t.Error(err)
	}
	if _, err := endpoint.New(endpoint.Options{URL: "https://h.example", Groups: mapped("members[")}); err == nil {
		t.Error("a broken group mapping is taken")
	}
}

// TestDialects sends no requests of a dialect that is not asked for.
func TestDialects(t *testing.T) {
	url, _ := target(t, nil)
	for _, tt := range []struct {
		dialects []scim.Dialect
		mustNot  string
	}{
		{[]scim.Dialect{scim.EntraCompliant}, `"value":"False"`},
		{[]scim.Dialect{scim.OktaAIW}, `$ref":null`},
		{[]scim.Dialect{scim.Entra}, "Okta SCIM Client"},
	} {
		report := test(t, endpoint.Options{URL: url, Dialects: tt.dialects, Only: []string{"U-0*", "U-12", "O-*", "P-07", "C-26"}})
		ran := 0
		for _, r := range report.Results {
			if r.Status == endpoint.Fail || r.Status == endpoint.NotRun && r.Cause != endpoint.Excluded {
				t.Errorf("%v: %s %s %s %+v", tt.dialects, r.Check.ID, r.Status, r.Reason, r.Failed())
			}
			if r.Status == endpoint.Pass {
				ran++
			}
			if strings.Contains(spill(r), tt.mustNot) {
				t.Errorf("%v: %s sends %s", tt.dialects, r.Check.ID, tt.mustNot)
			}
		}
		if ran < 3 {
			t.Errorf("%v: %d checks ran", tt.dialects, ran)
		}
	}
}

// TestUsersOnly has a server without groups, which no side needs.
func TestUsersOnly(t *testing.T) {
	f := fault{handler: func(c *call) *reply {
		if strings.Contains(c.URL.Path, "/Groups") {
			return failure(404, "", "no groups here")
		}
		return nil
	}, reply: func(c *call, a *reply) {
		switch {
		case c.is("GET", "/ResourceTypes"):
			a.without(func(o *scim.Object) bool { return o.ID() == "Group" })
		case c.is("GET", "/Schemas"):
			a.without(func(o *scim.Object) bool { return o.ID() == scim.GroupSchema })
		}
	}}
	url, _ := target(t, f.wrap)
	report := test(t, endpoint.Options{URL: url})
	for _, r := range report.Results {
		if r.Status == endpoint.Fail {
			t.Errorf("%s: %+v", r.Check.ID, r.Failed())
		}
		if r.Check.Group == endpoint.Groups && r.Cause != endpoint.NotOffered && r.Cause != endpoint.Excluded {
			t.Errorf("%s %s %s", r.Check.ID, r.Status, r.Cause)
		}
	}
	if v := report.Verdict(endpoint.Entra); v.Outcome != endpoint.Works {
		t.Errorf("entra %+v", v)
	}
}
