package syncschema

import (
	"fmt"
	"slices"
	"strings"
)

// scope checks the scoping filter of an object mapping.
func (c *checker) scope(at string, m *Object, p *pair) {
	at += ".scope"
	v, _ := m.Get("scope")
	if v == nil {
		return
	}
	filter, ok := v.(*Object)
	if !ok {
		c.report(at, "an object is expected")
		return
	}
	for _, part := range []string{"groups", "inputFilterGroups", "categoryFilterGroups"} {
		for i, group := range c.optional(filter, at, part) {
			at := fmt.Sprintf("%s.%s[%d]", at, part, i)
			for j, clause := range c.optional(group, at, "clauses") {
				c.clause(fmt.Sprintf("%s.clauses[%d]", at, j), clause, p)
			}
		}
	}
}

func (c *checker) clause(at string, clause *Object, p *pair) {
	name := clause.Text("operatorName")
	i := slices.IndexFunc(c.operators, func(o Operator) bool { return o.Name == name })
	if i < 0 {
		c.report(at, "there is no operator '%s'; filterOperators lists them", name)
		return
	}
	operator := c.operators[i]
	operand := clause.Text("sourceOperandName")
	definition := attribute(p.source, operand)
	if p.source != nil && definition == nil {
		c.report(at, "source attribute '%s' does not exist in object '%s'", operand, p.source.Text("name"))
	}
	if definition != nil && !slices.Contains(operator.Types, definition.Text("type")) && definition.Text("type") != "Boolean" {
		c.report(at, "operator '%s' does not support attribute '%s' of type %s, only %s",
			name, operand, definition.Text("type"), strings.Join(operator.Types, ", "))
	}
	var values []any
	if v, _ := clause.Get("targetOperand"); v != nil {
		if o, ok := v.(*Object); ok {
			v, _ := o.Get("values")
			values, _ = v.([]any)
		}
	}
	for _, v := range values {
		if _, ok := v.(string); !ok {
			c.report(at+".targetOperand", "'%s' is not a text", show(v))
		}
	}
	if !operator.Unary && len(values) == 0 {
		c.report(at+".targetOperand", "operator '%s' needs a value", name)
	}
}
