package scim

import "fmt"

// Change is one difference between what the target has and what the mappings
// want. Had is whether the target had a value before: it decides between add
// and replace. An AttributeValue without Values asks for removal.
type Change struct {
	AttributeValue
	Had bool
}

// UpdateUser returns the PATCH body that makes the changes, in their order. In
// the default dialect each has an operation of its own with a path. In the
// compliant one simple replacements, when there are two or more, share one
// path-less operation at the end; a single one keeps its path, as in the
// documented request that disables a user. References to unknown objects are
// left out, and so is a change that has nothing else.
//
// Roles that are JSON objects are added and never replaced unless Had says so:
// W-38 (add only) and W-39 (replace) differ in nothing else.
// The error names the attribute whose value does not fit its type.
// Source: entra_wire W-30, W-31, W-34, W-36.
func UpdateUser(d Dialect, changes []Change) (*Object, error) { return update(d.shape(), changes) }

// UpdateGroup returns the PATCH body for changes of a group's own attributes, as
// UpdateUser does. Source: entra_wire W-35.
func UpdateGroup(d Dialect, changes []Change) (*Object, error) { return update(d.shape(), changes) }

func update(s shape, changes []Change) (*Object, error) {
	how := phrasing{textBooleans: s.textBooleans, nullRef: s.nullRef, managerArray: s.managerArray, rolesAsText: s.rolesAsText}
	var own, simple []PatchOp
	for _, c := range changes {
		op := PatchOp{Op: s.op(OpRemove), Path: c.Path.String()}
		if len(c.Values) > 0 {
			value, ok, err := how.value(c.AttributeValue)
			if err != nil {
				return nil, fmt.Errorf("attribute %s: %w", c.Path, err)
			}
			if !ok {
				continue
			}
			op.Value = value
			op.Op = s.op(OpAdd)
			if c.Had {
				op.Op = s.op(OpReplace)
			}
		}
		if s.collapse && c.Had && isSimple(c.Path, op.Value) {
			simple = append(simple, op)
			continue
		}
		own = append(own, op)
	}
	if len(simple) < 2 {
		return PatchRequest{Operations: append(own, simple...)}.Body(), nil
	}
	together := &Object{}
	for _, op := range simple {
		together.Set(op.Path, op.Value)
	}
	own = append(own, PatchOp{Op: s.op(OpReplace), Value: together})
	return PatchRequest{Operations: own}.Body(), nil
}

// isSimple reports whether a replacement can be a member of a path-less value:
// its path has no value filter, and its value is a text, boolean or number.
func isSimple(p Path, value any) bool {
	switch value.(type) {
	case nil, []any, *Object:
		return false
	}
	return p.Filter == nil
}

// AddMembers and RemoveMembers return the PATCH body for membership changes by
// target id. Source: entra_wire W-32, W-33.
func AddMembers(d Dialect, ids []string) *Object {
	members := make([]GroupMember, len(ids))
	for i, id := range ids {
		members[i].ID = id
	}
	return AddNamedMembers(d, members)
}

// RemoveMembers: see AddMembers. Entra's compliant dialect and Okta's have one
// operation an id. Source: okta_contract §9.
func RemoveMembers(d Dialect, ids []string) *Object {
	s := d.shape()
	if !s.removeByPath {
		items := make([]any, len(ids))
		for i, id := range ids {
			items[i] = phrasing{nullRef: s.nullRef}.referenceElement(id)
		}
		return PatchRequest{[]PatchOp{{Op: s.op(OpRemove), Path: "members", Value: items}}}.Body()
	}
	ops := make([]PatchOp, len(ids))
	for i, id := range ids {
		path := Path{Attribute: "members", Filter: Equal(Path{Attribute: "value"}, id)}
		ops[i] = PatchOp{Op: s.op(OpRemove), Path: path.String()}
	}
	return PatchRequest{ops}.Body()
}

// GroupMember is a member of a group by its id at the server, with the name that Okta
// sends along; "" leaves the name out. Source: okta_contract §9.
type GroupMember struct{ ID, Display string }

// AddNamedMembers is AddMembers with names, which only Okta's dialects send.
func AddNamedMembers(d Dialect, members []GroupMember) *Object {
	return PatchRequest{[]PatchOp{{Op: d.shape().op(OpAdd), Path: "members", Value: d.memberValues(members)}}}.Body()
}

// ReplaceMembers returns the PATCH body that gives a group exactly these members, as
// Okta pushes a group in full. Source: okta_contract §9.
func ReplaceMembers(d Dialect, members []GroupMember) *Object {
	return PatchRequest{[]PatchOp{{Op: d.shape().op(OpReplace), Path: "members", Value: d.memberValues(members)}}}.Body()
}

func (d Dialect) memberValues(members []GroupMember) []any {
	how := phrasing{nullRef: d.shape().nullRef}
	items := make([]any, len(members))
	for i, m := range members {
		element := how.referenceElement(m.ID)
		if d.IsOkta() && m.Display != "" {
			element.Set("display", m.Display)
		}
		items[i] = element
	}
	return items
}
