package endpoint_test

import (
	"log"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// canary is the token of all runs; it must be found in no report.
const canary = "canary/token+7Q=="

// extension is the custom extension that the embedded target takes.
const extension = "urn:ietf:params:scim:schemas:extension:Example:2.0:User"

// target serves the embedded target below /scim/v2, behind the wrapper.
func target(t testing.TB, wrap func(http.Handler) http.Handler) (url string, s *server.Server) {
	t.Helper()
	s = server.New(server.Options{Token: canary, Extensions: []string{extension}})
	handler := http.Handler(http.StripPrefix("/scim/v2", s))
	if wrap != nil {
		handler = wrap(handler)
	}
	ts := httptest.NewUnstartedServer(handler)
	ts.Config.ErrorLog = log.New(complaint{t}, "", 0)
	ts.Start()
	t.Cleanup(ts.Close)
	return ts.URL + "/scim/v2", s
}

// complaint fails a test whose server panics: a mistake in a fault would look like one
// that was caught.
type complaint struct{ t testing.TB }

func (c complaint) Write(text []byte) (int, error) {
	c.t.Errorf("server: %s", text)
	return len(text), nil
}

// test runs checks against a server.
func test(t testing.TB, o endpoint.Options) *endpoint.Report {
	t.Helper()
	if o.Token == "" {
		o.Token = canary
	}
	r, err := endpoint.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return r.Run(t.Context())
}

// TestHealthyServer runs everything against the embedded target, which must pass
// whatever runs, and is left as it was.
func TestHealthyServer(t *testing.T) {
	url, s := target(t, nil)
	report := test(t, endpoint.Options{URL: url, LargeGroups: 100})
	for _, r := range report.Results {
		for _, c := range r.Failed() {
			level := t.Logf
			if r.Status == endpoint.Fail {
				level = t.Errorf
			}
			level("%s %s: %s: %s (%v)", r.Check.ID, r.Status, c.Text, c.Saw, c.Impact)
		}
		if r.Status == endpoint.NotRun && r.Cause != endpoint.NotOffered && r.Cause != endpoint.Excluded {
			t.Errorf("%s did not run: %s: %s", r.Check.ID, r.Cause, r.Reason)
		}
		if r.Status != endpoint.NotRun && len(r.Claims) == 0 {
			t.Errorf("%s passed without a claim", r.Check.ID)
		}
	}
	if state := s.State(); len(report.Left)+len(state.Users)+len(state.Groups) > 0 {
		t.Errorf("left: %v, %d users, %d groups", report.Left, len(state.Users), len(state.Groups))
	}
	t.Logf("%d checks, %d requests in %s", len(report.Results), report.Requests, report.Took)
}
