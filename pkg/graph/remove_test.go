package graph

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
)

// TestRemove: deleting what is gone is a success, anything else is told with the
// permission that is missing.
func TestRemove(t *testing.T) {
	f := newTenant(t)
	gone := answer{Status: 404, Body: `{"error":{"code":"Request_ResourceNotFound","message":"Resource 'x' does not exist."}}`}
	denied := answer{Status: 403, Body: `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}`}
	c := f.client()
	for path, remove := range map[string]func() error{
		"/applications/" + appObjID:           func() error { return c.DeleteApplication(t.Context(), appObjID) },
		"/servicePrincipals/" + spID:          func() error { return c.DeleteServicePrincipal(t.Context(), spID) },
		"/directory/deletedItems/" + appObjID: func() error { return c.Purge(t.Context(), appObjID) },
	} {
		for _, tt := range []struct {
			answer answer
			denied bool
		}{{answer{Status: 204}, false}, {gone, false}, {denied, true}} {
			f.on("DELETE "+path, tt.answer)
			err := remove()
			e, isError := errors.AsType[*Error](err)
			if isError != tt.denied || tt.denied && (!e.Denied() || !strings.Contains(e.Error(), "Application.ReadWrite.All")) {
				t.Errorf("%s, %d: %v", path, tt.answer.Status, err)
			}
		}
	}
}

// TestDeletedApps joins the two halves of deleted applications, over all pages.
func TestDeletedApps(t *testing.T) {
	f := newTenant(t)
	principals, applications := "/directory/deletedItems/microsoft.graph.servicePrincipal", "/directory/deletedItems/microsoft.graph.application"
	f.on("GET "+principals,
		answer{Body: fmt.Sprintf(`{"value":[{"id":"sp1","appId":"1","displayName":"Old","tags":["mine"],"deletedDateTime":"2026-11-01T00:00:00Z"},{"id":"sp2","appId":"2","tags":["other"]}],"@odata.nextLink":%q}`, f.server.URL+"/v1.0"+principals+"?$skiptoken=2")},
		answer{Body: `{"value":[{"id":"sp3","appId":"3","displayName":"New","tags":["x","mine"],"deletedDateTime":"2026-11-20T00:00:00Z"}]}`})
	f.on("GET "+applications, answer{Body: `{"value":[{"id":"app3","appId":"3"},{"id":"app2","appId":"2"}]}`})
	got, err := f.client().DeletedApps(t.Context(), "mine")
	if err != nil {
		t.Fatal(err)
	}
	want := []entra.DeletedApp{
		{ApplicationID: "app3", ServicePrincipalID: "sp3", AppID: "3", DisplayName: "New", Tags: []string{"x", "mine"}, Deleted: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)},
		{ServicePrincipalID: "sp1", AppID: "1", DisplayName: "Old", Tags: []string{"mine"}, Deleted: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if until := got[0].RestorableUntil(); until != time.Date(2026, 12, 20, 0, 0, 0, 0, time.UTC) {
		t.Errorf("restorable until %v", until)
	}
	f.on("GET "+principals, answer{Body: `{"value":[]}`})
	f.on("GET " + applications) // has no answer, since it must not be asked
	if got, err := f.client().DeletedApps(t.Context(), "mine"); err != nil || len(got) > 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestNotes(t *testing.T) {
	f := newTenant(t)
	f.on("GET /servicePrincipals/"+spID, answer{Body: `{"id":"x","notes":"a\nb"}`}, answer{Body: `{"id":"x","notes":null}`})
	f.on("PATCH /servicePrincipals/"+spID, answer{Status: 204})
	c := f.client()
	for _, want := range []string{"a\nb", ""} {
		if got, err := c.Notes(t.Context(), spID); err != nil || got != want {
			t.Errorf("%q, %v", got, err)
		}
	}
	if err := c.SetNotes(t.Context(), spID, `x "y"`); err != nil {
		t.Fatal(err)
	}
	if body := f.calls[len(f.calls)-1].Body; body != `{"notes":"x \"y\""}` {
		t.Errorf("sent %s", body)
	}
}
