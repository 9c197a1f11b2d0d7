package emulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// targets are the embedded SCIM servers. In real life each application has a
// server of its own, so each tenant URL that a job stores gets one, named by host
// and path; two applications with the same URL share it. The default one, under
// /scim/v2, belongs to nobody.
type targets struct {
	now func() time.Time

	mu      sync.Mutex
	servers map[string]*server.Server // by name
}

// defaultTarget is the name of the target that Info points at.
const defaultTarget = "v2"

func newTargets(now func() time.Time, saved map[string]*server.State) *targets {
	t := &targets{now: now, servers: map[string]*server.Server{}}
	for name, state := range saved {
		t.servers[name] = server.New(server.Options{Now: now, State: state})
	}
	t.get(defaultTarget)
	return t
}

// get returns the target of a name, made when it is first asked for.
func (t *targets) get(name string) *server.Server {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.servers[name] == nil {
		t.servers[name] = server.New(server.Options{Now: t.now})
	}
	return t.servers[name]
}

// known returns a target that exists.
func (t *targets) known(name string) (*server.Server, bool) {
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
			out[name] = s.State()
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
func (t *targets) serve(w http.ResponseWriter, r *http.Request, token string, save func() error) {
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
	if r.Method != http.MethodGet {
		_ = save() // the change is kept in memory and written with the next one, or by Close, which reports the failure
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
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
