package graph

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// DeleteApplication moves an application to the deleted items, and its service
// principal of this tenant with it. One that is gone already is a success.
// Source: graph_contract §2.
func (c *Client) DeleteApplication(ctx context.Context, applicationID string) error {
	return c.remove(ctx, "delete the application", applicationID, "applications", applicationID)
}

// DeleteServicePrincipal moves a service principal alone to the deleted items: one
// whose application is not there. One that is gone already is a success.
// Source: graph_contract §2.
func (c *Client) DeleteServicePrincipal(ctx context.Context, servicePrincipalID string) error {
	return c.remove(ctx, "delete the service principal", servicePrincipalID, "servicePrincipals", servicePrincipalID)
}

// Purge removes a deleted object for good. One that is gone already is a success.
// Source: graph_contract §2.
func (c *Client) Purge(ctx context.Context, id string) error {
	return c.remove(ctx, "remove the deleted object for good", id, "directory", "deletedItems", id)
}

func (c *Client) remove(ctx context.Context, op, id string, path ...string) error {
	_, err := c.do(ctx, &request{op: op, method: http.MethodDelete, path: path, object: id, needs: needsApplicationWrite})
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == NotFound && !e.foreign {
		return nil
	}
	return err
}

// deletedItem is an application or a service principal among the deleted items.
type deletedItem struct {
	ID          string    `json:"id"`
	AppID       string    `json:"appId"`
	DisplayName string    `json:"displayName"`
	Tags        []string  `json:"tags"`
	Deleted     time.Time `json:"deletedDateTime"`
}

// DeletedApps returns the deleted applications whose service principal carries a
// tag, the last deleted first. The lists take no filter that is documented, so they
// are read whole. Source: graph_contract §2, §11.
func (c *Client) DeletedApps(ctx context.Context, tag string) ([]entra.DeletedApp, error) {
	principals, err := c.deletedItems(ctx, "servicePrincipal")
	if err != nil {
		return nil, err
	}
	principals = slices.DeleteFunc(principals, func(p deletedItem) bool { return !slices.Contains(p.Tags, tag) })
	if len(principals) == 0 {
		return nil, nil
	}
	applications, err := c.deletedItems(ctx, "application")
	if err != nil {
		return nil, err
	}
	var out []entra.DeletedApp
	for _, p := range principals {
		d := entra.DeletedApp{ServicePrincipalID: p.ID, AppID: p.AppID, DisplayName: p.DisplayName, Tags: p.Tags, Deleted: p.Deleted}
		if i := slices.IndexFunc(applications, func(a deletedItem) bool { return a.AppID == p.AppID }); i >= 0 {
			d.ApplicationID = applications[i].ID
		}
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b entra.DeletedApp) int { return b.Deleted.Compare(a.Deleted) })
	return out, nil
}

func (c *Client) deletedItems(ctx context.Context, kind string) ([]deletedItem, error) {
	return list[deletedItem](ctx, c, &request{
		op: "list the deleted applications", method: http.MethodGet, path: []string{"directory", "deletedItems", "microsoft.graph." + kind},
		query: odata("$select", "id,appId,displayName,tags,deletedDateTime"), needs: needsApplicationRead,
	})
}
