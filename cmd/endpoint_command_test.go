package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// endpointCanary is a token that has another form in each encoding.
const endpointCanary = `canary/7f3a+9b1c==&"<x>`

// echoing is a server that repeats the credentials wherever it can.
func echoing(w http.ResponseWriter, r *http.Request) {
	said := r.Header.Get("Authorization")
	w.Header().Set("Content-Type", "application/scim+json")
	w.Header().Set("X-Debug", said)
	w.Header().Set("Location", "https://elsewhere.example/?t="+url.QueryEscape(strings.TrimPrefix(said, "Bearer ")))
	w.WriteHeader(http.StatusInternalServerError)
	body, _ := json.Marshal(map[string]any{"schemas": []string{scim.ErrorSchema}, "status": "500", "detail": "cannot use " + said})
	_, _ = w.Write(body)
	fmt.Fprintf(w, "<pre>%s %s</pre>", said, url.PathEscape(said))
}

// runEndpoint runs `scimctl endpoint …` against a server and returns what it said.
func runEndpoint(ctx context.Context, args ...string) (code int, out, errOut string) {
	streams, _, o, e := iostreams.Test()
	d := NewDeps(streams)
	env := map[string]string{"CANARY": endpointCanary}
	d.Getenv = func(name string) (string, bool) { text, ok := env[name]; return text, ok }
	code = Run(ctx, d, append([]string{"endpoint"}, args...))
	return code, o.String(), e.String()
}

// TestEndpointSecret: whatever a server makes of the token, it is in no report.
func TestEndpointSecret(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(echoing))
	defer s.Close()
	folder := t.TempDir()
	args := []string{"test", "--url", s.URL + "/scim", "--token-env", "CANARY", "--only", "transport", "--only", "C-01", "--only", "E-03", "--har", filepath.Join(folder, "traffic")}
	for ending := range writersByEnding() {
		args = append(args, "--out", filepath.Join(folder, "report"+ending))
	}
	for _, format := range []string{"text", "json", "junit", "sarif", "markdown", "html", "github"} {
		code, out, errOut := runEndpoint(t.Context(), append(args, "-o", format)...)
		if code != exitPending || out == "" {
			t.Fatalf("%s: exit code %d: %s", format, code, errOut)
		}
		noCanary(t, format, out+errOut)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) != len(writersByEnding())+1 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil || len(data) == 0 {
			t.Fatalf("%s: %d bytes, %v", name, len(data), err)
		}
		noCanary(t, name, string(data))
	}
}

// noCanary finds the middle of the token, which no encoding changes, too.
func noCanary(t *testing.T, where, text string) {
	t.Helper()
	for _, form := range []string{"7f3a", "9b1c"} {
		if i := strings.Index(text, form); i >= 0 {
			t.Errorf("%s holds the token: %q", where, text[max(0, i-60):min(len(text), i+60)])
		}
	}
}

// target is the embedded server behind a wrapper.
func endpointTarget(t *testing.T, wrap func(http.Handler) http.Handler) (address string, s *server.Server) {
	t.Helper()
	s = server.New(server.Options{Token: endpointCanary})
	ts := httptest.NewServer(wrap(s))
	t.Cleanup(ts.Close)
	return ts.URL, s
}

// TestEndpointClean: what a server would not give up is listed, and the command clean
// removes it later.
func TestEndpointClean(t *testing.T) {
	var refuse atomic.Bool
	refuse.Store(true)
	address, s := endpointTarget(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete && refuse.Load() {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	_, out, _ := runEndpoint(t.Context(), "test", "--url", address, "--token-env", "CANARY", "--only", "C-01")
	if !strings.Contains(out, "Left at the server") || len(s.State().Users) == 0 {
		t.Fatalf("%d users are left\n%s", len(s.State().Users), out)
	}
	id := s.State().Users[0].ID()
	if !strings.Contains(out, id) {
		t.Errorf("%s is not listed\n%s", id, out)
	}
	clean := []string{"clean", "--url", address, "--token-env", "CANARY"}
	if code, out, _ := runEndpoint(t.Context(), append(clean, "--dry-run")...); code != exitOK || !strings.Contains(out, id) || !strings.Contains(out, "would be removed") {
		t.Errorf("dry run: exit code %d\n%s", code, out)
	}
	if code, out, errOut := runEndpoint(t.Context(), clean...); code != exitError || !strings.Contains(errOut, "could not be removed") || !strings.Contains(out, "403") {
		t.Errorf("refused: exit code %d\n%s%s", code, out, errOut)
	}
	refuse.Store(false)
	if code, out, _ := runEndpoint(t.Context(), append(clean, "--run", "ffffffff")...); code != exitOK || !strings.Contains(out, "0 objects") {
		t.Errorf("another run: exit code %d\n%s", code, out)
	}
	code, out, _ := runEndpoint(t.Context(), append(clean, "-o", "json")...)
	if code != exitOK || len(s.State().Users) != 0 || !strings.Contains(out, `"id": "`+id+`"`) {
		t.Errorf("exit code %d, %d users\n%s", code, len(s.State().Users), out)
	}
}

// TestEndpointInterrupted: Ctrl-C ends a test with its report, removes what it made,
// and the exit code is 130.
func TestEndpointInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	var made atomic.Int64
	address, s := endpointTarget(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			if r.Method == http.MethodPost && made.Add(1) == 10 {
				stop()
			}
		})
	})
	folder := t.TempDir()
	known := filepath.Join(folder, "known.yaml")
	code, out, errOut := runEndpoint(ctx, "test", "--url", address, "--token-env", "CANARY", "--baseline", known, "--write-baseline")
	if code != exitInterrupted || !strings.Contains(out, "The run ended early") || !strings.Contains(out, "Not run") {
		t.Errorf("exit code %d\n%s%s", code, out, errOut)
	}
	if n := len(s.State().Users) + len(s.State().Groups); n != 0 {
		t.Errorf("%d objects are left", n)
	}
	if _, err := os.Stat(known); !missing(err) {
		t.Errorf("a baseline was written from half a run: %v", err)
	}
}

// TestEndpointOptions: what a command line says.
func TestEndpointOptions(t *testing.T) {
	o, err := parse(t, newCmdEndpointTest, "--url http://localhost --dialect entra,okta-aiw --suite core --profile-suite okta --side entra --only U-*,groups --skip U-32 --large-groups --load --read-only")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(o.Dialects, o.Suites, o.Sides, o.Only, o.Skip, o.LargeGroups, o.Load, o.ReadOnly); got != "[entra okta-aiw] [core okta] [entra] [U-* groups] [U-32] 1000 true true" {
		t.Error(got)
	}
	for line, want := range map[string]string{
		"--url x --dialect mars":            `"mars" is none of all, entra`,
		"--url x --parallel 0":              "--parallel must be at least 1",
		"--url x --rate -1":                 "--rate must not be negative",
		"--url x --timeout 0s":              "--timeout must be more than nothing",
		"--list -o html":                    "--list is text or json",
		"--url x --side okta --side nobody": `"nobody" is none of entra, okta, rfc`,
	} {
		if _, err := parse(t, newCmdEndpointTest, line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
	if _, err := parse(t, newCmdEndpointClean, ""); err == nil || !strings.Contains(err.Error(), "name the endpoint with --url") {
		t.Error(err)
	}
}
