package apply

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/secret"
)

// Options configure a run.
type Options struct {
	Secrets *secret.Resolver // reads the token; needed where a plan writes one
	Now     func() time.Time // nil means time.Now
	// Progress is called as steps begin and end, from one goroutine at a time; nil for none.
	Progress func(Event)
	Parallel int // steps at once; 0 means 4
}

// defaultParallel is how many steps run at once unless Options say otherwise.
const defaultParallel = 4

// Event is the begin or end of a step. Index is the step's place in the plan.
type Event struct {
	Step         plan.Step
	Done         bool
	Err          error
	Index, Total int
	Took         time.Duration
}

// Run carries out p as a dependency graph, independent steps in parallel. A plan
// with refusals or errors is not run: the Report is then nil. Otherwise the Report is
// complete also when the error is not nil, with the results in the plan's order;
// the error is the first failed step's in that order, or the context's.
//
// Secrets are read before anything is made, so that one that is missing leaves
// the tenant as it is, and are forgotten when they are written. When ctx ends,
// no more steps begin and those under way end as their calls do. A job that was
// paused for changes which then failed is started again where nothing speaks
// against it.
func Run(ctx context.Context, t Target, p *plan.Plan, o Options) (*Report, error) {
	switch {
	case p.Diagnostics.HasErrors():
		return nil, fmt.Errorf("the plan has errors and cannot be applied: %w", p.Diagnostics.Err())
	case len(p.Refusals) > 0:
		return nil, fmt.Errorf("the plan is refused: %s", p.Refusals[0].Reason)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Parallel <= 0 {
		o.Parallel = defaultParallel
	}
	report := newReport(p)
	if len(p.Steps) == 0 || ctx.Err() != nil {
		return report, context.Cause(ctx)
	}
	secrets, failed, err := resolveSecrets(ctx, o.Secrets, p.Steps)
	if err != nil {
		report.fail(failed, err, 0)
		return report, err
	}
	r := &runner{t: t, p: p, app: p.App, secrets: secrets}
	s := &scheduler{steps: p.Steps, options: o, report: report, run: r.runAll}
	s.loop(ctx)
	r.finish(ctx, report)
	r.resume(ctx, report)
	report.App = r.ref()
	if err := report.firstError(); err != nil {
		return report, err
	}
	if report.dropped() {
		return report, errors.Join(errors.New("the run was stopped"), context.Cause(ctx))
	}
	return report, nil
}
