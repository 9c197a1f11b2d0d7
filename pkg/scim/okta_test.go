package scim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/scim"
)

var okta = []scim.Dialect{scim.OktaOIN, scim.OktaAIW}

func TestOktaCreates(t *testing.T) {
	for _, d := range okta {
		user := func(name string, values ...scim.AttributeValue) {
			t.Helper()
			body, err := scim.CreateUser(d, values)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name, body)
		}
		user("okta_create_user",
			value(t, "externalId", "00ujl29u0le5T6Aj10h7"),
			value(t, "displayName", "Anna Østby"),
			value(t, "name.familyName", "Østby"),
			value(t, "name.givenName", "Anna"),
			value(t, `emails[type eq "work"].value`, "anna@contoso.example"),
			value(t, "locale", "nb-NO"),
			value(t, "userName", "anna@contoso.example"),
			value(t, "password", "1mz050nq"))
		user("okta_create_user_full",
			value(t, "urn:acme:1.0:User:badge", "7"), // Entra would send it a cycle later
			value(t, enterprise+"department", "Sales"),
			typed(t, scim.ReferenceValue, enterprise+"manager", "m-1"),
			typed(t, scim.BooleanValue, "active", "False"),
			value(t, "title", "Clerk"),
			value(t, "password", "x"),
			value(t, "userName", "bob"),
			value(t, "externalId", "42"))
		body, err := scim.CreateGroup(d, []scim.AttributeValue{
			typed(t, scim.ReferenceValue, "members", "u-1"),
			value(t, "displayName", "Sales"),
		})
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "okta_create_group", body)
	}
}

// stored is a user as a server gives it.
const stored = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"id":"u-1","userName":"anna",
	"name":{"familyName":"Maid","givenName":"Anna"},"emails":[{"type":"home","value":"home@b.example"},{"type":"work","value":"maid@b.example","primary":true}],
	"active":true,"groups":[{"value":"g-1"}],"meta":{"resourceType":"User","version":"W/\"1\""},
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"costCenter":"7"}}`

func TestOktaWritesUser(t *testing.T) {
	have, err := scim.ParseObject([]byte(stored))
	if err != nil {
		t.Fatal(err)
	}
	before, _ := have.AppendJSON(nil)
	changes := []scim.Change{
		{AttributeValue: value(t, "name.familyName", "Wife"), Had: true},
		{AttributeValue: typed(t, scim.BooleanValue, "active", "False"), Had: true},
		{AttributeValue: value(t, `emails[type eq "work"].value`, "wife@b.example"), Had: true},
		{AttributeValue: value(t, enterprise+"department", "Ops")},
	}
	check := func(d scim.Dialect, method string, names ...string) {
		t.Helper()
		writes, err := scim.WriteUser(d, have, changes)
		if err != nil || len(writes) != len(names) {
			t.Fatalf("%s: %d requests, %v; want %d", d, len(writes), err, len(names))
		}
		for i, w := range writes {
			if w.Method != method {
				t.Errorf("%s: %s, want %s", d, w.Method, method)
			}
			golden(t, names[i], w.Body)
		}
	}
	check(scim.OktaOIN, "PATCH", "okta_oin_update", "okta_deactivate")
	check(scim.OktaAIW, "PUT", "okta_aiw_update")
	if after, _ := have.AppendJSON(nil); string(after) != string(before) {
		t.Errorf("the user that was given has changed:\n%s", after)
	}
	changes = changes[1:2]
	check(scim.OktaOIN, "PATCH", "okta_deactivate")
	check(scim.Entra, "PATCH", "disable_default")
	check(scim.EntraCompliant, "PATCH", "disable_compliant")
	for _, d := range scim.Dialects() {
		if writes, err := scim.WriteUser(d, have, nil); err != nil || len(writes) > 0 {
			t.Errorf("%s: %v, %v for no change", d, writes, err)
		}
	}
}

func TestOktaWritesGroup(t *testing.T) {
	have := scim.NewObject(scim.Member{Name: "id", Value: "g-1"}, scim.Member{Name: "displayName", Value: "Sales"})
	rename := []scim.Change{{AttributeValue: value(t, "displayName", "Ventes"), Had: true}}
	for _, d := range okta {
		writes, err := scim.WriteGroup(d, have, rename)
		if err != nil || len(writes) != 1 || writes[0].Method != "PATCH" {
			t.Fatalf("%s: %v, %v", d, writes, err)
		}
		golden(t, "okta_rename", writes[0].Body)
		// Without a change it announces the membership changes that follow.
		writes, err = scim.WriteGroup(d, scim.NewObject(scim.Member{Name: "id", Value: "g-1"}, scim.Member{Name: "displayName", Value: "Ventes"}), nil)
		if err != nil || len(writes) != 1 {
			t.Fatalf("%s: %v, %v", d, writes, err)
		}
		golden(t, "okta_rename", writes[0].Body)
		members := []scim.GroupMember{{ID: "u-1", Display: "anna@contoso.example"}, {ID: "u-2"}}
		golden(t, "okta_members_add", scim.AddNamedMembers(d, members))
		golden(t, "okta_members_replace", scim.ReplaceMembers(d, members))
		golden(t, "okta_members_remove", scim.RemoveMembers(d, []string{"u-1", "u-2"}))
	}
	golden(t, "members_add_default", scim.AddNamedMembers(scim.Entra, []scim.GroupMember{{ID: "u-1", Display: "anna"}, {ID: "u-2"}}))
	if writes, err := scim.WriteGroup(scim.Entra, have, nil); err != nil || len(writes) > 0 {
		t.Errorf("Entra announces nothing: %v, %v", writes, err)
	}
}

func TestDialectQueries(t *testing.T) {
	const filter = `userName eq "a"`
	for _, d := range scim.Dialects() {
		users, groups := []scim.Param{{Name: "filter", Value: filter}}, []scim.Param{{Name: "excludedAttributes", Value: "members"}, {Name: "filter", Value: filter}}
		read := []scim.Param{{Name: "excludedAttributes", Value: "members"}}
		if d.IsOkta() {
			users = append(users, scim.Param{Name: "startIndex", Value: "1"}, scim.Param{Name: "count", Value: "100"})
			groups, read = users, nil
		}
		for name, diff := range map[string]string{
			"users": cmp.Diff(users, d.SearchUsers(filter)), "groups": cmp.Diff(groups, d.SearchGroups(filter)), "read": cmp.Diff(read, d.ReadGroup()),
		} {
			if diff != "" {
				t.Errorf("%s, %s (-want +got):\n%s", d, name, diff)
			}
		}
		h := d.Headers()
		if agent, kind := "", scim.ContentType; d.IsOkta() {
			agent, kind = "Okta SCIM Client 1.0.0", kind+"; charset=utf-8"
			if h.UserAgent != agent || h.ContentType != kind || h.AcceptCharset != "utf-8" || d.Timeout() != time.Minute || len(d.Probe()) == 0 {
				t.Errorf("%s: %+v, %v, %v", d, h, d.Timeout(), d.Probe())
			}
		} else if h.UserAgent != agent || h.ContentType != kind || h.AcceptCharset != "" || d.Timeout() != 0 || d.Probe() != nil {
			t.Errorf("%s: %+v, %v, %v", d, h, d.Timeout(), d.Probe())
		}
	}
}

func TestParseDialect(t *testing.T) {
	for _, d := range scim.Dialects() {
		if got, err := scim.ParseDialect(strings.ToUpper(string(d))); err != nil || got != d {
			t.Errorf("%s is read as %s, %v", d, got, err)
		}
	}
	if _, err := scim.ParseDialect("okta"); err == nil || !strings.Contains(err.Error(), "okta-oin, okta-aiw") {
		t.Errorf("error %v, want the names", err)
	}
}
