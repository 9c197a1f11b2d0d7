package graph

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// newcomers remembers which service principals this client has met, so that one that
// an earlier run made moments ago gets the patience that new ones need: that run may
// have ended before the synchronization backend knew it.
type newcomers struct {
	mu    sync.Mutex
	known map[string]*newcomer // by object id
}

// newcomer is a service principal whose age is looked at once, when it matters.
type newcomer struct {
	appID  string
	asked  bool
	looked chan struct{} // closed when its age has been looked at
}

func (n *newcomers) meet(id, appID string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.known == nil {
		n.known = map[string]*newcomer{}
	}
	if n.known[id] == nil {
		n.known[id] = &newcomer{appID: appID, looked: make(chan struct{})}
	}
}

// ask returns a service principal, and whether the caller is the first to ask, who
// has to look.
func (n *newcomers) ask(id string) (met *newcomer, first bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	met = n.known[id]
	if met == nil || met.asked {
		return met, false
	}
	met.asked = true
	return met, true
}

// acquaint looks how old a service principal is whose synchronization refuses the
// client. One that is younger than the time that replication may take counts as new.
// Without its registration nothing can be said, and it counts as old.
// Source: graph_contract §2, graph_gotchas 2.
func (c *Client) acquaint(ctx context.Context, r *request, e *Error) {
	refused := e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || e.Status == http.StatusNotFound
	if c.asItIs || !r.sync() || !refused || e.foreign || e.Kind == SignIn {
		return
	}
	met, first := c.newcomers.ask(r.object)
	switch {
	case met == nil:
		return
	case !first:
		select {
		case <-met.looked:
		case <-ctx.Done():
		}
		return
	}
	defer close(met.looked)
	app, err := c.Application(ctx, met.appID)
	if err != nil {
		return
	}
	if made, err := time.Parse(time.RFC3339, app.CreatedDateTime); err == nil && c.clock.service().Sub(made) < syncLimit {
		c.young.addObject(r.object)
	}
}
