package apply

import (
	"context"
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

	// By index of steps:
	state      []progress
	open       []int   // needs that are not done yet
	dependents [][]int // steps that need this one
}

// progress is how far a step is.
type progress int

const (
	waiting progress = iota
	running
	ended // well or badly
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
	s.prepare()
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

// prepare turns the needs round. A need that no step of the plan has the id of
// is met.
func (s *scheduler) prepare() {
	n := len(s.steps)
	s.state, s.open, s.dependents = make([]progress, n), make([]int, n), make([][]int, n)
	index := make(map[string]int, n)
	for i, step := range s.steps {
		index[step.ID] = i
	}
	for i, step := range s.steps {
		for _, id := range step.Needs {
			if j, ok := index[id]; ok {
				s.open[i]++
				s.dependents[j] = append(s.dependents[j], i)
			}
		}
	}
}

// ready returns the first step that waits for nothing more, or -1.
func (s *scheduler) ready() int {
	for i, state := range s.state {
		if state == waiting && s.open[i] == 0 {
			return i
		}
	}
	return -1
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
	s.state[e.index] = ended
	if e.err != nil {
		// What needs the step keeps an open need for ever and is never ready.
		s.report.fail(e.index, e.err, e.took)
	} else {
		s.report.done(e.index, e.note, e.took)
		for _, i := range s.dependents[e.index] {
			s.open[i]--
		}
	}
	s.tell(Event{Step: s.steps[e.index], Done: true, Err: e.err, Index: e.index, Took: e.took})
}

func (s *scheduler) tell(e Event) {
	if s.options.Progress != nil {
		e.Total = len(s.steps)
		s.options.Progress(e)
	}
}
