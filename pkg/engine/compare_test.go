package engine

import (
	"encoding/json"
	"testing"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

func TestSame(t *testing.T) {
	value := func(typ scim.ValueType, multi bool, values ...string) mapping.Value {
		return mapping.Value{AttributeValue: scim.AttributeValue{Type: typ, Multi: multi, Values: values}}
	}
	one := func(typ scim.ValueType, v string) mapping.Value { return value(typ, false, v) }
	role := &scim.Object{}
	role.Set("id", "1")
	role.Set("value", "Admin")
	role.Set("displayName", "Administrator")
	tests := []struct {
		name  string
		want  mapping.Value
		has   []any
		exact bool
		same  bool
	}{
		{"equal text", one(scim.StringValue, "a"), []any{"a"}, true, true},
		{"letter case that counts", one(scim.StringValue, "a"), []any{"A"}, true, false},
		{"letter case that does not", one(scim.StringValue, "a"), []any{"A"}, false, true},
		{"absent", one(scim.StringValue, "a"), nil, false, false},
		{"null is absent", one(scim.StringValue, "a"), []any{nil}, false, false},
		{"boolean and its text", one(scim.BooleanValue, "True"), []any{"true"}, true, true},
		{"boolean", one(scim.BooleanValue, "False"), []any{false}, true, true},
		{"another boolean", one(scim.BooleanValue, "False"), []any{true}, true, false},
		{"boolean stored for a text", one(scim.StringValue, "True"), []any{true}, true, true},
		{"number", one(scim.IntegerValue, "7"), []any{json.Number("7")}, true, true},
		{"number with a fraction of zero", one(scim.IntegerValue, "7"), []any{json.Number("7.0")}, true, true},
		{"number and its text", one(scim.IntegerValue, "7"), []any{"07"}, true, true},
		{"another number", one(scim.IntegerValue, "7"), []any{json.Number("8")}, true, false},
		{"no number at all", one(scim.IntegerValue, "7"), []any{"seven"}, true, false},
		{"instant in another zone", one(scim.DateTimeValue, "2026-01-01T12:00:00Z"), []any{"2026-01-01T13:00:00+01:00"}, true, true},
		{"another instant", one(scim.DateTimeValue, "2026-01-01T12:00:00Z"), []any{"2026-01-01T12:00:00+01:00"}, true, false},
		{"reference as an object", one(scim.ReferenceValue, "id-1"), []any{role.Clone()}, true, false},
		{"reference, letter case counts", one(scim.ReferenceValue, "id-a"), []any{"ID-A"}, false, false},
		{"value of an object", one(scim.StringValue, "Admin"), []any{role.Clone()}, true, true},
		{"object as JSON text", one(scim.StringValue, `{"id":"1","value":"Admin"}`), []any{role.Clone()}, true, true},
		{"another object", one(scim.StringValue, `{"id":"2","value":"Admin"}`), []any{role.Clone()}, true, false},
		{"set in another order", value(scim.StringValue, true, "a", "b"), []any{[]any{"b", "a"}}, true, true},
		{"set with one more", value(scim.StringValue, true, "a"), []any{"a", "b"}, true, false},
		{"set with one less", value(scim.StringValue, true, "a", "b"), []any{"a"}, true, false},
		{"several where one is wanted", one(scim.StringValue, "a"), []any{"a", "a"}, true, false},
	}
	for _, tt := range tests {
		if got := same(tt.want, tt.has, tt.exact); got != tt.same {
			t.Errorf("%s: same(%v, %v) = %t", tt.name, tt.want.Values, tt.has, got)
		}
	}
}

func TestTextOf(t *testing.T) {
	o := &scim.Object{}
	o.Set("a", "<b>")
	for want, value := range map[string]any{"": nil, "x": "x", "True": true, "7": json.Number("7"), "a, b": []any{"a", "b"}, `{"a":"<b>"}`: o} {
		if got := textOf(value); got != want {
			t.Errorf("textOf(%v) = %q, want %q", value, got, want)
		}
	}
}

func TestVeil(t *testing.T) {
	var v veil
	v.add("a b")
	v.add("a b c")
	v.add("")
	for text, want := range map[string]string{
		"x a b y": "x [Redact] y", "a b c": "[Redact]", "q=a+b": "q=[Redact]", "p/a%20b%20c": "p/[Redact]", "ab": "ab",
	} {
		if got := v.over(text); got != want {
			t.Errorf("over(%q) = %q, want %q", text, got, want)
		}
	}
}
