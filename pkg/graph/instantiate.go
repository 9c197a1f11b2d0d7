package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// After an instantiate with an unclear end the application is looked for.
const (
	searchLimit = 2 * time.Minute // indexes of the directory lag behind writes
	clockSlack  = time.Minute     // clocks of the service's machines differ
)

// Instantiate makes an application from an application template and waits until
// application and service principal can be read.
//
// The POST is not idempotent: a name may be used twice. It is sent again only
// when Graph refused it for its load. When its end is unclear (no answer, a
// server error, or the 404 that the service gives although it worked) the new
// application is looked for by name, template and time; it is never made twice.
// Source: graph_contract §2, graph_gotchas 1, 2.
func (c *Client) Instantiate(ctx context.Context, templateID, name string) (entra.App, error) {
	op := fmt.Sprintf("make the application %q", name)
	before, err := c.namesakes(ctx, op, templateID, name)
	if err != nil {
		return entra.App{}, err
	}
	since := c.clock.service().Add(-clockSlack)
	r := &request{
		op: op, method: http.MethodPost, path: []string{"applicationTemplates", templateID, "instantiate"},
		body: jsonBody(map[string]string{"displayName": name}), needs: needsApplicationWrite,
	}
	app, err := read[entra.App](ctx, c, r)
	if err == nil && (app.Application.ID == "" || app.ServicePrincipal.ID == "") {
		err = &Error{Op: op, Kind: Malformed, Method: r.method, Message: "the answer names no ids"}
	}
	if err != nil {
		if !maybeMade(err) || ctx.Err() != nil {
			return entra.App{}, err
		}
		app, err = c.search(ctx, op, templateID, name, before, since, err)
		if err != nil {
			return entra.App{}, err
		}
	}
	c.young.addObject(app.Application.ID)
	if app.ServicePrincipal.ID != "" {
		c.young.addObject(app.ServicePrincipal.ID)
	}
	return c.settled(ctx, op, app)
}

// maybeMade reports whether a failed instantiate may have worked. A 404 with the
// directory's own code is about the template and is final.
func maybeMade(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.unclear() || e.Kind == NotFound && e.Code != "Request_ResourceNotFound")
}

// namesakes lists the applications of that name and template.
func (c *Client) namesakes(ctx context.Context, op, templateID, name string) ([]entra.Application, error) {
	found, err := list[entra.Application](ctx, c, &request{
		op: op, method: http.MethodGet, path: []string{"applications"},
		query: odata("$filter", "displayName eq "+quote(name), "$select", selectApplication), needs: needsApplicationRead,
	})
	return slices.DeleteFunc(found, func(a entra.Application) bool { return !strings.EqualFold(a.ApplicationTemplateID, templateID) }), err
}

// search looks for the application that an instantiate with an unclear end made.
func (c *Client) search(ctx context.Context, op, templateID, name string, before []entra.Application, since time.Time, unclear error) (entra.App, error) {
	old := func(a entra.Application) bool {
		made, err := time.Parse(time.RFC3339, a.CreatedDateTime)
		return err == nil && made.Before(since) || slices.ContainsFunc(before, func(b entra.Application) bool { return b.ID == a.ID })
	}
	steps := delays(settlingDelay)
	for waited := time.Duration(0); ; {
		found, err := c.namesakes(ctx, op, templateID, name)
		if err != nil {
			return entra.App{}, fmt.Errorf("%w; looking for it failed too: %w", unclear, err)
		}
		found = slices.DeleteFunc(found, old)
		switch {
		case len(found) == 1:
			return entra.App{Application: found[0]}, nil
		case len(found) > 1:
			var ids []string
			for _, a := range found {
				ids = append(ids, a.ID)
			}
			return entra.App{}, fmt.Errorf("%w; meanwhile %d applications of this name appeared (%s): delete those that nobody wants, then run it again", unclear, len(found), strings.Join(ids, ", "))
		case waited >= searchLimit:
			return entra.App{}, fmt.Errorf("%w; no new application of this name appeared within %s: look for it before running it again", unclear, searchLimit)
		}
		d := min(steps.NextBackOff(), searchLimit-waited)
		waited += d
		c.tell(d, fmt.Sprintf("%s: whether it worked is unclear; looking for it again in %s", op, d.Round(time.Second)))
		if err := c.wait(ctx, d); err != nil {
			return entra.App{}, fmt.Errorf("%w; looking for the application stopped: %w", unclear, err)
		}
	}
}

// settled waits until application and service principal can be read.
func (c *Client) settled(ctx context.Context, op string, app entra.App) (entra.App, error) {
	application, err := read[entra.Application](ctx, c, &request{
		op: op, method: http.MethodGet, path: []string{"applications", app.Application.ID}, object: app.Application.ID,
		query: odata("$select", selectApplication), needs: needsApplicationRead,
		passes: notThere, within: replicationLimit,
	})
	if err != nil {
		return entra.App{}, made(err, app)
	}
	if app.ServicePrincipal.ID == "" {
		app.ServicePrincipal.ID, err = c.principalOf(ctx, op, application.AppID)
		if err != nil {
			return entra.App{}, made(err, app)
		}
		c.young.addObject(app.ServicePrincipal.ID)
	}
	principal, err := read[entra.ServicePrincipal](ctx, c, &request{
		op: op, method: http.MethodGet, path: []string{"servicePrincipals", app.ServicePrincipal.ID}, object: app.ServicePrincipal.ID,
		query: odata("$select", selectPrincipal), needs: needsApplicationRead,
		passes: notThere, within: replicationLimit,
	})
	if err != nil {
		return entra.App{}, made(err, app)
	}
	return entra.App{Application: application, ServicePrincipal: principal}, nil
}

// principalOf waits for the service principal of an application.
func (c *Client) principalOf(ctx context.Context, op, appID string) (string, error) {
	steps := delays(settlingDelay)
	for waited := time.Duration(0); ; {
		found, err := c.ServicePrincipals(ctx, entra.ServicePrincipalQuery{AppID: appID})
		if err != nil {
			return "", err
		}
		if len(found) > 0 {
			return found[0].ID, nil
		}
		if waited >= replicationLimit {
			return "", &Error{Op: op, Kind: NotFound, Waited: waited, Message: "the application has no service principal"}
		}
		d := min(steps.NextBackOff(), replicationLimit-waited)
		waited += d
		c.tell(d, fmt.Sprintf("%s: waiting for its service principal; looking again in %s", op, d.Round(time.Second)))
		if err := c.wait(ctx, d); err != nil {
			return "", canceled(&Error{Op: op, Waited: waited}, err)
		}
	}
}

// notThere is the error of an object that is still being copied about.
func notThere(e *Error) bool { return e.Kind == NotFound && !e.foreign }

// made tells of the application that exists although the call failed.
func made(err error, app entra.App) error {
	return fmt.Errorf("%w; the application was made: its object id is %s", err, app.Application.ID)
}
