package mapping

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
)

// Trees supplies source trees whose parameter keys only the tenant knows:
// canonical expression -> raw attributeMappingSource. See NeedTrees.
type Trees map[string][]byte

// NeedTrees returns the canonical expressions among the edits for whose source
// trees a key is undocumented and which do not occur in live either: they must be
// asked for (parseExpression), one each. live may be nil.
func NeedTrees(live *entra.Schema, edits []Edit) []string {
	var need []string
	for i := range edits {
		expression, undocumented := undocumentedTree(&edits[i])
		if !undocumented || slices.Contains(need, expression) {
			continue
		}
		if live == nil || live.FindSource(expression, Canonical) == nil {
			need = append(need, expression)
		}
	}
	return need
}

// undocumentedTree returns the canonical expression of an edited mapping whose
// source tree cannot be made here. A mapping that keeps its source needs none.
func undocumentedTree(e *Edit) (string, bool) {
	if e.MappingAfter == nil || e.MappingAfter.Source == nil {
		return "", false
	}
	expression := meaning(e.MappingAfter.Source)
	if e.MappingBefore != nil && meaning(e.MappingBefore.Source) == expression {
		return "", false
	}
	_, documented, err := Tree(expression)
	return expression, err == nil && !documented
}

// Apply makes the edits in the document. Source trees come from Tree where all
// parameter keys are documented, else from the same expression in s, else from trees;
// without any of these the edit is written with an empty parameter list, which
// only an offline document may have: set strict to make that an error. A mapping
// whose source means the same already keeps its source as it is.
//
// On an error s holds the edits before the one that failed: work on a Clone.
func Apply(s *entra.Schema, edits []Edit, trees Trees, strict bool) error {
	// Trees are looked up in the document as it was, since an earlier edit may
	// remove the one mapping that has a tree.
	original := s.Clone()
	for i := range edits {
		if err := applyEdit(s, original, &edits[i], trees, strict); err != nil {
			return fmt.Errorf("%s %s of %s: %w", edits[i].Kind, edits[i].Name, edits[i].Ref.Source, err)
		}
	}
	return nil
}

func applyEdit(s, original *entra.Schema, e *Edit, trees Trees, strict bool) error {
	switch e.Kind {
	case AddMapping, ChangeMapping:
		return applyMapping(s, original, e, trees, strict)
	case RemoveMapping:
		_, err := s.RemoveAttributeMapping(e.Ref, e.Name)
		return err
	case AddAttribute, ChangeAttribute:
		if e.AttributeAfter == nil {
			return fmt.Errorf("the edit has no attribute definition")
		}
		return s.SetAttributeDefinition(e.Ref, e.Side, *e.AttributeAfter)
	case RemoveAttribute:
		_, err := s.RemoveAttributeDefinition(e.Ref, e.Side, e.Name)
		return err
	case SetEnabled:
		return s.SetObjectMapping(e.Ref, e.EnabledAfter, nil, nil)
	case SetActions:
		return s.SetObjectMapping(e.Ref, nil, &e.ActionsAfter, nil)
	case SetScope:
		return s.SetScope(e.Ref, e.ScopeAfter)
	default:
		return fmt.Errorf("unknown kind of edit %q", e.Kind)
	}
}

func applyMapping(s, original *entra.Schema, e *Edit, trees Trees, strict bool) error {
	if e.MappingAfter == nil {
		return fmt.Errorf("the edit has no mapping")
	}
	m := *e.MappingAfter
	if now, ok := attributeMapping(s, e.Ref, m.TargetAttributeName); ok && meaning(now.Source) == meaning(m.Source) {
		m.Source = now.Source
		return s.SetAttributeMapping(e.Ref, m, nil)
	}
	if m.Source == nil {
		return s.SetAttributeMapping(e.Ref, m, nil)
	}
	expression := meaning(m.Source)
	tree, documented, err := Tree(expression)
	if err != nil {
		return err
	}
	if documented {
		m.Source = &tree
		return s.SetAttributeMapping(e.Ref, m, nil)
	}
	raw := original.FindSource(expression, Canonical)
	if raw == nil {
		if raw, err = trees.source(expression); err != nil {
			return err
		}
	}
	if raw == nil && strict {
		return fmt.Errorf("the source tree of %s is not known; ask the tenant to parse the expression", expression)
	}
	m.Source = &tree
	return s.SetAttributeMapping(e.Ref, m, raw)
}

// source returns the tree of an expression after checking that it is one of it.
func (t Trees) source(expression string) (json.RawMessage, error) {
	raw, ok := t[expression]
	if !ok {
		return nil, nil
	}
	var tree entra.Source
	if err := json.Unmarshal(raw, &tree); err != nil {
		return nil, fmt.Errorf("source tree of %s: %w", expression, err)
	}
	if got := meaning(&tree); got != expression {
		return nil, fmt.Errorf("source tree of %s: it is one of %s", expression, got)
	}
	return raw, nil
}

func attributeMapping(s *entra.Schema, ref entra.MappingRef, target string) (entra.AttributeMapping, bool) {
	_, m, _ := s.ObjectMapping(ref)
	for i := range m.AttributeMappings {
		if m.AttributeMappings[i].TargetAttributeName == target {
			return m.AttributeMappings[i], true
		}
	}
	return entra.AttributeMapping{}, false
}
