package engine

import (
	"sync"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// Links remembers which target object a source object is linked to. An engine
// calls it from every goroutine that provisions.
type Links interface {
	// Target returns the target id of a source object.
	Target(typ, sourceID string) (id string, linked bool)
	// Link and Unlink change it.
	Link(typ, sourceID, targetID string)
	Unlink(typ, sourceID string)
}

// Sources is implemented by Links that can be asked the other way round. With it
// the engine refuses to link two source objects to one target object.
type Sources interface {
	Source(typ, targetID string) (id string, linked bool)
}

// Memberships is implemented by Links that also remember which members a group
// was given at the target. Entra never reads members back: its own state is the
// truth about them. Without Memberships all members are sent every time.
// Source: entra_wire W-05.
type Memberships interface {
	// HasMember reports whether the group was given the member.
	HasMember(groupID string, m Member) bool
	// SetMember notes that the group has the member now, or has it no longer. Unlink
	// of the group or the member forgets it as well.
	SetMember(groupID string, m Member, has bool)
}

// Claims is implemented by Links that link and look the other way round in one
// step, so that two source objects that are provisioned at the same time cannot
// both take the same target object.
type Claims interface {
	// Claim links the source object, unless the target is linked to another one. It
	// returns the source object that the target is linked to then.
	Claim(typ, sourceID, targetID string) (owner string)
}

// Memory is Links, Sources, Claims, Memberships and Names in memory, safe for concurrent
// use. It is written and read as JSON.
type Memory struct {
	mu      sync.Mutex
	targets map[Member]string
	sources map[Member]string // keyed by type and target id
	members map[string]map[Member]bool
	marks   map[Member]mark   // of linked objects
	names   map[Member]string // likewise, where somebody asks for them
}

// mark is how a linked object was left at the target.
type mark struct {
	off  bool // it was exported with IsSoftDeleted true
	left bool // it was unassigned or out of the scoping filter
}

// NewMemory returns an empty Memory.
func NewMemory() *Memory {
	l := &Memory{}
	l.clear()
	return l
}

func (l *Memory) clear() {
	l.targets, l.sources = map[Member]string{}, map[Member]string{}
	l.members, l.marks, l.names = map[string]map[Member]bool{}, map[Member]mark{}, map[Member]string{}
}

// Target returns the target id of a source object.
func (l *Memory) Target(typ, sourceID string) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id, ok := l.targets[Member{typ, sourceID}]
	return id, ok
}

// Source returns the source object that a target object is linked to.
func (l *Memory) Source(typ, targetID string) (string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	id, ok := l.sources[Member{typ, targetID}]
	return id, ok
}

// Link ties a source object to a target object.
func (l *Memory) Link(typ, sourceID, targetID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.link(typ, sourceID, targetID)
}

func (l *Memory) link(typ, sourceID, targetID string) {
	if l.targets[Member{typ, sourceID}] == targetID {
		return
	}
	l.unlink(typ, sourceID)
	l.targets[Member{typ, sourceID}] = targetID
	l.sources[Member{typ, targetID}] = sourceID
}

// Claim links the source object unless the target belongs to another one.
func (l *Memory) Claim(typ, sourceID, targetID string) (owner string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if other, linked := l.sources[Member{typ, targetID}]; linked && other != sourceID {
		return other
	}
	l.link(typ, sourceID, targetID)
	return sourceID
}

// Unlink forgets the target object and, of memberships, both sides.
func (l *Memory) Unlink(typ, sourceID string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unlink(typ, sourceID)
	for _, members := range l.members {
		delete(members, Member{typ, sourceID})
	}
	if typ == mapping.Group {
		delete(l.members, sourceID)
	}
}

func (l *Memory) unlink(typ, sourceID string) {
	if target, ok := l.targets[Member{typ, sourceID}]; ok {
		delete(l.sources, Member{typ, target})
	}
	delete(l.targets, Member{typ, sourceID})
	delete(l.marks, Member{typ, sourceID})
	delete(l.names, Member{typ, sourceID})
}

// HasMember reports whether the group was given the member.
func (l *Memory) HasMember(groupID string, m Member) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.members[groupID][m]
}

// SetMember notes a membership.
func (l *Memory) SetMember(groupID string, m Member, has bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !has {
		delete(l.members[groupID], m)
		return
	}
	if l.members[groupID] == nil {
		l.members[groupID] = map[Member]bool{}
	}
	l.members[groupID][m] = true
}
