package scim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// phrasing is how values are put: in a create or, by the shape of a dialect, in a
// PATCH.
type phrasing struct {
	textBooleans bool
	nullRef      bool
	managerArray bool
	rolesAsText  bool
}

// value returns the JSON value of an attribute. It reports false when there is
// nothing to send: no values, or only references to unknown objects.
func (f phrasing) value(v AttributeValue) (value any, ok bool, err error) {
	if len(v.Values) == 0 {
		return nil, false, nil
	}
	whole := v.Path.Filter == nil && v.Path.Sub == ""
	definition, known := LookupAttribute(v.Path)
	isComplex := known && definition.Type == TypeComplex
	switch {
	case whole && isComplex && definition.MultiValued, whole && v.Multi:
		items, err := f.elements(v, isComplex)
		return items, len(items) > 0, err
	case whole && isComplex && isReferenceTo(definition):
		return f.reference(v.Values[0])
	}
	if v.Type == ReferenceValue && v.Values[0] == "" {
		return nil, false, nil
	}
	value, err = f.scalar(v.Type, v.Values[0])
	return value, err == nil, err
}

// isReferenceTo reports whether a complex attribute is a reference, as manager is.
func isReferenceTo(a Attribute) bool {
	_, ok := a.SubAttribute("$ref")
	return ok
}

func (f phrasing) elements(v AttributeValue, isComplex bool) ([]any, error) {
	items := make([]any, 0, len(v.Values))
	for _, text := range v.Values {
		if v.Type == ReferenceValue {
			if text != "" {
				items = append(items, f.referenceElement(text))
			}
			continue
		}
		if isComplex {
			items = append(items, f.complexElement(text))
			continue
		}
		item, err := f.scalar(v.Type, text)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return items, nil
}

// complexElement returns an element whose text is its value, or JSON of the whole
// element as AppRoleAssignmentsComplex makes it. Source: entra_wire W-38.
func (f phrasing) complexElement(text string) any {
	if strings.HasPrefix(text, "{") && !f.rolesAsText {
		if o, err := ParseObject([]byte(text)); err == nil {
			return o
		}
	}
	return NewObject(Member{"value", text})
}

func (f phrasing) reference(id string) (any, bool, error) {
	if id == "" {
		return nil, false, nil
	}
	if f.managerArray {
		return []any{f.referenceElement(id)}, true, nil
	}
	return NewObject(Member{"value", id}), true, nil
}

func (f phrasing) referenceElement(id string) *Object {
	if f.nullRef {
		return NewObject(Member{"$ref", nil}, Member{"value", id})
	}
	return NewObject(Member{"value", id})
}

// scalar turns a text into the JSON value of its type. Integers are JSON numbers
// in every dialect: the reference tells of texts for booleans only (W-31) [?].
func (f phrasing) scalar(t ValueType, text string) (any, error) {
	switch t {
	case BooleanValue:
		b, ok := asBool(text)
		switch {
		case !ok:
			return nil, fmt.Errorf("%q is not a boolean; a Boolean attribute takes True or False", text)
		case !f.textBooleans:
			return b, nil
		case b:
			return "True", nil
		default:
			return "False", nil
		}
	case IntegerValue:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is not an integer of 64 bits", text)
		}
		return json.Number(strconv.FormatInt(n, 10)), nil
	default:
		return text, nil
	}
}
