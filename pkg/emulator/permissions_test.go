package emulator

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
)

// TestRequiredPermissionsAreTheContracts compares the table with what the contract
// says of each operation that it says something of.
func TestRequiredPermissionsAreTheContracts(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	c := loadContract(t)
	compared := 0
	for _, r := range u.e.routes {
		op := c.operations[r.method+" "+anonymous(r.pattern)]
		if op == nil || op.Extensions["x-permissions"] == nil {
			continue
		}
		raw, err := json.Marshal(op.Extensions["x-permissions"])
		if err != nil {
			t.Fatal(err)
		}
		var want struct{ Application []string }
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		got := required(r)
		compared++
		if main, others, with := strings.Cut(want.Application[0], " with "); with {
			if len(got) != 2 || !slices.Contains(got[0], main) {
				t.Errorf("%s %s: %v, want %s", r.method, r.pattern, got, want.Application[0])
			}
			for other := range strings.SplitSeq(others, " or ") {
				if !slices.Contains(got[1], other) {
					t.Errorf("%s %s: %v lacks %s", r.method, r.pattern, got[1], other)
				}
			}
			continue
		}
		documented := slices.DeleteFunc(want.Application, func(s string) bool { return strings.HasPrefix(s, "CustomSecAttribute") })
		slices.Sort(documented)
		if len(got) != 1 || !slices.Equal(slices.Sorted(slices.Values(got[0])), documented) {
			t.Errorf("%s %s: %v, want %v", r.method, r.pattern, got, documented)
		}
	}
	if compared < 50 {
		t.Errorf("only %d operations were compared", compared)
	}
}

// limited opens the same tenant with other permissions for its client.
func limited(t *testing.T, dir string, roles ...string) *tenantUnderTest {
	t.Helper()
	return newTenantUnderTest(t, Options{StateDir: dir, Seed: 3, Roles: append([]string{}, roles...)})
}

func TestPermissions(t *testing.T) {
	dir := t.TempDir()
	all := open(t, dir)
	a := all.newApp("x")
	alice := all.userID("alice")
	assignment := map[string]any{"principalId": alice, "resourceId": a.sp, "appRoleId": entra.UserRoleID}
	if err := all.e.Close(); err != nil {
		t.Fatal(err)
	}
	sp, instantiate := "/servicePrincipals/"+a.sp, "/applicationTemplates/"+entra.NonGalleryTemplateID+"/instantiate"
	for name, c := range map[string]struct {
		roles   []string
		answers map[string]int // status by request
	}{
		"none": {nil, map[string]int{
			"GET /organization": 200, "GET /applicationTemplates": 200, "GET /users": 403, "GET /groups": 403, "GET /applications": 403,
			"GET /auditLogs/provisioning": 403, "GET /subscribedSkus": 403, "GET /directoryObjects/" + alice: 403,
			"GET /directory/deletedItems/microsoft.graph.application": 403, "GET " + sp + "/synchronization/jobs": 401, "POST " + instantiate: 403,
		}},
		"reading": {[]string{"Directory.Read.All", "Synchronization.Read.All", "AuditLog.Read.All"}, map[string]int{
			"GET /users": 200, "GET /groups": 200, "GET " + sp: 200, "GET " + sp + "/appRoleAssignedTo": 200, "GET " + a.at + "/schema": 200, "GET /auditLogs/provisioning": 200,
			"POST " + a.at + "/start": 401, "PATCH " + sp: 403, "POST " + instantiate: 403, "POST " + sp + "/appRoleAssignedTo": 403,
		}},
		"synchronization": {[]string{"Synchronization.ReadWrite.All"}, map[string]int{
			"POST " + a.at + "/start": 204, "GET " + a.at: 200, "GET " + sp: 403, "GET /users": 403,
		}},
		"every application is not every job": {[]string{"Application.ReadWrite.All"}, map[string]int{
			"PATCH " + sp: 204, "POST " + instantiate: 201, "GET " + a.at: 401,
		}},
		"assignments alone": {[]string{"AppRoleAssignment.ReadWrite.All"}, map[string]int{"POST " + sp + "/appRoleAssignedTo": 403, "GET " + sp + "/appRoleAssignedTo": 403}},
		"assignments":       {[]string{"AppRoleAssignment.ReadWrite.All", "Application.Read.All"}, map[string]int{"POST " + sp + "/appRoleAssignedTo": 201}},
	} {
		u := limited(t, dir, c.roles...)
		for request, want := range c.answers {
			method, at, _ := strings.Cut(request, " ")
			var body any
			switch {
			case at == instantiate:
				body = map[string]any{"displayName": "y"}
			case strings.HasSuffix(at, "/appRoleAssignedTo") && method == "POST":
				body = assignment
			case method == "PATCH":
				body = map[string]any{"notes": "x"}
			}
			g := u.call(method, at, body)
			if g.status != want {
				t.Errorf("%s: %s: %d, want %d: %.200s", name, request, g.status, want, g.raw)
			}
			if want == 401 && (g.text("error", "code") != "UnknownError" || g.text("error", "message") != "") || want == 403 && g.text("error", "code") != "Authorization_RequestDenied" {
				t.Errorf("%s: %s: %s", name, request, g.raw)
			}
		}
		if err := u.e.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestOwnedBy: the permission for one's own applications counts for synchronization
// when the caller owns the service principal.
func TestOwnedBy(t *testing.T) {
	u := newTenantUnderTest(t, Options{Roles: []string{ownedBy}})
	a := u.newApp("mine")
	u.call("PATCH", "/servicePrincipals/"+a.sp, map[string]any{"notes": "mine"}).want(204)
	u.call("PATCH", "/applications/"+a.app, map[string]any{"notes": "mine"}).want(204)
	u.get("/applications/" + a.app + "/synchronization/jobs").want(200)
	foreign := u.get("/servicePrincipals?$filter=displayName eq 'andmoney rooms'").want(200).text("value", 0, "id")
	u.get("/servicePrincipals/"+foreign+"/synchronization/jobs").wantError(401, "UnknownError", "")
	u.call("PATCH", "/servicePrincipals/"+foreign, map[string]any{"notes": "x"}).wantError(403, "Authorization_RequestDenied", "")
	u.get("/servicePrincipals/00000000-0000-0000-0000-000000000001/synchronization/jobs").want(401)
	u.post("/servicePrincipals/"+a.sp+"/appRoleAssignedTo", map[string]any{}).want(403)
	u.call("DELETE", "/applications/"+a.app, nil).want(204)
	u.call("DELETE", "/directory/deletedItems/"+a.app, nil).want(204)

	u = newTenantUnderTest(t, Options{Roles: []string{ownedBy}, Behaviour: Behaviour{UnownedPrincipal: true}})
	sp, app := u.instantiate("half mine")
	u.call("PATCH", "/applications/"+app, map[string]any{"notes": "mine"}).want(204)
	for _, at := range []string{"/servicePrincipals/" + sp, "/applications/" + app} {
		u.get(at+"/synchronization/jobs").wantError(401, "UnknownError", "")
	}
	g := u.post("/$batch", map[string]any{"requests": []any{map[string]any{"id": "1", "method": "GET", "url": "/users"}}}).want(200)
	if g.at("responses", 0, "status") != float64(403) {
		t.Errorf("a batch goes round the permissions: %s", g.raw)
	}
}

// TestTokenTellsItsRoles as Entra's do.
func TestTokenTellsItsRoles(t *testing.T) {
	u := newTenantUnderTest(t, Options{Roles: []string{"User.Read.All"}})
	c, err := u.e.authenticate(u.request("GET", "/v1.0/users", nil), u.base)
	if err != nil || !slices.Equal(c.Roles, []string{"User.Read.All"}) {
		t.Errorf("%v %v", c, err)
	}
}
