package scim

import (
	"cmp"
	"encoding/json"
	"slices"
)

// Object is a JSON object whose members keep their order: a resource, a complex
// attribute, an extension, a message. Values are nil, string, bool, json.Number,
// []any and *Object. Member names are unique without regard to letter case, as
// SCIM attribute names are (RFC 7643 §2.1).
//
// The zero Object is empty and ready to use; a nil Object reads as an empty one.
// Objects are small, so members are found by walking them; ParseObject bounds
// their number by MaxMembers.
type Object struct{ members []Member }

// Member is a name and its value.
type Member struct {
	Name  string
	Value any
}

// NewObject returns an object with the members in order. A name that occurs
// twice keeps its first place and its last value.
func NewObject(members ...Member) *Object {
	o := &Object{members: make([]Member, 0, len(members))}
	for _, m := range members {
		o.Set(m.Name, m.Value)
	}
	return o
}

// Get returns a member by its name, in any letter case.
func (o *Object) Get(name string) (any, bool) {
	if i := o.index(name); i >= 0 {
		return o.members[i].Value, true
	}
	return nil, false
}

// Set changes a member, which keeps its place and spelling, or appends it.
func (o *Object) Set(name string, value any) {
	if i := o.index(name); i >= 0 {
		o.members[i].Value = value
		return
	}
	o.members = append(o.members, Member{name, value})
}

// Delete removes a member.
func (o *Object) Delete(name string) {
	if i := o.index(name); i >= 0 {
		o.members = slices.Delete(o.members, i, i+1)
	}
}

// Members returns the members in order. The slice must not be changed.
func (o *Object) Members() []Member {
	if o == nil {
		return nil
	}
	return o.members
}

// Len returns the number of members.
func (o *Object) Len() int { return len(o.Members()) }

// Text returns a string member, or "".
func (o *Object) Text(name string) string {
	v, _ := o.Get(name)
	s, _ := v.(string)
	return s
}

// ID returns the resource's id.
func (o *Object) ID() string { return o.Text("id") }

// Clone returns a deep copy.
func (o *Object) Clone() *Object {
	if o == nil {
		return nil
	}
	c := &Object{members: make([]Member, len(o.members))}
	for i, m := range o.members {
		c.members[i] = Member{m.Name, cloneValue(m.Value)}
	}
	return c
}

// Equal reports whether both objects hold the same values. Neither the order of
// members nor the letter case of their names counts; the order of array
// elements does. Numbers are equal when their values are.
func (o *Object) Equal(other *Object) bool {
	if o == other {
		return true
	}
	if o.Len() != other.Len() {
		return false
	}
	for i, m := range o.Members() {
		// Objects that are compared mostly share their order.
		if theirs := other.members[i]; sameName(theirs.Name, m.Name) {
			if !equalValues(m.Value, theirs.Value) {
				return false
			}
			continue
		}
		if v, ok := other.Get(m.Name); !ok || !equalValues(m.Value, v) {
			return false
		}
	}
	return true
}

// shallow returns a copy that shares the values.
func (o *Object) shallow() *Object {
	return &Object{members: slices.Clone(o.Members())}
}

func (o *Object) index(name string) int {
	if o == nil {
		return -1
	}
	for i := range o.members {
		if sameName(o.members[i].Name, name) {
			return i
		}
	}
	return -1
}

func cloneValue(v any) any {
	switch v := v.(type) {
	case *Object:
		return v.Clone()
	case []any:
		c := make([]any, len(v))
		for i := range v {
			c[i] = cloneValue(v[i])
		}
		return c
	default:
		return v
	}
}

func equalValues(a, b any) bool {
	switch a := a.(type) {
	case *Object:
		b, ok := b.(*Object)
		return ok && a.Equal(b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equalValues)
	case json.Number:
		b, ok := b.(json.Number)
		return ok && (a == b || compareNumbers(a, b) == 0)
	default:
		switch b.(type) {
		case *Object, []any:
			return false
		}
		return a == b
	}
}

// sameName compares attribute names and schema URNs: ASCII, in any letter case.
func sameName(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if a[i] != b[i] && lowerByte(a[i]) != lowerByte(b[i]) {
			return false
		}
	}
	return true
}

// compareNames orders attribute names and schema URNs without regard to letter case.
func compareNames(a, b string) int {
	for i := range min(len(a), len(b)) {
		if order := cmp.Compare(lowerByte(a[i]), lowerByte(b[i])); order != 0 {
			return order
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lowerByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// lowerName is the form under which names that sameName finds equal are the same.
func lowerName(s string) string {
	for i := range len(s) {
		if lowerByte(s[i]) == s[i] {
			continue
		}
		b := []byte(s)
		for j := i; j < len(b); j++ {
			b[j] = lowerByte(b[j])
		}
		return string(b)
	}
	return s
}
