package profiletest

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// baseURL is where the server inside the process seems to be. The name cannot
// exist on a network (RFC 6761 §6.4).
const baseURL = "https://target.invalid"

// world is an empty SCIM server with a job that provisions into it.
type world struct {
	links     *engine.Memory
	client    *client.Client
	config    engine.Config
	exchanges []client.Exchange
}

// newWorld makes the world of one test, in which the objects that s refers to are
// provisioned already. Ids at the server are counted, random values come from a
// fixed seed, so that a test always sends the same.
func newWorld(r *profile.Resolved, t profile.Test, s engine.Subject, programs []*mapping.Program, now func() time.Time) (*world, error) {
	w := &world{links: engine.NewMemory()}
	count := 0
	target := server.New(server.Options{
		Now:   now,
		State: &server.State{Users: w.known(s)},
		NewID: func() string {
			count++
			return fmt.Sprintf("00000000-0000-4000-8000-%012d", count)
		},
	})
	var err error
	w.client, err = client.New(client.Options{
		BaseURL:   baseURL,
		Transport: inProcess{target},
		Observe:   func(x client.Exchange) { w.exchanges = append(w.exchanges, x) },
	})
	if err != nil {
		return nil, err
	}
	w.config = engine.Config{
		SyncAll: syncAll(r, t.When),
		Dialect: scim.Entra,
		Client:  w.client,
		Links:   w.links,
		Env:     mapping.Env{Now: now, Random: rand.NewChaCha8([32]byte{})},
	}
	if r.Settings.SkipOutOfScopeDeletions != nil {
		w.config.SkipOutOfScopeDeletions = *r.Settings.SkipOutOfScopeDeletions
	}
	if r.Endpoint != nil {
		w.config.Dialect = scim.DialectOf(r.Endpoint.URL.Value)
	}
	for _, p := range programs {
		switch p.Mapping.Source {
		case mapping.User:
			w.config.Users = p
		case mapping.Group:
			w.config.Groups = p
		}
	}
	return w, nil
}

// link provisions the object as it was while it was active and in scope.
func (w *world) link(ctx context.Context, s engine.Subject) error {
	config := w.config
	for _, p := range []**mapping.Program{&config.Users, &config.Groups} {
		if *p == nil {
			continue
		}
		open := (*p).Mapping
		open.Scope, open.Actions = nil, mapping.AllActions
		program, problems := mapping.Compile(open)
		if err := problems.Err(); err != nil {
			return err
		}
		*p = program
	}
	e, err := engine.New(config)
	if err != nil {
		return err
	}
	s.Assigned, s.Roles, s.Deleted = true, []string{userRole}, engine.NotDeleted
	if s.Object, err = s.Object.With("accountEnabled", true); err != nil {
		return err
	}
	if out := e.Provision(ctx, s); out.Action != engine.ActionCreate || out.Status != engine.Success {
		return fmt.Errorf("%s %s: %s", out.Action, out.Status, out.Message)
	}
	w.exchanges = nil
	return nil
}

// provision provisions the object in its tested state.
func (w *world) provision(ctx context.Context, s engine.Subject) (engine.Outcome, error) {
	e, err := engine.New(w.config)
	if err != nil {
		return engine.Outcome{}, err
	}
	return e.Provision(ctx, s), nil
}

// userRole is the app role that an assigned object holds unless the test says
// otherwise with appRoleAssignments.
const userRole = "User"

// subject reads the tested object.
func subject(t profile.Test) (engine.Subject, error) {
	typ, attrs := mapping.User, t.User
	if t.Group != nil {
		typ, attrs = mapping.Group, t.Group
	}
	o, err := mapping.NewObject(typ, attrs)
	if err != nil {
		return engine.Subject{}, err
	}
	s := engine.Subject{Object: o, Assigned: t.When.Assigned == nil || *t.When.Assigned}
	switch t.When.Deleted {
	case "":
	case "soft":
		s.Deleted = engine.SoftDeleted
	case "hard":
		s.Deleted = engine.HardDeleted
	default:
		return engine.Subject{}, fmt.Errorf("deleted: %q is neither soft nor hard", t.When.Deleted)
	}
	if s.Assigned {
		s.Roles = []string{userRole}
	}
	if roles := o.Attribute("appRoleAssignments").Strings(); len(roles) > 0 {
		s.Roles = slices.Clone(roles)
	}
	if typ == mapping.Group {
		for _, id := range o.Attribute("members").Strings() {
			s.Members = append(s.Members, engine.Member{Type: mapping.User, ID: id})
		}
	}
	return s, nil
}

// known returns the users that the tested object refers to, linked under the id
// that they have in the directory.
func (w *world) known(s engine.Subject) []*scim.Object {
	ids := []string{s.Object.Text("manager")}
	for _, m := range s.Members {
		ids = append(ids, m.ID)
	}
	var users []*scim.Object
	for _, id := range ids {
		if _, linked := w.links.Target(mapping.User, id); id == "" || linked {
			continue
		}
		w.links.Link(mapping.User, id, id)
		user := &scim.Object{}
		user.Set("schemas", []any{scim.UserSchema})
		user.Set("id", id)
		user.Set("userName", id)
		users = append(users, user)
	}
	return users
}

// writes returns the requests that would have changed the server, in order.
func (w *world) writes() []client.Exchange {
	var out []client.Exchange
	for _, x := range w.exchanges {
		if x.Method != http.MethodGet {
			out = append(out, x)
		}
	}
	return out
}

// inProcess answers requests by calling a handler.
type inProcess struct{ handler http.Handler }

func (t inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	a := &answer{header: http.Header{}, status: http.StatusOK}
	in := req.Clone(req.Context())
	in.RequestURI, in.Host = in.URL.RequestURI(), in.URL.Host
	if in.Body == nil {
		in.Body = http.NoBody
	}
	t.handler.ServeHTTP(a, in)
	if err := in.Body.Close(); err != nil {
		return nil, err
	}
	return &http.Response{
		Status: http.StatusText(a.status), StatusCode: a.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: a.header, Body: readCloser{bytes.NewReader(a.body.Bytes())}, ContentLength: int64(a.body.Len()), Request: req,
	}, nil
}

type readCloser struct{ *bytes.Reader }

func (readCloser) Close() error { return nil }

// answer is an http.ResponseWriter that keeps what is written.
type answer struct {
	header http.Header
	status int
	sealed bool
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if !a.sealed {
		a.status, a.sealed = status, true
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.sealed = true
	return a.body.Write(p)
}

// relative is a request's path below the SCIM base URL.
func relative(url string) string { return strings.TrimPrefix(url, baseURL) }
