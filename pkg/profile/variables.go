package profile

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// variables reads the declarations of the document and checks them.
func (c *checker) variables() []Variable {
	root := c.doc.root
	if n := root.get("variables"); n != nil && len(n.pairs) > maxVariables {
		c.report(diag.Errorf(codeDeclaration, n.where, "the profile declares %d variables, more than %d", len(n.pairs), maxVariables))
		return nil
	}
	vars := declared(root.get("variables"))
	for _, v := range root.get("variables").children() {
		c.declaration(v.key, v.value)
	}
	for _, e := range root.get("environments").children() {
		inner := e.value.get("variables")
		for _, v := range inner.children() {
			c.declaration(v.key, v.value)
		}
		for _, v := range declared(inner) {
			if len(vars) < maxVariables && !slices.ContainsFunc(vars, func(w Variable) bool { return w.Name == v.Name }) {
				vars = append(vars, v)
			}
		}
	}
	return vars
}

// maxVariables is far above what anybody could be asked for.
const maxVariables = 500

// declared reads the mapping of variables.
func declared(n *node) []Variable {
	var vars []Variable
	for _, p := range n.children() {
		v := Variable{
			Name: p.key.text.Value, Where: p.key.where,
			Description: plainText(p.value.get("description")),
			Sandbox:     plainText(p.value.get("sandbox")),
			Group:       plainText(p.value.get("group")),
			User:        plainText(p.value.get("user")),
		}
		if f := p.value.get("required"); f != nil {
			v.Required, _ = parseFlag(f.text.Value)
		}
		if d := p.value.get("default"); d != nil && d.kind == scalarNode && !d.isNull() {
			v.Default = &d.text.Value
		}
		if list := p.value.get("oneOf"); list != nil {
			for _, item := range list.items {
				v.OneOf = append(v.OneOf, item.text.Value)
			}
		}
		vars = append(vars, v)
	}
	return vars
}

// plainText returns the text of a scalar, "" for anything else.
func plainText(n *node) string {
	if n == nil || n.kind != scalarNode || n.isNull() {
		return ""
	}
	return n.text.Value
}

// declaration checks one variable.
func (c *checker) declaration(key, n *node) {
	if key.kind == scalarNode && !isVariableName(key.text.Value) {
		c.report(diag.Errorf(codeName, key.where, "%q cannot be the name of a variable", key.text.Value).
			WithDetail("Names have letters, digits and _ in them and begin with a letter, so that an environment variable can set them."))
	}
	if n.kind != mapNode {
		return
	}
	both := func(a, b, detail string) {
		if x, y := n.key(a), n.key(b); x != nil && y != nil && !n.get(a).isNull() && !n.get(b).isNull() {
			c.report(diag.Errorf(codeDeclaration, y.where, "a variable has %s or %s, not both", a, b).
				WithDetail("%s", detail).WithRelated(x.where, a+" is here"))
		}
	}
	both("group", "user", "It stands for one object: delete one of the two.")
	for _, lookup := range []string{"group", "user"} {
		both("default", lookup, "The name after "+lookup+" is the default: delete default.")
		both("oneOf", lookup, "Any "+lookup+" may be given by name or id: delete oneOf.")
	}
	if f := n.get("required"); f != nil {
		if on, _ := parseFlag(f.text.Value); on {
			both("required", "default", "With a default it need not be given: delete one of the two.")
		}
	}
	for _, name := range []string{"default", "sandbox", "oneOf", "group", "user"} {
		for _, v := range scalars(n.get(name)) {
			if i := strings.Index(v.text.Value, "${var."); i >= 0 {
				c.report(diag.Errorf(codeDeclaration, v.text.At(i, len(v.text.Value)), "a variable cannot be made of variables").
					WithDetail("Write the value out, or use both variables where the value is needed."))
			}
		}
	}
	allowed := n.get("oneOf")
	if allowed == nil || allowed.kind != listNode {
		return
	}
	var words []string
	for _, item := range allowed.items {
		if slices.Contains(words, item.text.Value) {
			c.report(diag.Errorf(codeRepeated, item.where, "%q is here twice", item.text.Value).WithDetail("Delete one."))
		}
		words = append(words, item.text.Value)
	}
	if len(words) == 0 {
		c.report(diag.Errorf(codeDeclaration, allowed.where, "oneOf allows nothing").
			WithDetail("List the values that the variable may have, or delete oneOf."))
		return
	}
	for _, name := range []string{"default", "sandbox"} {
		if v := n.get(name); v != nil && v.kind == scalarNode && !v.isNull() && !slices.Contains(words, v.text.Value) {
			c.report(outsideOneOf(v.where, v.text.Value, words))
		}
	}
}

func outsideOneOf(where diag.Range, value string, words []string) diag.Diagnostic {
	return diag.Errorf(codeOutsideOneOf, where, "%q is not one of the values that the variable may have%s", value, diag.DidYouMean(value, words)).
		WithDetail("They are %s.", strings.Join(words, ", "))
}

// scalars returns n itself, or the texts of a list.
func scalars(n *node) []*node {
	switch {
	case n == nil || n.kind == mapNode:
		return nil
	case n.kind == listNode:
		return n.items
	}
	return []*node{n}
}

// isVariableName reports whether a name can be set by an environment variable.
func isVariableName(name string) bool {
	return name != "" && isEnvName(name) && name[0] != '_'
}

// isEnvName reports whether a text is the name of an environment variable, and not
// by its length something else that was pasted in its place.
func isEnvName(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// references reports variables that are used and not declared, or declared and not
// used, and references that are misspelt.
func (c *checker) references(vars []Variable) {
	names := make([]string, len(vars))
	for i, v := range vars {
		names[i] = v.Name
	}
	used := map[string]bool{}
	budget := maxExpanded
	var walk func(n *node)
	walk = func(n *node) {
		if budget--; budget < 0 {
			return
		}
		switch n.kind {
		case scalarNode:
			c.inText(n.text, names, used)
		case listNode:
			for _, item := range n.items {
				walk(item)
			}
		case mapNode:
			for _, p := range n.pairs {
				if i := strings.Index(p.key.text.Value, "${var."); i >= 0 {
					c.report(diag.Errorf(codeVariablePlace, p.key.where, "a variable cannot stand in a key").
						WithDetail("Only values are filled in: write the key out."))
				}
				walk(p.value)
			}
		}
	}
	for _, p := range c.doc.root.pairs {
		switch p.key.text.Value {
		case "variables":
		case "environments":
			for _, e := range p.value.pairs {
				for _, q := range e.value.pairs {
					if q.key.text.Value != "variables" {
						walk(q.value)
					}
				}
			}
		case "version", "profile", "provider":
			if strings.Contains(p.value.text.Value, "${var.") {
				c.report(diag.Errorf(codeVariablePlace, p.value.where, "a variable cannot stand here").
					WithDetail("Write the value out."))
			}
		default:
			walk(p.value)
		}
	}
	for _, v := range vars {
		if !used[v.Name] && isVariableName(v.Name) {
			c.report(diag.Warningf(codeUnused, v.Where, "nothing uses the variable %s", v.Name).
				WithDetail("Use it as ${var.%s}, or delete it.", v.Name))
		}
	}
}

// inText checks the references of one text.
func (c *checker) inText(t diag.Text, names []string, used map[string]bool) {
	for _, r := range findReferences(t.Value) {
		where := t.At(r.start, r.end)
		switch {
		case r.escaped || r.foreign:
		case r.misspelt:
			d := diag.Errorf(codeReference, where, "this is no reference to a variable")
			if name := strings.TrimSpace(r.name); isVariableName(name) {
				d = d.WithFix("${var." + name + "}")
			}
			c.report(d.WithDetail("Write ${var.NAME}, in quotes. A ${ that is meant as text is written $${."))
		case !slices.Contains(names, r.name):
			d := diag.Errorf(codeUndeclared, where, "there is no variable %q%s", r.name, diag.DidYouMean(r.name, names)).
				WithDetail("Declare it under variables.")
			if near := diag.Suggest(r.name, names); near != "" {
				d = d.WithFix("${var." + near + "}")
			}
			c.report(d)
		default:
			used[r.name] = true
		}
	}
}
