package plan

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// editLines describes edits, one line each, in their order.
func editLines(edits []mapping.Edit) []Line {
	lines := make([]Line, len(edits))
	for i, e := range edits {
		lines[i] = editLine(e)
	}
	return lines
}

func editLine(e mapping.Edit) Line {
	who := strings.ToLower(e.Ref.Source)
	switch e.Kind {
	case mapping.AddMapping:
		return Line{Add, fmt.Sprintf("%s mapping %s: %s", who, e.Name, mappingText(e.MappingAfter))}
	case mapping.RemoveMapping:
		return Line{Delete, fmt.Sprintf("%s mapping %s: %s", who, e.Name, mappingText(e.MappingBefore))}
	case mapping.ChangeMapping:
		return Line{Change, fmt.Sprintf("%s mapping %s: %s", who, e.Name, mappingChange(e.MappingBefore, e.MappingAfter))}
	case mapping.AddAttribute:
		return Line{Add, fmt.Sprintf("%s attribute %s: %s", sideText(who, e.Side), e.Name, attributeText(e.AttributeAfter))}
	case mapping.RemoveAttribute:
		return Line{Delete, fmt.Sprintf("%s attribute %s", sideText(who, e.Side), e.Name)}
	case mapping.ChangeAttribute:
		return Line{Change, fmt.Sprintf("%s attribute %s: %s -> %s", sideText(who, e.Side), e.Name, attributeText(e.AttributeBefore), attributeText(e.AttributeAfter))}
	case mapping.SetEnabled:
		state := "off"
		if e.EnabledAfter != nil && *e.EnabledAfter {
			state = "on"
		}
		return Line{Change, fmt.Sprintf("provisioning of %ss: switched %s", who, state)}
	case mapping.SetActions:
		return Line{Change, fmt.Sprintf("%s actions: %s -> %s", who, actionsText(e.ActionsBefore), actionsText(e.ActionsAfter))}
	case mapping.SetScope:
		return Line{Change, fmt.Sprintf("%s scoping filter: %s -> %s", who, filterText(e.ScopeBefore), filterText(e.ScopeAfter))}
	default:
		return Line{Change, fmt.Sprintf("%s %s %s", who, e.Kind, e.Name)}
	}
}

func sideText(who string, side entra.Side) string {
	if side == entra.SourceSide {
		return who + " source"
	}
	return who + " target"
}

// mappingText describes an attribute mapping.
func mappingText(m *entra.AttributeMapping) string {
	if m == nil {
		return "as the profile says"
	}
	parts := []string{sourceText(m.Source)}
	if d := defaultText(m.DefaultValue); d != none {
		parts = append(parts, "default "+d)
	}
	if m.FlowType == entra.FlowObjectAddOnly {
		parts = append(parts, "on create only")
	}
	if m.MatchingPriority > 0 {
		parts = append(parts, fmt.Sprintf("matching precedence %d", m.MatchingPriority))
	}
	return strings.Join(parts, "; ")
}

// mappingChange describes what differs between two states of a mapping, and
// says when the mapping is one that matches objects.
func mappingChange(before, after *entra.AttributeMapping) string {
	if before == nil || after == nil {
		return mappingText(cmp.Or(after, before))
	}
	var parts []string
	if was, is := sourceText(before.Source), sourceText(after.Source); was != is {
		parts = append(parts, was+" -> "+strings.TrimPrefix(is, sharedNoun(was, is)))
	}
	if was, is := defaultText(before.DefaultValue), defaultText(after.DefaultValue); was != is {
		parts = append(parts, fmt.Sprintf("default %s -> %s", was, is))
	}
	if was, is := flowText(before.FlowType), flowText(after.FlowType); was != is {
		parts = append(parts, fmt.Sprintf("written %s -> %s", was, is))
	}
	if was, is := before.MatchingPriority, after.MatchingPriority; was != is {
		parts = append(parts, fmt.Sprintf("matching precedence %s -> %s", precedence(was), precedence(is)))
	} else if is > 0 {
		parts = append(parts, "it is the matching attribute")
	}
	if len(parts) == 0 {
		return "written anew"
	}
	return strings.Join(parts, "; ")
}

// sharedNoun is the first word of both texts with its blank when it is the same,
// so that a change reads "source mail -> userPrincipalName".
func sharedNoun(was, is string) string {
	first, _, _ := strings.Cut(was, " ")
	if strings.HasPrefix(is, first+" ") {
		return first + " "
	}
	return ""
}

// none is how a value that is not there is printed.
const none = "none"

func sourceText(s *entra.Source) string {
	if s == nil {
		return "no source"
	}
	switch s.Type {
	case entra.SourceAttribute:
		return "source " + cmp.Or(s.Name, strings.Trim(s.Expression, "[]"))
	case entra.SourceConstant:
		return fmt.Sprintf("constant %q", cmp.Or(s.Name, strings.Trim(s.Expression, `"`)))
	default:
		return "expression " + cmp.Or(s.Expression, s.Name)
	}
}

func defaultText(d *string) string {
	if d == nil || *d == "" {
		return none
	}
	return fmt.Sprintf("%q", *d)
}

func flowText(flow string) string {
	switch flow {
	case entra.FlowObjectAddOnly:
		return "on create only"
	case entra.FlowAlways, "":
		return "always"
	default:
		return flow
	}
}

func precedence(p int) string {
	if p <= 0 {
		return none
	}
	return strconv.Itoa(p)
}

func attributeText(a *entra.AttributeDefinition) string {
	if a == nil {
		return none
	}
	parts := []string{cmp.Or(a.Type, entra.TypeString)}
	flags := []struct {
		on   bool
		text string
	}{{a.Multivalued, "multi-valued"}, {a.CaseExact, "case-exact"}, {a.Required, "required"}, {a.Anchor, "anchor"}}
	for _, f := range flags {
		if f.on {
			parts = append(parts, f.text)
		}
	}
	if a.Mutability != "" && a.Mutability != "ReadWrite" {
		parts = append(parts, a.Mutability)
	}
	for _, r := range a.ReferencedObjects {
		parts = append(parts, "refers to "+r.ReferencedObjectName)
	}
	return strings.Join(parts, ", ")
}

// actionsText prints flow types as a profile writes actions.
func actionsText(flowTypes string) string {
	words := strings.FieldsFunc(flowTypes, func(r rune) bool { return r == ',' || r == ' ' })
	for i, w := range words {
		words[i] = strings.ToLower(w)
		if words[i] == "add" {
			words[i] = "create"
		}
	}
	if len(words) == 0 {
		return none
	}
	return strings.Join(words, ", ")
}

// filterText prints a scoping filter as a condition.
func filterText(f *entra.Filter) string {
	if f == nil || len(f.Groups) == 0 {
		return none
	}
	groups := make([]string, len(f.Groups))
	for i, g := range f.Groups {
		clauses := make([]string, len(g.Clauses))
		for j, c := range g.Clauses {
			clauses[j] = clauseText(c)
		}
		groups[i] = strings.Join(clauses, " and ")
		if len(f.Groups) > 1 && len(g.Clauses) > 1 {
			groups[i] = "(" + groups[i] + ")"
		}
	}
	return strings.Join(groups, " or ")
}

func clauseText(c entra.FilterClause) string {
	text := c.SourceOperandName + " " + c.OperatorName
	for _, v := range c.TargetOperand.Values {
		text += fmt.Sprintf(" %q", v)
	}
	return text
}
