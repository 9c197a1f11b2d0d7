package engine

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// MemoryDirectory is a Directory in memory that counts its changes. It is safe for
// concurrent use.
type MemoryDirectory struct {
	mu       sync.RWMutex
	serial   int64
	objects  map[string]map[string]*directoryObject // by type and id
	roles    map[string][]string                    // app roles by principal
	memberOf map[string]map[string]bool             // groups by id of the member
}

// directoryObject is a user or group.
type directoryObject struct {
	typ, id  string
	attrs    map[string]any
	object   mapping.Object // of attrs
	members  []Member       // of a group
	deleted  Deleted
	assigned bool             // when it was deleted for good
	made     int64            // serial of the creation or restoration
	changed  int64            // serial of the last change
	changes  map[string]int64 // serials of the last change by attribute
}

// NewMemoryDirectory returns an empty directory.
func NewMemoryDirectory() *MemoryDirectory {
	return &MemoryDirectory{
		objects: map[string]map[string]*directoryObject{mapping.User: {}, mapping.Group: {}},
		roles:   map[string][]string{}, memberOf: map[string]map[string]bool{},
	}
}

// Put creates an object or changes attributes of one; nil removes an attribute.
// attrs has the objectId. An error names the attribute whose value is none, or says
// that the object is deleted.
func (d *MemoryDirectory) Put(typ string, attrs map[string]any) error {
	o, err := mapping.NewObject(typ, attrs)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.objects[typ]
	switch {
	case all == nil:
		return fmt.Errorf("objects of type %q are neither users nor groups", typ)
	case o.ID == "":
		return fmt.Errorf("the object has no %s", attrObjectID)
	}
	d.serial++
	have := all[o.ID]
	switch {
	case have == nil:
		have = &directoryObject{typ: typ, id: o.ID, attrs: map[string]any{}, changes: map[string]int64{}, made: d.serial}
		all[o.ID] = have
	case have.deleted != NotDeleted:
		return fmt.Errorf("the %s %s is deleted", typ, o.ID)
	}
	for name, value := range attrs {
		if value == nil {
			delete(have.attrs, name)
		} else {
			have.attrs[name] = value
		}
		have.changes[name] = d.serial
	}
	have.changed = d.serial
	have.object, err = mapping.NewObject(typ, have.attrs)
	return err
}

// SetMember puts a direct member into a group or takes it out.
func (d *MemoryDirectory) SetMember(groupID string, m Member, has bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	group, err := d.find(mapping.Group, groupID)
	if err != nil {
		return err
	}
	if _, err := d.find(m.Type, m.ID); err != nil {
		return err
	}
	if d.memberOf[m.ID][groupID] == has {
		return nil
	}
	d.serial++
	if has {
		group.members = append(group.members, m)
		if d.memberOf[m.ID] == nil {
			d.memberOf[m.ID] = map[string]bool{}
		}
		d.memberOf[m.ID][groupID] = true
	} else {
		group.members = slices.DeleteFunc(group.members, func(other Member) bool { return other == m })
		delete(d.memberOf[m.ID], groupID)
	}
	d.touch(group, attrMembers)
	if len(d.roles[groupID]) > 0 {
		d.touch(d.objects[m.Type][m.ID], attrRoles)
	}
	return nil
}

// Assign gives a user or group an app role of the application.
func (d *MemoryDirectory) Assign(id, role string) error {
	return d.assign(id, func(roles []string) []string {
		if slices.Contains(roles, role) {
			return roles
		}
		return append(roles, role)
	})
}

// Unassign takes all app roles of the application from a user or group.
func (d *MemoryDirectory) Unassign(id string) error {
	return d.assign(id, func([]string) []string { return nil })
}

func (d *MemoryDirectory) assign(id string, change func([]string) []string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	o, err := d.either(id)
	if err != nil {
		return err
	}
	before := slices.Clone(d.roles[id])
	if d.roles[id] = change(d.roles[id]); slices.Equal(before, d.roles[id]) {
		return nil
	}
	d.serial++
	d.touch(o, attrRoles)
	for _, m := range o.members {
		d.touch(d.objects[m.Type][m.ID], attrRoles)
	}
	return nil
}

// Delete deletes an object softly: it can be restored, and is no member meanwhile.
func (d *MemoryDirectory) Delete(id string) error { return d.setDeleted(id, SoftDeleted) }

// Restore brings a softly deleted object back, with its memberships.
func (d *MemoryDirectory) Restore(id string) error { return d.setDeleted(id, NotDeleted) }

// Purge deletes an object for good, whether it was deleted softly before or not.
func (d *MemoryDirectory) Purge(id string) error { return d.setDeleted(id, HardDeleted) }

func (d *MemoryDirectory) setDeleted(id string, to Deleted) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	o, err := d.either(id)
	if err != nil {
		return err
	}
	if o.deleted == to {
		return nil
	}
	d.serial++
	if o.deleted == NotDeleted || to == NotDeleted { // it was, or becomes, a member of its groups
		for group := range d.memberOf[id] {
			d.touch(d.objects[mapping.Group][group], attrMembers)
		}
	}
	if to == HardDeleted {
		o.assigned = len(d.rolesOf(o)) > 0
		for group := range d.memberOf[id] {
			g := d.objects[mapping.Group][group]
			g.members = slices.DeleteFunc(g.members, func(m Member) bool { return m.ID == id })
		}
		for _, m := range o.members {
			delete(d.memberOf[m.ID], id)
			d.touch(d.objects[m.Type][m.ID], attrRoles)
		}
		delete(d.memberOf, id)
		delete(d.roles, id)
		o.members, o.attrs = nil, map[string]any{attrObjectID: id}
		var err error
		if o.object, err = mapping.NewObject(o.typ, o.attrs); err != nil {
			return err
		}
	} else {
		for _, m := range o.members {
			d.touch(d.objects[m.Type][m.ID], attrRoles) // a deleted group assigns nobody
		}
	}
	o.deleted, o.changed = to, d.serial
	return nil
}

// touch notes a change of an attribute.
func (d *MemoryDirectory) touch(o *directoryObject, attr string) {
	o.changed, o.changes[attr] = d.serial, d.serial
}

// find returns an object that is not gone for good.
func (d *MemoryDirectory) find(typ, id string) (*directoryObject, error) {
	o := d.objects[typ][id]
	if o == nil || o.deleted == HardDeleted {
		return nil, fmt.Errorf("the directory has no %s %s", typ, id)
	}
	return o, nil
}

func (d *MemoryDirectory) either(id string) (*directoryObject, error) {
	if o, err := d.find(mapping.User, id); err == nil {
		return o, nil
	}
	if o, err := d.find(mapping.Group, id); err == nil {
		return o, nil
	}
	return nil, fmt.Errorf("the directory has no user or group %s", id)
}

// rolesOf returns the roles that an object holds, directly or as a direct member of
// an assigned group, in order. Source: graph_contract §3.
func (d *MemoryDirectory) rolesOf(o *directoryObject) []string {
	roles := slices.Clone(d.roles[o.id])
	for group := range d.memberOf[o.id] {
		if g := d.objects[mapping.Group][group]; g != nil && g.deleted == NotDeleted && o.typ == mapping.User {
			roles = append(roles, d.roles[group]...)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// subject is an object as it is now; the lock is held.
func (d *MemoryDirectory) subject(o *directoryObject) Subject {
	s := Subject{Object: o.object, Roles: d.rolesOf(o), Deleted: o.deleted}
	s.Assigned = len(s.Roles) > 0 || o.deleted == HardDeleted && o.assigned
	for _, m := range o.members {
		if d.objects[m.Type][m.ID].deleted == NotDeleted {
			s.Members = append(s.Members, m)
		}
	}
	return s
}

// Watermark implements Directory.
func (d *MemoryDirectory) Watermark(context.Context) (string, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return strconv.FormatInt(d.serial, 10), nil
}

// Changes implements Directory: objects come by id.
func (d *MemoryDirectory) Changes(_ context.Context, typ, since string) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		var from int64
		if since != "" {
			var err error
			if from, err = strconv.ParseInt(since, 10, 64); err != nil {
				yield(Change{}, fmt.Errorf("%q is no watermark of this directory", since))
				return
			}
		}
		d.mu.RLock()
		ids := slices.Sorted(maps.Keys(d.objects[typ]))
		d.mu.RUnlock()
		for _, id := range ids {
			if change, ok := d.change(typ, id, from, since == ""); ok && !yield(change, nil) {
				return
			}
		}
	}
}

// change returns an object if it changed.
func (d *MemoryDirectory) change(typ, id string, from int64, all bool) (c Change, ok bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	o := d.objects[typ][id]
	if all && o.deleted == HardDeleted || !all && o.changed <= from {
		return Change{}, false
	}
	c.Subject = d.subject(o)
	if !all && o.made <= from {
		c.Attributes = []string{}
		for _, name := range slices.Sorted(maps.Keys(o.changes)) {
			if o.changes[name] > from {
				c.Attributes = append(c.Attributes, name)
			}
		}
	}
	return c, true
}

// Find implements Directory. It knows objects that are gone for good as well.
func (d *MemoryDirectory) Find(_ context.Context, typ, id string) (Subject, bool, error) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	o := d.objects[typ][id]
	if o == nil {
		return Subject{}, false, nil
	}
	return d.subject(o), true, nil
}
