package expr

import "time"

// Kind is what a Value holds.
type Kind uint8

// Kinds of value. Ignore and IgnoreObject are the outcomes of
// IgnoreAttributeFlow, IgnoreFlowIfNullOrEmpty and IgnoreObjectFlow: nothing
// flows to this attribute, or the whole object is left out.
const (
	Null Kind = iota // the attribute is absent
	String
	Number
	Bool
	DateTime
	Multi
	Ignore
	IgnoreObject
)

// Value is what an attribute holds or an expression results in. The zero Value
// is null. Values are small and copied; their slices are never written to.
type Value struct {
	kind  Kind
	text  string    // String
	num   float64   // Number; Bool as 0 or 1
	time  time.Time // DateTime, UTC
	multi []string  // Multi
}
