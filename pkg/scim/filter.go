package scim

import (
	"encoding/json"
	"strings"
)

// Filter is a filter expression (RFC 7644 §3.4.2.2): a *Comparison, *And, *Or or *Not.
type Filter interface {
	// Match reports whether the resource or element satisfies the filter. Strings
	// compare without letter case except where CaseExact says so.
	Match(o *Object) bool
	// String prints the filter in canonical form.
	String() string
}

// Operator compares an attribute with a value.
type Operator string

// Operators. Source: RFC 7644 §3.4.2.2, table 3.
const (
	OpEqual          Operator = "eq"
	OpNotEqual       Operator = "ne"
	OpContains       Operator = "co"
	OpStartsWith     Operator = "sw"
	OpEndsWith       Operator = "ew"
	OpGreater        Operator = "gt"
	OpGreaterOrEqual Operator = "ge"
	OpLess           Operator = "lt"
	OpLessOrEqual    Operator = "le"
	OpPresent        Operator = "pr"
)

// Comparison is `path operator value`, or `path pr` with a nil Value. The path of
// a filter may select elements: `emails[type eq "work"].value eq "a@b.example"`,
// and a value path alone, `emails[type eq "work"]`, asks whether one is present.
// Value is a string, bool, json.Number or nil for null.
type Comparison struct {
	Path     Path
	Operator Operator
	Value    any
}

// And holds when all Terms hold.
type And struct{ Terms []Filter }

// Or holds when one of the Terms holds.
type Or struct{ Terms []Filter }

// Not holds when Term does not.
type Not struct{ Term Filter }

// ParseFilter reads a filter: eq ne co sw ew gt ge lt le pr, and, or, not,
// grouping and value paths, words in any letter case. The error is a
// *SyntaxError. Ordering and substring operators are refused where the value is
// a boolean or null, since they could never hold (RFC 7644 §3.4.2.2).
func ParseFilter(s string) (Filter, error) {
	p := parser{text: s}
	if err := p.start(); err != nil {
		return nil, err
	}
	f, err := p.or(false)
	if err != nil {
		return nil, err
	}
	p.space()
	if err := p.end(); err != nil {
		return nil, err
	}
	return f, nil
}

// Equal returns the filter `path eq "value"`, quoted as JSON.
func Equal(p Path, value string) Filter {
	return &Comparison{Path: p, Operator: OpEqual, Value: value}
}

func (c *Comparison) String() string {
	var b strings.Builder
	c.Path.print(&b)
	if c.Operator == OpPresent {
		if c.Path.Filter == nil || c.Path.Sub != "" {
			b.WriteString(" pr")
		}
		return b.String()
	}
	b.WriteString(" " + string(c.Operator) + " " + literal(c.Value))
	return b.String()
}

func (f *And) String() string {
	terms := make([]string, len(f.Terms))
	for i, t := range f.Terms {
		terms[i] = t.String()
		if _, weaker := t.(*Or); weaker {
			terms[i] = "(" + terms[i] + ")"
		}
	}
	return strings.Join(terms, " and ")
}

func (f *Or) String() string {
	terms := make([]string, len(f.Terms))
	for i, t := range f.Terms {
		terms[i] = t.String()
	}
	return strings.Join(terms, " or ")
}

func (f *Not) String() string { return "not (" + f.Term.String() + ")" }

// literal prints a comparison value as JSON.
func literal(v any) string {
	switch v := v.(type) {
	case string:
		return string(appendString(nil, v))
	case bool:
		if v {
			return "true"
		}
		return "false"
	case json.Number:
		return v.String()
	default:
		return "null"
	}
}
