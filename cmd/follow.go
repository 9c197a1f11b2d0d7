package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/entra"
)

// What a job can be followed to.
const (
	untilCycle  = "cycle"  // a cycle has ended
	untilSteady = "steady" // everybody in scope has been provisioned once
)

// followFlags say how a job is followed.
type followFlags struct {
	Interval time.Duration
	Timeout  time.Duration
}

// followInterval is how often a job is looked at. The limits of synchronization
// calls are not published [?]; this is far below any other. Source: graph_contract §1.
const followInterval = 15 * time.Second

func (f *followFlags) add(c *cobra.Command) {
	c.Flags().DurationVar(&f.Interval, "interval", followInterval, "time between looks at the job")
	c.Flags().DurationVar(&f.Timeout, "timeout", 0, "give up after this time; 0 for never")
}

func (f *followFlags) check() error {
	switch {
	case f.Interval < time.Second/10:
		return errors.New("--interval must be 100ms or more")
	case f.Timeout < 0:
		return errors.New("--timeout must not be negative")
	}
	return nil
}

// follower follows one job until it has come to where it should.
type follower struct {
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error
	flags  followFlags
	until  string
	before entra.Job // as it was before what is waited for
	begun  bool      // it was just started, so that it may read as stopped for a moment
	read   func(context.Context) (entra.Job, error)
	show   func(job entra.Job, secondsLeft *int64)
	note   func(string)
	speed  speed
}

// startingLooks is how often a job that was just started may read as stopped.
const startingLooks = 8

// run looks at the job again and again. The error is that of a job that cannot be
// read or is stopped meanwhile, of the time limit, or of the context.
func (f *follower) run(ctx context.Context) (entra.Job, error) {
	if f.flags.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, f.flags.Timeout, fmt.Errorf("the job has not come to an end within %s; it goes on without being watched", f.flags.Timeout))
		defer cancel()
	}
	active := f.before.Active() && !f.begun
	for looks := 1; ; looks++ {
		job, err := f.read(ctx)
		switch {
		case ctx.Err() != nil:
			return job, context.Cause(ctx)
		case err != nil && passing(err):
			f.note(err.Error())
		case err != nil:
			return job, err
		default:
			f.show(job, f.speed.left(job, f.now()))
			active = active || job.Active()
			if f.ended(job) {
				return job, nil
			}
			if !job.Active() && (active || looks >= startingLooks) {
				return job, fmt.Errorf("the job is stopped, so that no cycle will end: %s", job.Standing(f.now()).Summary)
			}
		}
		if err := f.sleep(ctx, f.flags.Interval); err != nil {
			return job, err
		}
	}
}

// ended reports whether the job has come to where it is followed to. A job that was
// quarantined meanwhile will not come there.
func (f *follower) ended(job entra.Job) bool {
	if _, running := job.Status.Running(); running {
		return false
	}
	last := job.Status.LastExecution
	fresh := last.Happened() && !sameExecution(last, f.before.Status.LastExecution)
	if f.until == untilCycle {
		return fresh
	}
	return job.Status.SteadyStateLastAchievedTime.Year() > 1 || fresh && job.Standing(f.now()).Condition.Bad()
}

func sameExecution(a, b *entra.Execution) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.TimeBegan.Equal(b.TimeBegan) && a.TimeEnded.Equal(b.TimeEnded)
}

// speed tells how fast a cycle goes.
type speed struct {
	at    time.Time
	done  int64
	total int64
}

// left estimates the seconds until the running cycle ends, nil where that is not
// known yet.
func (s *speed) left(job entra.Job, now time.Time) *int64 {
	p, running := job.Status.Running()
	if !running || p.TotalUnits == 0 || p.CompletedUnits < s.done {
		*s = speed{}
		if !running {
			return nil
		}
	}
	if s.at.IsZero() {
		*s = speed{at: now, done: p.CompletedUnits, total: p.TotalUnits}
		return nil
	}
	took, made := now.Sub(s.at).Seconds(), p.CompletedUnits-s.done
	if took <= 0 || made <= 0 {
		return nil
	}
	return new(int64(float64(p.TotalUnits-p.CompletedUnits) * took / float64(made)))
}

// cycleCode is the exit code of a job that was followed to an end: an error where
// the cycle failed as a whole, pending where it failed for some objects.
func cycleCode(c entra.Condition) int {
	switch {
	case c.Bad():
		return exitError
	case c == entra.WithErrors:
		return exitPending
	}
	return exitOK
}

// follow follows a job with what a person sees of it; lines takes its statuses in
// place of a terminal.
func (s *session) follow(ctx context.Context, m *managed, f follower, watch *render.Watch, each func(render.JobStatus) error) (render.JobStatus, error) {
	tenant, err := s.jobsOf()
	if err != nil {
		return render.JobStatus{}, err
	}
	f.now, f.sleep = s.now, s.deps.Sleep
	f.read = func(ctx context.Context) (entra.Job, error) { return tenant.Job(ctx, m.principal.ID, f.before.ID) }
	f.note = watch.Note
	var failed error
	f.show = func(job entra.Job, left *int64) {
		status := s.jobStatus(m, job)
		if status.Running != nil {
			status.Running.Left = left
		}
		watch.Show(m.name, status)
		if each != nil && failed == nil {
			failed = each(status)
		}
	}
	s.notice = watch.Note
	job, err := f.run(ctx)
	s.notice = nil
	watch.Stop()
	return s.jobStatus(m, job), errors.Join(err, failed)
}
