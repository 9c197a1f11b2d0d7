package plan

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/profile"
)

// seat is a principal in a role, which is what an assignment is.
type seat struct{ principal, role string }

// assign plans the assignments that are missing and, where the profile's list is
// exclusive, the removal of all others. Those of a principal that could not be
// found are reported and stop the plan, so nothing is taken away by a misspelling.
func (b *builder) assign() {
	if b.r.Assign == nil {
		return
	}
	wanted := map[seat]diag.Range{}
	complete := true
	var steps []Step
	for _, a := range b.r.Assign.To {
		p, role, ok := b.resolveAssignment(a)
		if !ok {
			complete = false
			continue
		}
		s := seat{p.ID, cmp.Or(role.ID, role.DisplayName)}
		if first, twice := wanted[s]; twice {
			b.report(diag.Notef(codeTwiceAssigned, a.Where, "%s is assigned to the role %q twice", principalText(p), role.DisplayName).WithRelated(first, "first named here"))
			continue
		}
		wanted[s] = a.Where
		if !b.holds(s) {
			steps = append(steps, b.assignStep(p, role))
		}
	}
	b.p.Steps = append(b.p.Steps, steps...)
	if b.r.Assign.Exclusive && complete && b.app != nil {
		b.unassign(wanted)
	}
}

// resolveAssignment finds the principal and the role of an assignment, or
// reports why it cannot.
func (b *builder) resolveAssignment(a profile.Assignment) (entra.Principal, entra.AppRole, bool) {
	wanted, variable := assigned(b.r, a)
	var p entra.Principal
	var found bool
	if variable != nil {
		// What is wrong with a variable is reported where it is declared.
		if known := b.o.Principals[wanted]; len(known) == 1 {
			p, found = known[0], true
		}
	} else {
		p, found = b.only(wanted, a.Where, "Create it, or mend the name: object ids are taken as well, of users also user principal names and mail addresses, of groups display names.")
	}
	role, ok := b.role(a)
	return p, role, found && ok
}

// role finds the role of an assignment. A role of a gallery application that does
// not exist yet is known by its name only.
func (b *builder) role(a profile.Assignment) (entra.AppRole, bool) {
	role, err := FindRole(b.roles, a.Role)
	if err == nil && (b.rolesKnown || role.ID != entra.DefaultAccessRoleID) {
		return role, true
	}
	if !b.rolesKnown {
		return entra.AppRole{DisplayName: cmp.Or(a.Role, defaultRole)}, true
	}
	problem, _ := errors.AsType[*RoleError](err)
	if len(problem.Ambiguous) > 0 {
		lines := make([]string, len(problem.Ambiguous))
		for i, r := range problem.Ambiguous {
			lines[i] = fmt.Sprintf("%s (%s)", r.ID, r.DisplayName)
		}
		slices.Sort(lines)
		b.report(diag.Errorf(codeManyRoles, a.Where, "%s", err).WithDetail("Write the id of the one that is meant: %s.", strings.Join(lines, ", ")))
		return entra.AppRole{}, false
	}
	b.report(diag.Errorf(codeNoRole, a.Where, "%s", err).
		WithDetail("Roles that can be assigned: %s. A new role is added under app.roles.", cmp.Or(strings.Join(problem.Roles, ", "), none)))
	return entra.AppRole{}, false
}

// holds reports whether the seat is taken already.
func (b *builder) holds(s seat) bool {
	return b.app != nil && slices.ContainsFunc(b.app.Assignments, func(a entra.AppRoleAssignment) bool {
		return a.PrincipalID == s.principal && strings.EqualFold(a.AppRoleID, s.role)
	})
}

func (b *builder) assignStep(p entra.Principal, role entra.AppRole) Step {
	s := Step{
		ID: "assign:" + p.ID + ":" + cmp.Or(role.ID, role.DisplayName), Kind: Assign, Action: Add,
		Summary:    fmt.Sprintf("assign %s to the role %q", principalText(p), role.DisplayName),
		Assignment: &AssignmentStep{Principal: p, Role: role.DisplayName, RoleID: role.ID},
	}
	if role.ID == "" {
		s.Details = append(s.Details, Line{Add, "role id (known after create)"})
	}
	if b.app != nil {
		for _, a := range b.app.Assignments {
			if a.PrincipalID == p.ID && !b.r.Assign.Exclusive {
				s.Details = append(s.Details, Line{Do, fmt.Sprintf("the role %q stays assigned as well", b.roleOf(a.AppRoleID))})
			}
		}
	}
	if p.Type == entra.GroupPrincipal {
		s.Consequences = append(s.Consequences, "its direct members come into scope; members of groups inside it do not")
	}
	return s
}

// unassign plans to take away the assignments of users and groups that the
// profile does not list. Service principals are never provisioned, so theirs stay.
func (b *builder) unassign(wanted map[seat]diag.Range) {
	for _, a := range b.app.Assignments {
		if _, ok := wanted[seat{a.PrincipalID, a.AppRoleID}]; ok || a.PrincipalType == entra.ServicePrincipalPrincipal {
			continue
		}
		p := entra.Principal{Type: a.PrincipalType, ID: a.PrincipalID, DisplayName: a.PrincipalDisplayName}
		s := Step{
			ID: "unassign:" + a.ID, Kind: Unassign, Action: Delete,
			Summary:    fmt.Sprintf("take the role %q from %s", b.roleOf(a.AppRoleID), principalText(p)),
			Assignment: &AssignmentStep{Principal: p, Role: b.roleOf(a.AppRoleID), RoleID: a.AppRoleID, AssignmentID: a.ID},
		}
		if stays := slices.ContainsFunc(b.r.Assign.To, func(w profile.Assignment) bool { return b.isPrincipal(w, a.PrincipalID) }); !stays && !b.syncAll() && b.app.hasRun() {
			s.Consequences = append(s.Consequences, "whoever is no longer assigned "+b.outOfScope())
		}
		b.add(s)
	}
}

// isPrincipal reports whether an assignment of the profile is about the object id.
func (b *builder) isPrincipal(a profile.Assignment, id string) bool {
	wanted, _ := assigned(b.r, a)
	found := b.o.Principals[wanted]
	return len(found) == 1 && found[0].ID == id
}

// roleOf names a role by its id.
func (b *builder) roleOf(id string) string {
	if id == entra.DefaultAccessRoleID {
		return "default access"
	}
	for _, r := range b.roles {
		if strings.EqualFold(r.ID, id) {
			return r.DisplayName
		}
	}
	return id
}

// principalText names a user or group in a sentence.
func principalText(p entra.Principal) string {
	return fmt.Sprintf("%s %q", strings.ToLower(string(p.Type)), cmp.Or(p.UserPrincipalName, p.DisplayName, p.ID))
}
