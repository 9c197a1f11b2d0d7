package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
)

// Observe finds out what q asks for, in three rounds of requests at most: what
// can be looked up by name; what hangs on the application; what hangs on its job.
// The requests of a round run at the same time, and none is made twice.
func Observe(ctx context.Context, t Target, q plan.Query) (*plan.Observed, error) {
	o := &plan.Observed{}
	if err := observeTenant(ctx, t, q, o); err != nil {
		return nil, err
	}
	fitting := q.Fitting(o)
	if len(fitting) > 1 {
		if err := dateCandidates(ctx, t, q, fitting, o); err != nil {
			return nil, err
		}
		fitting = q.Fitting(o) // one of several namesakes may turn out to be ours
	}
	if len(fitting) != 1 {
		return o, nil
	}
	app, err := observeApp(ctx, t, q, fitting[0].ServicePrincipal)
	if err != nil {
		return nil, err
	}
	o.App = app
	for i, c := range o.Candidates {
		if app.Application != nil && c.ServicePrincipal.ID == app.ServicePrincipal.ID {
			register(&o.Candidates[i], q, app.Application)
		}
	}
	return o, nil
}

// observeTenant is the first round: tenant, template, application, principals.
func observeTenant(ctx context.Context, t Target, q plan.Query, o *plan.Observed) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		o.Tenant, err = t.Tenant(ctx)
		return err
	})
	if q.Template != "" {
		g.Go(func() error {
			found, err := t.ApplicationTemplates(ctx, q.Template)
			if err != nil {
				return fmt.Errorf("look up the gallery application %q: %w", q.Template, err)
			}
			if len(found) == 1 {
				o.Template = &found[0]
			} else {
				o.Templates = found
			}
			return nil
		})
	}
	queries := identityQueries(q)
	found := make([][]entra.ServicePrincipal, len(queries))
	for i, sq := range queries {
		g.Go(func() (err error) {
			found[i], err = t.ServicePrincipals(ctx, sq)
			return err
		})
	}
	if len(q.Principals) > 0 {
		g.Go(func() (err error) {
			o.Principals, err = t.Principals(ctx, q.Principals)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	o.Candidates = candidates(q, slices.Concat(found...))
	return nil
}

// identityQueries are the ways in which the application can be found.
func identityQueries(q plan.Query) []entra.ServicePrincipalQuery {
	switch e := q.Existing; {
	case e == nil:
		return []entra.ServicePrincipalQuery{{Tag: q.Tag}, {Name: q.Name}}
	case e.ServicePrincipal != "":
		return []entra.ServicePrincipalQuery{{ID: e.ServicePrincipal}}
	case e.AppID != "":
		return []entra.ServicePrincipalQuery{{AppID: e.AppID}}
	default:
		return []entra.ServicePrincipalQuery{{Name: e.Name}}
	}
}

// candidates returns each service principal once, tagged ones first.
func candidates(q plan.Query, found []entra.ServicePrincipal) []plan.Candidate {
	var out []plan.Candidate
	for _, sp := range found {
		if !slices.ContainsFunc(out, func(c plan.Candidate) bool { return c.ServicePrincipal.ID == sp.ID }) {
			out = append(out, plan.Candidate{ServicePrincipal: sp, Tagged: slices.Contains(sp.Tags, q.Tag)})
		}
	}
	slices.SortFunc(out, func(a, b plan.Candidate) int {
		if a.Tagged != b.Tagged {
			if a.Tagged {
				return -1
			}
			return 1
		}
		return strings.Compare(a.ServicePrincipal.ID, b.ServicePrincipal.ID)
	})
	return out
}

// maxDated is how many candidates are worth a request each for their date.
const maxDated = 10

// dateCandidates finds out when candidates were made, so that a person can tell
// them apart, and which of them a run of this profile made. A registration that cannot
// be read leaves its candidate undated.
func dateCandidates(ctx context.Context, t Target, q plan.Query, fitting []plan.Candidate, o *plan.Observed) error {
	g, ctx := errgroup.WithContext(ctx)
	for i, c := range o.Candidates {
		if i >= maxDated || !slices.ContainsFunc(fitting, func(f plan.Candidate) bool { return f.ServicePrincipal.ID == c.ServicePrincipal.ID }) {
			continue
		}
		g.Go(func() error {
			if app, err := t.Application(ctx, c.ServicePrincipal.AppID); err == nil && app != nil {
				register(&o.Candidates[i], q, app)
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

// register adds to a candidate what its registration says. The mark in the
// reference counts only where no profile has tagged the service principal since.
func register(c *plan.Candidate, q plan.Query, app *entra.Application) {
	c.Created = app.CreatedDateTime
	_, owned := plan.Owner(c.ServicePrincipal.Tags)
	c.Begun = app.Reference == q.Tag && !owned
}

// observeApp is the second and third round: what hangs on the service principal,
// then what hangs on its job.
func observeApp(ctx context.Context, t Target, q plan.Query, sp entra.ServicePrincipal) (*plan.ObservedApp, error) {
	a := &plan.ObservedApp{ServicePrincipal: sp}
	g, ctx2 := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		// A registration may live in another tenant; it is needed for roles only.
		if a.Application, err = t.Application(ctx2, sp.AppID); err != nil {
			a.Application = nil
		}
		return ctx2.Err()
	})
	g.Go(func() (err error) {
		a.Jobs, err = t.Jobs(ctx2, sp.ID)
		return err
	})
	g.Go(func() (err error) {
		a.SyncTemplates, err = t.SyncTemplates(ctx2, sp.ID)
		return err
	})
	g.Go(func() (err error) {
		a.Secrets, err = t.Secrets(ctx2, sp.ID)
		return err
	})
	if q.Assignments {
		g.Go(func() (err error) {
			a.Assignments, err = t.Assignments(ctx2, sp.ID)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("enterprise application %q: %w", sp.DisplayName, err)
	}
	if fitting := q.FittingJobs(a.Jobs); len(fitting) == 1 {
		a.Job = &fitting[0]
	}
	if err := observeJob(ctx, t, q, a); err != nil {
		return nil, fmt.Errorf("enterprise application %q: %w", sp.DisplayName, err)
	}
	return a, nil
}

// observeJob is the third round.
func observeJob(ctx context.Context, t Target, q plan.Query, a *plan.ObservedApp) error {
	sp := a.ServicePrincipal.ID
	g, ctx := errgroup.WithContext(ctx)
	template := ""
	if a.Job == nil {
		template = plan.ChooseSyncTemplate(q.SyncTemplate, a.SyncTemplates)
	} else if q.FullMappings {
		template = a.Job.TemplateID
	}
	if q.Mappings && template != "" && (a.Job != nil || len(a.Jobs) == 0) {
		g.Go(func() (err error) {
			a.TemplateSchema, err = t.TemplateSchema(ctx, sp, template)
			return err
		})
	}
	if a.Job == nil {
		return g.Wait()
	}
	g.Go(func() (err error) {
		a.Schema, err = t.Schema(ctx, sp, a.Job.ID)
		return err
	})
	if q.Filters {
		g.Go(func() error {
			names, err := t.FilterOperators(ctx, sp, a.Job.ID)
			a.Operators = plan.FoldOperators(names)
			return err
		})
	}
	if q.CanTest(a.Secrets) {
		g.Go(func() error {
			err := t.ValidateCredentials(ctx, sp, a.Job.ID, nil)
			a.Credentials, a.CredentialsWhy = credentials(err)
			return ctx.Err()
		})
	}
	return g.Wait()
}

// credentials judges a test connection. Only a *entra.ConnectionError comes from
// the endpoint; any other one says that no test was made: a missing permission, most often.
func credentials(err error) (plan.CredentialState, string) {
	if err == nil {
		return plan.CredentialsValid, ""
	}
	if refused, ok := errors.AsType[*entra.ConnectionError](err); ok {
		return plan.CredentialsRejected, refused.Error()
	}
	return plan.CredentialsUnknown, err.Error()
}
