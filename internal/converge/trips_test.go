package converge

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimctl/scimctl/pkg/emulator"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/profiles"
)

// latency of the wire where round trips are counted.
const latency = 100 * time.Millisecond

// sequential is the length of the longest chain of requests of which each begins
// when the one before has ended: the round trips that a person waits for.
func sequential(requests []exchange) (n int) {
	byEnd := slices.SortedFunc(slices.Values(requests), func(a, b exchange) int { return a.to.Compare(b.to) })
	var end time.Time
	for _, x := range byEnd {
		if !x.from.Before(end) {
			n, end = n+1, x.to
		}
	}
	return n
}

// repeated returns the first request that was made twice.
func repeated(requests []exchange) string {
	seen := map[string]bool{}
	for _, x := range requests {
		k := x.method + " " + x.path + " " + x.body
		if seen[k] {
			return k
		}
		seen[k] = true
	}
	return ""
}

// TestRoundTrips counts the requests of a first apply, and of a plan that finds
// nothing to do. The most that they may be are those of the specification; the
// klaxoon profile names a gallery application, whose template must be read first, and
// has an expression that only the tenant can parse.
func TestRoundTrips(t *testing.T) {
	first := map[string]int{"klaxoon": 11}
	for _, name := range profiles.Names() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, emulator.Options{})
				defer w.close()
				w.wire.latency = latency
				s := builtIn(t, name)
				most := 10
				if n, ok := first[name]; ok {
					most = n
				}
				from := time.Now()
				p, _, err := applyOnce(t.Context(), w.client(nil), s)
				if err != nil {
					t.Fatal(err)
				}
				requests := w.wire.requests()
				n := sequential(requests)
				t.Logf("first apply: %d sequential of %d requests, %s", n, len(requests), time.Since(from))
				if n > most {
					t.Errorf("a first apply makes %d requests one after another, more than %d", n, most)
				}
				if took := time.Since(from); took != time.Duration(n)*latency {
					t.Errorf("it takes %s, which is not %d times %s", took, n, latency)
				}
				if again := repeated(requests); again != "" && !p.App.Adopted {
					t.Errorf("a first apply makes a request twice: %s", again)
				}

				w.wire.forget()
				from = time.Now()
				empty(t, w, s)
				requests = w.wire.requests()
				t.Logf("unchanged: %d sequential of %d requests", sequential(requests), len(requests))
				if n := sequential(requests); n > 4 || time.Since(from) != time.Duration(n)*latency {
					t.Errorf("an unchanged plan makes %d requests one after another, in %s", n, time.Since(from))
				}
				if again := repeated(requests); again != "" {
					t.Errorf("an unchanged plan makes a request twice: %s", again)
				}
			})
		})
	}
}

// crowd is a profile that assigns n users to an application, and does nothing else
// unless it has an endpoint.
func crowd(t testing.TB, n int, endpoint bool, user func(i int) string) subject {
	t.Helper()
	var b strings.Builder
	b.WriteString("version: 1\nprofile: crowd\napp: {name: Crowd, template: non-gallery}\n")
	if endpoint {
		b.WriteString("endpoint: {url: \"https://crowd.example/scim\", token: {env: CROWD_TOKEN}}\nsettings: {state: started}\n")
	}
	b.WriteString("assign:\n  to:\n")
	for i := range n {
		fmt.Fprintf(&b, "    - {user: %s}\n", user(i))
	}
	return load(t, "crowd", []byte(b.String()))
}

// people returns ids and names of the generated users of a tenant.
func (w *world) people() (ids, names []string) {
	w.t.Helper()
	g := newReader(w)
	for _, u := range g.list("/users?$select=id,userPrincipalName&$top=999&$filter=startswith(userPrincipalName,'user00')") {
		ids, names = append(ids, u["id"].(string)), append(names, u["userPrincipalName"].(string))
	}
	for _, u := range g.list("/users?$select=id,userPrincipalName&$top=999&$filter=startswith(userPrincipalName,'user01')") {
		ids, names = append(ids, u["id"].(string)), append(names, u["userPrincipalName"].(string))
	}
	return ids, names
}

// TestThousandAssignments counts the HTTP requests of a thousand assignments, from
// the look-up to the last one, and that no batch goes round for nothing.
func TestThousandAssignments(t *testing.T) {
	const n = 1000
	for _, test := range []struct {
		name     string
		byName   bool
		existing bool // the application is there with everything but the assignments
		most     int
	}{
		{"by object id", false, false, 60},
		{"by object id, to an application that is there", false, true, 60},
		{"by name", true, false, 130},
		{"by name, to an application that is there", true, true, 130},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, emulator.Options{Users: n + 50})
				defer w.close()
				ids, names := w.people()
				if len(ids) < n {
					t.Fatalf("the tenant has only %d users", len(ids))
				}
				who := func(i int) string { return ids[i] }
				if test.byName {
					who = func(i int) string { return names[i] }
				}
				if test.existing {
					if _, _, err := applyOnce(t.Context(), w.client(nil), crowd(t, 1, false, who)); err != nil {
						t.Fatal(err)
					}
					w.wire.forget()
				}
				w.wire.latency = latency
				s := crowd(t, n, false, who)
				from := time.Now()
				p, _, err := applyOnce(t.Context(), w.client(nil), s)
				if err != nil {
					t.Fatal(err)
				}
				requests := w.wire.requests()
				t.Logf("%d requests, %d sequential, %s", len(requests), sequential(requests), time.Since(from))
				if len(requests) > test.most {
					t.Errorf("%d HTTP requests, more than %d", len(requests), test.most)
				}
				if took, least := time.Since(from), time.Duration(sequential(requests))*latency; took*10 > least*13 {
					t.Errorf("it takes %s, more than 1.3 times the %s of its round trips", took, least)
				}
				if again := repeated(requests); again != "" {
					t.Errorf("a request is made twice: %.200s", again)
				}
				if steps := slices.DeleteFunc(slices.Clone(p.Steps), func(s plan.Step) bool { return s.Kind != plan.Assign }); len(steps) < n-1 {
					t.Errorf("only %d assignments were planned", len(steps))
				}
				w.wire.forget()
				empty(t, w, s)
				t.Logf("unchanged: %d requests", len(w.wire.requests()))
			})
		})
	}
}
