package expr

import (
	"slices"
	"strings"
)

// String prints e in canonical form: one blank after each comma and round each
// comparison, none inside parentheses, and an omitted argument as an empty place
// (`Switch([a], , "x", "y")`). Trailing omitted arguments stay as they are
// written. Parse(e.String()) has an equal tree.
func (e *Expr) String() string {
	return Print(e.Root)
}

// Print returns n, a part of an expression, in canonical form.
func Print(n Node) string {
	var b strings.Builder
	printNode(&b, n)
	return b.String()
}

// Equal reports whether two trees say the same, wherever they stand.
func Equal(a, b Node) bool {
	switch a := a.(type) {
	case *Attribute:
		b, ok := b.(*Attribute)
		return ok && a.Name == b.Name
	case *Constant:
		b, ok := b.(*Constant)
		return ok && a.Value == b.Value && a.Numeric == b.Numeric
	case *Keyword:
		b, ok := b.(*Keyword)
		return ok && a.Name == b.Name
	case *Comparison:
		b, ok := b.(*Comparison)
		return ok && a.Op == b.Op && Equal(a.Left, b.Left) && Equal(a.Right, b.Right)
	case *Call:
		b, ok := b.(*Call)
		return ok && a.Name == b.Name && slices.EqualFunc(a.Args, b.Args, Equal)
	default:
		_, ok := b.(*Omitted)
		return ok
	}
}

func printNode(b *strings.Builder, n Node) {
	switch n := n.(type) {
	case *Attribute:
		b.WriteByte('[')
		b.WriteString(n.Name)
		b.WriteByte(']')
	case *Constant:
		if n.Numeric {
			b.WriteString(n.Value)
			return
		}
		b.WriteString(quote(n.Value))
	case *Keyword:
		b.WriteString(n.Name)
	case *Comparison:
		printNode(b, n.Left)
		b.WriteString(" " + n.Op + " ")
		printNode(b, n.Right)
	case *Call:
		b.WriteString(n.Name)
		b.WriteByte('(')
		for i, arg := range n.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			printNode(b, arg)
		}
		b.WriteByte(')')
	}
}

// quote writes a text as a literal.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// Attributes returns the source attributes that e names, each once, in order of
// their first use.
func (e *Expr) Attributes() []string {
	var names []string
	walk(e.Root, func(n Node) {
		if a, ok := n.(*Attribute); ok && !slices.Contains(names, a.Name) {
			names = append(names, a.Name)
		}
	})
	return names
}

// walk visits n and everything below it, parents first.
func walk(n Node, visit func(Node)) {
	visit(n)
	switch n := n.(type) {
	case *Call:
		for _, arg := range n.Args {
			walk(arg, visit)
		}
	case *Comparison:
		walk(n.Left, visit)
		walk(n.Right, visit)
	}
}
