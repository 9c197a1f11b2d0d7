package entra

import (
	"strings"
	"testing"
)

const scoped = `{"synchronizationRules":[{"id":"r","objectMappings":[{"sourceObjectName":"User","targetObjectName":"T",
  "scope": {"@odata.type":"#microsoft.graph.filter","groups":[],"inputFilterGroups":[]}
}]}]}`

// TestScopeKeepsUnknownMembers: a change of the filter touches what it changes alone.
func TestScopeKeepsUnknownMembers(t *testing.T) {
	s, err := ParseSchema([]byte(scoped))
	if err != nil {
		t.Fatal(err)
	}
	ref := MappingRef{Source: "User"}
	f := &Filter{Groups: []FilterGroup{{Name: "staff", Clauses: []FilterClause{{OperatorName: "EQUALS", SourceOperandName: "department", TargetOperand: FilterOperand{Values: []string{"Sales"}}}}}}}
	if err := s.SetScope(ref, f); err != nil {
		t.Fatal(err)
	}
	doc := string(s.Bytes())
	for _, want := range []string{`"@odata.type":"#microsoft.graph.filter"`, `"inputFilterGroups":[]`, `"categoryFilterGroups":[]`, `"department"`} {
		if !strings.Contains(doc, want) {
			t.Errorf("no %s in %s", want, doc)
		}
	}
	before := doc
	if err := s.SetScope(ref, f); err != nil || string(s.Bytes()) != before {
		t.Errorf("the same filter changed the document (%v): %s", err, s.Bytes())
	}
	if err := s.SetScope(ref, nil); err != nil || !strings.Contains(string(s.Bytes()), `"scope": null`) {
		t.Errorf("no filter: %v %s", err, s.Bytes())
	}
	if err := s.SetScope(ref, f); err != nil || !strings.Contains(string(s.Bytes()), `"department"`) {
		t.Errorf("a filter in place of null: %v %s", err, s.Bytes())
	}
}
