package engine

import (
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// Watermark returns where the next cycle begins, "" when it reads everything.
func (s *State) Watermark() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data.Watermark
}

// Members returns the members that a group was given, by type and id.
func (s *State) Members(groupID string) []Member { return s.memory.Members(groupID) }

// Fail notes a cycle that failed as a whole before it could begin, with the given id:
// the job is in quarantine for the reason then, and waits longer every time, as after
// a cycle that ended so. Source: entra_wire W-81, W-82.
func (s *State) Fail(id, reason string, cause entra.ExecutionError, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data.Rerun = false
	s.data.Last = &entra.Execution{ActivityIdentifier: new(id), State: executionFailed, TimeBegan: now, TimeEnded: now, Error: &cause}
	s.data.Failures++
	s.data.Quarantine = quarantined(s.data.Quarantine, []string{reason}, &cause, now)
	if now.Sub(s.data.Quarantine.SeriesBegan) >= QuarantineLife {
		s.data.Disabled = true
	}
}
