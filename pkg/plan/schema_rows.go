package plan

import (
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// Row is one change of a schema for a table. Before and After are empty where there
// was or will be nothing.
type Row struct {
	Action        Action
	Object        string // User or Group
	What          string // "userName", "attribute badge", "scoping filter"
	Before, After string
}

// Rows returns the known changes, one each. Of a schema that does not exist yet they
// are the mappings that the profile asks for.
func (s *SchemaStep) Rows() []Row {
	var rows []Row
	for _, e := range s.Edits {
		rows = append(rows, rowOf(e))
	}
	if len(rows) > 0 {
		return rows
	}
	for _, w := range s.Wants {
		for _, m := range w.Mappings {
			rows = append(rows, Row{Add, w.Source, m.Target.Value, "", wishMapping(m)})
		}
	}
	return rows
}

func rowOf(e mapping.Edit) Row {
	r := Row{Action: editLine(e).Action, Object: e.Ref.Source, What: e.Name}
	mapped := func(m *entra.AttributeMapping) string {
		if m == nil {
			return ""
		}
		return mappingText(m)
	}
	listed := func(a *entra.AttributeDefinition) string {
		if a == nil {
			return ""
		}
		return attributeText(a)
	}
	switch e.Kind {
	case mapping.AddMapping, mapping.ChangeMapping, mapping.RemoveMapping:
		r.Before, r.After = mapped(e.MappingBefore), mapped(e.MappingAfter)
	case mapping.AddAttribute, mapping.ChangeAttribute, mapping.RemoveAttribute:
		r.What = map[entra.Side]string{entra.SourceSide: "source", entra.TargetSide: "target"}[e.Side] + " attribute " + e.Name
		r.Before, r.After = listed(e.AttributeBefore), listed(e.AttributeAfter)
	case mapping.SetEnabled:
		r.What, r.Before, r.After = "provisioning", "on", "off"
		if e.EnabledAfter != nil && *e.EnabledAfter {
			r.Before, r.After = "off", "on"
		}
	case mapping.SetActions:
		r.What, r.Before, r.After = "actions", actionsText(e.ActionsBefore), actionsText(e.ActionsAfter)
	case mapping.SetScope:
		r.What, r.Before, r.After = "scoping filter", filterText(e.ScopeBefore), filterText(e.ScopeAfter)
	}
	return r
}
