package graph

import (
	"context"
	"net/http"

	"github.com/scimctl/scimctl/pkg/entra"
)

const selectMember = "id,displayName,userPrincipalName,mail"

// GroupMembers returns the direct members of a group, users and groups alike, in
// the order of Graph. Devices and other members are left out.
// Source: graph_contract §11.
func (c *Client) GroupMembers(ctx context.Context, groupID string) ([]entra.Principal, error) {
	found, err := list[member](ctx, c, &request{
		op: "read the members of the group " + groupID, method: http.MethodGet, path: []string{"groups", groupID, "members"},
		query: odata("$select", selectMember, "$top", "999"), needs: needsMembers,
	})
	if err != nil {
		return nil, err
	}
	var members []entra.Principal
	for _, m := range found {
		if m.Type = m.principalType(); m.Type == "" {
			continue
		}
		members = append(members, m.Principal)
	}
	return members, nil
}
