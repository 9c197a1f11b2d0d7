package mapping

import (
	"errors"
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/expr"
)

// FromSchema reads the object mappings of a schema's provisioning rule: User and
// Group, those that are there. Matching precedence and flow types come with them.
func FromSchema(s *entra.Schema) ([]ObjectMapping, error) {
	var mappings []ObjectMapping
	var firstErr error
	for _, source := range []string{User, Group} {
		ref, err := s.Resolve(entra.MappingRef{Source: source})
		if err != nil {
			if firstErr == nil {
				firstErr = err
			}
			continue
		}
		m, err := fromSchema(s, ref)
		if err != nil {
			return nil, err
		}
		mappings = append(mappings, m)
	}
	if len(mappings) == 0 {
		return nil, fmt.Errorf("read the object mappings: %w", firstErr)
	}
	return mappings, nil
}

func fromSchema(s *entra.Schema, ref entra.MappingRef) (ObjectMapping, error) {
	_, has, ok := s.ObjectMapping(ref)
	if !ok {
		return ObjectMapping{}, errors.New("the schema has no object mapping for " + ref.Source)
	}
	actions, err := parseFlowTypes(has.FlowTypes)
	if err != nil {
		return ObjectMapping{}, fmt.Errorf("object mapping %q: %w", has.Name, err)
	}
	m := ObjectMapping{
		Ref:        ref,
		Name:       has.Name,
		Source:     has.SourceObjectName,
		Target:     has.TargetObjectName,
		Enabled:    has.Enabled,
		Actions:    actions,
		Scope:      has.Scope,
		Attributes: make([]Attribute, 0, len(has.AttributeMappings)),
	}
	m.SourceObject, m.TargetObject = s.Definitions(ref)
	for i := range has.AttributeMappings {
		if has.AttributeMappings[i].TargetAttributeName != "" { // such a mapping does nothing
			m.Attributes = append(m.Attributes, attributeOf(&has.AttributeMappings[i]))
		}
	}
	return m, nil
}

// attributeOf reads one attribute mapping. The expression decides, since it is
// what the service shows and evaluates; type and name serve where it is missing
// or no expression. A mapping without a source gives its default value, the way
// older schemas write constants. Source: graph_contract §8, expressions §6.
func attributeOf(m *entra.AttributeMapping) Attribute {
	a := Attribute{
		Target:       diag.Text{Value: m.TargetAttributeName},
		Kind:         DefaultOnly,
		Match:        m.MatchingPriority,
		OnCreateOnly: m.FlowType == entra.FlowObjectAddOnly,
	}
	if m.DefaultValue != nil && *m.DefaultValue != "" {
		a.Default = m.DefaultValue
	}
	if m.Source == nil {
		return a
	}
	a.Kind, a.Source.Value = sourceOf(m.Source)
	return a
}

func sourceOf(s *entra.Source) (Kind, string) {
	if e, problems := expr.Parse(s.Expression); !problems.HasErrors() {
		switch root := e.Root.(type) {
		case *expr.Attribute:
			return Direct, root.Name
		case *expr.Constant:
			return Constant, root.Value
		default:
			return Expression, s.Expression
		}
	}
	switch {
	case s.Type == entra.SourceConstant:
		return Constant, s.Name
	case s.Type == entra.SourceFunction || s.Expression != "":
		return Expression, s.Expression
	case s.Name == "":
		return DefaultOnly, ""
	default:
		return Direct, s.Name
	}
}

// flowTypes are the service's names of the actions, in its order.
var flowTypes = [...]struct {
	name   string
	action Actions
}{{"Add", Create}, {"Update", Update}, {"Delete", Delete}}

// parseFlowTypes reads "Add,Update,Delete", with or without blanks.
// Source: graph_contract §8.
func parseFlowTypes(s string) (Actions, error) {
	var actions Actions
next:
	for word := range strings.SplitSeq(s, ",") {
		word = strings.TrimSpace(word)
		if word == "" || strings.EqualFold(word, "None") {
			continue
		}
		for _, f := range flowTypes {
			if strings.EqualFold(word, f.name) {
				actions |= f.action
				continue next
			}
		}
		return 0, fmt.Errorf("unknown flow type %q", word)
	}
	return actions, nil
}

// String prints the actions as flow types, "None" for the empty set.
func (a Actions) String() string {
	var names []string
	for _, f := range flowTypes {
		if a&f.action != 0 {
			names = append(names, f.name)
		}
	}
	if len(names) == 0 {
		return "None"
	}
	return strings.Join(names, ",")
}
