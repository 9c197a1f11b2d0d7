package engine

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// Names is implemented by Links that remember what linked objects are called at the
// target. Okta's dialects send the names of members along; without Names they are
// left out. Source: okta_contract §9.
type Names interface {
	Name(typ, sourceID string) string
	SetName(typ, sourceID, name string)
}

// nameTarget is the target attribute by which Okta knows objects of a type.
func nameTarget(typ string) string {
	if typ == mapping.Group {
		return "displayName"
	}
	return "userName"
}

// matches reports whether objects of a type are matched by a value. Okta knows users
// by userName and groups by displayName, whatever the mapping says.
// Source: okta_contract §9.
func (e *Engine) matches(typ string, v *mapping.Value) bool {
	if e.config.Dialect.IsOkta() {
		return strings.EqualFold(v.Path.String(), nameTarget(typ))
	}
	return v.Match > 0
}

// mapped is the value of a target attribute of one value, "" for none.
func (r *run) mapped(target string) string {
	for _, v := range r.result.Values {
		if strings.EqualFold(v.Path.String(), target) && len(v.Values) > 0 {
			return v.Values[0]
		}
	}
	return ""
}

// rememberName notes what the object is called at the target, in Okta's dialects.
func (r *run) rememberName() {
	names, ok := r.e.config.Links.(Names)
	if !ok || !r.e.config.Dialect.IsOkta() || r.out.TargetID == "" {
		return
	}
	if name := r.mapped(nameTarget(r.typ)); name != "" {
		names.SetName(r.typ, r.id, name)
	}
}

// named gives members the names that are known of them.
func (r *run) named(members []member) []scim.GroupMember {
	names, known := r.e.config.Links.(Names)
	out := make([]scim.GroupMember, len(members))
	for i, m := range members {
		out[i].ID = m.target
		if known {
			out[i].Display = names.Name(m.Type, m.ID)
		}
	}
	return out
}

// withPassword adds the random password of Okta's creations, which no text about the
// run shows. Source: okta_contract §9.
func (r *run) withPassword(values []scim.AttributeValue) ([]scim.AttributeValue, error) {
	isPassword := func(v scim.AttributeValue) bool { return v.Path.Equal(scim.PasswordPath) }
	if !r.e.config.Dialect.IsOkta() || r.typ != mapping.User || slices.ContainsFunc(values, isPassword) {
		return values, nil
	}
	var random [16]byte
	if _, err := io.ReadFull(r.e.config.Env.Random, random[:]); err != nil {
		return nil, fmt.Errorf("make a password: %w", err)
	}
	// Letters of both cases, digits and a mark satisfy the rules of most servers.
	password := "Okta-" + hex.EncodeToString(random[:])
	r.veil.add(password)
	return append(values, scim.AttributeValue{Path: scim.PasswordPath, Values: []string{password}}), nil
}

// read reads the target object where the dialect does that before a change, unless it
// was read in this run already. Of a group the id and the name are enough.
// Source: okta_contract §9.
func (r *run) read(ctx context.Context, action Action) *ending {
	switch {
	case r.have != nil || !r.e.config.Dialect.ReadsBeforeWrite():
		return nil
	case r.typ == mapping.Group:
		r.have = scim.NewObject(scim.Member{Name: "id", Value: r.out.TargetID}, scim.Member{Name: "displayName", Value: r.mapped(nameTarget(r.typ))})
		return nil
	}
	have, err := r.get(ctx, r.out.TargetID)
	if err != nil {
		return r.fail(action, EntryImport, StepMatching, "read", nil, err)
	}
	r.have = have
	return nil
}

// announce sends the PATCH with id and name that precedes changes of members in
// Okta's dialects, once in a run. Source: okta_contract §9.
func (r *run) announce(ctx context.Context, action Action) *ending {
	if r.announced || !r.e.config.Dialect.IsOkta() {
		return nil
	}
	r.announced = true
	if end := r.read(ctx, action); end != nil {
		return end
	}
	writes, err := scim.WriteGroup(r.e.config.Dialect, r.have, nil)
	if err != nil {
		return r.unwritable(action, EntryExportUpdate, err)
	}
	for _, w := range writes {
		if _, end := r.send(ctx, action, "update", w); end != nil {
			return end
		}
	}
	return nil
}

// switchOff sets active to false for a user who is gone for good and whom the dialect
// does not delete, and forgets the link. Source: okta_contract §9.
func (r *run) switchOff(ctx context.Context) *ending {
	if end := r.allowed(needs(ActionDisable), "Update"); end != nil {
		return end
	}
	if r.held() {
		return r.staged("disabled")
	}
	have, end := r.linked(ctx)
	if end != nil {
		return end
	}
	path := scim.Path{Attribute: activePath}
	off := mapping.Value{Target: activePath}
	off.Path, off.Type, off.Values = path, scim.BooleanValue, []string{"False"}
	changes := r.k.differences(func(mapping.Value) []any { return have.Lookup(path) }, []mapping.Value{off})
	if have == nil || len(changes) == 0 {
		r.e.config.Links.Unlink(r.typ, r.id)
		return r.redundant()
	}
	if end := r.patch(ctx, ActionDisable, changes); end != nil {
		return end
	}
	r.e.config.Links.Unlink(r.typ, r.id)
	return r.done(ActionDisable)
}
