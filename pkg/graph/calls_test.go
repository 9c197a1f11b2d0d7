package graph

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/secret"
)

// TestHeaders checks what every request carries, and that errors name the id.
func TestHeaders(t *testing.T) {
	f := newTenant(t)
	f.on("GET "+jobPath, answer{Body: "{}"}, fail(400, "BadRequest", "x"))
	f.on("PATCH "+spPath, answer{Status: 204})
	c := f.client()
	c.Job(t.Context(), spID, jobID)
	_, err := c.Job(t.Context(), spID, jobID)
	if err := c.SetTags(t.Context(), spID, []string{"a<b>&'"}); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, call := range f.calls {
		id := call.Header.Get("client-request-id")
		if !isID(id) || seen[id] {
			t.Errorf("client-request-id %q", id)
		}
		seen[id] = true
		if call.Header.Get("User-Agent") != "scimctl/test" || call.Header.Get("Accept") != "application/json" || call.Header.Get("Content-Encoding") != "" {
			t.Errorf("headers %v", call.Header)
		}
	}
	if e, ok := errors.AsType[*Error](err); !ok || e.ClientRequestID != f.calls[1].Header.Get("client-request-id") {
		t.Errorf("error %v does not name the id that was sent", err)
	}
	if last := f.calls[2]; last.Body != `{"tags":["a<b>&'"]}` || last.Header.Get("Content-Type") != "application/json" || last.Header.Get("Content-Length") != fmt.Sprint(len(last.Body)) {
		t.Errorf("body %q, headers %v", last.Body, last.Header)
	}
}

// TestBodies checks every body against what the service wants.
func TestBodies(t *testing.T) {
	f := newTenant(t)
	const sync = spPath + "/synchronization"
	f.on("PATCH /applications/"+appObjID, answer{Status: 204})
	f.on("PATCH "+spPath, answer{Status: 204})
	f.on("POST "+spPath+"/appRoleAssignedTo", answer{Status: 201, Body: sample(t, "answers/appRoleAssignedTo_create.response.json")})
	f.on("POST "+jobPath+"/provisionOnDemand", answer{Body: sample(t, "answers/ondemand_group.json")})
	f.on("POST "+jobPath+"/validateCredentials", answer{Status: 204})
	f.on("POST "+sync+"/jobs/validateCredentials", answer{Status: 204})
	f.on("GET "+sync+"/templates", answer{Body: sample(t, "answers/templates.json")})
	f.on("PUT "+sync+"/secrets", answer{Status: 204})
	f.on("GET "+sync+"/secrets", answer{Body: value(`{"key":"BaseAddress","value":"https://scim.example"}`, `{"key":"SecretToken","value":"*"}`)})
	c, ctx := f.client(), t.Context()
	role := entra.AppRole{ID: entra.UserRoleID, DisplayName: "User", Description: "User", IsEnabled: true, AllowedMemberTypes: []string{"User"}}
	stored := []secret.Named{{Key: "BaseAddress", Value: secret.New("https://scim.example")}, {Key: "SecretToken", Value: secret.New(canaryToken)}}
	for _, call := range []func() error{
		func() error { return c.SetTags(ctx, spID, nil) },
		func() error { return c.SetAppRoles(ctx, appObjID, []entra.AppRole{role}) },
		func() error { return c.Assign(ctx, spID, appID, entra.UserRoleID) },
		func() error { return c.ValidateCredentials(ctx, spID, jobID, nil) },
		func() error { return c.ValidateCredentials(ctx, spID, jobID, stored) },
		func() error { return c.ValidateCredentials(ctx, spID, "", stored) },
		func() error { return c.PutSecrets(ctx, spID, stored) },
		func() error {
			_, err := c.ProvisionOnDemand(ctx, spID, jobID, entra.OnDemandRequest{RuleID: "r#V2", Type: "Group", ID: "g", Members: []string{"a", "b"}})
			return err
		},
		func() error {
			_, err := c.ProvisionOnDemand(ctx, spID, jobID, entra.OnDemandRequest{RuleID: "r", Type: "User", ID: "u"})
			return err
		},
	} {
		if err := call(); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, call := range f.calls {
		if call.Body != "" {
			got = append(got, call.Method+" "+strings.TrimPrefix(call.URI, "/v1.0"+spPath)+" "+call.Body)
		}
	}
	want := []string{
		`PATCH  {"tags":[]}`,
		`PATCH /v1.0/applications/` + appObjID + ` {"appRoles":[{"id":"` + entra.UserRoleID + `","displayName":"User","description":"User","value":null,"isEnabled":true,"allowedMemberTypes":["User"]}]}`,
		`POST /appRoleAssignedTo {"appRoleId":"` + entra.UserRoleID + `","principalId":"` + appID + `","resourceId":"` + spID + `"}`,
		`POST /synchronization/jobs/` + jobID + `/validateCredentials {"useSavedCredentials":true}`,
		`POST /synchronization/jobs/` + jobID + `/validateCredentials {"credentials":[{"key":"BaseAddress","value":"https://scim.example"},{"key":"SecretToken","value":"` + canaryToken + `"}],"useSavedCredentials":false}`,
		`POST /synchronization/jobs/validateCredentials {"credentials":[{"key":"BaseAddress","value":"https://scim.example"},{"key":"SecretToken","value":"` + canaryToken + `"}],"templateId":"aWSSingleSignon","useSavedCredentials":false}`,
		`PUT /synchronization/secrets {"value":[{"key":"BaseAddress","value":"https://scim.example"},{"key":"SecretToken","value":"` + canaryToken + `"}]}`,
		`POST /synchronization/jobs/` + jobID + `/provisionOnDemand {"parameters":[{"ruleId":"r#V2","subjects":[{"objectId":"g","objectTypeName":"Group","links":{"members":[{"objectId":"a","objectTypeName":"User"},{"objectId":"b","objectTypeName":"User"}]}}]}]}`,
		`POST /synchronization/jobs/` + jobID + `/provisionOnDemand {"parameters":[{"ruleId":"r","subjects":[{"objectId":"u","objectTypeName":"User"}]}]}`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bodies (-want +got):\n%s", diff)
	}
}

// TestSecrets checks the mask, duplicates, and the wait for a lagging read.
func TestSecrets(t *testing.T) {
	const path = spPath + "/synchronization/secrets"
	f := newTenant(t)
	c := f.client()
	for _, bad := range [][]secret.Named{
		{{Key: "SecretToken", Value: secret.New("*")}},
		{{Key: "SyncAll", Value: secret.New("true")}, {Key: "SyncAll", Value: secret.New("false")}},
		{{Key: "", Value: secret.New("x")}},
	} {
		err := c.PutSecrets(t.Context(), spID, bad)
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Invalid {
			t.Errorf("error %v", err)
		}
	}
	if len(f.requests()) != 0 {
		t.Fatalf("sent %q", f.requests())
	}
	f.on("PUT "+path, answer{Status: 204})
	f.on("GET "+path, answer{Body: value()}, answer{Body: value(`{"key":"SyncAll","value":"false"}`, `{"key":"Url","value":"old"}`)}, answer{Body: value(`{"key":"SyncAll","value":"True"}`)})
	if err := c.PutSecrets(t.Context(), spID, []secret.Named{{Key: "SyncAll", Value: secret.New("true")}, {Key: "Url", Value: secret.New("")}}); err != nil {
		t.Fatal(err)
	}
	if n := f.count("GET"); n != 3 {
		t.Errorf("read %d times, want 3", n)
	}
	f.on("GET "+path, answer{Body: value()})
	before := f.waited()
	if err := c.PutSecrets(t.Context(), spID, []secret.Named{{Key: "SyncAll", Value: secret.New("true")}}); err != nil {
		t.Errorf("a read that lags for ever is no error: %v", err)
	}
	if w := f.waited() - before; w < secretsLimit || w > secretsLimit+1 {
		t.Errorf("waited %s, want %s", w, secretsLimit)
	}
	got, err := c.Secrets(t.Context(), spID)
	if err != nil || len(got) != 0 {
		t.Errorf("%v, %v", got, err)
	}
}

// TestCanary makes the service echo the token wherever it can: it shows nowhere.
func TestCanary(t *testing.T) {
	const path = spPath + "/synchronization/secrets"
	named := []secret.Named{{Key: "BaseAddress", Value: secret.New("https://scim.example")}, {Key: "SecretToken", Value: secret.New(canaryToken)}, {Key: "Oauth2ClientSecret", Value: secret.New(`canary"quoted\`)}}
	echo := "cannot use " + canaryToken + ` and canary\"quoted\\ and canary"quoted\ with ` + canarySecret + " and Bearer " + token()
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"code": "Bad-" + canaryToken, "message": echo}})
	for _, a := range []answer{
		{Status: 400, Body: string(body)}, {Status: 503, Body: string(body)}, {Status: 429, Body: string(body)}, {Status: 409, Body: string(body)},
		{Status: 502, Body: "<title>" + echo + "</title>", Header: map[string]string{"request-id": ""}}, {Status: 500, Body: echo},
	} {
		f := newTenant(t)
		f.on("PUT "+path, a)
		f.on("POST "+jobPath+"/validateCredentials", a)
		c := f.client()
		for _, err := range []error{c.PutSecrets(t.Context(), spID, named), c.ValidateCredentials(t.Context(), spID, jobID, named)} {
			if err == nil {
				t.Fatal("no error")
			}
			e, _ := errors.AsType[*Error](err)
			f.quiet(err.Error(), fmt.Sprintf("%#v", e), fmt.Sprintf("%+v", err))
		}
	}
}

// TestConnection checks that a failed test is told from a test that was not made.
func TestConnection(t *testing.T) {
	f := newTenant(t)
	const path = "POST " + jobPath + "/validateCredentials"
	f.on(path,
		answer{Status: 400, Body: sample(t, "errors/400_validateCredentials_unreachable.json")},
		fail(400, "SystemForCrossDomainIdentityManagementInvalidCredentials", "bad token "+canaryToken),
		fail(400, "BadRequest", "unknown job"),
		answer{Status: 401, Body: sample(t, "errors/401_synchronization_not_allowed.json")},
	)
	c := f.client()
	named := []secret.Named{{Key: "SecretToken", Value: secret.New(canaryToken)}}
	for _, want := range []string{"CredentialValidationUnavailable", "SystemForCrossDomainIdentityManagementInvalidCredentials"} {
		err := c.ValidateCredentials(t.Context(), spID, jobID, named)
		e, ok := errors.AsType[*entra.ConnectionError](err)
		if !ok || e.Code != want || e.RequestID == "" {
			t.Errorf("error %v, want %s", err, want)
		}
		f.quiet(err.Error())
	}
	for _, want := range []Kind{Invalid, Denied} {
		err := c.ValidateCredentials(t.Context(), spID, jobID, named)
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// TestAssignments checks that what is already so is a success.
func TestAssignments(t *testing.T) {
	const path = spPath + "/appRoleAssignedTo"
	f := newTenant(t)
	f.on("POST "+path,
		fail(400, "Request_BadRequest", "Permission being assigned already exists on the object"),
		fail(400, "Request_BadRequest", "EntitlementGrant entry already exists."),
		answer{Reset: true}, fail(400, "Request_BadRequest", "Permission being assigned already exists on the object"), // made by the first try
		fail(400, "Request_BadRequest", "One or more properties are invalid."))
	f.on("DELETE "+path+"/x-_1",
		answer{Status: 204},
		answer{Status: 400, Body: sample(t, "errors/400_appRoleAssignment_delete_missing.json")},
		fail(403, "Authorization_RequestDenied", "no"))
	f.on("GET "+path, answer{Body: sample(t, "answers/appRoleAssignedTo_list.response.json")})
	c, ctx := f.client(), t.Context()
	for range 3 {
		if err := c.Assign(ctx, spID, appID, entra.UserRoleID); err != nil {
			t.Error(err)
		}
	}
	if err := c.Assign(ctx, spID, appID, entra.UserRoleID); err == nil {
		t.Error("no error for ids that do not exist")
	}
	for range 2 {
		if err := c.Unassign(ctx, spID, "x-_1"); err != nil {
			t.Error(err)
		}
	}
	if err := c.Unassign(ctx, spID, "x-_1"); err == nil {
		t.Error("no error for a missing permission")
	}
	got, err := c.Assignments(ctx, spID)
	if err != nil || len(got) != 1 || got[0].PrincipalType != entra.UserPrincipal || got[0].AppRoleID != entra.DefaultAccessRoleID {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestTenant checks the order of domains and the callers who may not ask.
func TestTenant(t *testing.T) {
	f := newTenant(t)
	f.on("GET /organization",
		answer{Body: value(`{"id":"` + tenantID + `","displayName":"Contoso","verifiedDomains":[{"name":"a.example"},{"name":"contoso.onmicrosoft.com","isDefault":true},{"name":"b.example"}]}`)},
		answer{Status: 403, Body: sample(t, "errors/403_directory_permission.json")},
		answer{Body: value()})
	c := f.client()
	want := entra.Tenant{ID: tenantID, Name: "Contoso", Domains: []string{"contoso.onmicrosoft.com", "a.example", "b.example"}}
	if got, err := c.Tenant(t.Context()); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := c.Tenant(t.Context()); err != nil || !cmp.Equal(got, entra.Tenant{ID: tenantID}) {
		t.Errorf("without permission: %+v, %v", got, err)
	}
	if _, err := c.Tenant(t.Context()); err == nil {
		t.Error("no error for no organization")
	}
}

// TestFind checks queries and their escaping.
func TestFind(t *testing.T) {
	f := newTenant(t)
	f.on("GET /applicationTemplates", answer{Body: sample(t, "answers/applicationTemplates.json")})
	f.on("GET /applicationTemplates/"+entra.NonGalleryTemplateID, answer{Body: `{"id":"` + entra.NonGalleryTemplateID + `"}`}, fail(404, "Request_ResourceNotFound", ""))
	f.on("GET /servicePrincipals", answer{Body: value(`{"id":"a"}`, `{"id":"b"}`)})
	f.on("GET "+spPath, fail(404, "Request_ResourceNotFound", ""))
	f.on("GET /applications", answer{Body: value()})
	c, ctx := f.client(), t.Context()
	if got, err := c.ApplicationTemplates(ctx, "O'Brien & Söhne"); err != nil || len(got) != 1 || got[0].SupportedProvisioningTypes[0] != "sync" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, want := range []int{1, 0} {
		if got, err := c.ApplicationTemplates(ctx, entra.NonGalleryTemplateID); err != nil || len(got) != want {
			t.Errorf("%+v, %v", got, err)
		}
	}
	for _, q := range []entra.ServicePrincipalQuery{{Name: "Ex'ample"}, {AppID: appID}, {Tag: "scimctl:idmelon/test env"}} {
		if got, err := c.ServicePrincipals(ctx, q); err != nil || len(got) != 2 {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if got, err := c.ServicePrincipals(ctx, entra.ServicePrincipalQuery{ID: spID}); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	for _, q := range []entra.ServicePrincipalQuery{{}, {ID: "a", Name: "b"}} {
		if _, err := c.ServicePrincipals(ctx, q); err == nil {
			t.Errorf("no error for %+v", q)
		}
	}
	_, err := c.Application(ctx, appID)
	if e, ok := errors.AsType[*Error](err); !ok || !e.NotFound() {
		t.Errorf("error %v", err)
	}
	want := []string{
		"GET /applicationTemplates?$filter=displayName%20eq%20%27O%27%27Brien%20%26%20S%C3%B6hne%27&$select=id%2CdisplayName%2Cpublisher%2CsupportedProvisioningTypes",
		"GET /applicationTemplates/" + entra.NonGalleryTemplateID + "?$select=id%2CdisplayName%2Cpublisher%2CsupportedProvisioningTypes",
		"GET /applicationTemplates/" + entra.NonGalleryTemplateID + "?$select=id%2CdisplayName%2Cpublisher%2CsupportedProvisioningTypes",
		"GET /servicePrincipals?$filter=displayName%20eq%20%27Ex%27%27ample%27&$select=",
		"GET /servicePrincipals?$filter=appId%20eq%20%27" + appID + "%27&$select=",
		"GET /servicePrincipals?$filter=tags%2Fany%28t%3At%20eq%20%27scimctl%3Aidmelon%2Ftest%20env%27%29&$select=",
		"GET " + spPath + "?$select=",
		"GET /applications?$filter=appId%20eq%20%27" + appID + "%27&$select=",
	}
	for i, r := range f.requests() {
		if i >= len(want) || !strings.HasPrefix(r, want[i]) {
			t.Errorf("request %d is %s", i, r)
		}
	}
}

// TestPages checks that lists are read to their end, and no further than Graph.
func TestPages(t *testing.T) {
	f := newTenant(t)
	here := f.server.URL + "/v1.0/servicePrincipals?$skiptoken=2"
	next := func(link, id string) answer {
		return answer{Body: fmt.Sprintf(`{"value":[{"id":%q}],"@odata.nextLink":%q}`, id, link)}
	}
	f.on("GET /servicePrincipals", next(here, "a"), next(here+"3", "b"), answer{Body: value(`{"id":"c"}`)})
	c := f.client()
	got, err := c.ServicePrincipals(t.Context(), entra.ServicePrincipalQuery{Name: "x"})
	if err != nil || len(got) != 3 || got[2].ID != "c" {
		t.Fatalf("%+v, %v", got, err)
	}
	if last := f.requests()[1]; last != "GET /servicePrincipals?$skiptoken=2" {
		t.Errorf("second page %s", last)
	}
	for _, link := range []string{
		"https://evil.example/v1.0/servicePrincipals", strings.Replace(here, "https", "http", 1), "https://user@" + strings.TrimPrefix(here, "https://"),
		f.server.URL + "/other", "//evil.example/v1.0/x", "not a link", f.server.URL + ".evil.example/v1.0/x", "::", here,
	} {
		f.on("GET /servicePrincipals", next(link, "a"))
		before := len(f.requests())
		_, err := c.ServicePrincipals(t.Context(), entra.ServicePrincipalQuery{Name: "x"})
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != Malformed {
			t.Errorf("%s: error %v", link, err)
		}
		if n := len(f.requests()) - before; n > 2 {
			t.Errorf("%s: %d requests", link, n)
		}
	}
}

// TestIDs checks that an id cannot change what a request is about.
func TestIDs(t *testing.T) {
	f := newTenant(t)
	c := f.client()
	for _, id := range []string{"", ".", ".."} {
		if _, err := c.Job(t.Context(), id, jobID); err == nil {
			t.Errorf("no error for the id %q", id)
		}
	}
	if len(f.requests()) != 0 {
		t.Fatalf("sent %q", f.requests())
	}
	f.on("GET /servicePrincipals/a/b?c#d/synchronization/jobs/x y", answer{Body: "{}"})
	if _, err := c.Job(t.Context(), "a/b?c#d", "x y"); err != nil {
		t.Error(err)
	}
	if got := f.requests(); !slices.Equal(got, []string{"GET /servicePrincipals/a%2Fb%3Fc%23d/synchronization/jobs/x%20y"}) {
		t.Errorf("sent %q", got)
	}
}

// TestSamples reads jobs and templates as the service printed them.
func TestSamples(t *testing.T) {
	f := newTenant(t)
	f.on("GET "+jobPath, answer{Body: sample(t, "answers/job_created.json")}, answer{Body: sample(t, "answers/job_not_run.json")}, answer{Body: sample(t, "answers/job_quarantined.json")})
	f.on("GET "+spPath+"/synchronization/templates", answer{Body: sample(t, "answers/templates.json")})
	f.on("GET "+spPath+"/synchronization/jobs", answer{Body: value(`{"id":"SfSandboxOutDelta.x","templateId":"SfSandboxOutDelta","schedule":{},"status":{}}`)}, fail(404, "NotFound", ""))
	c, ctx := f.client(), t.Context()
	for _, want := range []struct {
		status    string
		active    bool
		happened  bool
		quarantin bool
	}{{entra.StatusPaused, false, false, false}, {entra.StatusNotRun, true, false, false}, {entra.StatusQuarantine, true, true, true}} {
		j, err := c.Job(ctx, spID, jobID)
		if err != nil || j.Status.Code != want.status || j.Active() != want.active || j.Status.LastExecution.Happened() != want.happened || (j.Status.Quarantine != nil) != want.quarantin {
			t.Errorf("%+v, %v, want %+v", j, err, want)
		}
	}
	if got, err := c.SyncTemplates(ctx, spID); err != nil || len(got) != 1 || !got[0].Default || got[0].ID != "aWSSingleSignon" {
		t.Errorf("%+v, %v", got, err)
	}
	for _, want := range []int{1, 0} {
		if got, err := c.Jobs(ctx, spID); err != nil || len(got) != want {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// TestExpression checks source trees, which come back as they are.
func TestExpression(t *testing.T) {
	f := newTenant(t)
	path := "POST " + jobPath + "/schema/parseExpression"
	tree := `{"expression":"[a]",  "name":"a","parameters":[],"type":"Attribute","x":null}`
	f.on(path,
		answer{Body: sample(t, "answers/parseExpression.json")},
		answer{Body: `{"parsingSucceeded":true,"parsedExpression":` + tree + `}`},
		answer{Body: `{"parsingSucceeded":false,"error":{"code":"ParseError","message":"Unknown function Foo."},"parsedExpression":null}`},
		answer{Body: `{"parsingSucceeded":false,"error":null}`},
		answer{Body: `{"parsingSucceeded":true,"parsedExpression":null}`})
	c, ctx := f.client(), t.Context()
	got, err := c.ParseExpression(ctx, spID, jobID, `Replace([preferredLanguage], "-", , , "_", , )`)
	var s entra.Source
	if err != nil || json.Unmarshal(got, &s) != nil || s.Name != "Replace" || s.Parameters[1].Key != "Find" {
		t.Errorf("%s, %v", got, err)
	}
	if body := f.calls[0].Body; body != `{"expression":"Replace([preferredLanguage], \"-\", , , \"_\", , )"}` {
		t.Errorf("body %s", body)
	}
	if got, err := c.ParseExpression(ctx, spID, jobID, "[a]"); err != nil || string(got) != tree {
		t.Errorf("%s, %v", got, err)
	}
	for _, want := range []string{"Unknown function Foo", "does not say why", "no source tree"} {
		if _, err := c.ParseExpression(ctx, spID, jobID, "Foo()"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
	f.on("GET "+jobPath+"/schema/filterOperators", answer{Body: sample(t, "answers/filterOperators.json")}, answer{Body: value(`{"id":"NOT EQUALS"}`, `{"name":"EQUALS","id":"1"}`, `{"id":"NOT EQUALS"}`, `{}`)})
	if got, err := c.FilterOperators(ctx, spID, jobID); err != nil || !slices.Equal(got, []string{"EQUALS"}) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := c.FilterOperators(ctx, spID, jobID); err != nil || !slices.Equal(got, []string{"EQUALS", "NOT EQUALS"}) {
		t.Errorf("%q, %v", got, err)
	}
}

// TestSchema checks that a schema comes and goes byte for byte.
func TestSchema(t *testing.T) {
	f := newTenant(t)
	doc := "{ \"id\":\"x\",\r\n\t\"version\" : \"v1.0\",\"unknown\":null,\"synchronizationRules\":[],\"directories\":[],\"n\":1.50 }"
	f.on("GET "+jobPath+"/schema", answer{Body: doc})
	f.on("PUT "+jobPath+"/schema", fail(503, "x", "y"), answer{Status: 204})
	f.on("GET "+spPath+"/synchronization/templates/scim/schema", answer{Body: doc})
	c, ctx := f.client(), t.Context()
	s, err := c.Schema(ctx, spID, jobID)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.PutSchema(ctx, spID, jobID, s); err != nil {
		t.Fatal(err)
	}
	puts := 0
	for _, call := range f.calls {
		if call.Method == http.MethodPut {
			puts++
			if call.Body != doc {
				t.Errorf("sent back %q", call.Body)
			}
		}
	}
	if puts != 2 {
		t.Errorf("%d PUTs, want 2", puts)
	}
	if s, err := c.TemplateSchema(ctx, spID, "scim"); err != nil || s.Version() != "v1.0" {
		t.Errorf("%v", err)
	}
}
