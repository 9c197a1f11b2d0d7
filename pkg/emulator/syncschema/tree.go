package syncschema

import (
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/expr"
)

// Tree returns the source tree of an expression, as parseExpression gives it.
// Omitted arguments have no entry; constants are texts, also numbers.
// Source: expressions §6.
func (k Keys) Tree(expression string) (*Object, error) {
	e, problems := expr.Parse(expression)
	if err := problems.Err(); err != nil {
		return nil, syntax(problems)
	}
	if problems := e.Check(expr.CheckOptions{AttributeSeverity: diag.Note}); problems.HasErrors() {
		return nil, syntax(problems)
	}
	tree, err := k.tree(e.Root)
	if err == nil {
		tree.Set("expression", expression)
	}
	return tree, err
}

// syntax words the first error of an expression.
func syntax(problems diag.List) error {
	for _, d := range problems {
		if d.Severity == diag.Error {
			return fmt.Errorf("%s (position %d)", d.Summary, d.Subject.Start.Byte)
		}
	}
	return nil
}

func (k Keys) tree(n expr.Node) (*Object, error) {
	text := (&expr.Expr{Root: n}).String()
	switch n := n.(type) {
	case *expr.Attribute:
		return source("Attribute", n.Name, text, nil), nil
	case *expr.Constant:
		return source("Constant", n.Value, quote(n.Value), nil), nil
	case *expr.Keyword:
		return source("Constant", n.Name, n.Name, nil), nil
	case *expr.Comparison:
		parameters, err := k.parameters([]expr.Node{n.Left, n.Right}, func(i int) string {
			return k.draw(n.Op, [...]string{"left", "right"}[i])
		})
		return source("Function", n.Op, text, parameters), err
	case *expr.Call:
		f, ok := expr.Lookup(n.Name)
		if !ok {
			return nil, fmt.Errorf("function %s is not known", n.Name)
		}
		parameters, err := k.parameters(n.Args, func(i int) string { return k.Of(f, i, len(n.Args)) })
		return source("Function", n.Name, text, parameters), err
	}
	return nil, fmt.Errorf("%s is no expression", text)
}

func (k Keys) parameters(args []expr.Node, key func(int) string) ([]any, error) {
	parameters := []any{}
	for i, arg := range args {
		if _, omitted := arg.(*expr.Omitted); omitted {
			continue
		}
		tree, err := k.tree(arg)
		if err != nil {
			return nil, err
		}
		parameters = append(parameters, &Object{[]Member{{"key", key(i)}, {"value", tree}}})
	}
	return parameters, nil
}

func source(typ, name, expression string, parameters []any) *Object {
	if parameters == nil {
		parameters = []any{}
	}
	return &Object{[]Member{{"expression", expression}, {"name", name}, {"type", typ}, {"parameters", parameters}}}
}

// quote writes a text as a constant of the expression language.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// canonical returns an expression without freedom of spelling, or the text
// itself when it does not parse.
func canonical(expression string) string {
	e, problems := expr.Parse(expression)
	if problems.HasErrors() {
		return expression
	}
	return e.String()
}

// disagreement compares a written source tree with the one that its expression
// has, and says what differs, or "".
func disagreement(got, want *Object) string {
	for _, name := range []string{"type", "name"} {
		if g, w := got.Text(name), want.Text(name); g != w {
			return fmt.Sprintf("%s is '%s' where the expression has '%s'", name, g, w)
		}
	}
	if text, ok := got.Get("expression"); ok && text != nil {
		g, w := got.Text("expression"), want.Text("expression")
		if canonical(g) != canonical(w) && quote(g) != w {
			return fmt.Sprintf("expression '%s' stands where '%s' is expected", g, w)
		}
	}
	given, expected := got.List("parameters"), want.List("parameters")
	if len(given) != len(expected) {
		return fmt.Sprintf("'%s' has %d parameters where the expression has %d", want.Text("name"), len(given), len(expected))
	}
	for i, w := range expected {
		if g := given[i]; g.Text("key") != w.Text("key") {
			return fmt.Sprintf("parameter %d of '%s' has the key '%s', which '%s' does not know", i+1, want.Text("name"), g.Text("key"), want.Text("name"))
		}
		g, _ := given[i].Get("value")
		inner, ok := g.(*Object)
		if !ok {
			return fmt.Sprintf("parameter '%s' has no value", w.Text("key"))
		}
		value, _ := w.Get("value")
		if text := disagreement(inner, value.(*Object)); text != "" {
			return text
		}
	}
	return ""
}
