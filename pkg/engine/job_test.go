package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// TestCycles plays a small company: an initial cycle in the order of the service,
// then what people do, each with nothing but its own requests.
func TestCycles(t *testing.T) {
	c := newCompany(t, setup{}, nil)
	c.hire("ann", "boss")
	c.user("ann", map[string]any{"manager": "boss"})
	c.user("bob", nil) // assigned through the group
	c.user("eve", nil) // not assigned
	c.group("sales", "ann", "bob")
	c.do(c.dir.Assign("sales", "User"))

	done, sent := c.cycle()
	if want := (engine.Counts{Created: 4, Updated: 2, Skipped: 1}); done.Counts != want || !done.Initial {
		t.Fatalf("%+v, want %+v\n%s", done, want, c.told())
	}
	var order []string
	for _, s := range sent {
		order = append(order, strings.Join(strings.Fields(s)[:2], " "))
	}
	wantSent(t, order, "POST /Users", "POST /Users", "POST /Users", "POST /Groups", "PATCH /Users/id-1", "PATCH /Groups/id-4")
	x := done.Execution
	if x.State != "Succeeded" || x.CountImported != 5 || x.CountEntitled != 4 || x.CountEntitledForProvisioning != 4 || x.CountExported != 6 ||
		x.CountEscrowed != 0 || x.CountImportedDeltas != 0 || x.Error != nil || x.ActivityIdentifier == nil || !x.TimeBegan.Equal(morning) {
		t.Errorf("execution %+v", x)
	}
	status := c.state.Status("customappsso", false)
	if status.Code != "Active" || fmt.Sprint(status.SynchronizedEntryCountByType) != "[{Group to customappsso 1} {User to customappsso 3}]" || status.SteadyStateFirstAchievedTime.IsZero() {
		t.Errorf("status %+v", status)
	}

	const manager = scim.EnterpriseUserSchema
	tests := []struct {
		name   string
		change func()
		counts engine.Counts
		sent   []string
	}{
		{"nothing", func() {}, engine.Counts{}, nil},
		{"a mover", func() { c.user("ann", map[string]any{"jobTitle": "Lead"}) }, engine.Counts{Updated: 1},
			[]string{`PATCH /Users/id-1` + patchHead + `{"op":"Add","path":"title","value":"Lead"}]}`}},
		{"the matching attribute is renamed", func() { c.user("ann", map[string]any{"userPrincipalName": "ann.b@contoso.com"}) }, engine.Counts{Updated: 1},
			[]string{`PATCH /Users/id-1` + patchHead + `{"op":"Replace","path":"userName","value":"ann.b@contoso.com"}]}`}},
		{"another manager", func() { c.user("ann", map[string]any{"manager": "bob"}) }, engine.Counts{Unchanged: 1, Updated: 1},
			[]string{`PATCH /Users/id-1` + patchHead + `{"op":"Replace","path":"` + manager + `:manager","value":[{"$ref":null,"value":"id-2"}]}]}`}},
		{"a member comes, assigned with it", func() { c.group("sales", "eve") }, engine.Counts{Created: 1, Unchanged: 1, Updated: 1},
			[]string{`POST /Users`, `PATCH /Groups/id-4` + patchHead + `{"op":"Add","path":"members","value":[{"$ref":null,"value":"id-5"}]}]}`}},
		{"a member goes, and the assignment with it", func() { c.do(c.dir.SetMember("sales", engine.Member{Type: mapping.User, ID: "eve"}, false)) },
			engine.Counts{Disabled: 1, Unchanged: 1, Updated: 1},
			[]string{`PATCH /Users/id-5` + patchHead + `{"op":"Replace","path":"active","value":"False"}]}`,
				`PATCH /Groups/id-4` + patchHead + `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"id-5"}]}]}`}},
		{"one who left is deleted: nothing more is sent", func() { c.do(c.dir.Purge("eve")) }, engine.Counts{Skipped: 1}, nil},
		{"a leaver", func() { c.do(c.dir.Delete("bob")) }, engine.Counts{Disabled: 1, Unchanged: 1, Updated: 1},
			[]string{`PATCH /Users/id-2` + patchHead + `{"op":"Replace","path":"active","value":"False"}]}`,
				`PATCH /Groups/id-4` + patchHead + `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"id-2"}]}]}`}},
		{"comes back", func() { c.do(c.dir.Restore("bob")) }, engine.Counts{Updated: 2, Unchanged: 1},
			[]string{`PATCH /Users/id-2` + patchHead + `{"op":"Replace","path":"active","value":"True"}]}`,
				`PATCH /Groups/id-4` + patchHead + `{"op":"Add","path":"members","value":[{"$ref":null,"value":"id-2"}]}]}`}},
		{"and goes for good", func() { c.do(c.dir.Purge("bob")) }, engine.Counts{Deleted: 1, Unchanged: 1}, []string{"DELETE /Users/id-2"}},
		{"the group goes, and nobody is assigned by it", func() { c.do(c.dir.Delete("sales")) }, engine.Counts{Unchanged: 1, Deleted: 1}, []string{"DELETE /Groups/id-4"}},
	}
	for _, tt := range tests {
		tt.change()
		c.wait(40 * time.Minute)
		done, sent := c.cycle()
		if done.Counts != tt.counts || done.Initial || done.Execution.State != "Succeeded" {
			t.Errorf("%s: %+v, want %+v\n%s", tt.name, done.Counts, tt.counts, c.told())
		}
		for i, s := range sent {
			if strings.HasPrefix(s, "POST ") {
				sent[i] = strings.Join(strings.Fields(s)[:2], " ")
			}
		}
		if !slices.Equal(sent, tt.sent) {
			t.Errorf("%s sent:\n  %s\nwant:\n  %s", tt.name, strings.Join(sent, "\n  "), strings.Join(tt.sent, "\n  "))
		}
	}
}

// TestFailuresStopNothing: objects that fail are in escrow, the others arrive.
func TestFailuresStopNothing(t *testing.T) {
	c := newCompany(t, setup{}, nil)
	for i := range 50 {
		c.hire(fmt.Sprintf("user%02d", i))
	}
	c.refuseCreation(refusal(400, "invalidValue", "no"), "user07@contoso.com", "user23@contoso.com", "user49@contoso.com")
	done := c.counts(engine.Counts{Created: 47, Failed: 3})
	if done.Execution.State != "EntryLevelErrors" || done.Execution.CountEscrowed != 3 || done.Execution.CountExported != 47 || done.Execution.CountExports != 50 {
		t.Errorf("execution %+v", done.Execution)
	}
	if c.state.Quarantined() || len(c.stored(mapping.User)) != 47 || len(c.state.Escrows()) != 3 {
		t.Errorf("%d users stored, escrows %+v", len(c.stored(mapping.User)), c.state.Escrows())
	}
	// A change is tried at once and ends the escrow; the others wait.
	c.refuse = nil
	c.user("user07", map[string]any{"jobTitle": "Lucky"})
	c.counts(engine.Counts{Created: 1})
	c.wait(6 * time.Hour)
	if done := c.counts(engine.Counts{Created: 2}); done.Retried != 2 || len(c.state.Escrows()) != 0 {
		t.Errorf("retried %d, escrows %+v", done.Retried, c.state.Escrows())
	}
}

// TestEscrowSchedule: tries after 6, 12 and 24 hours, then daily up to 28 days.
func TestEscrowSchedule(t *testing.T) {
	c := newCompany(t, setup{}, nil)
	c.hire("ann")
	c.refuseCreation(refusal(500, "", "no"), "ann@contoso.com")
	var tries []time.Duration
	for range 40 * 24 { // hourly cycles for 40 days
		done, _ := c.cycle()
		if done.Counts.Failed > 0 {
			tries = append(tries, c.now.Sub(morning))
		}
		c.wait(time.Hour)
	}
	want := []time.Duration{0, 6 * time.Hour, 18 * time.Hour}
	for at := 42 * time.Hour; at <= engine.EscrowLife; at += 24 * time.Hour {
		want = append(want, at)
	}
	if !slices.Equal(tries, want) {
		t.Errorf("tried after %v,\nwant %v", tries, want)
	}
	if len(c.state.Escrows()) != 0 || !c.state.Status("", false).EscrowsPruned {
		t.Errorf("escrows %+v, pruned %t: after 28 days it is given up", c.state.Escrows(), c.state.Status("", false).EscrowsPruned)
	}
	c.refuse = nil
	c.user("ann", map[string]any{"jobTitle": "Late"})
	c.counts(engine.Counts{Created: 1})
}

// TestReferenceEscrow: a reference waits with what it refers to; one to somebody
// out of scope needs a restart.
func TestReferenceEscrow(t *testing.T) {
	c := newCompany(t, setup{}, nil)
	c.hire("ann", "boss")
	c.user("out", nil)
	c.user("ann", map[string]any{"manager": "boss"})
	c.hire("cy")
	c.user("cy", map[string]any{"manager": "out"})
	c.refuseCreation(refusal(500, "", "no"), "boss@contoso.com")
	done := c.counts(engine.Counts{Created: 2, Failed: 1, Skipped: 1})
	if done.Execution.CountEscrowed != 1 || done.Execution.CountEscrowedRaw != 2 {
		t.Errorf("execution %+v: the reference counts in the raw number alone", done.Execution)
	}
	c.refuse = nil
	c.wait(6 * time.Hour)
	c.counts(engine.Counts{Created: 1, Unchanged: 1, Updated: 1})
	managerOf := func(name string) any {
		extension, _ := c.stored(mapping.User)[name+"@contoso.com"][scim.EnterpriseUserSchema].(map[string]any)
		return extension["manager"]
	}
	if fmt.Sprint(managerOf("ann")) != "map[value:id-3]" || len(c.state.Escrows()) != 0 {
		t.Errorf("manager %v, escrows %+v", managerOf("ann"), c.state.Escrows())
	}

	c.do(c.dir.Assign("out", "User"))
	c.counts(engine.Counts{Created: 1})
	if managerOf("cy") != nil {
		t.Errorf("manager %v: a reference does not come into scope by itself", managerOf("cy"))
	}
	c.state.Restart(engine.ResetDefault)
	if done := c.counts(engine.Counts{Unchanged: 4, Updated: 1}); !done.Initial || managerOf("cy") == nil {
		t.Errorf("initial %t, manager %v", done.Initial, managerOf("cy"))
	}
}

// TestUnchangedSwitch: on an incremental update a Switch whose source did not change
// is null, in the middle of an expression as well.
func TestUnchangedSwitch(t *testing.T) {
	const nested = `Join("-", Switch([department], "X", "Sales", "S"), [jobTitle])`
	for _, evaluate := range []bool{false, true} {
		c := newCompany(t, setup{users: func(m *mapping.ObjectMapping) {
			m.Attributes[4] = mapping.Attribute{Target: text("title"), Kind: mapping.Expression, Source: text(nested)}
		}}, func(j *engine.JobConfig) { j.EvaluateUnchangedSwitch = evaluate })
		c.hire("ann")
		c.user("ann", map[string]any{"department": "Sales", "jobTitle": "one"})
		title := func() any { return c.stored(mapping.User)["ann@contoso.com"]["title"] }
		c.counts(engine.Counts{Created: 1})
		if title() != "S-one" {
			t.Fatalf("title %v: an initial cycle evaluates everything", title())
		}
		c.user("ann", map[string]any{"jobTitle": "two"})
		c.counts(engine.Counts{Updated: 1})
		if want := map[bool]string{false: "two", true: "S-two"}[evaluate]; title() != want {
			t.Errorf("evaluate %t: title %v, want %s", evaluate, title(), want)
		}
		c.user("ann", map[string]any{"department": "Other"})
		c.counts(engine.Counts{Updated: 1})
		if title() != "X-two" {
			t.Errorf("evaluate %t: title %v, want X-two: the source changed", evaluate, title())
		}
		// The switch of active follows what happens to the user, also after a failure.
		c.do(c.dir.Unassign("ann"))
		c.refuse = func(request, _ string) *answer {
			if strings.HasPrefix(request, "PATCH ") {
				return new(refusal(500, "", "no"))
			}
			return nil
		}
		c.counts(engine.Counts{Failed: 1})
		c.refuse = nil
		c.user("ann", map[string]any{"jobTitle": "three"})
		c.counts(engine.Counts{Disabled: 1})
		c.user("ann", map[string]any{"jobTitle": "four"})
		_, sent := c.cycle()
		if len(sent) != 1 || strings.Contains(sent[0], "active") {
			t.Errorf("sent %q: active did not change again", sent)
		}
	}
}

// TestConfigurationChange: the next cycle is an initial one. Source: entra_wire W-62.
func TestConfigurationChange(t *testing.T) {
	c := newCompany(t, setup{}, func(j *engine.JobConfig) { j.Configuration = "a" })
	c.hire("ann")
	c.counts(engine.Counts{Created: 1})
	c.counts(engine.Counts{})
	c.config.Configuration = "b"
	if done := c.counts(engine.Counts{Unchanged: 1}); !done.Initial {
		t.Error("a cycle after a change of the configuration is not initial")
	}
}

// TestKilledInMidCycle: whatever moment the process dies in, the next cycle on the
// state that was written then loses nothing and doubles nothing.
func TestKilledInMidCycle(t *testing.T) {
	for kill := range 9 {
		c := newCompany(t, setup{}, nil)
		c.hire("a", "b", "c", "d")
		c.user("a", map[string]any{"manager": "d"})
		c.group("g", "a", "b", "c", "d")
		c.do(c.dir.Assign("g", "User"))
		written, _ := json.Marshal(c.state)
		n := 0
		c.config.Done = func(engine.Record) {
			if n++; n == kill {
				written, _ = json.Marshal(c.state)
			}
		}
		c.cycle()
		c.config.Done = func(r engine.Record) { c.records = append(c.records, r) }
		c.state = engine.NewState()
		if err := json.Unmarshal(written, c.state); err != nil {
			t.Fatal(err)
		}
		if done, _ := c.cycle(); done.Counts.Failed != 0 {
			t.Errorf("killed after %d: %+v\n%s", kill, done.Counts, c.told())
		}
		users, groups := c.stored(mapping.User), c.stored(mapping.Group)
		members, _ := groups["g"]["members"].([]any)
		if len(users) != 4 || len(groups) != 1 || len(members) != 4 || len(c.server.State().Users) != 4 {
			t.Errorf("killed after %d: %d users, %d groups, %d members", kill, len(users), len(groups), len(members))
		}
		c.counts(engine.Counts{})
	}
}
