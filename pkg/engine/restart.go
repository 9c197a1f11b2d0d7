package engine

import (
	"fmt"
	"strings"
)

// ResetScope says what a restart makes a job forget. Its bits are those of Graph.
// Source: graph_contract §5.
type ResetScope int

// Reset scopes. Full is all of the ones before it; ForceDeletes is not part of it.
const (
	ResetConnectorData ResetScope = 1 << iota // links and what groups were given
	ResetEscrows
	ResetWatermark // the next cycle is an initial one
	ResetQuarantine
	ResetForceDeletes ResetScope = 32 // let the deletions happen that the guard holds back
	ResetNone         ResetScope = 0
	ResetFull         ResetScope = 15
	// ResetDefault is what no scope means: the portal's "Restart provisioning".
	ResetDefault = ResetQuarantine | ResetWatermark | ResetEscrows
)

var resetScopes = []struct {
	name  string
	scope ResetScope
}{
	{"None", ResetNone}, {"ConnectorDataStore", ResetConnectorData}, {"Escrows", ResetEscrows}, {"Watermark", ResetWatermark},
	{"QuarantineState", ResetQuarantine}, {"Full", ResetFull}, {"ForceDeletes", ResetForceDeletes},
}

// ParseResetScope reads Graph's spelling: names separated by commas, with or
// without blanks; "" means ResetDefault.
func ParseResetScope(text string) (ResetScope, error) {
	if strings.TrimSpace(text) == "" {
		return ResetDefault, nil
	}
	var scope ResetScope
next:
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		for _, known := range resetScopes {
			if strings.EqualFold(name, known.name) {
				scope |= known.scope
				continue next
			}
		}
		return 0, fmt.Errorf("reset scope %q is none of None, ConnectorDataStore, Escrows, Watermark, QuarantineState, Full, ForceDeletes", name)
	}
	return scope, nil
}

// String returns Graph's spelling without blanks.
func (s ResetScope) String() string {
	if s == ResetNone {
		return "None"
	}
	var names []string
	if s&ResetFull == ResetFull {
		names = append(names, "Full")
		s &^= ResetFull
	}
	for _, known := range resetScopes {
		if known.scope != ResetNone && known.scope != ResetFull && s&known.scope != 0 {
			names = append(names, known.name)
		}
	}
	return strings.Join(names, ",")
}

// Restart makes the job forget what the scope says and lets a disabled one run
// again. A cycle that is running goes on and does not undo it.
// Source: entra_wire W-64, graph_contract §5.
func (s *State) Restart(scope ResetScope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.restarts++
	s.data.Disabled = false
	s.data.Rerun = true
	if scope&ResetConnectorData != 0 {
		s.memory.reset()
		s.data.SteadyFirst, s.data.SteadyLast = never(), never()
	}
	if scope&ResetEscrows != 0 {
		s.escrows = escrows{}
		s.data.EscrowsPruned = false
	}
	if scope&ResetWatermark != 0 {
		s.data.Watermark = ""
	}
	if scope&(ResetQuarantine|ResetForceDeletes) != 0 {
		s.data.Quarantine = nil
		s.data.Failures = 0
	}
	s.data.ForceDeletes = s.data.ForceDeletes || scope&ResetForceDeletes != 0
}
