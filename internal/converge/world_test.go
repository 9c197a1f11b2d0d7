package converge

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/emulator"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/secret"
	"github.com/scimctl/scimctl/profiles"
)

// canary is the token of every endpoint. It must be seen nowhere but in the tenant.
const canary = "canary-5d1c0f7b2e"

// base is where the tenant is for its clients.
const base = "https://graph.test"

// world is a tenant and the wire to it.
type world struct {
	t    testing.TB
	e    *emulator.Emulator
	wire *wire
}

func newWorld(t testing.TB, o emulator.Options) *world {
	t.Helper()
	if o.Seed == 0 {
		o.Seed = 11
	}
	e, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &world{t: t, e: e, wire: &wire{handler: e}}
}

// close ends the tenant, within the bubble of the test.
func (w *world) close() {
	w.t.Helper()
	if err := w.e.Close(); err != nil {
		w.t.Error(err)
	}
}

// client is a fresh client, as every run of the program has one. It reaches the
// tenant through the given transport, or the wire itself.
func (w *world) client(rt http.RoundTripper) *graph.Client {
	w.t.Helper()
	if rt == nil {
		rt = w.wire
	}
	info := w.e.At(base)
	c, err := graph.New(graph.Options{
		URL: info.URL, Authority: info.Authority, Auth: graph.AuthClientSecret,
		TenantID: info.TenantID, ClientID: info.ClientID, Secret: secret.New(info.ClientSecret), Transport: rt,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// wire carries requests to a handler in this process. Each takes the latency. A
// handler that aborts breaks the connection off.
type wire struct {
	handler http.Handler
	latency time.Duration

	mu  sync.Mutex
	log []exchange // requests of Graph, not those of the sign-in
}

// exchange is one request with the time that it took.
type exchange struct {
	method, path, body string
	status             int
	from, to           time.Time
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	x := exchange{method: r.Method, path: r.URL.RequestURI(), from: time.Now()}
	inner := r.Clone(context.WithoutCancel(r.Context()))
	inner.Body = http.NoBody
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err := errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
		x.body, inner.Body = string(body), io.NopCloser(bytes.NewReader(body))
	}
	inner.Host, inner.TLS = r.URL.Host, &tls.ConnectionState{}
	inner.RequestURI = r.URL.RequestURI()
	signIn := strings.Contains(r.URL.Path, "/oauth2/") || strings.Contains(r.URL.Path, "openid-configuration") || strings.HasPrefix(r.URL.Path, "/common/")
	if !signIn {
		time.Sleep(w.latency)
	}
	answer := &recorder{header: http.Header{}}
	aborted := serve(w.handler, answer, inner)
	x.to, x.status = time.Now(), answer.status
	if !signIn {
		w.mu.Lock()
		w.log = append(w.log, x)
		w.mu.Unlock()
	}
	if aborted && answer.status == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return answer.response(r, aborted), nil
}

// CloseIdleConnections is called by the client; there are none.
func (*wire) CloseIdleConnections() {}

// serve calls a handler and reports whether it broke the connection off.
func serve(h http.Handler, w http.ResponseWriter, r *http.Request) (aborted bool) {
	defer func() {
		if v := recover(); v != nil {
			if v != http.ErrAbortHandler {
				panic(v)
			}
			aborted = true
		}
	}()
	h.ServeHTTP(w, r)
	return false
}

// forget empties the log.
func (w *wire) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.log = nil
}

// requests returns the log so far.
func (w *wire) requests() []exchange {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.log)
}

// recorder is a ResponseWriter that keeps what it is given.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }
func (w *recorder) Flush()              {}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *recorder) response(r *http.Request, cut bool) *http.Response {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	var body io.Reader = &w.body
	if cut {
		body = io.MultiReader(body, broken{})
	}
	return &http.Response{
		StatusCode: w.status, Status: http.StatusText(w.status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(body), ContentLength: -1, Request: r,
	}
}

// broken is the end of a connection that broke off.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// subject is a profile that is applied.
type subject struct {
	profile     *profile.Profile
	environment string
	values      map[string]string
}

// builtIn returns a built-in profile in its first environment.
func builtIn(t testing.TB, name string) subject {
	t.Helper()
	data, ok := profiles.Read(name)
	if !ok {
		t.Fatalf("there is no built-in profile %q", name)
	}
	return load(t, name, data)
}

func load(t testing.TB, name string, data []byte) subject {
	t.Helper()
	file, problems := profile.Load(name+".yaml", data)
	if problems.HasErrors() {
		t.Fatal(problems.Err())
	}
	s := subject{profile: file.Profiles[0]}
	if envs := s.profile.Environments; len(envs) > 0 {
		s.environment = envs[0]
	}
	return s
}

// planFor plans as the program does: resolved, observed, resolved again with the ids
// that were found.
func planFor(ctx context.Context, target apply.Target, s subject) (*plan.Plan, error) {
	o := profile.Options{Environment: s.environment, Values: s.values, Sandbox: true}
	r, problems := s.profile.Resolve(o)
	if problems.HasErrors() {
		return nil, problems.Err()
	}
	observed, err := apply.Observe(ctx, target, plan.Ask(r))
	if err != nil {
		return nil, err
	}
	o.IDs = map[string]string{}
	for _, l := range r.Lookups {
		ref := entra.PrincipalRef{Type: entra.GroupPrincipal, Name: l.Group}
		if l.User != "" {
			ref = entra.PrincipalRef{Type: entra.UserPrincipal, Name: l.User}
		}
		if found := observed.Principals[ref]; len(found) == 1 {
			o.IDs[l.Variable] = found[0].ID
		}
	}
	if r, problems = s.profile.Resolve(o); problems.HasErrors() {
		return nil, problems.Err()
	}
	return plan.Build(r, observed, plan.Options{}), nil
}

// applyOnce is one run of the program: plan and apply.
func applyOnce(ctx context.Context, target apply.Target, s subject) (*plan.Plan, *apply.Report, error) {
	p, err := planFor(ctx, target, s)
	if err != nil {
		return nil, nil, err
	}
	resolver := &secret.Resolver{Getenv: func(string) (string, bool) { return canary, true }}
	report, err := apply.Run(ctx, target, p, apply.Options{Secrets: resolver})
	return p, report, err
}

// end is what the tenant looks like in the eyes of somebody else, without what
// differs from run to run.
type end struct {
	Apps, Principals []string // name and tags
	Jobs             []string // template and schedule
	Secrets          []string
	Assignments      []string
	Mappings         []string
}

// look reads the tenant without any code of the product. Only what carries the name
// of the profile's application counts.
func (w *world) look(name string) end {
	w.t.Helper()
	g := newReader(w)
	var out end
	filter := "?$filter=" + url.QueryEscape("displayName eq '"+strings.ReplaceAll(name, "'", "''")+"'")
	for _, a := range g.list("/applications" + filter) {
		out.Apps = append(out.Apps, fmt.Sprint(a["displayName"], " ", a["serviceManagementReference"]))
	}
	for _, p := range g.list("/servicePrincipals" + filter) {
		out.Principals = append(out.Principals, fmt.Sprint(p["displayName"], " ", p["tags"]))
		at := "/servicePrincipals/" + p["id"].(string)
		for _, j := range g.list(at + "/synchronization/jobs") {
			out.Jobs = append(out.Jobs, fmt.Sprint(j["templateId"], " ", j["schedule"].(map[string]any)["state"]))
			out.Mappings = append(out.Mappings, mappingsOf(g.get(at+"/synchronization/jobs/"+j["id"].(string)+"/schema"))...)
		}
		for _, s := range g.list(at + "/synchronization/secrets") {
			out.Secrets = append(out.Secrets, fmt.Sprint(s["key"], "=", s["value"]))
		}
		for _, a := range g.list(at + "/appRoleAssignedTo") {
			out.Assignments = append(out.Assignments, fmt.Sprint(a["principalDisplayName"], " ", a["appRoleId"]))
		}
	}
	for _, l := range [][]string{out.Secrets, out.Assignments} {
		slices.Sort(l)
	}
	return out
}

func mappingsOf(schema map[string]any) (lines []string) {
	for _, rule := range schema["synchronizationRules"].([]any) {
		for _, o := range rule.(map[string]any)["objectMappings"].([]any) {
			object := o.(map[string]any)
			for _, m := range object["attributeMappings"].([]any) {
				mapping := m.(map[string]any)
				source, _ := mapping["source"].(map[string]any)
				lines = append(lines, fmt.Sprint(object["sourceObjectName"], " ", mapping["targetAttributeName"], " <- ", source["expression"], " ", mapping["matchingPriority"]))
			}
		}
	}
	slices.Sort(lines)
	return lines
}

// reader reads the tenant as any client would.
type reader struct {
	w     *world
	token string
}

func newReader(w *world) *reader {
	w.t.Helper()
	info := w.e.At(base)
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {info.ClientID}, "client_secret": {info.ClientSecret}, "scope": {base + "/.default"}}
	r, err := http.NewRequest(http.MethodPost, base+"/"+info.TenantID+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	g := &reader{w: w}
	g.token, _ = g.do(r)["access_token"].(string)
	return g
}

func (g *reader) do(r *http.Request) map[string]any {
	g.w.t.Helper()
	res, err := (&wire{handler: g.w.e}).RoundTrip(r)
	if err != nil {
		g.w.t.Fatal(err)
	}
	var v map[string]any
	if err := json.NewDecoder(res.Body).Decode(&v); err != nil || res.StatusCode != http.StatusOK {
		g.w.t.Fatalf("%s %s: %d, %v", r.Method, r.URL, res.StatusCode, err)
	}
	return v
}

func (g *reader) get(path string) map[string]any {
	g.w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, base+"/v1.0"+path, nil)
	if err != nil {
		g.w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+g.token)
	return g.do(r)
}

func (g *reader) list(path string) (all []map[string]any) {
	g.w.t.Helper()
	for _, item := range g.get(path)["value"].([]any) {
		all = append(all, item.(map[string]any))
	}
	return all
}

// recover ends what goes wrong in the tenant, and lets it come to rest.
func (w *world) recover() {
	w.e.SetFaults(nil)
	time.Sleep(2 * time.Minute)
}
