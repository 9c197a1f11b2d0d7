package endpoint

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// Runner tests one server.
type Runner struct {
	options Options
	wire    *wire
	checks  []Check
	run     string
	serial  atomic.Int64
	users   targets
	groups  targets
	facts   facts

	mu   sync.Mutex // guards what workers report
	done int
}

// New checks the options and returns a Runner. The error says what is wrong with them
// and does not contain the token.
func New(o Options) (*Runner, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	r := &Runner{options: o}
	if r.wire, err = newWire(o); err != nil {
		return nil, err
	}
	if r.checks, err = selected(Checks(), o.Suites, o.Only, o.Skip); err != nil {
		return nil, err
	}
	if r.run, err = runID(o.Random); err != nil {
		return nil, err
	}
	if r.users, err = userTargets(o.Users); err != nil {
		return nil, err
	}
	if r.groups, err = groupTargets(o.Groups); err != nil {
		return nil, err
	}
	return r, nil
}

// Checks returns the checks that Run will run, in the order of the Report.
func (r *Runner) Checks() []Check { return r.checks }

// RunID returns the id that is part of the mark of the run's objects.
func (r *Runner) RunID() string { return r.run }

// errLimit ends a run that takes too long.
var errLimit = errors.New("the time of the whole run is used up")

// Run runs the checks and returns the Report, whatever happens. When ctx ends, checks
// under way stop, what they made is removed, and the others do not run. A Runner is
// for one Run.
func (r *Runner) Run(ctx context.Context) *Report {
	report := &Report{URL: r.wire.mask.Text(r.options.URL), Run: r.run, Started: r.options.Now(), Results: make([]Result, len(r.checks))}
	for _, d := range r.options.Dialects {
		report.Dialects = append(report.Dialects, string(d))
	}
	limited, cancel := context.WithTimeoutCause(ctx, r.options.Limit, errLimit)
	defer cancel()
	r.facts = r.gather(limited)
	report.Fingerprint = fingerprint(r.facts.schemas)

	var together, alone []int
	for i := range r.checks {
		if r.checks[i].Needs&Alone != 0 {
			alone = append(alone, i)
		} else {
			together = append(together, i)
		}
	}
	r.runAll(limited, report, together, r.options.Parallel)
	r.runAll(limited, report, alone, 1)
	if !r.options.ReadOnly && r.facts.blocked == "" {
		report.Left = append(report.Left, r.sweep(ctx)...)
	}
	report.Left = compact(report.Left)
	if limited.Err() != nil {
		report.Interrupted = context.Cause(limited).Error()
	}
	report.Requests = int(r.wire.requests.Load())
	report.Took = r.options.Now().Sub(report.Started)
	return report
}

// runAll runs the checks of the indexes on some workers.
func (r *Runner) runAll(ctx context.Context, report *Report, indexes []int, workers int) {
	queue := make(chan int)
	var all sync.WaitGroup
	for range min(workers, len(indexes)) {
		all.Go(func() {
			for i := range queue {
				r.progress(&r.checks[i], nil)
				result, left := r.one(ctx, r.checks[i])
				r.mu.Lock()
				report.Results[i] = result
				report.Left = append(report.Left, left...)
				r.done++
				r.mu.Unlock()
				r.progress(&r.checks[i], &result)
			}
		})
	}
	for _, i := range indexes {
		queue <- i
	}
	close(queue)
	all.Wait()
}

func (r *Runner) progress(c *Check, result *Result) {
	if r.options.Progress == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.options.Progress(Event{Check: c, Result: result, Done: r.done, Total: len(r.checks)})
}

// one runs one check and removes what it made.
func (r *Runner) one(ctx context.Context, c Check) (Result, []Leftover) {
	result := Result{Check: c}
	if ctx.Err() != nil {
		result.Status, result.Cause, result.Reason = NotRun, Interrupted, context.Cause(ctx).Error()
		return result, nil
	}
	if cause, reason := r.missing(c); reason != "" {
		result.Status, result.Cause, result.Reason = NotRun, cause, reason
		return result, nil
	}
	started := r.options.Now()
	p := &Probe{runner: r, result: &result, shared: &probeState{last: -1}}
	p.run(ctx)
	left := p.clean(ctx)
	result.Took = r.options.Now().Sub(started)
	result.settle()
	return result, left
}

// run calls the check and catches what ends it.
func (p *Probe) run(ctx context.Context) {
	defer func() {
		switch caught := recover().(type) {
		case nil, stop:
		default:
			// A mistake in a check must cost neither the run nor its clean-up.
			p.result.Status, p.result.Cause = NotRun, Blocked
			p.result.Reason = fmt.Sprintf("the check itself failed: %v", caught)
		}
	}()
	p.result.Check.Run(ctx, p)
}

// missing says why a check cannot run, before it does.
func (r *Runner) missing(c Check) (Cause, string) {
	o := r.options
	has := func(n Need) bool { return c.Needs&n != 0 }
	p := &Probe{runner: r}
	switch {
	case has(Writes) && o.ReadOnly:
		return ReadOnly, "it makes objects, and this run only reads"
	case has(Load) && !o.Load:
		return Excluded, "it sends many requests in a short time, which was not asked for"
	case has(Large) && o.LargeGroups == 0:
		return Excluded, "it makes a large group, which was not asked for"
	case has(EntraRequests) && len(p.entraDialects()) == 0:
		return Excluded, "it sends Entra's requests, and no dialect of Entra is asked for"
	case has(OktaRequests) && len(p.oktaDialects()) == 0:
		return Excluded, "it sends Okta's requests, and no dialect of Okta is asked for"
	case has(GroupObjects) && o.NoGroups:
		return Excluded, "groups are not provisioned"
	case has(GroupObjects) && r.facts.noGroups:
		return NotOffered, "the endpoint has no groups"
	case !has(Bare) && r.facts.blocked != "":
		return Blocked, r.facts.blocked
	}
	return "", ""
}

// compact drops what is listed twice.
func compact(list []Leftover) []Leftover {
	seen := map[[2]string]bool{}
	var kept []Leftover
	for _, l := range list {
		key := [2]string{l.Resource, or(l.ID, l.Name)}
		if !seen[key] {
			seen[key] = true
			kept = append(kept, l)
		}
	}
	return kept
}
