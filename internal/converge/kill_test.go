package converge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/emulator"
	"github.com/scimctl/scimctl/profiles"
)

// moment is when a client dies.
type moment string

const (
	before   moment = "before it was sent"
	sent     moment = "after it was sent" // the change happens, the answer is lost
	answered moment = "after it was answered"
)

// errDead is what a dead client's calls end with.
var errDead = errors.New("the client is dead")

// killer is a transport on which the client dies at a request. Nothing that it
// sends later reaches the tenant.
type killer struct {
	next http.RoundTripper
	at   string // key of the request
	nth  int    // of that key, from 1
	when moment
	die  context.CancelFunc

	mu   sync.Mutex
	seen int
	dead bool
}

func (k *killer) RoundTrip(r *http.Request) (*http.Response, error) {
	k.mu.Lock()
	hit := false
	if key(r.Method, r.URL.RequestURI()) == k.at && !k.dead {
		k.seen++
		hit = k.seen == k.nth
	}
	if hit {
		k.dead = true
	}
	dead := k.dead && !hit || hit && k.when == before
	k.mu.Unlock()
	if hit {
		defer k.die()
	}
	if dead {
		return nil, errDead
	}
	res, err := k.next.RoundTrip(r)
	if hit && k.when == sent {
		return nil, errDead
	}
	return res, err
}

var (
	guids = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`) })
	jobs  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`/jobs/[^/?]+\.[0-9a-f]{32}\.\{id\}`) })
)

// key names a request by what it is about, without the ids of this run.
func key(method, uri string) string {
	return method + " " + jobs().ReplaceAllString(guids().ReplaceAllString(strings.TrimPrefix(uri, "/v1.0"), "{id}"), "/jobs/{job}")
}

// moments are those at which the client of a profile dies. The two that between them
// make every kind of request die at all three; for the others the hardest must do.
func moments(name string) []moment {
	if name == "idmelon" || name == "klaxoon" {
		return []moment{before, sent, answered}
	}
	return []moment{sent}
}

// TestKilledAtEveryRequest lets the client die around every request of the first
// apply of every built-in profile. The next apply completes the work: the tenant is
// that of an apply which nobody disturbed, and there is nothing more to do.
func TestKilledAtEveryRequest(t *testing.T) {
	for _, name := range profiles.Names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := builtIn(t, name)
			requests, clean := undisturbed(t, s)
			counts := map[string]int{}
			for _, x := range requests {
				k := key(x.method, x.path)
				counts[k]++
				for _, when := range moments(name) {
					t.Run(fmt.Sprintf("%s %d %s", k, counts[k], when), func(t *testing.T) {
						t.Parallel()
						synctest.Test(t, func(t *testing.T) { killed(t, s, k, counts[k], when, clean) })
					})
				}
			}
			if len(requests) < 15 {
				t.Errorf("only %d requests of a first apply were disturbed", len(requests))
			}
		})
	}
}

// undisturbed applies a profile to a fresh tenant.
func undisturbed(t *testing.T, s subject) (requests []exchange, clean end) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, emulator.Options{})
		defer w.close()
		p, _, err := applyOnce(t.Context(), w.client(nil), s)
		if err != nil {
			t.Fatal(err)
		}
		requests, clean = w.wire.requests(), w.look(p.App.Name)
		if len(clean.Principals) != 1 || len(clean.Jobs) != 1 || len(clean.Assignments) == 0 || len(clean.Mappings) == 0 {
			t.Fatalf("an undisturbed apply ends with %+v", clean)
		}
	})
	return requests, clean
}

// killed is one life and death.
func killed(t *testing.T, s subject, at string, nth int, when moment, clean end) {
	w := newWorld(t, emulator.Options{})
	defer w.close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	k := &killer{next: w.wire, at: at, nth: nth, when: when, die: cancel}
	if _, _, err := applyOnce(ctx, w.client(k), s); err == nil && when != answered {
		t.Fatal("the first apply did not notice its death")
	}
	if !k.dead {
		t.Fatal("the first apply did not make the request")
	}
	p, _, err := applyOnce(t.Context(), w.client(nil), s)
	if err != nil {
		t.Fatalf("the next apply: %v", err)
	}
	if diff := cmp.Diff(clean, w.look(p.App.Name)); diff != "" {
		t.Errorf("the next apply ends elsewhere (-undisturbed +this):\n%s", diff)
	}
	empty(t, w, s)
}

// empty fails the test unless a plan of the profile is empty.
func empty(t *testing.T, w *world, s subject) {
	t.Helper()
	p, err := planFor(t.Context(), w.client(nil), s)
	switch {
	case err != nil:
		t.Errorf("the plan afterwards: %v", err)
	case p.Diagnostics.HasErrors() || len(p.Refusals) > 0:
		t.Errorf("the plan afterwards: %v %v", p.Refusals, p.Diagnostics.Err())
	case len(p.Steps) > 0:
		t.Errorf("the plan afterwards is not empty: %s", p.Steps[0].Summary)
	}
}
