package emulator

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// Names of source attributes that stand for references and assignments when the
// directory tells what changed.
const (
	membersAttribute = "members"
	managerAttribute = "manager"
	rolesAttribute   = "appRoleAssignments"
)

// tombstone is a user or group that was deleted for good.
type tombstone struct {
	Type     string   `json:"type"` // User or Group
	ID       string   `json:"id"`
	Serial   uint64   `json:"serial"`
	Assigned []string `json:"assigned,omitempty"` // service principals that it was assigned to
}

// edit changes the properties of a user or group and notes which source attributes
// came out different: a write of what was there already is no change.
func (s *state) edit(e *entity, change func()) {
	s.keep(e)
	before := plainAttributes(e)
	change()
	after := plainAttributes(e)
	var changed []string
	for name, v := range after {
		if !reflect.DeepEqual(before[name], v) {
			changed = append(changed, name)
		}
	}
	for name := range before {
		if _, has := after[name]; !has {
			changed = append(changed, name)
		}
	}
	s.touch(e, changed...)
}

// touch notes that source attributes of an object changed.
func (s *state) touch(e *entity, attributes ...string) {
	if e == nil || len(attributes) == 0 {
		return
	}
	s.keep(e)
	s.Serial++
	e.Serial = s.Serial
	if e.Changes == nil {
		e.Changes = map[string]uint64{}
	}
	for _, name := range attributes {
		e.Changes[name] = s.Serial
	}
}

// appeared notes that an object was made or restored.
func (s *state) appeared(e *entity) {
	s.keep(e)
	s.Serial++
	e.Born, e.Serial, e.Changes = s.Serial, s.Serial, nil
}

// vanished notes that a user or group was deleted softly: what refers to it changed.
func (s *state) vanished(e *entity) {
	s.keep(e)
	s.Serial++
	e.Serial = s.Serial
	s.touchAround(e)
}

// touchAround notes the change of everything that shows an object which comes or
// goes: groups that have it as a member, users whose manager it is, and members that a
// group assigns.
func (s *state) touchAround(e *entity) {
	for _, g := range s.memberOf(e.id()) {
		s.touch(g, membersAttribute)
	}
	if e.Kind == "group" {
		s.touchMembers(e)
		return
	}
	for _, u := range s.Users.list {
		if slices.Contains(u.refs("manager"), e.id()) {
			s.touch(u, managerAttribute)
		}
	}
}

// touchMembers notes a change of what the members of a group are assigned to, when the
// group is assigned to anything.
func (s *state) touchMembers(group *entity) {
	if !s.assigns(group.id()) {
		return
	}
	for _, id := range group.refs("members") {
		s.touch(s.Users.get(id), rolesAttribute)
	}
}

// assigns reports whether a principal holds an app role of any application.
func (s *state) assigns(principal string) bool {
	return slices.ContainsFunc(s.Assignments, func(a *assignment) bool { return a.PrincipalID == principal })
}

// reassigned is a principal whose assignments changed, and with a group its members'.
// It stands beside the assignments, since users and groups are many and are not
// written for it.
type reassigned struct {
	ID     string `json:"id"`
	Serial uint64 `json:"serial"`
}

// reassign notes that a principal's assignments changed.
func (s *state) reassign(principal *entity) {
	s.Serial++
	oldest := s.oldest()
	s.Moved = slices.DeleteFunc(slices.Clone(s.Moved), func(r reassigned) bool { return r.Serial <= oldest || r.ID == principal.id() })
	s.Moved = append(s.Moved, reassigned{principal.id(), s.Serial})
}

// movedSince lists whose assignments changed after a serial: principals, and the
// members of groups.
func (s *state) movedSince(from uint64) map[string]bool {
	out := map[string]bool{}
	for _, r := range s.Moved {
		if r.Serial <= from {
			continue
		}
		out[r.ID] = true
		if g := s.Groups.get(r.ID); g != nil {
			for _, id := range g.refs("members") {
				out[id] = true
			}
		}
	}
	return out
}

// setMember puts a user or group into a group or takes it out.
func (s *state) setMember(group, member *entity, has bool) {
	s.keep(group)
	members := slices.DeleteFunc(slices.Clone(group.refs("members")), func(id string) bool { return id == member.id() })
	if has {
		members = append(members, member.id())
	}
	group.setRefs("members", members)
	s.touch(group, membersAttribute)
	if member.Kind == "user" && s.assigns(group.id()) {
		s.touch(member, rolesAttribute)
	}
}

// bury deletes a user or group for good and leaves a tombstone, so that jobs learn of
// it. The entity has been removed from its collection.
func (s *state) bury(e *entity) {
	typ := map[string]string{"user": mapping.User, "group": mapping.Group}[e.Kind]
	if typ == "" {
		return
	}
	t := tombstone{Type: typ, ID: e.id()}
	holders := []string{e.id()}
	for _, g := range s.memberOf(e.id()) {
		if e.Kind == "user" {
			holders = append(holders, g.id())
		}
		s.keep(g)
		g.setRefs("members", slices.DeleteFunc(slices.Clone(g.refs("members")), func(id string) bool { return id == e.id() }))
		s.touch(g, membersAttribute)
	}
	for _, a := range s.Assignments {
		if slices.Contains(holders, a.PrincipalID) && !slices.Contains(t.Assigned, a.ResourceID) {
			t.Assigned = append(t.Assigned, a.ResourceID)
		}
	}
	s.Serial++
	t.Serial = s.Serial
	oldest := s.oldest()
	s.Gone = slices.DeleteFunc(slices.Clone(s.Gone), func(t tombstone) bool { return t.Serial <= oldest })
	s.Gone = append(s.Gone, t)
}

// oldest is the serial up to which every job has read the changes. A job that has to
// read everything needs none.
func (s *state) oldest() uint64 {
	oldest := s.Serial
	for _, sync := range s.Sync {
		for _, j := range sync.Jobs {
			if since, err := strconv.ParseUint(j.engine.Watermark(), 10, 64); err == nil {
				oldest = min(oldest, since)
			}
		}
	}
	return oldest
}

// keepDeleted is how long the directory keeps deleted objects.
// Source: graph_contract §2.
const keepDeleted = 30 * 24 * time.Hour

// expire deletes for good what was deleted long ago, and reports whether there was
// any. Those that the tenant was made with stay.
func (s *state) expire(now time.Time) bool {
	limit := seconds(now.Add(-keepDeleted))
	old := keep(s.Deleted.list, func(e *entity) bool { return e.Serial > 0 && e.text("deletedDateTime") < limit })
	for _, e := range old {
		s.purge(e)
	}
	return len(old) > 0
}

// recount makes the serial greater than every one that was given out: files are not
// written at the same moment.
func (s *state) recount() {
	for _, c := range []*collection{s.Users, s.Groups, s.Deleted} {
		for _, e := range c.list {
			s.Serial = max(s.Serial, e.Serial)
		}
	}
	for _, sync := range s.Sync {
		for _, j := range sync.Jobs {
			if since, err := strconv.ParseUint(j.engine.Watermark(), 10, 64); err == nil {
				s.Serial = max(s.Serial, since)
			}
		}
	}
}

// undo is how users, groups and assignments were when a batch of changes began.
type undo struct {
	counter, serial        uint64
	gone                   []tombstone
	moved                  []reassigned
	users, groups, deleted collection
	assignments            []*assignment
	before                 map[*entity]entity
}

// begin starts a batch of changes, which rollBack takes back.
func (s *state) begin() {
	s.undo = &undo{
		counter: s.Counter, serial: s.Serial, gone: slices.Clone(s.Gone), moved: slices.Clone(s.Moved),
		users: s.Users.copied(), groups: s.Groups.copied(), deleted: s.Deleted.copied(),
		assignments: slices.Clone(s.Assignments), before: map[*entity]entity{},
	}
}

// end ends a batch whose changes stay.
func (s *state) end() { s.undo = nil }

// rollBack ends a batch and leaves everything as it was before.
func (s *state) rollBack() {
	u := s.undo
	s.undo = nil
	s.Counter, s.Serial, s.Gone, s.Moved, s.Assignments = u.counter, u.serial, u.gone, u.moved, u.assignments
	*s.Users, *s.Groups, *s.Deleted = u.users, u.groups, u.deleted
	for e, was := range u.before {
		*e = was
	}
}

// keep notes how an object was, before it is changed in a batch.
func (s *state) keep(e *entity) {
	if s.undo == nil {
		return
	}
	if _, kept := s.undo.before[e]; kept {
		return
	}
	was := *e
	was.Props, was.Refs, was.Changes = maps.Clone(e.Props), maps.Clone(e.Refs), maps.Clone(e.Changes)
	s.undo.before[e] = was
}

func (c *collection) copied() collection {
	return collection{list: slices.Clone(c.list), byID: maps.Clone(c.byID)}
}
