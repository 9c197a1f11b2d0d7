package graph

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// How long a call waits for what was just made to be known everywhere. Published
// scripts wait two to four minutes, other clients up to ten.
// Source: graph_contract §2.
const (
	replicationLimit = 10 * time.Minute // directory reads of a new application
	syncLimit        = 6 * time.Minute  // synchronization of a new service principal
	jobLimit         = 2 * time.Minute  // reads of a new job
	conflictLimit    = 2 * time.Minute  // a job that is busy, or too new to be started
)

// young are the objects that this client made. Only for them is a refusal taken
// for replication: on an older service principal a 401 is permanent and must
// show at once.
type young struct {
	mu      sync.Mutex
	objects map[string]bool // id -> synchronization does not know it yet
	jobs    map[string]bool
}

func (y *young) addObject(ids ...string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.objects == nil {
		y.objects = map[string]bool{}
	}
	for _, id := range ids {
		y.objects[id] = true
	}
}

func (y *young) addJob(id string) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.jobs == nil {
		y.jobs = map[string]bool{}
	}
	y.jobs[id] = true
}

// heard notes a success: the synchronization backend knows the object.
func (y *young) heard(r *request) {
	if r.sync() {
		y.gaveUp(r)
	}
}

// gaveUp ends the patience with an object's synchronization.
func (y *young) gaveUp(r *request) {
	y.mu.Lock()
	defer y.mu.Unlock()
	if y.objects[r.object] && r.sync() {
		y.objects[r.object] = false
	}
}

// object reports whether this client made the object, and whether its
// synchronization still has to answer for the first time.
func (y *young) object(id string) (made, unheard bool) {
	y.mu.Lock()
	defer y.mu.Unlock()
	unheard, made = y.objects[id]
	return made, unheard
}

func (y *young) job(id string) bool {
	y.mu.Lock()
	defer y.mu.Unlock()
	return y.jobs[id]
}

// settling says how long to wait for an error that passes by itself, and what is
// waited for; zero means that it does not. Source: graph_gotchas 1, 2.
func (c *Client) settling(r *request, e *Error) (time.Duration, string) {
	made, unheard := c.young.object(r.object)
	switch {
	case r.passes != nil && r.passes(e):
		return r.within, "not there yet"
	case r.sync() && unheard && (e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden || e.Status == http.StatusNotFound) && e.Kind != SignIn && !e.foreign:
		why := fmt.Sprintf("the synchronization service does not know the new application yet (%d)", e.Status)
		if e.Kind == Denied {
			why += fmt.Sprintf("; if this lasts, the permission %s is missing", r.needs.name)
		}
		return syncLimit, why
	case r.sync() && e.Kind == NotFound && c.young.job(r.job):
		return jobLimit, "the new job is not there yet"
	case r.sync() && e.Kind == Conflict && r.method != http.MethodGet:
		return conflictLimit, "the job is busy or too new"
	case !r.sync() && made && e.Kind == NotFound && (e.Message == "" || strings.Contains(e.Message, r.object)):
		return replicationLimit, "the new application is not known everywhere yet"
	}
	return 0, ""
}
