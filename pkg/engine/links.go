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

// Memory is Links, Sources and Memberships in memory, safe for concurrent use.
type Memory struct {
	mu      sync.Mutex
	targets map[Member]string
	sources map[Member]string // keyed by type and target id
	members map[string]map[Member]bool
}

// NewMemory returns an empty Memory.
func NewMemory() *Memory {
	return &Memory{targets: map[Member]string{}, sources: map[Member]string{}, members: map[string]map[Member]bool{}}
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
	l.unlink(typ, sourceID)
	l.targets[Member{typ, sourceID}] = targetID
	l.sources[Member{typ, targetID}] = sourceID
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
