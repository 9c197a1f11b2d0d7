package emulator

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// targetUsers reads the users of the embedded target that an endpoint is routed to.
func (u *tenantUnderTest) target(name, resource string) *got {
	u.t.Helper()
	r := u.request("GET", "/scim/"+name+"/"+resource, nil)
	r.Header.Set("Authorization", "Bearer "+u.info.SCIMToken)
	return u.send(r).want(200)
}

const endpointName = "vendor.example~scim~v2"

func TestOnDemandReallyProvisions(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	alice := u.userID("alice")
	a.assign(u.groupID("IDmelon users"), entra.UserRoleID).want(201) // by a group's direct membership

	key, value := a.provision("User", alice)
	if key.text("result") != "Success" || value.text("action") != "Create" {
		t.Fatalf("%s %s", key.raw, value.raw)
	}
	users := u.target(endpointName, "Users")
	if users.at("totalResults") != float64(1) {
		t.Fatalf("%s", users.raw)
	}
	got := users.at("Resources", 0).(map[string]any)
	for name, want := range map[string]any{
		"userName": "alice@contoso.com", "displayName": "Alice Ångström", "title": "Product Manager", "externalId": "alice", "active": true,
		"preferredLanguage": "da-DK", "id": value.text("targetIdentity", "id"),
	} {
		if got[name] != want {
			t.Errorf("%s is %v, want %v", name, got[name], want)
		}
	}
	text := string(users.raw)
	for _, want := range []string{`+45 20 00 00 02`, `+45 87 00 00 02`, `+45 87 00 00 99`, `Aarhus`, `"employeeNumber":"1002"`, `"department":"Product"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the target lacks %s: %s", want, text)
		}
	}

	u.call("PATCH", "/users/"+alice, map[string]any{"jobTitle": "Chief"}).want(204)
	if _, value := a.provision("User", alice); value.text("action") != "Update" {
		t.Errorf("%s", value.raw)
	}
	if got := u.target(endpointName, "Users").text("Resources", 0, "title"); got != "Chief" {
		t.Errorf("title %s", got)
	}
	if n := u.get(a.at).at("status", "synchronizedEntryCountByType", 0, "value"); n != float64(1) {
		t.Errorf("%v entries", n)
	}
}

func TestOnDemandScope(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	for name, c := range map[string]struct {
		prepare func(a *app)
		user    string
		result  string
		action  string
	}{
		"not assigned":               {func(a *app) {}, "alice", "Skipped", "Other"},
		"assigned":                   {func(a *app) { a.assign(u.userID("alice"), entra.UserRoleID).want(201) }, "alice", "Success", "Create"},
		"everybody":                  {func(a *app) { a.secrets("SyncAll", "true").want(204) }, "alice", "Success", "Create"},
		"msiam_access only":          {func(a *app) { a.assign(u.userID("alice"), entra.MSIAMRoleID).want(201) }, "alice", "Skipped", "Other"},
		"member of a nested group":   {func(a *app) { a.assign(u.groupID("All staff"), entra.UserRoleID).want(201) }, "alice", "Skipped", "Other"},
		"disabled":                   {func(a *app) { a.assign(u.userID("carl"), entra.UserRoleID).want(201) }, "carl", "Skipped", "Other"},
		"room that may sign in":      {func(a *app) { a.assign(u.groupID("AndMoney rooms"), entra.UserRoleID).want(201) }, "room-3", "Success", "Create"},
		"room with sign-in blocked":  {func(a *app) { a.assign(u.groupID("AndMoney rooms"), entra.UserRoleID).want(201) }, "room-1", "Skipped", "Other"},
		"outside the scoping filter": {func(a *app) { a.secrets("SyncAll", "true").want(204); a.filter("department", "Sales") }, "alice", "Skipped", "Other"},
		"inside the scoping filter":  {func(a *app) { a.secrets("SyncAll", "true").want(204); a.filter("department", "Product") }, "alice", "Success", "Create"},
	} {
		t.Run(name, func(t *testing.T) {
			u := &tenantUnderTest{t: t, e: u.e, clock: u.clock, base: u.base, info: u.info, token: u.token}
			a := u.newApp(name)
			a.secrets("BaseAddress", "https://"+strings.ReplaceAll(name, " ", "-")+".example/scim").want(204)
			c.prepare(a)
			key, value := a.provision("User", u.userID(c.user))
			if key.text("result") != c.result || value.text("action") != c.action {
				t.Errorf("%s %s", key.raw, value.raw)
			}
		})
	}
}

// filter sets the scoping filter of the users mapping.
func (a *app) filter(attribute, want string) {
	a.u.t.Helper()
	doc := a.schema()
	objectMapping(a.u.t, doc, "User")["scope"] = map[string]any{"groups": []any{map[string]any{"name": "only", "clauses": []any{map[string]any{
		"operatorName": "EQUALS", "sourceOperandName": attribute, "targetOperand": map[string]any{"values": []any{want}},
	}}}}, "inputFilterGroups": []any{}, "categoryFilterGroups": []any{}}
	a.putSchema(doc).want(204)
}

func TestOnDemandDisablesWhoLeavesTheScope(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	alice := u.userID("alice")
	assignment := a.assign(alice, entra.UserRoleID).want(201).text("id")
	a.provision("User", alice)
	u.call("DELETE", "/servicePrincipals/"+a.sp+"/appRoleAssignedTo/"+assignment, nil).want(204)
	if _, value := a.provision("User", alice); value.text("action") != "Disable" {
		t.Errorf("%s", value.raw)
	}
	if got := u.target(endpointName, "Users").at("Resources", 0, "active"); got != false {
		t.Errorf("active is %v", got)
	}

	// Whose sign-in is blocked is left to the cycle; a deleted user cannot be chosen.
	bob := u.userID("bob")
	a.assign(bob, entra.UserRoleID).want(201)
	a.provision("User", bob)
	u.call("PATCH", "/users/"+bob, map[string]any{"accountEnabled": false}).want(204)
	if key, value := a.provision("User", bob); key.text("result") != "Skipped" || value.text("action") != "Other" {
		t.Errorf("%s %s", key.raw, value.raw)
	}
	u.clock.advance(time.Minute)
	u.call("DELETE", "/users/"+bob, nil).want(204)
	a.provisionRaw("User", bob).wantError(400, "RequestParameterInvalid", bob)
}

func TestOnDemandGroup(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	group := u.groupID("Klaxoon Pro")
	alice, elodie := u.userID("alice"), u.userID("elodie")
	a.assign(group, entra.UserRoleID).want(201)
	a.provision("User", alice)
	a.provision("User", elodie)
	if key, value := a.provision("Group", group, alice, elodie); key.text("result") != "Success" || value.text("action") != "Create" {
		t.Fatalf("%s %s", key.raw, value.raw)
	}
	got := u.target(endpointName, "Groups")
	if got.text("Resources", 0, "displayName") != "Klaxoon Pro" || len(got.list("Resources", 0, "members")) != 2 {
		t.Errorf("%s", got.raw)
	}
	u.clock.advance(time.Minute)
	a.provisionRaw("Group", group, u.userID("bob")).wantError(400, "RequestParameterInvalid", "not a direct member")
	six := []string{alice, alice, alice, alice, alice, alice}
	a.provisionRaw("Group", group, six...).wantError(400, "RequestParameterInvalid", "At most 5 members")
	staff := u.groupID("All staff")
	a.provisionRaw("Group", staff, u.groupID("IDmelon users")).wantError(400, "RequestParameterInvalid", "nested groups")
}

func TestOnDemandErrors(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	alice := u.userID("alice")
	subject := map[string]any{"objectId": alice, "objectTypeName": "User"}
	for name, body := range map[string]any{
		"no parameters": map[string]any{},
		"two rules":     map[string]any{"parameters": []any{map[string]any{"ruleId": a.rule}, map[string]any{"ruleId": a.rule}}},
		"two subjects":  map[string]any{"parameters": []any{map[string]any{"ruleId": a.rule, "subjects": []any{subject, subject}}}},
	} {
		if g := u.post(a.at+"/provisionOnDemand", body); g.status != 400 || g.text("error", "code") != "RequestParameterInvalid" {
			t.Errorf("%s: %d %s", name, g.status, g.raw)
		}
	}
	a.provisionRaw("Device", alice).wantError(400, "RequestParameterInvalid", "Device")
	a.provisionRaw("User", "00000000-0000-0000-0000-000000000001").wantError(400, "RequestParameterInvalid", "not found")
	a.secrets("BaseAddress", "", "SecretToken", "").want(204)
	a.provisionRaw("User", alice).wantError(400, "CredentialsMissing", "Please configure provisioning")
}

func TestOnDemandIsLimited(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	alice := u.userID("alice")
	for range 5 {
		a.provisionRaw("User", alice).want(200)
		u.clock.advance(time.Second)
	}
	g := a.provisionRaw("User", alice).want(http.StatusTooManyRequests)
	if g.header.Get("Retry-After") != "5" {
		t.Errorf("Retry-After %q", g.header.Get("Retry-After"))
	}
	u.clock.advance(5 * time.Second)
	a.provisionRaw("User", alice).want(200)
}

func TestOnDemandTellsTheEndpointsError(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	a.secrets("BaseAddress", "http://127.0.0.1:1/scim", "SyncAll", "true", "SecretToken", "never-shown").want(204)
	key, value := a.provision("User", u.userID("alice"))
	if key.text("result") != "Failure" || value.text("statusInfo", "errorCode") == "" {
		t.Errorf("%s %s", key.raw, value.raw)
	}
	if strings.Contains(string(value.raw)+string(key.raw), "never-shown") {
		t.Error("the answer shows the token")
	}
	log := u.get("/auditLogs/provisioning?$filter=jobId eq '" + a.job + "'").want(200)
	if log.text("value", 0, "provisioningStatusInfo", "status") != "failure" || log.text("value", 0, "provisioningStatusInfo", "errorInformation", "errorCode") == "" {
		t.Errorf("%s", log.raw)
	}
}

func TestProvisioningLog(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a, b := u.newApp("First app"), u.newApp("Second app")
	for i, x := range []*app{a, b, a, a} {
		u.clock.advance(time.Hour)
		u.signIn()
		x.secrets("SyncAll", "true").want(204)
		x.provision("User", u.userID([]string{"alice", "bob", "alice", "elodie"}[i]))
	}
	for query, want := range map[string]int{
		"":                                       4,
		"$filter=jobId eq '" + a.job + "'":       3,
		"$filter=provisioningAction eq 'create'": 3,
		"$filter=provisioningAction eq 'Create'": 0, // case-sensitive
		"$filter=provisioningStatusInfo/status eq 'skipped'": 1,
		"$filter=((contains(tolower(servicePrincipal/id), '" + b.sp + "') or contains(tolower(servicePrincipal/displayName), 'second app')) and activityDateTime gt 2026-03-01 and activityDateTime lt 2026-03-10)&$top=500&$orderby=activityDateTime desc": 1,
		"$filter=activityDateTime gt 2026-03-04T07:30:00Z":      2,
		"$filter=sourceIdentity/displayName eq 'Élodie Müller'": 1,
	} {
		if g := u.get("/auditLogs/provisioning?" + query); g.status != 200 || len(g.list("value")) != want {
			t.Errorf("%s: %d, want %d: %.300s", query, g.status, want, g.raw)
		}
	}
	for _, query := range []string{"$filter=startswith(jobId,'x')", "$filter=jobId ne 'x'", "$filter=nonsense eq 'x'", "$orderby=jobId", "$top=0", "$filter=not(jobId eq 'x')", "$filter=jobId eq"} {
		u.get("/auditLogs/provisioning?"+query).wantError(400, "BadRequest", "Invalid filter clause")
	}
	first := u.get("/auditLogs/provisioning?$top=3").want(200)
	if first.text("value", 0, "activityDateTime") <= first.text("value", 2, "activityDateTime") {
		t.Error("the newest entry comes first")
	}
	next := strings.TrimPrefix(first.text("@odata.nextLink"), u.base)
	if n := len(u.get(next).want(200).list("value")); n != 1 {
		t.Errorf("%d on the second page", n)
	}
	u.get("/auditLogs/provisioning/" + first.text("value", 0, "id")).want(200)
	u.get("/auditLogs/provisioning/nothing").want(404)
	if first.at("value", 0, "servicePrincipal", "displayName") != "First app" || fmt.Sprint(first.at("value", 0, "initiatedBy", "initiatorType")) != "system" {
		t.Errorf("%s", first.raw)
	}
}
