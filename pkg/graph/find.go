package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/scimctl/scimctl/pkg/entra"
)

// What is selected of each object. Source: graph_contract §2.
const (
	selectTemplate    = "id,displayName,publisher,supportedProvisioningTypes"
	selectApplication = "id,appId,displayName,applicationTemplateId,createdDateTime,tags,appRoles,serviceManagementReference"
	selectPrincipal   = "id,appId,displayName,applicationTemplateId,appRoleAssignmentRequired,tags,appRoles"
)

// ApplicationTemplates finds gallery applications by id or display name. None is
// no error. Source: graph_contract §2.
func (c *Client) ApplicationTemplates(ctx context.Context, nameOrID string) ([]entra.ApplicationTemplate, error) {
	r := &request{op: fmt.Sprintf("find the application template %q", nameOrID), method: http.MethodGet, needs: needsNothing}
	if isID(nameOrID) {
		r.path, r.query = []string{"applicationTemplates", nameOrID}, odata("$select", selectTemplate)
		return one[entra.ApplicationTemplate](ctx, c, r)
	}
	r.path, r.query = []string{"applicationTemplates"}, odata("$filter", "displayName eq "+quote(nameOrID), "$select", selectTemplate)
	return list[entra.ApplicationTemplate](ctx, c, r)
}

// ServicePrincipals finds enterprise applications; exactly one field of q is set.
// None is no error. All of these filters work without an advanced query.
// Source: graph_contract §2.
func (c *Client) ServicePrincipals(ctx context.Context, q entra.ServicePrincipalQuery) ([]entra.ServicePrincipal, error) {
	r := &request{method: http.MethodGet, path: []string{"servicePrincipals"}, needs: needsApplicationRead}
	var what, filter string
	set := 0
	for _, by := range []struct{ value, what, filter string }{
		{q.ID, "with id", ""},
		{q.AppID, "with client id", "appId eq " + quote(q.AppID)},
		{q.Name, "named", "displayName eq " + quote(q.Name)},
		{q.Tag, "tagged", "tags/any(t:t eq " + quote(q.Tag) + ")"},
	} {
		if by.value != "" {
			set++
			what, filter = fmt.Sprintf("%s %q", by.what, by.value), by.filter
		}
	}
	r.op = "find the service principal " + what
	if set != 1 {
		return nil, &Error{Op: "find a service principal", Kind: Invalid, Message: fmt.Sprintf("%d of id, client id, name and tag are given, not one", set), unsent: true}
	}
	if q.ID != "" {
		r.path, r.query, r.object = append(r.path, q.ID), odata("$select", selectPrincipal), q.ID
		return one[entra.ServicePrincipal](ctx, c, r)
	}
	r.query = odata("$filter", filter, "$select", selectPrincipal)
	found, err := list[entra.ServicePrincipal](ctx, c, r)
	for _, sp := range found {
		c.newcomers.meet(sp.ID, sp.AppID)
	}
	return found, err
}

// Application reads the registration behind a service principal. The error is of
// Kind NotFound when it is not in this tenant, as with applications of others.
func (c *Client) Application(ctx context.Context, appID string) (*entra.Application, error) {
	r := &request{
		op: fmt.Sprintf("read the application with client id %q", appID), method: http.MethodGet, path: []string{"applications"},
		query: odata("$filter", "appId eq "+quote(appID), "$select", selectApplication), needs: needsApplicationRead,
	}
	found, err := list[entra.Application](ctx, c, r)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, &Error{Op: r.op, Kind: NotFound, Method: r.method, Path: "/applications", Message: "this tenant has no such registration"}
	}
	return &found[0], nil
}

// one reads an object by its id as a list of one, or none when it does not exist.
func one[T any](ctx context.Context, c *Client, r *request) ([]T, error) {
	v, err := read[T](ctx, c, r)
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == NotFound && !e.foreign {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []T{v}, nil
}
