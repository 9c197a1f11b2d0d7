package engine

import (
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// settle remembers how an object was left: its marks, its place in escrow, whether
// it is held back.
func (c *cycle) settle(m Member, r *run) {
	done := r.out.Status == Success || r.out.Status == Warning || r.out.Code == SkipRedundantExport
	how, linked := c.job.state.memory.mark(m)
	if linked {
		if done {
			how.off = r.verdict.softDeleted()
		}
		if r.out.Status != Failure && r.out.Action != ActionStagedDelete {
			how.left = !r.verdict.entitled || !r.verdict.filtered
		}
		c.job.state.memory.setMark(m, how)
	}
	s := c.job.state
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.out.Action == ActionStagedDelete:
		s.staged[m] = true
		return
	case r.out.Status == Failure:
		c.escrow(m, false, r.out.Code, r.out.Message)
	default:
		delete(s.escrows, m)
	}
	delete(s.staged, m)
}

// settleReferences remembers how the references of an object were left. One to an
// object in escrow waits with it; one to an object that is not in scope does not:
// Entra needs a change or a restart for that. Source: entra_wire W-68, W-80.
func (c *cycle) settleReferences(m Member, r *run) {
	s := c.job.state
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.out.Status == Failure {
		c.escrow(m, true, r.out.Code, r.out.Message)
		return
	}
	for _, id := range r.unresolved {
		for _, typ := range []string{mapping.User, mapping.Group} {
			if e := s.escrows[Member{typ, id}]; e != nil && !e.Reference {
				c.escrow(m, true, e.Code, "a reference to "+typ+" "+id+" waits for that object, which is in escrow")
				return
			}
		}
	}
}

// escrow counts a failed attempt; the state's lock is held.
func (c *cycle) escrow(m Member, reference bool, code, message string) {
	s := c.job.state
	e := s.escrows[m]
	if e == nil {
		e = &Escrow{Type: m.Type, ID: m.ID}
		s.escrows[m] = e
	}
	e.Reference = reference
	if !e.fail(c.job.now(), code, message) {
		delete(s.escrows, m)
		s.data.EscrowsPruned = true
		c.Pruned++
	}
}

// end writes down how the cycle ended. With an error it did not end: the watermark
// stays, and the next cycle does it again.
func (c *cycle) end(err error) {
	s, x := c.job.state, &c.Execution
	s.mu.Lock()
	defer s.mu.Unlock()
	now := c.job.now()
	total, references := s.escrows.count()
	x.TimeEnded = now
	x.CountEscrowed, x.CountEscrowedRaw = int64(total-references), int64(total)
	x.CountExported = c.exported
	x.CountExports = c.exported + int64(c.Counts.Failed)
	x.CountImportedReferenceDeltas = int64(len(c.waiting))
	switch {
	case c.cause != nil:
		x.State, x.Error = executionFailed, c.cause
	case err != nil:
		x.State, x.Error = executionFailed, &entra.ExecutionError{Code: CodeInternalError, Message: err.Error()}
	case c.Counts.Failed > 0:
		x.State = executionEntries
	default:
		x.State = executionSucceeded
	}
	last := new(*x)
	s.data.Last = last
	switch {
	case err != nil:
		s.data.Rerun = true // it was interrupted, which says nothing about the endpoint
	case x.State == executionFailed:
		s.data.Failures++
	default:
		s.data.Failures = 0
		s.data.LastGood = last
		if x.CountExported > 0 {
			s.data.LastWithExport = last
		}
		s.data.SteadyLast = now
		if s.data.SteadyFirst.IsZero() {
			s.data.SteadyFirst = now
		}
	}
	if c.restarts != s.restarts || err != nil {
		return // a restart asks for a cycle of its own
	}
	if x.State != executionFailed {
		s.data.Watermark = c.next
		s.data.ForceDeletes = false
	}
	c.quarantine(total, references)
}

// quarantine puts the job into quarantine, keeps it there or lets it out, and
// disables it after four weeks; the state's lock is held. Source: entra_wire W-81, W-82.
func (c *cycle) quarantine(total, references int) {
	s, now := c.job.state, c.job.now()
	var reasons []string
	cause := c.cause
	if cause != nil {
		reasons = append(reasons, ReasonException)
	} else {
		linked := s.memory.count(mapping.User) + s.memory.count(mapping.Group)
		reasons = c.job.config.Thresholds.reasons(total, references, linked)
	}
	if c.guarded || c.cause != nil && has(s.data.Quarantine, ReasonDeletes) {
		reasons = append(reasons, ReasonDeletes)
	}
	slices.Sort(reasons)
	s.data.Quarantine = quarantined(s.data.Quarantine, reasons, cause, now)
	if q := s.data.Quarantine; q != nil && now.Sub(q.SeriesBegan) >= QuarantineLife {
		s.data.Disabled = true
	}
}
