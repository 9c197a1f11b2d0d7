package apply

import (
	"context"
	"fmt"

	"github.com/scimctl/scimctl/pkg/plan"
)

// Find finds the application that q asks for and its synchronization jobs, and
// nothing else of it: two rounds of requests. Where not exactly one application
// fits, App is nil and the candidates tell why.
func Find(ctx context.Context, t Target, q plan.Query) (*plan.Observed, error) {
	q.Principals = nil
	o := &plan.Observed{}
	if err := observeTenant(ctx, t, q, o); err != nil {
		return nil, err
	}
	fitting := q.Fitting(o)
	if len(fitting) > 1 {
		if err := dateCandidates(ctx, t, q, fitting, o); err != nil {
			return nil, err
		}
		fitting = q.Fitting(o)
	}
	if len(fitting) != 1 {
		return o, nil
	}
	sp := fitting[0].ServicePrincipal
	jobs, err := t.Jobs(ctx, sp.ID)
	if err != nil {
		return nil, fmt.Errorf("enterprise application %q: %w", sp.DisplayName, err)
	}
	o.App = &plan.ObservedApp{ServicePrincipal: sp, Jobs: jobs}
	if found := q.FittingJobs(jobs); len(found) == 1 {
		o.App.Job = &found[0]
	}
	return o, nil
}
