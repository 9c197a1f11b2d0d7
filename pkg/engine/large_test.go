package engine_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// TestLargeCompany: 5,000 people in one group, three of whom fail, and a day on which
// half of them move, in every dialect.
func TestLargeCompany(t *testing.T) {
	for _, d := range scim.Dialects() {
		t.Run(string(d), func(t *testing.T) {
			c := newCompany(t, setup{config: func(c *engine.Config) { c.Dialect = d }}, nil)
			largeCompany(c)
		})
	}
}

func largeCompany(c *company) {
	const size = 5000
	c.t.Helper()
	var names, bad []string
	for i := range size {
		name := fmt.Sprintf("user%04d", i)
		names = append(names, name)
		c.user(name, nil)
		if i%1700 == 5 {
			bad = append(bad, name+"@contoso.com")
		}
	}
	c.group("all", names...)
	c.do(c.dir.Assign("all", "User"))
	c.refuseCreation(refusal(400, "invalidValue", "no"), bad...)
	done := c.counts(engine.Counts{Created: size + 1 - 3, Updated: 1, Failed: 3})
	if done.Execution.CountEscrowed != 3 || done.Execution.CountEscrowedRaw != 4 || c.state.Quarantined() {
		c.t.Errorf("%+v", done.Execution)
	}
	c.refuse = nil
	for i := range size / 2 {
		c.user(names[i*2], map[string]any{"jobTitle": "Mover"})
	}
	c.wait(6 * time.Hour)
	done, _ = c.cycle()
	if done.Counts.Created != 3 || done.Counts.Failed != 0 || len(c.state.Escrows()) != 0 {
		c.t.Errorf("%+v", done.Counts)
	}
	users, members := c.stored(mapping.User), c.stored(mapping.Group)["all"]["members"].([]any)
	if len(users) != size || len(members) != size {
		c.t.Errorf("%d users, %d members", len(users), len(members))
	}
	for i, name := range names {
		u := users[name+"@contoso.com"]
		if moved := u["title"] == "Mover"; u["externalId"] != name || u["active"] != true || moved != (i%2 == 0) {
			c.t.Fatalf("%s is %v", name, u)
		}
	}
}
