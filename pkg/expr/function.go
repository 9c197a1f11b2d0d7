package expr

import "slices"

// Type is what an argument must be or a function results in. Every value has a
// text form, so TextType takes any; constants are checked when the expression
// is, attributes when it runs.
type Type uint8

// Types of argument and result.
const (
	TextType    Type = iota
	NumberType       // a whole number, also as text
	BoolType         // a comparison, or a value that reads True or False
	DateType         // a date, or text that CDate would take
	MultiType        // a multi-valued attribute
	KeywordType      // one of the barewords vbBinaryCompare and vbTextCompare
	AnyType          // whatever the arguments are
)

// String returns the word that documentation uses for the type.
func (t Type) String() string {
	return [...]string{"text", "number", "boolean", "date", "multi-value", "keyword", "any"}[t]
}

// Param is a parameter of a function.
type Param struct {
	Name     string
	Type     Type
	Optional bool     // may be omitted, or left off at the end
	Choices  []string // the only values that are taken; nil for any

	// Key is the name of the argument in the source tree of Microsoft Graph,
	// where it differs from Name or was seen in the service's own data; "" where
	// it is not known. Source: expressions §6.
	Key string
}

// Example is an expression with its result; tests run every one. The clock
// stands at 2021-07-02 15:33:38 UTC, randomness is zeros, and the default domain
// is contoso.com.
type Example struct {
	Expression string
	Attributes []ExampleAttribute // source attributes that it needs
	Want       string             // text form of the result, "" also for null
}

// ExampleAttribute is a source attribute of an Example. Two values and more make
// it multi-valued.
type ExampleAttribute struct {
	Name   string
	Values []string
}

// Attrs returns the example's attributes as a Source.
func (e Example) Attrs() Attrs {
	attrs := make(Attrs, len(e.Attributes))
	for _, a := range e.Attributes {
		if len(a.Values) == 1 {
			attrs[a.Name] = Text(a.Values[0])
		} else {
			attrs[a.Name] = List(a.Values)
		}
	}
	return attrs
}

// Function documents a function of the expression language.
type Function struct {
	Name     string
	Params   []Param
	Repeats  int // so many of the last parameters may repeat together
	Result   Type
	Doc      string // what it does, in a few sentences
	Examples []Example
	Source   string // where the facts are from

	each bool // a multi-valued first argument is taken value by value
	eval func(m *Machine, c *code, args []Value) (Value, error)
	lazy func(m *Machine, c *code, src Source) (Value, error) // evaluates its own arguments
}

// Functions returns the functions of application provisioning, sorted by name.
// The caller must not change them.
func Functions() []Function { return functionTable[:] }

// Lookup returns the function of that name; names are case-sensitive.
// Source: expressions §2.
func Lookup(name string) (*Function, bool) {
	low, high := 0, len(functionTable)
	for low < high {
		middle := (low + high) / 2
		if functionTable[middle].Name < name {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(functionTable) && functionTable[low].Name == name {
		return &functionTable[low], true
	}
	return nil, false
}

// functionNames returns all names, sorted, for suggestions.
func functionNames() []string {
	names := make([]string, len(functionTable))
	for i := range functionTable {
		names[i] = functionTable[i].Name
	}
	return names
}

// minArgs is the number of arguments up to the last required one.
func (f *Function) minArgs() int {
	for i := len(f.Params); i > 0; i-- {
		if !f.Params[i-1].Optional {
			return i
		}
	}
	return 0
}

// Param returns the parameter of the argument at a position, counted from 0 and
// repeating ones included; nil when the function takes no such argument.
func (f *Function) Param(i int) *Param {
	if i < len(f.Params) {
		return &f.Params[i]
	}
	if f.Repeats == 0 {
		return nil
	}
	first := len(f.Params) - f.Repeats
	return &f.Params[first+(i-first)%f.Repeats]
}

// Signature prints how the function is called, optional parameters in brackets
// and repeating ones followed by an ellipsis: Join(separator, source, …).
func (f *Function) Signature() string {
	b := []byte(f.Name + "(")
	for i, p := range f.Params {
		if i > 0 {
			b = append(b, ", "...)
		}
		if p.Optional {
			b = append(b, "["+p.Name+"]"...)
		} else {
			b = append(b, p.Name...)
		}
	}
	if f.Repeats > 0 {
		b = append(b, ", …"...)
	}
	return string(append(b, ')'))
}

// takes reports whether the parameter admits a value.
func (p *Param) takes(value string) bool {
	return len(p.Choices) == 0 || slices.Contains(p.Choices, value)
}
