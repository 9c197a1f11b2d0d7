package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// TestWorkers: many at a time end where one at a time ends, and two users of one
// matching value never share an account.
func TestWorkers(t *testing.T) {
	c := newCompany(t, setup{users: func(m *mapping.ObjectMapping) {
		m.Attributes[1].Match, m.Attributes[0].Match = 1, 0
		m.Attributes[1].Source = text("employeeId")
		m.Attributes[0].Source = text("userPrincipalName")
	}}, func(j *engine.JobConfig) { j.Workers = 8 })
	for i := range 200 {
		name := fmt.Sprintf("user%03d", i)
		c.hire(name)
		c.user(name, map[string]any{"employeeId": fmt.Sprint(i / 2), "manager": "user000"})
	}
	// One account for each pair is there already.
	for i := range 100 {
		c.must(t, ann(t, map[string]any{"objectId": fmt.Sprint("old", i), "employeeId": fmt.Sprint(i), "userPrincipalName": fmt.Sprint("old", i), "jobTitle": nil}), engine.ActionCreate, engine.Success)
	}
	c.state = engine.NewState()
	done, _ := c.cycle()
	if done.Counts.Failed != 100 || len(c.state.Linked(mapping.User)) != 100 {
		t.Errorf("%+v, %d linked: one of each pair takes the account", done.Counts, len(c.state.Linked(mapping.User)))
	}
	owners := map[string]string{}
	for _, id := range c.state.Linked(mapping.User) {
		target, _ := c.state.Target(mapping.User, id)
		if other := owners[target]; other != "" {
			t.Errorf("%s and %s are linked to %s", other, id, target)
		}
		owners[target] = id
	}
	for _, r := range c.records {
		if r.Status == engine.Failure && r.Code != engine.CodeDuplicateSourceEntries {
			t.Errorf("%s: %s %s", r.Source.ID, r.Code, r.Message)
		}
	}
}

// TestInterrupted: a cycle that is stopped says so, fails nobody, and is done again
// from the same watermark.
func TestInterrupted(t *testing.T) {
	c := newCompany(t, setup{}, nil)
	for i := range 20 {
		c.hire(fmt.Sprintf("user%02d", i))
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	c.config.Done = func(engine.Record) {
		if n++; n == 7 {
			cancel()
		}
	}
	j, err := engine.NewJob(c.config)
	if err != nil {
		t.Fatal(err)
	}
	done, err := j.Cycle(ctx)
	if !errors.Is(err, context.Canceled) || done == nil || done.Counts.Created != 7 || done.Execution.State != "Failed" {
		t.Fatalf("%+v, %v", done, err)
	}
	if len(c.state.Escrows()) != 0 || !c.state.Initial() || c.state.Quarantined() {
		t.Errorf("escrows %v, initial %t", c.state.Escrows(), c.state.Initial())
	}
	c.config.Done = nil
	c.counts(engine.Counts{Created: 13, Unchanged: 7})
}

// brittle is a directory that fails in the middle.
type brittle struct {
	*engine.MemoryDirectory
	fail bool
}

func (d *brittle) Changes(ctx context.Context, typ, since string) iter.Seq2[engine.Change, error] {
	return func(yield func(engine.Change, error) bool) {
		n := 0
		for change, err := range d.MemoryDirectory.Changes(ctx, typ, since) {
			if n++; d.fail && n == 3 {
				yield(engine.Change{}, errors.New("the directory is gone"))
				return
			}
			if !yield(change, err) {
				return
			}
		}
	}
}

func TestDirectoryFails(t *testing.T) {
	c := newCompany(t, setup{}, nil)
	c.hire("a", "b", "c", "d")
	d := &brittle{c.dir, true}
	c.config.Directory = d
	j, err := engine.NewJob(c.config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := j.Cycle(t.Context()); err == nil || !strings.Contains(err.Error(), "the directory is gone") {
		t.Fatalf("error %v", err)
	}
	d.fail = false
	c.counts(engine.Counts{Created: 4})
}

// TestProgress counts up to a total that is known from the beginning.
func TestProgress(t *testing.T) {
	c := newCompany(t, setup{}, nil)
	var seen []engine.Progress
	c.config.Progress = func(p engine.Progress) { seen = append(seen, p) }
	c.hire("a", "b", "c")
	c.user("a", map[string]any{"manager": "b"})
	c.group("g", "a")
	c.do(c.dir.Assign("g", "User"))
	c.cycle()
	var got []string
	for _, p := range seen {
		got = append(got, fmt.Sprintf("%s %d/%d", p.Phase, p.Completed, p.Total))
	}
	want := []string{"users 1/4", "users 2/4", "users 3/4", "groups 4/4", "references 5/6", "references 6/6"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestNewJobRefuses(t *testing.T) {
	c := newCompany(t, setup{}, nil)
	c.config.Directory = nil
	if _, err := engine.NewJob(c.config); err == nil {
		t.Error("a job without a directory")
	}
	for _, bad := range []string{`{"memory": 3}`, `[]`, `{"watermark": 1}`, ``} {
		if err := json.Unmarshal([]byte(bad), engine.NewState()); err == nil {
			t.Errorf("%q is taken as a state", bad)
		}
	}
	s := engine.NewState()
	if err := json.Unmarshal([]byte(`{}`), s); err != nil {
		t.Fatal(err)
	}
	s.Link(mapping.User, "a", "b")
	if status := engine.NewState().Status("x", false); status.Code != "NotRun" || status.LastExecution.Happened() {
		t.Errorf("status %+v; a job that never ran carries an execution that did not happen", status)
	}
	if status := engine.NewState().Status("x", true); status.Code != "Paused" || status.LastExecution != nil {
		t.Errorf("status %+v", status)
	}
}
