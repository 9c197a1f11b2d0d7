package graph

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
)

// Tenant reads the tenant that the client is signed in to. Callers who may not
// read the organization get a Tenant with only its ID, as the token has it.
// Source: graph_contract §11.
func (c *Client) Tenant(ctx context.Context) (entra.Tenant, error) {
	type domain struct {
		Name      string `json:"name"`
		IsDefault bool   `json:"isDefault"`
	}
	type organization struct {
		ID      string   `json:"id"`
		Name    string   `json:"displayName"`
		Domains []domain `json:"verifiedDomains"`
	}
	r := &request{
		op: "read the tenant", method: http.MethodGet, path: []string{"organization"},
		query: odata("$select", "id,displayName,verifiedDomains"), needs: needsOrganization,
	}
	found, err := list[organization](ctx, c, r)
	if e, ok := errors.AsType[*Error](err); ok && e.Status == http.StatusForbidden {
		id, signIn := c.signIn.tenantID(ctx)
		if signIn != nil || id == "" {
			return entra.Tenant{}, err
		}
		return entra.Tenant{ID: id}, nil
	}
	if err != nil {
		return entra.Tenant{}, err
	}
	if len(found) != 1 || found[0].ID == "" {
		return entra.Tenant{}, &Error{Op: r.op, Kind: Malformed, Method: r.method, Path: "/organization", Message: "Microsoft Graph did not answer with one organization"}
	}
	t := entra.Tenant{ID: found[0].ID, Name: found[0].Name}
	slices.SortStableFunc(found[0].Domains, func(a, b domain) int {
		switch {
		case a.IsDefault == b.IsDefault:
			return 0
		case a.IsDefault:
			return -1
		}
		return 1
	})
	for _, d := range found[0].Domains {
		t.Domains = append(t.Domains, d.Name)
	}
	return t, nil
}
