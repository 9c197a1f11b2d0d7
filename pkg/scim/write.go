package scim

import "slices"

// Methods of a Write.
const (
	methodPatch = "PATCH"
	methodPut   = "PUT"
)

// Write is one request that changes an object at the server.
type Write struct {
	Method string // PATCH or PUT
	Body   *Object
}

// ReadsBeforeWrite reports whether the dialect reads an object before it changes it.
// Source: okta_contract §9 (GET by id, then PUT or PATCH).
func (d Dialect) ReadsBeforeWrite() bool { return d.IsOkta() }

// NeverDeletesUsers reports whether the dialect switches a user off who is gone for
// good, in place of a DELETE. Source: okta_contract §9.
func (d Dialect) NeverDeletesUsers() bool { return d.IsOkta() }

// WriteUser returns the requests that make the changes to a user, in their order.
// Entra's dialects have one PATCH, that of UpdateUser. Okta's need the user as the
// server has it: a published application sends the changed attributes whole in one
// PATCH without a path, and active in one of its own; an application of the wizard
// puts everything back, changed. Without changes there are no requests.
// Source: okta_contract §9; endpoint_checks P-07. The shape of a published
// application's PATCH of other attributes than active is inferred from that one [?].
func WriteUser(d Dialect, have *Object, changes []Change) ([]Write, error) {
	switch {
	case len(changes) == 0:
		return nil, nil
	case !d.IsOkta():
		return onePatch(UpdateUser(d, changes))
	}
	after, err := d.changed(have, changes)
	if err != nil {
		return nil, err
	}
	if d == OktaAIW {
		return []Write{{methodPut, after}}, nil
	}
	isActive := func(c Change) bool { return c.Path.IsCore() && sameName(c.Path.Attribute, "active") }
	var writes []Write
	if profile := slices.DeleteFunc(slices.Clone(changes), isActive); len(profile) > 0 {
		writes = append(writes, Write{methodPatch, pathless(&Object{}, after, profile)})
	}
	if i := slices.IndexFunc(changes, isActive); i >= 0 {
		writes = append(writes, Write{methodPatch, pathless(&Object{}, after, changes[i:i+1])})
	}
	return writes, nil
}

// WriteGroup is WriteUser for a group's own attributes. Both dialects of Okta send one
// PATCH without a path, whose value begins with the id and the displayName, also
// without changes: it precedes the first change of members.
// Source: okta_contract §9.
func WriteGroup(d Dialect, have *Object, changes []Change) ([]Write, error) {
	if !d.IsOkta() {
		if len(changes) == 0 {
			return nil, nil
		}
		return onePatch(UpdateGroup(d, changes))
	}
	after, err := d.changed(have, changes)
	if err != nil {
		return nil, err
	}
	value := NewObject(Member{"id", have.ID()})
	if name := after.Text("displayName"); name != "" {
		value.Set("displayName", name)
	}
	return []Write{{methodPatch, pathless(value, after, changes)}}, nil
}

func onePatch(body *Object, err error) ([]Write, error) {
	if err != nil {
		return nil, err
	}
	return []Write{{methodPatch, body}}, nil
}

// changed returns a copy of the object with the changes made.
func (d Dialect) changed(have *Object, changes []Change) (*Object, error) {
	body, err := update(d.shape(), changes)
	if err != nil {
		return nil, err
	}
	patch, err := ParsePatch(body)
	if err != nil {
		return nil, err
	}
	after := have.Clone()
	if _, err := patch.Apply(after); err != nil {
		return nil, err
	}
	after.listExtensions()
	return after, nil
}

// listExtensions names in schemas the extensions that the object has.
func (o *Object) listExtensions() {
	v, _ := o.Get("schemas")
	schemas, ok := v.([]any)
	if !ok {
		return
	}
	for _, m := range o.Members() {
		if _, isObject := m.Value.(*Object); isObject && isURI(m.Name) && !hasSchema(o, m.Name) {
			schemas = append(slices.Clone(schemas), m.Name)
			o.Set("schemas", schemas)
		}
	}
}

// pathless returns a PATCH with one operation without a path, whose value gets the
// changed attributes as they are in after: of an extension the changed ones, else
// whole.
func pathless(value, after *Object, changes []Change) *Object {
	for _, c := range changes {
		owner, into := after, value
		if urn := c.Path.extension(); urn != "" {
			v, _ := after.Get(urn)
			if owner, _ = v.(*Object); owner == nil {
				continue
			}
			v, _ = value.Get(urn)
			if into, _ = v.(*Object); into == nil {
				into = &Object{}
				value.Set(urn, into)
			}
		}
		if v, ok := owner.Get(c.Path.Attribute); ok {
			into.Set(c.Path.Attribute, v)
		}
	}
	return PatchRequest{[]PatchOp{{Op: OpReplace, Value: value}}}.Body()
}
