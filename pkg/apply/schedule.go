package apply

import (
	"context"
	"slices"
	"time"

	"github.com/scimctl/scimctl/pkg/plan"
)

// scheduler runs steps in the order of their needs, the earliest in the plan
// first among those that are ready. One goroutine, that of loop, decides,
// writes the report and calls Progress; the others only run a step each.
type scheduler struct {
	steps   []plan.Step
	options Options
	report  *Report
	run     func(context.Context, plan.Step) (note string, err error)

	state []progress // by index of steps
}

// progress is how far a step is.
type progress int

const (
	waiting progress = iota
	running
	succeeded
	lost // failed, or needs one that is lost
)

// ending is what a step's goroutine hands back.
type ending struct {
	index int
	note  string
	err   error
	took  time.Duration
}

// loop runs steps until none can be run any more.
func (s *scheduler) loop(ctx context.Context) {
	s.state = make([]progress, len(s.steps))
	endings := make(chan ending)
	underWay := 0
	for {
		for underWay < s.options.Parallel && ctx.Err() == nil {
			i := s.ready()
			if i < 0 {
				break
			}
			s.begin(ctx, i, endings)
			underWay++
		}
		if underWay == 0 {
			return
		}
		s.end(<-endings)
		underWay--
	}
}

// ready returns the first waiting step whose needs are done, or -1. Steps that
// need a lost one are lost on the way.
func (s *scheduler) ready() int {
	for i, step := range s.steps {
		if s.state[i] != waiting {
			continue
		}
		ready := true
		for _, id := range step.Needs {
			switch s.stateOf(id) {
			case succeeded:
			case lost:
				s.state[i], ready = lost, false
			default:
				ready = false
			}
		}
		if ready {
			return i
		}
	}
	return -1
}

// stateOf returns how far the step of an id is. A step that is not in the plan
// has nothing to be waited for.
func (s *scheduler) stateOf(id string) progress {
	i := slices.IndexFunc(s.steps, func(step plan.Step) bool { return step.ID == id })
	if i < 0 {
		return succeeded
	}
	return s.state[i]
}

func (s *scheduler) begin(ctx context.Context, i int, endings chan<- ending) {
	s.state[i] = running
	s.tell(Event{Step: s.steps[i], Index: i})
	go func() {
		from := s.options.Now()
		note, err := s.run(ctx, s.steps[i])
		endings <- ending{i, note, err, s.options.Now().Sub(from)}
	}()
}

func (s *scheduler) end(e ending) {
	s.state[e.index] = succeeded
	if e.err != nil {
		s.state[e.index] = lost
		s.report.fail(e.index, e.err, e.took)
	} else {
		s.report.done(e.index, e.note, e.took)
	}
	s.tell(Event{Step: s.steps[e.index], Done: true, Err: e.err, Index: e.index, Took: e.took})
}

func (s *scheduler) tell(e Event) {
	if s.options.Progress != nil {
		e.Total = len(s.steps)
		s.options.Progress(e)
	}
}
