package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
)

// maxIDs is how many ids one call of getByIds may hold [?]: Microsoft's
// documentation names it, the contract does not.
const maxIDs = 1000

// member is a directory object with the type that Graph says it has.
type member struct {
	entra.Principal
	ODataType string `json:"@odata.type"`
}

// principalType is the type of a directory object, "" for what is no principal of
// provisioning.
func (m member) principalType() entra.PrincipalType {
	switch m.ODataType {
	case "#microsoft.graph.user":
		return entra.UserPrincipal
	case "#microsoft.graph.group":
		return entra.GroupPrincipal
	}
	return ""
}

// byIDs looks many ids up at once. The answer is false, and nothing is found, where
// the service does not have the call or the caller may not use it, which needs more
// than reading users and groups does: the ids are then asked for one by one.
func (c *Client) byIDs(ctx context.Context, all []lookUp, found map[entra.PrincipalRef][]entra.Principal) (bool, error) {
	known := map[string]member{}
	for chunk := range slices.Chunk(all, maxIDs) {
		ids := make([]string, len(chunk))
		for i, q := range chunk {
			ids[i] = q.ref.Name
		}
		members, err := list[member](ctx, c, &request{
			op: fmt.Sprintf("find %d users and groups by their ids", len(ids)), method: http.MethodPost, path: []string{"directoryObjects", "getByIds"},
			repeat: true, needs: needsUsers, body: jsonBody(map[string][]string{"ids": ids, "types": {"user", "group"}}),
		})
		if e, ok := errors.AsType[*Error](err); ok && (e.Kind == Invalid || e.Kind == Denied || e.Kind == NotFound) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		for _, m := range members {
			known[strings.ToLower(m.ID)] = m
		}
	}
	for _, q := range all {
		if m, ok := known[strings.ToLower(q.ref.Name)]; ok && m.principalType() == q.ref.Type {
			add(found, q.ref, []entra.Principal{m.Principal})
		}
	}
	return true, nil
}
