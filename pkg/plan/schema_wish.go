package plan

import (
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// wishLines describes what a profile asks of mappings that do not exist yet, so
// that nothing can be said of what it replaces.
func wishLines(wanted []mapping.Desired) []Line {
	var lines []Line
	for _, w := range wanted {
		lines = append(lines, wishOf(w)...)
	}
	return lines
}

func wishOf(w mapping.Desired) []Line {
	who := strings.ToLower(w.Source)
	var lines []Line
	add := func(action Action, format string, args ...any) {
		lines = append(lines, Line{action, fmt.Sprintf(format, args...)})
	}
	if w.Enabled != nil {
		state := map[bool]string{true: "on", false: "off"}[*w.Enabled]
		add(Change, "provisioning of %ss: %s", who, state)
	}
	if w.Actions != nil {
		add(Change, "%s actions: %s", who, actionNames(*w.Actions))
	}
	for _, a := range w.SourceAttributes {
		add(Add, "%s source attribute %s", who, a.Name.Value)
	}
	for _, a := range w.TargetAttributes {
		add(Add, "%s target attribute %s", who, a.Name.Value)
	}
	for _, t := range w.RemoveAttributes {
		add(Delete, "%s target attribute %s", who, t.Value)
	}
	if w.Filters != nil {
		add(Change, "%s scoping filter: %s", who, wishFilter(*w.Filters))
	}
	for _, m := range w.Mappings {
		add(Add, "%s mapping %s: %s", who, m.Target.Value, wishMapping(m))
	}
	for _, t := range w.Remove {
		add(Delete, "%s mapping %s", who, t.Value)
	}
	switch w.Base {
	case mapping.BaseNone:
		add(Delete, "every other %s mapping of the template (known after create)", who)
	case mapping.BaseTemplate:
		add(Do, "the other %s mappings of the template stay (known after create)", who)
	}
	return lines
}

func wishMapping(m mapping.Attribute) string {
	var parts []string
	switch m.Kind {
	case mapping.Constant:
		parts = append(parts, fmt.Sprintf("constant %q", m.Source.Value))
	case mapping.Expression:
		parts = append(parts, "expression "+mapping.Canonical(m.Source.Value))
	case mapping.DefaultOnly:
		parts = append(parts, "no source")
	default:
		parts = append(parts, "source "+m.Source.Value)
	}
	if d := defaultText(m.Default); d != none {
		parts = append(parts, "default "+d)
	}
	if m.OnCreateOnly {
		parts = append(parts, "on create only")
	}
	if m.Match > 0 {
		parts = append(parts, fmt.Sprintf("matching precedence %d", m.Match))
	}
	return strings.Join(parts, "; ")
}

func wishFilter(groups []mapping.FilterGroup) string {
	if len(groups) == 0 {
		return none
	}
	parts := make([]string, len(groups))
	for i, g := range groups {
		clauses := make([]string, len(g.Clauses))
		for j, c := range g.Clauses {
			clauses[j] = c.Attribute.Value + " " + c.Operator.Value
			for _, v := range c.Values {
				clauses[j] += fmt.Sprintf(" %q", v)
			}
		}
		parts[i] = strings.Join(clauses, " and ")
		if len(groups) > 1 && len(g.Clauses) > 1 {
			parts[i] = "(" + parts[i] + ")"
		}
	}
	return strings.Join(parts, " or ")
}

func actionNames(a mapping.Actions) string {
	var names []string
	for _, n := range []struct {
		action mapping.Actions
		name   string
	}{{mapping.Create, "create"}, {mapping.Update, "update"}, {mapping.Delete, "delete"}} {
		if a&n.action != 0 {
			names = append(names, n.name)
		}
	}
	if len(names) == 0 {
		return none
	}
	return strings.Join(names, ", ")
}
