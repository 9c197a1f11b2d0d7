package converge

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/emulator"
)

// plans are tenants in which much goes wrong.
var plans = map[string]string{
	"throttled":                 `{"rules": [{"every": 3, "status": 429, "retryAfter": "7s"}]}`,
	"throttled without a word":  `{"rules": [{"every": 3, "status": 429}]}`,
	"one in ten is 503":         `{"seed": %d, "rules": [{"probability": 0.1, "status": 503}]}`,
	"one in ten is 500":         `{"seed": %d, "rules": [{"probability": 0.1, "status": 500}]}`,
	"resets before the effect":  `{"seed": %d, "rules": [{"probability": 0.15, "reset": "before"}]}`,
	"resets after the effect":   `{"seed": %d, "rules": [{"probability": 0.15, "reset": "after"}]}`,
	"every write resets":        `{"rules": [{"method": "POST", "every": 2, "reset": "after"}, {"method": "PUT", "every": 2, "reset": "after"}, {"method": "PATCH", "every": 2, "reset": "after"}]}`,
	"answers are cut off":       `{"seed": %d, "rules": [{"probability": 0.15, "truncate": true}]}`,
	"pages in place of answers": `{"seed": %d, "rules": [{"probability": 0.1, "garbage": "html"}]}`,
	"half JSON":                 `{"seed": %d, "rules": [{"probability": 0.1, "garbage": "json"}]}`,
	"empty answers":             `{"seed": %d, "rules": [{"probability": 0.1, "garbage": "empty"}]}`,
	"slow":                      `{"rules": [{"every": 2, "delay": "20s"}, {"drip": "1s"}]}`,
	"slower than patience":      `{"rules": [{"every": 4, "delay": "200s"}]}`,
	"404 although made":         `{"behaviour": {"spuriousInstantiate404": 1}}`,
	"replication of a minute":   `{"behaviour": {"replicationDelay": "40s", "principalDelay": "20s", "syncfabricDelay": "60s", "jobDelay": "20s", "jobConflict": "30s", "secretsDelay": "15s"}}`,
	"made twice by a lost 404":  `{"behaviour": {"spuriousInstantiate404": 1, "replicationDelay": "30s"}}`,
	"replacing secrets":         `{"behaviour": {"replaceSecrets": true, "secretsDelay": "40s"}}`,
	"busy jobs":                 `{"behaviour": {"jobConflict": "60s"}}`,
	"everything at once":        `{"seed": %d, "behaviour": {"replicationDelay": "20s", "syncfabricDelay": "30s", "jobConflict": "10s"}, "rules": [{"probability": 0.05, "reset": "after"}, {"probability": 0.1, "status": 429, "retryAfter": "2s"}, {"probability": 0.05, "status": 504}]}`,
}

// TestFaultPlans applies under each plan: the end is right at once, or an error says
// why it is not and a later apply, of the same troubled tenant or of one that has
// recovered, completes it. There is never a second application, a second job, a doubled
// assignment or a lost mapping.
func TestFaultPlans(t *testing.T) {
	s := builtIn(t, "idmelon")
	_, clean := undisturbed(t, s)
	for name, text := range plans {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			seeds := 1
			if strings.Contains(text, "%d") {
				seeds = 8
			}
			for seed := range seeds {
				doc := text
				if seeds > 1 {
					doc = fmt.Sprintf(text, seed)
				}
				synctest.Test(t, func(t *testing.T) { troubled(t, s, doc, clean) })
			}
		})
	}
}

// maxRuns is how often a person runs apply before doing something else.
const maxRuns = 4

func troubled(t *testing.T, s subject, doc string, clean end) {
	p, err := emulator.ParseFaults("plan", []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, emulator.Options{Faults: p})
	defer w.close()
	from := time.Now()
	var failures []string
	for run := range maxRuns {
		if run == maxRuns-1 { // the trouble ends
			w.recover()
		}
		_, _, err := applyOnce(t.Context(), w.client(nil), s)
		if err == nil {
			break
		}
		if text := err.Error(); len(text) < 30 || strings.Contains(text, canary) || strings.Contains(text, "  ") {
			t.Errorf("%s: the error is not clear: %s", doc, text)
		}
		if failures = append(failures, err.Error()); len(failures) == maxRuns {
			t.Fatalf("%s: no apply ends well:\n%s", doc, strings.Join(failures, "\n"))
		}
	}
	w.recover()
	if diff := cmp.Diff(clean, w.look("IDmelon")); diff != "" {
		t.Errorf("%s: ends elsewhere after %q (-undisturbed +this):\n%s", doc, failures, diff)
	}
	empty(t, w, s)
	if took := time.Since(from); took > time.Hour {
		t.Errorf("%s: took %s", doc, took)
	}
	t.Logf("%s: %d runs failed, %s", doc, len(failures), time.Since(from))
}
