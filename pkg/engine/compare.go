package engine

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// same reports whether the target's values are what v wants, by type: booleans
// however they are written, numbers by value, dates by instant, texts with letter
// case only where exact asks for it. Several values compare as a set.
func same(v mapping.Value, current []any, exact bool) bool {
	has := elements(current)
	if !v.Multi {
		return len(v.Values) > 0 && len(has) == 1 && sameValue(v.Type, v.Values[0], has[0], exact)
	}
	if len(has) != len(v.Values) {
		return false
	}
	for _, want := range v.Values {
		if !slices.ContainsFunc(has, func(h any) bool { return sameValue(v.Type, want, h, exact) }) {
			return false
		}
	}
	return true
}

// elements flattens arrays and leaves nulls out.
func elements(current []any) []any {
	var out []any
	for _, c := range current {
		switch c := c.(type) {
		case nil:
		case []any:
			out = append(out, elements(c)...)
		default:
			out = append(out, c)
		}
	}
	return out
}

func sameValue(t scim.ValueType, want string, has any, exact bool) bool {
	if o, ok := has.(*scim.Object); ok {
		return sameObject(want, o, exact)
	}
	text := textOf(has)
	_, isBool := has.(bool)
	_, isNumber := has.(json.Number)
	switch {
	case t == scim.BooleanValue || isBool:
		return strings.EqualFold(want, text)
	case t == scim.IntegerValue || isNumber:
		a, errA := strconv.ParseFloat(want, 64)
		b, errB := strconv.ParseFloat(text, 64)
		if errA == nil && errB == nil {
			return a == b
		}
	case t == scim.DateTimeValue:
		a, errA := time.Parse(time.RFC3339, want)
		b, errB := time.Parse(time.RFC3339, text)
		if errA == nil && errB == nil {
			return a.Equal(b)
		}
	}
	if exact || t == scim.ReferenceValue {
		return want == text
	}
	return strings.EqualFold(want, text)
}

// sameObject compares a complex value: with a JSON text, as roles have, every
// member that is wanted must be there; with a plain text its value counts.
// Source: entra_wire W-38.
func sameObject(want string, has *scim.Object, exact bool) bool {
	if strings.HasPrefix(want, "{") {
		if o, err := scim.ParseObject([]byte(want)); err == nil {
			return !slices.ContainsFunc(o.Members(), func(m scim.Member) bool {
				value, ok := has.Get(m.Name)
				return !ok || !sameValue(scim.StringValue, textOf(m.Value), value, exact)
			})
		}
	}
	value, ok := has.Get("value")
	return ok && sameValue(scim.StringValue, want, value, exact)
}

// textOf is a SCIM value as the log writes it.
func textOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return truth(v)
	case json.Number:
		return v.String()
	case []any:
		texts := make([]string, len(v))
		for i, e := range v {
			texts[i] = textOf(e)
		}
		return strings.Join(texts, ", ")
	case *scim.Object:
		if text, ok := v.Get("value"); ok {
			return textOf(text)
		}
		return string(compact(v))
	}
	return string(compact(value))
}

// compact is a value as JSON on one line, without escapes for HTML.
func compact(value any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil
	}
	return bytes.TrimSpace(b.Bytes())
}

// quote is s as a JSON string.
func quote(s string) string { return string(compact(s)) }
