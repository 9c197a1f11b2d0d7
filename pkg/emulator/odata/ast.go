package odata

// node is a boolean part of a filter.
type node interface {
	// match evaluates the part for an object.
	match(s *scope) bool
}

type logic struct {
	or          bool
	left, right node
}

type not struct{ inner node }

// compare is left op right, op one of eq ne gt ge lt le.
type compare struct {
	op          string
	left, right operand
}

// in is left in (values).
type in struct {
	left   operand
	values []literal
}

// call is startswith, endswith or contains of two operands.
type call struct {
	name        string
	left, right operand
}

// lambda is path/any(x:body), or path/any() when body is nil.
type lambda struct {
	path     path
	variable string
	body     node
}

// truth is a boolean property that stands alone.
type truth struct{ path path }

// operand is a value in a comparison: a path, a literal or a folded operand.
type operand interface {
	value(s *scope) any
}

// path names a property, steps separated by slashes.
type path []string

// fold is tolower or toupper of an operand.
type fold struct {
	upper bool
	inner operand
}

// literal is a constant: nil, string, bool, float64 or a moment.
type literal struct {
	kind LiteralKind
	held any
}

// LiteralKind is the type of a constant in a filter.
type LiteralKind int

// Kinds of constant. Guid and DateTime are written without quotes.
const (
	NullLiteral LiteralKind = iota
	StringLiteral
	BoolLiteral
	NumberLiteral
	DateTimeLiteral
	GUIDLiteral
)

// String returns the Edm name of the kind.
func (k LiteralKind) String() string {
	return [...]string{"Edm.Null", "Edm.String", "Edm.Boolean", "Edm.Int32", "Edm.DateTimeOffset", "Edm.Guid"}[k]
}
