package scim

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// CreateUser returns the body of POST /Users for the values, in Entra's shape:
// both core and enterprise schemas whatever the values, booleans as booleans,
// meta.resourceType, and roles even when there are none. What SkipsOnCreate
// names is left out. The error names the attribute whose value does not fit its type.
// Okta's shape is told at createOktaUser.
//
// The order of members is that of W-21: schemas, externalId, userName, then the
// others by name, as the documented ones are, then the enterprise extension and
// other extensions in mapping order. A name starts with
// formatted, familyName, givenName, an element of a multi-valued attribute with
// primary, type; what follows there is in mapping order.
// Source: entra_wire W-21, W-23, W-38.
func CreateUser(d Dialect, values []AttributeValue) (*Object, error) {
	if d.IsOkta() {
		return createOktaUser(d, values)
	}
	body := &Object{members: make([]Member, 0, 16)} // most users have fewer attributes
	body.Set("schemas", []any{UserSchema, EnterpriseUserSchema})
	if err := body.assignAll(d, values); err != nil {
		return nil, err
	}
	body.Set("meta", NewObject(Member{"resourceType", "User"}))
	if _, ok := body.Get("roles"); !ok {
		body.Set("roles", []any{})
	}
	if primaryWorkEmail {
		body.markPrimaryEmail()
	}
	body.arrange(d.shape(), "schemas", "externalId", "userName")
	return body, nil
}

// CreateGroup returns the body of POST /Groups, without members. The order of
// members is schemas, externalId, displayName, then as in CreateUser.
// Source: entra_wire W-22. Okta's shape is told at createOktaGroup.
func CreateGroup(d Dialect, values []AttributeValue) (*Object, error) {
	values = slices.DeleteFunc(slices.Clone(values), func(v AttributeValue) bool {
		return v.Path.IsCore() && sameName(v.Path.Attribute, "members")
	})
	if d.IsOkta() {
		return createOktaGroup(d, values)
	}
	body := NewObject(Member{"schemas", []any{GroupSchema, ADSCIMGroupSchema}})
	if err := body.assignAll(d, values); err != nil {
		return nil, err
	}
	body.Set("meta", NewObject(Member{"resourceType", "Group"}))
	body.arrange(d.shape(), "schemas", "externalId", "displayName")
	return body, nil
}

// SkipsOnCreate reports whether the dialect leaves the attribute out of a create:
// Entra's do what SkippedOnCreate tells, Okta's send everything.
func (d Dialect) SkipsOnCreate(p Path) bool { return !d.IsOkta() && SkippedOnCreate(p) }

// SkippedOnCreate reports whether Entra leaves the attribute out of a create and
// sends it a cycle later, with "exporting the property is not supported for this
// operation: Add": it is neither an attribute of RFC 7643 nor named as
// urn:ietf:params:scim:schemas:extension:{Name}:2.0:User:{attribute} (or Group).
// Source: entra_wire W-23 [D, I].
func SkippedOnCreate(p Path) bool {
	if _, ok := lookupAttribute(p); ok {
		return false
	}
	const prefix = "urn:ietf:params:scim:schemas:extension:"
	urn := lowerName(p.URN)
	name, ok := strings.CutPrefix(urn, prefix)
	if !ok || p.Attribute == "" {
		return true
	}
	short, user := strings.CutSuffix(name, ":2.0:user")
	if !user {
		short, ok = strings.CutSuffix(name, ":2.0:group")
	}
	return !ok || short == ""
}

func (o *Object) assignAll(d Dialect, values []AttributeValue) error {
	for _, v := range values {
		if d.SkipsOnCreate(v.Path) {
			continue
		}
		value, ok, err := phrasing{}.value(v)
		if err != nil {
			return fmt.Errorf("attribute %s: %w", v.Path, err)
		}
		if !ok {
			continue
		}
		if err := o.Assign(v.Path, value); err != nil {
			return err
		}
	}
	return nil
}

// markPrimaryEmail marks the work e-mail as primary unless one is already marked.
func (o *Object) markPrimaryEmail() {
	v, _ := o.Get("emails")
	items, _ := v.([]any)
	if slices.ContainsFunc(items, isPrimary) {
		return
	}
	for _, item := range items {
		if e, ok := item.(*Object); ok && sameName(e.Text("type"), "work") {
			e.Set("primary", true)
			return
		}
	}
}

// arrange puts the members in the order of a create.
func (o *Object) arrange(s shape, first ...string) {
	rank := func(m Member) int {
		if i := slices.IndexFunc(first, func(name string) bool { return sameName(name, m.Name) }); i >= 0 {
			return i
		}
		switch {
		case sameName(m.Name, EnterpriseUserSchema):
			return len(first) + 1
		case isURI(m.Name):
			return len(first) + 2
		default:
			return len(first)
		}
	}
	slices.SortStableFunc(o.members, func(a, b Member) int {
		x, y := rank(a), rank(b)
		if x == y && x == len(first) {
			return compareNames(a.Name, b.Name)
		}
		return cmp.Compare(x, y)
	})
	for _, m := range o.members {
		switch v := m.Value.(type) {
		case []any:
			for _, item := range v {
				if element, ok := item.(*Object); ok {
					element.bringForward("primary", "type")
				}
			}
		case *Object:
			if sameName(m.Name, "name") {
				v.bringForward("formatted", "familyName", "givenName")
			}
			if s.listCustomURN && isURI(m.Name) && !hasSchema(o, m.Name) {
				schemas, _ := o.members[0].Value.([]any)
				o.members[0].Value = append(schemas, m.Name)
			}
		}
	}
}

// bringForward moves the named members to the front, in that order.
func (o *Object) bringForward(names ...string) {
	rank := func(m Member) int {
		if i := slices.IndexFunc(names, func(name string) bool { return sameName(name, m.Name) }); i >= 0 {
			return i
		}
		return len(names)
	}
	slices.SortStableFunc(o.members, func(a, b Member) int { return cmp.Compare(rank(a), rank(b)) })
}
