package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// defaultParallel is how many profiles are worked on at once. Each plan sends several
// requests at a time by itself.
const defaultParallel = 4

// fleet is the work on many profiles at once: each has a session in its tenant, and
// one sign-in serves all that are in the same.
type fleet struct {
	deps     *Deps
	parallel int
	buffered bool // what a unit says is kept until it is its turn
	sessions []*session
	byTenant map[string]*session
	views    map[string]*shared

	mu sync.Mutex // of the streams
}

// outcome is what became of one unit.
type outcome struct {
	unit
	session *session // nil for a broken unit
	plan    *plan.Plan
	kept    *plan.SavedPlan // of plan, to be written with --out
	report  *apply.Report
	begun   bool
	err     error
}

// openFleet opens a session for each tenant that the units are in.
func (d *Deps) openFleet(ctx context.Context, f connectFlags, units []unit, source sourceFlags, parallel int, many bool) (*fleet, error) {
	fl := &fleet{deps: d, parallel: parallel, buffered: many, byTenant: map[string]*session{}, views: map[string]*shared{}}
	for _, tenant := range d.tenants(f, units, source) {
		connect := f
		if tenant != "" {
			connect.Tenant = tenant
		}
		s, err := d.open(ctx, connect, nil)
		if err != nil {
			fl.closeInto(&err)
			return nil, err
		}
		fl.sessions = append(fl.sessions, s)
		fl.byTenant[tenant], fl.views[tenant] = s, share(s.target)
	}
	return fl, nil
}

// closeInto ends all sessions; the first error wins.
func (fl *fleet) closeInto(err *error) {
	for _, s := range fl.sessions {
		s.closeInto(err)
	}
}

// tenants returns the tenants to sign in to, "" for the one that flags and
// environment name. Profiles choose only where they are in several tenants and no
// flag says otherwise: a single one that is in another tenant than the sign-in is
// refused, as it may be a mistake.
func (d *Deps) tenants(f connectFlags, units []unit, source sourceFlags) []string {
	var named []string
	for i := range units {
		units[i].tenant = ""
		if t := d.tenantOf(units[i], source); t != "" && f.Tenant == "" && !f.sandbox.On {
			units[i].tenant = strings.ToLower(t)
			named = append(named, units[i].tenant)
		}
	}
	slices.Sort(named)
	named = slices.Compact(named)
	if len(named) < 2 {
		for i := range units {
			units[i].tenant = ""
		}
		return []string{""}
	}
	if slices.ContainsFunc(units, func(u unit) bool { return u.tenant == "" }) {
		named = append([]string{""}, named...)
	}
	return named
}

// tenantOf is the tenant that a profile names.
func (d *Deps) tenantOf(u unit, source sourceFlags) string {
	if u.Profile == nil || u.broken {
		return ""
	}
	values, err := d.values(u.Profile, source)
	if err != nil {
		return ""
	}
	r, _ := u.Resolve(profile.Options{Environment: u.environment, Values: values, Sandbox: true})
	if r == nil {
		return ""
	}
	return r.Tenant.Value
}

// each works on the outcomes, several at a time, and waits for all. An error stays
// with its outcome and does not stop the others. What a unit says comes in the order
// of the units. When ctx ends, no more units begin. The error is that of writing what
// units said.
func (fl *fleet) each(ctx context.Context, outcomes []*outcome, work func(context.Context, *session, *outcome) error) error {
	for _, s := range fl.sessions {
		before := s.notice
		s.notice = func(text string) {
			fl.mu.Lock()
			defer fl.mu.Unlock()
			if before != nil {
				before(text)
				return
			}
			render.Err(fl.deps.IO).Note("%s", text)
		}
		defer func() { s.notice = before }()
	}
	q := queue{fl: fl, said: make([]*words, len(outcomes))}
	var g errgroup.Group
	g.SetLimit(fl.parallel)
	for i, o := range outcomes {
		g.Go(func() error {
			w := &words{}
			defer q.done(i, w)
			if ctx.Err() != nil {
				return nil
			}
			o.begun = true
			streams := fl.deps.IO
			if fl.buffered {
				streams = w.streams(streams)
			}
			o.session = fl.byTenant[o.tenant].over(streams, fl.views[o.tenant])
			if o.err = work(ctx, o.session, o); o.err != nil {
				o.session.deps.sayOf(o, o.err, fl.buffered)
			}
			return nil
		})
	}
	_ = g.Wait() // errors are with their outcomes
	return q.err
}

// sayOf says an error that was not said yet, with whose it is among many. An end by
// Ctrl-C is said once for all.
func (d *Deps) sayOf(o *outcome, err error, many bool) {
	said, ok := errors.AsType[*codeError](err)
	switch {
	case ok && (said.err == nil || said.said), errors.Is(err, context.Canceled):
	case many:
		d.say(fmt.Errorf("%s: %w", o.label(), err))
	case ok:
		d.say(said.err)
	default:
		d.say(err)
	}
}

// words are what a unit says on both streams, in the order in which it says them.
type words struct {
	mu    sync.Mutex
	parts []part
}

type part struct {
	to   io.Writer
	text []byte
}

// streams returns streams like those given that keep what is written.
func (w *words) streams(like *iostreams.IOStreams) *iostreams.IOStreams {
	kept := *like
	kept.Out, kept.Err = tap{w, like.Out}, tap{w, like.Err}
	return &kept
}

// tap is one of the two streams of a unit.
type tap struct {
	w  *words
	to io.Writer
}

// Write keeps the text.
func (t tap) Write(p []byte) (int, error) {
	t.w.mu.Lock()
	defer t.w.mu.Unlock()
	t.w.parts = append(t.w.parts, part{t.to, bytes.Clone(p)})
	return len(p), nil
}

// queue lets units speak in their order.
type queue struct {
	fl   *fleet
	mu   sync.Mutex
	said []*words // nil: not ended yet
	next int
	err  error // the first of writing
}

// done takes what unit i said, and passes on all whose turn it is.
func (q *queue) done(i int, w *words) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.said[i] = w
	for q.next < len(q.said) && q.said[q.next] != nil {
		q.fl.mu.Lock()
		for _, p := range q.said[q.next].parts {
			if _, err := p.to.Write(p.text); err != nil && q.err == nil {
				q.err = err
			}
		}
		q.fl.mu.Unlock()
		q.next++
	}
}
