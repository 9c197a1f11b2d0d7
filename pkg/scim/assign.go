package scim

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Assign puts value where p points, as a create request needs it: complex
// parents, extension objects and elements such as {"type":"work"} are made as
// needed, and an existing element that fits the path's filter is reused. A path
// of the core schema with or without URN points into the resource itself.
//
// The error says why nothing can be there: a filter that describes no element,
// or a parent that is not complex.
func (o *Object) Assign(p Path, value any) error {
	owner, err := o.ownerFor(p)
	if err != nil {
		return err
	}
	if p.Attribute == "" {
		ext, ok := value.(*Object)
		if !ok {
			return fmt.Errorf("assign %s: the value of a whole schema must be an object", p)
		}
		o.Set(p.URN, ext)
		return nil
	}
	if p.Filter != nil {
		return owner.assignElement(p, value)
	}
	if p.Sub == "" {
		owner.Set(p.Attribute, value)
		return nil
	}
	switch parent, _ := owner.Get(p.Attribute); parent := parent.(type) {
	case nil:
		made := NewObject(Member{p.Sub, value})
		if a, ok := LookupAttribute(Path{URN: p.URN, Attribute: p.Attribute}); ok && a.MultiValued {
			owner.Set(p.Attribute, []any{made})
			return nil
		}
		owner.Set(p.Attribute, made)
		return nil
	case *Object:
		parent.Set(p.Sub, value)
		return nil
	case []any:
		if len(parent) == 1 {
			if element, ok := parent[0].(*Object); ok {
				element.Set(p.Sub, value)
				return nil
			}
		}
		return fmt.Errorf("assign %s: %s has %d values; say which with a filter such as %s[type eq \"work\"].%s",
			p, p.Attribute, len(parent), p.Attribute, p.Sub)
	default:
		return fmt.Errorf("assign %s: %s is not complex, so it has no %s", p, p.Attribute, p.Sub)
	}
}

// ownerFor returns the object that holds the path's attribute, made if needed.
func (o *Object) ownerFor(p Path) (*Object, error) {
	urn := p.extension()
	if urn == "" || p.Attribute == "" {
		return o, nil
	}
	switch ext, _ := o.Get(urn); ext := ext.(type) {
	case *Object:
		return ext, nil
	case nil:
		made := &Object{}
		o.Set(urn, made)
		return made, nil
	default:
		return nil, fmt.Errorf("assign %s: %s is not an object", p, urn)
	}
}

func (o *Object) assignElement(p Path, value any) error {
	v, _ := o.Get(p.Attribute)
	items, many := v.([]any)
	if v != nil && !many {
		return fmt.Errorf("assign %s: %s is not multi-valued", p, p.Attribute)
	}
	i := slices.IndexFunc(items, func(item any) bool {
		_, isObject := item.(*Object)
		return isObject && matchElement(p.Filter, item)
	})
	var element *Object
	if i < 0 {
		made, ok := elementFor(p.Filter)
		if !ok {
			return fmt.Errorf("assign %s: no element can be made from the filter; use comparisons with eq joined by and", p)
		}
		element = made
		o.Set(p.Attribute, append(items, element))
	} else {
		element = items[i].(*Object)
	}
	if p.Sub != "" {
		element.Set(p.Sub, value)
		return nil
	}
	whole, ok := value.(*Object)
	if !ok {
		return fmt.Errorf("assign %s: the value of a whole element must be an object", p)
	}
	for _, m := range whole.Members() {
		element.Set(m.Name, m.Value)
	}
	return nil
}

// elementFor returns the element that a filter describes: {"type":"work"} for
// `type eq "work"`. Literals are taken as they are written.
func elementFor(f Filter) (*Object, bool) {
	terms := []Filter{f}
	if and, ok := f.(*And); ok {
		terms = and.Terms
	}
	element := &Object{}
	for _, t := range terms {
		c, ok := t.(*Comparison)
		if !ok || c.Operator != OpEqual || c.Path.URN != "" || c.Path.Sub != "" || c.Path.Filter != nil {
			return nil, false
		}
		switch c.Value.(type) {
		case string, bool, json.Number:
			element.Set(c.Path.Attribute, c.Value)
		default:
			return nil, false
		}
	}
	return element, true
}
