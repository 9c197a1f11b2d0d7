package syncschema

import (
	"math/rand/v2"
	"strings"

	"github.com/scimctl/scimctl/pkg/expr"
)

// Looks are the ways in which the service may show the same schema.
// Source: graph_contract §8 and §12.
type Looks struct {
	OldNames      bool       // "Azure Active Directory" for "Microsoft Entra ID"
	SpacedFlags   bool       // a blank after the comma of flags
	EmptyDefaults bool       // "" for a default value of null
	Normalise     bool       // the service's own spacing of expressions
	Shuffle       *rand.Rand // another order of members and mappings; nil for none
}

// Apply changes a document as it is read. The caller passes a copy.
func (l Looks) Apply(doc *Object) {
	l.visit(doc)
	if l.Shuffle != nil {
		l.shuffle(doc, "")
	}
}

// Names of the source directory, today's and the older one.
const (
	newName = "Microsoft Entra ID"
	oldName = "Azure Active Directory"
)

// visit changes the members that the looks are about, wherever they stand.
func (l Looks) visit(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			l.visit(e)
		}
	case *Object:
		for i := range v.Members {
			m := &v.Members[i]
			if text, ok := m.Value.(string); ok {
				m.Value = l.text(m.Name, text)
			} else if m.Name == "defaultValue" && m.Value == nil && l.EmptyDefaults && isMapping(v) {
				m.Value = ""
			} else {
				l.visit(m.Value)
			}
		}
	}
}

func isMapping(o *Object) bool {
	_, ok := o.Get("targetAttributeName")
	return ok
}

func (l Looks) text(name, text string) string {
	switch name {
	case "name", "sourceDirectoryName", "targetDirectoryName":
		if l.OldNames {
			return strings.ReplaceAll(text, newName, oldName)
		}
	case "flowTypes", "discoverabilities":
		if l.SpacedFlags {
			return SpaceFlags(text)
		}
	case "expression":
		if l.Normalise {
			return normalise(text)
		}
	}
	return text
}

// SpaceFlags prints flags with a blank after each comma.
func SpaceFlags(flags string) string {
	return strings.ReplaceAll(strings.ReplaceAll(flags, ", ", ","), ",", ", ")
}

// normalise prints an expression with the service's spacing: none but inside
// texts. What the real service prints is known from a single example, in which
// only superfluous blanks went away. Source: expressions §6.
func normalise(expression string) string {
	e, problems := expr.Parse(expression)
	if problems.HasErrors() {
		return expression
	}
	return tight(e.Root)
}

func tight(n expr.Node) string {
	switch n := n.(type) {
	case *expr.Call:
		args := make([]string, len(n.Args))
		for i, arg := range n.Args {
			args[i] = tight(arg)
		}
		return n.Name + "(" + strings.Join(args, ",") + ")"
	case *expr.Comparison:
		return tight(n.Left) + n.Op + tight(n.Right)
	}
	return (&expr.Expr{Root: n}).String()
}

// ordered are arrays whose order has a meaning or is the caller's.
var ordered = map[string]bool{"parameters": true, "values": true, "clauses": true, "groups": true}

// shuffle changes the order of members everywhere, and of elements where order
// means nothing.
func (l Looks) shuffle(v any, name string) {
	switch v := v.(type) {
	case []any:
		if !ordered[name] {
			l.Shuffle.Shuffle(len(v), func(i, j int) { v[i], v[j] = v[j], v[i] })
		}
		for _, e := range v {
			l.shuffle(e, "")
		}
	case *Object:
		l.Shuffle.Shuffle(len(v.Members), func(i, j int) { v.Members[i], v.Members[j] = v.Members[j], v.Members[i] })
		for _, m := range v.Members {
			l.shuffle(m.Value, m.Name)
		}
	}
}
