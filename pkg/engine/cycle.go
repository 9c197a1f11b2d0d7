package engine

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// States of an execution. Source: graph_contract §5.
const (
	executionSucceeded = "Succeeded"
	executionFailed    = "Failed"
	executionEntries   = "EntryLevelErrors"
)

// cycle is a cycle that is running.
type cycle struct {
	Cycle
	job      *Job
	since    string // watermark it starts from
	next     string // watermark of the next one
	restarts int
	force    bool // deletions are let through
	survey   survey

	mu        sync.Mutex // guards what follows
	guarded   bool       // deletions are held back
	deletions int
	probes    int // failures that need no further test of the connection
	cause     *entra.ExecutionError
	stop      context.CancelCauseFunc
	waiting   []reference
	progress  Progress
	exported  int64
}

// reference is an object whose references wait for their phase.
type reference struct {
	change  Change
	kept    map[string][]any
	created bool
	retry   bool
}

// errBroken ends the work of a cycle whose endpoint has turned out to be broken.
var errBroken = errors.New("the endpoint is broken")

// probeAgain is after how many suspicious failures a connection that passed its test
// is tested again.
const probeAgain = 50

func (j *Job) begin(id string) *cycle {
	c := &cycle{job: j}
	c.ID = id
	c.Execution = entra.Execution{ActivityIdentifier: new(id), TimeBegan: j.now()}
	j.state.mu.Lock()
	defer j.state.mu.Unlock()
	d := &j.state.data
	d.Rerun = false
	if d.Configuration != j.config.Configuration {
		d.Watermark = ""
	}
	d.Configuration = j.config.Configuration
	c.since, c.restarts, c.force = d.Watermark, j.state.restarts, d.ForceDeletes
	c.Initial = c.since == ""
	c.guarded = !c.force && j.config.DeletionThreshold > 0 && has(d.Quarantine, ReasonDeletes)
	return c
}

func (j *Job) now() time.Time { return j.engine.config.Env.Now() }

// run does the work of the cycle.
func (c *cycle) run(ctx context.Context) error {
	if c.cause = c.job.broken(ctx); c.cause != nil {
		return nil
	}
	var err error
	if c.next, err = c.job.config.Directory.Watermark(ctx); err != nil {
		return fmt.Errorf("read the directory's watermark: %w", err)
	}
	if err := c.look(ctx); err != nil {
		return err
	}
	work, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	c.stop = stop
	for _, p := range []struct{ phase, typ string }{{PhaseUsers, mapping.User}, {PhaseGroups, mapping.Group}} {
		if c.job.engine.kind(p.typ) == nil {
			continue
		}
		c.progress.Phase = p.phase
		if err := each(work, c.job.config.Workers, c.objects(work, p.typ), c.provision); err != nil {
			return c.ended(ctx, fmt.Errorf("read the %s of the directory: %w", p.phase, err))
		}
	}
	c.progress.Phase = PhaseReferences
	c.progress.Total += len(c.waiting)
	return c.ended(ctx, each(work, c.job.config.Workers, c.references(), c.refer))
}

// ended returns the error with which the work ended; a broken endpoint is none of
// the caller's.
func (c *cycle) ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause != nil {
		return nil
	}
	return err
}

// each works on the items, several at a time, until they or the context end, and
// returns when nobody works any more. The error is that of the items or of the
// context, with which items may be left.
func each[T any](ctx context.Context, workers int, items iter.Seq2[T, error], work func(context.Context, T)) error {
	var busy sync.WaitGroup
	todo := make(chan T, workers) // so that the next item is there when a worker is free
	for range workers {
		busy.Go(func() {
			for item := range todo {
				if ctx.Err() == nil {
					work(ctx, item)
				}
			}
		})
	}
	err := feed(ctx, todo, items)
	close(todo)
	busy.Wait()
	return cmp.Or(err, context.Cause(ctx))
}

// feed hands items out until they or the context end.
func feed[T any](ctx context.Context, todo chan<- T, items iter.Seq2[T, error]) error {
	for item, err := range items {
		if err != nil {
			return err
		}
		select {
		case todo <- item:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// item is an object to provision in a cycle.
type item struct {
	Change
	retry bool
}

// objects are those that changed, and then those that come again: from escrow, held
// back before, or forgotten by the directory.
func (c *cycle) objects(ctx context.Context, typ string) iter.Seq2[item, error] {
	return func(yield func(item, error) bool) {
		for change, err := range c.job.config.Directory.Changes(ctx, typ, c.since) {
			if !yield(item{Change: change}, err) || err != nil {
				return
			}
		}
		for _, id := range c.survey.again[typ] {
			s, err := c.find(ctx, typ, id)
			if !yield(item{Change{Subject: s}, true}, err) || err != nil {
				return
			}
		}
	}
}

// find returns an object as the directory has it now. One that it has forgotten is
// gone for good; whether it was assigned then is known from how it was left.
func (c *cycle) find(ctx context.Context, typ, id string) (Subject, error) {
	s, known, err := c.job.config.Directory.Find(ctx, typ, id)
	if err != nil || known {
		return s, err
	}
	o, err := mapping.NewObject(typ, map[string]any{attrObjectID: id})
	how, _ := c.job.state.memory.mark(Member{typ, id})
	return Subject{Object: o, Deleted: HardDeleted, Assigned: !how.left}, err
}

// provision provisions an object without its references.
func (c *cycle) provision(ctx context.Context, it item) {
	m := Member{it.Object.Type, it.Object.ID}
	defer c.job.config.Enter(m)()
	_, linked := c.job.state.memory.mark(m)
	it.Subject = c.membership(it.Subject)
	how := manner{part: plainPart, change: received(it.Subject, linked), hold: c.hold, program: c.program(it.Change, linked)}
	r := c.job.engine.run(ctx, it.Subject, how)
	if ctx.Err() != nil && r.out.Status == Failure {
		return // the request was given up: nothing is known of the object
	}
	if c.broke(ctx, r.out) {
		c.record(r, it.retry)
		return
	}
	c.settle(m, r)
	c.record(r, it.retry)
	if r.pending && r.out.Status != Failure && r.out.Action != ActionStagedDelete {
		c.mu.Lock()
		c.waiting = append(c.waiting, reference{it.Change, r.kept, r.created, it.retry})
		c.mu.Unlock()
	}
}

// membership fills in which members left a group since they were given to it.
func (c *cycle) membership(s Subject) Subject {
	if s.Object.Type != mapping.Group {
		return s
	}
	now := make(map[Member]bool, len(s.Members))
	for _, m := range s.Members {
		now[m] = true
	}
	s.Removed = slices.DeleteFunc(c.job.state.memory.Members(s.Object.ID), func(m Member) bool { return now[m] })
	return s
}

func received(s Subject, linked bool) changeType {
	switch {
	case s.Deleted != NotDeleted:
		return deleteChange
	case linked:
		return updateChange
	}
	return addChange
}

// references are the objects whose references wait, users before groups, by id.
func (c *cycle) references() iter.Seq2[reference, error] {
	slices.SortFunc(c.waiting, func(a, b reference) int {
		x, y := a.change.Object, b.change.Object
		return cmp.Or(cmp.Compare(y.Type, x.Type), cmp.Compare(x.ID, y.ID)) // users before groups
	})
	return func(yield func(reference, error) bool) {
		for _, w := range c.waiting {
			if !yield(w, nil) {
				return
			}
		}
	}
}

// refer writes the references of an object.
func (c *cycle) refer(ctx context.Context, w reference) {
	defer c.job.config.Enter(Member{w.change.Object.Type, w.change.Object.ID})()
	r := c.job.engine.run(ctx, w.change.Subject, manner{part: referencePart, change: updateChange, created: w.created, kept: w.kept})
	switch {
	case ctx.Err() != nil && r.out.Status == Failure:
		return
	case c.broke(ctx, r.out):
		c.record(r, w.retry)
		return
	}
	c.settleReferences(Member{r.typ, r.id}, r)
	if r.out.Status == Skipped {
		c.pass()
		return // there was nothing to write
	}
	c.record(r, w.retry)
}

// broke reports whether a failure is one of the whole endpoint, and ends the work
// then. A test of the connection decides.
func (c *cycle) broke(ctx context.Context, out Outcome) bool {
	if out.Status != Failure || !slices.Contains(suspectCodes, out.Code) {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cause != nil {
		return true
	}
	if c.probes--; c.probes > 0 {
		return false
	}
	if c.cause = c.job.broken(ctx); c.cause != nil {
		c.stop(errBroken)
		return true
	}
	c.probes = probeAgain
	return false
}

// record hands out what happened to an object.
func (c *cycle) record(r *run, retry bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Counts.add(r.out)
	if retry {
		c.Retried++
	}
	if r.out.Status == Failure {
		c.progress.Failed++
	}
	if wrote(r.out) {
		c.exported++
	}
	if c.job.config.Done != nil {
		id, err := newID(c.job.engine.config.Env.Random)
		if err != nil {
			id = c.ID // the log is worth more than the uniqueness of an id
		}
		record := Record{CycleID: c.ID, ChangeID: id, Source: r.identity(), Retry: retry, Outcome: r.out}
		if r.k != nil {
			record.TargetType = r.k.Mapping.Target
		}
		c.job.config.Done(record)
	}
	c.advance()
}

// pass counts an object that has no record of its own.
func (c *cycle) pass() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.advance()
}

// advance tells the progress; the lock is held.
func (c *cycle) advance() {
	c.progress.Completed++
	if c.job.config.Progress != nil {
		c.job.config.Progress(c.progress)
	}
}

// wrote reports whether something was written for an object.
func wrote(o Outcome) bool {
	return (o.Status == Success || o.Status == Warning) && o.Action != ActionOther && o.Action != ActionStagedDelete
}
