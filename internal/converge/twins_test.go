package converge

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/scimctl/scimctl/pkg/emulator"
)

// TestTwoRunsAtOnce lets two runs of one profile loose on one tenant, the second a
// little later each time. Either they end with one application and one job, or at least
// one of them names the ids of both and says what to do; a later plan never takes
// one of two for the right one.
func TestTwoRunsAtOnce(t *testing.T) {
	s := builtIn(t, "idmelon")
	said := 0
	for ahead := time.Duration(0); ahead <= time.Second; ahead += 50 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, emulator.Options{})
			defer w.close()
			w.wire.latency = latency
			var errs [2]error
			var both sync.WaitGroup
			for i := range errs {
				both.Go(func() {
					time.Sleep(time.Duration(i) * ahead)
					_, _, errs[i] = applyOnce(t.Context(), w.client(nil), s)
				})
			}
			both.Wait()
			g := newReader(w)
			apps := g.list("/applications?$filter=displayName%20eq%20'IDmelon'")
			var ids []string
			for _, a := range apps {
				ids = append(ids, a["id"].(string))
			}
			if len(apps) == 1 {
				for _, p := range g.list("/servicePrincipals?$filter=displayName%20eq%20'IDmelon'") {
					for _, j := range g.list("/servicePrincipals/" + p["id"].(string) + "/synchronization/jobs") {
						ids = append(ids, j["id"].(string))
					}
				}
				if ids = ids[1:]; len(ids) == 1 {
					return // all is well, whatever the later run says of having met the other
				}
			}
			named := false
			for _, err := range errs {
				text := ""
				if err != nil {
					text = err.Error()
				}
				both := strings.Contains(text, "at the same time") && strings.Contains(text, "all but one")
				for _, id := range ids {
					both = both && strings.Contains(text, id)
				}
				named = named || both
			}
			if !named {
				t.Errorf("%s ahead: %d applications and nobody names %v: %v", ahead, len(apps), ids, errs)
			}
			said++
			p, err := planFor(t.Context(), w.client(nil), s)
			if err != nil || len(p.Refusals) == 0 && !p.Diagnostics.HasErrors() {
				t.Errorf("%s ahead: a later plan does not mind: %v", ahead, err)
			}
		})
	}
	if said == 0 {
		t.Error("no two runs met, so nothing was tested")
	}
}

// TestKilledWhileReplicating kills the client while the tenant is still copying the
// application about, and applies again at once: the second run waits as the first
// would have done.
func TestKilledWhileReplicating(t *testing.T) {
	s := builtIn(t, "idmelon")
	requests, clean := undisturbed(t, s)
	for _, x := range requests[4:] {
		for _, when := range []moment{sent, answered} {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, emulator.Options{Behaviour: emulator.Behaviour{SyncfabricDelay: time.Minute}})
				defer w.close()
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				k := &killer{next: w.wire, at: key(x.method, x.path), nth: 1, when: when, die: cancel}
				_, _, _ = applyOnce(ctx, w.client(k), s)
				if _, _, err := applyOnce(t.Context(), w.client(nil), s); err != nil {
					t.Fatalf("killed %s %s: the next apply: %v", when, k.at, err)
				}
				if got := w.look("IDmelon"); len(got.Apps) != 1 || len(got.Jobs) != 1 || len(got.Assignments) != len(clean.Assignments) {
					t.Errorf("killed %s %s: %+v", when, k.at, got)
				}
				empty(t, w, s)
			})
		}
	}
}
