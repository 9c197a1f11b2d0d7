package expr

import (
	"fmt"
	"slices"

	"github.com/dlclark/regexp2/v2"

	"github.com/scimctl/scimctl/pkg/diag"
)

// maxResult bounds the length of a text, so that no expression eats the memory.
const maxResult = 1 << 20

// Machine evaluates programs one at a time; it is not safe for concurrent use.
type Machine struct {
	env      Env
	stack    []Value                    // arguments of the calls in progress
	buf      []byte                     // scratch for building texts
	patterns map[string]*regexp2.Regexp // of Replace, where they are computed
	trace    *tracer                    // nil unless evaluating for Trace
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

// eval evaluates one node.
func (m *Machine) eval(c *code, src Source) (v Value, err error) {
	switch c.op {
	case opValue:
		v = c.value
	case opAttribute:
		v = src.Attribute(c.text)
	case opCompare:
		v, err = m.compare(c, src)
	case opCall:
		if c.fn.lazy != nil {
			v, err = c.fn.lazy(m, c, src)
		} else {
			v, err = m.call(c, src)
		}
	}
	if m.trace != nil {
		m.trace.note(c, v, err)
	}
	return v, err
}

// call evaluates the arguments onto the stack and hands them to the function. A
// flow that an argument leaves out is left out by the whole expression.
func (m *Machine) call(c *code, src Source) (Value, error) {
	base := len(m.stack)
	m.stack = slices.Grow(m.stack, len(c.args))[:base+len(c.args)]
	redacted := false
	for i := range c.args {
		arg := &c.args[i]
		var v Value
		switch {
		case arg.op == opOmitted:
		case m.trace == nil && arg.op == opValue:
			v = arg.value
		case m.trace == nil && arg.op == opAttribute:
			v = src.Attribute(arg.text)
			redacted = redacted || v.redacted
		default:
			var err error
			if v, err = m.eval(arg, src); err != nil {
				return Value{}, err
			}
			redacted = redacted || v.redacted
		}
		if v.kind >= Ignore {
			m.stack = m.stack[:base]
			return v, nil
		}
		m.stack[base+i] = v
	}
	args := m.stack[base:]
	var v Value
	var err error
	if c.fn.each && args[0].kind == Multi {
		v, err = m.callEach(c, args)
	} else {
		v, err = c.fn.eval(m, c, args)
	}
	m.stack = m.stack[:base]
	v.redacted = v.redacted || redacted
	if err == nil && len(v.text) > maxResult {
		return Value{}, tooLong(c)
	}
	return v, err
}

// callEach calls a function of one text for each value of a multi-value.
func (m *Machine) callEach(c *code, args []Value) (Value, error) {
	values := *args[0].multi
	results := make([]string, 0, len(values))
	total := 0
	for _, s := range values {
		args[0] = Text(s)
		v, err := c.fn.eval(m, c, args)
		if err != nil {
			return Value{}, err
		}
		results = append(results, v.String())
		if total += len(v.text); total > maxResult {
			return Value{}, tooLong(c)
		}
	}
	return List(results), nil
}

// fail returns the run-time error of a node.
func fail(c *code, number codeNumber, format string, args ...any) error {
	return &EvalError{Code: number.code(), Message: fmt.Sprintf(format, args...), Start: int(c.start), End: int(c.end)}
}
