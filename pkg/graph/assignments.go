package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
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
// exists is a success. When the end of the call is unclear, the list of assignments
// tells whether it worked. Source: graph_contract §3, graph_gotchas 37.
func (c *Client) Assign(ctx context.Context, servicePrincipalID, principalID, roleID string) error {
	_, err := c.do(ctx, c.assignment(servicePrincipalID, entra.Seat{PrincipalID: principalID, RoleID: roleID}))
	return assigned(err)
}

// AssignAll gives many users and groups their roles, twenty a call of $batch. The
// errors are in the order of the seats, nil for those that are taken now or were
// already. Source: graph_contract §3, §11.
func (c *Client) AssignAll(ctx context.Context, servicePrincipalID string, seats []entra.Seat) []error {
	requests := make([]*request, len(seats))
	for i, s := range seats {
		requests[i] = c.assignment(servicePrincipalID, s)
	}
	_, errs := c.batched(ctx, fmt.Sprintf("assign %d users and groups", len(seats)), requests, func(ctx context.Context, unclear []int) ([]int, error) {
		now, err := c.Assignments(ctx, servicePrincipalID)
		return slices.DeleteFunc(slices.Clone(unclear), func(i int) bool { return !taken(now, seats[i]) }), err
	})
	for i, err := range errs {
		errs[i] = assigned(err)
	}
	return errs
}

// assignment is the request that takes a seat.
func (c *Client) assignment(servicePrincipalID string, s entra.Seat) *request {
	young, _ := c.young.object(servicePrincipalID)
	return &request{
		op: "assign " + s.PrincipalID, method: http.MethodPost, path: []string{"servicePrincipals", servicePrincipalID, "appRoleAssignedTo"},
		object: servicePrincipalID, needs: needsAssignment, within: assignLimit,
		body: jsonBody(map[string]string{"principalId": s.PrincipalID, "resourceId": servicePrincipalID, "appRoleId": s.RoleID}),
		passes: func(e *Error) bool {
			return (young || c.rolesSet.Load()) && e.Status == http.StatusBadRequest && notYetAssignable(e.Message)
		},
		took: func(ctx context.Context) (bool, error) {
			now, err := c.Assignments(ctx, servicePrincipalID)
			return err == nil && taken(now, s), err
		},
	}
}

// taken reports whether the seat is among the assignments.
func taken(now []entra.AppRoleAssignment, s entra.Seat) bool {
	return slices.ContainsFunc(now, func(a entra.AppRoleAssignment) bool {
		return strings.EqualFold(a.PrincipalID, s.PrincipalID) && strings.EqualFold(a.AppRoleID, s.RoleID)
	})
}

// assigned is the error of an assignment that is not there.
func assigned(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.Status == http.StatusBadRequest && exists(e.Message) {
		return nil
	}
	return err
}

// Unassign removes an assignment. One that is gone already is a success: Graph
// answers 400 for it, not 404. Source: graph_contract §1, graph_gotchas 37.
func (c *Client) Unassign(ctx context.Context, servicePrincipalID, assignmentID string) error {
	_, err := c.do(ctx, removal(servicePrincipalID, assignmentID))
	return removed(err)
}

// UnassignAll removes many assignments, twenty a call of $batch. The errors are in
// the order of the ids. Source: graph_contract §11.
func (c *Client) UnassignAll(ctx context.Context, servicePrincipalID string, assignmentIDs []string) []error {
	requests := make([]*request, len(assignmentIDs))
	for i, id := range assignmentIDs {
		requests[i] = removal(servicePrincipalID, id)
	}
	_, errs := c.batched(ctx, fmt.Sprintf("remove %d assignments", len(assignmentIDs)), requests, nil)
	for i, err := range errs {
		errs[i] = removed(err)
	}
	return errs
}

func removal(servicePrincipalID, assignmentID string) *request {
	return &request{
		op: "remove the assignment " + assignmentID, method: http.MethodDelete, object: servicePrincipalID, needs: needsAssignment,
		path: []string{"servicePrincipals", servicePrincipalID, "appRoleAssignedTo", assignmentID},
	}
}

// removed is the error of a removal after which the assignment is still there.
func removed(err error) error {
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
