package apply

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
)

// maxParses is how many expressions are parsed by the tenant at once.
const maxParses = 4

// editSchema makes the job's schema agree with the profile: it is read as it is
// now, edited, checked and written once as a whole. A schema that agrees already
// is not written. Source: graph_contract §8, graph_gotchas 25, 32.
func (r *runner) editSchema(ctx context.Context, s *plan.SchemaStep) (string, error) {
	now, err := r.readSchemas(ctx, s)
	if err != nil {
		return "", err
	}
	edits, problems := s.Converge(now.live, now.template, now.operators)
	if err := problems.Err(); err != nil {
		return "", fmt.Errorf("the profile does not fit the schema: %w", err)
	}
	if len(edits) == 0 {
		return "the schema says so already", nil
	}
	trees, err := r.sourceTrees(ctx, now.live, edits)
	if err != nil {
		return "", err
	}
	after := now.live.Clone()
	if err := mapping.Apply(after, edits, trees, true); err != nil {
		return "", fmt.Errorf("edit the schema: %w", err)
	}
	problems, err = s.Lint(now.live, after, true)
	if err != nil {
		return "", err
	}
	if err := problems.Err(); err != nil {
		return "", fmt.Errorf("the mappings would not work: %w", err)
	}
	app := r.ref()
	return "", r.t.PutSchema(ctx, app.ServicePrincipalID, app.JobID, after)
}

// schemas is what must be read before a schema is edited.
type schemas struct {
	live, template *entra.Schema
	operators      map[string]string
}

// readSchemas reads what the wants need, at the same time. A job that this run
// made still has its template's schema.
func (r *runner) readSchemas(ctx context.Context, s *plan.SchemaStep) (schemas, error) {
	var now schemas
	app := r.ref()
	r.mu.Lock()
	newJob := r.newJob
	r.mu.Unlock()
	needsTemplate := slices.ContainsFunc(s.Wants, func(w mapping.Desired) bool { return w.Base == mapping.BaseTemplate })
	needsOperators := slices.ContainsFunc(s.Wants, func(w mapping.Desired) bool { return w.Filters != nil && len(*w.Filters) > 0 })
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		now.live, err = r.t.Schema(ctx, app.ServicePrincipalID, app.JobID)
		return err
	})
	if needsTemplate && newJob == "" {
		g.Go(func() (err error) {
			now.template, err = r.templateSchema(ctx, app)
			return err
		})
	}
	if needsOperators {
		g.Go(func() error {
			names, err := r.t.FilterOperators(ctx, app.ServicePrincipalID, app.JobID)
			now.operators = plan.FoldOperators(names)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return schemas{}, err
	}
	if needsTemplate && newJob != "" {
		now.template = now.live.Clone()
	}
	return now, nil
}

// templateSchema reads the schema of the template that a job was made from.
func (r *runner) templateSchema(ctx context.Context, app plan.AppRef) (*entra.Schema, error) {
	jobs, err := r.t.Jobs(ctx, app.ServicePrincipalID)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(jobs, func(j entra.Job) bool { return j.ID == app.JobID })
	if i < 0 {
		return nil, fmt.Errorf("the synchronization job %s is no longer there; plan again", app.JobID)
	}
	return r.t.TemplateSchema(ctx, app.ServicePrincipalID, jobs[i].TemplateID)
}

// sourceTrees has the tenant parse the expressions whose source trees only it
// can tell. Source: expressions §6.
func (r *runner) sourceTrees(ctx context.Context, live *entra.Schema, edits []mapping.Edit) (mapping.Trees, error) {
	app := r.ref()
	var mu sync.Mutex
	trees := mapping.Trees{}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(maxParses)
	for _, expression := range mapping.NeedTrees(live, edits) {
		g.Go(func() error {
			tree, err := r.t.ParseExpression(ctx, app.ServicePrincipalID, app.JobID, expression)
			if err != nil {
				return fmt.Errorf("have the tenant parse %s: %w", expression, err)
			}
			mu.Lock()
			trees[expression] = tree
			mu.Unlock()
			return nil
		})
	}
	return trees, g.Wait()
}
