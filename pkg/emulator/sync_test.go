package emulator

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
)

// stored reads the secrets as key=value.
func (a *app) stored() []string {
	a.u.t.Helper()
	g := a.u.get("/servicePrincipals/" + a.sp + "/synchronization/secrets").want(200)
	var out []string
	for i := range g.list("value") {
		out = append(out, g.text("value", i, "key")+"="+g.text("value", i, "value"))
	}
	slices.Sort(out)
	return out
}

func TestSecretsMergeAndAreMasked(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	if d := cmp.Diff([]string{"BaseAddress=" + endpoint, "SecretToken=*", "SyncAll=false"}, a.stored()); d != "" {
		t.Error(d)
	}
	a.secrets("SyncAll", "true", "SyncNotificationSettings", `{"Enabled":false}`, "Oauth2ClientSecret", "hidden").want(204)
	if d := cmp.Diff([]string{"BaseAddress=" + endpoint, "Oauth2ClientSecret=*", "SecretToken=*", "SyncAll=true", `SyncNotificationSettings={"Enabled":false}`}, a.stored()); d != "" {
		t.Error(d)
	}
	a.secrets("SecretToken", "", "Oauth2ClientSecret", "").want(204)
	if d := cmp.Diff([]string{"BaseAddress=" + endpoint, "SyncAll=true", `SyncNotificationSettings={"Enabled":false}`}, a.stored()); d != "" {
		t.Error(d)
	}
	a.secrets("synCall", "true").wantError(500, "InternalError", "Requested value 'synCall' was not found.")
	at := "/servicePrincipals/" + a.sp + "/synchronization/secrets"
	u.call("PUT", at, map[string]any{}).want(400)
	u.call("PUT", at, map[string]any{"credentials": []any{}}).want(400)
	u.call("PUT", at, map[string]any{"value": []any{map[string]any{"key": "SyncAll", "value": true}}}).want(400)
	for _, name := range []string{"secrets_put", "secrets_put_cross_tenant", "secrets_put_oauth2_client_credentials"} {
		u.call("PUT", at, sample(t, "requests/"+name+".request.json")).want(204)
	}
	if g := u.get("/servicePrincipals/" + a.sp + "/synchronization?$select=secrets").want(200); len(g.list("secrets")) == 0 {
		t.Errorf("%s", g.raw)
	}
	// The application sees the same.
	if g := u.get("/applications/" + a.app + "/synchronization/secrets").want(200); len(g.list("value")) != len(a.stored()) {
		t.Errorf("%s", g.raw)
	}
}

func TestJobLife(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	jobs := "/servicePrincipals/" + a.sp + "/synchronization/jobs"
	for _, body := range []any{map[string]any{"templateId": "nonsense"}, map[string]any{}, map[string]any{"templateId": "aWSSingleSignon"}} {
		u.post(jobs, body).want(400)
	}
	second := u.post(jobs+"/", map[string]any{"@odata.type": "#microsoft.graph.synchronizationJob", "templateId": "customappsso"}).want(201).text("id")
	if n := len(u.get(jobs).list("value")); n != 2 {
		t.Errorf("%d jobs", n)
	}
	if !strings.HasPrefix(second, "customappsso.") {
		t.Errorf("id %s", second)
	}
	for _, at := range []string{jobs + "('" + a.job + "')", jobs + "/" + a.job + "/", "/applications/" + a.app + "/synchronization/jobs/" + a.job} {
		if got := u.get(at).want(200).text("id"); got != a.job {
			t.Errorf("%s: %s", at, got)
		}
	}
	for _, action := range []string{"start", "microsoft.graph.start", "pause", "microsoft.graph.pause", "restart", "microsoft.graph.restart/"} {
		r := u.request("POST", "/v1.0"+a.at+"/"+action, nil)
		r.Header.Set("Content-Type", "application/json; charset=utf-8") // on empty posts too
		u.send(r).want(204)
	}
	u.post(a.at+"/restart", sample(t, "requests/restart.request.json")).want(204)
	u.post(a.at+"/restart", map[string]any{"criteria": map[string]any{"resetScope": "Watermark,Nonsense"}}).want(400)
	if g := u.get(a.at + "?$select=id,schedule&$expand=schema").want(200); g.at("status") != nil || g.at("schema") == nil {
		t.Errorf("%.300s", g.raw)
	}
	u.call("DELETE", jobs+"/"+second, nil).want(204)
	u.get(jobs + "/" + second).want(404)
	u.get(jobs + "/nobody/schema").want(404)
	if len(a.stored()) != 3 {
		t.Error("the secrets went with the job")
	}
}

func TestTemplates(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	at := "/servicePrincipals/" + a.sp + "/synchronization/templates"
	g := u.get(at).want(200)
	if len(g.list("value")) != 1 || g.text("value", 0, "id") != "scim" || g.text("value", 0, "schema", "id") != "scim.00000000000000000000000000000000" {
		t.Errorf("%.300s", g.raw)
	}
	keys := map[string]int{}
	for i := range g.list("value", 0, "metadata") {
		keys[g.text("value", 0, "metadata", i, "key")]++
	}
	if keys["AzureIngestionAttributeOptimization"] != 2 || keys["configurationFields"] != 1 {
		t.Errorf("metadata keys %v", keys)
	}
	u.get(at + "/nonsense").want(404)
	u.get(at + "/nonsense/schema").want(404)
	both := newTenantUnderTest(t, Options{Behaviour: Behaviour{BothTemplates: true}})
	if n := len(both.get("/servicePrincipals/" + both.newApp("x").sp + "/synchronization/templates").list("value")); n != 2 {
		t.Errorf("%d templates", n)
	}
}

func TestTemplateOfTheOwner(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	at := "/applications/" + a.app + "/synchronization/templates/scim/schema"
	doc := u.get(at).want(200).body.(map[string]any)
	attributeMapping(t, doc, "User", "title")["defaultValue"] = "Staff"
	u.call("PUT", at, doc).want(204)
	u.call("PUT", strings.Replace(at, "/applications/"+a.app, "/servicePrincipals/"+a.sp, 1), doc).want(404)
	job := u.post("/servicePrincipals/"+a.sp+"/synchronization/jobs", map[string]any{"templateId": "scim"}).want(201).text("id")
	made := u.get("/servicePrincipals/" + a.sp + "/synchronization/jobs/" + job + "/schema").body.(map[string]any)
	if attributeMapping(t, made, "User", "title")["defaultValue"] != "Staff" || made["id"] != job {
		t.Error("a new job does not follow the owner's template")
	}
}

func TestSchemaIsReplacedWhole(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	doc := a.schema()
	before := doc["version"]
	mapping := objectMapping(t, doc, "User")
	mapping["attributeMappings"] = mapping["attributeMappings"].([]any)[:3]
	mapping["unknownMember"] = "kept"
	a.putSchema(doc).want(204)
	after := a.schema()
	if after["version"] == before || after["version"] == "" {
		t.Errorf("the version is %v after a write", after["version"])
	}
	delete(doc, "version")
	second := after["version"]
	delete(after, "version")
	if d := cmp.Diff(doc, after); d != "" {
		t.Errorf("(-written +read):\n%s", d)
	}
	a.putSchema(doc).want(204)
	if a.schema()["version"] == second {
		t.Error("the same document again has a new version too")
	}
	u.call("DELETE", a.at+"/schema", nil).want(204)
	if n := len(objectMapping(t, a.schema(), "User")["attributeMappings"].([]any)); n <= 3 {
		t.Errorf("%d mappings after going back to the default", n)
	}
}

func TestSchemaSamplesOfTheDocumentation(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	// The page's own example is shortened; as it stands it would wipe the schema.
	a.putSchema(sample(t, "requests/schema_put_add_target_attribute.request.json")).wantError(400, "SchemaInvalid", "missing")
	doc := a.schema()
	attribute := sample(t, "requests/schema_put_add_target_attribute.request.json").(map[string]any)["directories"].([]any)[0].(map[string]any)["objects"].([]any)[0].(map[string]any)["attributes"].([]any)[0].(map[string]any)
	mapping := sample(t, "requests/schema_put_add_mapping_fragment.json").(map[string]any)
	mapping["targetAttributeName"] = attribute["name"]
	users := objectMapping(t, doc, "User")
	users["attributeMappings"] = append(users["attributeMappings"].([]any), mapping)
	a.putSchema(doc).wantError(400, "SchemaInvalid", "does not exist in object") // the attribute comes first
	for _, d := range doc["directories"].([]any) {
		for _, o := range d.(map[string]any)["objects"].([]any) {
			if o := o.(map[string]any); o["name"] == users["targetObjectName"] {
				o["attributes"] = append(o["attributes"].([]any), attribute)
			}
		}
	}
	a.putSchema(doc).want(204)
}

func TestSchemaHelpers(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	functions := u.get(a.at + "/schema/functions").want(200)
	names := map[string]int{}
	for i := range functions.list("value") {
		if functions.text("value", i, "id") != functions.text("value", i, "name") {
			t.Error("id and name differ")
		}
		names[functions.text("value", i, "name")] = i
	}
	if i, ok := names["Mid"]; !ok || functions.text("value", i, "parameters", 1, "name") != "start" {
		t.Errorf("Mid: %v", ok)
	}
	operators := u.get(a.at + "/schema/filterOperators()").want(200)
	if operators.text("value", 0, "name") != "EQUALS" || operators.text("value", 0, "arity") != "Binary" {
		t.Errorf("%.300s", operators.raw)
	}

	parse := func(body map[string]any) *got { return u.post(a.at+"/schema/parseExpression", body).want(200) }
	bad := parse(map[string]any{"expression": `Switch([a`})
	if bad.at("parsingSucceeded") != false || bad.text("error", "code") == "" || bad.at("parsedExpression") != nil {
		t.Errorf("%s", bad.raw)
	}
	failing := parse(map[string]any{"expression": `CDate([mail])`, "testInputObject": map[string]any{"properties": []any{map[string]any{"key": "mail", "value": "no date"}}}})
	if failing.at("parsingSucceeded") != true || failing.at("evaluationSucceeded") != false || failing.text("error", "message") == "" {
		t.Errorf("%s", failing.raw)
	}
	multi := parse(map[string]any{"expression": `SingleAppRoleAssignment([appRoleAssignments])`, "testInputObject": map[string]any{"properties": []any{
		map[string]any{"key": "appRoleAssignments", "value@odata.type": "#Collection(String)", "value": []any{"Editor"}},
		map[string]any{"key": "IsSoftDeleted", "value": "false"}, map[string]any{"key": "n", "value": 7}, map[string]any{"key": "b", "value": true}, map[string]any{"key": "none", "value": nil},
	}}})
	if multi.text("evaluationResult", 0) != "Editor" {
		t.Errorf("%s", multi.raw)
	}
	u.post(a.at+"/schema/parseExpression", map[string]any{"expression": "[a]", "testInputObject": map[string]any{"properties": []any{map[string]any{"key": "a", "value": map[string]any{}}}}}).want(400)

	// Both sides of the rule are there, and a plain connector cannot be discovered.
	directories := u.get(a.at + "/schema/directories").want(200)
	id := directories.text("value", 0, "id")
	u.post(a.at+"/schema/directories/"+id+"/discover", nil).want(400)
	u.call("DELETE", a.at+"/schema/directories/"+id, nil).want(400)
	u.get(a.at + "/schema/directories/nobody").want(404)
}

// TestKeysAreTheTenantsOwn: a client that guesses the keys of a source tree, or
// takes those of another tenant, is refused.
func TestKeysAreTheTenantsOwn(t *testing.T) {
	tree := func(seed uint64) (*app, any) {
		u := newTenantUnderTest(t, Options{Seed: seed})
		a := u.newApp("x")
		return a, u.post(a.at+"/schema/parseExpression", map[string]any{"expression": `Join(" ", [givenName], [surname])`}).want(200).at("parsedExpression")
	}
	a, own := tree(1)
	_, foreign := tree(2)
	put := func(source any) *got {
		doc := a.schema()
		attributeMapping(t, doc, "User", "title")["source"] = source
		return a.putSchema(doc)
	}
	put(own).want(204)
	put(foreign).wantError(400, "SchemaInvalid", "parameter 1 of 'Join' has the key")
}

func TestOneJobHasOneSetOfRules(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{RuleSuffix: true}})
	a := u.newApp("x")
	if !strings.HasSuffix(a.rule, "#V2") {
		t.Errorf("rule %s", a.rule)
	}
	a.putSchema(a.schema()).want(204)
	a.provisionRaw("User", u.userID("alice")).want(200)
	a.rule = strings.TrimSuffix(a.rule, "#V2")
	a.provisionRaw("User", u.userID("alice")).wantError(400, "RequestParameterInvalid", "However, the job does not include the rule.")
}

func TestValidateCredentials(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	given := func(pairs ...string) map[string]any {
		list := []any{}
		for i := 0; i < len(pairs); i += 2 {
			list = append(list, map[string]any{"key": pairs[i], "value": pairs[i+1]})
		}
		return map[string]any{"useSavedCredentials": false, "templateId": "scim", "credentials": list}
	}
	jobs := "/servicePrincipals/" + a.sp + "/synchronization/jobs"
	u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true, "credentials": []any{}}).want(204)
	u.post(jobs+"/validateCredentials", given("BaseAddress", endpoint, "SecretToken", "x")).want(204)
	u.post(a.at+"/validateCredentials", given("BaseAddress", "user@domain.com", "SecretToken", "x")).wantError(400, "SystemForCrossDomainIdentityManagementInvalidCredentials", "Please provide a valid tenant URL for your application.")
	u.post(a.at+"/validateCredentials", given()).wantError(400, "SystemForCrossDomainIdentityManagementInvalidCredentials", "")
	nonsense := given("BaseAddress", endpoint)
	nonsense["templateId"] = "nonsense"
	u.post(jobs+"/validateCredentials", nonsense).want(400)
	u.post(jobs+"/validateCredentials", sample(t, "requests/validateCredentials_collection.request.json")).want(400) // of another connector
	if d := cmp.Diff(3, len(a.stored())); d != "" {
		t.Error("a test stored something")
	}
	// A new app without a job can be tested too.
	made := u.post("/applicationTemplates/"+entra.NonGalleryTemplateID+"/instantiate", map[string]any{"displayName": "y"}).want(201)
	at := "/servicePrincipals/" + made.text("servicePrincipal", "id") + "/synchronization/jobs/validateCredentials"
	u.post(at, given("BaseAddress", endpoint, "SecretToken", "x")).want(204)
	// OAuth 2 client credentials need all three of theirs.
	oauth := []string{"BaseAddress", endpoint, "AuthenticationType", "OAuth2ClientCredentialsGrant", "Oauth2TokenExchangeUri", "https://vendor.example/token", "Oauth2ClientId", "c", "Oauth2ClientSecret", "s"}
	u.post(at, given(oauth...)).want(204)
	u.post(at, given(oauth[:8]...)).wantError(400, fmt.Sprint(invalidCredentials), "")
}
