package emulator

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// client trusts the emulator's CA and nothing else.
func trusting(t *testing.T, ca string) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatal("the CA file holds no certificate")
	}
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
}

func TestListen(t *testing.T) {
	e, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	info, err := e.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := trusting(t, info.CA)
	r, err := c.PostForm(info.Authority+"/"+info.TenantID+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {info.ClientID}, "client_secret": {info.ClientSecret}, "scope": {info.URL + "/.default"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var token struct {
		Text string `json:"access_token"`
	}
	if err := json.NewDecoder(r.Body).Decode(&token); err != nil || token.Text == "" {
		t.Fatalf("%d %v", r.StatusCode, err)
	}
	if r.ProtoMajor != 2 {
		t.Errorf("protocol %s", r.Proto)
	}
	get := func(at, token string) (int, string) {
		q, err := http.NewRequestWithContext(t.Context(), "GET", at, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Authorization", "Bearer "+token)
		r, err := c.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, _ := io.ReadAll(r.Body)
		return r.StatusCode, string(body)
	}
	if status, body := get(strings.Replace(info.URL, "127.0.0.1", "localhost", 1)+"/v1.0/users", token.Text); status != 401 {
		t.Errorf("a token for another name: %d %s", status, body)
	}
	if status, body := get(info.URL+"/v1.0/users", token.Text); status != 200 {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := get(info.SCIMURL+"/Users", info.SCIMToken); status != 200 {
		t.Errorf("SCIM: %d", status)
	}
	if status, body := get(info.SCIMURL+"/Users", "wrong"); status != 401 || !strings.Contains(body, "urn:ietf:params:scim:api:messages:2.0:Error") {
		t.Errorf("SCIM with a wrong token: %d %s", status, body)
	}
	if status, body := get(info.URL+"/scim", info.SCIMToken); status != 200 || !strings.Contains(body, `"v2"`) {
		t.Errorf("%d %s", status, body)
	}
	if status, _ := get(info.URL+"/scim/unknown/Users", info.SCIMToken); status != 404 {
		t.Errorf("an unknown target: %d", status)
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if _, err := c.Get(info.URL + "/metadata/endpoints"); err == nil {
		t.Error("it answers after Close")
	}
	for _, address := range []string{"0.0.0.0:0", "192.0.2.1:0", "example.com:0", ":0", "nonsense"} {
		if _, err := e.Listen(address); err == nil {
			t.Errorf("listens on %s", address)
		}
	}
}

// vendor is a SCIM server on loopback, with a token and a count of requests.
func vendor(t *testing.T, token string) (*httptest.Server, *int) {
	t.Helper()
	requests := 0
	s := server.New(server.Options{Token: token})
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		http.StripPrefix("/scim", s).ServeHTTP(w, r)
	}))
	t.Cleanup(h.Close)
	return h, &requests
}

func TestLoopbackEndpointsAreReal(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	h, requests := vendor(t, "right")
	a.secrets("BaseAddress", h.URL+"/scim", "SecretToken", "right", "SyncAll", "true").want(204)
	u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true}).want(204)
	if *requests == 0 {
		t.Fatal("nothing was sent")
	}
	if key, value := a.provision("User", u.userID("alice")); key.text("result") != "Success" {
		t.Errorf("%s %s", key.raw, value.raw)
	}
	a.secrets("SecretToken", "wrong").want(204)
	g := u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true}).want(400)
	if !strings.HasSuffix(g.text("error", "code"), "InvalidCredentials") || !strings.Contains(g.text("error", "message"), "401") {
		t.Errorf("%s", g.raw)
	}
	if strings.Contains(string(g.raw), "wrong") {
		t.Error("the message shows the token")
	}
	html := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "<html>") }))
	defer html.Close()
	a.secrets("BaseAddress", html.URL).want(204)
	if g := u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true}).want(400); !strings.HasSuffix(g.text("error", "code"), "CredentialValidationUnavailable") {
		t.Errorf("%s", g.raw)
	}
}

func TestOwnSCIMURLJudgesItsToken(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	info, err := u.e.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	a := u.newApp("x")
	a.secrets("BaseAddress", info.SCIMURL, "SecretToken", info.SCIMToken, "SyncAll", "true").want(204)
	u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true}).want(204)
	a.provision("User", u.userID("alice"))
	if n := u.target("v2", "Users").at("totalResults"); n != float64(1) {
		t.Errorf("%v users", n)
	}
	a.secrets("SecretToken", "wrong").want(204)
	u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true}).want(400)
}

func TestRoutes(t *testing.T) {
	h, requests := vendor(t, "t")
	u := newTenantUnderTest(t, Options{Routes: map[string]string{
		"https://Vendor.example":      "http://127.0.0.1:1",
		"https://vendor.example/scim": h.URL + "/scim/",
	}})
	a := u.newApp("x")
	a.secrets("BaseAddress", "https://vendor.example/scim?aadOptscim062020", "SecretToken", "t").want(204)
	u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true}).want(204)
	if *requests == 0 {
		t.Error("the route was not taken")
	}
	a.secrets("BaseAddress", "https://vendor.example/scimother").want(204) // a prefix ends at a slash
	u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true}).want(400)
	if g := u.get("/servicePrincipals/" + a.sp + "/synchronization/secrets"); g.text("value", 0, "value") != "https://vendor.example/scimother" {
		t.Error("the stored BaseAddress is the job's own")
	}
}

// TestTenantURLsHaveTargetsOfTheirOwn: two applications do not collide, and what
// leaves loopback in real life does not here.
func TestTenantURLsHaveTargetsOfTheirOwn(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a, b := u.newApp("a"), u.newApp("b")
	a.secrets("BaseAddress", "https://one.example/scim/", "SyncAll", "true").want(204)
	b.secrets("BaseAddress", "https://two.example", "SyncAll", "true", "SecretToken", "").want(204) // Entra issues a token then
	a.provision("User", u.userID("alice"))
	b.provision("User", u.userID("bob"))
	if got := u.target("one.example~scim", "Users").text("Resources", 0, "userName"); got != "alice@contoso.com" {
		t.Error(got)
	}
	if got := u.target("two.example~", "Users").text("Resources", 0, "userName"); got != "bob@contoso.com" {
		t.Error(got)
	}
	if n := u.target("v2", "Users").at("totalResults"); n != float64(0) {
		t.Errorf("the default target has %v users", n)
	}
}

func TestNothingLeavesLoopback(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://192.0.2.1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := u.e.egress.transport.RoundTrip(r); err == nil || !strings.Contains(err.Error(), errOffLoopback.Error()) {
		t.Errorf("dialled: %v", err)
	}
}

func TestOAuthClientCredentials(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a := u.newApp("x")
	h, _ := vendor(t, "issued")
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.PostFormValue("client_secret") != "right" {
			w.WriteHeader(401)
			return
		}
		_, _ = io.WriteString(w, `{"access_token":"issued","token_type":"Bearer"}`)
	}))
	defer tokens.Close()
	a.secrets("BaseAddress", h.URL+"/scim", "SecretToken", "", "AuthenticationType", entra.AuthOAuth2ClientCredentials,
		"Oauth2TokenExchangeUri", tokens.URL, "Oauth2ClientId", "c", "Oauth2ClientSecret", "right").want(204)
	u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true}).want(204)
	a.secrets("Oauth2ClientSecret", "wrong").want(204)
	u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true}).want(400)
}

func TestBatch(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	steps := func(s ...any) map[string]any { return map[string]any{"requests": s} }
	step := func(id, method, at string, more ...any) map[string]any {
		s := map[string]any{"id": id, "method": method, "url": at}
		for i := 0; i < len(more); i += 2 {
			s[more[i].(string)] = more[i+1]
		}
		return s
	}
	g := u.post("/$batch", steps(
		step("a", "GET", "/users/alice@contoso.com?$select=id"),
		step("b", "GET", "users?$filter=displayName eq 'Prince'"),
		step("c", "GET", "/users/nobody@contoso.com"),
		step("d", "GET", "/users", "dependsOn", []any{"c"}),
		step("e", "POST", "/applications", "headers", map[string]any{"Content-Type": "application/json"}, "body", map[string]any{"displayName": "batched"}),
		step("f", "GET", "/users?$count=true&$filter=userType ne 'Guest'", "headers", map[string]any{"ConsistencyLevel": "eventual"}),
		step("g", "GET", "https://graph.microsoft.com/v1.0/users"),
		step("h", "POST", "/$batch", "body", map[string]any{}),
		step("i", "GET", "/groups", "dependsOn", []any{"a"}),
	)).want(200)
	want := map[string]float64{"a": 200, "b": 200, "c": 404, "d": 424, "e": 201, "f": 200, "g": 400, "h": 400, "i": 200}
	for i := range g.list("responses") {
		id := g.text("responses", i, "id")
		if g.at("responses", i, "status") != want[id] {
			t.Errorf("%s: %v", id, g.at("responses", i))
		}
		delete(want, id)
	}
	if len(want) != 0 {
		t.Errorf("no answer to %v", want)
	}
	if g.text("responses", 0, "body", "id") != u.userID("alice") || g.text("responses", 2, "body", "error", "code") != "Request_ResourceNotFound" {
		t.Errorf("%s", g.raw)
	}
	many := []any{}
	for i := range 21 {
		many = append(many, step(path("n", i), "GET", "/me"))
	}
	for name, body := range map[string]any{
		"21": steps(many...), "none": steps(), "no id": steps(step("", "GET", "/me")), "twice": steps(step("a", "GET", "/me"), step("a", "GET", "/me")),
		"no url": steps(step("a", "GET", "")), "unknown dependency": steps(step("a", "GET", "/me", "dependsOn", []any{"z"})),
	} {
		if g := u.post("/$batch", body); g.status != 400 {
			t.Errorf("%s: %d", name, g.status)
		}
	}
}

// TestConcurrentUse is for the race detector.
func TestConcurrentUse(t *testing.T) {
	u := newTenantUnderTest(t, Options{StateDir: t.TempDir(), Behaviour: Behaviour{ShuffleSchema: true}})
	a := u.newApp("x")
	a.secrets("SyncAll", "true").want(204)
	alice, doc := u.userID("alice"), a.schema()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() { a.provisionRaw("User", alice) })
		wg.Go(func() { u.get("/users?$top=5") })
		wg.Go(func() { a.putSchema(doc) })
		wg.Go(func() { u.get(a.at + "/schema") })
		wg.Go(func() { u.call("PATCH", "/users/"+alice, map[string]any{"jobTitle": "x"}) })
		wg.Go(func() { u.post(a.at+"/validateCredentials", map[string]any{"useSavedCredentials": true}) })
		wg.Go(func() { u.get("/auditLogs/provisioning") })
	}
	wg.Wait()
	if n := u.target(endpointName, "Users").at("totalResults"); n == float64(0) {
		t.Error("nobody was provisioned")
	}
}
