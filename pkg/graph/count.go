package graph

import (
	"context"
	"net/http"
)

// CountUsers counts the users of the tenant, guests among them. The number comes from
// an index that lags behind writes. Source: graph_contract §2.
func (c *Client) CountUsers(ctx context.Context) (int, error) {
	return c.count(ctx, "users", needsUsers)
}

// CountGroups counts the groups of the tenant, as CountUsers does.
func (c *Client) CountGroups(ctx context.Context) (int, error) {
	return c.count(ctx, "groups", needsGroups)
}

// count asks for a page of one object with the number of all: the bare number at
// /$count is text, which not every proxy lets through as JSON.
func (c *Client) count(ctx context.Context, collection string, needs permission) (int, error) {
	type counted struct {
		Count *int `json:"@odata.count"`
	}
	r := &request{
		op: "count the " + collection, method: http.MethodGet, path: []string{collection}, eventual: true,
		query: odata("$count", "true", "$top", "1", "$select", "id"), needs: needs,
	}
	answer, err := read[counted](ctx, c, r)
	if err != nil {
		return 0, err
	}
	if answer.Count == nil {
		return 0, &Error{Op: r.op, Kind: Malformed, Method: r.method, Path: "/" + collection, Message: "the answer holds no number"}
	}
	return *answer.Count, nil
}

// Address is where the client sends its requests, without version.
func (c *Client) Address() string { return c.at.graph.String() }
