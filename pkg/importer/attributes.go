package importer

import (
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// attributeLists works out what differs from the template's attribute lists.
func (o *object) attributeLists() {
	o.targets = listDifferences(o.has.TargetObject, o.was.TargetObject)
	o.sources = listDifferences(o.has.SourceObject, o.was.SourceObject)
	for _, a := range o.was.TargetObject.Attributes {
		if !a.Anchor && !lists(o.has.TargetObject, a.Name) && len(o.has.TargetObject.Attributes) > 0 {
			o.gone = append(o.gone, a.Name)
		}
	}
}

func lists(o entra.ObjectDefinition, name string) bool {
	return slices.ContainsFunc(o.Attributes, func(a entra.AttributeDefinition) bool { return a.Name == name })
}

// listDifferences are the attributes that are new, with all that they do not have
// anyway, and those that are otherwise, with what is otherwise.
func listDifferences(has, was entra.ObjectDefinition) []mapping.AttributeSpec {
	var out []mapping.AttributeSpec
	for _, a := range has.Attributes {
		before := entra.AttributeDefinition{Mutability: "ReadWrite"} // the type is always stated, as in guides
		if i := slices.IndexFunc(was.Attributes, func(b entra.AttributeDefinition) bool { return b.Name == a.Name }); i >= 0 {
			before = was.Attributes[i]
		}
		if spec, differs := specOf(a, before); differs && a.Name != "" {
			out = append(out, spec)
		}
	}
	return out
}

func specOf(a, before entra.AttributeDefinition) (mapping.AttributeSpec, bool) {
	spec := mapping.AttributeSpec{Name: text(a.Name)}
	differs := false
	if a.Type != before.Type {
		spec.Type, differs = new(a.Type), true
	}
	if a.Mutability != before.Mutability && a.Mutability != "" {
		spec.Mutability, differs = new(a.Mutability), true
	}
	for _, f := range []struct {
		to      **bool
		is, was bool
	}{{&spec.MultiValued, a.Multivalued, before.Multivalued}, {&spec.CaseExact, a.CaseExact, before.CaseExact}, {&spec.Required, a.Required, before.Required}} {
		if f.is != f.was {
			*f.to, differs = new(f.is), true
		}
	}
	if names := referenceNames(a); len(names) > 0 && !slices.Equal(slices.Sorted(slices.Values(names)), slices.Sorted(slices.Values(referenceNames(before)))) {
		spec.References, differs = names, true
	}
	return spec, differs
}

func referenceNames(a entra.AttributeDefinition) []string {
	var names []string
	for _, r := range a.ReferencedObjects {
		names = append(names, r.ReferencedObjectName)
	}
	return names
}
