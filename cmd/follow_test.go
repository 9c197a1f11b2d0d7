package cmd

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
)

// noon is when these tests begin.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// look is what a look at the job finds.
type look struct {
	job entra.Job
	err error
}

// active is a job whose last cycle ended some time after noon.
func active(state string, ended time.Duration) entra.Job {
	j := entra.Job{Schedule: entra.Schedule{State: entra.ScheduleActive, Interval: "PT40M"}}
	if state != "" {
		j.Status.LastExecution = &entra.Execution{State: state, TimeBegan: noon.Add(ended - time.Second), TimeEnded: noon.Add(ended)}
	}
	return j
}

// at is a job with a cycle under way.
func at(j entra.Job, done, total int64, when time.Duration) entra.Job {
	j.Status.Progress = []entra.Progress{{CompletedUnits: done, TotalUnits: total, ProgressObservationTime: noon.Add(when)}}
	return j
}

func stopped(j entra.Job) entra.Job {
	j.Schedule.State = entra.ScheduleDisabled
	return j
}

// followed runs a follower over looks, the last of which repeats, with a clock that
// only waiting moves.
func followed(t *testing.T, f follower, looks ...look) (seen []entra.Job, left []*int64, notes []string, err error) {
	t.Helper()
	now := noon
	n := 0
	f.now = func() time.Time { return now }
	f.sleep = func(ctx context.Context, d time.Duration) error {
		if now = now.Add(d); now.Sub(noon) > 24*time.Hour {
			t.Fatal("it follows the job for ever")
		}
		return context.Cause(ctx)
	}
	f.read = func(context.Context) (entra.Job, error) {
		l := looks[min(n, len(looks)-1)]
		n++
		return l.job, l.err
	}
	f.show = func(j entra.Job, l *int64) { seen, left = append(seen, j), append(left, l) }
	f.note = func(text string) { notes = append(notes, text) }
	f.flags = followFlags{Interval: time.Minute}
	_, err = f.run(t.Context())
	return seen, left, notes, err
}

// TestFollow follows jobs to their ends.
func TestFollow(t *testing.T) {
	old, fresh := active(entra.ExecutionSucceeded, -time.Hour), active(entra.ExecutionSucceeded, 5*time.Minute)
	steady := fresh
	steady.Status.SteadyStateLastAchievedTime = noon.Add(5 * time.Minute)
	quarantined := active(entra.ExecutionFailed, 5*time.Minute)
	quarantined.Status.Quarantine = &entra.Quarantine{Reason: "EncounteredQuarantineException"}
	passes := &graph.Error{Op: "read the job", Kind: graph.Unavailable, Message: "a hiccup"}
	for name, c := range map[string]struct {
		f     follower
		looks []look
		want  int // looks that were shown
		fails string
	}{
		"until the cycle that runs ends":       {follower{until: untilCycle, before: old}, []look{{job: old}, {job: at(old, 1, 2, 0)}, {job: fresh}}, 3, ""},
		"progress that stays is the old one's": {follower{until: untilCycle, before: old}, []look{{job: at(old, 2, 2, -2*time.Hour)}, {job: at(fresh, 2, 2, time.Minute)}}, 2, ""},
		"the first cycle":                      {follower{until: untilCycle, before: active("", 0)}, []look{{job: active("", 0)}, {job: fresh}}, 2, ""},
		"one cycle is not steady":              {follower{until: untilSteady, before: old}, []look{{job: fresh}, {job: steady}}, 2, ""},
		"never steady":                         {follower{until: untilSteady, before: old}, []look{{job: old}, {job: quarantined}}, 2, ""},
		"a failed cycle":                       {follower{until: untilCycle, before: old}, []look{{job: quarantined}}, 1, ""},
		"a hiccup":                             {follower{until: untilCycle, before: old}, []look{{err: passes}, {job: fresh}}, 1, ""},
		"a refusal":                            {follower{until: untilCycle, before: old}, []look{{err: &graph.Error{Op: "read the job", Kind: graph.Denied, Message: "no"}}}, 0, "no"},
		"stopped meanwhile":                    {follower{until: untilCycle, before: old}, []look{{job: old}, {job: stopped(old)}}, 2, "is stopped"},
		"started just now":                     {follower{until: untilCycle, before: stopped(old), begun: true}, []look{{job: stopped(old)}, {job: stopped(old)}, {job: old}, {job: fresh}}, 4, ""},
		"never starts":                         {follower{until: untilCycle, before: stopped(old), begun: true}, []look{{job: stopped(old)}}, startingLooks, "is stopped"},
	} {
		seen, _, notes, err := followed(t, c.f, c.looks...)
		if len(seen) != c.want || (err == nil) != (c.fails == "") || err != nil && !strings.Contains(err.Error(), c.fails) {
			t.Errorf("%s: %d looks, %v; want %d and %q", name, len(seen), err, c.want, c.fails)
		}
		if name == "a hiccup" && (len(notes) != 1 || !strings.Contains(notes[0], "a hiccup")) {
			t.Errorf("%s: notes %q", name, notes)
		}
	}
}

// TestFollowEstimates: what is left is told by how fast the cycle goes.
func TestFollowEstimates(t *testing.T) {
	old := active(entra.ExecutionSucceeded, -time.Hour)
	_, left, _, err := followed(t, follower{until: untilCycle, before: old},
		look{job: old}, look{job: at(old, 100, 1000, time.Minute)}, look{job: at(old, 100, 1000, 2*time.Minute)}, look{job: at(old, 400, 1000, 3*time.Minute)},
		look{job: at(old, 10, 20, 4*time.Minute)}, look{job: active(entra.ExecutionSucceeded, 5*time.Minute)})
	if err != nil || len(left) != 6 {
		t.Fatalf("%d looks, %v", len(left), err)
	}
	for i, l := range left {
		switch {
		case i == 3 && (l == nil || *l != 240): // 300 in two minutes, 600 to go
			t.Errorf("look %d: %v seconds left, want 240", i, l)
		case i != 3 && l != nil:
			t.Errorf("look %d: %d seconds left, though the speed is not known", i, *l)
		}
	}
}

// TestFollowTimeLimit: the time limit ends the waiting with what it was, and so does
// who interrupts it.
func TestFollowTimeLimit(t *testing.T) {
	job := active("", 0)
	f := follower{until: untilCycle, before: job, now: time.Now, sleep: sleep, flags: followFlags{Interval: time.Hour, Timeout: 10 * time.Millisecond},
		read: func(context.Context) (entra.Job, error) { return job, nil }, show: func(entra.Job, *int64) {}, note: func(string) {}}
	if _, err := f.run(t.Context()); err == nil || !strings.Contains(err.Error(), "within 10ms") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("interrupted")
	f.flags.Timeout = 0
	f.show = func(entra.Job, *int64) { cancel(gone) }
	if _, err := f.run(ctx); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

func TestCycleCode(t *testing.T) {
	for c, want := range map[entra.Condition]int{
		entra.Healthy: exitOK, entra.WithErrors: exitPending, entra.Failing: exitError, entra.Quarantined: exitError, entra.Expired: exitError, entra.Running: exitOK,
	} {
		if got := cycleCode(c); got != want {
			t.Errorf("%s: %d, want %d", c, got, want)
		}
	}
}
