package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// TestBrokenEndpoint: bad credentials and what is no SCIM quarantine the job at
// once and stop the cycle; a server in trouble does not.
func TestBrokenEndpoint(t *testing.T) {
	tests := []struct {
		name   string
		answer answer
		code   string // "": no quarantine
	}{
		{"token refused", refusal(401, "", "no"), engine.CodeInvalidCredentials},
		{"token may not", refusal(403, "", "no"), engine.CodeInvalidCredentials},
		{"a page of HTML", answer{status: 200, body: "<html>", typ: "text/html"}, engine.CodeCredentialUnavailable},
		{"404 for a query", refusal(404, "", "no"), engine.CodeCredentialUnavailable},
		{"filter refused", refusal(400, "invalidFilter", "no"), engine.CodeCredentialUnavailable},
		{"overloaded", refusal(429, "", "slow down"), ""},
		{"down", refusal(503, "", "maintenance"), ""},
	}
	for _, tt := range tests {
		for _, inTheMiddle := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, in the middle %t", tt.name, inTheMiddle), func(t *testing.T) {
				c := newCompany(t, setup{}, nil)
				c.hire("a", "b", "c", "d")
				requests := 0
				c.refuse = func(request, _ string) *answer {
					if requests++; !strings.HasPrefix(request, "GET ") || inTheMiddle && requests < 6 {
						return nil
					}
					return &tt.answer
				}
				done, _ := c.cycle()
				x, q := done.Execution, c.state.Status("", false).Quarantine
				// A filter that is refused once may be refused for its value.
				if tt.code == "" || inTheMiddle && tt.name == "filter refused" {
					if q != nil || x.State != "EntryLevelErrors" || done.Counts.Failed == 0 {
						t.Errorf("%s, quarantine %+v, %+v; want failed objects only", x.State, q, done.Counts)
					}
					return
				}
				if q == nil || q.Reason != engine.ReasonException || q.Error == nil || q.Error.Code != tt.code || x.State != "Failed" || x.Error == nil || x.Error.Code != tt.code {
					t.Fatalf("quarantine %+v, execution %+v; want %s", q, x, tt.code)
				}
				if inTheMiddle && done.Counts.Created != 1 {
					t.Errorf("%+v; the cycle goes on after the endpoint broke", done.Counts)
				}
				if n := len(c.state.Escrows()); n > 1 {
					t.Errorf("%d objects are in escrow for what is not theirs", n)
				}
				if status := c.state.Status("", false); status.Code != "Quarantine" || status.CountSuccessiveCompleteFailures != 1 {
					t.Errorf("status %+v", status)
				}
				c.refuse = nil
				c.wait(5 * time.Minute)
				if done, _ := c.cycle(); !done.Initial || len(c.stored(mapping.User)) != 4 || c.state.Quarantined() {
					t.Errorf("after the repair: %+v, %d users, quarantined %t", done, len(c.stored(mapping.User)), c.state.Quarantined())
				}
			})
		}
	}
}

// TestQuarantineSchedule: tries after 5 minutes, 6, 12 and 24 hours and daily, and
// after four weeks the job is disabled until it is restarted.
func TestQuarantineSchedule(t *testing.T) {
	c := newCompany(t, setup{}, nil)
	c.hire("ann")
	c.refuse = func(string, string) *answer { return new(refusal(401, "", "no")) }
	var tries []time.Duration
	for {
		at, ok := c.state.Next(40 * time.Minute)
		if !ok {
			break
		}
		if at.After(c.now) {
			c.now = at
		}
		c.cycle()
		tries = append(tries, c.now.Sub(morning))
		if len(tries) > 100 {
			t.Fatal("the job is never disabled")
		}
	}
	fresh := 5 * time.Minute
	want := []time.Duration{0, fresh, fresh + 6*time.Hour, fresh + 18*time.Hour, fresh + 42*time.Hour, fresh + 66*time.Hour}
	if got := tries[:len(want)]; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("tried after %v, want %v", got, want)
	}
	if last := tries[len(tries)-1]; last < engine.QuarantineLife || last > engine.QuarantineLife+24*time.Hour {
		t.Errorf("disabled after %v, want four weeks", last)
	}
	status := c.state.Status("", false)
	if q := status.Quarantine; !q.SeriesBegan.Equal(morning) || !q.CurrentBegan.Equal(morning) || int(q.SeriesCount) != len(tries) || status.CountSuccessiveCompleteFailures != len(tries) {
		t.Errorf("quarantine %+v after %d tries, %d failures", q, len(tries), status.CountSuccessiveCompleteFailures)
	}
	if !c.state.Disabled() {
		t.Fatal("the job is not disabled")
	}
	j, err := engine.NewJob(c.config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Cycle(t.Context()); !errors.Is(err, engine.ErrDisabled) {
		t.Errorf("a disabled job runs: %v", err)
	}
	c.refuse = nil
	c.state.Restart(engine.ResetDefault)
	if at, ok := c.state.Next(time.Hour); !ok || !at.IsZero() {
		t.Errorf("next cycle at %v (%t); a restart asks for one at once", at, ok)
	}
	c.counts(engine.Counts{Created: 1})
}

// TestThresholds: how many failures of how many objects quarantine a job, and why.
func TestThresholds(t *testing.T) {
	small := engine.Thresholds{Examined: 5, Proportion: 0.4, Base: 12, Total: 15}
	tests := []struct {
		name                string
		fail, good, waiting int // waiting: users whose manager fails
		reason              string
	}{
		{"few failures, all of them", 4, 0, 0, ""},
		{"many, but not many of all", 6, 9, 0, ""}, // 40 % is not more than 40 %
		{"many of all", 6, 8, 0, engine.ReasonProportion},
		{"as many as the number", 12, 30, 0, ""},
		{"more than the number", 13, 30, 0, engine.ReasonBaseEscrows},
		{"as many as the number with references", 8, 30, 7, ""},
		{"more with references", 8, 30, 8, engine.ReasonTotalEscrows},
		{"all at once", 20, 0, 0, engine.ReasonBaseEscrows + "," + engine.ReasonProportion + "," + engine.ReasonTotalEscrows},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := newCompany(t, setup{}, func(j *engine.JobConfig) { j.Thresholds = small })
			var bad []string
			for i := range tt.fail {
				name := fmt.Sprintf("bad%02d", i)
				c.hire(name)
				bad = append(bad, name+"@contoso.com")
			}
			for i := range tt.good {
				name := fmt.Sprintf("good%02d", i)
				c.hire(name)
				if i < tt.waiting {
					c.user(name, map[string]any{"manager": "bad00"})
				}
			}
			c.refuseCreation(refusal(400, "", "no"), bad...)
			done, _ := c.cycle()
			q := c.state.Status("", false).Quarantine
			if done.Counts.Failed != tt.fail || done.Execution.State != "EntryLevelErrors" {
				t.Fatalf("%+v", done)
			}
			if tt.reason == "" {
				if q != nil {
					t.Errorf("quarantine %+v", q)
				}
				return
			}
			if q == nil || q.Reason != tt.reason || q.Error != nil {
				t.Fatalf("quarantine %+v, want %s", q, tt.reason)
			}
			c.refuse = nil
			c.wait(6 * time.Hour)
			if c.cycle(); c.state.Quarantined() {
				t.Error("still in quarantine after everything arrived")
			}
		})
	}
	if got := engine.DefaultThresholds(); got != (engine.Thresholds{Examined: 5000, Proportion: 0.4, Base: 40000, Total: 60000}) {
		t.Errorf("defaults %+v", got)
	}
}

// TestDeletionGuard: with the threshold reached nobody is disabled or deleted until
// somebody says so; everything else goes on.
func TestDeletionGuard(t *testing.T) {
	setUp := func(t *testing.T) *company {
		c := newCompany(t, setup{}, func(j *engine.JobConfig) { j.DeletionThreshold = 4 })
		c.hire("a", "b", "c", "d", "e")
		c.group("g", "a")
		c.do(c.dir.Assign("g", "User"))
		c.counts(engine.Counts{Created: 6, Updated: 1})
		return c
	}
	active := func(c *company) int {
		n := 0
		for _, u := range c.stored(mapping.User) {
			if u["active"] == true {
				n++
			}
		}
		return n
	}
	t.Run("below the threshold", func(t *testing.T) {
		c := setUp(t)
		c.do(c.dir.Unassign("b"))
		c.do(c.dir.Delete("c"))
		c.user("d", map[string]any{"accountEnabled": false})
		c.counts(engine.Counts{Disabled: 3})
	})
	leave := func(c *company) {
		c.do(c.dir.Unassign("b"))
		c.do(c.dir.Delete("c"))
		c.user("d", map[string]any{"accountEnabled": false})
		c.do(c.dir.Unassign("g"))
		c.user("e", map[string]any{"jobTitle": "Boss"})
	}
	t.Run("reached, and allowed", func(t *testing.T) {
		c := setUp(t)
		leave(c)
		done, sent := c.cycle()
		// a is still assigned directly.
		if want := (engine.Counts{Staged: 4, Updated: 1, Unchanged: 1}); done.Counts != want || len(sent) != 1 || active(c) != 5 {
			t.Fatalf("%+v, want %+v; sent %q; %d active\n%s", done.Counts, want, sent, active(c), c.told())
		}
		q := c.state.Status("", false).Quarantine
		if q == nil || q.Reason != engine.ReasonDeletes || len(c.state.Staged()) != 4 || done.Execution.State != "Succeeded" {
			t.Fatalf("quarantine %+v, staged %v", q, c.state.Staged())
		}
		for _, r := range c.records {
			if r.Action == engine.ActionStagedDelete && (r.Message == "" || r.Advice == "") {
				t.Errorf("record %+v says nothing", r)
			}
		}
		c.wait(5 * time.Minute)
		c.do(c.dir.Unassign("a"))
		c.counts(engine.Counts{Staged: 5}) // what leaves meanwhile is held back as well
		c.state.Restart(engine.ResetForceDeletes)
		c.counts(engine.Counts{Disabled: 4, Deleted: 1})
		if active(c) != 1 || len(c.stored(mapping.Group)) != 0 || len(c.state.Staged()) != 0 || c.state.Quarantined() {
			t.Errorf("%d active, staged %v, quarantined %t", active(c), c.state.Staged(), c.state.Quarantined())
		}
		c.hire("f", "h", "i", "j")
		c.counts(engine.Counts{Created: 4})
		for _, name := range []string{"f", "h", "i", "j"} {
			c.do(c.dir.Unassign(name))
		}
		c.counts(engine.Counts{Staged: 4}) // the permission was for once
	})
	t.Run("reached, and taken back", func(t *testing.T) {
		c := setUp(t)
		leave(c)
		c.cycle()
		c.do(c.dir.Assign("b", "User"))
		c.do(c.dir.Restore("c"))
		c.user("d", map[string]any{"accountEnabled": true})
		c.do(c.dir.Assign("g", "User"))
		c.wait(time.Hour)
		if c.cycle(); !c.state.Quarantined() || len(c.state.Staged()) != 0 {
			t.Errorf("quarantined %t, staged %v; only a restart ends the quarantine", c.state.Quarantined(), c.state.Staged())
		}
		c.state.Restart(engine.ResetDefault)
		if c.cycle(); c.state.Quarantined() || active(c) != 5 || len(c.stored(mapping.Group)) != 1 {
			t.Errorf("quarantined %t, %d active", c.state.Quarantined(), active(c))
		}
	})
	t.Run("off", func(t *testing.T) {
		c := setUp(t)
		c.config.DeletionThreshold = 0
		leave(c)
		c.counts(engine.Counts{Disabled: 3, Deleted: 1, Updated: 1, Unchanged: 1})
	})
	t.Run("SkipOutOfScopeDeletions", func(t *testing.T) {
		c := setUp(t)
		c.config.SkipOutOfScopeDeletions = true
		leave(c)
		c.counts(engine.Counts{Disabled: 2, Skipped: 2, Updated: 1, Unchanged: 1})
		if len(c.stored(mapping.Group)) != 1 {
			t.Error("the group is gone")
		}
	})
}
