package emulator

import (
	"strconv"
	"testing"
	"time"
)

// TestBudgets spends each budget to its end, waits as asked, and may go on.
func TestBudgets(t *testing.T) {
	u := newTenantUnderTest(t, Options{Users: 10, Behaviour: Behaviour{Budgets: true}})
	a := u.newApp("x")
	onDemand := a.at + "/provisionOnDemand"
	for _, test := range []struct {
		name string
		call func() *got
		most int
	}{
		{"lists of users", func() *got { return u.get("/users?$top=50&$filter=mail eq 'x'") }, smallBudget / 2},
		{"lists of users with a selection", func() *got { return u.get("/users?$select=id&$filter=mail eq 'x'") }, smallBudget},
		{"logs", func() *got { return u.get("/auditLogs/provisioning") }, logBudget},
		{"on demand", func() *got { return u.post(onDemand, map[string]any{"parameters": []any{}}) }, onDemandBudget},
	} {
		u.clock.advance(time.Minute)
		n := 0
		g := test.call()
		for ; g.status != 429 && n <= test.most; g = test.call() {
			n++
		}
		if n != test.most {
			t.Errorf("%s: %d went through, want %d", test.name, n, test.most)
		}
		seconds, err := strconv.Atoi(g.header.Get("Retry-After"))
		if err != nil || seconds < 1 || seconds > 10 {
			t.Errorf("%s: Retry-After %q", test.name, g.header.Get("Retry-After"))
		}
		u.clock.advance(time.Duration(seconds) * time.Second)
		if g := test.call(); g.status == 429 {
			t.Errorf("%s: refused after the wait that was asked for", test.name)
		}
	}
}

// TestWriteBudget: writes have a budget of their own, whatever else is left.
func TestWriteBudget(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{Budgets: true}})
	_, app := u.instantiate("x")
	n := 1
	for ; n <= writeBudget; n++ {
		if u.call("PATCH", "/applications/"+app, map[string]any{"notes": "n"}).status == 429 {
			break
		}
	}
	if n != writeBudget {
		t.Errorf("%d writes went through, want %d", n, writeBudget)
	}
	u.get("/applications/" + app).want(200)
}
