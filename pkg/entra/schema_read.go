package entra

import (
	"fmt"
	"strconv"
)

// reader turns nodes into the view types. Nulls and missing members are zero
// values. A member of another type than documented is an error: to guess at it
// and write the document back could do damage.
type reader struct {
	doc  []byte
	root *node
	err  *SchemaError // the first one
}

// fail records that n should have been something else.
func (r *reader) fail(n *node, want string) {
	if r.err != nil {
		return
	}
	r.err = errorAt(r.doc, n.start, "this should be %s and is %s", want, n.kind)
	r.err.Path = pathTo(r.root, n.start)
}

// pathTo names the value that begins at an offset, as in objects[2].name.
func pathTo(root *node, offset int) string {
	path := ""
	for n := root; n.start != offset; {
		var next *node
		for i := range n.kids {
			kid := &n.kids[i]
			if kid.start > offset || offset >= kid.end {
				continue
			}
			next = kid
			switch {
			case n.kind == arrayNode:
				path += fmt.Sprintf("[%d]", i)
			case path == "":
				path = kid.name
			default:
				path += "." + kid.name
			}
			break
		}
		if next == nil {
			break
		}
		n = next
	}
	return path
}

// text returns a string member.
func (r *reader) text(n *node, name string) string {
	m := n.member(name)
	if m == nil || m.kind == nullNode {
		return ""
	}
	if m.kind != stringNode {
		r.fail(m, "a string")
		return ""
	}
	return unquote(r.doc[m.start:m.end])
}

// optional returns a string member, or nil for null.
func (r *reader) optional(n *node, name string) *string {
	m := n.member(name)
	if m == nil || m.kind == nullNode {
		return nil
	}
	return new(r.text(n, name))
}

func (r *reader) flag(n *node, name string) bool {
	m := n.member(name)
	if m == nil || m.kind == nullNode {
		return false
	}
	if m.kind != boolNode {
		r.fail(m, "a boolean")
		return false
	}
	return r.doc[m.start] == 't'
}

func (r *reader) number(n *node, name string) int {
	m := n.member(name)
	if m == nil || m.kind == nullNode {
		return 0
	}
	i, err := strconv.Atoi(string(r.doc[m.start:m.end]))
	if m.kind != numberNode || err != nil {
		r.fail(m, "a whole number")
	}
	return i
}

// each calls f for the objects of an array member.
func (r *reader) each(n *node, name string, f func(*node)) {
	list := n.member(name)
	if list == nil || list.kind == nullNode {
		return
	}
	if list.kind != arrayNode {
		r.fail(list, "an array")
		return
	}
	for i := range list.kids {
		switch kid := &list.kids[i]; kid.kind {
		case objectNode:
			f(kid)
		case nullNode:
		default:
			r.fail(kid, "an object")
		}
	}
}

// object returns an object member, or nil for null.
func (r *reader) object(n *node, name string) *node {
	m := n.member(name)
	if m == nil || m.kind == nullNode {
		return nil
	}
	if m.kind != objectNode {
		r.fail(m, "an object")
		return nil
	}
	return m
}

// readAll builds the views of the objects of an array member.
func readAll[T any](r *reader, n *node, name string, read func(*node) T) []T {
	var out []T
	r.each(n, name, func(kid *node) { out = append(out, read(kid)) })
	return out
}

func (r *reader) rule(n *node) Rule {
	return Rule{
		ID:                  r.text(n, "id"),
		Name:                r.text(n, "name"),
		Priority:            r.number(n, "priority"),
		Editable:            r.flag(n, "editable"),
		SourceDirectoryName: r.text(n, "sourceDirectoryName"),
		TargetDirectoryName: r.text(n, "targetDirectoryName"),
		ObjectMappings:      readAll(r, n, "objectMappings", r.objectMapping),
		Metadata:            readAll(r, n, "metadata", r.metadata),
	}
}

func (r *reader) metadata(n *node) Metadata {
	return Metadata{Key: r.text(n, "key"), Value: r.text(n, "value")}
}

func (r *reader) objectMapping(n *node) ObjectMapping {
	return ObjectMapping{
		Name:              r.text(n, "name"),
		Enabled:           r.flag(n, "enabled"),
		FlowTypes:         r.text(n, "flowTypes"),
		SourceObjectName:  r.text(n, "sourceObjectName"),
		TargetObjectName:  r.text(n, "targetObjectName"),
		Scope:             r.filter(r.object(n, "scope")),
		AttributeMappings: readAll(r, n, "attributeMappings", r.attributeMapping),
		Metadata:          readAll(r, n, "metadata", r.metadata),
	}
}

func (r *reader) attributeMapping(n *node) AttributeMapping {
	m := AttributeMapping{
		TargetAttributeName:     r.text(n, "targetAttributeName"),
		DefaultValue:            r.optional(n, "defaultValue"),
		MatchingPriority:        r.number(n, "matchingPriority"),
		ExportMissingReferences: r.flag(n, "exportMissingReferences"),
		FlowType:                r.text(n, "flowType"),
		FlowBehavior:            r.text(n, "flowBehavior"),
	}
	if source := r.object(n, "source"); source != nil {
		m.Source = new(r.source(source))
	}
	return m
}

func (r *reader) source(n *node) Source {
	return Source{
		Type:       r.text(n, "type"),
		Name:       r.text(n, "name"),
		Expression: r.text(n, "expression"),
		Parameters: readAll(r, n, "parameters", r.parameter),
	}
}

func (r *reader) parameter(n *node) Parameter {
	p := Parameter{Key: r.text(n, "key")}
	if value := r.object(n, "value"); value != nil {
		p.Value = r.source(value)
	}
	return p
}

// filter returns nil for no filter.
func (r *reader) filter(n *node) *Filter {
	if n == nil {
		return nil
	}
	return &Filter{
		Groups:               readAll(r, n, "groups", r.filterGroup),
		InputFilterGroups:    readAll(r, n, "inputFilterGroups", r.filterGroup),
		CategoryFilterGroups: readAll(r, n, "categoryFilterGroups", r.filterGroup),
	}
}

func (r *reader) filterGroup(n *node) FilterGroup {
	return FilterGroup{Name: r.text(n, "name"), Clauses: readAll(r, n, "clauses", r.filterClause)}
}

func (r *reader) filterClause(n *node) FilterClause {
	c := FilterClause{
		OperatorName:      r.text(n, "operatorName"),
		SourceOperandName: r.text(n, "sourceOperandName"),
	}
	values := r.object(n, "targetOperand").member("values")
	if values == nil || values.kind == nullNode {
		return c
	}
	if values.kind != arrayNode {
		r.fail(values, "an array")
		return c
	}
	for i := range values.kids {
		v := &values.kids[i]
		if v.kind != stringNode {
			r.fail(v, "a string")
			return c
		}
		c.TargetOperand.Values = append(c.TargetOperand.Values, unquote(r.doc[v.start:v.end]))
	}
	return c
}

func (r *reader) directory(n *node) DirectoryDefinition {
	return DirectoryDefinition{
		ID:      r.text(n, "id"),
		Name:    r.text(n, "name"),
		Objects: readAll(r, n, "objects", r.objectDefinition),
	}
}

func (r *reader) objectDefinition(n *node) ObjectDefinition {
	return ObjectDefinition{
		Name:       r.text(n, "name"),
		Attributes: readAll(r, n, "attributes", r.attributeDefinition),
	}
}

func (r *reader) attributeDefinition(n *node) AttributeDefinition {
	return AttributeDefinition{
		Name:              r.text(n, "name"),
		Type:              r.text(n, "type"),
		Anchor:            r.flag(n, "anchor"),
		CaseExact:         r.flag(n, "caseExact"),
		FlowNullValues:    r.flag(n, "flowNullValues"),
		Multivalued:       r.flag(n, "multivalued"),
		Required:          r.flag(n, "required"),
		Mutability:        r.text(n, "mutability"),
		DefaultValue:      r.optional(n, "defaultValue"),
		ReferencedObjects: readAll(r, n, "referencedObjects", r.referencedObject),
	}
}

func (r *reader) referencedObject(n *node) ReferencedObject {
	return ReferencedObject{
		ReferencedObjectName: r.text(n, "referencedObjectName"),
		ReferencedProperty:   r.optional(n, "referencedProperty"),
	}
}
