package expr

import (
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// maxResult bounds the length of a text, so that no expression eats the memory.
const maxResult = 1 << 20

// Machine evaluates programs one at a time; it is not safe for concurrent use.
type Machine struct {
	env   Env
	stack []Value // arguments of the calls in progress
	buf   []byte  // scratch for building texts
}

// NewMachine returns a Machine that asks env.
func NewMachine(env Env) *Machine {
	return &Machine{env: env, stack: make([]Value, 0, 32)}
}

// EvalError is a failure at run time, as Entra would report for the object.
type EvalError struct {
	Code       diag.Code
	Message    string
	Start, End int // byte offsets in the expression's source
}

func (e *EvalError) Error() string { return e.Message }

// Eval evaluates p for src. The error is an *EvalError.
func (m *Machine) Eval(p *Program, src Source) (Value, error) {
	m.stack = m.stack[:0]
	return m.eval(&p.root, src)
}

func (m *Machine) eval(c *code, src Source) (Value, error) {
	switch c.op {
	case opValue:
		return c.value, nil
	case opAttribute:
		return src.Attribute(c.name), nil
	case opCompare:
		return m.compare(c, src)
	case opCall:
		if c.fn.lazy != nil {
			return c.fn.lazy(m, c, src)
		}
		return m.call(c, src)
	default:
		return Value{}, nil
	}
}

// call evaluates the arguments onto the stack and hands them to the function. A
// flow that an argument leaves out is left out by the whole expression.
func (m *Machine) call(c *code, src Source) (Value, error) {
	base := len(m.stack)
	redacted := false
	for i := range c.args {
		v, err := m.eval(&c.args[i], src)
		if err != nil {
			return Value{}, err
		}
		if v.kind >= Ignore {
			m.stack = m.stack[:base]
			return v, nil
		}
		redacted = redacted || v.redacted
		m.stack = append(m.stack, v)
	}
	v, err := c.fn.eval(m, c, m.stack[base:])
	m.stack = m.stack[:base]
	v.redacted = v.redacted || redacted
	if err == nil && len(v.text) > maxResult {
		return Value{}, fail(c, codeEvalLimit, "%s made a text of more than %d bytes", c.fn.Name, maxResult)
	}
	return v, err
}

// fail returns the run-time error of a node.
func fail(c *code, number codeNumber, format string, args ...any) error {
	return &EvalError{Code: number.code(), Message: fmt.Sprintf(format, args...), Start: c.start, End: c.end}
}

// compare evaluates a comparison. Two numbers, also as text, compare as numbers,
// two dates as dates, everything else as text with letter case. Null equals only
// null and the empty text: what the service does is unknown (expressions §9), and
// published guides rely on it.
func (m *Machine) compare(c *code, src Source) (Value, error) {
	a, err := m.eval(&c.args[0], src)
	if err != nil {
		return Value{}, err
	}
	b, err := m.eval(&c.args[1], src)
	if err != nil {
		return Value{}, err
	}
	order, ordered := compareValues(a, b)
	switch c.name {
	case "=":
		return Boolean(order == 0), nil
	case "<>":
		return Boolean(order != 0), nil
	}
	if !ordered {
		return Boolean(false), nil
	}
	switch c.name {
	case ">":
		return Boolean(order > 0), nil
	case ">=":
		return Boolean(order >= 0), nil
	case "<":
		return Boolean(order < 0), nil
	default:
		return Boolean(order <= 0), nil
	}
}

// compareValues orders two values; ordered is false where one of them is empty.
func compareValues(a, b Value) (order int, ordered bool) {
	if a.isEmpty() || b.isEmpty() {
		if a.isEmpty() && b.isEmpty() {
			return 0, false
		}
		return 1, false
	}
	if a.kind == DateTime && b.kind == DateTime {
		return compareInts(a.number, b.number), true
	}
	if a.kind == Number || b.kind == Number {
		x, okX := a.asNumber()
		y, okY := b.asNumber()
		if okX && okY {
			return compareInts(x, y), true
		}
	}
	return strings.Compare(a.String(), b.String()), true
}

func compareInts(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

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
	if c.omitted(i) || args[i].kind == Null {
		return def, nil
	}
	n, ok := args[i].asNumber()
	if !ok {
		return 0, fail(&c.args[i], codeEvalNumber, "%s of %s is %q, which is no whole number", c.fn.Params[i].Name, c.fn.Name, args[i].String())
	}
	return n, nil
}
