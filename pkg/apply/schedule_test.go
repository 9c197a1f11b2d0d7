package apply_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// crowd is a profile that assigns many users, and the tenant that has them.
func crowd(t *testing.T, n int) (*fake, *profile.Resolved) {
	f, r := newFake(t), idmelon()
	for i := range n {
		id := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		f.principals = append(f.principals, entra.Principal{Type: entra.UserPrincipal, ID: id, DisplayName: id, UserPrincipalName: id + "@contoso.com"})
		r.Assign.To = append(r.Assign.To, profile.Assignment{User: id})
	}
	return f, r
}

func TestParallel(t *testing.T) {
	for _, limit := range []int{0, 1, 3} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			f, r := crowd(t, 400)
			p := planGood(t, f, r, plan.Options{})
			var mu sync.Mutex
			var now, most int
			count := func(by int) {
				mu.Lock()
				defer mu.Unlock()
				now += by
				most = max(most, now)
			}
			synctest.Test(t, func(t *testing.T) {
				f.before = func(_ context.Context, call string) error {
					if strings.HasPrefix(call, "Assign") {
						count(1)
						defer count(-1)
					}
					time.Sleep(time.Second)
					return nil
				}
				if _, err := apply.Run(t.Context(), f, p, apply.Options{Secrets: secrets(), Parallel: limit}); err != nil {
					t.Fatal(err)
				}
			})
			want := limit
			if limit == 0 {
				want = 4
			}
			if most != want {
				t.Errorf("%d calls at once, want %d", most, want)
			}
		})
	}
}

// TestEvents checks that steps begin after what they need has ended, and that
// Progress is never called twice at once.
func TestEvents(t *testing.T) {
	f, r := crowd(t, 10)
	p := planGood(t, f, r, plan.Options{})
	var events []apply.Event
	var busy sync.Mutex
	o := apply.Options{Secrets: secrets(), Progress: func(e apply.Event) {
		if !busy.TryLock() {
			t.Error("Progress was called from two goroutines at once")
			return
		}
		defer busy.Unlock()
		events = append(events, e)
	}}
	if _, err := apply.Run(t.Context(), f, p, o); err != nil {
		t.Fatal(err)
	}
	if len(events) != 2*len(p.Steps) {
		t.Errorf("%d events of %d steps", len(events), len(p.Steps))
	}
	var done []string
	for _, e := range events {
		if e.Total != len(p.Steps) || p.Steps[e.Index].ID != e.Step.ID {
			t.Errorf("event of %s has index %d of %d", e.Step.ID, e.Index, e.Total)
		}
		if e.Done {
			done = append(done, e.Step.ID)
			continue
		}
		for _, need := range e.Step.Needs {
			if !slices.Contains(done, need) {
				t.Errorf("%s began before %s was done", e.Step.ID, need)
			}
		}
	}
}

// TestStop ends the context at each call in turn.
func TestStop(t *testing.T) {
	t.Parallel()
	clean := standing(t)
	p := planGood(t, clean, full(), plan.Options{})
	clean.calls = nil
	if _, err := run(t.Context(), clean, p); err != nil {
		t.Fatal(err)
	}
	for i := range clean.calls {
		f := standing(t)
		p := planGood(t, f, full(), plan.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		f.before = func(context.Context, string) error {
			f.mu.Lock()
			defer f.mu.Unlock()
			if n++; n == i+1 {
				cancel()
			}
			return nil
		}
		report, err := run(ctx, f, p)
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("stop at call %d: error %v", i, err)
		}
		checkReport(t, p, report, err)
		f.before = nil
		applyAll(t, f, full(), plan.Options{})
		wantNothing(t, f, full(), plan.Options{})
	}
}

func TestStoppedBeforeItBegan(t *testing.T) {
	f := newFake(t)
	p := planGood(t, f, idmelon(), plan.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.calls = nil
	report, err := run(ctx, f, p)
	if !errors.Is(err, context.Canceled) || len(f.calls) > 0 {
		t.Errorf("error %v after the calls %v", err, f.calls)
	}
	checkReport(t, p, report, err)
}

func TestClockIsInjected(t *testing.T) {
	f := newFake(t)
	p := planGood(t, f, idmelon(), plan.Options{})
	var mu sync.Mutex
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	report, err := apply.Run(t.Context(), f, p, apply.Options{Secrets: secrets(), Parallel: 1, Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(time.Second)
		return now
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Results {
		if r.Took != time.Second {
			t.Errorf("%s took %s", r.Step.ID, r.Took)
		}
	}
}

// TestManySteps carries out a plan whose last step needs thousands of others.
func TestManySteps(t *testing.T) {
	f, r := crowd(t, 2000)
	r.Assign.Exclusive = true
	p := planGood(t, f, r, plan.Options{})
	if _, err := run(t.Context(), f, p); err != nil {
		t.Fatal(err)
	}
	if got := len(f.apps[0].assignments); got != 2001 {
		t.Errorf("%d assignments", got)
	}
}
