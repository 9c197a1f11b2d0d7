package scim

// isCoreSchema reports whether the URN names no extension: its attributes stand
// in the resource itself.
func isCoreSchema(urn string) bool {
	const core = "urn:ietf:params:scim:schemas:core:2.0:"
	return urn == "" || len(urn) > len(core) && sameName(urn[:len(core)], core) || sameName(urn, ADSCIMGroupSchema)
}

// Lookup returns the values that path selects: none, one, or several for a
// multi-valued attribute. Nulls are no values.
func (o *Object) Lookup(p Path) []any {
	var values []any
	o.each(p, func(v any) bool {
		values = append(values, v)
		return true
	})
	return values
}

// First returns the first value that path selects.
func (o *Object) First(p Path) (value any, ok bool) {
	o.each(p, func(v any) bool {
		value, ok = v, true
		return false
	})
	return value, ok
}

// each calls yield for every value that path selects until yield returns false,
// and reports whether it never did.
func (o *Object) each(p Path, yield func(any) bool) bool {
	owner := o
	if urn := p.extension(); urn != "" {
		v, _ := o.Get(urn)
		if owner, _ = v.(*Object); owner == nil {
			return true
		}
	}
	if p.Attribute == "" {
		return yield(owner)
	}
	v, _ := owner.Get(p.Attribute)
	items, many := v.([]any)
	if !many {
		return p.eachOf(v, yield)
	}
	for _, item := range items {
		if !p.eachOf(item, yield) {
			return false
		}
	}
	return true
}

// eachOf does the work of each for one value of the path's attribute.
func (p Path) eachOf(item any, yield func(any) bool) bool {
	if item == nil || p.Filter != nil && !matchElement(p.Filter, item) {
		return true
	}
	if p.Sub == "" {
		return yield(item)
	}
	element, isObject := item.(*Object)
	if !isObject {
		// A simple value counts as the "value" of its element (RFC 7643 §2.4).
		return !sameName(p.Sub, "value") || yield(item)
	}
	v, _ := element.Get(p.Sub)
	items, many := v.([]any)
	if !many {
		return v == nil || yield(v)
	}
	for _, v := range items {
		if v != nil && !yield(v) {
			return false
		}
	}
	return true
}

// matchElement applies a value filter to an element of a multi-valued attribute.
func matchElement(f Filter, item any) bool {
	element, isObject := item.(*Object)
	if !isObject {
		element = &Object{members: []Member{{"value", item}}}
	}
	return f.Match(element)
}
