package emulator

import (
	"slices"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
)

func TestAssignments(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	alice, group := u.userID("alice"), u.groupID("IDmelon users")
	at := "/servicePrincipals/" + a.sp + "/appRoleAssignedTo"
	first := a.assign(alice, entra.UserRoleID).want(201).text("id")
	a.assign(alice, entra.UserRoleID).wantError(400, "Request_BadRequest", "Permission being assigned already exists on the object")
	a.assign(alice, entra.MSIAMRoleID).want(201) // several roles are several rows
	u.post("/groups/"+group+"/appRoleAssignments", map[string]any{"principalId": group, "resourceId": a.sp, "appRoleId": entra.UserRoleID}).want(201)

	other := u.newApp("y").sp
	for name, body := range map[string]map[string]any{
		"resource is not the path's": {"principalId": alice, "resourceId": other, "appRoleId": entra.UserRoleID},
		"unknown principal":          {"principalId": "00000000-0000-0000-0000-000000000001", "resourceId": a.sp, "appRoleId": entra.UserRoleID},
		"an application object":      {"principalId": a.app, "resourceId": a.sp, "appRoleId": entra.UserRoleID},
	} {
		if g := u.post(at, body); g.status != 400 || g.text("error", "message") != "Not a valid reference update." {
			t.Errorf("%s: %d %s", name, g.status, g.raw)
		}
	}
	for name, body := range map[string]map[string]any{
		"malformed principal":         {"principalId": "alice", "resourceId": a.sp, "appRoleId": entra.UserRoleID},
		"nothing":                     {},
		"unknown role":                {"principalId": alice, "resourceId": a.sp, "appRoleId": "00000000-0000-0000-0000-000000000001"},
		"default access, roles exist": {"principalId": alice, "resourceId": a.sp, "appRoleId": entra.DefaultAccessRoleID},
		"role for people only":        {"principalId": other, "resourceId": a.sp, "appRoleId": entra.UserRoleID},
	} {
		if g := u.post(at, body); g.status != 400 || g.text("error", "message") != "One or more properties are invalid." {
			t.Errorf("%s: %d %s", name, g.status, g.raw)
		}
	}
	list := u.get(at).want(200)
	if n := len(list.list("value")); n != 3 {
		t.Errorf("%d assignments", n)
	}
	if n := len(u.get("/users/" + alice + "/appRoleAssignments").list("value")); n != 3 { // two of her own, one by her group
		t.Errorf("alice sees %d", n)
	}
	if n := len(u.get("/users/" + alice + "/appRoleAssignments?$filter=resourceId eq " + other).list("value")); n != 0 {
		t.Errorf("the filter leaves %d", n)
	}
	got := u.get(at + "/" + first).want(200)
	if got.text("principalType") != "User" || got.text("resourceDisplayName") != "x" || got.text("principalDisplayName") != "Alice Ångström" {
		t.Errorf("%s", got.raw)
	}
	u.call("DELETE", at+"/"+first, nil).want(204)
	u.call("DELETE", at+"/"+first, nil).wantError(400, "Request_BadRequest", "EntitlementGrant being updated or deleted is not found.")
	u.get(at + "/" + first).want(404)

	// A plain app has no roles, so only default access is there.
	plain := u.post("/applications", map[string]any{"displayName": "Plain"}).want(201).text("appId")
	sp := u.post("/servicePrincipals", map[string]any{"appId": plain}).want(201).text("id")
	u.post("/servicePrincipals/"+sp+"/appRoleAssignedTo", map[string]any{"principalId": alice, "resourceId": sp, "appRoleId": entra.DefaultAccessRoleID}).want(201)
}

func TestApplicationLife(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	a.assign(u.userID("alice"), entra.UserRoleID).want(201)
	u.call("PATCH", "/applications/"+a.app, map[string]any{"@odata.type": "#microsoft.graph.application", "displayName": "renamed"}).want(204)
	if name := u.get("/servicePrincipals/" + a.sp).text("displayName"); name != "renamed" {
		t.Errorf("the service principal is called %s", name)
	}
	u.call("PATCH", "/servicePrincipals/"+a.sp, map[string]any{"tags": []any{"scimctl:x/", "HideApp"}}).want(204)
	if n := len(u.get("/servicePrincipals?$filter=tags/any(t:t eq 'scimctl:x/')").list("value")); n != 1 {
		t.Errorf("%d found by tag", n)
	}
	for _, c := range []struct {
		path string
		body any
	}{
		{"/applications/" + a.app, map[string]any{"appId": "x"}},
		{"/applications/" + a.app, map[string]any{"displayName": ""}},
		{"/servicePrincipals/" + a.sp, map[string]any{"tags": "x"}},
		{"/servicePrincipals/" + a.sp, map[string]any{"tags": []any{1}}},
	} {
		u.call("PATCH", c.path, c.body).want(400)
	}
	u.call("DELETE", "/applications/"+a.app, nil).want(204)
	u.get("/servicePrincipals/" + a.sp).want(404)
	u.get("/applications/" + a.app).want(404)
	if n := len(u.get("/directory/deletedItems/microsoft.graph.application?$filter=displayName eq 'renamed'").list("value")); n != 1 {
		t.Errorf("%d deleted applications", n)
	}
	u.post("/directory/deletedItems/"+a.app+"/restore", nil).want(200)
	u.get("/servicePrincipals/" + a.sp).want(200)
	if n := len(u.get("/servicePrincipals/" + a.sp + "/appRoleAssignedTo").list("value")); n != 1 {
		t.Errorf("%d assignments came back", n)
	}
	u.call("DELETE", "/servicePrincipals/"+a.sp, nil).want(204)
	u.get("/applications/" + a.app).want(200) // it stays
	u.call("DELETE", "/directory/deletedItems/"+a.sp, nil).want(204)
	u.post("/directory/deletedItems/"+a.sp+"/restore", nil).want(404)
}

func TestAppRoles(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	roles := u.get("/applications/" + a.app).list("appRoles")
	patch := func(roles ...any) *got {
		return u.call("PATCH", "/applications/"+a.app, map[string]any{"appRoles": roles})
	}
	editor := map[string]any{"id": "0a0b0c0d-0000-4000-8000-000000000001", "displayName": "Editor", "description": "Editor", "value": "editor", "isEnabled": true, "allowedMemberTypes": []any{"User"}}
	patch(append(slices.Clone(roles), editor)...).want(204)
	sp := u.get("/servicePrincipals/" + a.sp)
	if n := len(sp.list("appRoles")); n != 3 || sp.text("appRoles", 2, "origin") != "Application" {
		t.Errorf("the service principal has %s", sp.raw)
	}
	a.assign(u.userID("alice"), "0a0b0c0d-0000-4000-8000-000000000001").want(201)
	patch(roles...).wantError(400, "CannotDeleteOrUpdateEnabledEntitlement", "disabled first")
	twin := map[string]any{"id": "0a0b0c0d-0000-4000-8000-000000000002", "displayName": "Twin", "value": "editor", "isEnabled": true, "allowedMemberTypes": []any{"User"}}
	patch(append(slices.Clone(roles), editor, twin)...).want(400)
	patch(append(slices.Clone(roles), editor, editor)...).want(400)
	patch(append(slices.Clone(roles), editor, map[string]any{"id": "x"})...).want(400)
	patch(append(slices.Clone(roles), editor, map[string]any{"id": "0a0b0c0d-0000-4000-8000-000000000003", "displayName": "No members"})...).want(400)
	editor["isEnabled"] = false
	patch(append(slices.Clone(roles), editor)...).want(204)
	a.assign(u.userID("bob"), "0a0b0c0d-0000-4000-8000-000000000001").want(400)
	patch(roles...).want(204)
}

func TestPlainRegistration(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	made := u.post("/applications", map[string]any{"displayName": "Plain"}).want(201)
	u.post("/servicePrincipals", map[string]any{"appId": "nobody"}).want(400)
	u.post("/servicePrincipals", map[string]any{}).want(400)
	sp := u.post("/servicePrincipals", map[string]any{"appId": made.text("appId"), "tags": []any{"x"}}).want(201).text("id")
	u.post("/servicePrincipals", map[string]any{"appId": made.text("appId")}).want(409)
	u.post("/applications", map[string]any{}).want(400)
	// An app that came from no template cannot be provisioned (gotcha 13).
	if n := len(u.get("/servicePrincipals/" + sp + "/synchronization/templates").want(200).list("value")); n != 0 {
		t.Errorf("%d templates", n)
	}
	u.post("/servicePrincipals/"+sp+"/synchronization/jobs", map[string]any{"templateId": "scim"}).want(400)
}
