package emulator

import (
	"net/url"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
)

// exchange is one request of the walk through all routes.
type exchange struct {
	method, path string
	body         any
	status       int
}

// TestEveryRoute exercises every route of the table and holds each answer against
// the contract. A route without a good exchange fails the test, and so does an
// operation of the contract that nobody asked for.
func TestEveryRoute(t *testing.T) {
	u := newTenantUnderTest(t, Options{Users: 3, Groups: 1})
	c := loadContract(t)
	exercised := map[string]bool{}
	try := func(x exchange) *got {
		t.Helper()
		g := u.call(x.method, x.path, x.body)
		if strings.HasSuffix(x.path, "/$count") {
			g = u.eventual(x.path)
		}
		segments, _ := splitPath(strings.TrimPrefix(cutQuery(x.path), "/"))
		r, _, _, _ := match(u.e.routes, x.method, segments)
		if r == nil {
			t.Errorf("%s %s has no route: %d %.200s", x.method, x.path, g.status, g.raw)
			return g
		}
		if g.status != x.status {
			t.Errorf("%s %s: status %d, want %d: %.300s", x.method, x.path, g.status, x.status, g.raw)
		}
		if err := c.check(x.method, r.pattern, g); err != nil {
			t.Errorf("%s %s: %v", x.method, x.path, err)
			return g
		}
		exercised[r.method+" "+anonymous(r.pattern)] = true
		return g
	}
	walk(u, try)

	for _, r := range u.e.routes {
		if key := r.method + " " + anonymous(r.pattern); !exercised[key] {
			t.Errorf("route %s %s was not exercised with a good answer", r.method, r.pattern)
		}
	}
	for key := range c.operations {
		if !exercised[key] && !refused[key] {
			t.Errorf("operation %s of the contract was not exercised", key)
		}
	}
}

// refused are operations that the metadata has and the service answers with 404.
// TestRefusedOperations holds them.
var refused = map[string]bool{
	"PATCH /servicePrincipals/{}/synchronization/jobs/{}":                       true,
	"PATCH /applications/{}/synchronization/jobs/{}":                            true,
	"PATCH /servicePrincipals/{}/synchronization/jobs/{}/schema/directories/{}": true,
	"PATCH /applications/{}/synchronization/jobs/{}/schema/directories/{}":      true,
}

func cutQuery(p string) string {
	p, _, _ = strings.Cut(p, "?")
	return p
}

// walk makes the exchanges, in an order that a life would have.
func walk(u *tenantUnderTest, try func(exchange) *got) {
	walkDirectory(u, try)
	walkApps(u, try)
	for _, set := range []string{"servicePrincipals", "applications"} {
		walkSynchronization(u, set, try)
	}
	id := try(exchange{"GET", "/auditLogs/provisioning?$top=1", nil, 200}).text("value", 0, "id")
	try(exchange{"GET", "/auditLogs/provisioning/" + id, nil, 200})
	try(exchange{"POST", "/$batch", map[string]any{"requests": []any{
		map[string]any{"id": "1", "method": "GET", "url": "/users/alice@contoso.com"},
	}}, 200})
}

func walkDirectory(u *tenantUnderTest, try func(exchange) *got) {
	alice, group := u.userID("alice"), u.groupID("IDmelon users")
	try(exchange{"GET", "/organization", nil, 200})
	try(exchange{"GET", "/organization/" + u.info.TenantID, nil, 200})
	try(exchange{"GET", "/subscribedSkus", nil, 200})
	try(exchange{"GET", "/me", nil, 400})
	try(exchange{"GET", "/users", nil, 200})
	made := try(exchange{"POST", "/users", map[string]any{
		"accountEnabled": true, "displayName": "New", "mailNickname": "new", "userPrincipalName": "new@contoso.com",
		"passwordProfile": map[string]any{"password": "Pa55word!"},
	}, 201}).text("id")
	try(exchange{"GET", "/users/" + alice, nil, 200})
	try(exchange{"PATCH", "/users/" + made, map[string]any{"department": "Sales"}, 204})
	try(exchange{"GET", "/users/" + alice + "/manager", nil, 200})
	ref := map[string]any{"@odata.id": u.base + "/v1.0/directoryObjects/" + alice}
	try(exchange{"PUT", "/users/" + made + "/manager/$ref", ref, 204})
	try(exchange{"GET", "/users/" + alice + "/directReports", nil, 200})
	try(exchange{"DELETE", "/users/" + made + "/manager/$ref", nil, 204})
	try(exchange{"GET", "/users/" + alice + "/memberOf", nil, 200})
	try(exchange{"GET", "/users/" + alice + "/transitiveMemberOf", nil, 200})
	try(exchange{"GET", "/groups", nil, 200})
	team := try(exchange{"POST", "/groups", map[string]any{
		"displayName": "Walkers", "mailEnabled": false, "mailNickname": "walkers", "securityEnabled": true, "members@odata.bind": []any{ref["@odata.id"]},
	}, 201}).text("id")
	try(exchange{"DELETE", "/groups/" + team, nil, 204})
	try(exchange{"GET", "/groups/" + group, nil, 200})
	try(exchange{"PATCH", "/groups/" + group, map[string]any{"description": "x"}, 204})
	try(exchange{"GET", "/groups/" + group + "/members", nil, 200})
	try(exchange{"GET", "/groups/" + group + "/members/microsoft.graph.user", nil, 200})
	try(exchange{"POST", "/groups/" + group + "/members/$ref", map[string]any{"@odata.id": u.base + "/v1.0/directoryObjects/" + made}, 204})
	try(exchange{"DELETE", "/groups/" + group + "/members/" + made + "/$ref", nil, 204})
	try(exchange{"GET", "/groups/" + group + "/transitiveMembers", nil, 200})
	try(exchange{"GET", "/groups/" + group + "/memberOf", nil, 200})
	try(exchange{"GET", "/groups/" + group + "/owners", nil, 200})
	try(exchange{"GET", "/directoryObjects/" + alice, nil, 200})
	try(exchange{"POST", "/directoryObjects/getByIds", map[string]any{"ids": []any{alice}, "types": []any{"user", "group"}}, 200})
	try(exchange{"DELETE", "/users/" + made, nil, 204})
	try(exchange{"GET", "/directory/deletedItems/microsoft.graph.user", nil, 200})
	try(exchange{"GET", "/directory/deletedItems/" + made, nil, 200})
	try(exchange{"POST", "/directory/deletedItems/" + made + "/restore", nil, 200})
	try(exchange{"DELETE", "/users/" + made, nil, 204})
	try(exchange{"DELETE", "/directory/deletedItems/" + made, nil, 204})
}

func walkApps(u *tenantUnderTest, try func(exchange) *got) {
	for _, set := range []string{"users", "groups", "applications", "servicePrincipals", "applicationTemplates", "groups/" + u.groupID("Klaxoon Pro") + "/members"} {
		try(exchange{"GET", "/" + set + "/$count", nil, 200})
	}
	try(exchange{"GET", "/applicationTemplates?$filter=displayName eq 'Custom'", nil, 200})
	try(exchange{"GET", "/applicationTemplates/" + entra.NonGalleryTemplateID, nil, 200})
	made := try(exchange{"POST", "/applicationTemplates/" + entra.NonGalleryTemplateID + "/instantiate", map[string]any{"displayName": "Walk"}, 201})
	app, sp := made.text("application", "id"), made.text("servicePrincipal", "id")
	try(exchange{"GET", "/applications", nil, 200})
	plain := try(exchange{"POST", "/applications", map[string]any{"displayName": "Plain"}, 201})
	try(exchange{"POST", "/servicePrincipals", map[string]any{"appId": plain.text("appId")}, 201})
	try(exchange{"GET", "/applications/" + app, nil, 200})
	try(exchange{"PATCH", "/applications/" + app, map[string]any{"displayName": "Walked"}, 204})
	try(exchange{"GET", "/applications/" + app + "/owners", nil, 200})
	try(exchange{"GET", "/servicePrincipals", nil, 200})
	try(exchange{"GET", "/servicePrincipals/" + sp, nil, 200})
	try(exchange{"PATCH", "/servicePrincipals/" + sp, map[string]any{"tags": []any{"x"}}, 204})
	try(exchange{"GET", "/servicePrincipals/" + sp + "/owners", nil, 200})
	try(exchange{"GET", "/servicePrincipals/" + sp + "/appRoles", nil, 200})
	alice, group := u.userID("alice"), u.groupID("IDmelon users")
	for at, principal := range map[string]string{
		"/servicePrincipals/" + sp + "/appRoleAssignedTo":  alice,
		"/servicePrincipals/" + sp + "/appRoleAssignments": group,
		"/users/" + alice + "/appRoleAssignments":          alice,
		"/groups/" + group + "/appRoleAssignments":         group,
	} {
		role := entra.UserRoleID
		if strings.HasPrefix(at, "/users") || strings.HasPrefix(at, "/groups") {
			role = entra.MSIAMRoleID
		}
		assignment := try(exchange{"POST", at, map[string]any{"principalId": principal, "resourceId": sp, "appRoleId": role}, 201})
		if strings.HasSuffix(at, sp+"/appRoleAssignments") { // seen below the application, written as old scripts do
			try(exchange{"GET", at, nil, 200})
			continue
		}
		try(exchange{"GET", at, nil, 200})
		try(exchange{"GET", at + "/" + url.PathEscape(assignment.text("id")), nil, 200})
		try(exchange{"DELETE", at + "/" + url.PathEscape(assignment.text("id")), nil, 204})
	}
	walkPrincipal(u, sp, try)
	try(exchange{"DELETE", "/servicePrincipals/" + sp, nil, 204})
	try(exchange{"DELETE", "/applications/" + app, nil, 204})
}

// walkPrincipal gives one application a role of another.
func walkPrincipal(u *tenantUnderTest, sp string, try func(exchange) *got) {
	api := try(exchange{"POST", "/applications", map[string]any{"displayName": "API", "appRoles": []any{map[string]any{
		"id": "0a0b0c0d-0000-4000-8000-000000000001", "displayName": "Read", "value": "read", "isEnabled": true, "allowedMemberTypes": []any{"Application"},
	}}}, 201})
	apiSP := try(exchange{"POST", "/servicePrincipals", map[string]any{"appId": api.text("appId")}, 201}).text("id")
	at := "/servicePrincipals/" + sp + "/appRoleAssignments"
	made := try(exchange{"POST", at, map[string]any{"principalId": sp, "resourceId": apiSP, "appRoleId": "0a0b0c0d-0000-4000-8000-000000000001"}, 201})
	try(exchange{"GET", at + "/" + made.text("id"), nil, 200})
	try(exchange{"DELETE", at + "/" + made.text("id"), nil, 204})
}

func walkSynchronization(u *tenantUnderTest, set string, try func(exchange) *got) {
	made := u.post("/applicationTemplates/"+entra.NonGalleryTemplateID+"/instantiate", map[string]any{"displayName": "Sync " + set}).want(201)
	id := made.text(strings.TrimSuffix(set, "s"), "id")
	at := "/" + set + "/" + id + "/synchronization"
	try(exchange{"GET", at, nil, 200})
	try(exchange{"PUT", at + "/secrets", map[string]any{"value": []any{
		map[string]any{"key": "BaseAddress", "value": endpoint}, map[string]any{"key": "SecretToken", "value": "t"}, map[string]any{"key": "SyncAll", "value": "true"},
	}}, 204})
	try(exchange{"GET", at + "/secrets", nil, 200})
	try(exchange{"GET", at + "/templates", nil, 200})
	try(exchange{"GET", at + "/templates/scim", nil, 200})
	schema := try(exchange{"GET", at + "/templates/scim/schema", nil, 200}).body
	if set == "applications" {
		try(exchange{"PUT", at + "/templates/scim/schema", schema, 204})
	}
	try(exchange{"GET", at + "/jobs", nil, 200})
	try(exchange{"POST", at + "/jobs/validateCredentials", map[string]any{"useSavedCredentials": true, "templateId": "scim"}, 204})
	job := at + "/jobs/" + try(exchange{"POST", at + "/jobs", map[string]any{"templateId": "scim"}, 201}).text("id")
	try(exchange{"GET", job, nil, 200})
	try(exchange{"POST", job + "/start", nil, 204})
	try(exchange{"POST", job + "/pause", nil, 204})
	try(exchange{"POST", job + "/restart", map[string]any{"criteria": map[string]any{"resetScope": "Watermark, Escrows, QuarantineState"}}, 204})
	try(exchange{"POST", job + "/validateCredentials", map[string]any{"useSavedCredentials": true}, 204})
	live := try(exchange{"GET", job + "/schema", nil, 200})
	try(exchange{"PUT", job + "/schema", live.body, 204})
	try(exchange{"GET", job + "/schema/functions()", nil, 200})
	try(exchange{"GET", job + "/schema/filterOperators", nil, 200})
	try(exchange{"POST", job + "/schema/parseExpression", map[string]any{"expression": "[mail]"}, 200})
	try(exchange{"POST", job + "/provisionOnDemand", map[string]any{"parameters": []any{map[string]any{
		"ruleId":   live.text("synchronizationRules", 0, "id"),
		"subjects": []any{map[string]any{"objectId": u.userID("alice"), "objectTypeName": "User"}},
	}}}, 200})
	doc := live.body.(map[string]any)
	doc["directories"] = append(doc["directories"].([]any), map[string]any{
		"id": "5f3e0c8e-0000-4000-8000-000000000001", "name": "spare", "discoverabilities": "AttributeNames", "readOnly": false,
		"objects": []any{map[string]any{"name": "Thing", "attributes": []any{}, "metadata": []any{}, "supportedApis": []any{}}},
	})
	try(exchange{"PUT", job + "/schema", doc, 204})
	directories := try(exchange{"GET", job + "/schema/directories", nil, 200})
	spare := job + "/schema/directories/" + directories.text("value", len(directories.list("value"))-1, "id")
	try(exchange{"GET", spare, nil, 200})
	try(exchange{"POST", spare + "/discover", nil, 200})
	try(exchange{"DELETE", spare, nil, 204})
	try(exchange{"DELETE", job + "/schema", nil, 204})
	try(exchange{"DELETE", job, nil, 204})
}

// TestRefusedOperations: the metadata has them, the backend does not.
func TestRefusedOperations(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	for _, at := range []string{"", "/schema", "/schema/directories/any"} {
		u.call("PATCH", a.at+at, map[string]any{}).wantError(404, "UnknownError", `{"Message":"No HTTP resource was found that matches the request URI 'https://syncfabric.windowsazure.com/api/servicePrincipals('`+a.sp+`')/synchronization/jobs('`+a.job+`')`)
	}
}
