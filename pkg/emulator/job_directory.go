package emulator

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// jobDirectory is the tenant as the job of one service principal reads it. It holds
// the tenant's lock for one object at a time. One goroutine uses it.
type jobDirectory struct {
	e         *Emulator
	principal string // object id of the service principal, "" for none

	entitled *entitled
	serial   uint64 // of the directory when entitled was made
}

// entitled is who is assigned to an application, by principal: app roles by name,
// none for default access.
type entitled map[string][]string

// entitledTo gathers the assignments to a service principal: direct ones, and those of
// direct members of an assigned group. Source: graph_contract §3.
func (s *state) entitledTo(principal string) *entitled {
	out := entitled{}
	resource := s.ServicePrincipals.get(principal)
	if resource == nil {
		return &out
	}
	add := func(id, role string) {
		roles, known := out[id]
		if !known {
			roles = []string{}
		}
		if role != "" && !slices.Contains(roles, role) {
			roles = append(roles, role)
			slices.Sort(roles)
		}
		out[id] = roles
	}
	for _, a := range s.Assignments {
		if a.ResourceID != resource.id() {
			continue
		}
		role := roleName(resource, a.RoleID)
		add(a.PrincipalID, role)
		if group := s.Groups.get(a.PrincipalID); group != nil {
			for _, id := range group.refs("members") {
				if s.Groups.get(id) == nil { // groups in groups assign nobody
					add(id, role)
				}
			}
		}
	}
	return &out
}

// subject is a user or group as the provisioning service has it; deleted ones are
// those in Deleted.
func (s *state) subject(e *entity, to *entitled) (engine.Subject, error) {
	object, err := s.sourceObject(e)
	if err != nil {
		return engine.Subject{}, fmt.Errorf("read %s %s: %w", e.Kind, e.id(), err)
	}
	out := engine.Subject{Object: object}
	roles, assigned := (*to)[e.id()]
	out.Assigned, out.Roles = assigned, slices.Clone(roles)
	if e.text("deletedDateTime") != "" {
		out.Deleted = engine.SoftDeleted
	}
	if e.Kind == "group" {
		out.Members = s.directMembers(e)
	}
	return out, nil
}

// directMembers are the users and groups in a group that are not deleted.
func (s *state) directMembers(group *entity) []engine.Member {
	var out []engine.Member
	for _, id := range group.refs("members") {
		if s.Users.get(id) != nil {
			out = append(out, engine.Member{Type: mapping.User, ID: id})
		} else if s.Groups.get(id) != nil {
			out = append(out, engine.Member{Type: mapping.Group, ID: id})
		}
	}
	return out
}

// Watermark implements engine.Directory: it is the serial of the last change.
func (d *jobDirectory) Watermark(context.Context) (string, error) {
	d.e.mu.RLock()
	defer d.e.mu.RUnlock()
	return strconv.FormatUint(d.e.state.Serial, 10), nil
}

// refresh gathers the assignments again when something changed; the lock is held.
func (d *jobDirectory) refresh() {
	if s := d.e.state; d.entitled == nil || d.serial != s.Serial {
		d.entitled, d.serial = s.entitledTo(d.principal), s.Serial
	}
}

// Changes implements engine.Directory: what is there in the order of creation, then
// what was deleted. The assignments are those at the beginning; a change after that
// is one of the next cycle.
func (d *jobDirectory) Changes(_ context.Context, typ, since string) iter.Seq2[engine.Change, error] {
	return func(yield func(engine.Change, error) bool) {
		ids, gone, moved, from, err := d.changed(typ, since)
		if err != nil {
			yield(engine.Change{}, err)
			return
		}
		for _, id := range ids {
			change, known, err := d.change(typ, id, from, since == "", moved[id])
			if (known || err != nil) && !yield(change, err) || err != nil {
				return
			}
		}
		for _, t := range gone {
			subject, err := vanishedSubject(t, d.principal)
			if !yield(engine.Change{Subject: subject}, err) || err != nil {
				return
			}
		}
	}
}

// changed lists the ids of what changed after a watermark, the tombstones, and whose
// assignments changed.
func (d *jobDirectory) changed(typ, since string) (ids []string, gone []tombstone, moved map[string]bool, from uint64, err error) {
	d.e.mu.RLock()
	defer d.e.mu.RUnlock()
	d.refresh()
	s := d.e.state
	if since != "" {
		if from, err = strconv.ParseUint(since, 10, 64); err != nil {
			return nil, nil, nil, 0, fmt.Errorf("%q is no watermark of this directory", since)
		}
	}
	kind, in := "user", s.Users
	if typ == mapping.Group {
		kind, in = "group", s.Groups
	}
	moved = s.movedSince(from)
	for _, c := range []*collection{in, s.Deleted} {
		for _, e := range c.list {
			if e.Kind == kind && (since == "" || e.Serial > from || moved[e.id()]) {
				ids = append(ids, e.id())
			}
		}
	}
	if since != "" {
		for _, t := range s.Gone {
			if t.Type == typ && t.Serial > from {
				gone = append(gone, t)
			}
		}
	}
	return ids, gone, moved, from, nil
}

func (d *jobDirectory) change(typ, id string, from uint64, all, moved bool) (c engine.Change, known bool, err error) {
	d.e.mu.RLock()
	defer d.e.mu.RUnlock()
	e := d.e.state.userOrGroup(typ, id)
	if e == nil {
		return c, false, nil // it was deleted for good meanwhile: a change of the next cycle
	}
	if c.Subject, err = d.e.state.subject(e, d.entitled); err != nil {
		return c, true, err
	}
	if !all && e.Born <= from {
		c.Attributes = []string{}
		if moved {
			c.Attributes = append(c.Attributes, rolesAttribute)
		}
		for name, serial := range e.Changes {
			if serial > from && !slices.Contains(c.Attributes, name) {
				c.Attributes = append(c.Attributes, name)
			}
		}
		slices.Sort(c.Attributes)
	}
	return c, true, nil
}

// userOrGroup finds an object that is there or can be restored.
func (s *state) userOrGroup(typ, id string) *entity {
	kind, in := "user", s.Users
	if typ == mapping.Group {
		kind, in = "group", s.Groups
	}
	if e := in.get(id); e != nil {
		return e
	}
	if e := s.Deleted.get(id); e != nil && e.Kind == kind {
		return e
	}
	return nil
}

func vanishedSubject(t tombstone, principal string) (engine.Subject, error) {
	o, err := mapping.NewObject(t.Type, map[string]any{"objectId": t.ID})
	return engine.Subject{Object: o, Deleted: engine.HardDeleted, Assigned: slices.Contains(t.Assigned, principal)}, err
}

// Find implements engine.Directory.
func (d *jobDirectory) Find(_ context.Context, typ, id string) (engine.Subject, bool, error) {
	d.e.mu.RLock()
	defer d.e.mu.RUnlock()
	d.refresh()
	if e := d.e.state.userOrGroup(typ, id); e != nil {
		subject, err := d.e.state.subject(e, d.entitled)
		return subject, err == nil, err
	}
	for _, t := range d.e.state.Gone {
		if t.Type == typ && t.ID == id {
			subject, err := vanishedSubject(t, d.principal)
			return subject, err == nil, err
		}
	}
	return engine.Subject{}, false, nil
}
