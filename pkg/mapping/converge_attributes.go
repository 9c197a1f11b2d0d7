package mapping

import (
	"reflect"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
)

// nonGalleryDirectory is the target directory of non-gallery applications.
// Source: graph_contract §8.
const nonGalleryDirectory = "customappsso"

var (
	attributeTypes = []string{entra.TypeString, entra.TypeInteger, entra.TypeReference, entra.TypeBinary, entra.TypeBoolean, entra.TypeDateTime}
	mutabilities   = []string{"ReadWrite", "ReadOnly", "Immutable", "WriteOnly"}
)

// attributeLists makes the edits that add to both attribute lists or change them.
func (c *convergence) attributeLists() {
	for i := range c.want.SourceAttributes {
		c.attribute(entra.SourceSide, &c.sourceList, &c.want.SourceAttributes[i])
	}
	for i := range c.want.TargetAttributes {
		c.attribute(entra.TargetSide, &c.targetList, &c.want.TargetAttributes[i])
	}
}

// attribute makes one attribute definition say what spec says. list is kept up
// to date, so that a name may occur twice.
func (c *convergence) attribute(side entra.Side, list *entra.ObjectDefinition, spec *AttributeSpec) {
	if !c.valid(side, list, spec) {
		return
	}
	after := entra.AttributeDefinition{Name: spec.Name.Value, Type: entra.TypeString, Mutability: mutabilities[0]}
	at := indexOfDefinition(list.Attributes, spec.Name.Value)
	if at >= 0 {
		after = list.Attributes[at]
	}
	assign(&after.Type, spec.Type)
	assign(&after.Multivalued, spec.MultiValued)
	assign(&after.CaseExact, spec.CaseExact)
	assign(&after.Required, spec.Required)
	assign(&after.Mutability, spec.Mutability)
	if len(spec.References) > 0 {
		after.ReferencedObjects = c.references(side, spec.References, after.ReferencedObjects)
	}
	switch {
	case at < 0:
		c.edit(Edit{Kind: AddAttribute, Side: side, Name: after.Name, AttributeAfter: &after})
		list.Attributes = append(slices.Clip(list.Attributes), after)
	case !reflect.DeepEqual(after, list.Attributes[at]):
		before := list.Attributes[at]
		c.edit(Edit{Kind: ChangeAttribute, Side: side, Name: after.Name, AttributeBefore: &before, AttributeAfter: &after})
		list.Attributes = slices.Clone(list.Attributes)
		list.Attributes[at] = after
	default:
		return
	}
	custom := after.Type == entra.TypeReference || after.Multivalued
	if side == entra.TargetSide && custom && c.rule.TargetDirectoryName == nonGalleryDirectory && isExtension(after.Name) {
		c.report(diag.Warningf(codeAttributeSpec, spec.place(), "%s is a custom attribute and neither reference nor multi-valued ones work", after.Name).
			WithDetail("Custom attributes of non-gallery applications are single values of type String, Boolean, Integer or DateTime."))
	}
}

// valid reports what cannot be written to an attribute list.
func (c *convergence) valid(side entra.Side, list *entra.ObjectDefinition, spec *AttributeSpec) bool {
	at := spec.place()
	switch {
	case spec.Name.Value == "":
		c.report(diag.Errorf(codeAttributeSpec, at, "an attribute needs a name"))
	case list.Name == "":
		c.report(diag.Errorf(codeAttributeSpec, at, "the schema has no %s attribute list for %s", side, c.want.Source))
	case spec.Type != nil && !slices.Contains(attributeTypes, *spec.Type):
		c.report(diag.Errorf(codeAttributeSpec, at, "%s has the unknown type %q%s", spec.Name, *spec.Type, diag.DidYouMean(*spec.Type, attributeTypes)).
			WithDetail("Types are %s.", strings.Join(attributeTypes, ", ")))
	case spec.Mutability != nil && !slices.Contains(mutabilities, *spec.Mutability):
		c.report(diag.Errorf(codeAttributeSpec, at, "%s has the unknown mutability %q%s", spec.Name, *spec.Mutability, diag.DidYouMean(*spec.Mutability, mutabilities)).
			WithDetail("Mutabilities are %s.", strings.Join(mutabilities, ", ")))
	default:
		return true
	}
	return false
}

// references returns referenced objects by name. On the target side User and
// Group also stand for the objects that they are mapped to. A reference that is
// there already keeps its property.
func (c *convergence) references(side entra.Side, names []string, now []entra.ReferencedObject) []entra.ReferencedObject {
	out := make([]entra.ReferencedObject, len(names))
	for i, name := range names {
		if _, m, ok := c.live.ObjectMapping(entra.MappingRef{Rule: c.ref.Rule, Source: name}); ok && side == entra.TargetSide {
			name = m.TargetObjectName
		}
		out[i].ReferencedObjectName = name
		for _, r := range now {
			if r.ReferencedObjectName == name {
				out[i] = r
			}
		}
	}
	if sameReferences(out, now) {
		return now
	}
	return out
}

// sameReferences reports whether two lists name the same objects: their order means
// nothing.
func sameReferences(a, b []entra.ReferencedObject) bool {
	names := func(list []entra.ReferencedObject) []string {
		out := make([]string, len(list))
		for i, r := range list {
			out[i] = r.ReferencedObjectName
		}
		slices.Sort(out)
		return out
	}
	return slices.Equal(names(a), names(b))
}

// removeAttributes takes names off the target's attribute list; final is how the
// mappings are in the end, nil when they stay as they are.
func (c *convergence) removeAttributes(final []planned) {
	for _, name := range c.want.RemoveAttributes {
		at := indexOfDefinition(c.targetList.Attributes, name.Value)
		mapped := indexOfPlanned(final, name.Value) >= 0
		if final == nil {
			mapped = mapsTarget(c.has.AttributeMappings, name.Value)
		}
		switch {
		case at < 0:
			c.report(diag.Notef(codeNothingToRemove, name.Where, "%s is not in the target's attribute list", name.Value))
		case c.targetList.Attributes[at].Anchor:
			c.report(diag.Errorf(codeAttributeSpec, name.Where, "%s is the anchor and cannot be removed", name.Value))
		case mapped:
			c.report(diag.Errorf(codeAttributeInUse, name.Where, "%s is removed from the attribute list and still mapped", name.Value).
				WithDetail("Remove its mapping as well: name it under remove."))
		default:
			before := c.targetList.Attributes[at]
			c.edit(Edit{Kind: RemoveAttribute, Side: entra.TargetSide, Name: name.Value, AttributeBefore: &before})
			c.targetList.Attributes = slices.Delete(slices.Clone(c.targetList.Attributes), at, at+1)
		}
	}
}

func (s *AttributeSpec) place() diag.Range {
	if !s.Name.Where.IsZero() {
		return s.Name.Where
	}
	return s.Where
}

// assign sets what is stated.
func assign[T any](to *T, stated *T) {
	if stated != nil {
		*to = *stated
	}
}

// isExtension reports whether a target attribute has a schema extension's URN,
// other than the enterprise user's.
func isExtension(target string) bool {
	const extension = "urn:ietf:params:scim:schemas:extension:"
	return strings.HasPrefix(target, extension) && !strings.HasPrefix(target, extension+"enterprise:2.0:User:")
}
