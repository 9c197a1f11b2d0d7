package endpoint

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

// object is something that a check made, or may have made.
type object struct {
	resource string // Users, Groups
	id       string // "" until known
	name     string // userName or displayName of the request
	unsure   bool   // no answer tells whether it was made
	gone     bool
}

// cleanTime bounds the clean-up after a check, which goes on when the run is
// cancelled; each object of a large group adds cleanEach.
const (
	cleanTime = 20 * time.Second
	cleanEach = 100 * time.Millisecond
)

// naming is the attribute that names an object of each kind of resource.
func naming(resource string) string {
	if resource == "Groups" {
		return "displayName"
	}
	return "userName"
}

// makes reports whether a request can make an object: a POST to a collection, or a
// PUT, which must not but may.
func makes(r request) bool {
	if len(r.Path) == 0 || r.Path[0] != "Users" && r.Path[0] != "Groups" {
		return false
	}
	return r.Method == http.MethodPost && len(r.Path) == 1 || r.Method == http.MethodPut && len(r.Path) == 2
}

// expectObject notes before the request that it may make an object, so that one
// whose answer never comes is looked for.
func (p *Probe) expectObject(r request) {
	if !makes(r) || r.Method == http.MethodPut {
		return
	}
	name := r.Body.Text(naming(r.Path[0]))
	p.shared.mu.Lock()
	defer p.shared.mu.Unlock()
	p.shared.made = append(p.shared.made, object{resource: r.Path[0], name: name, unsure: true})
}

// noteObject notes what the answer tells about an object.
func (p *Probe) noteObject(a *answer) {
	r := a.request
	p.shared.mu.Lock()
	defer p.shared.mu.Unlock()
	switch {
	case r.Method == http.MethodDelete && len(r.Path) == 2 && a.OK():
		for i := range p.shared.made {
			if m := &p.shared.made[i]; m.resource == r.Path[0] && m.id == r.Path[1] {
				m.gone = true
			}
		}
	case !makes(r):
	case r.Method == http.MethodPut && a.Is(http.StatusCreated):
		p.shared.made = append(p.shared.made, object{resource: r.Path[0], id: or(a.ID(), r.Path[1]), name: r.Body.Text(naming(r.Path[0]))})
	case r.Method == http.MethodPost:
		p.settle(r, a)
	}
}

// settle finds the newest expectation of a POST and says what became of it.
func (p *Probe) settle(r request, a *answer) {
	name := r.Body.Text(naming(r.Path[0]))
	for i := len(p.shared.made) - 1; i >= 0; i-- {
		m := &p.shared.made[i]
		if m.resource != r.Path[0] || m.name != name || !m.unsure || m.id != "" {
			continue
		}
		switch {
		case a.OK() && a.ID() != "":
			m.id, m.unsure = a.ID(), false
		case a.Err == nil && a.Status >= 400 && a.Status < 500:
			p.shared.made = slices.Delete(p.shared.made, i, i+1) // refused
		}
		return
	}
}

// made notes an object that came about in another way than by POST to its
// collection, such as by a bulk request.
func (p *Probe) made(resource, id, name string) {
	p.shared.mu.Lock()
	defer p.shared.mu.Unlock()
	p.shared.made = append(p.shared.made, object{resource: resource, id: id, name: name})
}

// clean removes what the check made, groups first and the newest first, and returns
// what is left. It has a context of its own, as a cancelled run must not leave
// anything behind.
func (p *Probe) clean(ctx context.Context) []Leftover {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime+time.Duration(len(p.shared.made))*cleanEach)
	defer cancel()
	slices.Reverse(p.shared.made)
	slices.SortStableFunc(p.shared.made, func(a, b object) int { return rank(a.resource) - rank(b.resource) })
	var left []Leftover
	for _, o := range p.shared.made {
		if o.gone {
			continue
		}
		left = append(left, p.runner.remove(ctx, o)...)
	}
	return left
}

func rank(resource string) int {
	if resource == "Groups" {
		return 0
	}
	return 1
}

// remove deletes an object, which it looks for by its name when the id is unknown.
func (r *Runner) remove(ctx context.Context, o object) []Leftover {
	ids := []string{o.id}
	if o.id == "" {
		if o.name == "" {
			return nil // a body that names nothing makes nothing that could be found
		}
		if r.wire.isDeaf() {
			return []Leftover{{o.resource, "", o.name, "the answer to its creation did not tell whether it was made"}}
		}
		var problem string
		if ids, problem = r.find(ctx, o); problem != "" {
			return []Leftover{{o.resource, "", o.name, "it may have been made, and cannot be looked for: " + problem}}
		}
	}
	var left []Leftover
	for _, id := range ids {
		a := r.wire.send(ctx, one(http.MethodDelete, o.resource, id))
		if !a.OK() && !a.Is(http.StatusNotFound, http.StatusGone) {
			left = append(left, Leftover{o.resource, id, o.name, "DELETE: " + a.Says()})
		}
	}
	return left
}

// find returns the ids of the objects of a name.
func (r *Runner) find(ctx context.Context, o object) (ids []string, problem string) {
	filter := scim.Equal(scim.Path{Attribute: naming(o.resource)}, o.name).String()
	list, problem := r.wire.send(ctx, get(o.resource, scim.Param{Name: "filter", Value: filter})).List()
	for _, found := range list.Resources {
		if isMarked(found, r.run) && found.ID() != "" {
			ids = append(ids, found.ID())
		}
	}
	return ids, problem
}

// sweep looks for what is left of this run under its mark, such as objects that an
// answer denied. A server that cannot search by a beginning is not walked.
func (r *Runner) sweep(ctx context.Context) []Leftover {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanTime)
	defer cancel()
	var left []Leftover
	for _, resource := range []string{"Groups", "Users"} {
		if r.wire.isDeaf() {
			break
		}
		filter := fmt.Sprintf("%s sw %q", naming(resource), Mark+r.run)
		list, problem := r.wire.send(ctx, get(resource, scim.Param{Name: "filter", Value: filter})).List()
		if problem != "" {
			continue
		}
		for _, o := range list.Resources {
			if !isMarked(o, r.run) || o.ID() == "" {
				continue
			}
			name := o.Text(naming(resource))
			found := r.remove(ctx, object{resource: resource, id: o.ID(), name: name})
			if found == nil && r.wire.send(ctx, one(http.MethodGet, resource, o.ID())).OK() {
				found = []Leftover{{resource, o.ID(), name, "DELETE is answered as done, and the object is still there"}}
			}
			left = append(left, found...)
		}
	}
	return left
}
