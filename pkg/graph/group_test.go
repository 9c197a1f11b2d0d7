package graph

import (
	"errors"
	"testing"
)

// TestGroup: one group with what is asked for of it.
func TestGroup(t *testing.T) {
	f := newTenant(t)
	f.on("GET /groups/g-1", answer{Body: `{"id":"g-1","mailNickname":"sales"}`})
	group, err := f.client().Group(t.Context(), "g-1", []string{"displayName", "mailNickname"})
	if err != nil || group["mailNickname"] != "sales" {
		t.Fatalf("%v, %v", group, err)
	}
	if r := f.requests(); r[len(r)-1] != "GET /groups/g-1?$select=id%2CdisplayName%2CmailNickname" {
		t.Errorf("asked %s", r[len(r)-1])
	}
	f.on("GET /groups/g-2", answer{Status: 404, Body: `{"error":{"code":"Request_ResourceNotFound","message":"no"}}`})
	_, err = f.client().Group(t.Context(), "g-2", nil)
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != NotFound {
		t.Errorf("%v", err)
	}
}
