package server

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

// value brings a value into the form of its attribute, nil when unassigned.
func value(a scim.Attribute, v any, path string) (any, *scim.Error) {
	if !a.MultiValued {
		if list, ok := v.([]any); ok && len(list) == 0 {
			return nil, nil
		} else if ok && len(list) == 1 {
			v = list[0] // a manager may come as an array of one (entra_wire W-34)
		}
		return single(a, v, path)
	}
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	kept := make([]any, 0, len(list))
	seen := make(map[string]bool, len(list))
	primaries := 0
	for _, item := range list {
		one, err := single(a, item, path)
		if err != nil {
			return nil, err
		}
		if one == nil {
			continue
		}
		if element, ok := one.(*scim.Object); ok {
			if key := elementKey(a, element); key != "" {
				if seen[key] {
					continue
				}
				seen[key] = true
			}
			if primary, _ := element.Get("primary"); primary == true {
				primaries++
			}
		}
		kept = append(kept, one)
	}
	if primaries > 1 {
		return nil, badRequest(scim.InvalidValue, "%s has %d primary values; one at most may be primary", path, primaries)
	}
	if len(kept) == 0 {
		return nil, nil
	}
	return kept, nil
}

// elementKey is equal for elements that must not occur twice (RFC 7643 §2.4).
func elementKey(a scim.Attribute, element *scim.Object) string {
	v := element.Text("value")
	if v == "" || a.Name == "members" {
		return v
	}
	return v + "\x00" + strings.ToLower(element.Text("type"))
}

// single checks one value.
func single(a scim.Attribute, v any, path string) (any, *scim.Error) {
	if v == nil {
		return nil, nil
	}
	wrong := func() *scim.Error {
		return badRequest(scim.InvalidValue, "%s takes a value of type %s", path, a.Type)
	}
	text, isText := v.(string)
	switch a.Type {
	case scim.TypeBoolean:
		if b, ok := boolean(v); ok {
			return b, nil
		}
		return nil, wrong()
	case scim.TypeInteger, scim.TypeDecimal:
		if _, ok := v.(json.Number); !ok {
			return nil, wrong()
		}
		return v, nil
	case scim.TypeComplex:
		return complexValue(a, v, path)
	case scim.TypeDateTime:
		if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
			return nil, wrong()
		}
	case scim.TypeBinary:
		if _, err := base64.StdEncoding.DecodeString(text); err != nil {
			return nil, wrong()
		}
	}
	if !isText {
		return nil, wrong()
	}
	return text, nil
}

// boolean takes Entra's texts for booleans. Source: entra_wire W-31.
func boolean(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		if strings.EqualFold(v, "true") {
			return true, true
		}
		return false, strings.EqualFold(v, "false")
	}
	return false, false
}

// complexValue checks a complex value. A plain text is its "value", as members
// and managers may come; the server itself makes the $ref of members.
func complexValue(a scim.Attribute, v any, path string) (any, *scim.Error) {
	if a.Name == "roles" {
		v = role(v)
	}
	if text, ok := v.(string); ok {
		if _, ok := a.SubAttribute("value"); ok {
			v = scim.NewObject(scim.Member{Name: "value", Value: text})
		}
	}
	in, ok := v.(*scim.Object)
	if !ok {
		return nil, badRequest(scim.InvalidValue, "%s is complex and takes an object", path)
	}
	out := in
	if !isNormal(a, in) {
		out = &scim.Object{}
		for _, m := range in.Members() {
			sub, ok := a.SubAttribute(m.Name)
			if !ok || sub.Mutability == scim.ReadOnly || a.Name == "members" && (sub.Name == "$ref" || sub.Name == "type") {
				continue
			}
			value, err := value(sub, m.Value, path+"."+sub.Name)
			if err != nil {
				return nil, err
			}
			if value != nil {
				out.Set(sub.Name, value)
			}
		}
	}
	_, keyed := a.SubAttribute("value")
	id, given := out.Get("value")
	switch {
	case out.Len() == 0, keyed && given && id == "":
		return nil, nil
	case a.Name == "members" && !given:
		return nil, badRequest(scim.InvalidValue, "a member needs a value, the id of a user or group")
	}
	return out, nil
}

// isNormal reports that an element of a long list is what complexValue would make
// of it, so that it can be shared.
func isNormal(a scim.Attribute, o *scim.Object) bool {
	if a.Name != "members" || o.Len() != 1 || o.Members()[0].Name != "value" {
		return false
	}
	_, ok := o.Members()[0].Value.(string)
	return ok
}

// role turns the shape of AppRoleAssignmentsComplex, an object with id, value and
// displayName or its JSON in a text, into a role of RFC 7643. Source: entra_wire W-38.
func role(v any) any {
	o, isObject := v.(*scim.Object)
	text, isText := v.(string)
	if isObject {
		text, isText = o.Text("value"), true
	}
	if isText && strings.HasPrefix(text, "{") {
		if parsed, err := scim.ParseObject([]byte(text)); err == nil {
			o, isObject = parsed, true
		}
	}
	name, ok := any(nil), false
	if isObject {
		name, ok = o.Get("displayName")
	}
	if !ok {
		if isObject {
			return o
		}
		return v
	}
	out := o.Clone()
	out.Delete("displayName")
	if _, has := out.Get("display"); !has {
		out.Set("display", name)
	}
	return out
}
