package engine_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// company is a directory, a job over it, the job's server and a clock that only the
// test moves.
type company struct {
	*world
	t       *testing.T
	dir     *engine.MemoryDirectory
	state   *engine.State
	config  engine.JobConfig
	now     time.Time
	records []engine.Record
	refuse  func(request, content string) *answer // nil result: let it through
	divert  http.Handler                          // in place of the server; nil: the server itself
}

func newCompany(t *testing.T, s setup, change func(*engine.JobConfig)) *company {
	t.Helper()
	c := &company{t: t, dir: engine.NewMemoryDirectory(), state: engine.NewState(), now: morning}
	configure := s.config
	s.config = func(cfg *engine.Config) {
		cfg.Env.Now = func() time.Time { return c.now }
		if configure != nil {
			configure(cfg)
		}
		c.config.Config = *cfg
	}
	target := server.New(server.Options{Now: func() time.Time { return c.now }, NewID: counter()})
	s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.refuse != nil {
			body, _ := io.ReadAll(r.Body)
			r.Body = io.NopCloser(bytes.NewReader(body))
			if a := c.refuse(r.Method+" "+r.URL.Path, r.URL.RawQuery+string(body)); a != nil {
				scripted{r.Method + " " + r.URL.Path: *a}.ServeHTTP(w, r)
				return
			}
		}
		if c.divert != nil {
			c.divert.ServeHTTP(w, r)
			return
		}
		target.ServeHTTP(w, r)
	})
	c.world = newWorld(t, s)
	c.server = target
	c.config.Directory, c.config.State = c.dir, c.state
	c.config.DeletionThreshold = engine.DefaultDeletionThreshold
	c.config.Done = func(r engine.Record) { c.records = append(c.records, r) }
	if change != nil {
		change(&c.config)
	}
	return c
}

// do wants a change of the directory to work.
func (c *company) do(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// user creates or changes a user by a short name, which is the object id.
func (c *company) user(name string, attrs map[string]any) {
	c.t.Helper()
	all := map[string]any{"objectId": name}
	if _, known, _ := c.dir.Find(c.t.Context(), mapping.User, name); !known {
		all = map[string]any{"objectId": name, "userPrincipalName": name + "@contoso.com", "displayName": strings.ToUpper(name), "accountEnabled": true}
	}
	maps.Copy(all, attrs)
	c.do(c.dir.Put(mapping.User, all))
}

// hire creates assigned users.
func (c *company) hire(names ...string) {
	c.t.Helper()
	for _, name := range names {
		c.user(name, nil)
		c.do(c.dir.Assign(name, "User"))
	}
}

func (c *company) group(name string, members ...string) {
	c.t.Helper()
	c.do(c.dir.Put(mapping.Group, map[string]any{"objectId": name, "displayName": name}))
	for _, m := range members {
		c.do(c.dir.SetMember(name, engine.Member{Type: mapping.User, ID: m}, true))
	}
}

// cycle runs a cycle with a Job made anew and a State that went through JSON, as
// after a restart of the process, and returns it with what was sent.
func (c *company) cycle() (*engine.Cycle, []string) {
	c.t.Helper()
	data, err := json.Marshal(c.state)
	if err != nil {
		c.t.Fatal(err)
	}
	c.state = engine.NewState()
	if err := json.Unmarshal(data, c.state); err != nil {
		c.t.Fatal(err)
	}
	c.config.State = c.state
	j, err := engine.NewJob(c.config)
	if err != nil {
		c.t.Fatal(err)
	}
	c.sent, c.records = nil, nil
	done, err := j.Cycle(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return done, slices.DeleteFunc(c.sent, func(s string) bool { return strings.HasPrefix(s, "GET ") })
}

// counts wants a cycle to have these counts.
func (c *company) counts(want engine.Counts) *engine.Cycle {
	c.t.Helper()
	done, sent := c.cycle()
	if done.Counts != want {
		c.t.Fatalf("counts %+v, want %+v\nsent:\n  %s\n%s", done.Counts, want, strings.Join(sent, "\n  "), c.told())
	}
	return done
}

// told is what the records of the last cycle say.
func (c *company) told() string {
	var b strings.Builder
	for _, r := range c.records {
		fmt.Fprintf(&b, "%s %s: %s %s %s %s\n", r.Source.Type, r.Source.ID, r.Action, r.Status, r.Code, r.Message)
	}
	return b.String()
}

// wait moves the clock.
func (c *company) wait(d time.Duration) { c.now = c.now.Add(d) }

// refuseCreation refuses to create whoever the names say.
func (c *company) refuseCreation(a answer, names ...string) {
	c.refuse = func(request, content string) *answer {
		for _, name := range names {
			if strings.HasPrefix(request, "POST ") && strings.Contains(content, strconv.Quote(name)) {
				return &a
			}
		}
		return nil
	}
}

// stored returns the server's users, or groups, by userName or displayName.
func (c *company) stored(typ string) map[string]map[string]any {
	c.t.Helper()
	state := c.server.State()
	list, key := state.Users, "userName"
	if typ == mapping.Group {
		list, key = state.Groups, "displayName"
	}
	out := map[string]map[string]any{}
	for _, o := range list {
		data, err := json.Marshal(o)
		if err != nil {
			c.t.Fatal(err)
		}
		var m map[string]any
		if err := json.Unmarshal(data, &m); err != nil {
			c.t.Fatal(err)
		}
		out[m[key].(string)] = m
	}
	return out
}
