package emulator

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// terraform makes requests as Terraform's azuread provider does, its headers
// included. Source: independent_clients.
type terraform struct {
	*tenantUnderTest
	sp, at string // the service principal, and its path
	job    string // path
}

// fresh starts the provider: it reads the cloud's metadata and signs in.
func (f *terraform) fresh(credential url.Values) {
	f.t.Helper()
	cloud := f.send(httptest.NewRequest("GET", f.base+"/metadata/endpoints?api-version=2022-09-01", nil)).want(200)
	login, graph := cloud.text("authentication", "loginEndpoint"), cloud.text("microsoftGraphResourceId")
	if login != f.base || graph != f.base+"/" || cloud.text("name") != "AzureCloud" || cloud.text("resourceManager") == "" ||
		cloud.text("authentication", "audiences", 0) == "" || cloud.text("authentication", "identityProvider") != "AAD" {
		f.t.Errorf("metadata: %s", cloud.raw)
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {f.info.ClientID}, "scope": {graph + ".default"}}
	for name, values := range credential {
		form[name] = values
	}
	answer := f.form("/"+f.info.TenantID+"/oauth2/v2.0/token", form).want(200)
	if answer.text("token_type") != "Bearer" || answer.at("expires_in") != float64(3599) {
		f.t.Errorf("token: %s", answer.raw)
	}
	f.token = answer.text("access_token")
	claims, err := base64.RawURLEncoding.DecodeString(strings.Split(f.token, ".")[1])
	if err != nil || !json.Valid(claims) {
		f.t.Errorf("the token's middle part: %v", err)
	}
	found := f.ask("GET", "/v1.0/servicePrincipals?$filter=appId eq '"+f.info.ClientID+"'", nil).want(200)
	if len(found.list("value")) != 1 || !strings.Contains(string(claims), found.text("value", 0, "id")) {
		f.t.Errorf("the client is not its own service principal: %s", found.raw)
	}
}

func (f *terraform) ask(method, path string, body map[string]any) *got {
	f.t.Helper()
	var sent any
	if body != nil {
		sent = body
	}
	r := f.request(method, path, sent)
	r.Header.Set("Accept", "application/json; charset=utf-8; IEEE754Compatible=false")
	r.Header.Set("Content-Type", "application/json; charset=utf-8") // on GET and on empty POST too
	r.Header.Set("OData-Version", "4.0")
	r.Header.Set("OData-MaxVersion", "4.0")
	return f.send(r)
}

// steady reads five times in a row, as the provider does five seconds apart.
func (f *terraform) steady(path string, good func(*got) bool) {
	f.t.Helper()
	for i := range 5 {
		if g := f.ask("GET", path, nil); !good(g) {
			f.t.Fatalf("read %d of %s: %d %s", i+1, path, g.status, g.raw)
		}
		f.clock.advance(5 * time.Second)
	}
}

func found(g *got) bool { return g.status == http.StatusOK }
func gone(g *got) bool  { return g.status == http.StatusNotFound }

// secrets writes both credentials; empty values take them away.
func (f *terraform) secrets(address, token string) *got {
	f.t.Helper()
	return f.ask("PUT", f.at+"/synchronization/secrets", map[string]any{"value": []any{
		map[string]any{"key": "BaseAddress", "value": address}, map[string]any{"key": "SecretToken", "value": token},
	}})
}

// enabled is what the provider reads from a job.
func (f *terraform) enabled() bool {
	f.t.Helper()
	g := f.ask("GET", f.job, nil).want(200)
	schedule, ok := g.at("schedule").(map[string]any)
	if !ok {
		f.t.Fatalf("a job without schedule crashes the provider: %s", g.raw)
	}
	for _, name := range []string{"state", "interval", "expiration"} {
		if _, ok := schedule[name]; !ok {
			f.t.Errorf("schedule without %s", name)
		}
	}
	if g.text("templateId") != "scim" {
		f.t.Errorf("template %v", g.at("templateId"))
	}
	return schedule["state"] == "Active"
}

// act posts an action with no body, Content-Length 0.
func (f *terraform) act(action string) {
	f.t.Helper()
	if g := f.ask("POST", f.job+"/"+action, nil); g.status/100 != 2 {
		f.t.Fatalf("%s: %d %s", action, g.status, g.raw)
	}
}

// TestTerraform plays the provider's whole life cycle.
func TestTerraform(t *testing.T) {
	f := &terraform{tenantUnderTest: newTenantUnderTest(t, Options{})}
	f.fresh(url.Values{"client_secret": {f.info.ClientSecret}})

	made := f.ask("POST", "/v1.0/applicationTemplates/"+entra.NonGalleryTemplateID+"/instantiate", map[string]any{"displayName": "tf"}).want(201)
	app := "/v1.0/applications/" + made.text("application", "id")
	f.sp = made.text("servicePrincipal", "id")
	f.at = "/v1.0/servicePrincipals/" + f.sp
	f.steady(app, func(g *got) bool { return found(g) && g.text("displayName") == "tf" })
	f.ask("GET", f.at, nil).want(200)

	f.secrets("https://vendor.example/scim", "one").want(204)
	secrets := f.at + "/synchronization/secrets"
	f.steady(secrets, func(g *got) bool { return found(g) && len(g.list("value")) == 2 })
	for i := range 2 {
		s := f.ask("GET", secrets, nil)
		if want := map[string]string{"BaseAddress": "https://vendor.example/scim", "SecretToken": "*"}[s.text("value", i, "key")]; s.text("value", i, "value") != want {
			t.Errorf("secret %s", s.raw)
		}
	}

	group := f.groupID("IDmelon users")
	assigned := f.ask("POST", f.at+"/appRoleAssignedTo", map[string]any{
		"@odata.type": "#microsoft.graph.appRoleAssignment", "appRoleId": entra.UserRoleID, "principalId": group, "resourceId": f.sp,
	}).want(201)
	assignment := f.at + "/appRoleAssignedTo/" + assigned.text("id")
	read := f.ask("GET", assignment, nil).want(200)
	for name, want := range map[string]string{
		"appRoleId": entra.UserRoleID, "principalId": group, "principalType": "Group", "principalDisplayName": "IDmelon users",
		"resourceId": f.sp, "resourceDisplayName": "tf",
	} {
		if read.text(name) != want {
			t.Errorf("assignment %s is %q, want %q", name, read.text(name), want)
		}
	}

	job := f.ask("POST", f.at+"/synchronization/jobs", map[string]any{"@odata.type": "#microsoft.graph.synchronizationJob", "templateId": "scim"}).want(201).text("id")
	if strings.Contains(job, "/") {
		t.Errorf("job id %s is used unescaped", job)
	}
	f.job = f.at + "/synchronization/jobs/" + job
	f.steady(f.job, found)
	f.act("start")
	if !f.enabled() {
		t.Error("started and not enabled")
	}
	rule := f.get(f.job+"/schema").text("synchronizationRules", 0, "id")
	f.ask("POST", f.job+"/provisionOnDemand", map[string]any{"parameters": []any{map[string]any{
		"ruleId": rule, "subjects": []any{map[string]any{"objectId": f.userID("alice"), "objectTypeName": "User"}},
	}}}).want(200)

	// Pause and resume; a second provider, which signs in without a secret, sees it.
	f.act("pause")
	f.fresh(url.Values{"client_assertion": {"header.e30.signature"}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}})
	if f.enabled() {
		t.Error("paused and enabled")
	}
	f.act("start")
	if !f.enabled() {
		t.Error("resumed and not enabled")
	}

	// A new token, and another name.
	f.secrets("https://vendor.example/scim", "two").want(204)
	f.steady(secrets, func(g *got) bool { return found(g) && len(g.list("value")) == 2 })
	f.ask("PATCH", app, map[string]any{"@odata.type": "#microsoft.graph.application", "displayName": "renamed"}).want(204)
	f.steady(app, func(g *got) bool { return found(g) && g.text("displayName") == "renamed" })

	// A job that somebody deleted is made again.
	f.ask("DELETE", f.job, nil).want(204)
	f.steady(f.job, gone)
	f.job = f.at + "/synchronization/jobs/" + f.ask("POST", f.at+"/synchronization/jobs", map[string]any{"templateId": "scim"}).want(201).text("id")

	f.destroy(app, assignment)
}

// destroy takes everything away in the provider's order.
func (f *terraform) destroy(app, assignment string) {
	f.t.Helper()
	f.ask("DELETE", assignment, nil).want(204)
	f.ask("DELETE", f.job, nil).want(204)
	f.steady(f.job, gone)
	f.secrets("", "").want(204)
	f.steady(f.at+"/synchronization/secrets", func(g *got) bool { return found(g) && len(g.list("value")) == 0 })
	f.ask("DELETE", app, nil).want(204)
	f.ask("GET", app, nil).want(404)
}

// TestTerraformDataSources: what else the provider reads.
func TestTerraformDataSources(t *testing.T) {
	f := &terraform{tenantUnderTest: newTenantUnderTest(t, Options{})}
	f.fresh(url.Values{"client_secret": {f.info.ClientSecret}})
	a := f.newApp("tf")
	group := f.groupID("IDmelon users")
	for _, path := range []string{
		"/v1.0/users?$filter=userPrincipalName eq 'alice@contoso.com'&$select=id,userPrincipalName,employeeId,officeLocation",
		"/v1.0/users/" + f.userID("alice") + "/manager",
		"/v1.0/applicationTemplates?$filter=displayName eq 'Custom'",
		"/beta/groups?$filter=displayName eq 'IDmelon users'",
		"/beta/groups/" + group + "?$select=allowExternalSenders,autoSubscribeNewMembers,hideFromAddressLists,hideFromOutlookClients",
		"/beta/groups/" + group + "/members",
		"/beta/groups/" + group + "/owners",
		"/beta/servicePrincipals/" + a.sp + "?$select=samlMetadataUrl",
		"/v1.0/applications/" + a.app + "/owners",
		"/beta/applications/" + a.app + "?$select=oauth2RequirePostResponse",
	} {
		f.ask("GET", path, nil).want(200)
	}
}

// TestTerraformFailsAtOnce: the provider retries 403, 409, 429 and 5xx, some for
// minutes, and takes 400 and 401 for the end. What is wrong for good must be one of
// the latter.
func TestTerraformFailsAtOnce(t *testing.T) {
	f := &terraform{tenantUnderTest: newTenantUnderTest(t, Options{})}
	f.fresh(url.Values{"client_secret": {f.info.ClientSecret}})
	a := f.newApp("tf")
	f.at = "/v1.0/servicePrincipals/" + a.sp
	f.ask("POST", f.at+"/synchronization/jobs", map[string]any{"templateId": "nonsense"}).want(400)
	f.ask("POST", f.at+"/appRoleAssignedTo", map[string]any{"appRoleId": "nonsense", "principalId": a.sp, "resourceId": a.sp}).want(400)
	f.ask("POST", "/v1.0/applicationTemplates/"+entra.NonGalleryTemplateID+"/instantiate", map[string]any{"displayName": ""}).want(400)
	f.token = "expired"
	f.ask("GET", f.at, nil).want(401)
	// Retried by the provider: a reference that may only have to replicate.
	f.signIn()
	g := f.ask("POST", f.at+"/appRoleAssignedTo", map[string]any{"appRoleId": entra.UserRoleID, "principalId": f.info.TenantID, "resourceId": a.sp}).want(400)
	if g.text("error", "message") != "Not a valid reference update." {
		t.Errorf("%s", g.raw)
	}
}
