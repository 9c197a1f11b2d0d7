package graph

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/secret"
)

// refuse is an answer of the token endpoint.
func refuse(status int, code, description string, number int) answer {
	return answer{Status: status, Body: fmt.Sprintf(`{"error":%q,"error_description":"AADSTS%d: %s Trace ID: 7a Correlation ID: c0ffee00-1111-4222-8333-444455556666 Timestamp: 2026-11-20 12:00:00Z","error_codes":[%d],"timestamp":"2026-11-20 12:00:00Z","trace_id":"7a","correlation_id":"c0ffee00-1111-4222-8333-444455556666"}`,
		code, number, description, number)}
}

// TestSignInErrors checks what the token endpoint may say.
func TestSignInErrors(t *testing.T) {
	tests := []struct {
		name   string
		answer answer
		kind   Kind
	}{
		{"wrong secret", refuse(401, "invalid_client", "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+clientID+"'.", 7000215), SignIn},
		{"expired secret", refuse(401, "invalid_client", "The provided client secret keys for app '"+clientID+"' are expired.", 7000222), SignIn},
		{"unknown tenant", refuse(400, "invalid_request", "Tenant '"+tenantID+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.", 90002), SignIn},
		{"unknown application", refuse(400, "unauthorized_client", "Application with identifier '"+clientID+"' was not found in the directory 'Contoso'.", 700016), SignIn},
		{"consent missing", refuse(400, "invalid_grant", "The user or administrator has not consented to use the application with ID '"+clientID+"' named 'x'.", 65001), SignIn},
		{"sign-in expired", refuse(400, "invalid_grant", "The refresh token has expired due to inactivity.", 700082), SignIn},
		{"blocked by policy", refuse(400, "invalid_grant", "Access has been blocked by Conditional Access policies.", 53003), SignIn},
		{"a code without advice", refuse(400, "invalid_request", "Something new.", 9999999), SignIn},
		{"secret echoed", refuse(401, "invalid_client", "Invalid client secret "+canarySecret+" and "+url.QueryEscape(canarySecret)+" provided.", 7000215), SignIn},
		{"page", answer{Status: 404, Header: map[string]string{"Content-Type": "text/html"}, Body: "<html><title>Not here</title></html>"}, SignIn},
	}
	var golden strings.Builder
	for _, test := range tests {
		f := newTenant(t)
		f.tokens = []answer{test.answer}
		_, err := f.client().Job(t.Context(), spID, jobID)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != test.kind {
			t.Errorf("%s: error %v, want kind %q", test.name, err, test.kind)
			continue
		}
		if len(f.tokenReq) != 1 || len(f.requests()) != 0 {
			t.Errorf("%s: %d token requests, %d of Graph", test.name, len(f.tokenReq), len(f.requests()))
		}
		f.quiet(err.Error(), fmt.Sprintf("%+v", *e))
		fmt.Fprintf(&golden, "%s\n  %s\n\n", test.name, steady(f, err.Error()))
	}
	compare(t, "signin.golden", golden.String())
}

// TestSignInRetry checks that a busy token endpoint is asked again, also before a
// call that is never repeated, since Graph has not seen that one.
func TestSignInRetry(t *testing.T) {
	f := newTenant(t)
	f.tokens = []answer{{Status: 503}, {Status: 429, Header: map[string]string{"Retry-After": "7"}}, {Reset: true}, goodToken()}
	f.on("POST /x", answer{Body: "{}"})
	if _, err := f.client().do(t.Context(), &request{op: "do", method: "POST", path: []string{"x"}}); err != nil {
		t.Fatal(err)
	}
	if f.count("POST /x") != 1 || len(f.tokenReq) != 4 || f.slept[1] != 7*time.Second {
		t.Errorf("sent %d times after %d token requests, slept %v", f.count("POST /x"), len(f.tokenReq), f.slept)
	}
}

// TestTokenReused checks that many callers at a time ask for one token, with the
// right scope.
func TestTokenReused(t *testing.T) {
	f := newTenant(t)
	f.on("GET "+jobPath, answer{Body: "{}"})
	c := f.client()
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := c.Job(t.Context(), spID, jobID); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(f.tokenReq) != 1 {
		t.Fatalf("%d token requests, want 1", len(f.tokenReq))
	}
	form, err := url.ParseQuery(f.tokenReq[0].Body)
	if err != nil {
		t.Fatal(err)
	}
	if got := form.Get("scope"); !strings.HasPrefix(got, f.server.URL+"/.default") {
		t.Errorf("scope %q", got)
	}
	if form.Get("client_secret") != canarySecret || form.Get("client_id") != clientID {
		t.Errorf("form %v", form)
	}
}

// TestChain checks the sign-in that nobody chose.
func TestChain(t *testing.T) {
	bare := func(f *tenant) Options {
		o := f.options()
		o.Auth, o.TenantID, o.ClientID, o.Secret = "", "", "", secret.Secret{}
		return o
	}
	use := func(t *testing.T, f *tenant, o Options) error {
		f.on("GET "+jobPath, answer{Body: "{}"})
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Job(t.Context(), spID, jobID)
		return err
	}
	t.Run("environment", func(t *testing.T) {
		f := newTenant(t)
		t.Setenv("AZURE_TENANT_ID", tenantID)
		t.Setenv("AZURE_CLIENT_ID", clientID)
		t.Setenv("AZURE_CLIENT_SECRET", canarySecret)
		if err := use(t, f, bare(f)); err != nil {
			t.Error(err)
		}
	})
	t.Run("environment that is wrong is not passed over", func(t *testing.T) {
		f := newTenant(t)
		t.Setenv("AZURE_TENANT_ID", tenantID)
		t.Setenv("AZURE_CLIENT_ID", clientID)
		t.Setenv("AZURE_CLIENT_SECRET", canarySecret)
		f.tokens = []answer{refuse(401, "invalid_client", "Invalid client secret provided.", 7000215)}
		err := use(t, f, bare(f))
		if err == nil || !strings.Contains(err.Error(), "AADSTS7000215") {
			t.Errorf("error %v", err)
		}
		f.quiet(err.Error())
	})
	t.Run("environment by half is not passed over", func(t *testing.T) {
		f := newTenant(t)
		t.Setenv("PATH", t.TempDir())
		t.Setenv("AZURE_CLIENT_SECRET", canarySecret)
		err := use(t, f, bare(f))
		if err == nil || !strings.Contains(err.Error(), "AZURE_TENANT_ID") || strings.Contains(err.Error(), "Azure CLI") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("workload", func(t *testing.T) {
		f := newTenant(t)
		file := filepath.Join(t.TempDir(), "token")
		if err := os.WriteFile(file, []byte("assertion.of.workload"), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("AZURE_TENANT_ID", tenantID)
		t.Setenv("AZURE_CLIENT_ID", clientID)
		t.Setenv("AZURE_FEDERATED_TOKEN_FILE", file)
		if err := use(t, f, bare(f)); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(f.tokenReq[0].Body, "client_assertion=assertion.of.workload") {
			t.Errorf("token request %q", f.tokenReq[0].Body)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		f := newTenant(t)
		t.Setenv("PATH", t.TempDir())
		err := use(t, f, bare(f))
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != SignIn {
			t.Fatalf("error %v", err)
		}
		for _, want := range []string{"nothing to sign in with", "AZURE_CLIENT_SECRET", "AZURE_FEDERATED_TOKEN_FILE", "Azure CLI", "az login", "--auth"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("error %q lacks %q", err, want)
			}
		}
		if strings.Contains(err.Error(), "\n") {
			t.Errorf("error %q has several lines", err)
		}
	})
	t.Run("Azure CLI", func(t *testing.T) {
		f := newTenant(t)
		bin := t.TempDir()
		script := "#!/bin/sh\necho '{\"accessToken\":\"" + token() + "\",\"expires_on\":4102444800}'\n"
		if err := os.WriteFile(filepath.Join(bin, "az"), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
		if err := use(t, f, bare(f)); err != nil {
			t.Error(err)
		}
		f.on("POST "+jobPath+"/start", answer{Status: 401, Body: sample(t, "errors/401_synchronization_not_allowed.json")})
		c, err := New(bare(f))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.StartJob(t.Context(), spID, jobID); err == nil || !strings.Contains(err.Error(), "the CLI's own application") {
			t.Errorf("error %v", err)
		}
	})
}

// TestSetUpErrors checks sign-ins that cannot even begin.
func TestSetUpErrors(t *testing.T) {
	junk := filepath.Join(t.TempDir(), "junk.pem")
	if err := os.WriteFile(junk, []byte("canary: no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		set  func(*Options)
		want string
	}{
		{"no tenant", func(o *Options) { o.TenantID = "" }, "AZURE_TENANT_ID"},
		{"no client", func(o *Options) { o.ClientID = "" }, "AZURE_CLIENT_ID"},
		{"no secret", func(o *Options) { o.Secret = secret.Secret{} }, "AZURE_CLIENT_SECRET"},
		{"no certificate", func(o *Options) { o.Auth = AuthClientCertificate }, "AZURE_CLIENT_CERTIFICATE_PATH"},
		{"no such certificate", func(o *Options) { o.Auth, o.CertFile = AuthClientCertificate, "/does/not/exist.pem" }, "/does/not/exist.pem"},
		{"certificate is junk", func(o *Options) { o.Auth, o.CertFile = AuthClientCertificate, junk }, "private key"},
		{"no person", func(o *Options) { o.Auth = AuthDeviceCode }, "person"},
		{"no public client", func(o *Options) { o.Auth, o.ClientID, o.Prompt = AuthDeviceCode, "", func(string) {} }, "--client-id"},
		{"no workload", func(o *Options) { o.Auth = AuthWorkload }, "AZURE_FEDERATED_TOKEN_FILE"},
		{"no environment", func(o *Options) { o.Auth = AuthEnvironment }, "AZURE_CLIENT_SECRET"},
	}
	for _, test := range tests {
		f := newTenant(t)
		o := f.options()
		test.set(&o)
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Job(t.Context(), spID, jobID)
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != SignIn || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want %q", test.name, err, test.want)
			continue
		}
		f.quiet(err.Error())
	}
}

// TestCertificate signs in with a certificate in PEM.
func TestCertificate(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "scimctl test"}, NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cert.pem")
	both := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})...)
	if err := os.WriteFile(file, both, 0o600); err != nil {
		t.Fatal(err)
	}
	f := newTenant(t)
	f.on("GET "+jobPath, answer{Body: "{}"})
	o := f.options()
	o.Auth, o.CertFile = AuthClientCertificate, file
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Job(t.Context(), spID, jobID); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(f.tokenReq[0].Body, "client_assertion=ey") {
		t.Errorf("token request %q", f.tokenReq[0].Body)
	}
}

// TestDeviceCode shows the code to a person, and nothing else.
func TestDeviceCode(t *testing.T) {
	f := newTenant(t)
	f.on("GET "+jobPath, answer{Body: "{}"})
	f.tokens = []answer{
		{Body: `{"device_code":"canary-device","user_code":"ABC123","verification_uri":"https://example/device","expires_in":900,"interval":1,"message":"To sign in, open https://example/device and enter ABC123.\n"}`},
		{Status: 400, Body: `{"error":"authorization_pending","error_description":"AADSTS70016: pending"}`},
		goodToken(),
	}
	o := f.options()
	var shown []string
	o.Auth, o.Prompt = AuthDeviceCode, func(m string) { shown = append(shown, m) }
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Job(t.Context(), spID, jobID); err != nil {
		t.Fatal(err)
	}
	if len(shown) != 1 || shown[0] != "To sign in, open https://example/device and enter ABC123." {
		t.Errorf("shown %q", shown)
	}
	f.quiet(shown...)
}

// TestOptions checks Options that cannot be meant, and the clouds.
func TestOptions(t *testing.T) {
	t.Setenv("AZURE_AUTHORITY_HOST", "")
	bad := []struct {
		o    Options
		want string
	}{
		{Options{Cloud: "mars"}, "unknown cloud"},
		{Options{Auth: "magic"}, "unknown kind of sign-in"},
		{Options{URL: "graph.microsoft.com"}, "not a URL"},
		{Options{URL: "http://graph.example"}, "https://"},
		{Options{URL: "https://graph.microsoft.com/v1.0"}, "version"},
		{Options{URL: "https://user:canary@graph.microsoft.com"}, "leave out user"},
		{Options{URL: "://"}, "not a URL"},
		{Options{Authority: "http://127.0.0.1:1"}, "https://"},
		{Options{Authority: "login.microsoftonline.com"}, "not a URL"},
	}
	for _, test := range bad {
		_, err := New(test.o)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%+v: error %v, want %q", test.o, err, test.want)
		}
	}
	for cloud, want := range map[Cloud]hosts{
		"":       {"https://graph.microsoft.com", "https://login.microsoftonline.com"},
		USGov:    {"https://graph.microsoft.us", "https://login.microsoftonline.us"},
		USGovDoD: {"https://dod-graph.microsoft.us", "https://login.microsoftonline.us"},
		China:    {"https://microsoftgraph.chinacloudapi.cn", "https://login.chinacloudapi.cn"},
	} {
		at, err := locate(Options{Cloud: cloud})
		if err != nil || at.graph.String() != want.graph || at.authority.String() != want.authority || !at.known {
			t.Errorf("%q: %v %v %v, %v", cloud, at.graph, at.authority, at.known, err)
		}
	}
	if at, err := locate(Options{URL: "http://127.0.0.1:8080/", Authority: "https://127.0.0.1:8443"}); err != nil || at.graph.String() != "http://127.0.0.1:8080" || at.known {
		t.Errorf("%v, %v", at, err)
	}
}
