package scim_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/scim"
)

const (
	enterprise = scim.EnterpriseUserSchema + ":"
	idmelon    = "urn:ietf:params:scim:schemas:extension:IDmelon:2.0:User:"
	klaxoon    = "urn:ietf:params:scim:schemas:extension:klaxoon:2.0:Group:"
)

// value builds an AttributeValue of type String with the values.
func value(t testing.TB, path string, values ...string) scim.AttributeValue {
	t.Helper()
	return scim.AttributeValue{Path: mustPath(t, path), Values: values}
}

func typed(t testing.TB, typ scim.ValueType, path string, values ...string) scim.AttributeValue {
	t.Helper()
	v := value(t, path, values...)
	v.Type, v.Multi = typ, len(values) > 1
	return v
}

func mustPath(t testing.TB, s string) scim.Path {
	t.Helper()
	p, err := scim.ParsePath(s)
	if err != nil {
		t.Fatalf("ParsePath(%q): %v", s, err)
	}
	return p
}

// golden compares the very bytes of a body with a file that was typed by hand
// from the documented requests; there is no flag that rewrites these files.
func golden(t *testing.T, name string, body *scim.Object) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join("testdata", "dialect", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := body.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(bytes.TrimRight(want, "\n")), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestCreateUser(t *testing.T) {
	role := func(id, value, name string) string {
		return `{"id":"` + id + `","value":"` + value + `","displayName":"` + name + `"}`
	}
	tests := []struct {
		golden string
		values []scim.AttributeValue
	}{
		{"create_user", []scim.AttributeValue{
			typed(t, scim.BooleanValue, "active", "True"),
			value(t, `emails[type eq "work"].value`, "anna@contoso.example"),
			value(t, "name.givenName", "Anna"),
			value(t, "name.familyName", "Østby"),
			value(t, "name.formatted", "Anna Østby"),
			value(t, "userName", "anna@contoso.example"),
			value(t, "externalId", "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"),
		}},
		{"create_user_full", []scim.AttributeValue{
			value(t, scim.UserSchema+":userName", "bob"),
			value(t, "title", "Clerk"),
			typed(t, scim.BooleanValue, "active", "False"),
			value(t, "displayName", "Bob <b@c> & Co"),
			value(t, `emails[type eq "home"].value`, "bob@home.example"),
			value(t, `emails[type eq "work"].value`, "bob@work.example"),
			value(t, `addresses[type eq "work"].streetAddress`, "1 Main St"),
			value(t, `addresses[type eq "work"].country`, "FR"),
			value(t, `phoneNumbers[type eq "mobile"].value`, "+33 1"),
			value(t, `roles[primary eq "True"].value`, "Admin"),
			value(t, idmelon+"immutable_id", "im=="),
			typed(t, scim.IntegerValue, idmelon+"level", "7"),
			typed(t, scim.StringValue, idmelon+"tags", "a", "b"),
			value(t, enterprise+"department", "Sales"),
			typed(t, scim.ReferenceValue, enterprise+"manager", "m-1"),
			value(t, "externalId", "42"),
			value(t, "nickName"),                                // no value: not sent
			value(t, "badge", "not an attribute of RFC 7643"),   // skipped on create
			value(t, "urn:acme:1.0:User:badge", "not the rule"), // skipped on create
		}},
		{"create_user_roles", []scim.AttributeValue{
			value(t, "userName", "carol"),
			typed(t, scim.StringValue, "roles", role("r-1", "Admin", "Administrator"), role("r-2", "Reader", "Reader")),
			typed(t, scim.ReferenceValue, enterprise+"manager", ""), // unknown target id: not sent
		}},
	}
	for _, tt := range tests {
		for _, d := range []scim.Dialect{scim.Entra, scim.EntraCompliant, scim.EntraPatch2017} {
			body, err := scim.CreateUser(d, tt.values)
			if err != nil {
				t.Errorf("%s, %s: %v", tt.golden, d, err)
				continue
			}
			golden(t, tt.golden, body)
		}
	}
}

func TestCreateGroup(t *testing.T) {
	body, err := scim.CreateGroup(scim.Entra, []scim.AttributeValue{
		value(t, "displayName", "Sales"),
		typed(t, scim.ReferenceValue, "members", "u-1", "u-2"),
		value(t, klaxoon+"license", "true"),
		value(t, "externalId", "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159"),
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "create_group", body)
}

func TestUpdate(t *testing.T) {
	change := func(v scim.AttributeValue, had bool) scim.Change { return scim.Change{AttributeValue: v, Had: had} }
	role := `{"id":"r-1","value":"Admin","displayName":"Administrator"}`
	roles := typed(t, scim.StringValue, "roles", role)
	roles.Multi = true
	tests := []struct {
		golden  string
		dialect scim.Dialect
		is      []scim.Change
	}{
		{"update_default", scim.Entra, []scim.Change{
			change(value(t, "displayName", "Pvlo"), true),
			change(value(t, `emails[type eq "work"].value`, "a@b.example"), true),
			change(value(t, "name.givenName", "Gtfd"), false),
			change(value(t, enterprise+"employeeNumber", "1"), true),
		}},
		{"update_compliant", scim.EntraCompliant, []scim.Change{
			change(value(t, "displayName", "Bjfe"), true),
			change(value(t, `emails[type eq "work"].value`, "a@b.example"), true),
			change(value(t, "name.givenName", "Kkom"), true),
			change(value(t, "name.familyName", "Unua"), true),
			change(value(t, enterprise+"employeeNumber", "Aklq"), true),
		}},
		{"add_default", scim.Entra, []scim.Change{change(value(t, "nickName", "Babs"), false)}},
		{"add_compliant", scim.EntraCompliant, []scim.Change{change(value(t, "nickName", "Babs"), false)}},
		{"disable_default", scim.Entra, []scim.Change{change(typed(t, scim.BooleanValue, "active", "false"), true)}},
		{"disable_default", scim.EntraPatch2017, []scim.Change{change(typed(t, scim.BooleanValue, "active", "False"), true)}},
		{"disable_compliant", scim.EntraCompliant, []scim.Change{change(typed(t, scim.BooleanValue, "active", "False"), true)}},
		{"manager_default", scim.Entra, []scim.Change{change(typed(t, scim.ReferenceValue, enterprise+"manager", "m-1"), false)}},
		{"manager_compliant", scim.EntraCompliant, []scim.Change{change(typed(t, scim.ReferenceValue, enterprise+"manager", "m-1"), false)}},
		{"role_default", scim.Entra, []scim.Change{
			change(value(t, `roles[primary eq "True"].value`, "Admin"), true), change(roles, false), change(value(t, "title"), true)}},
		{"role_compliant", scim.EntraCompliant, []scim.Change{
			change(value(t, `roles[primary eq "True"].value`, "Admin"), true), change(roles, false), change(value(t, "title"), true)}},
	}
	for _, tt := range tests {
		body, err := scim.UpdateUser(tt.dialect, tt.is)
		if err != nil {
			t.Errorf("%s: %v", tt.golden, err)
			continue
		}
		golden(t, tt.golden, body)
	}
	for name, d := range map[string]scim.Dialect{"rename_default": scim.Entra, "rename_compliant": scim.EntraCompliant} {
		body, err := scim.UpdateGroup(d, []scim.Change{change(value(t, "displayName", "Ventes"), true)})
		if err != nil {
			t.Fatal(err)
		}
		golden(t, name, body)
	}
}

func TestUpdateLeavesUnknownReferencesOut(t *testing.T) {
	body, err := scim.UpdateUser(scim.Entra, []scim.Change{
		{AttributeValue: typed(t, scim.ReferenceValue, enterprise+"manager", "")},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, _ := body.AppendJSON(nil)
	if want := `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[]}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestMembers(t *testing.T) {
	ids := []string{"u-1", "u-2"}
	golden(t, "members_add_default", scim.AddMembers(scim.Entra, ids))
	golden(t, "members_add_compliant", scim.AddMembers(scim.EntraCompliant, ids))
	golden(t, "members_remove_default", scim.RemoveMembers(scim.Entra, ids))
	golden(t, "members_remove_compliant", scim.RemoveMembers(scim.EntraCompliant, ids))
}

func TestValuesThatDoNotFit(t *testing.T) {
	tests := []struct {
		value scim.AttributeValue
		want  string
	}{
		{typed(t, scim.BooleanValue, "active", "yes"), `attribute active: "yes" is not a boolean`},
		{typed(t, scim.IntegerValue, idmelon+"level", "1.5"), `attribute ` + idmelon + `level: "1.5" is not an integer`},
	}
	for _, tt := range tests {
		_, created := scim.CreateUser(scim.Entra, []scim.AttributeValue{tt.value})
		_, updated := scim.UpdateUser(scim.Entra, []scim.Change{{AttributeValue: tt.value}})
		for _, err := range []error{created, updated} {
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		}
	}
	if _, err := scim.CreateUser(scim.Entra, []scim.AttributeValue{value(t, `emails[type co "w"].value`, "x")}); err == nil {
		t.Error("a filter that describes no element was accepted")
	}
}

func TestSkippedOnCreate(t *testing.T) {
	tests := map[string]bool{
		"userName":                 false,
		"name.givenName":           false,
		enterprise + "manager":     false,
		scim.UserSchema + ":title": false,
		idmelon + "immutable_id":   false,
		klaxoon + "license":        false,
		"badge":                    true,
		"urn:ietf:params:scim:schemas:extension:Example:1.0:User:badge": true,
		"urn:acme:2.0:User:badge":                                 true,
		"urn:ietf:params:scim:schemas:extension:Example:2.0:User": true,
	}
	for path, want := range tests {
		if got := scim.SkippedOnCreate(mustPath(t, path)); got != want {
			t.Errorf("SkippedOnCreate(%s) = %v, want %v", path, got, want)
		}
	}
}

func TestDialectOf(t *testing.T) {
	tests := map[string]scim.Dialect{
		"https://a.example/scim":                                       scim.Entra,
		"https://a.example/scim?":                                      scim.Entra,
		"https://a.example/scim?aadOptscim062020":                      scim.EntraCompliant,
		"https://a.example/scim/?AADOPTSCIM062020=1":                   scim.EntraCompliant,
		"https://a.example/scim?x=y&aadOptscim062020":                  scim.EntraCompliant,
		"https://a.example/scim?AzureAdScimPatch2017":                  scim.EntraPatch2017,
		"https://a.example/scim?AzureAdScimPatch2017&aadOptscim062020": scim.EntraCompliant,
		"https://a.example/aadOptscim062020":                           scim.Entra,
		"https://a.example/scim?x=aadOptscim062020":                    scim.Entra,
		"https://a.example/scim#?aadOptscim062020":                     scim.Entra,
		"": scim.Entra,
	}
	for url, want := range tests {
		if got := scim.DialectOf(url); got != want {
			t.Errorf("DialectOf(%q) = %s, want %s", url, got, want)
		}
	}
}

// TestBodiesApply is the property that every body of a dialect is understood by
// ParsePatch and makes the change it stands for.
func TestBodiesApply(t *testing.T) {
	changes := []scim.Change{
		{AttributeValue: value(t, "displayName", "New"), Had: true},
		{AttributeValue: value(t, "name.givenName", "Neo"), Had: true},
		{AttributeValue: value(t, `emails[type eq "work"].value`, "new@b.example")},
		{AttributeValue: value(t, enterprise+"department", "Ops"), Had: true},
		{AttributeValue: value(t, idmelon+"immutable_id", "im")},
	}
	for _, d := range []scim.Dialect{scim.Entra, scim.EntraCompliant} {
		body, err := scim.UpdateUser(d, changes)
		if err != nil {
			t.Fatal(err)
		}
		patch, err := scim.ParsePatch(body)
		if err != nil {
			t.Fatal(err)
		}
		o := &scim.Object{}
		if changed, err := patch.Apply(o); err != nil || !changed {
			t.Fatalf("%s: Apply = %v, %v", d, changed, err)
		}
		for _, c := range changes {
			if got := o.Lookup(c.Path); !slices.Equal(got, []any{c.Values[0]}) {
				t.Errorf("%s: %s = %v, want %v", d, c.Path, got, c.Values)
			}
		}
	}
}
