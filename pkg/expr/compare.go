package expr

import (
	"cmp"
	"strings"
)

// compare evaluates a comparison.
func (m *Machine) compare(c *code, src Source) (Value, error) {
	a, err := m.eval(&c.args[0], src)
	if err != nil || a.kind >= Ignore {
		return a, err
	}
	b, err := m.eval(&c.args[1], src)
	if err != nil || b.kind >= Ignore {
		return b, err
	}
	v := Boolean(holds(c.text, a, b))
	v.redacted = a.redacted || b.redacted
	return v, nil
}

// holds tells whether a comparison is true. Nothing is greater or less than an
// empty value; whether null equals the empty text is a decision.
func holds(op string, a, b Value) bool {
	if a.isEmpty() || b.isEmpty() {
		equal := a.isEmpty() && b.isEmpty() && (nullEqualsEmpty || a.kind == b.kind)
		return op == "=" && equal || op == "<>" && !equal
	}
	switch op {
	case "=":
		return order(a, b, false) == 0
	case "<>":
		return order(a, b, false) != 0
	case ">":
		return order(a, b, true) > 0
	case ">=":
		return order(a, b, true) >= 0
	case "<":
		return order(a, b, true) < 0
	default:
		return order(a, b, true) <= 0
	}
}

// order compares two values. They compare as numbers when a function or the
// source gave one of them as a number, or when the question is which is greater.
// Otherwise the literals 7 and "7" are the same, as all constants are texts at
// heart. Dates compare likewise; the rest compares as text, letter case included.
// Source: expressions §3.
func order(a, b Value, ranked bool) int {
	if ranked || a.isComputed() || b.isComputed() {
		x, okX := a.asNumber()
		y, okY := b.asNumber()
		if okX && okY {
			return cmp.Compare(x, y)
		}
	}
	if a.kind == DateTime && b.kind == DateTime || ranked && (a.kind == DateTime || b.kind == DateTime) {
		x, okX := a.asDate()
		y, okY := b.asDate()
		if okX && okY {
			return cmp.Compare(x, y)
		}
	}
	return strings.Compare(a.String(), b.String())
}

// isComputed reports whether v is a number that is not a literal.
func (v Value) isComputed() bool { return v.kind == Number && v.text == "" }

// asNumber reads a value as a whole number.
func (v Value) asNumber() (int64, bool) {
	switch v.kind {
	case Number, Bool:
		return v.number, true
	case String:
		return parseNumber(v.text)
	default:
		return 0, false
	}
}

// asDate reads a value as a date, in ticks.
func (v Value) asDate() (int64, bool) {
	if v.kind == DateTime {
		return v.number, true
	}
	t, ok := parseDate(v.String())
	return ticksOf(t), ok
}

// truth reads a value as a condition.
func (v Value) truth() bool {
	switch v.kind {
	case Bool, Number:
		return v.number != 0
	case String:
		return isFold(v.text, "true")
	default:
		return false
	}
}

// numberArg reads the argument at i as a whole number, or def when it is omitted.
func numberArg(c *code, args []Value, i int, def int64) (int64, error) {
	if c.omitted(i) {
		return def, nil
	}
	if args[i].isEmpty() {
		return 0, fail(&c.args[i], codeEvalNumber, "%s of %s has no value; a number is needed", c.fn.Params[i].Name, c.fn.Name)
	}
	n, ok := args[i].asNumber()
	if !ok {
		return 0, fail(&c.args[i], codeEvalNumber, "%s of %s is %q, which is no whole number", c.fn.Params[i].Name, c.fn.Name, args[i].String())
	}
	return n, nil
}
