package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// targets are the embedded SCIM servers. In real life each application has a
// server of its own, so each tenant URL that a job stores gets one, named by host
// and path; two applications with the same URL share it. The default one, under
// /scim/v2, belongs to nobody.
type targets struct {
	now     func() time.Time
	journal *journal

	writes sync.Mutex             // one write at a time, so that the journal has their order
	moment atomic.Pointer[moment] // of the write that is under way

	mu      sync.Mutex
	servers map[string]*target // by name
}

// defaultTarget is the name of the target that Info points at.
const defaultTarget = "v2"

func newTargets(now func() time.Time, s store) (*targets, error) {
	t := &targets{now: now, journal: newJournal(s, targetsJournal), servers: map[string]*target{}}
	err := t.journal.load(t.restore, t.replay)
	t.get(defaultTarget)
	return t, err
}

// restore makes the targets of a file.
func (t *targets) restore(whole []byte) error {
	saved := map[string]*server.State{}
	if err := json.Unmarshal(whole, &saved); err != nil {
		return err
	}
	for name, state := range saved {
		if state == nil {
			return fmt.Errorf("target %q is empty", name)
		}
		t.servers[name] = t.make(name, state)
	}
	return nil
}

// save writes the content of all targets.
func (t *targets) save() error {
	return t.journal.save(func(turn func()) any {
		t.writes.Lock()
		defer t.writes.Unlock()
		turn()
		return t.snapshot()
	})
}

// get returns the target of a name, made when it is first asked for.
func (t *targets) get(name string) *target {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.servers[name] == nil {
		t.servers[name] = t.make(name, nil)
	}
	return t.servers[name]
}

// known returns a target that exists.
func (t *targets) known(name string) (*target, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, ok := t.servers[name]
	return s, ok
}

func (t *targets) names() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.servers))
}

// snapshot returns the content of all targets.
func (t *targets) snapshot() map[string]*server.State {
	out := map[string]*server.State{}
	for _, name := range t.names() {
		if s, ok := t.known(name); ok {
			out[name] = s.server.State()
		}
	}
	return out
}

// targetName names the target of a tenant URL: host and path, with tildes in
// place of slashes, so that it is one segment of a path.
func targetName(u *url.URL) string {
	path := strings.Trim(u.Path, "/")
	if path == "" {
		return strings.ToLower(u.Host) + "~"
	}
	return strings.ToLower(u.Host) + "~" + strings.ReplaceAll(path, "/", "~")
}

// serve answers /scim, which lists the targets, and what is below /scim/{name}.
// Whoever comes this way needs the tenant's own SCIM token.
func (t *targets) serve(w http.ResponseWriter, r *http.Request, token string) {
	given, isBearer := bearer(r)
	if !isBearer || !equalSecrets(given, token) {
		refuseSCIM(w, http.StatusUnauthorized, "The bearer token is missing or wrong: use the scimToken that the emulator printed.")
		return
	}
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/scim/"), "/")
	if name == "" || r.URL.Path == "/scim" {
		writeJSON(w, http.StatusOK, map[string]any{"targets": t.names()})
		return
	}
	s, ok := t.known(name)
	if !ok {
		refuseSCIM(w, http.StatusNotFound, "There is no SCIM target "+name+"; GET /scim lists them.")
		return
	}
	inner := r.Clone(r.Context())
	inner.URL.Path, inner.URL.RawPath = "/"+rest, ""
	s.ServeHTTP(w, inner)
	if t.journal.long() {
		_ = t.save() // the change is kept in memory and written with the next one, or by Close, which reports the failure
	}
}

func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	token = strings.TrimSpace(token)
	return token, strings.EqualFold(scheme, "Bearer") && token != ""
}

func refuseSCIM(w http.ResponseWriter, status int, detail string) {
	body, err := json.Marshal(map[string]any{
		"schemas": []string{scim.ErrorSchema}, "status": strconv.Itoa(status), "detail": detail,
	})
	if err != nil {
		http.Error(w, detail, status)
		return
	}
	w.Header().Set("Content-Type", scim.ContentType)
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="SCIM"`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
