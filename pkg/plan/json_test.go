package plan_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestJSON pins the JSON form of a plan that has every kind of step but two.
func TestJSON(t *testing.T) {
	r, o := whole(), ready(t)
	put(o, entra.KeySyncAll, "true")
	r.App.Roles = []profile.Role{{Name: "Editor", Value: "edit"}}
	r.Assign = &profile.Assign{To: []profile.Assignment{{Group: "Sales", Role: "edit"}}, Exclusive: true}
	o.App.Assignments = []entra.AppRoleAssignment{held("a", userID, entra.UserRoleID, entra.UserPrincipal)}
	r.Users.Mappings = append(r.Users.Mappings,
		mapping.Attribute{Target: text("displayName"), Kind: mapping.Expression, Source: text(`Join(" ", [givenName], [surname])`), Default: new("?"), OnCreateOnly: true},
		mapping.Attribute{Target: text("title"), Kind: mapping.Constant, Source: text("Staff")})
	r.Users.TargetAttributes = []mapping.AttributeSpec{{Name: text("urn:ietf:params:scim:schemas:extension:X:2.0:User:badge"), Type: new(entra.TypeString)}}
	r.Users.Filters = &[]mapping.FilterGroup{{Name: "staff", Clauses: []mapping.FilterClause{{Attribute: text("department"), Operator: text("EQUALS"), Values: []string{"Sales"}}}}}
	r.Users.Actions = new(mapping.Create | mapping.Update)
	r.Groups = &mapping.Desired{Source: mapping.Group, Enabled: new(false)}
	golden(t, "testdata/plan.golden.json", plan.Build(r, o, plan.Options{}))
}

func TestJSONOfANewApplication(t *testing.T) {
	golden(t, "testdata/plan_new.golden.json", plan.Build(whole(), empty(), plan.Options{}))
}

func golden(t *testing.T, name string, p *plan.Plan) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(p); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(name, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func TestCodes(t *testing.T) {
	source, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`diag\.Code = "(SC4\d{3})"`).FindAllSubmatch(source, -1)
	var seen []string
	for _, c := range plan.Codes() {
		if c.Title == "" || c.Help == "" || slices.Contains(seen, string(c.Code)) {
			t.Errorf("%s is documented as %q: %q", c.Code, c.Title, c.Help)
		}
		seen = append(seen, string(c.Code))
	}
	if len(declared) != len(seen) {
		t.Errorf("%d codes are declared and %d documented", len(declared), len(seen))
	}
	for _, d := range declared {
		if !slices.Contains(seen, string(d[1])) {
			t.Errorf("%s is not documented", d[1])
		}
	}
}
