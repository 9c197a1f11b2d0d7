package scim

// Object is a JSON object whose members keep their order: a resource, a complex
// attribute, an extension, a message. Values are nil, string, bool, json.Number,
// []any and *Object. Member names are unique without regard to letter case, as
// SCIM attribute names are (RFC 7643 §2.1).
//
// The zero Object is empty and ready to use.
type Object struct{ members []Member }

// Member is a name and its value.
type Member struct {
	Name  string
	Value any
}

// ParseObject reads one JSON object. It bounds depth and refuses trailing data,
// duplicate names and invalid UTF-8; the error says at which byte.
func ParseObject(data []byte) (*Object, error) { panic("scim: ParseObject") }

// MarshalJSON prints the object, members in order.
func (o *Object) MarshalJSON() ([]byte, error) { panic("scim: MarshalJSON") }

// UnmarshalJSON reads the object, keeping the order of members.
func (o *Object) UnmarshalJSON(data []byte) error { panic("scim: UnmarshalJSON") }

// Get returns a member by its name, in any letter case.
func (o *Object) Get(name string) (any, bool) { panic("scim: Get") }

// Set changes a member or appends it.
func (o *Object) Set(name string, value any) { panic("scim: Set") }

// Delete removes a member.
func (o *Object) Delete(name string) { panic("scim: Delete") }

// Members returns the members in order. The slice must not be changed.
func (o *Object) Members() []Member { return o.members }

// Len returns the number of members.
func (o *Object) Len() int { return len(o.members) }

// Text returns a string member, or "".
func (o *Object) Text(name string) string { panic("scim: Text") }

// ID returns the resource's id.
func (o *Object) ID() string { return o.Text("id") }

// Clone returns a deep copy.
func (o *Object) Clone() *Object { panic("scim: Clone") }

// Lookup returns the values that path selects: none, one, or several for a
// multi-valued attribute.
func (o *Object) Lookup(p Path) []any { panic("scim: Lookup") }

// Assign puts value where p points, as a create request needs it: complex
// parents, extension objects and elements such as {"type":"work"} are made as
// needed, and an existing element that fits the path's filter is reused.
func (o *Object) Assign(p Path, value any) error { panic("scim: Assign") }
