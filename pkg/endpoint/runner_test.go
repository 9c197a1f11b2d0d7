package endpoint_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim"
)

// outline is what must be equal from run to run.
func outline(r *endpoint.Report) []string {
	var lines []string
	for _, result := range r.Results {
		lines = append(lines, result.Check.ID+" "+string(result.Status)+" "+string(result.Cause))
		for _, c := range result.Claims {
			state := "no "
			if c.OK {
				state = "yes "
			}
			lines = append(lines, "  "+state+c.Text)
		}
	}
	return lines
}

// TestTwiceAndAtOnce runs everything twice one after the other, then twice at the same
// time, against one server: the verdicts are the same, and nothing is left.
func TestTwiceAndAtOnce(t *testing.T) {
	url, s := target(t, nil)
	first := outline(test(t, endpoint.Options{URL: url}))
	if diff := cmp.Diff(first, outline(test(t, endpoint.Options{URL: url, Parallel: 1}))); diff != "" {
		t.Errorf("the second run differs:\n%s", diff)
	}
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if diff := cmp.Diff(first, outline(test(t, endpoint.Options{URL: url}))); diff != "" {
				t.Errorf("a run beside another differs:\n%s", diff)
			}
		})
	}
	both.Wait()
	if state := s.State(); len(state.Users)+len(state.Groups) > 0 {
		t.Errorf("%d users and %d groups are left", len(state.Users), len(state.Groups))
	}
}

// TestCancelled cancels a run in its middle: what was made is removed, checks that did
// not run say so, and no side is said to work.
func TestCancelled(t *testing.T) {
	for _, after := range []int64{5, 40, 150, 400} {
		ctx, cancel := context.WithCancel(t.Context())
		var requests atomic.Int64
		url, s := target(t, func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if requests.Add(1) == after {
					cancel()
				}
				next.ServeHTTP(w, r)
			})
		})
		r, err := endpoint.New(endpoint.Options{URL: url, Token: canary})
		if err != nil {
			t.Fatal(err)
		}
		report := r.Run(ctx)
		if report.Interrupted == "" || len(report.Left) > 0 {
			t.Errorf("after %d: interrupted %q, left %v", after, report.Interrupted, report.Left)
		}
		if state := s.State(); len(state.Users)+len(state.Groups) > 0 {
			t.Errorf("after %d: %d users and %d groups are left", after, len(state.Users), len(state.Groups))
		}
		interrupted := 0
		for _, result := range report.Results {
			if result.Status == endpoint.Fail {
				t.Errorf("after %d: %s failed: %v", after, result.Check.ID, result.Failed())
			}
			if result.Cause == endpoint.Interrupted {
				interrupted++
			}
		}
		if v := report.Verdict(endpoint.Entra); v.Outcome != endpoint.Undecided || interrupted == 0 {
			t.Errorf("after %d: %d interrupted, entra %+v", after, interrupted, v)
		}
		cancel()
	}
}

// TestLeftovers runs against a server that does not delete: what is left is listed
// with ids, and Clean finds it later.
func TestLeftovers(t *testing.T) {
	var keep atomic.Bool
	keep.Store(true)
	url, s := target(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodDelete && keep.Load() {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	o := endpoint.Options{URL: url, Token: canary, Only: []string{"C-01", "C-26", "U-09", "G-01"}}
	report := test(t, o)
	state := s.State()
	if len(state.Users) == 0 || len(report.Left) != len(state.Users)+len(state.Groups) {
		t.Fatalf("%d users and %d groups are left, the report has %d", len(state.Users), len(state.Groups), len(report.Left))
	}
	for _, l := range report.Left {
		if l.ID == "" || !strings.HasPrefix(l.Name, endpoint.Mark+report.Run) || !strings.Contains(l.Reason, "403") {
			t.Errorf("leftover %+v", l)
		}
	}
	keep.Store(false)
	r, err := endpoint.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if done, err := r.Clean(t.Context(), endpoint.CleanOptions{Run: "00000000"}); err != nil || len(done.Found) > 0 {
		t.Errorf("another run: %v, %v", done, err)
	}
	done, err := r.Clean(t.Context(), endpoint.CleanOptions{DryRun: true})
	if err != nil || len(done.Found) != len(report.Left) {
		t.Errorf("dry run: %v, %v", done, err)
	}
	if after := s.State(); len(after.Users) != len(state.Users) {
		t.Errorf("a dry run removed users")
	}
	done, err = r.Clean(t.Context(), endpoint.CleanOptions{Run: report.Run})
	if err != nil || len(done.Found) != len(report.Left) || len(done.Left)+len(done.Unsure) > 0 {
		t.Errorf("clean: %v, %v", done, err)
	}
	if after := s.State(); len(after.Users)+len(after.Groups) > 0 {
		t.Errorf("%d users and %d groups are left", len(after.Users), len(after.Groups))
	}
}

// TestCleanSparesOthers has objects of other people beside marked ones, more than a
// page of them, on a server that cannot search by a beginning.
func TestCleanSparesOthers(t *testing.T) {
	f := fault{handler: refuse(func(c *call) bool { return strings.Contains(c.filter(), " sw ") })}
	url, s := target(t, f.wrap)
	make := func(name string) {
		body := scim.NewObject(scim.Member{Name: "schemas", Value: []any{scim.UserSchema}}, scim.Member{Name: "userName", Value: name})
		raw, _ := body.AppendJSON(nil)
		req, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/Users", strings.NewReader(string(raw)))
		req.Header.Set("Authorization", "Bearer "+canary)
		resp, err := http.DefaultClient.Do(req)
		if err != nil || resp.StatusCode != http.StatusCreated {
			t.Fatal(resp, err)
		}
		resp.Body.Close()
	}
	for i := range 150 {
		make("person" + strings.Repeat("x", i))
	}
	make("my-" + endpoint.Mark + "not-at-the-start")
	make("ScimCtl-Test-0123abcd-7@example.com")
	r, err := endpoint.New(endpoint.Options{URL: url, Token: canary})
	if err != nil {
		t.Fatal(err)
	}
	done, err := r.Clean(t.Context(), endpoint.CleanOptions{})
	if err != nil || len(done.Found) != 1 || len(done.Left)+len(done.Unsure) > 0 {
		t.Errorf("%+v, %v", done, err)
	}
	if n := len(s.State().Users); n != 151 {
		t.Errorf("%d users are left, want 151", n)
	}
}

// TestReadOnly sends nothing but GET, whatever is asked for.
func TestReadOnly(t *testing.T) {
	url, _ := target(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet {
				t.Errorf("%s %s", r.Method, r.URL)
			}
			next.ServeHTTP(w, r)
		})
	})
	report := test(t, endpoint.Options{URL: url, ReadOnly: true, Load: false})
	ran, left := 0, 0
	for _, r := range report.Results {
		switch {
		case r.Status == endpoint.Fail:
			t.Errorf("%s failed: %v", r.Check.ID, r.Failed())
		case r.Status == endpoint.Pass:
			ran++
		case r.Cause == endpoint.ReadOnly:
			left++
		}
	}
	if v := report.Verdict(endpoint.Entra); ran < 15 || left < 50 || v.Outcome != endpoint.Undecided {
		t.Errorf("%d ran, %d left out, entra %+v", ran, left, v)
	}
}

// TestTokenStaysInside looks for the token in all that a report holds, also where the
// server repeats it.
func TestTokenStaysInside(t *testing.T) {
	f := fault{reply: func(c *call, a *reply) {
		if a.header == nil {
			a.header = http.Header{}
		}
		a.header.Set("X-Debug", c.Header.Get("Authorization"))
		if a.status >= 400 && a.body != nil {
			a.body.Set("detail", "you sent "+canary)
		}
	}}
	url, _ := target(t, f.wrap)
	report := test(t, endpoint.Options{URL: url})
	for _, r := range report.Results {
		if text := spill(r); strings.Contains(text, canary) {
			at := strings.Index(text, canary)
			t.Fatalf("%s has the token: …%s", r.Check.ID, text[max(0, at-200):at])
		}
	}
}

// TestPoliteness counts what a rate lets through, with a clock of its own.
func TestPoliteness(t *testing.T) {
	url, _ := target(t, nil)
	var mu sync.Mutex
	now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	start := now
	report := test(t, endpoint.Options{
		URL: url, Only: []string{"query"}, Rate: 10, Parallel: 1,
		Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now },
		Sleep: func(ctx context.Context, d time.Duration) error {
			mu.Lock()
			defer mu.Unlock()
			now = now.Add(d)
			return ctx.Err()
		},
	})
	if least := time.Duration(report.Requests-1) * time.Second / 10; now.Sub(start) < least {
		t.Errorf("%d requests in %s, want at least %s", report.Requests, now.Sub(start), least)
	}
}

// TestSlowDown answers every fifth request with 429: it is waited out, and costs no
// verdict.
func TestSlowDown(t *testing.T) {
	var n atomic.Int64
	var waited atomic.Int64
	url, _ := target(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1)%5 == 0 {
				w.Header().Set("Retry-After", "7")
				w.WriteHeader(http.StatusTooManyRequests)
				return
			}
			next.ServeHTTP(w, r)
		})
	})
	report := test(t, endpoint.Options{URL: url, Parallel: 1, Only: []string{"C-*", "Q-0*"}, Sleep: func(ctx context.Context, d time.Duration) error {
		if d != 7*time.Second {
			t.Errorf("waits %s", d)
		}
		waited.Add(1)
		return nil
	}})
	if report.Failed() || waited.Load() == 0 {
		t.Errorf("waited %d times; %v", waited.Load(), outline(report))
	}
}

// TestProgress tells each check's start and end, one at a time.
func TestProgress(t *testing.T) {
	url, _ := target(t, nil)
	started, ended := map[string]int{}, map[string]int{}
	var busy atomic.Bool
	last := 0
	report := test(t, endpoint.Options{URL: url, Only: []string{"discovery", "T-0*"}, Progress: func(e endpoint.Event) {
		if !busy.CompareAndSwap(false, true) {
			t.Error("two events at once")
		}
		defer busy.Store(false)
		if e.Result == nil {
			started[e.Check.ID]++
			return
		}
		ended[e.Check.ID]++
		last = max(last, e.Done)
		if e.Done > e.Total {
			t.Errorf("%d of %d", e.Done, e.Total)
		}
	}})
	for _, r := range report.Results {
		if started[r.Check.ID] != 1 || ended[r.Check.ID] != 1 {
			t.Errorf("%s: %d starts, %d ends", r.Check.ID, started[r.Check.ID], ended[r.Check.ID])
		}
	}
	if last != len(report.Results) {
		t.Errorf("the last event says %d of %d", last, len(report.Results))
	}
}

// TestLimit ends a run whose time is used up.
func TestLimit(t *testing.T) {
	url, s := target(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(2 * time.Millisecond)
			next.ServeHTTP(w, r)
		})
	})
	report := test(t, endpoint.Options{URL: url, Limit: 100 * time.Millisecond})
	if !strings.Contains(report.Interrupted, "time of the whole run") || len(s.State().Users) > 0 {
		t.Errorf("%q, %d users", report.Interrupted, len(s.State().Users))
	}
}

// TestSlowStart has a server whose first connection breaks off: that costs nothing.
func TestSlowStart(t *testing.T) {
	var n atomic.Int64
	url, _ := target(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if n.Add(1) <= 2 {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	})
	report := test(t, endpoint.Options{URL: url, Only: []string{"C-01", "Q-06"}})
	for _, r := range report.Results {
		if r.Status != endpoint.Pass {
			t.Errorf("%s %s %s", r.Check.ID, r.Status, r.Reason)
		}
	}
}
