package scim

import (
	"cmp"
	"slices"
)

// Orders of members in Okta's creates, as the reference lists them; what it does not
// list follows in mapping order, before the members that end a create.
// Source: okta_contract §9.
var (
	oktaUserFirst  = []string{"schemas", "userName", "name", "emails", "displayName", "locale", "externalId"}
	oktaUserLast   = []string{"password", "groups", "active"}
	oktaGroupFirst = []string{"schemas", "displayName"}
	oktaGroupLast  = []string{"members"}
)

// PasswordPath is the attribute that Okta's creates fill with a random text.
// Source: okta_contract §9.
var PasswordPath = Path{Attribute: "password"}

// createOktaUser returns the body of Okta's POST /Users: the core schema, with those
// of extensions that have values, booleans as booleans, no groups, and active unless
// the values say otherwise. The random password is one of the values.
func createOktaUser(d Dialect, values []AttributeValue) (*Object, error) {
	body := NewObject(Member{"schemas", []any{UserSchema}})
	if err := body.assignAll(d, values); err != nil {
		return nil, err
	}
	body.Set("groups", []any{})
	if _, said := body.Get("active"); !said {
		body.Set("active", true)
	}
	if primaryWorkEmail {
		body.markPrimaryEmail()
	}
	body.arrangeOkta(oktaUserFirst, oktaUserLast)
	return body, nil
}

// createOktaGroup returns the body of Okta's POST /Groups, which has no members yet.
func createOktaGroup(d Dialect, values []AttributeValue) (*Object, error) {
	body := NewObject(Member{"schemas", []any{GroupSchema}})
	if err := body.assignAll(d, values); err != nil {
		return nil, err
	}
	body.Set("members", []any{})
	body.arrangeOkta(oktaGroupFirst, oktaGroupLast)
	return body, nil
}

// arrangeOkta orders the members of a create and lists the schemas of its extensions.
func (o *Object) arrangeOkta(first, last []string) {
	rank := func(m Member) int {
		is := func(name string) bool { return sameName(name, m.Name) }
		if i := slices.IndexFunc(first, is); i >= 0 {
			return i
		}
		if i := slices.IndexFunc(last, is); i >= 0 {
			return len(first) + 1 + i
		}
		switch {
		case sameName(m.Name, EnterpriseUserSchema):
			return len(first) + len(last) + 1
		case isURI(m.Name):
			return len(first) + len(last) + 2
		}
		return len(first)
	}
	slices.SortStableFunc(o.members, func(a, b Member) int { return cmp.Compare(rank(a), rank(b)) })
	for _, m := range o.members {
		switch v := m.Value.(type) {
		case []any:
			for _, item := range v {
				if element, ok := item.(*Object); ok {
					element.bringForward("primary", "value", "type")
				}
			}
		case *Object:
			if sameName(m.Name, "name") {
				v.bringForward("formatted", "givenName", "familyName")
			}
			if isURI(m.Name) && !hasSchema(o, m.Name) {
				schemas, _ := o.members[0].Value.([]any)
				o.members[0].Value = append(schemas, m.Name)
			}
		}
	}
}
