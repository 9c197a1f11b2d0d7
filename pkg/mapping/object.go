package mapping

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/scimctl/scimctl/pkg/expr"
)

// Object is a source object: a user or group with its attributes under Entra's
// source attribute names.
type Object struct {
	Type  string // User or Group
	ID    string // objectId
	attrs expr.Attrs
}

// attrObjectID is the source attribute that identifies an object.
// Source: graph_contract §8.
const attrObjectID = "objectId"

// NewObject returns an object from plain values: string, bool, json.Number,
// float64, int, int64, []string, []any of scalars, or nil for absent. objectId is
// taken from attrs. Any other value is an error that names the attribute.
func NewObject(typ string, attrs map[string]any) (Object, error) {
	o := Object{Type: typ, attrs: make(expr.Attrs, len(attrs)+2)}
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		if err := o.set(name, attrs[name]); err != nil {
			return Object{}, err
		}
	}
	return o, nil
}

func (o *Object) set(name string, value any) error {
	v, err := valueOf(value)
	if err != nil {
		return fmt.Errorf("attribute %s: %w", name, err)
	}
	if name == attrObjectID {
		o.ID = v.String()
	}
	if v.IsNull() {
		delete(o.attrs, name)
		return nil
	}
	o.attrs[name] = v
	return nil
}

// Attribute returns an attribute; Object is an expr.Source.
func (o Object) Attribute(name string) expr.Value { return o.attrs[name] }

// With returns a copy of o in which the attribute has the value.
func (o Object) With(name string, value any) (Object, error) {
	attrs := make(expr.Attrs, len(o.attrs)+1)
	maps.Copy(attrs, o.attrs)
	o.attrs = attrs
	if err := o.set(name, value); err != nil {
		return Object{}, err
	}
	return o, nil
}

// Text returns an attribute's text form, "" when absent.
func (o Object) Text(name string) string { return o.attrs[name].String() }

// Names returns the names of the attributes that have a value, sorted.
func (o Object) Names() []string { return slices.Sorted(maps.Keys(o.attrs)) }

// valueOf turns a plain value into one of the expression language.
func valueOf(value any) (expr.Value, error) {
	switch v := value.(type) {
	case nil:
		return expr.Value{}, nil
	case string:
		return expr.Text(v), nil
	case bool:
		return expr.Boolean(v), nil
	case int:
		return expr.Integer(int64(v)), nil
	case int64:
		return expr.Integer(v), nil
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1<<53 {
			return expr.Integer(int64(v)), nil
		}
		return expr.Text(strconv.FormatFloat(v, 'f', -1, 64)), nil
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return expr.Integer(n), nil
		}
		return expr.Text(v.String()), nil
	case []string:
		return expr.List(slices.Clone(v)), nil
	case []any:
		list := make([]string, len(v))
		for i, element := range v {
			e, err := valueOf(element)
			if err != nil || e.IsNull() || e.Kind() == expr.Multi {
				return expr.Value{}, fmt.Errorf("value %d of the list is %s; lists hold texts", i+1, describe(element))
			}
			list[i] = e.String()
		}
		return expr.List(list), nil
	default:
		return expr.Value{}, fmt.Errorf("the value is %s; use a text, a number, true, false or a list of texts", describe(value))
	}
}

// describe names a value that is none, without showing it.
func describe(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case []any, []string:
		return "a list"
	case map[string]any:
		return "an object"
	default:
		return fmt.Sprintf("a %T", value)
	}
}
