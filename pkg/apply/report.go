package apply

import (
	"fmt"
	"time"

	"github.com/scimctl/scimctl/pkg/plan"
)

// Report is what a run did. Its JSON form is stable: members are only added.
type Report struct {
	App     plan.AppRef  `json:"app"` // with the ids that are known by now
	Results []StepResult `json:"results"`
}

// StepResult is the end of one step. Took is in nanoseconds in JSON.
type StepResult struct {
	Step  plan.Step     `json:"step"`
	State StepState     `json:"state"`
	Err   error         `json:"-"`
	Error string        `json:"error,omitempty"`
	Note  string        `json:"note,omitempty"` // such as "already assigned"
	Took  time.Duration `json:"took"`
}

// StepState is how a step ended.
type StepState string

// States of a step.
const (
	Done    StepState = "done"
	Failed  StepState = "failed"
	Dropped StepState = "dropped" // not tried, because a step it needs failed or the run was stopped
)

// newReport returns a report in which no step has been tried.
func newReport(p *plan.Plan) *Report {
	r := &Report{App: p.App, Results: make([]StepResult, len(p.Steps))}
	for i, s := range p.Steps {
		r.Results[i] = StepResult{Step: s, State: Dropped}
	}
	return r
}

func (r *Report) done(i int, note string, took time.Duration) {
	r.Results[i].State, r.Results[i].Note, r.Results[i].Took = Done, note, took
}

func (r *Report) fail(i int, err error, took time.Duration) {
	r.Results[i].State, r.Results[i].Err, r.Results[i].Error, r.Results[i].Took = Failed, err, err.Error(), took
}

// of returns the result of the step of a kind of which a plan has at most one.
func (r *Report) of(kind plan.Kind) *StepResult {
	for i := range r.Results {
		if r.Results[i].Step.Kind == kind {
			return &r.Results[i]
		}
	}
	return nil
}

// firstError returns the error of the first failed step, with what it was about.
func (r *Report) firstError() error {
	for _, s := range r.Results {
		if s.State == Failed {
			return fmt.Errorf("%s: %w", s.Step.Summary, s.Err)
		}
	}
	return nil
}

func (r *Report) dropped() bool {
	for _, s := range r.Results {
		if s.State == Dropped {
			return true
		}
	}
	return false
}
