package expr

import (
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Program is a compiled expression, safe for concurrent use.
type Program struct {
	source string
	root   code
}

// code is a node prepared for evaluation.
type code struct {
	op         opcode
	start, end int32
	value      Value  // of opValue
	text       string // text form of value; name of an attribute; operator of a comparison
	fn         *Function
	args       []code        // as many as the function has parameters, or more
	replace    *replaceSetup // of a call of Replace
}

type opcode uint8

const (
	opOmitted opcode = iota
	opValue
	opAttribute
	opCall
	opCompare
)

// Compile parses src and prepares it for evaluation. The Program is nil when
// the diagnostics, which are the errors of Parse and Check, are not empty.
func Compile(src string) (*Program, diag.List) {
	e, problems := Parse(src)
	if problems.HasErrors() {
		return nil, problems
	}
	for _, d := range e.Check(CheckOptions{}) {
		if d.Severity == diag.Error {
			problems = append(problems, d)
		}
	}
	if problems.HasErrors() {
		return nil, problems
	}
	p := &Program{source: src}
	compile(e.Root, &p.root)
	return p, problems
}

func compile(n Node, c *code) {
	start, end := n.Span()
	c.start, c.end = int32(start), int32(end)
	switch n := n.(type) {
	case *Attribute:
		c.op, c.text = opAttribute, n.Name
	case *Constant:
		c.op, c.value, c.text = opValue, constantValue(n), n.Value
	case *Keyword:
		c.op, c.value = opValue, keywordValue(n.Name)
		c.text = c.value.String()
	case *Comparison:
		c.op, c.text, c.args = opCompare, n.Op, make([]code, 2)
		compile(n.Left, &c.args[0])
		compile(n.Right, &c.args[1])
	case *Call:
		c.op = opCall
		c.fn, _ = Lookup(n.Name)
		c.args = make([]code, max(len(n.Args), len(c.fn.Params)))
		for i, arg := range n.Args {
			compile(arg, &c.args[i])
		}
		if n.Name == "Replace" {
			c.replace = newReplaceSetup(c)
		}
	}
}

// constantValue is what a literal evaluates to. A number keeps the text that it
// was written with, as all constants are texts at heart, except that &HF is 15.
// Source: expressions §3.
func constantValue(n *Constant) Value {
	if n.Numeric {
		if number, ok := parseNumber(n.Value); ok {
			if n.Value[0] == '&' {
				return Value{kind: Number, number: number, text: strconv.FormatInt(number, 10)}
			}
			return Value{kind: Number, number: number, text: n.Value}
		}
	}
	return Text(n.Value)
}

// keywordValue is what a bareword evaluates to. Source: expressions §4.
func keywordValue(name string) Value {
	switch name {
	case keywordIgnoreAttribute:
		return Value{kind: Ignore}
	case keywordIgnoreObject:
		return Value{kind: IgnoreObject}
	default:
		return Text(name)
	}
}

// omitted reports whether the argument at i has an empty place.
func (c *code) omitted(i int) bool { return i >= len(c.args) || c.args[i].op == opOmitted }

// constant returns the text of a constant argument.
func (c *code) constant(i int) (string, bool) {
	if i >= len(c.args) || c.args[i].op != opValue {
		return "", false
	}
	return c.args[i].text, true
}

// isFold reports whether two texts are equal without regard to letter case.
func isFold(a, b string) bool { return strings.EqualFold(a, b) }
