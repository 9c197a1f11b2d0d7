package server

import (
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// attributes returns what of a client's object is kept: the attributes of the
// kind's schema and its extensions under their canonical names, with values of
// the right types. Nulls and empty values are unassigned; read-only attributes,
// those that no schema has, and the password are left out; everything else that
// does not fit is an error. Values that need no change are shared with in.
func (r rules) attributes(k *kind, in *scim.Object) (*scim.Object, *scim.Error) {
	out := &scim.Object{}
	for _, m := range in.Members() {
		if isURN(m.Name) {
			if err := r.extension(k, out, m); err != nil {
				return nil, err
			}
			continue
		}
		if err := set(out, k, m); err != nil {
			return nil, err
		}
	}
	if v := out.Text(k.unique); strings.TrimSpace(v) == "" {
		return nil, badRequest(scim.InvalidValue, "%s needs a %s", k.name, k.unique)
	}
	return out, nil
}

// set checks one attribute of the core schema and stores it.
func set(out *scim.Object, k *kind, m scim.Member) *scim.Error {
	a, ok := k.attribute(m.Name)
	if !ok || a.Mutability == scim.ReadOnly {
		return nil
	}
	v, err := value(a, m.Value, a.Name)
	if err != nil {
		return err
	}
	if v != nil && a.Returned != scim.ReturnedNever {
		out.Set(a.Name, v)
	}
	return nil
}

func (r rules) extension(k *kind, out *scim.Object, m scim.Member) *scim.Error {
	object, ok := m.Value.(*scim.Object)
	if m.Value == nil || ok && object.Len() == 0 {
		return nil
	}
	if !ok {
		return nil // an attribute that no schema has
	}
	if strings.EqualFold(m.Name, k.schema.ID) {
		for _, core := range object.Members() {
			if err := set(out, k, core); err != nil {
				return err
			}
		}
		return nil
	}
	if !r.takes(k, m.Name) {
		return badRequest(scim.InvalidValue, "a %s has no extension %s", k.name, m.Name)
	}
	var kept *scim.Object
	if strings.EqualFold(m.Name, scim.EnterpriseUserSchema) {
		m.Name = scim.EnterpriseUserSchema
		kept = &scim.Object{}
		for _, e := range object.Members() {
			a, ok := scim.EnterpriseSchemaDefinition().Attribute(e.Name)
			if !ok {
				continue
			}
			v, err := value(a, e.Value, m.Name+":"+a.Name)
			if err != nil {
				return err
			}
			if v != nil {
				kept.Set(a.Name, v)
			}
		}
	} else {
		kept, _ = assigned(object).(*scim.Object)
	}
	if kept.Len() > 0 {
		out.Set(m.Name, kept)
	}
	return nil
}

func isURN(name string) bool { return strings.Contains(name, ":") }

// assigned drops what means unassigned from a value without a schema.
func assigned(v any) any {
	switch v := v.(type) {
	case *scim.Object:
		kept := &scim.Object{}
		for _, m := range v.Members() {
			if value := assigned(m.Value); value != nil {
				kept.Set(m.Name, value)
			}
		}
		if kept.Len() > 0 {
			return kept
		}
		return nil
	case []any:
		var kept []any
		for _, item := range v {
			if value := assigned(item); value != nil {
				kept = append(kept, value)
			}
		}
		if len(kept) > 0 {
			return kept
		}
		return nil
	default:
		return v
	}
}
