package emulator

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
)

func TestDefaultTenant(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	org := u.get("/organization").want(200)
	if org.text("value", 0, "id") != u.info.TenantID || org.text("value", 0, "verifiedDomains", 0, "name") != "contoso.com" || org.at("value", 0, "verifiedDomains", 0, "isDefault") != true {
		t.Errorf("%s", org.raw)
	}
	for group, want := range map[string]int{"IDmelon users": 6, "Klaxoon Pro": 2, "Klaxoon Free": 4, "AndMoney advisors": 2, "AndMoney rooms": 3} {
		if n := len(u.get("/groups/" + u.groupID(group) + "/members").list("value")); n != want {
			t.Errorf("%s has %d members, want %d", group, n, want)
		}
	}
	members := u.get("/groups/" + u.groupID("IDmelon users") + "/members?$select=id,userPrincipalName").want(200)
	found := false
	for i := range members.list("value") {
		found = found || members.text("value", i, "userPrincipalName") == "alice@contoso.com"
	}
	if !found || u.get("/users/alice@contoso.com?$select=accountEnabled").at("accountEnabled") != true {
		t.Error("alice is an active member of IDmelon users")
	}
	for i, want := range []bool{false, false, true} {
		if got := u.get(path("/users/room-", i+1, "@contoso.com?$select=accountEnabled")).at("accountEnabled"); got != want {
			t.Errorf("room %d: enabled %v", i+1, got)
		}
	}
	for _, name := range adoptable {
		g := u.get("/servicePrincipals?$filter=displayName eq '" + name + "'").want(200)
		if len(g.list("value")) != 1 || g.text("value", 0, "applicationTemplateId") != entra.NonGalleryTemplateID {
			t.Errorf("%s: %.200s", name, g.raw)
			continue
		}
		if jobs := u.get("/servicePrincipals/" + g.text("value", 0, "id") + "/synchronization/jobs").list("value"); len(jobs) != 0 {
			t.Errorf("%s has %d jobs", name, len(jobs))
		}
	}
	if n := len(u.get("/servicePrincipals").list("value")); n != len(adoptable)+1 {
		t.Errorf("%d service principals", n)
	}
	if gone := u.get("/directory/deletedItems/microsoft.graph.user").text("value", 0, "userPrincipalName"); !strings.HasSuffix(gone, "gary@contoso.com") || gone == "gary@contoso.com" {
		t.Errorf("the deleted user is %s", gone)
	}
}

func TestSeedDecidesIDs(t *testing.T) {
	a, b, c := newTenantUnderTest(t, Options{Seed: 5}), newTenantUnderTest(t, Options{Seed: 5}), newTenantUnderTest(t, Options{Seed: 6})
	if a.userID("alice") != b.userID("alice") || a.info.TenantID != b.info.TenantID || a.info.ClientSecret != b.info.ClientSecret {
		t.Error("one seed, two tenants")
	}
	if a.userID("alice") == c.userID("alice") || a.info.ClientSecret == c.info.ClientSecret {
		t.Error("two seeds, one tenant")
	}
	if x, y := a.newApp("x"), b.newApp("x"); x.sp != y.sp || x.job != y.job {
		t.Error("ids of new objects differ with the same seed")
	}
}

func TestUsersAreFoundByIDAndName(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	id := u.userID("alice")
	guest := url.PathEscape("dana_partner.example#EXT#@contoso.onmicrosoft.com")
	for _, at := range []string{"/users/" + id, "/users/ALICE@contoso.com", "/users('alice@contoso.com')", "/users('" + id + "')", "/users/" + strings.ToUpper(id) + "/", "/Users/" + id} {
		if got := u.get(at).want(200).text("id"); got != id {
			t.Errorf("%s: %s", at, got)
		}
	}
	u.get("/users/" + guest).want(200)
	u.get("/users('" + guest + "')").want(200)
	for _, at := range []string{"/users/nobody@contoso.com", "/users/00000000-0000-0000-0000-000000000001", "/users/gary@contoso.com", "/groups/" + id} {
		u.get(at).wantError(404, "Request_ResourceNotFound", "does not exist or one of its queried reference-property objects are not present.")
	}
}

func TestMembership(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	staff := u.groupID("All staff")
	direct := u.get("/groups/" + staff + "/members").want(200)
	if direct.text("value", 0, "@odata.type") != "#microsoft.graph.group" || direct.text("value", 2, "@odata.type") != "#microsoft.graph.user" {
		t.Errorf("%.300s", direct.raw)
	}
	all := u.get("/groups/" + staff + "/transitiveMembers").want(200)
	if n := len(all.list("value")); n != 2+6+2+1 {
		t.Errorf("%d transitive members", n)
	}
	if n := len(u.get("/groups/" + staff + "/members/microsoft.graph.user").want(200).list("value")); n != 1 {
		t.Errorf("%d users among the direct members", n)
	}
	alice := u.userID("alice")
	if n := len(u.get("/users/" + alice + "/memberOf").list("value")); n != 2 {
		t.Errorf("alice is a direct member of %d groups", n)
	}
	if n := len(u.get("/users/" + alice + "/transitiveMemberOf").list("value")); n != 3 {
		t.Errorf("alice is a member of %d groups", n)
	}
	ref := map[string]any{"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects('" + alice + "')"}
	u.post("/groups/"+staff+"/members/$ref", ref).want(204)
	u.post("/groups/"+staff+"/members/$ref", ref).wantError(400, "Request_BadRequest", "already exist")
	u.post("/groups/"+staff+"/members/$ref", map[string]any{"@odata.id": "nonsense"}).want(404)
	// A group that contains itself does no harm.
	u.post("/groups/"+u.groupID("IDmelon users")+"/members/$ref", map[string]any{"@odata.id": "/groups/" + staff}).want(204)
	u.get("/groups/" + staff + "/transitiveMembers").want(200)
	u.get("/users/" + alice + "/transitiveMemberOf").want(200)
	u.call("DELETE", "/groups/"+staff+"/members/"+alice+"/$ref", nil).want(204)
	u.call("DELETE", "/groups/"+staff+"/members/"+alice+"/$ref", nil).want(404)
}

func TestUserLife(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	body := map[string]any{
		"accountEnabled": true, "displayName": "New", "mailNickname": "new", "userPrincipalName": "new@contoso.com",
		"passwordProfile": map[string]any{"password": "Pa55word!"}, "extension_0123_badge": "7",
	}
	made := u.post("/users", body).want(201)
	if strings.Contains(string(made.raw), "Pa55word") {
		t.Error("the answer shows the password")
	}
	if got := u.get("/users/new@contoso.com?$select=extension_0123_badge").text("extension_0123_badge"); got != "7" {
		t.Errorf("directory extension: %s", got)
	}
	u.post("/users", body).wantError(400, "Request_BadRequest", "already exists")
	body["userPrincipalName"] = "new@elsewhere.com"
	u.post("/users", body).wantError(400, "Request_BadRequest", "domain")
	delete(body, "displayName")
	u.post("/users", body).wantError(400, "Request_BadRequest", "displayName")
	for _, change := range []any{map[string]any{"id": "x"}, map[string]any{"nonsense": 1}, map[string]any{"accountEnabled": "yes"}, map[string]any{"businessPhones": "1"}} {
		u.call("PATCH", "/users/new@contoso.com", change).wantError(400, "Request_BadRequest", "")
	}
	u.call("PATCH", "/users/new@contoso.com", map[string]any{"@odata.type": "#microsoft.graph.user", "accountEnabled": false}).want(204)
	if u.get("/users/new@contoso.com?$select=accountEnabled").at("accountEnabled") != false {
		t.Error("not disabled")
	}
	u.call("DELETE", "/users/new@contoso.com", nil).want(204)
	u.get("/users/new@contoso.com").want(404)
	body["displayName"], body["userPrincipalName"] = "New", "new@contoso.com"
	u.post("/users", body).want(201) // the name is free again
	u.post("/directory/deletedItems/"+made.text("id")+"/restore", nil).wantError(400, "Request_BadRequest", "already exists")
}

func TestAlternateKeys(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	g := u.get("/servicePrincipals?$filter=displayName eq 'andmoney rooms'").want(200)
	id, appID := g.text("value", 0, "id"), g.text("value", 0, "appId")
	for _, at := range []string{"/servicePrincipals(appId='" + appID + "')", "/servicePrincipals('" + id + "')", "/servicePrincipals(appId=%27" + appID + "%27)"} {
		if got := u.get(at).want(200).text("id"); got != id {
			t.Errorf("%s: %s", at, got)
		}
	}
	u.get("/servicePrincipals(appId='" + appID + "')/appRoleAssignedTo").want(200)
	u.get("/applications(appId='" + appID + "')").want(200)
	u.get("/servicePrincipals(appId='nobody')").want(404)
	u.get("/servicePrincipals(name='x')").want(400)
	u.get("/users(name='x')").want(400)
}

func TestRoutingErrors(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	for _, c := range []struct {
		method, path string
		status       int
		code         string
	}{
		{"GET", "/nonsense", 400, "BadRequest"},
		{"GET", "/users/alice@contoso.com/nonsense", 400, "BadRequest"},
		{"DELETE", "/users", 405, "Request_BadRequest"},
		{"PUT", "/applications/x", 405, "Request_BadRequest"},
		{"GET", "//users", 200, ""},
		{"GET", "/users//x", 400, "BadRequest"},
		{"GET", "/users('x", 400, "BadRequest"},
		{"GET", "/users(x=)", 400, "BadRequest"},
		{"GET", "/servicePrincipals/x/synchronization/nonsense", 404, "UnknownError"},
		{"PUT", "/servicePrincipals/x/synchronization/jobs", 404, "UnknownError"},
	} {
		g := u.call(c.method, "/v1.0"+c.path, nil)
		if g.status != c.status || c.code != "" && g.text("error", "code") != c.code {
			t.Errorf("%s %s: %d %.200s; want %d %s", c.method, c.path, g.status, g.raw, c.status, c.code)
		}
	}
	u.get("/nonsense").wantError(400, "BadRequest", "Resource not found for the segment 'nonsense'.")
}

func TestBodies(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	at := "/v1.0/applicationTemplates/" + entra.NonGalleryTemplateID + "/instantiate"
	u.send(gzipped(t, u.request("POST", at, nil), `{"displayName":"zipped"}`)).want(201)
	r := u.request("POST", at, `{"displayName":"x"}`)
	r.Header.Set("Content-Encoding", "gzip")
	u.send(r).want(400) // not gzip at all
	r = u.request("POST", at, `{"displayName":"x"}`)
	r.Header.Set("Content-Encoding", "br")
	u.send(r).want(http.StatusUnsupportedMediaType)
	r = u.request("POST", at, `{"displayName":"x"}`)
	r.Header.Set("Content-Type", "text/plain")
	u.send(r).wantError(400, "BadRequest", "Unable to read JSON request payload.")
	u.send(gzipped(t, u.request("POST", at, nil), `{"displayName":"`+strings.Repeat("x", 5<<20)+`"}`)).want(http.StatusRequestEntityTooLarge)
	for _, body := range []string{"", "{", "[]", `{"displayName":"x"} trailing`, `{"displayName":1}`, `{"displayName":""}`, `{}`, `null`} {
		if g := u.call("POST", at, body); g.status != 400 {
			t.Errorf("%q: %d %.200s", body, g.status, g.raw)
		}
	}
	u.call("POST", at, map[string]any{"displayName": strings.Repeat("x", 257)}).want(400)
	u.call("POST", "/applicationTemplates/unknown/instantiate", map[string]any{"displayName": "x"}).want(404)
}

func TestHeaders(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	r := u.request("GET", "/v1.0/organization", nil)
	r.Header.Set("client-request-id", "6f9619ff-8b86-4011-b42d-00cf4fc964ff")
	g := u.send(r).want(200)
	if g.header.Get("client-request-id") != "6f9619ff-8b86-4011-b42d-00cf4fc964ff" || g.header.Get("request-id") == "" || g.header.Get("x-ms-ags-diagnostic") == "" {
		t.Errorf("%v", g.header)
	}
	if !strings.HasPrefix(g.header.Get("Content-Type"), "application/json") || g.header.Get("OData-Version") != "4.0" {
		t.Errorf("%v", g.header)
	}
	if g := u.get("/nonsense"); g.header.Get("Content-Type") != "application/json" {
		t.Errorf("%v", g.header)
	}
	if fmt.Sprint(g.header["Date"]) != "[Wed, 04 Mar 2026 05:06:07 GMT]" {
		t.Errorf("the date is not the clock's: %v", g.header["Date"])
	}
}
