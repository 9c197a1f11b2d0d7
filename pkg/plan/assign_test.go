package plan_test

import (
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

func assigning(to ...profile.Assignment) *profile.Resolved {
	r := whole()
	for i := range to {
		to[i].Where = at(20 + i)
	}
	r.Assign = &profile.Assign{To: to}
	return r
}

func holding(t *testing.T, held ...entra.AppRoleAssignment) *plan.Observed {
	o := ready(t)
	o.App.Assignments = held
	return o
}

func held(id, principal, role string, typ entra.PrincipalType) entra.AppRoleAssignment {
	return entra.AppRoleAssignment{ID: id, PrincipalID: principal, AppRoleID: role, PrincipalType: typ, PrincipalDisplayName: "Somebody"}
}

func TestAssign(t *testing.T) {
	p := plan.Build(assigning(profile.Assignment{Group: "Sales"}, profile.Assignment{User: "ann@contoso.com", Role: "msiam_access"}), ready(t), plan.Options{})
	if got := kinds(p); got != "assign assign" {
		t.Fatalf("plan %s", got)
	}
	s := p.Steps[0]
	if s.Summary != `assign group "Sales" to the role "User"` || s.Assignment.RoleID != entra.UserRoleID || !strings.Contains(lines(s), "groups inside it do not") {
		t.Errorf("step %q %+v\n%s", s.Summary, s.Assignment, lines(s))
	}
	if s = p.Steps[1]; s.Summary != `assign user "ann@contoso.com" to the role "msiam_access"` || s.Assignment.Principal.ID != userID {
		t.Errorf("step %q %+v", s.Summary, s.Assignment)
	}
}

func TestAssignedAlready(t *testing.T) {
	r := assigning(profile.Assignment{Group: "Sales"})
	if p := plan.Build(r, holding(t, held("a", groupID, strings.ToUpper(entra.UserRoleID), entra.GroupPrincipal)), plan.Options{}); len(p.Steps) > 0 {
		t.Errorf("plan %s", kinds(p))
	}
	p := plan.Build(r, holding(t, held("a", groupID, entra.MSIAMRoleID, entra.GroupPrincipal)), plan.Options{})
	if got := lines(step(t, p, plan.Assign)); !strings.Contains(got, `> the role "msiam_access" stays assigned as well`) {
		t.Errorf("got %s", got)
	}
}

func TestExclusive(t *testing.T) {
	r := assigning(profile.Assignment{Group: "Sales"})
	r.Assign.Exclusive = true
	o := holding(t,
		held("keep", groupID, entra.UserRoleID, entra.GroupPrincipal),
		held("swap", groupID, entra.MSIAMRoleID, entra.GroupPrincipal),
		held("gone", "somebody", entra.DefaultAccessRoleID, entra.UserPrincipal),
		held("machine", "service", entra.UserRoleID, entra.ServicePrincipalPrincipal),
	)
	p := plan.Build(r, o, plan.Options{})
	if got := kinds(p); got != "unassign unassign" {
		t.Fatalf("plan %s", got)
	}
	if s := p.Steps[0]; s.Assignment.AssignmentID != "swap" || len(s.Consequences) > 0 {
		t.Errorf("step %+v %s", s.Assignment, lines(s))
	}
	if s := p.Steps[1]; s.Assignment.AssignmentID != "gone" || s.Summary != `take the role "default access" from user "Somebody"` || !strings.Contains(lines(s), "is disabled or deleted") {
		t.Errorf("step %q %+v %s", s.Summary, s.Assignment, lines(s))
	}

	// A name that cannot be found takes nothing away from anybody.
	r.Assign.To = append(r.Assign.To, profile.Assignment{User: "nobody@contoso.com", Where: at(30)})
	p = plan.Build(r, o, plan.Options{})
	wantProblem(t, p, "SC4001", at(30), `no user "nobody@contoso.com"`)
	if len(p.Steps) > 0 {
		t.Errorf("plan %s", kinds(p))
	}
}

func TestPrincipals(t *testing.T) {
	p := plan.Build(assigning(profile.Assignment{Group: "Sale"}), ready(t), plan.Options{})
	wantProblem(t, p, "SC4001", at(20), `no group "Sale"`)
	// Candidates are what the observation met: here the other names of the profile.
	p = plan.Build(assigning(profile.Assignment{Group: "Salse"}, profile.Assignment{Group: "Sales"}), ready(t), plan.Options{})
	wantProblem(t, p, "SC4001", at(20), `did you mean "Sales"?`)

	o := ready(t)
	o.Principals[entra.PrincipalRef{Type: entra.GroupPrincipal, Name: "Twice"}] = []entra.Principal{
		{Type: entra.GroupPrincipal, ID: "id-2", DisplayName: "Twice"}, {Type: entra.GroupPrincipal, ID: "id-1", DisplayName: "Twice", Mail: "twice@contoso.com"},
	}
	wantProblem(t, plan.Build(assigning(profile.Assignment{Group: "Twice"}), o, plan.Options{}), "SC4002", at(20), "2 groups have the name", "id-1 (Twice, twice@contoso.com), id-2 (Twice)")
}

func TestVariables(t *testing.T) {
	r := assigning(profile.Assignment{Group: "stand-in"}, profile.Assignment{Group: groupID})
	r.Lookups = []profile.Lookup{
		{Variable: "team", Group: "Nobody", ID: "stand-in", Where: at(15)},
		{Variable: "sales", Group: "Sales", ID: groupID, Found: true, Where: at(16)},
	}
	p := plan.Build(r, ready(t), plan.Options{})
	wantProblem(t, p, "SC4001", at(15), `no group "Nobody"`, "--var team=NAME")
	if len(p.Diagnostics) != 1 {
		t.Errorf("the same problem is reported more than once: %v", p.Diagnostics)
	}
	if s := step(t, p, plan.Assign); s.Assignment.Principal.ID != groupID {
		t.Errorf("assigns %+v", s.Assignment)
	}
}

func TestRolesOfAssignments(t *testing.T) {
	p := plan.Build(assigning(profile.Assignment{Group: "Sales", Role: "Usr"}), ready(t), plan.Options{})
	wantProblem(t, p, "SC4011", at(20), `did you mean "User"?`, "User, msiam_access")

	o := ready(t)
	o.App.ServicePrincipal.AppRoles = []entra.AppRole{role("r2", "Reader", "a"), role("r1", "Reader", "b")}
	p = plan.Build(assigning(profile.Assignment{Group: "Sales", Role: "Reader"}), o, plan.Options{})
	wantProblem(t, p, "SC4012", at(20), "r1 (Reader), r2 (Reader)")

	o.App.ServicePrincipal.AppRoles = nil
	p = plan.Build(assigning(profile.Assignment{Group: "Sales", Role: "User"}), o, plan.Options{})
	if s := step(t, p, plan.Assign); s.Assignment.RoleID != entra.DefaultAccessRoleID {
		t.Errorf("assigns %+v", s.Assignment)
	}

	// Roles of a gallery application are not known before it exists.
	r := assigning(profile.Assignment{Group: "Sales", Role: "Anything"})
	r.App.Template.Value = "Klaxoon SAML"
	o = empty()
	o.Template = &entra.ApplicationTemplate{ID: "t1", DisplayName: "Klaxoon SAML"}
	if s := step(t, plan.Build(r, o, plan.Options{}), plan.Assign); s.Assignment.RoleID != "" || s.Assignment.Role != "Anything" || !strings.Contains(lines(s), "known after create") {
		t.Errorf("assigns %+v", s.Assignment)
	}
}

func TestAssignedTwice(t *testing.T) {
	p := plan.Build(assigning(profile.Assignment{Group: "Sales"}, profile.Assignment{Group: "Sales", Role: entra.UserRoleID}), ready(t), plan.Options{})
	wantProblem(t, p, "SC4015", at(21), "twice")
	if got := kinds(p); got != "assign" {
		t.Errorf("plan %s", got)
	}
}
