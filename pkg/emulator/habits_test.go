package emulator

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// These tests hold statements of graph_contract that no other test does.

func TestInstantiateIsNotIdempotent(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	one, _ := u.instantiate("twice")
	two, app := u.instantiate("twice")
	if one == two {
		t.Error("one name, one service principal")
	}
	if n := len(u.get("/servicePrincipals?$filter=displayName eq 'twice'").list("value")); n != 2 {
		t.Errorf("%d service principals", n)
	}
	sp := u.get("/servicePrincipals/" + two).want(200)
	for _, name := range []string{"passwordCredentials", "keyCredentials"} {
		if n := len(sp.list(name)); n != 0 {
			t.Errorf("a new application has %d %s", n, name)
		}
	}
	if got := u.get("/applications/" + app); got.text("signInAudience") != "AzureADMyOrg" || len(got.list("identifierUris")) != 0 || len(got.list("tags")) != 0 || got.text("api", "oauth2PermissionScopes", 0, "value") != "user_impersonation" {
		t.Errorf("%s", got.raw)
	}
	made := u.post("/applicationTemplates/"+entra.NonGalleryTemplateID+"/instantiate", map[string]any{"displayName": "x", "serviceManagementReference": "CHG-1"}).want(201)
	if got := u.get("/applications/" + made.text("application", "id")).text("serviceManagementReference"); got != "CHG-1" {
		t.Errorf("serviceManagementReference %q", got)
	}
}

// TestServicePrincipalIsLaterThanItsApplication: both replicate for themselves.
func TestServicePrincipalIsLaterThanItsApplication(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{ReplicationDelay: 2 * time.Second, PrincipalDelay: 3 * time.Second}})
	sp, app := u.instantiate("x")
	u.clock.advance(2 * time.Second)
	u.get("/applications/" + app).want(200)
	u.get("/servicePrincipals/"+sp).wantError(404, "Request_ResourceNotFound", sp)
	u.clock.advance(3 * time.Second)
	u.get("/servicePrincipals/" + sp).want(200)
	plain := u.post("/applications", map[string]any{"displayName": "plain"}).want(201)
	u.get("/applications/" + plain.text("id")).want(404)
	own := u.post("/servicePrincipals", map[string]any{"appId": plain.text("appId")}).want(201).text("id")
	u.clock.advance(4 * time.Second)
	u.get("/servicePrincipals/" + own).want(404)
	u.clock.advance(time.Second)
	u.get("/servicePrincipals/" + own).want(200)
}

func TestServicePrincipalProperties(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	sp, _ := u.instantiate("x")
	u.call("PATCH", "/servicePrincipals/"+sp, map[string]any{
		"appRoleAssignmentRequired": false, "notes": "mine", "notificationEmailAddresses": []any{"it@contoso.com"},
	}).want(204)
	got := u.get("/servicePrincipals/" + sp).want(200)
	if got.at("appRoleAssignmentRequired") != false || got.text("notes") != "mine" || got.text("notificationEmailAddresses", 0) != "it@contoso.com" {
		t.Errorf("%s", got.raw)
	}
}

// TestSecondServicePrincipalBeginsAfresh: secrets and jobs hang on the service
// principal, not on its application.
func TestSecondServicePrincipalBeginsAfresh(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	appID := u.get("/servicePrincipals/" + a.sp).text("appId")
	u.call("DELETE", "/servicePrincipals/"+a.sp, nil).want(204)
	second := "/servicePrincipals/" + u.post("/servicePrincipals", map[string]any{"appId": appID}).want(201).text("id")
	for _, part := range []string{"/jobs", "/secrets"} {
		if n := len(u.get(second + "/synchronization" + part).want(200).list("value")); n != 0 {
			t.Errorf("%s of the first one: %d", part, n)
		}
	}
	u.post("/directory/deletedItems/"+a.sp+"/restore", nil).wantError(409, "Request_MultipleObjectsWithSameKeyValue", appID)
}

// TestNameThatBeginsWithDollar: such a user is found in parentheses only.
func TestNameThatBeginsWithDollar(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	id := u.post("/users", map[string]any{
		"accountEnabled": true, "displayName": "Service", "mailNickname": "svc", "userPrincipalName": "$svc@contoso.com",
		"passwordProfile": map[string]any{"password": "Pa55word!"},
	}).want(201).text("id")
	if got := u.get("/users('$svc@contoso.com')").want(200).text("id"); got != id {
		t.Error(got)
	}
	u.get("/users/$svc@contoso.com").want(400)
}

func TestAlternateKeysOfSynchronization(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	appID := u.get("/servicePrincipals/" + a.sp).text("appId")
	if n := len(u.get("/servicePrincipals(appId='" + appID + "')/synchronization/jobs").want(200).list("value")); n != 1 {
		t.Errorf("%d jobs", n)
	}
	u.get("/servicePrincipals(displayName='" + a.sp + "')/synchronization/jobs").want(400)
	u.get("/servicePrincipals(appId='nobody')/synchronization/jobs").wantError(404, "Request_ResourceNotFound", "nobody")
}

// TestEveryDocumentedKeyIsTaken: the closed list, letter case and all.
func TestEveryDocumentedKeyIsTaken(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	hidden := []string{"Password", "SecretToken", "ClientSecret", "ConsumerSecret", "Oauth2AccessToken", "Oauth2RefreshToken", "Oauth2ClientSecret"}
	for _, key := range []string{
		"UserName", "Password", "SecretToken", "AppKey", "BaseAddress", "ClientIdentifier", "ClientSecret", "SingleSignOnType", "Sandbox", "Url",
		"Domain", "ConsumerKey", "ConsumerSecret", "TokenKey", "TokenExpiration", "Oauth2AccessToken", "Oauth2AccessTokenCreationTime",
		"Oauth2RefreshToken", "SyncAll", "InstanceName", "Oauth2ClientId", "Oauth2ClientSecret", "CompanyId", "UpdateKeyOnSoftDelete",
		"SynchronizationSchedule", "SystemOfRecord", "SandboxName", "EnforceDomain", "SyncNotificationSettings", "SkipOutOfScopeDeletions",
		"Oauth2AuthorizationCode", "Oauth2RedirectUri", "ApplicationTemplateIdentifier", "Oauth2TokenExchangeUri", "Oauth2AuthorizationUri",
		"AuthenticationType", "Server", "PerformInboundEntitlementGrants", "HardDeletesEnabled", "SyncAgentCompatibilityKey",
		"SyncAgentADContainer", "ValidateDomain", "TestReferences", "ConnectionString",
	} {
		a.secrets(key, "plain-"+key).want(204)
		shown := slices.Contains(a.stored(), key+"=plain-"+key)
		if slices.Contains(hidden, key) && shown {
			t.Errorf("%s is shown", key)
		}
		if !shown && !slices.Contains(a.stored(), key+"=*") {
			t.Errorf("%s was not stored", key)
		}
	}
	at := "/servicePrincipals/" + a.sp + "/synchronization/secrets"
	u.call("PUT", at, map[string]any{"value": []any{map[string]any{"key": "Domain", "value": nil}}}).want(204)
	if slices.Contains(a.stored(), "Domain=plain-Domain") {
		t.Error("null does not remove")
	}
}

// TestConnectionTestAsksForNobody: it looks for an absent user by the matching
// attribute, with the token, and stores nothing.
func TestConnectionTestAsksForNobody(t *testing.T) {
	var seen *http.Request // the first request; one for groups may follow
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = cmp.Or(seen, r)
		w.Header().Set("Content-Type", "application/scim+json")
		_, _ = io.WriteString(w, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"Resources":[]}`)
	}))
	defer h.Close()
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	a.secrets("BaseAddress", h.URL+"/scim", "SecretToken", "t").want(204)
	// With saved credentials the given ones are ignored.
	u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true, "credentials": []any{
		map[string]any{"key": "BaseAddress", "value": "http://127.0.0.1:1"},
	}}).want(204)
	guid := regexp.MustCompile(`^userName eq "[0-9a-fA-F-]{36}"$`)
	if seen.Method != "GET" || seen.URL.Path != "/scim/Users" || !guid.MatchString(seen.URL.Query().Get("filter")) || seen.Header.Get("Authorization") != "Bearer t" {
		t.Errorf("%s %s %v", seen.Method, seen.URL, seen.Header)
	}
}

// TestStartLiftsAQuarantine: after its cause has gone.
func TestStartLiftsAQuarantine(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	a.secrets("BaseAddress", "").want(204)
	u.post(a.at+"/start", nil).want(204)
	if code := u.get(a.at).text("status", "code"); code != "Quarantine" {
		t.Fatalf("code %s", code)
	}
	a.secrets("BaseAddress", endpoint).want(204)
	u.post(a.at+"/start", nil).want(204)
	if g := u.get(a.at); g.text("status", "code") != "Active" || g.at("status", "quarantine") != nil {
		t.Errorf("%s", g.raw)
	}
}

// TestOldFormsOfASchema are kept as they were written: constants without a source,
// flags with spaces, object mappings that are empty.
func TestOldFormsOfASchema(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	doc := a.schema()
	title := attributeMapping(t, doc, "User", "title")
	title["source"], title["defaultValue"] = nil, "Staff"
	objectMapping(t, doc, "User")["flowTypes"] = "Add, Update, Delete"
	rule := doc["synchronizationRules"].([]any)[0].(map[string]any)
	rule["objectMappings"] = append(rule["objectMappings"].([]any), map[string]any{
		"enabled": false, "flowTypes": "None", "name": nil, "sourceObjectName": "", "targetObjectName": "", "scope": nil, "attributeMappings": []any{}, "metadata": []any{},
	})
	a.putSchema(doc).want(204)
	after := a.schema()
	got := attributeMapping(t, after, "User", "title")
	if got["source"] != nil || got["defaultValue"] != "Staff" {
		t.Errorf("%v", got)
	}
	if n := len(after["synchronizationRules"].([]any)[0].(map[string]any)["objectMappings"].([]any)); n != 3 {
		t.Errorf("%d object mappings", n)
	}
	a.secrets("SyncAll", "true").want(204)
	a.provision("User", u.userID("alice"))
	if got := u.target(endpointName, "Users").text("Resources", 0, "title"); got != "Staff" {
		t.Errorf("title %q", got)
	}
}

func TestTemplateMetadata(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	sp, _ := u.instantiate("x")
	g := u.get("/servicePrincipals/" + sp + "/synchronization/templates").want(200)
	for i := range g.list("value", 0, "metadata") {
		if g.text("value", 0, "metadata", i, "key") != "configurationFields" {
			continue
		}
		var fields []struct {
			Name   string
			Secret bool
		}
		if err := json.Unmarshal([]byte(g.text("value", 0, "metadata", i, "value")), &fields); err != nil || len(fields) != 2 || !fields[1].Secret {
			t.Errorf("configurationFields %v %v", fields, err)
		}
		return
	}
	t.Error("no configurationFields")
}

// TestLogIsKept30Days: then entries vanish.
func TestLogIsKept30Days(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	a.provision("User", u.userID("alice"))
	u.clock.advance(29 * 24 * time.Hour)
	u.signIn()
	id := u.get("/auditLogs/provisioning").want(200).text("value", 0, "id")
	u.clock.advance(2 * 24 * time.Hour)
	u.signIn()
	if n := len(u.get("/auditLogs/provisioning").want(200).list("value")); n != 0 {
		t.Errorf("%d entries after 31 days", n)
	}
	u.get("/auditLogs/provisioning/" + id).want(404)
}

// TestThrottlingInABatch: each request counts for itself, and its Retry-After stands
// beside its status.
func TestThrottlingInABatch(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{Throttle: 1}})
	u.get("/organization").want(429)
	steps := []any{}
	for i := range 20 {
		steps = append(steps, map[string]any{"id": path(i), "method": "GET", "url": "/organization"})
	}
	g := u.post("/$batch", map[string]any{"requests": steps}).want(200)
	refused := 0
	for i := range g.list("responses") {
		if g.at("responses", i, "status") == float64(429) {
			refused++
			if g.text("responses", i, "headers", "Retry-After") != "1" || g.text("responses", i, "body", "error", "code") != "TooManyRequests" {
				t.Errorf("%v", g.at("responses", i))
			}
		}
	}
	if refused != 2 {
		t.Errorf("%d of 20 were refused", refused)
	}
}

// TestNotForOutboundSCIM: what other connectors have.
func TestNotForOutboundSCIM(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	for _, c := range [][2]string{
		{"POST", a.at + "/bulkUpload"}, {"PUT", a.at + "/bulkUpload/$value"}, {"POST", a.at + "/schema/directories"},
		{"POST", "/servicePrincipals/" + a.sp + "/synchronization/acquireAccessToken"},
	} {
		u.call(c[0], c[1], map[string]any{}).wantError(404, "UnknownError", "No HTTP resource was found")
	}
}

// TestNextLinkKeepsTheQuery: filters with reserved characters survive the pages.
func TestNextLinkKeepsTheQuery(t *testing.T) {
	u := newTenantUnderTest(t, Options{Users: 5})
	seen := 0
	for at := "/users?$top=1&$select=id&$filter=department eq 'R%26D'"; at != ""; {
		g := u.get(at).want(200)
		seen += len(g.list("value"))
		link, _ := g.at("@odata.nextLink").(string)
		if at = link; at != "" {
			next, err := url.Parse(link)
			if err != nil || next.Query().Get("$filter") != "department eq 'R&D'" || next.Query().Get("$select") != "id" {
				t.Fatalf("next link %s: %v", link, err)
			}
			at = next.RequestURI()
		}
	}
	if want := len(u.get("/users?$filter=department eq 'R%26D'").list("value")); seen != want || want < 3 {
		t.Errorf("%d users on the pages, %d on one", seen, want)
	}
}
