package graph

import (
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/secret"
)

var update = flag.Bool("update", false, "write the golden files")

// TestErrors maps each documented answer to its Kind, and keeps the texts in a
// golden file, where a person can read whether they help.
func TestErrors(t *testing.T) {
	job := func(c *Client) error { _, err := c.Job(t.Context(), spID, jobID); return err }
	start := func(c *Client) error { return c.StartJob(t.Context(), spID, jobID) }
	sp := func(c *Client) error {
		_, err := c.ServicePrincipals(t.Context(), entra.ServicePrincipalQuery{Name: "Example"})
		return err
	}
	schema := func(c *Client) error { _, err := c.Schema(t.Context(), spID, jobID); return err }
	secrets := func(c *Client) error {
		return c.PutSecrets(t.Context(), spID, []secret.Named{{Key: "baseAddress", Value: secret.New("https://scim.example")}})
	}
	provision := func(c *Client) error {
		_, err := c.ProvisionOnDemand(t.Context(), spID, jobID, entra.OnDemandRequest{ID: appID, Type: "User"})
		return err
	}
	assign := func(c *Client) error { return c.Assign(t.Context(), spID, appID, entra.UserRoleID) }
	file := func(status int, name string) answer { return answer{Status: status, Body: sample(t, "errors/"+name)} }
	html := func(status int, title string) answer {
		return answer{Status: status, Header: map[string]string{"Content-Type": "text/html", "request-id": ""}, Body: "<!DOCTYPE html><html><head><title>\n " + title + "</title></head></html>"}
	}
	tests := []struct {
		name   string
		call   func(*Client) error
		key    string
		answer answer
		kind   Kind
	}{
		{"synchronization not allowed, reading", job, "GET " + jobPath, file(401, "401_synchronization_not_allowed.json"), Denied},
		{"synchronization not allowed, writing", start, "POST " + jobPath + "/start", file(401, "401_synchronization_not_allowed.json"), Denied},
		{"synchronization forbidden", job, "GET " + jobPath, fail(403, "Forbidden", "no"), Denied},
		{"directory permission, reading", sp, "GET /servicePrincipals", file(403, "403_directory_permission.json"), Denied},
		{"directory permission, assigning", assign, "POST " + spPath + "/appRoleAssignedTo", file(403, "403_directory_permission.json"), Denied},
		{"token expired", sp, "GET /servicePrincipals", fail(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."), SignIn},
		{"token expired, synchronization", job, "GET " + jobPath, fail(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired."), SignIn},
		{"object unknown", job, "GET " + jobPath, fail(404, "Request_ResourceNotFound", "Resource 'x' does not exist or one of its queried reference-property objects are not present."), NotFound},
		{"no such route", schema, "GET " + jobPath + "/schema", file(404, "404_schema_patch.json"), NotFound},
		{"key in wrong case", secrets, "PUT " + spPath + "/synchronization/secrets", file(500, "500_secret_key_wrong_case.json"), Invalid},
		{"rule missing", provision, "POST " + jobPath + "/provisionOnDemand", file(400, "400_provisionOnDemand_rule_missing.json"), Invalid},
		{"credentials missing", provision, "POST " + jobPath + "/provisionOnDemand", fail(400, "CredentialsMissing", "Please configure provisioning by providing your admin credentials then retry."), Invalid},
		{"unclear end", provision, "POST " + jobPath + "/provisionOnDemand", fail(504, "UnknownError", ""), Unavailable},
		{"assignment of unknown ids", assign, "POST " + spPath + "/appRoleAssignedTo", fail(400, "Request_BadRequest", "Not a valid reference update."), Invalid},
		{"job busy", start, "POST " + jobPath + "/start", fail(409, "Conflict", "The job is busy."), Conflict},
		{"throttled", job, "GET " + jobPath, fail(429, "TooManyRequests", "Please retry after"), Throttled},
		{"service down", job, "GET " + jobPath, fail(503, "ServiceUnavailable", "The service is temporarily unavailable."), Unavailable},
		{"page of a gateway", job, "GET " + jobPath, html(502, "Bad Gateway"), Unavailable},
		{"page of a proxy", job, "GET " + jobPath, html(403, "Access to this site is blocked"), Denied},
		{"page with 200", job, "GET " + jobPath, html(200, "Welcome to the hotel"), Malformed},
		{"proxy sign-in", job, "GET " + jobPath, html(407, "Proxy"), Invalid},
		{"redirect", job, "GET " + jobPath, answer{Status: 302, Header: map[string]string{"Location": "https://elsewhere.example/", "request-id": ""}}, Malformed},
		{"garbage", job, "GET " + jobPath, answer{Body: "\x00\xff{{{"}, Malformed},
		{"JSON cut off", job, "GET " + jobPath, answer{Body: `{"id":"x","sta`}, Malformed},
		{"list for an object", job, "GET " + jobPath, answer{Body: `[1]`}, Malformed},
		{"null", job, "GET " + jobPath, answer{Body: `null`}, Malformed},
		{"nothing", job, "GET " + jobPath, answer{Body: ``}, Malformed},
		{"date that the SDK cannot read", job, "GET " + jobPath, answer{Status: 400, Body: `{"error":{"code":"BadRequest","message":"What?","innerError":{"date":"yesterday"}}}`}, Invalid},
		{"long message with line breaks", job, "GET " + jobPath, fail(400, "BadRequest", strings.Repeat("word\n\t", 400)), Invalid},
		{"connection broken", start, "POST " + jobPath + "/start", answer{Reset: true}, Unreachable},
		{"connection broken, not to be repeated", provision, "POST " + jobPath + "/provisionOnDemand", answer{Reset: true}, Unreachable},
	}
	var golden strings.Builder
	for _, test := range tests {
		f := newTenant(t)
		f.on("GET "+jobPath, answer{Body: `{"id":"` + jobID + `","schedule":{"state":"Disabled"}}`}) // for a look whether it was started
		f.on(test.key, test.answer)
		err := test.call(f.client())
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != test.kind {
			t.Errorf("%s: error %v, want kind %q", test.name, err, test.kind)
			continue
		}
		if e.ClientRequestID == "" {
			t.Errorf("%s: no client-request-id", test.name)
		}
		if test.answer.Header["request-id"] != "" && e.RequestID != "req-1" {
			t.Errorf("%s: request id %q", test.name, e.RequestID)
		}
		f.quiet(err.Error())
		fmt.Fprintf(&golden, "%s\n  %s\n\n", test.name, steady(f, err.Error()))
	}
	compare(t, "errors.golden", golden.String())
}

var guid = regexp.MustCompile(`client-request-id [0-9a-f-]{36}`)

// steady replaces what differs between runs.
func steady(f *tenant, text string) string {
	text = strings.ReplaceAll(text, strings.TrimPrefix(f.server.URL, "https://"), "HOST")
	text = regexp.MustCompile(`, after waiting [0-9ms]+`).ReplaceAllString(text, "") // waits have a random part
	return guid.ReplaceAllString(text, "client-request-id ID")
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile("testdata/"+name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(sample(t, name), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// TestUnreachable checks servers that give no answer at all. None of these is
// worth repeating.
func TestUnreachable(t *testing.T) {
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	plain := httptest.NewServer(http.NotFoundHandler())
	defer plain.Close()
	tests := []struct {
		name string
		set  func(*Options)
		want []string
	}{
		{"refused", func(o *Options) { o.URL = closed.URL }, []string{"refuses connections"}},
		{"unknown name", func(o *Options) { o.URL = "https://graph.invalid" }, []string{"graph.invalid"}},
		{"no TLS", func(o *Options) { o.URL = "https" + strings.TrimPrefix(plain.URL, "http") }, []string{"does not speak TLS"}},
		{"sign-in refused", func(o *Options) { o.Authority = "https" + strings.TrimPrefix(closed.URL, "http") }, []string{"sign in", "Microsoft Entra ID", "refuses connections"}},
		{"sign-in with an untrusted certificate", func(o *Options) { o.CAs = x509.NewCertPool() }, []string{"sign in", "does not trust", "--ca-file"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newTenant(t)
			o := f.options()
			test.set(&o)
			c, err := New(o)
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Job(t.Context(), spID, jobID)
			e, ok := errors.AsType[*Error](err)
			if !ok || e.Kind != Unreachable {
				t.Fatalf("error %v, want kind %q", err, Unreachable)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q lacks %q", err, want)
				}
			}
			f.quiet(err.Error())
		})
	}
}

// TestProxy checks that a proxy's password does not show.
func TestProxy(t *testing.T) {
	err := errors.New(`proxyconnect: invalid proxy address "http://user:canary pass@proxy": parse error`)
	message, advice := describe("Microsoft Graph", "graph.example", err, 0)
	if strings.Contains(message+advice, "canary") || !strings.Contains(message, "HTTPS_PROXY") {
		t.Errorf("%q, %q", message, advice)
	}
}

// TestUntrustedGraph checks that Graph's own certificate is checked too.
func TestUntrustedGraph(t *testing.T) {
	f := newTenant(t)
	other := httptest.NewTLSServer(http.NotFoundHandler())
	defer other.Close()
	o := f.options()
	o.CAs = x509.NewCertPool()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	c.signIn.token.Token, c.signIn.token.ExpiresOn = "x.y.z", f.now.AddDate(1, 0, 0)
	c.signIn.cred = &credential{}
	_, err = c.Job(t.Context(), spID, jobID)
	if err == nil || !strings.Contains(err.Error(), "Microsoft Graph at") || !strings.Contains(err.Error(), "--ca-file") {
		t.Errorf("error %v", err)
	}
}

// TestTooLarge checks that an endless answer is cut.
func TestTooLarge(t *testing.T) {
	f := newTenant(t)
	body := `{"id":"` + strings.Repeat("x", 5000) + `"}`
	f.on("GET "+jobPath, answer{Body: body})
	o := f.options()
	for _, test := range []struct {
		limit int
		fits  bool
	}{{len(body), true}, {len(body) - 1, false}, {4096, false}} {
		o.Transport = &transport{newTransport(f.options()), int64(test.limit)}
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Job(t.Context(), spID, jobID)
		if test.fits && err != nil {
			t.Errorf("limit %d: %v", test.limit, err)
		}
		if e, ok := errors.AsType[*Error](err); !test.fits && (!ok || e.Kind != Malformed || !strings.Contains(err.Error(), "64 MiB")) {
			t.Errorf("limit %d: error %v", test.limit, err)
		}
	}
}

// TestChallenge checks challenges that would break the SDK, and one that asks for
// another token.
func TestChallenge(t *testing.T) {
	for _, challenge := range []string{`Bearer claims=x`, `Bearer claims="not base64!"`, `Bearer realm="", claims=`} {
		f := newTenant(t)
		denied := fail(401, "InvalidAuthenticationToken", "no")
		denied.Header = map[string]string{"WWW-Authenticate": challenge}
		f.on("GET "+jobPath, denied)
		_, err := f.client().Job(t.Context(), spID, jobID)
		if e, ok := errors.AsType[*Error](err); !ok || e.Kind != SignIn || e.Status != 401 {
			t.Errorf("%s: error %v", challenge, err)
		}
	}
	f := newTenant(t)
	again := fail(401, "InvalidAuthenticationToken", "Continuous access evaluation resulted in challenge")
	again.Header = map[string]string{"WWW-Authenticate": `Bearer realm="", error="insufficient_claims", claims="eyJhY2Nlc3NfdG9rZW4iOnt9fQ=="`}
	f.on("GET "+jobPath, again, answer{Body: `{}`})
	if _, err := f.client().Job(t.Context(), spID, jobID); err != nil {
		t.Error(err)
	}
	if len(f.tokenReq) != 2 || !strings.Contains(f.tokenReq[1].Body, "claims=") {
		t.Errorf("%d token requests, want a second one with the claims", len(f.tokenReq))
	}
}
