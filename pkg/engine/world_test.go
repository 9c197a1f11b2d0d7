package engine_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

const (
	annID   = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
	bossID  = "0d2f3c61-55d5-4d4c-9a0e-7d3c3b3a2f10"
	salesID = "9c1f1a34-4c2e-4f0e-8a55-1f0f9a6b7c20"
)

var morning = time.Date(2026, 7, 17, 9, 0, 0, 0, time.UTC)

// ann returns a subject with some attributes changed; nil takes one away.
func ann(t *testing.T, changes map[string]any) engine.Subject {
	t.Helper()
	attrs := map[string]any{
		"objectId": annID, "userPrincipalName": "ann@contoso.com", "displayName": "Ann Example",
		"givenName": "Ann", "surname": "Example", "jobTitle": "Engineer", "accountEnabled": true,
	}
	maps.Copy(attrs, changes)
	return engine.Subject{Object: object(t, mapping.User, attrs), Assigned: true, Roles: []string{"User"}}
}

func sales(t *testing.T, members ...string) engine.Subject {
	t.Helper()
	s := engine.Subject{Object: object(t, mapping.Group, map[string]any{"objectId": salesID, "displayName": "Sales"}), Assigned: true}
	for _, id := range members {
		s.Members = append(s.Members, engine.Member{Type: mapping.User, ID: id})
	}
	return s
}

func object(t *testing.T, typ string, attrs map[string]any) mapping.Object {
	t.Helper()
	o, err := mapping.NewObject(typ, attrs)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

const switchActive = `Switch([IsSoftDeleted], , "False", "True", "True", "False")`

// users is a small mapping of users; change may alter it.
func users(change func(*mapping.ObjectMapping)) mapping.ObjectMapping {
	m := mapping.ObjectMapping{
		Name: "Users", Source: mapping.User, Target: scim.EnterpriseUserSchema, Enabled: true, Actions: mapping.AllActions,
		Attributes: []mapping.Attribute{
			{Target: text("userName"), Source: text("userPrincipalName"), Match: 1},
			{Target: text("externalId"), Source: text("objectId"), Match: 2},
			{Target: text("active"), Kind: mapping.Expression, Source: text(switchActive)},
			{Target: text("displayName"), Source: text("displayName")},
			{Target: text("title"), Source: text("jobTitle")},
			{Target: text("name.givenName"), Source: text("givenName")},
			{Target: text(scim.EnterpriseUserSchema + ":manager"), Source: text("manager")},
		},
		TargetObject: entra.ObjectDefinition{Attributes: []entra.AttributeDefinition{
			{Name: "userName", Type: entra.TypeString}, {Name: "externalId", Type: entra.TypeString, CaseExact: true},
			{Name: "active", Type: entra.TypeBoolean}, {Name: "displayName", Type: entra.TypeString},
			{Name: "title", Type: entra.TypeString}, {Name: "name.givenName", Type: entra.TypeString},
			{Name: scim.EnterpriseUserSchema + ":manager", Type: entra.TypeReference},
		}},
	}
	if change != nil {
		change(&m)
	}
	return m
}

func groups(change func(*mapping.ObjectMapping)) mapping.ObjectMapping {
	m := mapping.ObjectMapping{
		Name: "Groups", Source: mapping.Group, Target: scim.GroupSchema, Enabled: true, Actions: mapping.AllActions,
		Attributes: []mapping.Attribute{
			{Target: text("displayName"), Source: text("displayName"), Match: 1},
			{Target: text("externalId"), Source: text("objectId")},
			{Target: text("members"), Source: text("members")},
		},
	}
	if change != nil {
		change(&m)
	}
	return m
}

func text(s string) diag.Text { return diag.Text{Value: s} }

func compile(t testing.TB, m mapping.ObjectMapping) *mapping.Program {
	t.Helper()
	p, problems := mapping.Compile(m)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

// world is a job and the server that it provisions into.
type world struct {
	*engine.Engine
	links  *engine.Memory
	server *server.Server
	mu     sync.Mutex
	sent   []string // "METHOD path body", in order
}

// setup is what a test changes about the usual world.
type setup struct {
	users, groups func(*mapping.ObjectMapping)
	config        func(*engine.Config)
	handler       http.Handler // in place of the server
}

func newWorld(t testing.TB, s setup) *world {
	t.Helper()
	w := &world{links: engine.NewMemory()}
	if s.handler == nil {
		w.server = server.New(server.Options{Now: func() time.Time { return morning }, NewID: counter()})
		s.handler = w.server
	}
	c, err := client.New(client.Options{BaseURL: "https://target.invalid/scim", Transport: w.record(http.StripPrefix("/scim", s.handler)), Token: "s3cret-token"})
	if err != nil {
		t.Fatal(err)
	}
	config := engine.Config{
		Users: compile(t, users(s.users)), Groups: compile(t, groups(s.groups)),
		Dialect: scim.Entra, Client: c, Links: w.links,
		Env: mapping.Env{Now: func() time.Time { return morning }, Random: rand.NewChaCha8([32]byte{1})},
	}
	if s.config != nil {
		s.config(&config)
	}
	w.Engine, err = engine.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// counter returns ids id-1, id-2 and so on.
func counter() func() string {
	var count atomic.Int64
	return func() string { return fmt.Sprintf("id-%d", count.Add(1)) }
}

// record is a transport into the handler that notes every request.
func (w *world) record(h http.Handler) roundTripper {
	return func(req *http.Request) (*http.Response, error) {
		if err := req.Context().Err(); err != nil {
			return nil, err
		}
		var body []byte
		if req.Body != nil {
			body, _ = io.ReadAll(req.Body)
			req.Body.Close()
		}
		path, _ := url.PathUnescape(req.URL.RequestURI())
		w.mu.Lock()
		w.sent = append(w.sent, strings.TrimSpace(req.Method+" "+strings.TrimPrefix(path, "/scim")+" "+string(body)))
		w.mu.Unlock()
		in := req.Clone(req.Context())
		in.Body = io.NopCloser(bytes.NewReader(body))
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, in)
		res := answer.Result()
		res.Request = req
		return res, nil
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// run provisions and returns what was sent for it.
func (w *world) run(t *testing.T, s engine.Subject) (engine.Outcome, []string) {
	t.Helper()
	w.sent = nil
	out := w.Provision(t.Context(), s)
	return out, w.sent
}

// must provisions and wants the given action and status.
func (w *world) must(t *testing.T, s engine.Subject, action engine.Action, status engine.Status) (engine.Outcome, []string) {
	t.Helper()
	out, sent := w.run(t, s)
	if out.Action != action || out.Status != status {
		t.Fatalf("%s %s (%s: %s), want %s %s\nsent: %s", out.Action, out.Status, out.Code, out.Message, action, status, strings.Join(sent, "\n      "))
	}
	return out, sent
}

func wantSent(t *testing.T, sent []string, want ...string) {
	t.Helper()
	if !slices.Equal(sent, want) {
		t.Errorf("sent:\n  %s\nwant:\n  %s", strings.Join(sent, "\n  "), strings.Join(want, "\n  "))
	}
}

// scripted answers requests from a table of "METHOD path" without the query; a
// request that is not in it gets 500.
type scripted map[string]answer

type answer struct {
	status int
	body   string
	typ    string // of the content; "" means SCIM
}

func (s scripted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a, ok := s[r.Method+" "+r.URL.Path]
	if !ok {
		a = answer{status: 500, body: `{"schemas":["` + scim.ErrorSchema + `"],"status":"500","detail":"not in the script"}`}
	}
	if a.typ == "" {
		a.typ = scim.ContentType
	}
	w.Header().Set("Content-Type", a.typ)
	w.WriteHeader(a.status)
	io.WriteString(w, a.body)
}

func list(resources ...string) string {
	return fmt.Sprintf(`{"schemas":[%q],"totalResults":%d,"startIndex":1,"itemsPerPage":%d,"Resources":[%s]}`,
		scim.ListResponseSchema, len(resources), len(resources), strings.Join(resources, ","))
}

func refusal(status int, scimType, detail string) answer {
	return answer{status: status, body: fmt.Sprintf(`{"schemas":[%q],"status":"%d","scimType":%q,"detail":%q}`, scim.ErrorSchema, status, scimType, detail)}
}

// everything prints an outcome as anybody might, to look for what must not be there.
func everything(out engine.Outcome) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%+v\n", out)
	for _, p := range out.Modified {
		for _, s := range []*string{p.Old, p.New} {
			if s != nil {
				b.WriteString(*s + "\n")
			}
		}
	}
	return b.String()
}
