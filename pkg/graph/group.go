package graph

import (
	"context"
	"fmt"
	"net/http"
)

// Group reads one group by object id, with no more than the properties named, id among
// them always. Values are as encoding/json decodes them. The error is of Kind NotFound
// when there is none. Source: graph_contract §11.
func (c *Client) Group(ctx context.Context, id string, properties []string) (map[string]any, error) {
	return read[map[string]any](ctx, c, &request{
		op: fmt.Sprintf("read the group %q", id), method: http.MethodGet, path: []string{"groups", id}, query: userQuery(properties), needs: needsGroups,
	})
}
