package engine_test

import (
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
)

func TestParseResetScope(t *testing.T) {
	tests := []struct {
		text  string
		scope engine.ResetScope
		print string
	}{
		{"", engine.ResetDefault, "Escrows,Watermark,QuarantineState"},
		{"Watermark, Escrows, QuarantineState", 14, "Escrows,Watermark,QuarantineState"},
		{"watermark", 4, "Watermark"},
		{"Full", 15, "Full"},
		{"Full,ForceDeletes", 47, "Full,ForceDeletes"},
		{"ForceDeletes", 32, "ForceDeletes"},
		{"ConnectorDataStore", 1, "ConnectorDataStore"},
		{"None", 0, "None"},
	}
	for _, tt := range tests {
		scope, err := engine.ParseResetScope(tt.text)
		if err != nil || scope != tt.scope || scope.String() != tt.print {
			t.Errorf("%q is %d %s (%v), want %d %s", tt.text, scope, scope, err, tt.scope, tt.print)
		}
	}
	for _, bad := range []string{"Everything", "Watermark Escrows", ",", "Full,"} {
		if scope, err := engine.ParseResetScope(bad); err == nil {
			t.Errorf("%q is %s, want an error", bad, scope)
		}
	}
}

// TestRestart: each scope makes the job forget its own and nothing else.
func TestRestart(t *testing.T) {
	tests := []struct {
		scope                         engine.ResetScope
		linked                        int
		escrows, initial, quarantined bool
	}{
		{scope: engine.ResetNone, linked: 2, escrows: true, quarantined: true},
		{scope: engine.ResetEscrows, linked: 2, quarantined: true},
		{scope: engine.ResetWatermark, linked: 2, escrows: true, initial: true, quarantined: true},
		{scope: engine.ResetQuarantine, linked: 2, escrows: true},
		{scope: engine.ResetConnectorData, escrows: true, quarantined: true},
		{scope: engine.ResetDefault, linked: 2, initial: true},
		{scope: engine.ResetFull, initial: true},
		{scope: engine.ResetForceDeletes, linked: 2, escrows: true},
	}
	for _, tt := range tests {
		t.Run(tt.scope.String(), func(t *testing.T) {
			c := newCompany(t, setup{}, func(j *engine.JobConfig) {
				j.Thresholds = engine.Thresholds{Examined: 1, Proportion: 0.1, Base: 10, Total: 10}
			})
			c.hire("a", "b", "bad")
			c.refuseCreation(refusal(400, "", "no"), "bad@contoso.com")
			c.counts(engine.Counts{Created: 2, Failed: 1})
			if !c.state.Quarantined() {
				t.Fatal("not in quarantine")
			}
			c.state.Restart(tt.scope)
			if got := len(c.state.Linked(mapping.User)); got != tt.linked {
				t.Errorf("%d linked, want %d", got, tt.linked)
			}
			if got := len(c.state.Escrows()) > 0; got != tt.escrows {
				t.Errorf("escrows %t, want %t", got, tt.escrows)
			}
			if got := c.state.Initial(); got != tt.initial {
				t.Errorf("initial %t, want %t", got, tt.initial)
			}
			if got := c.state.Quarantined(); got != tt.quarantined {
				t.Errorf("quarantined %t, want %t", got, tt.quarantined)
			}
			if at, ok := c.state.Next(time.Hour); !ok || !at.IsZero() {
				t.Errorf("next %v %t; a restart asks for a cycle", at, ok)
			}
			c.refuse = nil
			c.wait(6 * time.Hour)
			c.user("a", map[string]any{"jobTitle": "x"})
			c.user("bad", map[string]any{"jobTitle": "x"})
			c.cycle()
			if users := c.server.State().Users; len(users) != 3 {
				t.Errorf("%d users at the server: links that are forgotten are found again by matching", len(users))
			}
		})
	}
}

// TestRestartDuringCycle: a restart that comes while a cycle runs is not undone by
// the cycle's end.
func TestRestartDuringCycle(t *testing.T) {
	c := newCompany(t, setup{}, nil)
	c.hire("a", "b")
	c.config.Done = func(engine.Record) { c.state.Restart(engine.ResetDefault) }
	c.cycle()
	if !c.state.Initial() {
		t.Error("the next cycle is not initial")
	}
	c.config.Done = nil
	if done, _ := c.cycle(); !done.Initial || done.Counts.Unchanged != 2 {
		t.Errorf("%+v", done)
	}
	if c.state.Initial() {
		t.Error("the watermark is lost")
	}
}

// TestForgottenByTheDirectory: what is gone when an initial cycle comes is deleted,
// unless it had left before.
func TestForgottenByTheDirectory(t *testing.T) {
	c := newCompany(t, setup{}, nil)
	c.hire("a", "b", "c")
	c.counts(engine.Counts{Created: 3})
	c.do(c.dir.Unassign("c"))
	c.counts(engine.Counts{Disabled: 1})
	fresh := engine.NewMemoryDirectory() // one that has never heard of b and c
	c.dir, c.config.Directory = fresh, fresh
	c.hire("a")
	c.state.Restart(engine.ResetWatermark)
	c.counts(engine.Counts{Unchanged: 1, Deleted: 1, Skipped: 1})
	if users := c.stored(mapping.User); len(users) != 2 || users["c@contoso.com"] == nil {
		t.Errorf("users %v, want a and c, whose assignment had ended", users)
	}
}
