package engine

import (
	"context"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// TestConnection looks for an object that cannot exist, as Entra's Test
// Connection does: a user by the matching attribute, and a group where groups are
// provisioned. Anything but an empty ListResponse is a failure. In Okta's dialects it
// asks for a short list of users. The error is a *client.Error.
// Source: entra_wire W-01, W-07; okta_contract §9.
func (e *Engine) TestConnection(ctx context.Context) error {
	for _, k := range []*kind{e.users, e.groups} {
		if k == nil || k == e.groups && e.users != nil && e.config.Dialect.IsOkta() {
			continue
		}
		if err := e.probe(ctx, k); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) probe(ctx context.Context, k *kind) error {
	if plain := e.config.Dialect.Probe(); plain != nil {
		_, err := e.config.Client.Search(ctx, k.resource, plain...)
		return err
	}
	id, err := uuid.NewRandomFromReader(e.config.Env.Random)
	if err != nil {
		return &client.Error{Kind: client.KindProtocol, Method: http.MethodGet, URL: k.resource, Detail: "no random id for the query", Err: err}
	}
	path, err := scim.ParsePath(k.Matching()[0].Target.Value)
	if err != nil {
		return &client.Error{Kind: client.KindProtocol, Method: http.MethodGet, URL: k.resource, Detail: "the matching attribute is no SCIM path", Err: err}
	}
	filter := scim.Equal(path, id.String()).String()
	query := e.config.Dialect.SearchUsers
	if k == e.groups {
		query = e.config.Dialect.SearchGroups
	}
	list, err := e.config.Client.Search(ctx, k.resource, query(filter)...)
	if err != nil {
		return err
	}
	if n := max(list.TotalResults, len(list.Resources)); n > 0 {
		return &client.Error{
			Kind: client.KindProtocol, Method: http.MethodGet, URL: k.resource, Status: http.StatusOK,
			Detail: fmt.Sprintf("the server found %d objects for %s, an id that was made up for this query: it does not evaluate the filter", n, filter),
		}
	}
	return nil
}
