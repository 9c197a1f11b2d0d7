package entra

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// FlowWhenChanged is the flow behaviour of every mapping that the portal writes.
const FlowWhenChanged = "FlowWhenChanged"

// SetAttributeMapping makes the mapping of m.TargetAttributeName say m: it
// changes only the members that differ, or appends a new mapping in the layout of
// the document. An empty FlowType or FlowBehavior keeps what is there, and means
// Always and FlowWhenChanged for a new mapping. When source is not nil it is
// written verbatim as the mapping's source tree in place of m.Source, whose
// parameter keys the caller may not know. Where a broken document maps the
// target more than once, one mapping stays.
func (s *Schema) SetAttributeMapping(ref MappingRef, m AttributeMapping, source json.RawMessage) error {
	if m.TargetAttributeName == "" {
		return fmt.Errorf("map an attribute of %s: the target attribute has no name", ref)
	}
	if err := checkRaw("source tree of "+m.TargetAttributeName, source, (*reader).source); err != nil {
		return err
	}
	_, mapping, err := s.find(ref)
	if err != nil {
		return fmt.Errorf("map %s: %w", m.TargetAttributeName, err)
	}
	there := s.attributeMappings(mapping, m.TargetAttributeName)
	if len(there) == 0 {
		return s.edit(s.appendTo(mapping, "attributeMappings", s.newMapping(mapping, m, source)))
	}
	splices := s.changeMapping(there[0], m, source)
	if len(there) == 1 {
		return s.edit(splices...)
	}
	if err := s.edit(splices...); err != nil {
		return err
	}
	return s.dropRepeated(ref, m.TargetAttributeName)
}

// dropRepeated removes all mappings of a target but the first.
func (s *Schema) dropRepeated(ref MappingRef, target string) error {
	for {
		_, mapping, err := s.find(ref)
		if err != nil {
			return err
		}
		there := s.attributeMappings(mapping, target)
		if len(there) < 2 {
			return nil
		}
		if err := s.edit(removeElement(mapping.member("attributeMappings"), indexIn(mapping.member("attributeMappings"), there[1]))); err != nil {
			return err
		}
	}
}

// newMapping returns a mapping as the document's others look.
func (s *Schema) newMapping(mapping *node, m AttributeMapping, source json.RawMessage) object {
	sibling := lastObject(mapping.member("attributeMappings"))
	if m.FlowType == "" {
		m.FlowType = FlowAlways
	}
	if m.FlowBehavior == "" {
		m.FlowBehavior = FlowWhenChanged
	}
	return object{
		{"defaultValue", m.DefaultValue},
		{"exportMissingReferences", m.ExportMissingReferences},
		{"flowBehavior", m.FlowBehavior},
		{"flowType", m.FlowType},
		{"matchingPriority", m.MatchingPriority},
		{"targetAttributeName", m.TargetAttributeName},
		{"source", sourceValue(m.Source, source, s.someSource(mapping))},
	}.ordered(sibling)
}

// changeMapping returns the splices for the members of n that differ from m.
func (s *Schema) changeMapping(n *node, m AttributeMapping, source json.RawMessage) []splice {
	now := s.reader().attributeMapping(n)
	var out []splice
	set := func(name string, v any) { out = append(out, s.setMember(n, name, v)) }
	if !sameText(now.DefaultValue, m.DefaultValue) {
		set("defaultValue", m.DefaultValue)
	}
	if now.ExportMissingReferences != m.ExportMissingReferences {
		set("exportMissingReferences", m.ExportMissingReferences)
	}
	if m.FlowBehavior != "" && now.FlowBehavior != m.FlowBehavior {
		set("flowBehavior", m.FlowBehavior)
	}
	if m.FlowType != "" && now.FlowType != m.FlowType {
		set("flowType", m.FlowType)
	}
	if now.MatchingPriority != m.MatchingPriority {
		set("matchingPriority", m.MatchingPriority)
	}
	there := n.member("source")
	same := sameSource(now.Source, m.Source)
	if source != nil {
		same = there != nil && sameJSON(s.doc[there.start:there.end], source)
	}
	if !same {
		order := there
		if order == nil || order.kind != objectNode {
			order = s.someSource(nil)
		}
		set("source", sourceValue(m.Source, source, order))
	}
	return out
}

// RemoveAttributeMapping removes the mapping of a target attribute; false when
// there is none.
func (s *Schema) RemoveAttributeMapping(ref MappingRef, target string) (bool, error) {
	removed := false
	for {
		_, mapping, err := s.find(ref)
		if err != nil {
			return removed, fmt.Errorf("unmap %s: %w", target, err)
		}
		there := s.attributeMappings(mapping, target)
		if len(there) == 0 {
			return removed, nil
		}
		list := mapping.member("attributeMappings")
		if err := s.edit(removeElement(list, indexIn(list, there[0]))); err != nil {
			return removed, fmt.Errorf("unmap %s: %w", target, err)
		}
		removed = true
	}
}

// SetObjectMapping sets enabled, flowTypes and scope of an object mapping. Nil
// members are left as they are; scope is written verbatim, `null` for no filter.
func (s *Schema) SetObjectMapping(ref MappingRef, enabled *bool, flowTypes *string, scope json.RawMessage) error {
	if err := checkRaw("scope of "+ref.String(), scope, (*reader).filter); err != nil {
		return err
	}
	_, mapping, err := s.find(ref)
	if err != nil {
		return err
	}
	now := s.reader().objectMapping(mapping)
	var splices []splice
	if enabled != nil && now.Enabled != *enabled {
		splices = append(splices, s.setMember(mapping, "enabled", *enabled))
	}
	if flowTypes != nil && now.FlowTypes != *flowTypes {
		splices = append(splices, s.setMember(mapping, "flowTypes", *flowTypes))
	}
	if scope != nil {
		there := mapping.member("scope")
		if there == nil && !sameJSON([]byte("null"), scope) || there != nil && !sameJSON(s.doc[there.start:there.end], scope) {
			splices = append(splices, s.setMember(mapping, "scope", scope))
		}
	}
	return s.edit(splices...)
}

// SetAttributeDefinition adds an attribute to the attribute list of one side of
// an object mapping, or changes only the members that differ. An empty Type or
// Mutability keeps what is there, and means String and ReadWrite for a new one.
// Source: graph_contract §8.
func (s *Schema) SetAttributeDefinition(ref MappingRef, side Side, a AttributeDefinition) error {
	if a.Name == "" {
		return fmt.Errorf("add to the %s attribute list of %s: the attribute has no name", side, ref)
	}
	definition, err := s.attributeList(ref, side)
	if err != nil {
		return fmt.Errorf("add attribute %s: %w", a.Name, err)
	}
	list := definition.member("attributes")
	r := s.reader()
	var there *node
	r.each(definition, "attributes", func(n *node) {
		if there == nil && r.text(n, "name") == a.Name {
			there = n
		}
	})
	if there == nil {
		return s.edit(s.appendTo(definition, "attributes", newDefinition(a, lastObject(list))))
	}
	return s.edit(s.changeDefinition(there, a)...)
}

func newDefinition(a AttributeDefinition, sibling *node) object {
	if a.Type == "" {
		a.Type = TypeString
	}
	if a.Mutability == "" {
		a.Mutability = "ReadWrite"
	}
	o := object{
		{"anchor", a.Anchor},
		{"caseExact", a.CaseExact},
		{"defaultValue", a.DefaultValue},
		{"flowNullValues", a.FlowNullValues},
		{"multivalued", a.Multivalued},
		{"mutability", a.Mutability},
		{"name", a.Name},
		{"required", a.Required},
		{"type", a.Type},
		{"apiExpressions", array{}},
		{"metadata", array{}},
		{"referencedObjects", references(a.ReferencedObjects)},
	}
	if sibling == nil {
		return o
	}
	// Documents of the early beta lack two members: an addition looks like its
	// neighbours there.
	kept := o[:0]
	for _, f := range o {
		early := f.name == "apiExpressions" || f.name == "flowNullValues" && !a.FlowNullValues
		if !early || sibling.member(f.name) != nil {
			kept = append(kept, f)
		}
	}
	return kept.ordered(sibling)
}

func (s *Schema) changeDefinition(n *node, a AttributeDefinition) []splice {
	now := s.reader().attributeDefinition(n)
	var out []splice
	set := func(name string, differs bool, v any) {
		if differs {
			out = append(out, s.setMember(n, name, v))
		}
	}
	set("anchor", now.Anchor != a.Anchor, a.Anchor)
	set("caseExact", now.CaseExact != a.CaseExact, a.CaseExact)
	set("defaultValue", !sameText(now.DefaultValue, a.DefaultValue), a.DefaultValue)
	set("flowNullValues", now.FlowNullValues != a.FlowNullValues, a.FlowNullValues)
	set("multivalued", now.Multivalued != a.Multivalued, a.Multivalued)
	set("mutability", a.Mutability != "" && now.Mutability != a.Mutability, a.Mutability)
	set("required", now.Required != a.Required, a.Required)
	set("type", a.Type != "" && now.Type != a.Type, a.Type)
	same := len(now.ReferencedObjects) == 0 && len(a.ReferencedObjects) == 0 || reflect.DeepEqual(now.ReferencedObjects, a.ReferencedObjects)
	set("referencedObjects", !same, references(a.ReferencedObjects))
	return out
}

func references(list []ReferencedObject) array {
	out := make(array, len(list))
	for i, r := range list {
		out[i] = object{{"referencedObjectName", r.ReferencedObjectName}, {"referencedProperty", r.ReferencedProperty}}
	}
	return out
}

// RemoveAttributeDefinition removes an attribute from an attribute list; false
// when there is none.
func (s *Schema) RemoveAttributeDefinition(ref MappingRef, side Side, name string) (bool, error) {
	definition, err := s.attributeList(ref, side)
	if err != nil {
		return false, fmt.Errorf("remove attribute %s: %w", name, err)
	}
	list := definition.member("attributes")
	if list == nil {
		return false, nil
	}
	r := s.reader()
	for i := range list.kids {
		if list.kids[i].kind == objectNode && r.text(&list.kids[i], "name") == name {
			return true, s.edit(removeElement(list, i))
		}
	}
	return false, nil
}

// attributeList returns the object definition that holds an attribute list.
func (s *Schema) attributeList(ref MappingRef, side Side) (*node, error) {
	rule, mapping, err := s.find(ref)
	if err != nil {
		return nil, err
	}
	n := s.definition(rule, mapping, side)
	if n == nil {
		return nil, fmt.Errorf("the schema has no %s attribute list for %s", side, ref)
	}
	return n, nil
}

// appendTo adds v to an array member, which it makes where it is missing or null.
func (s *Schema) appendTo(n *node, name string, v any) splice {
	list := n.member(name)
	if list == nil || list.kind != arrayNode {
		return s.setMember(n, name, array{v})
	}
	return s.appendElement(list, v)
}

// indexIn returns the place of a kid.
func indexIn(list, kid *node) int {
	for i := range list.kids {
		if list.kids[i].start == kid.start {
			return i
		}
	}
	return -1
}

// lastObject returns the last object of an array, to look like it; or nil.
func lastObject(list *node) *node {
	if list == nil {
		return nil
	}
	for i := len(list.kids) - 1; i >= 0; i-- {
		if list.kids[i].kind == objectNode {
			return &list.kids[i]
		}
	}
	return nil
}

// someSource returns a source tree to take the order of members from: of the
// object mapping, or of any other.
func (s *Schema) someSource(mapping *node) *node {
	r := s.reader()
	var found *node
	look := func(m *node) {
		r.each(m, "attributeMappings", func(a *node) {
			if found == nil {
				found = r.object(a, "source")
			}
		})
	}
	look(mapping)
	r.each(&s.root, "synchronizationRules", func(rule *node) { r.each(rule, "objectMappings", look) })
	return found
}

// sourceValue returns a source tree to print: raw where it is known, else src.
func sourceValue(src *Source, raw json.RawMessage, order *node) any {
	switch {
	case raw != nil:
		return raw
	case src == nil:
		return nil
	}
	parameters := make(array, len(src.Parameters))
	for i := range src.Parameters {
		p := &src.Parameters[i]
		parameters[i] = object{{"key", p.Key}, {"value", sourceValue(&p.Value, nil, order)}}
	}
	return object{
		{"expression", src.Expression},
		{"name", src.Name},
		{"type", src.Type},
		{"parameters", parameters},
	}.ordered(order)
}

func sameText(a, b *string) bool {
	return a == b || a != nil && b != nil && *a == *b
}

func sameSource(a, b *Source) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Type != b.Type || a.Name != b.Name || a.Expression != b.Expression || len(a.Parameters) != len(b.Parameters) {
		return false
	}
	for i := range a.Parameters {
		if a.Parameters[i].Key != b.Parameters[i].Key || !sameSource(&a.Parameters[i].Value, &b.Parameters[i].Value) {
			return false
		}
	}
	return true
}

// sameJSON reports whether two JSON texts say the same.
func sameJSON(a, b []byte) bool {
	decode := func(text []byte) (v any, err error) {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		err = d.Decode(&v)
		return v, err
	}
	x, errX := decode(a)
	y, errY := decode(b)
	return errX == nil && errY == nil && reflect.DeepEqual(x, y)
}
