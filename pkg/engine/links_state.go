package engine

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
)

// Members returns the members that a group was given, by type and id.
func (l *Memory) Members(groupID string) []Member {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.SortedFunc(maps.Keys(l.members[groupID]), compareMembers)
}

// Linked returns the ids of the source objects of a type that are linked, sorted.
func (l *Memory) Linked(typ string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ids []string
	for m := range l.targets {
		if m.Type == typ {
			ids = append(ids, m.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// count returns how many source objects of a type are linked.
func (l *Memory) count(typ string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for m := range l.targets {
		if m.Type == typ {
			n++
		}
	}
	return n
}

// Name implements Names.
func (l *Memory) Name(typ, sourceID string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.names[Member{typ, sourceID}]
}

// SetName implements Names. An object that is not linked has no name.
func (l *Memory) SetName(typ, sourceID, name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, linked := l.targets[Member{typ, sourceID}]; linked {
		l.names[Member{typ, sourceID}] = name
	}
}

func (l *Memory) mark(m Member) (mark, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, linked := l.targets[m]
	return l.marks[m], linked
}

// setMark notes how a linked object was left.
func (l *Memory) setMark(m Member, how mark) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, linked := l.targets[m]; !linked || how == (mark{}) {
		delete(l.marks, m)
		return
	}
	l.marks[m] = how
}

func compareMembers(a, b Member) int {
	return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID))
}

// memoryJSON is the written form of a Memory.
type memoryJSON struct {
	Links   []linkJSON              `json:"links"`
	Members map[string][]memberJSON `json:"members,omitempty"` // by group
}

type linkJSON struct {
	Type   string `json:"type"`
	Source string `json:"source"`
	Target string `json:"target"`
	Name   string `json:"name,omitempty"`
	Off    bool   `json:"off,omitempty"`
	Left   bool   `json:"left,omitempty"`
}

type memberJSON struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

// MarshalJSON writes everything that is remembered, in a fixed order.
func (l *Memory) MarshalJSON() ([]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := memoryJSON{Links: make([]linkJSON, 0, len(l.targets))}
	for _, m := range slices.SortedFunc(maps.Keys(l.targets), compareMembers) {
		out.Links = append(out.Links, linkJSON{m.Type, m.ID, l.targets[m], l.names[m], l.marks[m].off, l.marks[m].left})
	}
	for group, members := range l.members {
		if len(members) == 0 {
			continue
		}
		if out.Members == nil {
			out.Members = map[string][]memberJSON{}
		}
		for _, m := range slices.SortedFunc(maps.Keys(members), compareMembers) {
			out.Members[group] = append(out.Members[group], memberJSON(m))
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON replaces what is remembered.
func (l *Memory) UnmarshalJSON(data []byte) error {
	var in memoryJSON
	if err := json.Unmarshal(data, &in); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
	for _, k := range in.Links {
		m := Member{k.Type, k.Source}
		l.link(k.Type, k.Source, k.Target)
		if how := (mark{k.Off, k.Left}); how != (mark{}) {
			l.marks[m] = how
		}
		if k.Name != "" {
			l.names[m] = k.Name
		}
	}
	for group, members := range in.Members {
		l.members[group] = make(map[Member]bool, len(members))
		for _, m := range members {
			l.members[group][Member(m)] = true
		}
	}
	return nil
}

// reset forgets everything.
func (l *Memory) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.clear()
}
