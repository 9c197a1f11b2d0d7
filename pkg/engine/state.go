package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// State is everything that a job knows between cycles: links, watermark, escrows,
// quarantine, the last executions. It is Links for an engine, safe for concurrent
// use, and written as JSON at any time, also in the middle of a cycle: a cycle that
// was killed is done again from its watermark, and finds what it had created.
type State struct {
	memory *Memory

	mu       sync.Mutex
	data     stateData
	escrows  escrows
	staged   map[Member]bool
	restarts int // of this process, so that a running cycle notices
}

// stateData is the part of a State that is written as it stands.
type stateData struct {
	Watermark      string            `json:"watermark"`
	Configuration  string            `json:"configuration,omitempty"`
	Quarantine     *entra.Quarantine `json:"quarantine,omitempty"`
	Disabled       bool              `json:"disabled,omitempty"`
	Rerun          bool              `json:"rerun,omitempty"` // restarted: run without waiting for the interval
	ForceDeletes   bool              `json:"forceDeletes,omitempty"`
	Failures       int               `json:"successiveFailures,omitempty"`
	EscrowsPruned  bool              `json:"escrowsPruned,omitempty"`
	Last           *entra.Execution  `json:"lastExecution,omitempty"`
	LastGood       *entra.Execution  `json:"lastSuccessfulExecution,omitempty"`
	LastWithExport *entra.Execution  `json:"lastSuccessfulExecutionWithExports,omitempty"`
	SteadyFirst    time.Time         `json:"steadyStateFirstAchieved,omitzero"`
	SteadyLast     time.Time         `json:"steadyStateLastAchieved,omitzero"`
}

// NewState returns the State of a job that has not run.
func NewState() *State {
	return &State{memory: NewMemory(), escrows: escrows{}, staged: map[Member]bool{}}
}

// Target implements Links.
func (s *State) Target(typ, sourceID string) (string, bool) { return s.memory.Target(typ, sourceID) }

// Link implements Links.
func (s *State) Link(typ, sourceID, targetID string) { s.memory.Link(typ, sourceID, targetID) }

// Unlink implements Links.
func (s *State) Unlink(typ, sourceID string) { s.memory.Unlink(typ, sourceID) }

// Source implements Sources.
func (s *State) Source(typ, targetID string) (string, bool) { return s.memory.Source(typ, targetID) }

// Claim implements Claims.
func (s *State) Claim(typ, sourceID, targetID string) string {
	return s.memory.Claim(typ, sourceID, targetID)
}

// Name implements Names.
func (s *State) Name(typ, sourceID string) string { return s.memory.Name(typ, sourceID) }

// SetName implements Names.
func (s *State) SetName(typ, sourceID, name string) { s.memory.SetName(typ, sourceID, name) }

// HasMember implements Memberships.
func (s *State) HasMember(groupID string, m Member) bool { return s.memory.HasMember(groupID, m) }

// SetMember implements Memberships.
func (s *State) SetMember(groupID string, m Member, has bool) { s.memory.SetMember(groupID, m, has) }

// Linked returns the ids of the source objects of a type that are linked, sorted.
func (s *State) Linked(typ string) []string { return s.memory.Linked(typ) }

// Escrows returns the objects that are tried again later, by type and id.
func (s *State) Escrows() []Escrow {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.escrows.list()
}

// Staged returns the objects whose disabling or deletion is held back.
func (s *State) Staged() []Member {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Keys(s.staged), compareMembers)
}

// Initial reports whether the next cycle reads everything.
func (s *State) Initial() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data.Watermark == ""
}

// Disabled reports whether the job was switched off after four weeks in
// quarantine; only a restart switches it on. Source: entra_wire W-82.
func (s *State) Disabled() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data.Disabled
}

// Quarantined reports whether the job is in quarantine.
func (s *State) Quarantined() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.data.Quarantine != nil
}

// Next returns when the next cycle is due with the given interval; the zero time
// means at once, and ok is false for a disabled job. In quarantine the next attempt
// counts in place of the interval. Source: entra_wire W-60, W-82.
func (s *State) Next(interval time.Duration) (at time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.data.Disabled:
		return time.Time{}, false
	case s.data.Rerun || s.data.Last == nil:
		return time.Time{}, true
	case s.data.Quarantine != nil:
		return s.data.Quarantine.NextAttempt, true
	}
	return s.data.Last.TimeBegan.Add(interval), true
}

// Status is the job's status as Graph shows it while the schedule is active, or
// paused. Progress is the caller's to fill in. Source: graph_contract §5.
func (s *State) Status(targetSystem string, paused bool) entra.JobStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := entra.JobStatus{
		Code:                               entra.StatusActive,
		CountSuccessiveCompleteFailures:    s.data.Failures,
		EscrowsPruned:                      s.data.EscrowsPruned,
		LastExecution:                      s.data.Last,
		LastSuccessfulExecution:            s.data.LastGood,
		LastSuccessfulExecutionWithExports: s.data.LastWithExport,
		Progress:                           []entra.Progress{},
		Quarantine:                         s.data.Quarantine,
		SteadyStateFirstAchievedTime:       s.data.SteadyFirst,
		SteadyStateLastAchievedTime:        s.data.SteadyLast,
		SynchronizedEntryCountByType:       []entra.CountByType{},
	}
	switch {
	case s.data.Quarantine != nil:
		out.Code = entra.StatusQuarantine
	case paused:
		out.Code = entra.StatusPaused
	case s.data.Last == nil:
		out.Code = entra.StatusNotRun
	}
	if out.LastExecution == nil && !paused {
		out.LastExecution = &entra.Execution{State: executionFailed, Error: &entra.ExecutionError{Code: "None"}}
	}
	// What stands behind "to" in the key is not documented in full [?].
	for _, typ := range []string{mapping.Group, mapping.User} {
		if n := s.memory.count(typ); n > 0 {
			out.SynchronizedEntryCountByType = append(out.SynchronizedEntryCountByType, entra.CountByType{Key: typ + " to " + targetSystem, Value: int64(n)})
		}
	}
	return out
}

// stateJSON is the written form of a State.
type stateJSON struct {
	stateData
	Memory  *Memory      `json:"memory"`
	Escrows []Escrow     `json:"escrows,omitempty"`
	Staged  []memberJSON `json:"staged,omitempty"`
}

// MarshalJSON writes the State in a fixed order.
func (s *State) MarshalJSON() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := stateJSON{stateData: s.data, Memory: s.memory, Escrows: s.escrows.list()}
	for _, m := range slices.SortedFunc(maps.Keys(s.staged), compareMembers) {
		out.Staged = append(out.Staged, memberJSON(m))
	}
	return json.Marshal(out)
}

// UnmarshalJSON replaces the State.
func (s *State) UnmarshalJSON(data []byte) error {
	in := stateJSON{Memory: NewMemory()}
	if err := json.Unmarshal(data, &in); err != nil {
		return fmt.Errorf("read the state of a job: %w", err)
	}
	if in.Memory == nil {
		in.Memory = NewMemory()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.memory, s.data = in.Memory, in.stateData
	s.escrows, s.staged = escrows{}, map[Member]bool{}
	for _, e := range in.Escrows {
		s.escrows[Member{e.Type, e.ID}] = &e
	}
	for _, m := range in.Staged {
		s.staged[Member(m)] = true
	}
	return nil
}

func never() time.Time { return time.Time{} }
