package apply

import (
	"context"
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/plan"
)

// assign gives a principal its role. That it has it already is as good.
func (r *runner) assign(ctx context.Context, a *plan.AssignmentStep) (string, error) {
	roleID := a.RoleID
	if roleID == "" {
		r.mu.Lock()
		role, err := plan.FindRole(r.roles, a.Role)
		r.mu.Unlock()
		if err != nil {
			return "", fmt.Errorf("%w; name one of its roles under assign, or add the role under app.roles", err)
		}
		roleID = role.ID
	}
	err := r.t.Assign(ctx, r.ref().ServicePrincipalID, a.Principal.ID, roleID)
	if err != nil && assignedAlready(err) {
		return "already assigned", nil
	}
	return "", err
}

// unassign takes an assignment away. That it is gone already is as good.
func (r *runner) unassign(ctx context.Context, a *plan.AssignmentStep) (string, error) {
	err := r.t.Unassign(ctx, r.ref().ServicePrincipalID, a.AssignmentID)
	if err != nil && strings.Contains(err.Error(), "EntitlementGrant being updated or deleted is not found") {
		return "already gone", nil
	}
	return "", err
}

// assignedAlready knows the answer to an assignment that exists: a 400 that has
// no code of its own. Source: graph_contract §1.
func assignedAlready(err error) bool {
	text := err.Error()
	return strings.Contains(text, "Permission being assigned already exists") || strings.Contains(text, "EntitlementGrant entry already exists")
}
