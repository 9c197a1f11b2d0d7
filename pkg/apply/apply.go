package apply

import (
	"context"
	"time"

	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/secret"
)

// Observe finds out what q asks for, in as few sequential requests as possible.
func Observe(ctx context.Context, t Target, q plan.Query) (*plan.Observed, error) {
	panic("apply: Observe")
}

// Options configure a run.
type Options struct {
	Secrets *secret.Resolver // reads the token at the moment it is written
	Now     func() time.Time
	// Progress is called as steps begin and end, from one goroutine at a time; nil for none.
	Progress func(Event)
	Parallel int // steps at once; 0 means 4
}

// Event is the begin or end of a step.
type Event struct {
	Step         plan.Step
	Done         bool
	Err          error
	Index, Total int
	Took         time.Duration
}

// Report is what a run did.
type Report struct {
	App     plan.AppRef  `json:"app"`
	Results []StepResult `json:"results"`
}

// StepResult is the end of one step.
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
	Dropped StepState = "dropped" // not tried because a step it needs failed
)

// Run carries out p as a dependency graph, independent steps in parallel. A plan
// with refusals or errors is not run. The Report is complete also when the error,
// the first failure, is not nil.
func Run(ctx context.Context, t Target, p *plan.Plan, o Options) (*Report, error) {
	panic("apply: Run")
}
