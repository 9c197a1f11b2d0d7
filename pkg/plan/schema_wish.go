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
		add(Add, "%s source attribute %s%s", who, a.Name.Value, wishAttribute(a))
	}
	for _, a := range w.TargetAttributes {
		add(Add, "%s target attribute %s%s", who, a.Name.Value, wishAttribute(a))
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

// wishAttribute describes the members of an attribute that the profile sets.
func wishAttribute(a mapping.AttributeSpec) string {
	var parts []string
	if a.Type != nil {
		parts = append(parts, *a.Type)
	}
	for _, f := range []struct {
		flag *bool
		name string
	}{{a.MultiValued, "multi-valued"}, {a.CaseExact, "case-exact"}, {a.Required, "required"}} {
		switch {
		case f.flag == nil:
		case *f.flag:
			parts = append(parts, f.name)
		default:
			parts = append(parts, "not "+f.name)
		}
	}
	if a.Mutability != nil {
		parts = append(parts, *a.Mutability)
	}
	for _, r := range a.References {
		parts = append(parts, "refers to "+r)
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
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
