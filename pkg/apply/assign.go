package apply

import (
	"context"
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
)

// assign gives a principal its role. That it has it already is as good.
func (r *runner) assign(ctx context.Context, a *plan.AssignmentStep) (string, error) {
	roleID, err := r.roleOf(a)
	if err != nil {
		return "", err
	}
	err = r.t.Assign(ctx, r.ref().ServicePrincipalID, a.Principal.ID, roleID)
	return alreadyAssigned(err)
}

// assignAll gives several principals their roles together. Those whose role cannot
// be told keep no other from theirs.
func (r *runner) assignAll(ctx context.Context, steps []plan.Step) []outcome {
	out := make([]outcome, len(steps))
	var seats []entra.Seat
	var whose []int
	for i, s := range steps {
		roleID, err := r.roleOf(s.Assignment)
		if out[i].err = err; err == nil {
			seats, whose = append(seats, entra.Seat{PrincipalID: s.Assignment.Principal.ID, RoleID: roleID}), append(whose, i)
		}
	}
	for n, err := range r.t.AssignAll(ctx, r.ref().ServicePrincipalID, seats) {
		out[whose[n]].note, out[whose[n]].err = alreadyAssigned(err)
	}
	return out
}

// roleOf returns the id of a role, which may be known by name only until the
// application is there.
func (r *runner) roleOf(a *plan.AssignmentStep) (string, error) {
	if a.RoleID != "" {
		return a.RoleID, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	role, err := plan.FindRole(r.roles, a.Role)
	if err != nil {
		return "", fmt.Errorf("%w; name one of its roles under assign, or add the role under app.roles", err)
	}
	return role.ID, nil
}

// unassign takes an assignment away. That it is gone already is as good.
func (r *runner) unassign(ctx context.Context, a *plan.AssignmentStep) (string, error) {
	return alreadyGone(r.t.Unassign(ctx, r.ref().ServicePrincipalID, a.AssignmentID))
}

// unassignAll takes several assignments away together.
func (r *runner) unassignAll(ctx context.Context, steps []plan.Step) []outcome {
	ids := make([]string, len(steps))
	for i, s := range steps {
		ids[i] = s.Assignment.AssignmentID
	}
	out := make([]outcome, len(steps))
	for i, err := range r.t.UnassignAll(ctx, r.ref().ServicePrincipalID, ids) {
		out[i].note, out[i].err = alreadyGone(err)
	}
	return out
}

// alreadyAssigned makes a remark of the error of an assignment that exists: a 400
// that has no code of its own. Source: graph_contract §1.
func alreadyAssigned(err error) (string, error) {
	if err != nil && (strings.Contains(err.Error(), "Permission being assigned already exists") || strings.Contains(err.Error(), "EntitlementGrant entry already exists")) {
		return "already assigned", nil
	}
	return "", err
}

// alreadyGone makes a remark of the error of a removal that has nothing to remove.
// Source: graph_contract §1.
func alreadyGone(err error) (string, error) {
	if err != nil && strings.Contains(err.Error(), "EntitlementGrant being updated or deleted is not found") {
		return "already gone", nil
	}
	return "", err
}
