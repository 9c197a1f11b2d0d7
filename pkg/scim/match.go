package scim

import (
	"cmp"
	"encoding/json"
	"math/big"
	"strconv"
	"strings"
	"time"
)

// CaseExact reports whether the text values of an attribute compare with letter
// case: id, externalId, the texts of meta, references and binary values; of
// extensions none but those of the enterprise schema that say so. A path inside
// a value filter, such as type, is never case-exact except $ref.
// Source: RFC 7643 §3.1, §8.7.1; RFC 7644 §3.4.2.2.
func CaseExact(p Path) bool {
	if sameName(p.Attribute, "$ref") || sameName(p.Sub, "$ref") {
		return true
	}
	a, ok := LookupAttribute(p)
	return ok && a.CaseExact
}

// Match reports whether a value that the path selects satisfies the comparison.
// For a complex value its "value" counts. An attribute without a value equals
// null and differs from everything else. An attribute of the enterprise schema
// may be named without its URN, as Entra does. Source: entra_wire W-06.
func (c *Comparison) Match(o *Object) bool {
	p := c.Path
	if p.URN == "" && isEnterpriseAttribute(p.Attribute) {
		if _, own := o.Get(p.Attribute); !own {
			p.URN = EnterpriseUserSchema
		}
	}
	exact := CaseExact(p)
	present, matched := false, false
	o.each(p, func(v any) bool {
		if v = comparand(v); !hasValue(v) {
			return true
		}
		present = true
		matched = c.Operator == OpPresent || c.Value != nil && compareValues(c.Operator, v, c.Value, exact)
		return !matched
	})
	switch {
	case c.Operator == OpPresent:
		return present
	case c.Value == nil:
		return present == (c.Operator == OpNotEqual)
	default:
		return matched || !present && c.Operator == OpNotEqual
	}
}

// Match reports whether all terms hold.
func (f *And) Match(o *Object) bool {
	for _, t := range f.Terms {
		if !t.Match(o) {
			return false
		}
	}
	return true
}

// Match reports whether one of the terms holds.
func (f *Or) Match(o *Object) bool {
	for _, t := range f.Terms {
		if t.Match(o) {
			return true
		}
	}
	return false
}

// Match reports whether the term does not hold.
func (f *Not) Match(o *Object) bool { return !f.Term.Match(o) }

// comparand returns what of a value takes part in comparisons.
func comparand(v any) any {
	if o, ok := v.(*Object); ok {
		if value, ok := o.Get("value"); ok {
			return value
		}
	}
	return v
}

// hasValue is the "pr" of RFC 7644 §3.4.2.2: not null and not empty.
func hasValue(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	case *Object:
		for _, m := range v.Members() {
			if hasValue(m.Value) {
				return true
			}
		}
		return false
	default:
		return true
	}
}

// compareValues compares a scalar of a resource with a filter's value. Booleans
// compare with the texts "True" and "False" too (entra_wire W-37), numbers with
// texts that are numbers.
func compareValues(op Operator, have, want any, exact bool) bool {
	switch have := have.(type) {
	case bool:
		w, ok := asBool(want)
		return ok && (op == OpEqual && have == w || op == OpNotEqual && have != w) || !ok && op == OpNotEqual
	case json.Number:
		if w, ok := asNumber(want); ok && !op.ofTexts() {
			return ordered(op, compareNumbers(have, w))
		}
		return compareTexts(op, have.String(), literalText(want), true)
	case string:
		switch want := want.(type) {
		case bool:
			w, ok := asBool(have)
			return op == OpEqual && ok && w == want || op == OpNotEqual && !(ok && w == want)
		case json.Number:
			if h, ok := asNumber(have); ok && !op.ofTexts() {
				return ordered(op, compareNumbers(h, want))
			}
		}
		return compareTexts(op, have, literalText(want), exact)
	default:
		return op == OpNotEqual
	}
}

func compareTexts(op Operator, have, want string, exact bool) bool {
	if h, ok := asTime(have); ok && !op.ofTexts() {
		if w, ok := asTime(want); ok {
			return ordered(op, h.Compare(w))
		}
	}
	if !exact {
		have, want = Fold(have), Fold(want)
	}
	switch op {
	case OpContains:
		return strings.Contains(have, want)
	case OpStartsWith:
		return strings.HasPrefix(have, want)
	case OpEndsWith:
		return strings.HasSuffix(have, want)
	default:
		return ordered(op, cmp.Compare(have, want))
	}
}

// ofTexts reports whether the operator looks for a part of a text.
func (op Operator) ofTexts() bool {
	return op == OpContains || op == OpStartsWith || op == OpEndsWith
}

// ordered tells what an operator makes of the result of a three-way comparison.
func ordered(op Operator, c int) bool {
	switch op {
	case OpEqual:
		return c == 0
	case OpNotEqual:
		return c != 0
	case OpGreater:
		return c > 0
	case OpGreaterOrEqual:
		return c >= 0
	case OpLess:
		return c < 0
	case OpLessOrEqual:
		return c <= 0
	default:
		return false
	}
}

func asBool(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		switch lowerName(v) {
		case "true":
			return true, true
		case "false":
			return false, true
		}
	}
	return false, false
}

func asNumber(v any) (json.Number, bool) {
	switch v := v.(type) {
	case json.Number:
		return v, true
	case string:
		return json.Number(v), v != "" && numberLength(v) == len(v)
	default:
		return "", false
	}
}

func literalText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	default:
		return ""
	}
}

// compareNumbers compares by value: integers of any length exactly, others as
// floating-point numbers.
func compareNumbers(a, b json.Number) int {
	if x, err := a.Int64(); err == nil {
		if y, err := b.Int64(); err == nil {
			return cmp.Compare(x, y)
		}
	}
	x, ok := new(big.Int).SetString(string(a), 10)
	if y, ok2 := new(big.Int).SetString(string(b), 10); ok && ok2 {
		return x.Cmp(y)
	}
	// Out of range the error is ignored: the result is an infinity or zero.
	f, _ := a.Float64()
	g, _ := b.Float64()
	return cmp.Compare(f, g)
}

// asTime reads a date-time with a zone, so that equal moments in different
// spellings are equal. The shape is checked first: most texts are no dates.
func asTime(s string) (time.Time, bool) {
	if len(s) < len("2006-01-02T15:04:05Z") || s[4] != '-' || s[10] != 'T' {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil
}
