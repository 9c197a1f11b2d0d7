package scim

import "strings"

// Apply changes the resource by the operations, or leaves it untouched and
// returns an *Error. It reports whether anything changed. As Entra expects, an
// add or replace on a value path that matches no element creates the element,
// and a remove with a value array removes just those elements.
// Source: entra_wire W-33, W-36.
//
// A null value unassigns. Elements are never doubled, and setting one as primary
// makes the others not primary (RFC 7644 §3.5.2). Attributes that the server
// owns (id, meta, groups) are refused with mutability when a path names them and
// ignored as members of a path-less value, since Okta sends them there.
//
// Nothing that o refers to is changed in place: values are replaced by changed
// copies, so other holders of the old values keep what they have.
func (r PatchRequest) Apply(o *Object) (changed bool, err error) {
	next := o.shallow()
	for i, op := range r.Operations {
		if err := next.apply(op); err != nil {
			return false, err.inOperation(i)
		}
		if next.Len() > MaxMembers {
			return false, badRequest(InvalidValue, "more than %d attributes", MaxMembers).inOperation(i)
		}
	}
	if next.Equal(o) {
		return false, nil
	}
	*o = *next
	return true, nil
}

func (o *Object) apply(op PatchOp) *Error {
	kind, ok := operationKind(op.Op)
	if !ok {
		return badRequest(InvalidSyntax, "op must be add, replace or remove")
	}
	if op.Path != "" {
		path, err := ParsePath(op.Path)
		if err != nil {
			return badRequest(InvalidPath, "path %v", err)
		}
		if isReadOnly(path) {
			return o.applyReadOnly(path, op.Value)
		}
		return o.change(path, kind, op.Value)
	}
	if kind == OpRemove {
		return badRequest(NoTarget, "remove needs a path")
	}
	value, ok := op.Value.(*Object)
	if !ok {
		return badRequest(InvalidSyntax, "%s without a path needs an object as its value", kind)
	}
	for _, m := range value.Members() {
		if err := o.applyMember(kind, m); err != nil {
			return err
		}
	}
	return nil
}

// applyMember applies one member of a path-less value. Its name is a path.
func (o *Object) applyMember(kind string, m Member) *Error {
	if _, object := m.Value.(*Object); object && isURI(m.Name) {
		if current, ok := o.Get(m.Name); ok {
			if _, extension := current.(*Object); extension {
				return o.change(Path{URN: m.Name}, kind, m.Value)
			}
		}
	}
	path, err := ParsePath(m.Name)
	if err != nil {
		return badRequest(InvalidPath, "name %v", err)
	}
	if isReadOnly(path) || path.IsCore() && sameName(path.Attribute, "schemas") {
		return nil
	}
	return o.change(path, kind, m.Value)
}

// isReadOnly reports whether the server owns the attribute or sub-attribute.
func isReadOnly(p Path) bool {
	a, ok := lookupAttribute(p)
	if !ok || a.Mutability == ReadOnly {
		return ok
	}
	sub, ok := a.SubAttribute(p.Sub)
	return ok && sub.Mutability == ReadOnly
}

// applyReadOnly lets an operation pass that asks for what is there already.
func (o *Object) applyReadOnly(p Path, value any) *Error {
	if current, ok := o.First(p); ok && equalValues(current, value) {
		return nil
	}
	return badRequest(Mutability, "%s is read-only", p)
}

// change does one operation on one path.
func (o *Object) change(p Path, kind string, value any) *Error {
	urn := p.extension()
	if urn == "" {
		return o.changeAttribute(p, kind, value)
	}
	current, _ := o.Get(urn)
	extension, ok := current.(*Object)
	if current != nil && !ok {
		return badRequest(InvalidPath, "%s is not an object", urn)
	}
	extension = extension.shallow()
	if err := extension.changeExtension(p, kind, value); err != nil {
		return err
	}
	o.store(urn, extension)
	return nil
}

func (o *Object) changeExtension(p Path, kind string, value any) *Error {
	if p.Attribute != "" {
		return o.changeAttribute(p, kind, value)
	}
	if kind == OpRemove || value == nil {
		o.members = nil
		return nil
	}
	whole, ok := value.(*Object)
	if !ok {
		return badRequest(InvalidValue, "%s needs an object", p)
	}
	for _, m := range whole.Members() {
		if err := o.changeAttribute(Path{URN: p.URN, Attribute: m.Name}, kind, m.Value); err != nil {
			return err
		}
	}
	return nil
}

func (o *Object) changeAttribute(p Path, kind string, value any) *Error {
	if p.Attribute == "" {
		return badRequest(NoTarget, "%s is the resource itself; name an attribute", p)
	}
	current, _ := o.Get(p.Attribute)
	next, err := p.changed(current, kind, value)
	if err != nil {
		return err
	}
	o.store(p.Attribute, next)
	return nil
}

// changed returns what becomes of an attribute's value.
func (p Path) changed(current any, kind string, value any) (any, *Error) {
	definition, known := LookupAttribute(Path{URN: p.URN, Attribute: p.Attribute})
	_, many := current.([]any)
	many = many || known && definition.MultiValued
	switch {
	case p.Filter != nil:
		return p.changeElements(current, kind, value)
	case p.Sub != "":
		return p.changeSub(current, many, kind, value)
	case kind == OpRemove && value != nil:
		return removeValues(current, value), nil
	case kind == OpRemove || value == nil:
		return nil, nil
	}
	items, array := value.([]any)
	if array && known && !definition.MultiValued {
		// Entra sends the manager as an array of one (entra_wire W-34).
		if len(items) > 1 {
			return nil, badRequest(InvalidValue, "%s has one value, not %d", p, len(items))
		}
		if value, array, many = nil, false, false; len(items) == 1 {
			value = items[0]
		}
	}
	if many || array {
		return changeArray(p, current, kind, value, known && definition.Type == TypeComplex)
	}
	return changeSingle(p, current, value, known && definition.Type == TypeComplex)
}

// changeSingle adds to or replaces a single value. The sub-attributes given of a
// complex one change and the others stay (RFC 7644 §3.5.2.3).
func changeSingle(p Path, current, value any, isComplex bool) (any, *Error) {
	if text, ok := value.(string); ok && isComplex {
		// A manager may come as a plain id, and "" clears it (endpoint_checks U-12, U-13).
		if _, ok := (Attribute{Sub: complexSub(p)}).SubAttribute("value"); !ok {
			return nil, badRequest(InvalidValue, "%s is complex and needs an object", p)
		}
		value = NewObject(Member{"value", text})
	}
	object, ok := value.(*Object)
	if !ok {
		if isComplex && value != nil {
			return nil, badRequest(InvalidValue, "%s is complex and needs an object", p)
		}
		return value, nil
	}
	if v, ok := object.Get("value"); ok && isComplex && (v == nil || v == "") {
		return nil, nil
	}
	old, _ := current.(*Object)
	return merged(old, object), nil
}

func complexSub(p Path) []Attribute {
	a, _ := LookupAttribute(Path{URN: p.URN, Attribute: p.Attribute})
	return a.Sub
}

// changeSub changes a sub-attribute: of the one complex value, or of each element
// where no filter says of which.
func (p Path) changeSub(current any, many bool, kind string, value any) (any, *Error) {
	switch current := current.(type) {
	case nil:
		if kind == OpRemove || value == nil {
			return nil, nil
		}
		made := NewObject(Member{p.Sub, value})
		if many {
			return []any{made}, nil
		}
		return made, nil
	case *Object:
		return withSub(current, p.Sub, kind, value), nil
	case []any:
		next := make([]any, 0, len(current))
		for _, item := range current {
			element, ok := item.(*Object)
			if !ok {
				return nil, badRequest(InvalidPath, "%s: %s is not complex", p, p.Attribute)
			}
			if element = withSub(element, p.Sub, kind, value); element.Len() > 0 {
				next = append(next, element)
			}
		}
		if len(next) == 0 && kind != OpRemove && value != nil {
			next = append(next, NewObject(Member{p.Sub, value}))
		}
		return next, nil
	default:
		return nil, badRequest(InvalidPath, "%s: %s is not complex", p, p.Attribute)
	}
}

// withSub returns a copy in which the sub-attribute is changed.
func withSub(o *Object, name, kind string, value any) *Object {
	next := o.shallow()
	if kind == OpRemove {
		value = nil
	}
	next.store(name, value)
	return next
}

// merged returns a copy of old with the members of change; null ones vanish.
func merged(old, change *Object) *Object {
	next := old.shallow()
	for _, m := range change.Members() {
		next.store(m.Name, m.Value)
	}
	return next
}

// store sets a member, or deletes it when the value is empty: null, an empty
// array and an empty object mean unassigned (RFC 7643 §2.5).
func (o *Object) store(name string, value any) {
	switch v := value.(type) {
	case nil:
		o.Delete(name)
		return
	case []any:
		if len(v) == 0 {
			o.Delete(name)
			return
		}
	case *Object:
		if v.Len() == 0 {
			o.Delete(name)
			return
		}
	}
	o.Set(name, value)
}

// isPrimary reports whether an element says that it is the primary one.
func isPrimary(item any) bool {
	element, ok := item.(*Object)
	if !ok {
		return false
	}
	switch v, _ := element.Get("primary"); v := v.(type) {
	case bool:
		return v
	case string:
		return strings.EqualFold(v, "true")
	}
	return false
}
