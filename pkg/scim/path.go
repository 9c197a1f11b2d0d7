package scim

import (
	"fmt"
	"strings"
)

// Path names an attribute (RFC 7644 §3.5.2):
//
//	displayName
//	name.givenName
//	emails[type eq "work"].value
//	urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department
//	urn:ietf:params:scim:schemas:extension:enterprise:2.0:User
//
// URN is the schema in front ("" for none), Attribute the first name, Filter the
// value filter in brackets (nil for none), Sub the name after the dot. Attribute
// is empty where the path is a schema URN alone: it names the whole extension.
type Path struct {
	URN       string
	Attribute string
	Filter    Filter
	Sub       string
}

// MaxSyntax is the length in bytes of the longest path or filter that is read.
const MaxSyntax = 32 << 10

// ParsePath reads a path. The error is a *SyntaxError.
//
// A schema URN ends at the last colon in front of the attribute. Where the last
// part follows a version number and starts with a capital, as in "…:2.0:User",
// there is no attribute and the path is the schema itself.
func ParsePath(s string) (Path, error) {
	p := parser{text: s}
	if err := p.start(); err != nil {
		return Path{}, err
	}
	path, err := p.path(false)
	if err != nil {
		return Path{}, err
	}
	if err := p.end(); err != nil {
		return Path{}, err
	}
	return path, nil
}

// String prints the path in canonical form.
func (p Path) String() string {
	var b strings.Builder
	p.print(&b)
	return b.String()
}

func (p Path) print(b *strings.Builder) {
	b.WriteString(p.URN)
	if p.URN != "" && p.Attribute != "" {
		b.WriteByte(':')
	}
	b.WriteString(p.Attribute)
	if p.Filter != nil {
		b.WriteByte('[')
		b.WriteString(p.Filter.String())
		b.WriteByte(']')
	}
	if p.Sub != "" {
		b.WriteByte('.')
		b.WriteString(p.Sub)
	}
}

// Equal reports whether both paths name the same attribute: letter case of
// names and URNs does not count, and the core schema may be named or not.
func (p Path) Equal(q Path) bool {
	return sameName(p.extension(), q.extension()) && sameName(p.Attribute, q.Attribute) &&
		sameName(p.Sub, q.Sub) && sameFilter(p.Filter, q.Filter)
}

func sameFilter(f, g Filter) bool {
	if f == nil || g == nil {
		return f == nil && g == nil
	}
	return f.String() == g.String()
}

// extension returns the URN unless it is that of a core schema, whose attributes
// stand in the resource itself.
func (p Path) extension() string {
	if isCoreSchema(p.URN) {
		return ""
	}
	return p.URN
}

// IsCore reports whether the path names an attribute of a core schema position:
// one that stands in the resource itself and not in an extension object.
func (p Path) IsCore() bool { return p.extension() == "" }

// SyntaxError says where a path or filter is wrong: Offset is a byte offset.
type SyntaxError struct {
	Text    string
	Offset  int
	Message string
}

// Error quotes at most the first hundred bytes of the text.
func (e *SyntaxError) Error() string {
	const enough = 100
	text := e.Text
	if len(text) > enough {
		text = strings.ToValidUTF8(text[:enough], "") + "…"
	}
	return fmt.Sprintf("%q at byte %d: %s", text, e.Offset, e.Message)
}
