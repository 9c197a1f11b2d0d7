package profiles_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
)

// table is the mapping table of a vendor's guide, typed from the guide. An object
// type has `only` when the guide's table is the whole mapping.
type table struct {
	profile string // name/environment
	object  string
	only    bool
	rows    []row
	match   []string // the matching attributes, by precedence
}

// row is one line of a guide: the source as the guide prints it, and the target.
type row struct{ source, target string }

const isSoftDeleted = `Switch([IsSoftDeleted], , "False", "True", "True", "False")`

// curly is the same expression as &Money's web page shows it.
const curly = "Switch([IsSoftDeleted], , “False”, “True”, “True”, “False”)"

const immutableID = "urn:ietf:params:scim:schemas:extension:IDmelon:2.0:User:immutable_id"

var (
	advisors = []row{
		{curly, "active"}, {"userPrincipalName", "userName"}, {"displayName", "displayName"},
		{"givenName", "name.givenName"}, {"surname", "name.familyName"},
		{"physicalDeliveryOfficeName", "addresses[type eq “work”].formatted"}, {"objectId", "externalId"},
	}
	rooms = []row{
		{curly, "active"}, {"userPrincipalName", "userName"}, {"displayName", "displayName"},
		{"physicalDeliveryOfficeName", "addresses[type eq “work”].formatted"}, {"objectId", "externalId"},
	}
	tables = []table{
		{"idmelon/", mapping.User, true, []row{
			{"objectId", "externalId"}, {isSoftDeleted, "active"}, {"displayName", "displayName"},
			{"userPrincipalName", `emails[type eq "work"].value`}, {"objectId", "userName"},
			{"givenName", "name.givenName"}, {"surname", "name.familyName"},
			{`Join(" ", [givenName], [surname])`, "name.formatted"},
		}, []string{"externalId"}},
		{"idmelon/", mapping.Group, true, []row{
			{"objectId", "externalId"}, {"displayName", "displayName"}, {"members", "members"},
		}, []string{"externalId"}},
		// The guide prints this table with its two columns swapped; see TestSwappedColumns.
		{"idmelon-extended/", mapping.User, false, []row{{"objectId", "externalId"}, {"immutableId", immutableID}}, []string{"userName"}},
		{"idmelon-extended/", mapping.Group, false, []row{{"description", "description"}}, []string{"displayName"}},
		{"andmoney-advisors/test", mapping.User, true, advisors, []string{"userName"}},
		{"andmoney-advisors/production", mapping.User, true, advisors, []string{"userName"}},
		{"andmoney-rooms/test", mapping.User, true, rooms, []string{"userName"}},
		{"andmoney-rooms/production", mapping.User, true, rooms, []string{"userName"}},
	}
)

// straight writes curly quotes as the language has them.
func straight(s string) string { return strings.NewReplacer("“", `"`, "”", `"`).Replace(s) }

func (r row) attribute() mapping.Attribute {
	a := mapping.Attribute{}
	a.Target.Value, a.Source.Value = straight(r.target), straight(r.source)
	if strings.Contains(r.source, "(") {
		a.Kind = mapping.Expression
	}
	return a
}

// TestTables compares each profile's complete configuration with its guide.
func TestTables(t *testing.T) {
	for _, want := range tables {
		t.Run(want.profile+" "+want.object, func(t *testing.T) {
			m := objectMapping(t, find(t, want.profile), want.object)
			var got, matching []string
			for _, a := range m.Attributes {
				a.Match = 0
				got = append(got, describe(a))
			}
			for _, r := range want.rows {
				if line := describe(r.attribute()); !slices.Contains(got, line) {
					t.Errorf("the guide's %q is not among\n  %s", line, strings.Join(got, "\n  "))
				}
			}
			if want.only && len(got) != len(want.rows) {
				t.Errorf("%d mappings, the guide has %d:\n  %s", len(got), len(want.rows), strings.Join(got, "\n  "))
			}
			if !want.only && len(got) <= len(want.rows) {
				t.Errorf("only %d mappings: the template's others must stay", len(got))
			}
			for _, a := range m.Attributes {
				if a.Match > 0 {
					matching = append(matching, a.Target.Value)
				}
			}
			if !slices.Equal(matching, want.match) {
				t.Errorf("matches by %q, want %q", matching, want.match)
			}
			if !m.Enabled || m.Actions != mapping.AllActions {
				t.Errorf("enabled %t with %s", m.Enabled, m.Actions)
			}
		})
	}
}

func objectMapping(t *testing.T, r *profile.Resolved, source string) mapping.ObjectMapping {
	t.Helper()
	mappings, problems := profiletest.ObjectMappings(r)
	report(t, problems)
	for _, m := range mappings {
		if m.Source == source {
			return m
		}
	}
	t.Fatalf("%s has no mapping of %s", r.Profile, source)
	return mapping.ObjectMapping{}
}

// TestSwappedColumns: read as printed, IDmelon's second guide maps from externalId
// to objectId. Neither name exists on the side that it would stand on, which shows
// that the columns are swapped.
func TestSwappedColumns(t *testing.T) {
	printed := []row{{"externalId", "objectId"}, {immutableID, "immutableId"}}
	m := objectMapping(t, find(t, "idmelon-extended/"), mapping.User)
	for _, r := range printed {
		for _, a := range m.Attributes {
			if a.Target.Value == r.target || a.Source.Value == r.source {
				t.Errorf("%s follows the printed columns", describe(a))
			}
		}
		for _, d := range m.TargetObject.Attributes {
			if d.Name == r.target {
				t.Errorf("the server does have %s", r.target)
			}
		}
		for _, d := range m.SourceObject.Attributes {
			if d.Name == r.source {
				t.Errorf("the directory does have %s", r.source)
			}
		}
	}
}

// TestCurlyQuotes: pasted as it is, &Money's expression does not parse; with
// straight quotes it is the one that Entra's own template has.
func TestCurlyQuotes(t *testing.T) {
	pasted := mapping.ObjectMapping{Source: mapping.User, Attributes: []mapping.Attribute{{Kind: mapping.Expression}}}
	pasted.Attributes[0].Target.Value, pasted.Attributes[0].Source.Value = "active", curly
	if _, problems := mapping.Compile(pasted); !problems.HasErrors() {
		t.Error("curly quotes are taken for quotes")
	}
	if mapping.Canonical(straight(curly)) != mapping.Canonical(isSoftDeleted) {
		t.Errorf("%s is not %s", straight(curly), isSoftDeleted)
	}
}

// TestAdded has the attributes that guides have added to the attribute lists.
func TestAdded(t *testing.T) {
	const license = "urn:ietf:params:scim:schemas:extension:klaxoon:2.0:Group:license"
	for _, want := range []struct{ profile, object, name string }{
		{"idmelon-extended/", mapping.User, immutableID},
		{"idmelon-extended/", mapping.Group, "description"},
		{"klaxoon/preproduction", mapping.Group, license},
		{"klaxoon/production", mapping.Group, license},
	} {
		found := false
		for _, d := range objectMapping(t, find(t, want.profile), want.object).TargetObject.Attributes {
			found = found || d.Name == want.name && d.Type == "String" && !d.Multivalued && !d.Required
		}
		if !found {
			t.Errorf("%s: %s is not in the attribute list of %s as a text", want.profile, want.name, want.object)
		}
	}
}

// TestKlaxoonLicence: the expression is the guide's, with the ids of the two groups.
func TestKlaxoonLicence(t *testing.T) {
	const guide = `Switch([objectId], "false", "Object_ID_groupe_des_PROs", "true", "Object_ID_groupe_des_FREEs", "false")`
	for _, env := range []string{"preproduction", "production"} {
		r := find(t, "klaxoon/"+env)
		ids := map[string]string{}
		for _, l := range r.Lookups {
			ids[l.Variable] = l.ID
		}
		if ids["pro"] == "" || ids["free"] == "" || ids["pro"] == ids["free"] {
			t.Fatalf("the groups are %v", ids)
		}
		want := strings.NewReplacer("Object_ID_groupe_des_PROs", ids["pro"], "Object_ID_groupe_des_FREEs", ids["free"]).Replace(guide)
		m := objectMapping(t, r, mapping.Group)
		if !slices.ContainsFunc(m.Attributes, func(a mapping.Attribute) bool {
			return strings.HasSuffix(a.Target.Value, ":klaxoon:2.0:Group:license") && mapping.Canonical(a.Source.Value) == mapping.Canonical(want)
		}) {
			t.Errorf("no mapping of the licence to %s", want)
		}
		if len(m.Attributes) != 4 {
			t.Errorf("%d group mappings; the guide adds one to the template's three", len(m.Attributes))
		}
		users := objectMapping(t, r, mapping.User)
		if len(users.Attributes) != 6 || users.Scope == nil {
			t.Errorf("%d user mappings with filter %v; the guide changes none, and keeps strange domains out", len(users.Attributes), users.Scope)
		}
	}
}
