package graph

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// assignLimit is how long an assignment waits for an application or a role that
// this client made to be known to it.
const assignLimit = 2 * time.Minute

// Assignments lists who is assigned to an application, in the order of Graph.
// Source: graph_contract §3.
func (c *Client) Assignments(ctx context.Context, servicePrincipalID string) ([]entra.AppRoleAssignment, error) {
	return list[entra.AppRoleAssignment](ctx, c, &request{
		op: "read the assignments", method: http.MethodGet, path: []string{"servicePrincipals", servicePrincipalID, "appRoleAssignedTo"},
		query: odata("$top", "999"), object: servicePrincipalID, needs: needsApplicationRead,
	})
}

// Assign gives a user or group a role of an application. An assignment that
// exists is a success, so the POST may be repeated.
// Source: graph_contract §3, graph_gotchas 37.
func (c *Client) Assign(ctx context.Context, servicePrincipalID, principalID, roleID string) error {
	young, _ := c.young.object(servicePrincipalID)
	_, err := c.do(ctx, &request{
		op: "assign " + principalID, method: http.MethodPost, path: []string{"servicePrincipals", servicePrincipalID, "appRoleAssignedTo"},
		object: servicePrincipalID, needs: needsAssignment, repeat: true, within: assignLimit,
		body: jsonBody(map[string]string{"principalId": principalID, "resourceId": servicePrincipalID, "appRoleId": roleID}),
		passes: func(e *Error) bool {
			return (young || c.rolesSet.Load()) && e.Status == http.StatusBadRequest && notYetAssignable(e.Message)
		},
	})
	if e, ok := errors.AsType[*Error](err); ok && e.Status == http.StatusBadRequest && exists(e.Message) {
		return nil
	}
	return err
}

// Unassign removes an assignment. One that is gone already is a success: Graph
// answers 400 for it, not 404. Source: graph_contract §1, graph_gotchas 37.
func (c *Client) Unassign(ctx context.Context, servicePrincipalID, assignmentID string) error {
	_, err := c.do(ctx, &request{
		op: "remove the assignment " + assignmentID, method: http.MethodDelete, object: servicePrincipalID, needs: needsAssignment,
		path: []string{"servicePrincipals", servicePrincipalID, "appRoleAssignedTo", assignmentID},
	})
	e, ok := errors.AsType[*Error](err)
	if ok && (e.Status == http.StatusBadRequest && strings.Contains(e.Message, "EntitlementGrant being updated or deleted is not found") ||
		e.Kind == NotFound && !e.foreign) {
		return nil
	}
	return err
}

func exists(message string) bool {
	return strings.Contains(message, "Permission being assigned already exists") ||
		strings.Contains(message, "EntitlementGrant entry already exists")
}

// notYetAssignable knows the refusals that a new application or role meets until
// it is known everywhere. The same texts are final for ids that do not exist.
func notYetAssignable(message string) bool {
	return strings.HasPrefix(message, "Not a valid reference update") ||
		strings.HasPrefix(message, "One or more properties are invalid") ||
		strings.HasPrefix(message, "Permission being assigned was not found on application")
}
