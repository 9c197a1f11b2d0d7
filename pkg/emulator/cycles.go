package emulator

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
)

// Causes with which a running cycle is ended before its time.
var (
	errPaused    = errors.New("the job was paused while its cycle ran")
	errRestarted = errors.New("the job was restarted while its cycle ran")
	errDeleted   = errors.New("the job was deleted while its cycle ran")
	errClosing   = errors.New("the emulator was closed while the cycle ran")
)

// cycles runs the provisioning cycles of all jobs: one at a time for each job, in the
// background. When they are due the loop begins them, unless they are only called.
type cycles struct {
	e    *Emulator
	ctx  context.Context // ends with close
	stop context.CancelCauseFunc
	busy sync.WaitGroup
	wake chan struct{} // something is due, or may be

	jump sync.Mutex // held while the clock is moved from one due cycle to the next

	mu    sync.Mutex
	runs  map[string]*cycleRun // by job id
	after map[string]time.Time // jobs whose cycle could not be run are left alone until then
}

// cycleRun is a cycle that is running.
type cycleRun struct {
	job      string
	cancel   context.CancelCauseFunc
	progress atomic.Pointer[observed]
	done     chan struct{} // closed when what follows is there
	summary  cycleSummary
	err      error
}

func newCycles(e *Emulator) *cycles {
	c := &cycles{e: e, wake: make(chan struct{}, 1), runs: map[string]*cycleRun{}, after: map[string]time.Time{}}
	c.ctx, c.stop = context.WithCancelCause(context.Background())
	return c
}

// begin starts the loop, when cycles run by themselves.
func (c *cycles) begin() {
	if c.e.o.CycleInterval > 0 {
		c.busy.Go(c.loop)
	}
}

// close ends what runs and waits for it.
func (c *cycles) close() {
	c.stop(errClosing)
	c.busy.Wait()
}

// lookAgain is after what time the loop looks at the clock although nothing is due: the
// clock is the caller's and may be moved.
const lookAgain = time.Second

func (c *cycles) loop() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-c.wake:
		case <-timer.C:
		}
		wait := lookAgain
		if c.jump.TryLock() { // else the clock is being moved, which runs what is due
			wait = c.launchDue()
			c.jump.Unlock()
		}
		timer.Reset(wait)
	}
}

// look makes the loop look at once.
func (c *cycles) look() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// launchDue begins every cycle that is due and returns how long to wait.
func (c *cycles) launchDue() time.Duration {
	wait := lookAgain
	for _, d := range c.schedule() {
		if in := d.at.Sub(c.e.now()); in > 0 {
			wait = min(wait, max(in, time.Millisecond))
			continue
		}
		if c.running(d.job) == nil {
			c.launch(d.job)
		}
	}
	return wait
}

// due is when a job's next cycle begins.
type due struct {
	at  time.Time
	job string
}

// schedule lists the active jobs by when they are due.
func (c *cycles) schedule() []due {
	c.e.mu.RLock()
	defer c.e.mu.RUnlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []due
	for appID, sync := range c.e.state.Sync {
		if len(c.e.state.ServicePrincipals.find("appId", appID)) == 0 {
			continue // it is deleted; its jobs come back with it
		}
		for _, j := range sync.Jobs {
			at, enabled := j.engine.Next(c.e.o.CycleInterval)
			if !enabled || j.State != entra.ScheduleActive {
				continue
			}
			if after := c.after[j.ID]; at.Before(after) {
				at = after
			}
			out = append(out, due{at, j.ID})
		}
	}
	slices.SortFunc(out, func(a, b due) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.job, b.job)) })
	return out
}

// running returns the cycle that a job runs, nil for none.
func (c *cycles) running(job string) *cycleRun {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.runs[job]
}

// launch begins a cycle. One that runs already is returned with began false; after
// close there is none.
func (c *cycles) launch(job string) (r *cycleRun, began bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.runs[job]; r != nil {
		return r, false
	}
	if c.ctx.Err() != nil {
		return nil, false
	}
	ctx, cancel := context.WithCancelCause(c.ctx)
	r = &cycleRun{job: job, cancel: cancel, done: make(chan struct{})}
	c.runs[job] = r
	delete(c.after, job)
	c.busy.Go(func() {
		defer cancel(nil)
		r.summary, r.err = c.e.runCycle(ctx, r)
		c.mu.Lock()
		delete(c.runs, job)
		if r.err != nil {
			c.after[job] = c.e.now().Add(c.e.interval()) // or it would be tried again without end
		}
		c.mu.Unlock()
		close(r.done)
		c.look()
	})
	return r, true
}

// call runs one cycle and waits for it; a cycle that runs already is waited for
// first. Without the caller, whose context ends, the cycle goes on.
func (c *cycles) call(ctx context.Context, job string) (cycleSummary, error) {
	for {
		r, began := c.launch(job)
		if r == nil {
			return cycleSummary{}, errClosed
		}
		select {
		case <-r.done:
		case <-ctx.Done():
			return cycleSummary{}, context.Cause(ctx)
		}
		if began {
			return r.summary, r.err
		}
	}
}

// interrupt ends the running cycle of a job and waits until it has ended. Whatever was
// done stays done, and the next cycle begins where this one began. Then, before any
// other cycle can begin, it calls then, which may be nil.
func (c *cycles) interrupt(job string, cause error, then func()) {
	for {
		c.mu.Lock()
		r := c.runs[job]
		if r == nil {
			delete(c.after, job)
			if then != nil {
				then()
			}
			c.mu.Unlock()
			return
		}
		c.mu.Unlock()
		r.cancel(cause)
		<-r.done
	}
}

// drop ends the running cycle of a job that is gone, without waiting.
func (c *cycles) drop(job string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.after, job)
	if r := c.runs[job]; r != nil {
		r.cancel(errDeleted)
	}
}

// cycleSummary is what a cycle did, as the control API answers it. The JSON names are
// stable.
type cycleSummary struct {
	Job      string            `json:"jobId"`
	ID       string            `json:"cycleId"`
	Initial  bool              `json:"initial"`
	State    string            `json:"state"` // Succeeded, Failed, EntryLevelErrors
	Error    any               `json:"error"`
	Began    string            `json:"timeBegan"`
	Ended    string            `json:"timeEnded"`
	Counts   map[string]int    `json:"counts"` // created, updated, disabled, deleted, staged, skipped, unchanged, failed
	Retried  int               `json:"retried"`
	Pruned   int               `json:"pruned"`
	Escrows  int               `json:"escrows"`
	Status   string            `json:"statusCode"` // of the job after the cycle
	Held     *entra.Quarantine `json:"quarantine"`
	Disabled bool              `json:"disabled"` // after four weeks in quarantine
}

func summarize(j *job, done *engine.Cycle) cycleSummary {
	status := j.engine.Status("", false) // the counts by type, which name the system, are not used
	out := cycleSummary{
		Job: j.ID, Status: status.Code, Held: status.Quarantine, Disabled: j.engine.Disabled(), Escrows: len(j.engine.Escrows()), Counts: map[string]int{},
	}
	last := status.LastExecution
	if done != nil {
		last = &done.Execution
		n := done.Counts
		out.Initial, out.Retried, out.Pruned = done.Initial, done.Retried, done.Pruned
		out.Counts = map[string]int{
			"created": n.Created, "updated": n.Updated, "disabled": n.Disabled, "deleted": n.Deleted, "staged": n.Staged,
			"skipped": n.Skipped, "unchanged": n.Unchanged, "failed": n.Failed,
		}
	}
	if last.ActivityIdentifier != nil {
		out.ID = *last.ActivityIdentifier
	}
	out.State, out.Error = last.State, errorJSON(last.Error)
	out.Began, out.Ended = momentJSON(last.TimeBegan), momentJSON(last.TimeEnded)
	return out
}
