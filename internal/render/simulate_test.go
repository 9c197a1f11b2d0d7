package render

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
)

func someSimulation() *SimulationReport {
	at := time.Date(2026, 7, 17, 9, 0, 0, 0, time.UTC)
	broken := &entra.ExecutionError{Code: engine.CodeInvalidCredentials, Message: "GET https://scim.example/v2/Users: the endpoint refused the token"}
	r := &SimulationReport{
		Profile: "idmelon", Environment: "test", Endpoint: "scim.example", Dialect: "entra",
		Linked:  SimulatedLinked{Users: 47, Groups: 1},
		Escrows: make([]engine.Escrow, 3), Staged: make([]SimulatedName, 5),
		Status:   entra.JobStatus{Quarantine: &entra.Quarantine{Reason: "EncounteredQuarantineException,TooManyDeletes", SeriesBegan: at, Error: broken}},
		Disabled: true,
	}
	many := make([]SimulatedFailure, 23)
	for i := range many {
		many[i] = SimulatedFailure{Type: "User", Name: fmt.Sprintf("user%02d@contoso.com", i), Code: "EntryConflict", Message: "409 taken", Advice: "Have the object renamed."}
	}
	r.Cycles = []SimulatedCycle{
		{Number: 1, At: at, Initial: true, Counts: &SimulatedCounts{Created: 47, Skipped: 2, Failed: 23}, Execution: &entra.Execution{}, Failures: many},
		{Number: 2, At: at.Add(40 * time.Minute), Notes: []string{"ann marries", "the token ends"}, Counts: &SimulatedCounts{Updated: 1, Staged: 5}, Execution: &entra.Execution{Error: broken}},
		{Number: 3, At: at.Add(80 * time.Minute), Counts: &SimulatedCounts{}, Execution: &entra.Execution{}},
		{Number: 4, At: at.Add(120 * time.Minute), Held: "in quarantine until 2026-07-18T09:00:00Z"},
	}
	return r
}

// TestSimulation compares the report with its golden files.
func TestSimulation(t *testing.T) {
	for _, width := range []int{80, 120} {
		for _, color := range []bool{false, true} {
			var b bytes.Buffer
			p := New(&b, width, color)
			p.Simulation(someSimulation())
			kind := map[bool]string{false: "pipe", true: "terminal"}[color]
			golden(t, fmt.Sprintf("simulation-%d-%s.golden", width, kind), b.String())
			checkLines(t, b.String(), width)
		}
	}
	if r := (&SimulationReport{}); !r.Clean() || someSimulation().Clean() {
		t.Error("a report with nothing left is clean, one with escrows is not")
	}
}

// TestInterruptedCycle: the report says how far the cycle came.
func TestInterruptedCycle(t *testing.T) {
	c := SimulatedCycle{Number: 1, Counts: &SimulatedCounts{Created: 12}, Execution: &entra.Execution{Error: &entra.ExecutionError{Code: "InternalError", Message: "context canceled"}}}
	c.Interrupted(engine.Progress{Phase: "users", Completed: 12, Total: 3400})
	var b bytes.Buffer
	p := New(&b, 80, false)
	p.simulatedCycle(c)
	if got := b.String(); !strings.Contains(got, "12 created\n  interrupted in the phase users after 12 of 3,400 objects\n") || strings.Contains(got, "context") {
		t.Errorf("%s", got)
	}
}

// TestSimulationProgress: cycle, count, rate and estimate on a terminal, nothing
// elsewhere and nothing in the first second.
func TestSimulationProgress(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		streams, _, _, errOut := iostreams.Test()
		if terminal {
			streams.SetTerminal(120, false)
		}
		now := time.Date(2026, 7, 17, 9, 0, 0, 0, time.UTC)
		p := NewSimulationProgress(streams, 5, func() time.Time { return now })
		p.Begin(1)
		p.Step(engine.Progress{Phase: "users", Completed: 1, Total: 1000})
		now = now.Add(10 * time.Second)
		p.Step(engine.Progress{Phase: "users", Completed: 250, Total: 1000, Failed: 2})
		now = now.Add(time.Millisecond)
		p.Step(engine.Progress{Phase: "users", Completed: 251, Total: 1000})
		now = now.Add(10 * time.Second)
		p.Begin(2)
		now = now.Add(2 * time.Second)
		p.Begin(3)
		now = now.Add(2 * time.Second)
		p.Step(engine.Progress{})
		if p.Step(engine.Progress{Phase: "groups", Completed: 3, Total: 3}); p.At().Phase != "groups" {
			t.Errorf("at %+v", p.At())
		}
		p.Stop()
		const line = "\r\x1b[K"
		want := ""
		if terminal {
			want = line + "cycle 1 of 5  users 250 of 1,000, 25 a second, about 30s left, 2 failed" + line + "cycle 2 of 5, about 1m20s left" +
				line + "cycle 3 of 5, about 33s left" + line + "cycle 3 of 5  testing the connection" + line
		}
		if got := errOut.String(); got != want {
			t.Errorf("terminal %t: %q, want %q", terminal, got, want)
		}
	}
}
