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
	run     func(context.Context, []plan.Step) []outcome

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

// outcome is how one step ended. The note is a remark on how it ended well.
type outcome struct {
	note string
	err  error
}

// ending is what the goroutine of a group of steps hands back: outcomes in the
// order of the indexes.
type ending struct {
	indexes  []int
	outcomes []outcome
	took     time.Duration
}

// grouped are the kinds of step that are run many at a time, up to maxGroup.
var grouped = []plan.Kind{plan.Assign, plan.Unassign}

// maxGroup is how many steps of one kind make a group: as many as Graph takes in
// one call. Source: graph_contract §11.
const maxGroup = 20

// loop runs steps until none can be run any more.
func (s *scheduler) loop(ctx context.Context) {
	s.prepare()
	endings := make(chan ending)
	underWay := 0
	for {
		for underWay < s.options.Parallel && ctx.Err() == nil {
			group := s.ready()
			if len(group) == 0 {
				break
			}
			s.begin(ctx, group, endings)
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

// ready returns the first step that waits for nothing more, together with others
// of its kind where the kind is grouped; nothing when no step is ready.
func (s *scheduler) ready() (group []int) {
	for i, state := range s.state {
		if state != waiting || s.open[i] != 0 {
			continue
		}
		if len(group) > 0 && s.steps[i].Kind != s.steps[group[0]].Kind {
			continue
		}
		group = append(group, i)
		if len(group) == maxGroup || !slices.Contains(grouped, s.steps[i].Kind) {
			break
		}
	}
	return group
}

func (s *scheduler) begin(ctx context.Context, group []int, endings chan<- ending) {
	steps := make([]plan.Step, len(group))
	for n, i := range group {
		s.state[i], steps[n] = running, s.steps[i]
		s.tell(Event{Step: s.steps[i], Index: i})
	}
	go func() {
		from := s.options.Now()
		outcomes := s.run(ctx, steps)
		endings <- ending{group, outcomes, s.options.Now().Sub(from)}
	}()
}

func (s *scheduler) end(e ending) {
	for n, i := range e.indexes {
		s.state[i] = ended
		o := e.outcomes[n]
		if o.err != nil {
			// What needs the step keeps an open need for ever and is never ready.
			s.report.fail(i, o.err, e.took)
		} else {
			s.report.done(i, o.note, e.took)
			for _, d := range s.dependents[i] {
				s.open[d]--
			}
		}
		s.tell(Event{Step: s.steps[i], Done: true, Err: o.err, Index: i, Took: e.took})
	}
}

func (s *scheduler) tell(e Event) {
	if s.options.Progress != nil {
		e.Total = len(s.steps)
		s.options.Progress(e)
	}
}
