package emulator

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// control sends a request to the control API.
func (u *tenantUnderTest) control(method, path string, body any) *got {
	u.t.Helper()
	var data []byte
	switch body := body.(type) {
	case nil:
	case string:
		data = []byte(body)
	default:
		var err error
		if data, err = json.Marshal(body); err != nil {
			u.t.Fatal(err)
		}
	}
	r := httptest.NewRequest(method, "https://127.0.0.1/_control"+path, bytes.NewReader(data))
	r.SetBasicAuth(u.info.ClientID, u.info.ClientSecret)
	return u.send(r)
}

// change makes changes of the directory, written as a JSON array.
func (u *tenantUnderTest) change(operations string) *got {
	u.t.Helper()
	return u.control("POST", "/directory", operations).want(200)
}

// tick runs a cycle of the job.
func (a *app) tick() *got {
	a.u.t.Helper()
	return a.u.control("POST", "/jobs/"+a.job+"/tick", nil).want(200)
}

// start starts the job.
func (a *app) start() { a.u.t.Helper(); a.u.post(a.at+"/start", nil).want(204) }

// wantCounts compares what a cycle did; what is not named is 0.
func (g *got) wantCounts(want map[string]int) {
	g.t.Helper()
	for name, n := range g.at("counts").(map[string]any) {
		if int(n.(float64)) != want[name] {
			g.t.Errorf("%s: %v, want %d, in %s", name, n, want[name], g.raw)
		}
	}
}

func TestControlAccess(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	for name, c := range map[string]struct {
		url    string
		header string
		status int
		code   string
	}{
		"the client's id and secret": {"https://localhost:8443/_control/clock", basic(u.info.ClientID, u.info.ClientSecret), 200, ""},
		"the secret as a bearer":     {"https://[::1]:1/_control/clock", "Bearer " + u.info.ClientSecret, 200, ""},
		"another host":               {u.base + "/_control/clock", basic(u.info.ClientID, u.info.ClientSecret), 403, "LoopbackOnly"},
		"nothing":                    {"https://127.0.0.1/_control/clock", "", 401, "Unauthorized"},
		"a wrong secret":             {"https://127.0.0.1/_control/clock", basic(u.info.ClientID, "x"), 401, "Unauthorized"},
		"a wrong client":             {"https://127.0.0.1/_control/clock", basic("x", u.info.ClientSecret), 401, "Unauthorized"},
		"a wrong bearer":             {"https://127.0.0.1/_control/clock", "Bearer x", 401, "Unauthorized"},
		"an unknown path":            {"https://127.0.0.1/_control/clocks", "Bearer " + u.info.ClientSecret, 404, "ResourceNotFound"},
		"an unknown method":          {"https://127.0.0.1/_control/jobs", "Bearer " + u.info.ClientSecret, 405, "MethodNotAllowed"},
	} {
		method := "GET"
		if name == "an unknown method" {
			method = "DELETE"
		}
		r := httptest.NewRequest(method, c.url, nil)
		if c.header != "" {
			r.Header.Set("Authorization", c.header)
		}
		g := u.send(r)
		if g.status != c.status || c.code != "" && g.text("error", "code") != c.code {
			t.Errorf("%s: %d %s", name, g.status, g.raw)
		}
		if strings.Contains(string(g.raw), u.info.ClientSecret) {
			t.Errorf("%s: the secret is in the answer", name)
		}
	}
	// A token of the token endpoint does as well.
	r := httptest.NewRequest("GET", "https://127.0.0.1/_control/clock", nil)
	token, err := u.e.sign(u.e.state, graphAudiences[0], false)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	u.send(r).want(200)
}

func basic(user, password string) string {
	r, _ := http.NewRequest("GET", "/", nil)
	r.SetBasicAuth(user, password)
	return r.Header.Get("Authorization")
}

func TestControlDirectory(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("HR")
	g := u.change(`[
		{"op": "createUser", "properties": {"userPrincipalName": "zora@contoso.com", "displayName": "Zoë", "department": "Sales"}},
		{"op": "createUser", "properties": {"userPrincipalName": "yannick@contoso.com", "userType": "Guest"}},
		{"op": "createGroup", "properties": {"displayName": "Field staff"}, "members": ["zora@contoso.com", "alice@contoso.com"]},
		{"op": "addMembers", "group": "Field staff", "members": ["yannick@contoso.com"]},
		{"op": "removeMembers", "group": "Field staff", "members": ["alice@contoso.com"]},
		{"op": "updateGroup", "group": "field staff", "properties": {"description": "on the road"}},
		{"op": "setManager", "user": "zora@contoso.com", "manager": "alice@contoso.com"},
		{"op": "updateUser", "user": "zora@contoso.com", "properties": {"jobTitle": "Rep"}},
		{"op": "disableUser", "user": "yannick@contoso.com"},
		{"op": "assign", "app": "HR", "group": "Field staff", "role": "User"},
		{"op": "assign", "app": "HR", "user": "alice@contoso.com"}
	]`)
	zoe, group := g.text("value", 0, "id"), g.text("value", 2, "id")
	if one := u.get("/users/" + zoe + "?$select=displayName,jobTitle,department,accountEnabled,userType"); one.text("jobTitle") != "Rep" || one.at("accountEnabled") != true || one.text("userType") != "Member" {
		t.Errorf("%s", one.raw)
	}
	if n := u.get("/groups/" + group + "/members").list("value"); len(n) != 2 {
		t.Errorf("%d members", len(n))
	}
	if manager := u.get("/users/" + zoe + "/manager").text("userPrincipalName"); manager != "alice@contoso.com" {
		t.Errorf("manager %s", manager)
	}
	if n := u.get("/servicePrincipals/" + a.sp + "/appRoleAssignedTo").list("value"); len(n) != 2 {
		t.Errorf("%d assignments", len(n))
	}
	u.change(`[{"op": "deleteUser", "user": "zora@contoso.com"}, {"op": "unassign", "app": "HR", "user": "alice@contoso.com"}, {"op": "setManager", "user": "bob@contoso.com"}]`)
	u.get("/users/" + zoe).want(404)
	u.change(`[{"op": "restoreUser", "user": "zora@contoso.com"}, {"op": "deleteGroup", "group": "Field staff"}]`)
	u.get("/users/zora@contoso.com").want(200)
	u.get("/groups/" + group).want(404)
	u.change(`[{"op": "restoreGroup", "group": "Field staff"}, {"op": "purgeUser", "user": "zora@contoso.com"}, {"op": "deleteUser", "user": "yannick@contoso.com"}, {"op": "purgeUser", "user": "yannick@contoso.com"}]`)
	if n := u.get("/groups/" + group + "/members").list("value"); len(n) != 0 {
		t.Errorf("%d members", len(n))
	}
	u.change(`[{"op": "purgeGroup", "group": "Field staff"}]`)
	u.get("/directory/deletedItems/" + group).want(404)
}

// TestControlDirectoryIsAllOrNothing: the last operation fails, and no trace is left
// of those before it.
func TestControlDirectoryIsAllOrNothing(t *testing.T) {
	u := newTenantUnderTest(t, Options{StateDir: t.TempDir()})
	a := u.newApp("HR")
	a.assign(u.userID("alice"), entra.UserRoleID).want(201)
	whole := func() string {
		u.e.mu.Lock()
		defer u.e.mu.Unlock()
		data, err := json.Marshal([]any{u.e.state, u.e.state.Users, u.e.state.Groups, u.e.state.Deleted})
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	before := whole()
	const good = `{"op": "createUser", "properties": {"userPrincipalName": "zora@contoso.com"}},
		{"op": "createGroup", "properties": {"displayName": "New"}, "members": ["zora@contoso.com", "alice@contoso.com"]},
		{"op": "updateUser", "user": "alice@contoso.com", "properties": {"jobTitle": "Other"}},
		{"op": "addMembers", "group": "AndMoney rooms", "members": ["alice@contoso.com"]},
		{"op": "setManager", "user": "bob@contoso.com", "manager": "carl@contoso.com"},
		{"op": "unassign", "app": "HR", "user": "alice@contoso.com"},
		{"op": "assign", "app": "HR", "group": "New"},
		{"op": "deleteUser", "user": "alice@contoso.com"},
		{"op": "restoreUser", "user": "alice@contoso.com"},
		{"op": "purgeUser", "user": "carl@contoso.com"},
		{"op": "deleteGroup", "group": "IDmelon users"}`
	for bad, want := range map[string]string{
		`{"op": "deleteUser", "user": "nobody@contoso.com"}`:                                   `Operation 11 (deleteUser): There is no user "nobody@contoso.com". Nothing was changed.`,
		`{"op": "createUser", "properties": {"userPrincipalName": "zora@contoso.com"}}`:        "userPrincipalName already exists",
		`{"op": "createUser", "properties": {}}`:                                               "A value is required",
		`{"op": "fire", "user": "bob@contoso.com"}`:                                            `There is no operation "fire"; there are addMembers, assign`,
		`{"op": "disableUser", "usr": "bob@contoso.com"}`:                                      `unknown field "usr"`,
		`{"op": "assign", "app": "HR", "user": "bob@contoso.com", "role": "Boss"}`:             `no app role "Boss"; it has`,
		`{"op": "assign", "app": "Nowhere", "user": "bob@contoso.com"}`:                        `There is no application "Nowhere"`,
		`{"op": "unassign", "app": "HR", "user": "bob@contoso.com"}`:                           "is not assigned to HR",
		`{"op": "updateUser", "user": "bob@contoso.com", "properties": {"id": "x"}}`:           "read-only",
		`{"op": "updateUser", "user": "bob@contoso.com", "properties": [1]}`:                   "no JSON object",
		`{"op": "addMembers", "group": "New", "members": ["alice@contoso.com"]}`:               "already exist",
		`{"op": "addMembers", "group": "New", "members": ["ghost"]}`:                           `There is no user or group "ghost"`,
		`{"op": "addMembers", "group": "New"}`:                                                 "is empty",
		`{"op": "restoreUser", "user": "bob@contoso.com"}`:                                     "no deleted user",
		`{"op": "setManager", "user": "bob@contoso.com", "manager": "bob@contoso.com"}`:        "manager of themselves",
		`{"op": "assign", "app": "HR", "user": "bob@contoso.com", "group": "New"}`:             "Both",
		`{"op": "createGroup", "properties": {"displayName": "N", "members@odata.bind": "x"}}`: "a list of references expected",
		`{"op": "removeMembers", "group": "New", "members": ["bob@contoso.com"]}`:              "does not exist",
		`7`: "It cannot be read",
	} {
		g := u.control("POST", "/directory", "["+good+","+bad+"]")
		if g.status < 400 || !strings.Contains(g.text("error", "message"), want) {
			t.Errorf("%s: %d %s", bad, g.status, g.raw)
		}
		if after := whole(); after != before {
			t.Fatalf("%s: the directory changed:\n%s\n%s", bad, before, after)
		}
	}
	u.control("POST", "/directory", `{"op": "x"}`).wantError(400, "BadRequest", "must be a JSON array of operations")
	u.change("[" + good + "]")
	if whole() == before {
		t.Error("the good operations alone change nothing")
	}
}

func TestControlClock(t *testing.T) {
	dir := t.TempDir()
	u := newTenantUnderTest(t, Options{StateDir: dir})
	before := u.clock.now()
	u.control("POST", "/clock", `{"advance": "36h"}`).want(200)
	if now := u.control("GET", "/clock", nil).text("now"); now != precise(before.Add(36*time.Hour)) {
		t.Errorf("now %s", now)
	}
	u.get("/users").want(200) // the token is good: it has the machine's time
	for body, want := range map[string]string{
		`{"advance": "soon"}`: "is no duration", `{"advance": "-1h"}`: "moves forward", `{"advance": "9000h"}`: "at most", `{}`: "is no duration", `[`: "The body must be JSON",
	} {
		u.control("POST", "/clock", body).wantError(400, "BadRequest", want)
	}
	if err := u.e.Close(); err != nil {
		t.Fatal(err)
	}
	again := newTenantUnderTest(t, Options{StateDir: dir})
	if ahead := again.control("GET", "/clock", nil).text("ahead"); ahead != "36h0m0s" {
		t.Errorf("ahead %s", ahead)
	}
}

// TestDeletedItemsExpire: 30 days after the deletion, by the tenant's clock.
func TestDeletedItemsExpire(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	id := u.userID("alice")
	u.call("DELETE", "/users/"+id, nil).want(204)
	u.control("POST", "/clock", `{"advance": "719h"}`).want(200)
	u.get("/directory/deletedItems/" + id).want(200)
	u.control("POST", "/clock", `{"advance": "2h"}`).want(200)
	u.get("/directory/deletedItems/" + id).want(404)
}
