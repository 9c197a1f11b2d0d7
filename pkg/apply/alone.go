package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
)

// alone makes sure that no other run made the same application or the same job at
// the same time: each would provision the same people into the same endpoint. Graph
// has no way to make an application only if there is none, so that two runs may both
// find nothing and both make one. It is looked at as late as can be, before the job
// is started, since lists lag behind writes.
func (r *runner) alone(ctx context.Context) error {
	r.mu.Lock()
	app, made, template, checked := r.app, r.made, r.newJob, r.checked
	r.checked = true
	r.mu.Unlock()
	if checked {
		return nil
	}
	g, ctx := errgroup.WithContext(ctx)
	if create := r.step(plan.CreateApp); made != nil && create != nil {
		g.Go(func() error { return r.onlyApp(ctx, create.CreateApp, made) })
	}
	if template != "" {
		g.Go(func() error { return r.onlyJob(ctx, app, template) })
	}
	return g.Wait()
}

// step returns the step of a kind of which a plan has at most one.
func (r *runner) step(kind plan.Kind) *plan.Step {
	if i := slices.IndexFunc(r.p.Steps, func(s plan.Step) bool { return s.Kind == kind }); i >= 0 {
		return &r.p.Steps[i]
	}
	return nil
}

func (r *runner) onlyApp(ctx context.Context, create *plan.CreateAppStep, made *entra.Application) error {
	found, err := r.t.Namesakes(ctx, create.TemplateID, create.Name, create.Tag)
	if err != nil {
		return err
	}
	ids := []string{made.ID + " (client id " + made.AppID + ", made by this run)"}
	for _, a := range found {
		if a.ID != made.ID {
			ids = append(ids, a.ID+" (client id "+a.AppID+", created "+a.CreatedDateTime+")")
		}
	}
	if len(ids) == 1 {
		return nil
	}
	slices.Sort(ids[1:])
	return fmt.Errorf("another run of the same profile made an application %q at the same time; there are now %d: %s; the job is not started: remove all but one of them, and apply again", create.Name, len(ids), strings.Join(ids, ", "))
}

func (r *runner) onlyJob(ctx context.Context, app plan.AppRef, template string) error {
	jobs, err := r.t.Jobs(ctx, app.ServicePrincipalID)
	if err != nil {
		return err
	}
	ids := []string{app.JobID + " (made by this run)"}
	for _, j := range jobs {
		if j.TemplateID == template && j.ID != app.JobID {
			ids = append(ids, j.ID)
		}
	}
	if len(ids) == 1 {
		return nil
	}
	slices.Sort(ids[1:])
	return fmt.Errorf("another run of the same profile made a synchronization job at the same time; the application has now %d from the template %s: %s; the job is not started: delete all but one of them, and apply again", len(ids), template, strings.Join(ids, ", "))
}

// finish looks once more at what a run made that starts no job. What it finds is
// reported with the step that made it.
func (r *runner) finish(ctx context.Context, report *Report) {
	made := report.of(plan.CreateApp)
	if made == nil {
		made = report.of(plan.CreateJob)
	}
	if made == nil || made.State != Done || ctx.Err() != nil {
		return
	}
	if err := r.alone(ctx); err != nil {
		made.State, made.Err, made.Error = Failed, err, err.Error()
	}
}
