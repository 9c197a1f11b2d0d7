package graph

import (
	"context"
	"net/http"

	"github.com/scimctl/scimctl/pkg/entra"
)

// SetTags replaces the tags of a service principal. Source: graph_contract §2.
func (c *Client) SetTags(ctx context.Context, servicePrincipalID string, tags []string) error {
	if tags == nil {
		tags = []string{}
	}
	_, err := c.do(ctx, &request{
		op: "set the tags of the service principal", method: http.MethodPatch, path: []string{"servicePrincipals", servicePrincipalID},
		object: servicePrincipalID, needs: needsApplicationWrite, body: jsonBody(map[string][]string{"tags": tags}),
	})
	return err
}

// SetAppRoles replaces the app roles of an application; those of its service
// principal follow. Source: graph_contract §2.
func (c *Client) SetAppRoles(ctx context.Context, applicationID string, roles []entra.AppRole) error {
	if roles == nil {
		roles = []entra.AppRole{}
	}
	_, err := c.do(ctx, &request{
		op: "set the app roles of the application", method: http.MethodPatch, path: []string{"applications", applicationID},
		object: applicationID, needs: needsApplicationWrite, body: jsonBody(map[string][]entra.AppRole{"appRoles": roles}),
	})
	if err == nil {
		c.rolesSet.Store(true)
	}
	return err
}
