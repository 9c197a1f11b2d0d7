package graph

import (
	"context"
	"net/http"
)

// Notes reads the notes of a service principal, which the portal shows as the notes
// of the enterprise application. Source: graph_contract §2.
func (c *Client) Notes(ctx context.Context, servicePrincipalID string) (string, error) {
	type principal struct {
		Notes string `json:"notes"`
	}
	found, err := read[principal](ctx, c, &request{
		op: "read the notes of the service principal", method: http.MethodGet, path: []string{"servicePrincipals", servicePrincipalID},
		query: odata("$select", "id,notes"), object: servicePrincipalID, needs: needsApplicationRead,
	})
	return found.Notes, err
}

// SetNotes replaces the notes of a service principal. Source: graph_contract §2.
func (c *Client) SetNotes(ctx context.Context, servicePrincipalID, notes string) error {
	_, err := c.do(ctx, &request{
		op: "set the notes of the service principal", method: http.MethodPatch, path: []string{"servicePrincipals", servicePrincipalID},
		object: servicePrincipalID, needs: needsApplicationWrite, body: jsonBody(map[string]string{"notes": notes}),
	})
	return err
}
