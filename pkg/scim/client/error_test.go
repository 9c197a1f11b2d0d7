package client_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

const canary = "canary-7f3a/+\"&=x"

// failure sends one GET of a user and returns its error, after checking that the
// token is nowhere.
func failure(t *testing.T, o client.Options) *client.Error {
	t.Helper()
	return failureOf(t, o, func(c *client.Client) error {
		_, err := c.Get(t.Context(), "Users", "1", nil)
		return err
	})
}

func failureOf(t *testing.T, o client.Options, send func(*client.Client) error) *client.Error {
	t.Helper()
	o.Token = canary
	var seen []client.Exchange
	o.Observe = func(e client.Exchange) { seen = append(seen, e) }
	err := send(newClient(t, o))
	e, ok := errors.AsType[*client.Error](err)
	if !ok {
		t.Fatalf("error %#v, want a *client.Error", err)
	}
	if len(seen) != 1 || seen[0].Err != error(e) || seen[0].Status != e.Status {
		t.Fatalf("%d exchanges were observed, or not with the error", len(seen))
	}
	x := seen[0]
	shown := fmt.Sprintf("%v %+v %#v %s %v %v %s %.9999s", e, e, *e, x.URL, x.RequestHeader, x.ResponseHeader, x.RequestBody, x.ResponseBody)
	for cause := error(e); cause != nil; cause = errors.Unwrap(cause) {
		shown += cause.Error() + fmt.Sprintf("%+v", cause)
	}
	if strings.Contains(shown, "canary") {
		t.Errorf("the token, or a piece of it, is in\n%.2000s", shown)
	}
	if !strings.HasPrefix(e.Error(), e.Method+" http") || strings.Contains(e.Error(), "\n") || strings.HasSuffix(e.Error(), ".") {
		t.Errorf("text %q", e)
	}
	return e
}

func TestErrorAnswers(t *testing.T) {
	const scimError = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],`
	html := `<!DOCTYPE html><html><head><title> Access
	denied ` + canary + `</title></head></html>`
	tests := []struct {
		name     string
		reply    transport
		kind     client.Kind
		status   int
		scimType string
		retry    time.Duration
		want     []string
	}{
		{"conflict", reply(409, scim.ContentType, scimError+`"scimType":"uniqueness","detail":"userName exists.","status":"409"}`), client.KindStatus, 409, "uniqueness", 0,
			[]string{"409 Conflict, uniqueness: userName exists"}},
		{"echo of the token", reply(400, "application/json", scimError+`"detail":"you sent `+strings.ReplaceAll(canary, `"`, `\"`)+`","status":"400"}`, "X-Echo: Bearer "+canary), client.KindStatus, 400, "", 0,
			[]string{"400 Bad Request: you sent ***"}},
		{"echo cut in the middle", reply(400, "text/plain", strings.Repeat("x", 110)+canary), client.KindStatus, 400, "", 0, []string{"xxx"}},
		{"echo in a long detail", reply(400, "application/json", scimError+`"detail":"`+strings.Repeat("x", 295)+strings.ReplaceAll(canary, `"`, `\"`)+`"}`), client.KindStatus, 400, "", 0, []string{"xxx"}},
		{"unauthorized", reply(401, "", ""), client.KindUnauthorized, 401, "", 0, []string{"401 Unauthorized", "secret token is right"}},
		{"forbidden page", reply(403, "text/html; charset=utf-8", html), client.KindUnauthorized, 403, "", 0, []string{`an HTML page titled "Access denied ***"`, "block clients"}},
		{"not found", reply(404, scim.ContentType, scimError+`"detail":"no such user","status":"404"}`), client.KindStatus, 404, "", 0, []string{"404 Not Found: no such user"}},
		{"other JSON", reply(400, "application/json", `{"message":"bad"}`), client.KindStatus, 400, "", 0, []string{`application/json "{\"message\":\"bad\"}"`}},
		{"throttled", reply(429, "", "", "Retry-After: 17"), client.KindStatus, 429, "", 17 * time.Second, []string{"429 Too Many Requests", "later"}},
		{"throttled until", reply(503, "", "", "Retry-After: Fri, 02 Jan 2026 03:05:05 GMT"), client.KindStatus, 503, "", time.Minute, []string{"503 Service Unavailable", "own log"}},
		{"throttled until yesterday", reply(503, "", "", "Retry-After: Thu, 01 Jan 2026 03:05:05 GMT"), client.KindStatus, 503, "", 0, nil},
		{"throttled for ever", reply(429, "", "", "Retry-After: 2000000000"), client.KindStatus, 429, "", 24 * time.Hour, nil},
		{"throttled somehow", reply(429, "", "", "Retry-After: soon"), client.KindStatus, 429, "", 0, nil},
		{"page instead of a resource", reply(200, "text/html", html), client.KindNotSCIM, 200, "", 0, []string{"200 OK with an HTML page", "path of the tenant URL"}},
		{"page called JSON", reply(200, "application/json", html), client.KindNotSCIM, 200, "", 0, []string{"an HTML page"}},
		{"page without type", reply(200, "", html), client.KindNotSCIM, 200, "", 0, nil},
		{"plain text", reply(200, "text/plain", "hello "+canary), client.KindNotSCIM, 200, "", 0, []string{`text/plain "hello ***"`}},
		{"bad type", reply(200, ";;", "{}"), client.KindNotSCIM, 200, "", 0, nil},
		{"empty", reply(200, scim.ContentType, ""), client.KindProtocol, 200, "", 0, []string{"without a body"}},
		{"no JSON", reply(200, scim.ContentType, "{oops"), client.KindProtocol, 200, "", 0, []string{"byte 1", `"{oops"`}},
		{"duplicate name", reply(200, scim.ContentType, `{"a":1,"A":2}`), client.KindProtocol, 200, "", 0, []string{"twice"}},
		{"token as name, twice", reply(200, scim.ContentType, `{"canary-7f3a/+\"&=x":1,"canary-7f3a/+\"&=x":2}`), client.KindProtocol, 200, "", 0, []string{"twice"}},
		{"invalid UTF-8", reply(200, scim.ContentType, "{\"a\":\"\xff\"}"), client.KindProtocol, 200, "", 0, []string{"UTF-8"}},
		{"deep", reply(200, scim.ContentType, strings.Repeat(`{"a":`, 100_000)), client.KindProtocol, 200, "", 0, []string{"levels"}},
		{"redirect without place", reply(304, "", ""), client.KindRedirect, 304, "", 0, []string{"304 Not Modified"}},
		{"too large", reply(200, scim.ContentType, strings.Repeat(" ", client.MaxAnswer+1)), client.KindTooLarge, 200, "", 0, []string{"16 MiB"}},
		{"empty title", reply(200, "text/html", "<title></title>"), client.KindNotSCIM, 200, "", 0, nil},
		{"open title", reply(200, "text/html", "<title>x"), client.KindNotSCIM, 200, "", 0, nil},
		{"odd letters", reply(200, "text/html", "<title>İ</title>"), client.KindNotSCIM, 200, "", 0, nil},
	}
	now := func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := failure(t, client.Options{Transport: tt.reply, Now: now})
			if e.Kind != tt.kind || e.Status != tt.status || e.RetryAfter != tt.retry {
				t.Errorf("kind %s, status %d, retry after %s: %v", e.Kind, e.Status, e.RetryAfter, e)
			}
			if (e.SCIM != nil) != strings.Contains(tt.name, "conflict") && tt.scimType != "" || e.SCIM != nil && e.SCIM.ScimType != tt.scimType {
				t.Errorf("SCIM error %+v", e.SCIM)
			}
			for _, want := range tt.want {
				if !strings.Contains(e.Error(), want) {
					t.Errorf("%q does not say %q", e, want)
				}
			}
			if len(e.Error()) > 700 {
				t.Errorf("%d bytes of text", len(e.Error()))
			}
		})
	}
}

func TestSearchNotFound(t *testing.T) {
	e := failureOf(t, client.Options{Transport: reply(404, "text/html", "<html></html>")}, func(c *client.Client) error {
		_, err := c.Search(t.Context(), "Users", client.Param{Name: "filter", Value: `userName eq "` + canary + `"`})
		return err
	})
	if e.Kind != client.KindProtocol || e.Status != 404 || !strings.Contains(e.Error(), "empty ListResponse") {
		t.Errorf("%v", e)
	}
}

func TestTransportFailures(t *testing.T) {
	broken := func(err error) transport { return func(*http.Request) (*http.Response, error) { return nil, err } }
	tests := []struct {
		name  string
		reply transport
		kind  client.Kind
		want  string
	}{
		{"DNS", broken(&net.OpError{Op: "dial", Err: &net.DNSError{Name: "scim.example", Err: "no such host", IsNotFound: true}}), client.KindUnreachable, "scim.example cannot be resolved"},
		{"refused", broken(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), client.KindUnreachable, "refused"},
		{"reset", broken(&net.OpError{Op: "read", Err: syscall.ECONNRESET}), client.KindUnreachable, "closed"},
		{"cut", broken(io.ErrUnexpectedEOF), client.KindUnreachable, "closed"},
		{"unknown", broken(errors.New("strange " + canary)), client.KindUnreachable, "strange ***"},
		{"alert", broken(tls.AlertError(40)), client.KindTLS, "ECDHE"},
		{"handshake", broken(errors.New("tls: no supported versions")), client.KindTLS, "ECDHE"},
		{"plain HTTP", broken(errors.New("http: server gave HTTP response to HTTPS client")), client.KindTLS, "does not speak TLS"},
		{"network time-out", broken(&net.OpError{Op: "dial", Err: syscall.ETIMEDOUT}), client.KindTimeout, "within"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := failure(t, client.Options{Transport: tt.reply})
			if e.Kind != tt.kind || e.Status != 0 || !strings.Contains(e.Error(), tt.want) || e.Err == nil {
				t.Errorf("kind %s: %v", e.Kind, e)
			}
		})
	}
}

// TestRealConnections meets the failures that only a socket makes.
func TestRealConnections(t *testing.T) {
	release := make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/hang/", func(w http.ResponseWriter, r *http.Request) { <-release })
	mux.HandleFunc("/drip/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", scim.ContentType)
		for {
			if _, err := w.Write([]byte(" ")); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-release:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	mux.HandleFunc("/cut/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = w.Write([]byte("{"))
	})
	plain := httptest.NewServer(mux)
	defer plain.Close()
	defer close(release)
	secure := httptest.NewUnstartedServer(mux)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	closed := httptest.NewServer(mux)
	closed.Close()

	short := 80 * time.Millisecond
	tests := []struct {
		name, base string
		kind       client.Kind
		want       string
	}{
		{"no answer", plain.URL + "/hang", client.KindTimeout, "80ms"},
		{"endless body", plain.URL + "/drip", client.KindTimeout, "80ms"},
		{"body cut", plain.URL + "/cut", client.KindUnreachable, "closed"},
		{"unknown authority", secure.URL, client.KindTLS, "public authority"},
		{"TLS to plain HTTP", strings.Replace(plain.URL, "http:", "https:", 1), client.KindTLS, "does not speak TLS"},
		{"refused", closed.URL, client.KindUnreachable, "refused"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			timeout := 10 * time.Second
			if tt.kind == client.KindTimeout {
				timeout = short
			}
			e := failure(t, client.Options{BaseURL: tt.base, Timeout: timeout})
			if e.Kind != tt.kind || !strings.Contains(e.Error(), tt.want) {
				t.Errorf("kind %s: %v", e.Kind, e)
			}
		})
	}

	t.Run("canceled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		e := failureOf(t, client.Options{BaseURL: plain.URL + "/hang"}, func(c *client.Client) error { return c.Delete(ctx, "Users", "1") })
		if e.Kind != client.KindCanceled || !errors.Is(e, context.Canceled) {
			t.Errorf("kind %s: %v", e.Kind, e)
		}
	})
	t.Run("caller's deadline", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), short)
		defer cancel()
		e := failureOf(t, client.Options{BaseURL: plain.URL + "/hang"}, func(c *client.Client) error { return c.Delete(ctx, "Users", "1") })
		if e.Kind != client.KindTimeout || !strings.Contains(e.Error(), "caller's deadline") {
			t.Errorf("kind %s: %v", e.Kind, e)
		}
	})
}

func TestRedirects(t *testing.T) {
	var elsewhere []string
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.Header.Get("Authorization"))
	}))
	defer other.Close()
	mux := http.NewServeMux()
	for pattern, to := range map[string]string{"/same/": "/target/Users/1", "/other/": other.URL + "/?t=" + canary, "/loop/": "/loop/x", "/scheme/": "https://127.0.0.1/x"} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { w.Header().Set("Location", to); w.WriteHeader(302) })
	}
	mux.HandleFunc("/target/", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", scim.ContentType)
		fmt.Fprintf(w, `{"id":%q}`, r.Header.Get("Authorization"))
	})
	ts := httptest.NewServer(mux)
	defer ts.Close()

	c := newClient(t, client.Options{BaseURL: ts.URL + "/same", Token: "tok-en"})
	if o, err := c.Get(t.Context(), "Users", "1", nil); err != nil || o.ID() != "Bearer tok-en" {
		t.Errorf("same host: %v, %v", o, err)
	}
	for _, path := range []string{"/other", "/loop", "/scheme"} {
		e := failure(t, client.Options{BaseURL: ts.URL + path})
		if e.Kind != client.KindRedirect || e.Status != 302 || !strings.Contains(e.Error(), "redirected to http") {
			t.Errorf("%s: kind %s, status %d: %v", path, e.Kind, e.Status, e)
		}
	}
	e := failureOf(t, client.Options{BaseURL: ts.URL + "/same"}, func(c *client.Client) error {
		_, err := c.Create(t.Context(), "Users", mustObject(t, `{}`))
		return err
	})
	if e.Kind != client.KindRedirect || !strings.Contains(e.Error(), "POST is not repeated") {
		t.Errorf("POST: kind %s: %v", e.Kind, e)
	}
	if len(elsewhere) != 0 {
		t.Errorf("the other host was asked, with %q", elsewhere)
	}
}

func TestBodyThatCannotBePrinted(t *testing.T) {
	called := false
	c := newClient(t, client.Options{Transport: transport(func(*http.Request) (*http.Response, error) { called = true; return nil, io.EOF })})
	_, err := c.Create(t.Context(), "Users", scim.NewObject(scim.Member{Name: "a", Value: 1}))
	if err == nil || called || !strings.Contains(err.Error(), `member "a": int is not a SCIM value`) {
		t.Errorf("%v, called %v", err, called)
	}
}

func TestKindNames(t *testing.T) {
	var b bytes.Buffer
	for k := client.KindStatus; k <= client.KindCanceled+1; k++ {
		fmt.Fprint(&b, k, "|")
	}
	if got := b.String(); got != "status|unauthorized|not SCIM|protocol|timeout|TLS|unreachable|redirect|too large|canceled|kind 10|" {
		t.Error(got)
	}
}
