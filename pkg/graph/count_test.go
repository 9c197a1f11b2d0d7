package graph

import (
	"errors"
	"testing"
)

// TestCount: one request of one object, with the header that counting takes.
func TestCount(t *testing.T) {
	f := newTenant(t)
	f.on("GET /users", answer{Body: `{"@odata.count":15,"value":[{"id":"1"}]}`})
	f.on("GET /groups", answer{Body: `{"@odata.count":0,"value":[]}`})
	c := f.client()
	users, err := c.CountUsers(t.Context())
	if err != nil || users != 15 {
		t.Errorf("%d users, %v", users, err)
	}
	groups, err := c.CountGroups(t.Context())
	if err != nil || groups != 0 {
		t.Errorf("%d groups, %v", groups, err)
	}
	if got := f.requests(); len(got) != 2 || got[0] != "GET /users?$count=true&$top=1&$select=id" {
		t.Errorf("requests %q", got)
	}
	if got := f.calls[0].Header.Get("ConsistencyLevel"); got != "eventual" {
		t.Errorf("ConsistencyLevel %q", got)
	}
	f.on("GET /users", answer{Body: `{"value":[{"id":"1"}]}`})
	if e, ok := errors.AsType[*Error](countError(c.CountUsers(t.Context()))); !ok || e.Kind != Malformed {
		t.Errorf("an answer without a number: %v", e)
	}
}

func countError(_ int, err error) error { return err }
