package graph

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/scimctl/scimctl/pkg/entra"
)

// After an instantiate with an unclear end the application is looked for.
const (
	searchLimit = 2 * time.Minute // indexes of the directory lag behind writes
	clockSlack  = time.Minute     // clocks of the service's machines differ
)

// birth is one application that is being made.
type birth struct {
	op, template, name, mark string
	before                   []entra.Application // of that name already, where there is no mark
	since                    time.Time           // of the service's clock
}

// Instantiate makes an application from an application template and waits until
// application and service principal can be read. The mark is written into the
// application's reference while it is made, so that it is never there without: the
// tags of a service principal can only be set afterwards. "" leaves it out, and so
// does a tenant that refuses the text.
//
// The POST is not idempotent: a name may be used twice. It is sent again only
// when Graph refused it for its load. When its end is unclear (no answer, a
// server error, or the 404 that the service gives although it worked) the new
// application is looked for by name, template, mark and time; it is never made twice.
// Source: graph_contract §2, graph_gotchas 1, 2.
func (c *Client) Instantiate(ctx context.Context, templateID, name, mark string) (entra.App, error) {
	b := &birth{op: fmt.Sprintf("make the application %q", name), template: templateID, name: name, mark: mark}
	var err error
	if mark == "" {
		if b.before, err = c.namesakes(ctx, b); err != nil {
			return entra.App{}, err
		}
	}
	b.since = c.clock.service().Add(-clockSlack)
	app, err := c.instantiate(ctx, b)
	switch {
	case err == nil:
	case mark != "" && refusesMark(err):
		return c.Instantiate(ctx, templateID, name, "")
	case !maybeMade(err) || ctx.Err() != nil:
		return entra.App{}, err
	default:
		if app, err = c.search(ctx, b, err); err != nil {
			return entra.App{}, err
		}
	}
	c.young.addObject(app.Application.ID)
	if app.ServicePrincipal.ID != "" {
		c.young.addObject(app.ServicePrincipal.ID)
	}
	return c.settled(ctx, b.op, app)
}

// instantiate sends the POST.
func (c *Client) instantiate(ctx context.Context, b *birth) (entra.App, error) {
	body := map[string]string{"displayName": b.name}
	if b.mark != "" {
		body["serviceManagementReference"] = b.mark
	}
	r := &request{
		op: b.op, method: http.MethodPost, path: []string{"applicationTemplates", b.template, "instantiate"},
		body: jsonBody(body), needs: needsApplicationWrite,
	}
	app, err := read[entra.App](ctx, c, r)
	if err == nil && (app.Application.ID == "" || app.ServicePrincipal.ID == "") {
		err = &Error{Op: b.op, Kind: Malformed, Method: r.method, Message: "the answer names no ids"}
	}
	return app, err
}

// refusesMark reports whether nothing was made because of the mark: tenants may
// have rules for the reference.
func refusesMark(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == Invalid && strings.Contains(strings.ToLower(e.Message), "servicemanagementreference")
}

// maybeMade reports whether a failed instantiate may have worked. A 404 with the
// directory's own code is about the template and is final.
func maybeMade(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.unclear() || e.Kind == NotFound && e.Code != "Request_ResourceNotFound")
}

// namesakes lists the applications of that name, template and mark.
func (c *Client) namesakes(ctx context.Context, b *birth) ([]entra.Application, error) {
	found, err := list[entra.Application](ctx, c, &request{
		op: b.op, method: http.MethodGet, path: []string{"applications"},
		query: odata("$filter", "displayName eq "+quote(b.name), "$select", selectApplication), needs: needsApplicationRead,
	})
	return slices.DeleteFunc(found, func(a entra.Application) bool {
		return !strings.EqualFold(a.ApplicationTemplateID, b.template) || b.mark != "" && a.Reference != b.mark
	}), err
}

// Namesakes lists the applications that Instantiate made with the same template,
// name and mark: more than one when two runs made one at the same time.
func (c *Client) Namesakes(ctx context.Context, templateID, name, mark string) ([]entra.Application, error) {
	return c.namesakes(ctx, &birth{op: fmt.Sprintf("look for another application %q", name), template: templateID, name: name, mark: mark})
}

// search looks for the application that an instantiate with an unclear end made.
func (c *Client) search(ctx context.Context, b *birth, unclear error) (entra.App, error) {
	old := func(a entra.Application) bool {
		made, err := time.Parse(time.RFC3339, a.CreatedDateTime)
		return err == nil && made.Before(b.since) || slices.ContainsFunc(b.before, func(o entra.Application) bool { return o.ID == a.ID })
	}
	steps := delays(settlingDelay)
	for waited := time.Duration(0); ; {
		found, err := c.namesakes(ctx, b)
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
		c.tell(d, fmt.Sprintf("%s: whether it worked is unclear; looking for it again in %s", b.op, d.Round(time.Second)))
		if err := c.wait(ctx, d); err != nil {
			return entra.App{}, fmt.Errorf("%w; looking for the application stopped: %w", unclear, err)
		}
	}
}

// settled waits until application and service principal can be read.
func (c *Client) settled(ctx context.Context, op string, app entra.App) (entra.App, error) {
	g, both := errgroup.WithContext(ctx)
	var application entra.Application
	g.Go(func() (err error) {
		application, err = c.settledApplication(both, op, app.Application.ID)
		return err
	})
	var principal entra.ServicePrincipal
	g.Go(func() (err error) {
		id := app.ServicePrincipal.ID
		if id == "" { // the application was found by a search
			if id, err = c.principalOf(both, op, app.Application.AppID); err != nil {
				return err
			}
			c.young.addObject(id)
		}
		principal, err = c.settledPrincipal(both, op, id)
		return err
	})
	if err := g.Wait(); err != nil {
		return entra.App{}, made(err, app)
	}
	return entra.App{Application: application, ServicePrincipal: principal}, nil
}

func (c *Client) settledApplication(ctx context.Context, op, id string) (entra.Application, error) {
	return read[entra.Application](ctx, c, &request{
		op: op, method: http.MethodGet, path: []string{"applications", id}, object: id,
		query: odata("$select", selectApplication), needs: needsApplicationRead,
		passes: notThere, within: replicationLimit,
	})
}

func (c *Client) settledPrincipal(ctx context.Context, op, id string) (entra.ServicePrincipal, error) {
	return read[entra.ServicePrincipal](ctx, c, &request{
		op: op, method: http.MethodGet, path: []string{"servicePrincipals", id}, object: id,
		query: odata("$select", selectPrincipal), needs: needsApplicationRead,
		passes: notThere, within: replicationLimit,
	})
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
