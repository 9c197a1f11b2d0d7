package expr

import (
	"strings"

	"github.com/dlclark/regexp2/v2"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Program is a compiled expression, safe for concurrent use.
type Program struct{ root code }

// code is a node prepared for evaluation.
type code struct {
	op         opcode
	start, end int
	value      Value  // of opValue
	name       string // attribute; operator of a comparison
	fn         *Function
	args       []code
	pattern    *regexp2.Regexp // constant pattern of Replace
	template   *replacement    // constant replacement of Replace
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
// the diagnostics have errors.
func Compile(src string) (*Program, diag.List) {
	e, problems := Parse(src)
	if problems.HasErrors() {
		return nil, problems
	}
	problems = append(problems, errorsOf(e.Check(CheckOptions{}))...)
	if problems.HasErrors() {
		return nil, problems
	}
	p := &Program{}
	compile(e.Root, &p.root)
	return p, problems
}

func errorsOf(l diag.List) diag.List {
	var out diag.List
	for _, d := range l {
		if d.Severity == diag.Error {
			out = append(out, d)
		}
	}
	return out
}

func compile(n Node, c *code) {
	c.start, c.end = n.Span()
	switch n := n.(type) {
	case *Attribute:
		c.op, c.name = opAttribute, n.Name
	case *Constant:
		c.op, c.value = opValue, Text(n.Value)
		if n.Numeric {
			if number, ok := parseNumber(n.Value); ok {
				c.value = Integer(number)
			}
		}
	case *Keyword:
		c.op, c.value = opValue, keywordValue(n.Name)
	case *Comparison:
		c.op, c.name, c.args = opCompare, n.Op, make([]code, 2)
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
			c.prepareReplace()
		}
	}
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
	return c.args[i].value.String(), true
}

// isFold reports whether two texts are equal without regard to letter case.
func isFold(a, b string) bool { return strings.EqualFold(a, b) }
