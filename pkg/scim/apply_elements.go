package scim

import (
	"slices"
	"strings"
)

// changeElements changes the elements that the path's filter selects. Where none
// fits, add and replace make the one that the filter describes, and remove has
// nothing to do. Source: entra_wire W-36; endpoint_checks U-04, G-08.
func (p Path) changeElements(current any, kind string, value any) (any, *Error) {
	items, err := p.elements(current)
	if err != nil {
		return nil, err
	}
	next, touched := make([]any, 0, len(items)+1), []int{}
	fits := false
	for _, item := range items {
		if !matchElement(p.Filter, item) {
			next = append(next, item)
			continue
		}
		fits = true
		changed, err := p.changeElement(item, kind, value)
		if err != nil {
			return nil, err
		}
		if changed != nil {
			touched = append(touched, len(next))
			next = append(next, changed)
		}
	}
	if !fits && kind != OpRemove && value != nil {
		made, ok := elementFor(p.Filter)
		if !ok {
			return nil, badRequest(NoTarget, "%s matches no element, and none can be made from the filter", p)
		}
		changed, err := p.changeElement(made, kind, value)
		if err != nil {
			return nil, err
		}
		touched = append(touched, len(next))
		next = append(next, changed)
	}
	return onePrimary(next, touched), nil
}

// elements returns the elements of an attribute's value; a single complex value
// counts as one.
func (p Path) elements(current any) ([]any, *Error) {
	switch current := current.(type) {
	case nil:
		return nil, nil
	case []any:
		return current, nil
	case *Object:
		return []any{current}, nil
	default:
		return nil, badRequest(InvalidPath, "%s: %s is not multi-valued", p, p.Attribute)
	}
}

// changeElement returns a changed copy of an element, or nil when nothing is left.
func (p Path) changeElement(item any, kind string, value any) (any, *Error) {
	if p.Sub == "" && (kind == OpRemove || value == nil) {
		return nil, nil
	}
	element, ok := item.(*Object)
	if !ok {
		if p.Sub == "" {
			return value, nil
		}
		return nil, badRequest(InvalidPath, "%s: %s is not complex", p, p.Attribute)
	}
	if p.Sub != "" {
		if changed := withSub(element, p.Sub, kind, value); changed.Len() > 0 {
			return changed, nil
		}
		return nil, nil
	}
	if list, ok := value.([]any); ok && len(list) == 1 {
		value = list[0]
	}
	whole, ok := value.(*Object)
	if !ok {
		return nil, badRequest(InvalidValue, "%s needs an object, since it selects whole elements", p)
	}
	if kind == OpAdd {
		return merged(element, whole), nil
	}
	// The new element replaces the old one, and keeps what the filter says of it.
	described, ok := elementFor(p.Filter)
	if !ok {
		described = &Object{}
	}
	return merged(described, whole), nil
}

// changeArray adds values to a multi-valued attribute or replaces them all.
func changeArray(p Path, current any, kind string, value any, isComplex bool) (any, *Error) {
	given, ok := value.([]any)
	if !ok {
		given = []any{value}
	}
	var have []any
	if kind == OpAdd {
		var err *Error
		if have, err = p.elements(current); err != nil {
			have = []any{current}
		}
	}
	next := slices.Grow(slices.Clone(have), len(given))
	places := make(map[string]int, len(next)+len(given))
	for i, item := range next {
		places[p.identity(item)] = i
	}
	var touched []int
	for _, item := range given {
		item, err := p.element(item, isComplex)
		if err != nil {
			return nil, err
		}
		if item == nil {
			continue
		}
		key := p.identity(item)
		at, there := places[key]
		if !there {
			at = len(next)
			places[key] = at
			next = append(next, item)
		} else if old, ok := next[at].(*Object); ok {
			if change, ok := item.(*Object); ok {
				next[at] = merged(old, change)
			}
		}
		touched = append(touched, at)
	}
	return onePrimary(next, touched), nil
}

// element brings a given value into the form of an element: where elements are
// complex, a plain text is their value. Nulls inside an element vanish, such as
// the "$ref": null of entra_wire W-32.
func (p Path) element(item any, isComplex bool) (any, *Error) {
	switch item := item.(type) {
	case *Object:
		return merged(nil, item), nil
	case string:
		if isComplex {
			return NewObject(Member{"value", item}), nil
		}
		return item, nil
	case nil:
		return nil, nil
	default:
		if isComplex {
			return nil, badRequest(InvalidValue, "%s: an element must be an object", p)
		}
		return item, nil
	}
}

// identity is equal for values that are the same element: members with the same
// value, other complex values with the same value and type, else equal values.
func (p Path) identity(item any) string {
	element, ok := item.(*Object)
	if !ok {
		text, _ := appendValue(nil, item, 1)
		return string(text)
	}
	value := element.Text("value")
	switch {
	case value == "":
		text, _ := element.AppendJSON(nil)
		return string(text)
	case sameName(p.Attribute, "members"):
		return value
	default:
		return value + "\x00" + strings.ToLower(element.Text("type"))
	}
}

// removeValues takes the given values away and leaves the rest. Given elements
// are known by their "value"; one without it goes by equality.
func removeValues(current, given any) any {
	list, ok := given.([]any)
	if !ok {
		list = []any{given}
	}
	gone := make(map[string]bool, len(list))
	for _, item := range list {
		gone[removalKey(item)] = true
	}
	items, many := current.([]any)
	if !many {
		if _, isObject := current.(*Object); isObject && !gone[removalKey(current)] {
			return current
		}
		return nil
	}
	next := make([]any, 0, len(items))
	for _, item := range items {
		if !gone[removalKey(item)] {
			next = append(next, item)
		}
	}
	return next
}

func removalKey(item any) string {
	switch v := comparand(item).(type) {
	case string:
		return v
	default:
		text, _ := appendValue(nil, v, 1)
		return string(text)
	}
}

// onePrimary makes all elements but the last touched primary one not primary,
// when one of those touched is primary.
func onePrimary(items []any, touched []int) []any {
	last := -1
	for _, i := range touched {
		if isPrimary(items[i]) {
			last = i
		}
	}
	if last < 0 {
		return items
	}
	for i, item := range items {
		if i != last && isPrimary(item) {
			items[i] = withSub(item.(*Object), "primary", OpReplace, false)
		}
	}
	return items
}
