package engine

import (
	"crypto/rand"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// expected maps ann by a mapping that has one attribute of each kind.
func expected(t *testing.T) *Expectation {
	t.Helper()
	compute := func(target, expression string) mapping.Attribute {
		return mapping.Attribute{Target: diag.Text{Value: target}, Kind: mapping.Expression, Source: diag.Text{Value: expression}}
	}
	once := direct("title", "jobTitle", 0)
	once.OnCreateOnly = true
	m := mapping.ObjectMapping{Source: mapping.User, Enabled: true, Actions: mapping.AllActions, Attributes: []mapping.Attribute{
		direct("userName", "userPrincipalName", 2), direct("externalId", "objectId", 1), direct("displayName", "displayName", 0),
		once, direct("nickName", "nothing", 0), compute("password", `"fixed"`), compute("locale", `RandomString(8, 1, 1, 1, 0)`),
		compute("timezone", `SelectUniqueValue("a", "b")`), compute("profileUrl", `Left([displayName], [displayName])`),
		compute("userType", `Redact([city])`), compute("active", `Switch([IsSoftDeleted], , "False", "True", "True", "False")`),
		compute("preferredLanguage", `SingleAppRoleAssignment([appRoleAssignments])`),
		direct("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", "manager", 0),
		direct("urn:ietf:params:scim:schemas:extension:acme:2.0:Person:badge", "badge", 0),
	}}
	m.TargetObject.Attributes = []entra.AttributeDefinition{
		{Name: "displayName", Type: entra.TypeString}, {Name: "active", Type: entra.TypeBoolean},
		{Name: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", Type: entra.TypeReference},
	}
	program, problems := mapping.Compile(m)
	if program == nil {
		t.Fatal(problems)
	}
	p, err := NewPreview(Config{Users: program, Env: mapping.Env{Now: time.Now, Random: rand.Reader}})
	if err != nil {
		t.Fatal(err)
	}
	o, err := mapping.NewObject(mapping.User, map[string]any{
		"objectId": "1", "userPrincipalName": "ann@contoso.com", "displayName": "Ann", "jobTitle": "Engineer", "accountEnabled": true,
		"city": "Aarhus", "manager": "2", "badge": "77", "appRoleAssignments": "User",
	})
	if err != nil {
		t.Fatal(err)
	}
	x, err := p.Expect(Subject{Object: o, Assigned: true})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

const stored = `{"id": "17", "externalId": "1", "userName": "Ann@contoso.com", "displayName": "ANN", "title": "Boss", "nickName": "Al", "active": "true",
	"userType": "Aarhus", "locale": "zzz",
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": "18"}}}`

func TestExpectationMatches(t *testing.T) {
	x := expected(t)
	var got []string
	for _, m := range x.Matches() {
		got = append(got, m.Filter.String())
	}
	if diff := cmp.Diff([]string{`externalId eq "1"`, `userName eq "ann@contoso.com"`}, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"2"}, x.References()); diff != "" {
		t.Error(diff)
	}
}

func TestExpectationCompare(t *testing.T) {
	const manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"
	const badge = "urn:ietf:params:scim:schemas:extension:acme:2.0:Person:badge"
	usual := map[string]Standing{
		"userName":   Differs, // not in the attribute list, so its letter case counts
		"externalId": Same, "displayName": Same, "active": Same, "userType": Same, manager: Same, badge: Lacking, "title": Uncompared,
		"nickName": Uncompared, "password": Uncompared, "locale": Uncompared, "timezone": Uncompared, "preferredLanguage": Uncompared, "profileUrl": Failing,
	}
	for _, tt := range []struct {
		name    string
		stored  string
		created bool
		links   map[string]string
		differ  map[string]Standing // from usual
	}{
		{"updated", stored, false, map[string]string{"2": "18"}, nil},
		{"created", stored, true, map[string]string{"2": "18"}, map[string]Standing{"title": Differs, badge: Uncompared}},
		{"another manager", stored, false, map[string]string{"2": "19"}, map[string]Standing{manager: Differs}},
		{"manager who is not there", stored, false, nil, map[string]Standing{manager: Uncompared}},
		{"nothing", `{}`, false, map[string]string{"2": "18"}, map[string]Standing{
			"userName": Lacking, "externalId": Lacking, "displayName": Lacking, "active": Lacking, "userType": Lacking, manager: Lacking,
		}},
		{"other values", `{"userName": "ann@contoso.com", "externalId": "2", "displayName": "Anna", "active": false, "userType": "x"}`, false, nil, map[string]Standing{
			"userName": Same, "externalId": Differs, "displayName": Differs, "active": Differs, "userType": Differs, manager: Uncompared,
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			have, err := scim.ParseObject([]byte(tt.stored))
			if err != nil {
				t.Fatal(err)
			}
			all := expected(t).Compare(have, tt.created, tt.links)
			if len(all) != len(usual) {
				t.Errorf("%d comparisons, want %d", len(all), len(usual))
			}
			for _, c := range all {
				want, differs := tt.differ[c.Target]
				if !differs {
					want = usual[c.Target]
				}
				if c.Standing != want {
					t.Errorf("%s is %q, want %q: %s", c.Target, c.Standing, want, c.Why)
				}
				if (c.Why == "") == (c.Standing == Uncompared || c.Standing == Failing) {
					t.Errorf("%s, %s: why is %q", c.Target, c.Standing, c.Why)
				}
			}
		})
	}
}

// TestExpectationCovers: what Redact hides is in no comparison.
func TestExpectationCovers(t *testing.T) {
	have, err := scim.ParseObject([]byte(stored))
	if err != nil {
		t.Fatal(err)
	}
	x := expected(t)
	if got := x.Covered("400: Aarhus is no city"); got != "400: [Redact] is no city" {
		t.Errorf("covered: %s", got)
	}
	for _, c := range x.Compare(have, false, nil) {
		if c.Target != "userType" {
			continue
		}
		got, err := json.Marshal(c)
		if want := `{"target":"userType","standing":"same","expected":"[Redact]","found":"[Redact]"}`; err != nil || string(got) != want {
			t.Errorf("%s (%v), want %s", got, err, want)
		}
	}
}
