package cmd

import (
	"context"
	"strings"
	"sync"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/internal/version"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/secret"
)

// session is one command's work on a tenant.
type session struct {
	deps    *Deps
	target  apply.Target
	hangUp  func() // lets go of the connections to the tenant
	secrets *secret.Resolver
	sandbox *sandbox     // nil on a real tenant
	cloud   string       // address of Microsoft Graph, or "sandbox"
	notice  func(string) // where waits are told; nil writes notes
	told    *told
}

// told remembers what was said and need not be said again.
type told struct {
	mu   sync.Mutex
	what map[string]bool
}

// once reports whether it is asked for the first time.
func (t *told) once(what string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.what[what] {
		return false
	}
	if t.what == nil {
		t.what = map[string]bool{}
	}
	t.what[what] = true
	return true
}

// theSandbox is the cloud of plans that were made in the sandbox.
const theSandbox = "sandbox"

// open signs in, lazily: the first request shows whether it works.
func (d *Deps) open(_ context.Context, f connectFlags, _ []planned) (*session, error) {
	if err := f.sandbox.check(); err != nil {
		return nil, err
	}
	s := &session{deps: d, secrets: d.secrets(), told: &told{}}
	var (
		o   graph.Options
		err error
	)
	if f.sandbox.On {
		s.secrets = d.sandboxSecrets()
		s.sandbox, o, err = d.openSandbox(f.sandbox)
	} else {
		o, err = f.options(d)
	}
	if err != nil {
		return nil, err
	}
	o.UserAgent = "scimctl/" + version.Number
	o.Prompt = func(text string) { render.Err(d.IO).Note("%s", text) }
	o.Notice = s.tell
	o.Sleep = d.Sleep
	o.AsItIs = f.asItIs
	client, err := graph.New(o)
	if err != nil {
		s.closeInto(&err)
		return nil, err
	}
	s.target, s.hangUp, s.cloud = client, client.Close, client.Address()
	if s.sandbox != nil {
		s.cloud = theSandbox // its address is another one each time
	}
	return s, nil
}

// over returns the session with other streams and another view of its tenant, for one
// of many that work at the same time. Only the original is closed.
func (s *session) over(streams *iostreams.IOStreams, t apply.Target) *session {
	view, deps := *s, *s.deps
	deps.IO = streams
	view.deps, view.target = &deps, t
	return &view
}

// closeInto ends the session; the first error wins.
func (s *session) closeInto(err *error) {
	if s.hangUp != nil {
		s.hangUp()
	}
	if s.sandbox == nil {
		return
	}
	if closeErr := s.sandbox.emulator.Close(); *err == nil {
		*err = closeErr
	}
}

// tell shows a wait: between the steps while they run, else as a note.
func (s *session) tell(text string) {
	if s.notice != nil {
		s.notice(text)
		return
	}
	render.Err(s.deps.IO).Note("%s", text)
}

// values collects the values of a profile's variables. The sandbox fills in those
// that must have one, and says so once.
func (s *session) values(p *profile.Profile, f sourceFlags) (map[string]string, error) {
	values, err := s.deps.values(p, f)
	if err != nil || s.sandbox == nil {
		return values, err
	}
	for _, v := range p.Variables {
		if _, given := values[v.Name]; given {
			continue
		}
		text := v.Sandbox
		if made, needed := p.StandIn(v.Name); needed {
			text = made
		}
		if text != "" && s.told.once(p.Name+" "+v.Name) {
			render.Err(s.deps.IO).Note("variable %s is not set; the sandbox uses %s", v.Name, text)
		}
	}
	return values, nil
}

// selection repeats the flags that chose the profile, for a command to copy.
func (s *session) selection(f sourceFlags) string {
	var b strings.Builder
	for i, name := range f.Files {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString("-f " + quoteArg(name))
	}
	if f.Profile != "" {
		b.WriteString(" --profile " + quoteArg(f.Profile))
	}
	if f.Environment != "" {
		b.WriteString(" --env " + quoteArg(f.Environment))
	}
	return b.String()
}

// quoteArg writes an argument as a shell takes it.
func quoteArg(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\n\"'`$&|;<>()*?[]{}#!~\\") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
