package emulator

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
)

// shape reduces a JSON value to what must agree with a sample: names of members
// and kinds of values. A member that is null in one may be anything in the other.
func shape(v any, at string, out map[string]string) {
	switch v := v.(type) {
	case map[string]any:
		out[at] = "object"
		for name, e := range v {
			shape(e, at+"."+name, out)
		}
	case []any:
		out[at] = "array"
		if len(v) > 0 {
			shape(v[0], at+"[]", out)
		}
	case nil:
		out[at] = "null"
	default:
		out[at] = fmt.Sprintf("%T", v)
	}
}

// sameShape reports members that only one side has, and kinds that differ.
func sameShape(t *testing.T, got, want any, ignore ...string) {
	t.Helper()
	g, w := map[string]string{}, map[string]string{}
	shape(got, "", g)
	shape(want, "", w)
	var all []string
	for at := range g {
		all = append(all, at)
	}
	for at := range w {
		if _, ok := g[at]; !ok {
			all = append(all, at)
		}
	}
	sort.Strings(all)
	for _, at := range all {
		if slices.ContainsFunc(ignore, func(i string) bool { return strings.HasPrefix(at, i) }) {
			continue
		}
		a, b := g[at], w[at]
		if a != b && (a == "" || b == "" || a != "null" && b != "null") {
			t.Errorf("%s: got %q, the sample has %q", at, a, b)
		}
	}
}

func sample(t *testing.T, name string) any {
	t.Helper()
	var v any
	readTestJSON(t, "testdata/samples/"+name, &v)
	return v
}

func TestInstantiateIsTheRealAnswer(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	made := u.post("/applicationTemplates/"+entra.NonGalleryTemplateID+"/instantiate", map[string]any{"displayName": "newPrivateApp"}).want(201)
	want := sample(t, "instantiate_8adf8e6e.response.json").(map[string]any)
	sameShape(t, made.body, want)

	// Everything but ids, times and the scope's id is the same in every tenant.
	got := made.body.(map[string]any)
	for _, side := range []string{"application", "servicePrincipal"} {
		g, w := got[side].(map[string]any), want[side].(map[string]any)
		for _, name := range []string{"id", "appId", "createdDateTime", "appOwnerOrganizationId", "servicePrincipalNames", "api", "oauth2PermissionScopes"} {
			delete(g, name)
			delete(w, name)
		}
		if d := cmp.Diff(w, g); d != "" {
			t.Errorf("%s (-sample +got):\n%s", side, d)
		}
	}
	if got["servicePrincipal"].(map[string]any)["tags"].([]any)[0] != "WindowsAzureActiveDirectoryCustomSingleSignOnApplication" {
		t.Error("a non-gallery app carries two tags")
	}
}

func TestGalleryAppHasItsOwnRolesAndOneTag(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	id := u.get("/applicationTemplates?$filter=displayName eq 'AWS Single Sign-on'").want(200).text("value", 0, "id")
	made := u.post("/applicationTemplates/"+id+"/instantiate", map[string]any{"displayName": "AWS Contoso"}).want(201)
	sameShape(t, made.body, sample(t, "2_instantiate.response.json"), ".application.description", ".application.samlMetadataUrl", ".application.web.logoutUrl")
	if n := len(made.list("servicePrincipal", "tags")); n != 1 {
		t.Errorf("%d tags, want one", n)
	}
	if made.text("servicePrincipal", "appRoles", 0, "id") == entra.UserRoleID {
		t.Error("a gallery app has role ids of its own")
	}
	templates := u.get("/servicePrincipals/" + made.text("servicePrincipal", "id") + "/synchronization/templates").want(200)
	sameShape(t, templates.body, sample(t, "3_synchronization_templates.response.json"), ".value[].schema.synchronizationRules", ".value[].schema.directories")
	if got := templates.text("value", 0, "id"); got != "aWSSingleSignon" {
		t.Errorf("template %q", got)
	}
}

func TestJobShapes(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	fresh := u.get(a.at).want(200)
	sameShape(t, fresh.body, sample(t, "job_created_azure2azure.response.json"))
	if fresh.text("schedule", "state") != "Disabled" || fresh.text("status", "code") != "Paused" {
		t.Errorf("a new job is Disabled and Paused: %s", fresh.raw)
	}
	if want := "scim." + strings.ReplaceAll(u.info.TenantID, "-", "") + "."; !strings.HasPrefix(a.job, want) || strings.HasSuffix(a.job, a.sp) {
		t.Errorf("job id %s, want %s and a GUID that is nobody else's", a.job, want)
	}
	u.post(a.at+"/start", nil).want(204)
	started := u.get(a.at).want(200)
	want := sample(t, "job_started_not_run_azure2azure.response.json").(map[string]any)
	sameShape(t, started.body, want, ".@odata.context")
	if d := cmp.Diff(want["status"], started.at("status")); d != "" {
		t.Errorf("status of a started job (-sample +got):\n%s", d)
	}
	u.post(a.at+"/start", nil).want(204) // again: nothing changes
	u.post(a.at+"/pause", nil).want(204)
	if state := u.get(a.at).text("schedule", "state"); state == "Active" {
		t.Error("a paused job is Active")
	}
}

func TestQuarantineShape(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{QuarantineCredentials: true}})
	a := u.newApp("x")
	u.post(a.at+"/start", nil).want(204)
	held := u.get(a.at).want(200)
	sameShape(t, held.body, sample(t, "6_job_quarantined.response.json"))
	if held.text("status", "code") != "Quarantine" || held.text("schedule", "state") != "Active" {
		t.Errorf("in quarantine the schedule stays Active: %s", held.raw)
	}
	if began, next := held.text("status", "quarantine", "currentBegan"), held.text("status", "quarantine", "nextAttempt"); began >= next {
		t.Errorf("next attempt %s is not after %s", next, began)
	}
	u.post(a.at+"/restart", map[string]any{"criteria": map[string]any{"resetScope": "Escrows"}}).want(204)
	if code := u.get(a.at).text("status", "code"); code != "Quarantine" {
		t.Errorf("a restart without QuarantineState leaves it, got %s", code)
	}
	u.post(a.at+"/restart", nil).want(204)
	if code := u.get(a.at).text("status", "code"); code == "Quarantine" {
		t.Error("a plain restart lifts the quarantine")
	}
}

func TestQuarantineByMissingCredentialsAndDeletes(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	a.secrets("BaseAddress", "", "SecretToken", "").want(204)
	u.post(a.at+"/start", nil).want(204)
	if reason := u.get(a.at).text("status", "quarantine", "reason"); reason != "EncounteredQuarantineException" {
		t.Errorf("reason %s", reason)
	}
	u = newTenantUnderTest(t, Options{Behaviour: Behaviour{QuarantineDeletes: true}})
	a = u.newApp("x")
	u.post(a.at+"/start", nil).want(204)
	if reason := u.get(a.at).text("status", "quarantine", "reason"); reason != "TooManyDeletes" {
		t.Errorf("reason %s", reason)
	}
	u.post(a.at+"/restart", map[string]any{"criteria": map[string]any{"resetScope": "ForceDeletes"}}).want(204)
	if q := u.get(a.at).at("status", "quarantine"); q != nil {
		t.Errorf("ForceDeletes allows the deletions: %v", q)
	}
}

func TestAssignmentShape(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	made := a.assign(u.groupID("IDmelon users"), entra.UserRoleID).want(201)
	sameShape(t, made.body, sample(t, "appRoleAssignedTo_create.response.json"))
	if id := made.text("id"); len(id) != 43 {
		t.Errorf("id %q is not 43 characters long", id)
	}
	if _, err := time.Parse("2006-01-02T15:04:05.0000000Z", made.text("createdDateTime")); err != nil {
		t.Error(err)
	}
}

func TestParseExpressionIsTheRealAnswer(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	got := u.post(a.at+"/schema/parseExpression", map[string]any{
		"expression":      `Replace([preferredLanguage], "-", , , "_", , )`,
		"testInputObject": map[string]any{"properties": []any{map[string]any{"key": "preferredLanguage", "value": "EN-US"}}},
	}).want(200)
	want := sample(t, "parseExpression.response.json").(map[string]any)
	body := got.body.(map[string]any)
	delete(body, "@odata.context")
	delete(want, "@odata.context")
	if d := cmp.Diff(want, body); d != "" {
		t.Errorf("(-sample +got):\n%s", d)
	}
}

func TestOnDemandShape(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	a.assign(u.userID("elodie"), entra.UserRoleID).want(201)
	a.provision("User", u.userID("elodie"))
	key, value := a.provision("User", u.userID("elodie"))
	want := sample(t, "provisionOnDemand_user_customappsso.decoded.json").(map[string]any)
	sameShape(t, key.body, want["key"])
	sameShape(t, value.body, want["value"], ".provisioningSteps[].details", ".modifiedProperties")
	if key.text("result") != "Skipped" || key.text("details", "errorCode") != "RedundantExport" || value.text("statusInfo", "status") != "Skipped" {
		t.Errorf("the second run has nothing to do: %s %s", key.raw, value.raw)
	}
	names := []string{}
	for i := range value.list("provisioningSteps") {
		names = append(names, value.text("provisioningSteps", i, "name")+" "+value.text("provisioningSteps", i, "type"))
	}
	if d := cmp.Diff([]string{"EntryImport Import", "EntryImport Matching", "EntrySynchronizationScoping Scoping", "EntrySynchronizationSkip Export"}, names); d != "" {
		t.Errorf("steps (-sample +got):\n%s", d)
	}
}

func TestLogEntryShape(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	group := u.groupID("Klaxoon Pro")
	a.assign(group, entra.UserRoleID).want(201)
	a.provision("Group", group)
	a.provision("Group", group)
	got := u.get("/auditLogs/provisioning").want(200).at("value", 0)
	sameShape(t, got, sample(t, "provisioningObjectSummary_scim_group_skipped_2026.json"), ".provisioningSteps[].details")
	if template := got.(map[string]any)["targetSystem"].(map[string]any)["details"].(map[string]any)["ApplicationId"]; template != entra.NonGalleryTemplateID {
		t.Errorf("ApplicationId is %v, want the application template's id", template)
	}
}

// TestErrorSamples provokes each error that was seen in the wild.
func TestErrorSamples(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	spurious := newTenantUnderTest(t, Options{Behaviour: Behaviour{SpuriousInstantiate404: 1}})
	denied := newTenantUnderTest(t, Options{Behaviour: Behaviour{DenyDirectory: true, DenySynchronization: true}})
	unreachable := a.at + "/validateCredentials"
	cases := map[string]*got{
		"400_appRoleAssignment_delete_missing.json": u.call("DELETE", "/servicePrincipals/"+a.sp+"/appRoleAssignedTo/nothing", nil),
		"400_provisionOnDemand_rule_missing.json": u.post(a.at+"/provisionOnDemand", map[string]any{"parameters": []any{map[string]any{
			"ruleId": "", "subjects": []any{map[string]any{"objectId": u.userID("alice"), "objectTypeName": "User"}},
		}}}),
		"400_validateCredentials_unreachable.json": u.post(unreachable, map[string]any{"credentials": []any{
			map[string]any{"key": "BaseAddress", "value": "http://127.0.0.1:1/scim"}, map[string]any{"key": "SecretToken", "value": "x"},
		}}),
		"401_synchronization_not_allowed.json": denied.get("/servicePrincipals/any/synchronization/jobs"),
		"403_directory_permission.json":        denied.get("/servicePrincipals"),
		"404_instantiate_spurious.json":        spurious.post("/applicationTemplates/"+entra.NonGalleryTemplateID+"/instantiate", map[string]any{"displayName": "x"}),
		"404_schema_patch.json":                u.call("PATCH", a.at+"/schema", map[string]any{}),
		"500_secret_key_wrong_case.json":       u.post(a.at+"/validateCredentials", map[string]any{"credentials": []any{map[string]any{"key": "baseAddress", "value": "x"}}}),
	}
	for name, g := range cases {
		t.Run(name, func(t *testing.T) {
			want := sample(t, "errors/"+name).(map[string]any)
			sameShape(t, g.body, want)
			if fmt.Sprint(g.status) != name[:3] {
				t.Errorf("status %d", g.status)
			}
			w := want["error"].(map[string]any)
			if g.text("error", "code") != w["code"] {
				t.Errorf("code %q, want %q", g.text("error", "code"), w["code"])
			}
			message := strings.NewReplacer("scim{xzy}", a.job, "acc560a1-67df-4d8d-abd0-7cf74a1d7211", a.sp).Replace(w["message"].(string))
			if name == "404_schema_patch.json" {
				message = `{"Message":"No HTTP resource was found that matches the request URI 'https://syncfabric.windowsazure.com/api/servicePrincipals('` + a.sp + `')/synchronization/jobs('` + a.job + `')/schema?api-version=2.0'."}`
			}
			if got := g.text("error", "message"); got != message {
				t.Errorf("message %q\nwant    %q", got, message)
			}
			if date := g.text("error", "innerError", "date"); len(date) != len("2023-11-08T15:01:03") {
				t.Errorf("date %q has an offset", date)
			}
			if g.text("error", "innerError", "request-id") != g.header.Get("request-id") {
				t.Error("the envelope's request-id is not the header's")
			}
		})
	}
	if n := len(spurious.get("/applications?$filter=displayName eq 'x'").list("value")); n != 1 {
		t.Errorf("the spurious 404 left %d applications, want 1", n)
	}
}
