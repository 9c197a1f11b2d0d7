package scim

// Path names an attribute (RFC 7644 §3.5.2):
//
//	displayName
//	name.givenName
//	emails[type eq "work"].value
//	urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department
//
// URN is the schema in front ("" for none), Attribute the first name, Filter the
// value filter in brackets (nil for none), Sub the name after the dot.
type Path struct {
	URN       string
	Attribute string
	Filter    Filter
	Sub       string
}

// ParsePath reads a path. The error is a *SyntaxError.
func ParsePath(s string) (Path, error) { panic("scim: ParsePath") }

// String prints the path in canonical form.
func (p Path) String() string { panic("scim: Path.String") }

// SyntaxError says where a path or filter is wrong: Offset is a byte offset.
type SyntaxError struct {
	Text    string
	Offset  int
	Message string
}

func (e *SyntaxError) Error() string { panic("scim: SyntaxError") }
