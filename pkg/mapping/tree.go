package mapping

import (
	"fmt"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/expr"
)

// parameterKeys are the keys of function parameters that are documented, by
// position; "" marks one that is not. Source: expressions §6.
var parameterKeys = map[string][]string{
	"Append":                  {"source", "suffix"},
	"AppRoleAssignments":      {"source"},
	"FormatDateTime":          {"source", "", "inputFormat", "outputFormat"},
	"Mid":                     {"source", "start", "length"},
	"Not":                     {"source"},
	"Replace":                 {"source", "Find", "", "", "Replacement", "", ""},
	"SingleAppRoleAssignment": {"source"},
	"Trim":                    {"source"},
}

// shortFormatDateTime are the keys of FormatDateTime with three arguments, as
// the service's own list of functions once had it. Source: expressions §4, §6.
var shortFormatDateTime = []string{"source", "inputFormat", "outputFormat"}

// Tree returns Graph's source tree of an expression and whether every parameter
// key in it is documented; where one is not, the function in question has no
// parameters in the tree. Omitted arguments have no entry. The error is a
// diag.List of the expression. Source: expressions §6.
func Tree(expression string) (tree entra.Source, documented bool, err error) {
	e, problems := expr.Parse(expression)
	if err := problems.Err(); err != nil {
		return entra.Source{}, false, fmt.Errorf("expression %s: %w", expression, err)
	}
	tree, documented = treeOf(e.Root)
	return tree, documented, nil
}

func treeOf(n expr.Node) (entra.Source, bool) {
	switch n := n.(type) {
	case *expr.Attribute:
		return entra.Source{Type: entra.SourceAttribute, Name: n.Name, Expression: printed(n)}, true
	case *expr.Constant:
		// All constants are text to Graph: 1 becomes "1".
		return entra.Source{Type: entra.SourceConstant, Name: n.Value, Expression: printed(&expr.Constant{Value: n.Value})}, true
	case *expr.Call:
		return callTree(n)
	default: // how Graph writes comparisons and barewords is not documented
		return entra.Source{Type: entra.SourceFunction, Expression: printed(n)}, false
	}
}

func callTree(c *expr.Call) (entra.Source, bool) {
	tree := entra.Source{Type: entra.SourceFunction, Name: c.Name, Expression: printed(c)}
	keys := parameterKeys[c.Name]
	if c.Name == "FormatDateTime" && len(c.Args) == len(shortFormatDateTime) {
		keys = shortFormatDateTime
	}
	var parameters []entra.Parameter
	for i, arg := range c.Args {
		if _, omitted := arg.(*expr.Omitted); omitted {
			continue
		}
		if i >= len(keys) || keys[i] == "" {
			return tree, false
		}
		value, documented := treeOf(arg)
		if !documented {
			return tree, false
		}
		parameters = append(parameters, entra.Parameter{Key: keys[i], Value: value})
	}
	tree.Parameters = parameters
	return tree, true
}

func printed(n expr.Node) string { return (&expr.Expr{Root: n}).String() }

// Canonical returns the canonical form of an expression, or the text itself
// when it does not parse.
func Canonical(expression string) string {
	e, problems := expr.Parse(expression)
	if problems.HasErrors() {
		return expression
	}
	return e.String()
}

// sourceTree returns the source tree of an attribute mapping, nil for
// DefaultOnly. documented is as for Tree.
func sourceTree(a *Attribute) (tree *entra.Source, documented bool, err error) {
	switch a.Kind {
	case DefaultOnly:
		return nil, true, nil
	case Direct:
		t, _ := treeOf(&expr.Attribute{Name: a.Source.Value})
		return &t, true, nil
	case Constant:
		t, _ := treeOf(&expr.Constant{Value: a.Source.Value})
		return &t, true, nil
	default:
		t, documented, err := Tree(a.Source.Value)
		return &t, documented, err
	}
}

// meaning returns what a source tree says in a form that can be compared: the
// canonical expression, "" for none.
func meaning(s *entra.Source) string {
	if s == nil {
		return ""
	}
	switch kind, text := sourceOf(s); kind {
	case DefaultOnly:
		return ""
	case Direct:
		return printed(&expr.Attribute{Name: text})
	case Constant:
		return printed(&expr.Constant{Value: text})
	default:
		return Canonical(text)
	}
}
