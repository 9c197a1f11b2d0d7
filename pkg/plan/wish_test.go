package plan_test

import (
	"testing"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
)

// TestWish pins how a plan speaks of mappings that do not exist yet.
func TestWish(t *testing.T) {
	r := whole()
	r.Users = &mapping.Desired{
		Source: mapping.User, Base: mapping.BaseNone, Actions: new(mapping.Create | mapping.Delete),
		TargetAttributes: []mapping.AttributeSpec{{Name: text("urn:ietf:params:scim:schemas:extension:X:2.0:User:badge"), Type: new("String"), Required: new(false), CaseExact: new(true), Mutability: new("Immutable"), References: []string{"User"}}},
		SourceAttributes: []mapping.AttributeSpec{{Name: text("immutableId")}},
		RemoveAttributes: []diag.Text{text("nickName")},
		Filters: &[]mapping.FilterGroup{
			{Clauses: []mapping.FilterClause{{Attribute: text("department"), Operator: text("EQUALS"), Values: []string{"Sales"}}, {Attribute: text("mail"), Operator: text("IS NOT NULL")}}},
			{Clauses: []mapping.FilterClause{{Attribute: text("country"), Operator: text("EQUALS"), Values: []string{"DK"}}}},
		},
		Mappings: []mapping.Attribute{
			{Target: text("userName"), Source: text("userPrincipalName"), Match: 1},
			{Target: text("active"), Kind: mapping.Expression, Source: text(`Switch([IsSoftDeleted],,"False","True","True","False")`), Match: mapping.Unstated},
			{Target: text("userType"), Kind: mapping.Constant, Source: text("Member")},
			{Target: text("title"), Kind: mapping.DefaultOnly, Default: new("Staff"), OnCreateOnly: true},
		},
		Remove: []diag.Text{text("displayName")},
	}
	r.Groups = &mapping.Desired{Source: mapping.Group, Base: mapping.BaseKeep, Enabled: new(false), Filters: &[]mapping.FilterGroup{}, Actions: new(mapping.Actions(0))}
	p := plan.Build(r, empty(), plan.Options{})
	want := `~ user actions: create, delete
+ user source attribute immutableId
+ user target attribute urn:ietf:params:scim:schemas:extension:X:2.0:User:badge: String, case-exact, not required, Immutable, refers to User
- user target attribute nickName
~ user scoping filter: (department EQUALS "Sales" and mail IS NOT NULL) or country EQUALS "DK"
+ user mapping userName: source userPrincipalName; matching precedence 1
+ user mapping active: expression Switch([IsSoftDeleted], , "False", "True", "True", "False")
+ user mapping userType: constant "Member"
+ user mapping title: no source; default "Staff"; on create only
- user mapping displayName
- every other user mapping of the template (known after create)
~ provisioning of groups: off
~ group actions: none
~ group scoping filter: none`
	if got := lines(step(t, p, plan.EditSchema)); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
