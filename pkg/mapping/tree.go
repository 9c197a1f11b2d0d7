package mapping

import "github.com/scimctl/scimctl/pkg/entra"

// Tree returns Graph's source tree of an expression and whether every parameter
// key in it is documented. Source: expressions §6.
func Tree(expression string) (tree entra.Source, documented bool, err error) {
	panic("mapping: Tree")
}

// Canonical returns the canonical form of an expression, or the text itself
// when it does not parse.
func Canonical(expression string) string { panic("mapping: Canonical") }
