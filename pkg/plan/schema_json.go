package plan

import (
	"encoding/json"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// SchemaChange is the JSON form of one edit of a schema. Before and After hold
// the kind's value: a MappingValue, an AttributeValue, or text; null where there
// was or will be nothing.
type SchemaChange struct {
	Kind   mapping.EditKind `json:"kind"`
	Object string           `json:"object"`         // User or Group
	Side   string           `json:"side,omitempty"` // source or target, of attribute edits
	Name   string           `json:"name,omitempty"`
	Before any              `json:"before"`
	After  any              `json:"after"`
}

// MappingValue is an attribute mapping in the words of a profile. Exactly one of
// Source, Expression and Constant is set, or none of them.
type MappingValue struct {
	Source     string `json:"source,omitempty"`
	Expression string `json:"expression,omitempty"`
	Constant   string `json:"constant,omitempty"`
	Default    string `json:"default,omitempty"`
	Match      int    `json:"match,omitempty"`
	Apply      string `json:"apply,omitempty"` // "create": written on create only
}

// AttributeValue is an attribute of a list in the words of a profile.
type AttributeValue struct {
	Type        string   `json:"type"`
	MultiValued bool     `json:"multiValued,omitempty"`
	CaseExact   bool     `json:"caseExact,omitempty"`
	Required    bool     `json:"required,omitempty"`
	Mutability  string   `json:"mutability,omitempty"`
	References  []string `json:"references,omitempty"`
}

// MarshalJSON writes the known changes. They are empty when the schema does not
// exist yet; the step's details then say what is wanted.
func (s *SchemaStep) MarshalJSON() ([]byte, error) {
	changes := s.shown
	if changes == nil {
		changes = make([]SchemaChange, len(s.Edits))
		for i, e := range s.Edits {
			changes[i] = changeOf(e)
		}
	}
	return json.Marshal(schemaChanges{changes})
}

// UnmarshalJSON reads the changes, to be written again. The wishes that lead to them
// are not part of the form; a saved plan keeps them beside it.
func (s *SchemaStep) UnmarshalJSON(data []byte) error {
	var c schemaChanges
	if err := json.Unmarshal(data, &c); err != nil {
		return err
	}
	s.shown = c.Changes
	return nil
}

// schemaChanges is the JSON form of a SchemaStep.
type schemaChanges struct {
	Changes []SchemaChange `json:"changes"`
}

func changeOf(e mapping.Edit) SchemaChange {
	c := SchemaChange{Kind: e.Kind, Object: e.Ref.Source, Name: e.Name}
	switch e.Kind {
	case mapping.AddMapping, mapping.ChangeMapping, mapping.RemoveMapping:
		c.Before, c.After = mappingValue(e.MappingBefore), mappingValue(e.MappingAfter)
	case mapping.AddAttribute, mapping.ChangeAttribute, mapping.RemoveAttribute:
		c.Side = "target"
		if e.Side == entra.SourceSide {
			c.Side = "source"
		}
		c.Before, c.After = attributeValue(e.AttributeBefore), attributeValue(e.AttributeAfter)
	case mapping.SetEnabled:
		if e.EnabledAfter != nil {
			c.Before, c.After = !*e.EnabledAfter, *e.EnabledAfter
		}
	case mapping.SetActions:
		c.Before, c.After = actionsText(e.ActionsBefore), actionsText(e.ActionsAfter)
	case mapping.SetScope:
		c.Before, c.After = filterValue(e.ScopeBefore), filterValue(e.ScopeAfter)
	}
	return c
}

// mappingValue returns any so that nothing becomes null.
func mappingValue(m *entra.AttributeMapping) any {
	if m == nil {
		return nil
	}
	v := MappingValue{Match: m.MatchingPriority}
	if m.DefaultValue != nil {
		v.Default = *m.DefaultValue
	}
	if m.FlowType == entra.FlowObjectAddOnly {
		v.Apply = "create"
	}
	if s := m.Source; s != nil {
		switch s.Type {
		case entra.SourceAttribute:
			v.Source = s.Name
		case entra.SourceConstant:
			v.Constant = s.Name
		default:
			v.Expression = s.Expression
		}
	}
	return v
}

func attributeValue(a *entra.AttributeDefinition) any {
	if a == nil {
		return nil
	}
	v := AttributeValue{Type: a.Type, MultiValued: a.Multivalued, CaseExact: a.CaseExact, Required: a.Required, Mutability: a.Mutability}
	for _, r := range a.ReferencedObjects {
		v.References = append(v.References, r.ReferencedObjectName)
	}
	return v
}

func filterValue(f *entra.Filter) any {
	if f == nil || len(f.Groups) == 0 {
		return nil
	}
	return f.Groups
}
