package cmd_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/scimctl/scimctl/pkg/emulator"
)

// TestRotationEndsQuarantine: a job that is held up for its credentials is started by
// a rotation, and no other job is.
func TestRotationEndsQuarantine(t *testing.T) {
	for name, b := range map[string]emulator.Behaviour{"well": {}, "held up": {QuarantineCredentials: true}} {
		x := newTenant(t, emulator.Options{Behaviour: b})
		x.want(0, "apply", "-f", "idmelon", "--yes")
		x.env["IDMELON_SCIM_TOKEN"] = canary + "-second"
		out, _ := x.want(0, "rotate-token", "-f", "idmelon", "--yes", "-o", "json")
		var got []struct{ Restarted bool }
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		if len(got) != 1 || got[0].Restarted != b.QuarantineCredentials {
			t.Errorf("%s: %s", name, out)
		}
	}
}

// TestRotationProvesAgain: a token that works before it is written and not after is
// told apart from one that was refused, and tests are repeated for reads that lag.
func TestRotationProvesAgain(t *testing.T) {
	var accept atomic.Int64
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if accept.Add(-1) < 0 {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.Header().Set("Content-Type", "application/scim+json")
		w.Write([]byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":0,"Resources":[]}`))
	}))
	defer endpoint.Close()
	x := newTenant(t, emulator.Options{AllowEgress: true})
	accept.Store(1 << 30)
	url := "url=" + endpoint.URL + "/scim"
	x.want(0, "apply", "-f", "idmelon", "--yes", "--var", url)
	x.env["IDMELON_SCIM_TOKEN"] = canary + "-second"
	for _, test := range []struct {
		accepted int64
		want     string
	}{{0, "so nothing was written"}, {2, "was accepted and written"}, {1 << 30, "Rotated"}} {
		accept.Store(test.accepted)
		code, said := x.quickly("rotate-token", "-f", "idmelon", "--yes", "--force", "--var", url)
		if (code == 0) != (test.want == "Rotated") || !strings.Contains(strings.Join(strings.Fields(said), " "), test.want) {
			t.Errorf("%d requests accepted: exit code %d\n%s", test.accepted, code, said)
		}
		if strings.Contains(said, canary) {
			t.Fatal("the token was printed")
		}
	}
}
