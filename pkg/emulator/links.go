package emulator

import (
	"slices"

	"github.com/scimctl/scimctl/pkg/engine"
)

// jobLinks is the memory of one job as the engine asks for it: links, the links
// the other way round, and members that groups were given. It locks for itself.
type jobLinks struct {
	e *Emulator
	j *job
}

// Target implements engine.Links.
func (l jobLinks) Target(typ, source string) (id string, linked bool) {
	l.e.mu.RLock()
	defer l.e.mu.RUnlock()
	id, linked = l.j.Links[typ][source]
	return id, linked
}

// Source implements engine.Sources.
func (l jobLinks) Source(typ, target string) (id string, linked bool) {
	l.e.mu.RLock()
	defer l.e.mu.RUnlock()
	for source, t := range l.j.Links[typ] {
		if t == target {
			return source, true
		}
	}
	return "", false
}

// Link implements engine.Links.
func (l jobLinks) Link(typ, source, target string) {
	l.e.mu.Lock()
	defer l.e.mu.Unlock()
	if l.j.Links == nil {
		l.j.Links = map[string]map[string]string{}
	}
	if l.j.Links[typ] == nil {
		l.j.Links[typ] = map[string]string{}
	}
	l.j.Links[typ][source] = target
}

// Unlink implements engine.Links. Memberships of the object are forgotten too.
func (l jobLinks) Unlink(typ, source string) {
	l.e.mu.Lock()
	defer l.e.mu.Unlock()
	delete(l.j.Links[typ], source)
	delete(l.j.Members, source)
	for group, members := range l.j.Members {
		l.j.Members[group] = slices.DeleteFunc(members, func(m engine.Member) bool { return m == engine.Member{Type: typ, ID: source} })
	}
}

// HasMember implements engine.Memberships.
func (l jobLinks) HasMember(group string, m engine.Member) bool {
	l.e.mu.RLock()
	defer l.e.mu.RUnlock()
	return slices.Contains(l.j.Members[group], m)
}

// SetMember implements engine.Memberships.
func (l jobLinks) SetMember(group string, m engine.Member, has bool) {
	l.e.mu.Lock()
	defer l.e.mu.Unlock()
	if l.j.Members == nil {
		l.j.Members = map[string][]engine.Member{}
	}
	l.j.Members[group] = slices.DeleteFunc(l.j.Members[group], func(other engine.Member) bool { return other == m })
	if has {
		l.j.Members[group] = append(l.j.Members[group], m)
	}
}
