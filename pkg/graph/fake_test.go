package graph

import (
	"context"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/secret"
)

// Texts that must never come out of the client.
const (
	canarySecret = "canary~client/secret+8Q~x" // of the application that signs in
	canaryToken  = "canary-scim-token-7f3"     // synchronization secret
)

const (
	tenantID = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
	clientID = "11111111-2222-4333-8444-555555555555"
	spID     = "aaaaaaaa-0000-4000-8000-000000000001"
	appObjID = "aaaaaaaa-0000-4000-8000-000000000002"
	appID    = "aaaaaaaa-0000-4000-8000-000000000003"
	jobID    = "scim.0f1e2d3c4b5a69788796a5b4c3d2e1f0.4ba261ce-287a-459c-93eb-7047bab3cfb9"
)

// call is a request that the fake tenant received.
type call struct {
	Method, URI string
	Header      http.Header
	Body        string
}

// answer is a scripted answer; zero Status is 200.
type answer struct {
	Status int
	Body   string
	Header map[string]string
	Cut    bool          // break the connection in the middle of the body
	Reset  bool          // break the connection before an answer
	Hang   time.Duration // wait so long, or until the client goes away
}

// tenant is a scripted Graph and sign-in over TLS. It knows nothing of Graph: it
// answers what a test tells it, and fails the test where it was told nothing.
type tenant struct {
	t        *testing.T
	server   *httptest.Server
	mu       sync.Mutex
	batches  map[string]answer   // to calls of $batch by what their body holds, before scripts
	scripts  map[string][]answer // "GET /v1.0/…" without query -> answers; the last repeats
	calls    []call
	tokens   []answer // of the token endpoint; empty: a good token
	tokenReq []call
	now      time.Time
	slept    []time.Duration
	notices  []string
}

func newTenant(t *testing.T) *tenant {
	t.Helper()
	f := &tenant{t: t, scripts: map[string][]answer{}, now: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)}
	f.server = httptest.NewUnstartedServer(f)
	f.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	f.server.Config.SetKeepAlivesEnabled(false) // net/http repeats by itself on kept connections
	f.server.StartTLS()
	t.Cleanup(f.server.Close)
	for _, name := range []string{"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST"} {
		t.Setenv(name, "")
	}
	return f
}

// options sign in with a client secret through the real credential library.
func (f *tenant) options() Options {
	pool := x509.NewCertPool()
	pool.AddCert(f.server.Certificate())
	return Options{
		URL: f.server.URL, Authority: f.server.URL, CAs: pool, Auth: AuthClientSecret,
		TenantID: tenantID, ClientID: clientID, Secret: secret.New(canarySecret), UserAgent: "scimctl/test",
		Notice: func(m string) { f.mu.Lock(); defer f.mu.Unlock(); f.notices = append(f.notices, m) },
		Now:    func() time.Time { f.mu.Lock(); defer f.mu.Unlock(); return f.now },
		Sleep: func(ctx context.Context, d time.Duration) error {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.slept = append(f.slept, d)
			f.now = f.now.Add(d)
			return context.Cause(ctx)
		},
	}
}

func (f *tenant) client() *Client {
	f.t.Helper()
	c, err := New(f.options())
	if err != nil {
		f.t.Fatal(err)
	}
	return c
}

// on scripts the answers to a request: "GET /servicePrincipals".
func (f *tenant) on(request string, answers ...answer) {
	f.mu.Lock()
	defer f.mu.Unlock()
	method, path, _ := strings.Cut(request, " ")
	f.scripts[method+" /v1.0"+path] = answers
}

func (f *tenant) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	made := call{r.Method, r.RequestURI, r.Header.Clone(), string(body)}
	if strings.HasPrefix(r.URL.Path, "/"+tenantID+"/") {
		f.signIn(w, r, made)
		return
	}
	f.mu.Lock()
	f.calls = append(f.calls, made)
	key := r.Method + " " + r.URL.Path
	script := f.scripts[key]
	if len(script) > 1 {
		f.scripts[key] = script[1:]
	}
	for part, a := range f.batches {
		if strings.Contains(made.Body, part) && strings.HasSuffix(key, "/$batch") {
			script = []answer{a}
		}
	}
	now := f.now
	f.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer "+token() {
		f.t.Errorf("%s: no token, or another", key)
	}
	if len(script) == 0 {
		f.t.Errorf("unexpected request %s", key)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	w.Header().Set("Date", now.Format(http.TimeFormat))
	w.Header().Set("request-id", "req-1")
	script[0].write(w, r)
}

func (a answer) write(w http.ResponseWriter, r *http.Request) {
	if a.Hang > 0 {
		select {
		case <-r.Context().Done():
		case <-time.After(a.Hang):
		}
	}
	if a.Reset {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	for k, v := range a.Header {
		w.Header().Set(k, v)
	}
	if a.Cut {
		w.Header().Set("Content-Length", fmt.Sprint(len(a.Body)+100))
	}
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	w.WriteHeader(a.Status)
	io.WriteString(w, a.Body)
	if a.Cut {
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// signIn is the authority: discovery and token endpoint.
func (f *tenant) signIn(w http.ResponseWriter, r *http.Request, made call) {
	if strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration") {
		base := f.server.URL + "/" + tenantID
		json.NewEncoder(w).Encode(map[string]string{
			"token_endpoint": base + "/oauth2/v2.0/token", "authorization_endpoint": base + "/oauth2/v2.0/authorize", "issuer": base + "/v2.0",
		})
		return
	}
	f.mu.Lock()
	f.tokenReq = append(f.tokenReq, made)
	var a answer
	if len(f.tokens) > 0 {
		a = f.tokens[0]
		if len(f.tokens) > 1 {
			f.tokens = f.tokens[1:]
		}
	} else {
		a = goodToken()
	}
	f.mu.Unlock()
	a.write(w, r)
}

func goodToken() answer {
	return answer{Body: fmt.Sprintf(`{"token_type":"Bearer","expires_in":3599,"access_token":%q}`, token())}
}

// token has the three parts of a JWT and names the tenant.
func token() string {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	return part(`{"alg":"none"}`) + "." + part(`{"tid":"`+tenantID+`","aud":"x"}`) + "." + part("canary-signature")
}

// requests lists what Graph received, as "GET /path?query".
func (f *tenant) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []string
	for _, c := range f.calls {
		all = append(all, c.Method+" "+strings.TrimPrefix(c.URI, "/v1.0"))
	}
	return all
}

// count counts the requests that begin with a text.
func (f *tenant) count(prefix string) int {
	n := 0
	for _, r := range f.requests() {
		if strings.HasPrefix(r, prefix) {
			n++
		}
	}
	return n
}

func (f *tenant) waited() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	var sum time.Duration
	for _, d := range f.slept {
		sum += d
	}
	return sum
}

// quiet fails the test when a canary shows.
func (f *tenant) quiet(texts ...string) {
	f.t.Helper()
	f.mu.Lock()
	texts = append(texts, f.notices...)
	f.mu.Unlock()
	for _, t := range texts {
		for _, canary := range []string{canarySecret, canaryToken, token(), "canary"} {
			if strings.Contains(t, canary) {
				f.t.Errorf("a secret shows in %q", t)
			}
		}
	}
}

func sample(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// fail is an error answer of Graph.
func fail(status int, code, message string) answer {
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"code": code, "message": message, "innerError": map[string]string{"request-id": "inner-1", "date": "2026-11-20T12:00:00"}}})
	return answer{Status: status, Body: string(body)}
}
