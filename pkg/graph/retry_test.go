package graph

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/secret"
)

const spPath = "/servicePrincipals/" + spID
const jobPath = spPath + "/synchronization/jobs/" + jobID

// TestRetry counts requests: what is repeated, how often, and what never is.
func TestRetry(t *testing.T) {
	get := func(c *Client) error { _, err := c.Job(t.Context(), spID, jobID); return err }
	onDemand := func(c *Client) error {
		_, err := c.ProvisionOnDemand(t.Context(), spID, jobID, entra.OnDemandRequest{RuleID: "r", Type: "User", ID: appID})
		return err
	}
	put := func(c *Client) error {
		return c.PutSecrets(t.Context(), spID, []secret.Named{{Key: "BaseAddress", Value: secret.New("https://scim.example")}})
	}
	const getKey, postKey, putKey = "GET " + jobPath, "POST " + jobPath + "/provisionOnDemand", "PUT " + spPath + "/synchronization/secrets"
	ok := answer{Body: `{"id":"` + jobID + `"}`}
	tests := []struct {
		name    string
		call    func(*Client) error
		key     string
		answers []answer
		sent    int
		kind    Kind // "" for success
	}{
		{"get 429", get, getKey, []answer{fail(429, "TooManyRequests", ""), ok}, 2, ""},
		{"get 503", get, getKey, []answer{fail(503, "x", "y"), fail(503, "x", "y"), ok}, 3, ""},
		{"get 502 page", get, getKey, []answer{{Status: 502, Body: "<html><title>Bad Gateway</title>", Header: map[string]string{"Content-Type": "text/html"}}, ok}, 2, ""},
		{"get 504 empty", get, getKey, []answer{{Status: 504}, ok}, 2, ""},
		{"get 500", get, getKey, []answer{fail(500, "InternalError", "oops"), ok}, 2, ""},
		{"get reset", get, getKey, []answer{{Reset: true}, ok}, 2, ""},
		{"get cut", get, getKey, []answer{{Body: `{"id":`, Cut: true}, ok}, 2, ""},
		{"get always 503", get, getKey, []answer{fail(503, "x", "y")}, maxTries, Unavailable},
		{"get always 429", get, getKey, []answer{fail(429, "x", "y")}, maxTries, Throttled},
		{"get 400", get, getKey, []answer{fail(400, "x", "y")}, 1, Invalid},
		{"get 404", get, getKey, []answer{fail(404, "x", "y")}, 1, NotFound},
		{"get 403", get, getKey, []answer{fail(403, "x", "y")}, 1, Denied},
		{"get 409", get, getKey, []answer{fail(409, "x", "y")}, 1, Conflict},
		{"on-demand 429", onDemand, postKey, []answer{fail(429, "x", "y"), {Body: `{"key":"{}","value":"{}"}`}}, 2, ""},
		{"on-demand 409", onDemand, postKey, []answer{fail(409, "x", "y"), {Body: `{"key":"{}","value":"{}"}`}}, 2, ""},
		{"on-demand 503", onDemand, postKey, []answer{fail(503, "x", "y")}, 1, Unavailable},
		{"on-demand 500", onDemand, postKey, []answer{fail(500, "x", "y")}, 1, Unavailable},
		{"on-demand reset", onDemand, postKey, []answer{{Reset: true}}, 1, Unreachable},
		{"on-demand cut", onDemand, postKey, []answer{{Body: `{"key":`, Cut: true}}, 1, Unreachable},
		{"put 503", put, putKey, []answer{fail(503, "x", "y"), {Status: 204}}, 2, ""},
		{"put 409", put, putKey, []answer{fail(409, "x", "y"), {Status: 204}}, 2, ""},
		{"put wrong key", put, putKey, []answer{fail(500, "InternalError", "Requested value 'baseAddress' was not found.")}, 1, Invalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newTenant(t)
			f.on(test.key, test.answers...)
			f.on("GET "+spPath+"/synchronization/secrets", answer{Body: `{"value":[{"key":"BaseAddress","value":"https://scim.example"}]}`})
			err := test.call(f.client())
			e, failed := errors.AsType[*Error](err)
			switch {
			case test.kind == "" && err != nil:
				t.Error(err)
			case test.kind != "" && (!failed || e.Kind != test.kind):
				t.Errorf("error is %v, want kind %s", err, test.kind)
			}
			if n := f.count(test.key); n != test.sent {
				t.Errorf("sent %d times, want %d", n, test.sent)
			}
			if n := len(f.slept); n != test.sent-1 {
				t.Errorf("waited %d times, want %d", n, test.sent-1)
			}
		})
	}
}

// TestDelays checks how long a busy service is left alone.
func TestDelays(t *testing.T) {
	tests := []struct {
		name      string
		header    map[string]string
		low, high time.Duration
	}{
		{"none", nil, 800 * time.Millisecond, 1200 * time.Millisecond},
		{"seconds", map[string]string{"Retry-After": "17"}, 17 * time.Second, 17 * time.Second},
		{"fraction", map[string]string{"Retry-After": "2.5"}, 2500 * time.Millisecond, 2500 * time.Millisecond},
		{"date", map[string]string{"Retry-After": "Fri, 20 Nov 2026 12:00:42 GMT"}, 42 * time.Second, 42 * time.Second},
		{"capped", map[string]string{"Retry-After": "86400"}, maxRetryAfter, maxRetryAfter},
		{"past", map[string]string{"Retry-After": "Fri, 20 Nov 2020 12:00:42 GMT"}, 800 * time.Millisecond, 1200 * time.Millisecond},
		{"negative", map[string]string{"Retry-After": "-3"}, 800 * time.Millisecond, 1200 * time.Millisecond},
		{"no number", map[string]string{"Retry-After": "NaN"}, 800 * time.Millisecond, 1200 * time.Millisecond},
		{"infinite", map[string]string{"Retry-After": "+Inf"}, maxRetryAfter, maxRetryAfter},
		{"words", map[string]string{"Retry-After": "soon"}, 800 * time.Millisecond, 1200 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newTenant(t)
			busy := fail(429, "TooManyRequests", "slow down")
			busy.Header = test.header
			f.on("GET "+jobPath, busy, answer{Body: `{}`})
			if _, err := f.client().Job(t.Context(), spID, jobID); err != nil {
				t.Fatal(err)
			}
			if len(f.slept) != 1 || f.slept[0] < test.low || f.slept[0] > test.high {
				t.Errorf("slept %v, want one wait of %s to %s", f.slept, test.low, test.high)
			}
			if told := len(f.notices) == 1; told != (f.slept[0] > toldFrom) {
				t.Errorf("slept %v, told %q", f.slept, f.notices)
			}
		})
	}
}

// TestDelaysGrow checks that waits double up to the longest.
func TestDelaysGrow(t *testing.T) {
	steps := delays(maxDelay)
	for i, want := range []time.Duration{1, 2, 4, 8, 16, 30, 30} {
		want *= time.Second
		d := steps.NextBackOff()
		if low, high := want*8/10, want*12/10+1; d < low || d > high {
			t.Errorf("wait %d is %s, want %s to %s", i, d, low, high)
		}
	}
}

// TestContext checks that a canceled call ends at once, while it waits and while
// a request runs.
func TestContext(t *testing.T) {
	t.Run("before", func(t *testing.T) {
		f := newTenant(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := f.client().Job(ctx, spID, jobID)
		if !errors.Is(err, context.Canceled) || len(f.requests()) != 0 {
			t.Errorf("error %v after requests %q", err, f.requests())
		}
	})
	t.Run("while waiting", func(t *testing.T) {
		f := newTenant(t)
		f.on("GET "+jobPath, fail(503, "ServiceUnavailable", "later"))
		ctx, cancel := context.WithCancel(t.Context())
		o := f.options()
		o.Sleep = nil
		o.Notice = func(string) { cancel() }
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(100*time.Millisecond, cancel)
		start := time.Now()
		_, err = c.Job(ctx, spID, jobID)
		e, _ := errors.AsType[*Error](err)
		if e == nil || e.Kind != Canceled || !errors.Is(err, context.Canceled) || time.Since(start) > 5*time.Second {
			t.Errorf("error %v after %s", err, time.Since(start))
		}
		if !strings.Contains(err.Error(), "503 ServiceUnavailable: later") {
			t.Errorf("the error %q does not tell the last answer", err)
		}
	})
	t.Run("while running", func(t *testing.T) {
		f := newTenant(t)
		f.on("GET "+jobPath, answer{Hang: time.Minute})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		start := time.Now()
		_, err := f.client().Job(ctx, spID, jobID)
		if !errors.Is(err, context.Canceled) || time.Since(start) > 5*time.Second {
			t.Errorf("error %v after %s", err, time.Since(start))
		}
	})
	t.Run("while a call runs that is not repeated", func(t *testing.T) {
		f := newTenant(t)
		f.on("POST "+jobPath+"/provisionOnDemand", answer{Hang: time.Minute})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(100*time.Millisecond, cancel)
		_, err := f.client().ProvisionOnDemand(ctx, spID, jobID, entra.OnDemandRequest{ID: appID, Type: "User"})
		if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "Whether it took effect is unknown") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("deadline before the next try", func(t *testing.T) {
		f := newTenant(t)
		busy := fail(429, "TooManyRequests", "slow down")
		busy.Header = map[string]string{"Retry-After": "60"}
		f.on("GET "+jobPath, busy)
		o := f.options()
		o.Now, o.Sleep = nil, nil
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		_, err = c.Job(ctx, spID, jobID)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
			t.Errorf("error %v after %s", err, time.Since(start))
		}
	})
}

// TestTryTimeout checks that a silent server is given up, and asked again.
func TestTryTimeout(t *testing.T) {
	f := newTenant(t)
	f.on("GET /x", answer{Hang: time.Minute}, answer{Body: `{}`})
	c := f.client()
	if _, err := c.do(t.Context(), &request{op: "read", method: http.MethodGet, path: []string{"x"}, limit: 700 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	if n := f.count("GET /x"); n != 2 {
		t.Errorf("sent %d times, want 2", n)
	}
}

// TestReplayable checks that net/http can send a body again by itself, when the
// server had closed a kept connection before it.
func TestReplayable(t *testing.T) {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://graph.example", io.NopCloser(strings.NewReader("body")))
	if err != nil {
		t.Fatal(err)
	}
	if req, err = replayable(req); err != nil || req.GetBody == nil || req.ContentLength != 4 {
		t.Fatalf("%+v, %v", req, err)
	}
	for range 2 {
		body, err := req.GetBody()
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(body); string(text) != "body" {
			t.Errorf("%q, %v", text, err)
		}
	}
}
