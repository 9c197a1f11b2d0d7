package graph

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestUsers: users are read page by page, no more of them than is asked for.
func TestUsers(t *testing.T) {
	f := newTenant(t)
	next := f.server.URL + "/v1.0/users?$skiptoken=2"
	f.on("GET /users",
		answer{Body: fmt.Sprintf(`{"value":[{"id":"1","mail":"a"},{"id":"2","accountEnabled":false}],"@odata.nextLink":%q}`, next)},
		answer{Body: `{"value":[{"id":"3","manager":{"id":"1"}}]}`})
	c := f.client()
	var ids []string
	for user, err := range c.Users(t.Context(), []string{"id", "mail", "onPremisesExtensionAttributes/extensionAttribute1", "onPremisesExtensionAttributes/extensionAttribute2", "manager"}) {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, user["id"].(string))
	}
	if strings.Join(ids, " ") != "1 2 3" {
		t.Errorf("read %q", ids)
	}
	want := []string{
		"GET /users?$select=id%2Cmail%2ConPremisesExtensionAttributes&$top=999&$expand=manager%28%24select%3Did%29",
		"GET /users?$skiptoken=2",
	}
	for i, r := range f.requests() {
		if r != want[i] {
			t.Errorf("request %d is %s, want %s", i, r, want[i])
		}
	}
	// Whoever stops reading causes no further request.
	before := len(f.requests())
	f.on("GET /users", answer{Body: fmt.Sprintf(`{"value":[{"id":"1"}],"@odata.nextLink":%q}`, next)})
	for range c.Users(t.Context(), nil) {
		break
	}
	if n := len(f.requests()) - before; n != 1 {
		t.Errorf("%d requests for one user", n)
	}
}

// TestUsersErrors: an error ends the sequence, also that of a list without end or one
// that leads elsewhere.
func TestUsersErrors(t *testing.T) {
	f := newTenant(t)
	c := f.client()
	for name, a := range map[string]answer{
		"forbidden": {Status: 403, Body: `{"error":{"code":"Authorization_RequestDenied","message":"Insufficient privileges to complete the operation."}}`},
		"elsewhere": {Body: `{"value":[{"id":"1"}],"@odata.nextLink":"https://evil.example/v1.0/users"}`},
		"no end":    {Body: fmt.Sprintf(`{"value":[{"id":"1"}],"@odata.nextLink":%q}`, f.server.URL+"/v1.0/users?$skiptoken=2")},
	} {
		f.on("GET /users", a)
		var last error
		count := 0
		for user, err := range c.Users(t.Context(), []string{"mail"}) {
			if count++; last != nil {
				t.Errorf("%s: %v behind the error", name, user)
			}
			last = err
		}
		if e, ok := errors.AsType[*Error](last); !ok || name == "forbidden" && e.Kind != Denied || name != "forbidden" && e.Kind != Malformed {
			t.Errorf("%s: %v", name, last)
		}
		if count > 3 {
			t.Errorf("%s: %d users", name, count)
		}
	}
}

func TestUser(t *testing.T) {
	f := newTenant(t)
	f.on("GET /users/ann@contoso.com", answer{Body: `{"id":"1","mail":"a"}`})
	f.on("GET /users/nobody", answer{Status: 404, Body: `{"error":{"code":"Request_ResourceNotFound","message":"Resource 'nobody' does not exist."}}`})
	c := f.client()
	user, err := c.User(t.Context(), "ann@contoso.com", []string{"mail"})
	if err != nil || user["id"] != "1" || f.requests()[0] != "GET /users/ann@contoso.com?$select=id%2Cmail" {
		t.Errorf("%v %v %q", user, err, f.requests())
	}
	_, err = c.User(t.Context(), "nobody", nil)
	if e, ok := errors.AsType[*Error](err); !ok || e.Kind != NotFound {
		t.Error(err)
	}
}
