package mapping

import (
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/scim"
)

// Object is a source object: a user or group with its attributes under Entra's
// source attribute names.
type Object struct {
	Type  string // User or Group
	ID    string // objectId
	attrs expr.Attrs
}

// NewObject returns an object from plain values: string, bool, json.Number,
// float64, int, []string, []any of strings, or nil for absent. objectId is taken from
// attrs. Any other value is an error that names the attribute.
func NewObject(typ string, attrs map[string]any) (Object, error) { panic("mapping: NewObject") }

// Attribute returns an attribute; Object is an expr.Source.
func (o Object) Attribute(name string) expr.Value { return o.attrs[name] }

// With returns a copy of o in which the attribute has the value.
func (o Object) With(name string, value any) (Object, error) { panic("mapping: With") }

// Text returns an attribute's text form, "" when absent.
func (o Object) Text(name string) string { return o.attrs[name].String() }

// Names returns the names of the attributes that have a value, sorted.
func (o Object) Names() []string { panic("mapping: Names") }

// Program is a compiled ObjectMapping, safe for concurrent use.
type Program struct{ Mapping ObjectMapping }

// Compile prepares m. The Program is nil when the diagnostics have errors.
func Compile(m ObjectMapping) (*Program, diag.List) { panic("mapping: Compile") }

// Result is what one object maps to.
type Result struct {
	Values       []Value
	IgnoreObject bool    // IgnoreObjectFlow: leave the object out
	Errors       []error // per attribute, named; the others still flow
}

// Value is what one target attribute should be: the SCIM value and how it flows.
type Value struct {
	scim.AttributeValue
	Target       string // as the mapping spells it
	Match        int    // matching precedence, 0 for none
	OnCreateOnly bool   // flow type ObjectAddOnly, or a default value
	Redacted     bool   // Redact(): not shown in logs
	// Reference is true for values that are object ids of the source directory
	// (manager, members), which the engine turns into target ids.
	Reference bool
}

// Map evaluates all attribute mappings for o. Null results are left out.
// A Machine is used by one goroutine at a time.
func (p *Program) Map(m *expr.Machine, o Object) Result { panic("mapping: Map") }

// Matching returns the mappings that match objects, by precedence.
func (p *Program) Matching() []Attribute { panic("mapping: Matching") }

// ClauseResult is how one clause of a scoping filter turned out.
type ClauseResult struct {
	Title string // "<filter name>.<attribute> EQUALS 'x'"
	Holds bool
}

// InScope evaluates the scoping filter for o: true without a filter. The clause
// results are in document order.
func (p *Program) InScope(o Object) (bool, []ClauseResult) { panic("mapping: InScope") }
