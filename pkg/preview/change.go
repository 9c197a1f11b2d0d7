package preview

import (
	"fmt"
	"slices"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// delete foresees what is sent when the directory forgets a user.
func (w *worker) delete(s engine.Subject) {
	w.name(s.Object)
	scope := w.mapped(&w.before, s)
	if !w.exists(s, scope) {
		w.out.Action = Skip
		w.problem(Problem{Severity: diag.Warning, Code: engine.SkipSynchronization, Message: "it is deleted and was never provisioned"})
		return
	}
	w.remove(s)
}

// remove appends the requests by which the target object goes: a DELETE, or in a
// dialect that deletes nobody what switches the user off.
func (w *worker) remove(s engine.Subject) {
	o := w.p.rules.Delete(s)
	switch {
	case o.Status != engine.Success:
		w.refused(o)
	case o.Action == engine.ActionDelete:
		w.out.Action = Delete
		w.request("DELETE", []byte(w.p.object), nil)
	default:
		w.switchOff()
	}
}

// switchOff appends the requests that switch a user off, if that is to be done.
func (w *worker) switchOff() {
	w.request("GET", w.p.read, nil)
	have, err := w.stored(true)
	if err != nil {
		w.unwritable(err)
		return
	}
	if active, _ := have.Get("active"); active == false {
		w.out.Action = None
		return
	}
	w.out.Action = Disable
	off := scim.AttributeValue{Path: scim.Path{Attribute: "active"}, Type: scim.BooleanValue, Values: []string{"False"}}
	w.write(have, []scim.Change{{AttributeValue: off, Had: true}})
}

// exists reports whether the mapped version has an account: Entra would have
// created one, and the server would have taken it.
func (w *worker) exists(s engine.Subject, scope engine.Scope) bool {
	return w.p.config.Linked || w.p.rules.Creates(s.Object, scope, &w.result) &&
		!slices.ContainsFunc(w.p.problems(w.result.Values, true), func(p Problem) bool { return p.Severity == diag.Error })
}

// change foresees what is sent when a user changes: nothing else has changed at the
// server since the version before was provisioned.
func (w *worker) change(before, after engine.Subject) {
	w.name(after.Object)
	if before.Object.ID != after.Object.ID {
		w.out.Action = Invalid
		w.problem(Problem{Severity: diag.Error, Code: string(codeVersions), Message: fmt.Sprintf(
			"the versions are of two "+w.p.noun()+"s: objectId was %q and is %q", before.Object.ID, after.Object.ID)})
		return
	}
	scope := w.mapped(&w.before, before)
	if !w.exists(before, scope) {
		w.create(after, "")
		w.keys = w.keys[:0]
		return
	}
	have, err := w.stored(true)
	if err != nil {
		w.unwritable(err)
		return
	}
	scope = w.mapped(&w.after, after)
	w.request("GET", w.p.read, nil)
	if w.p.rules.Removes(scope) {
		w.remove(after)
		return
	}
	come, gone := memberChanges(before, after)
	changes, o := w.p.rules.Update(have, after, scope, w.result, len(come)+len(gone) > 0)
	if o.Status != engine.Success && o.Status != engine.Warning {
		w.refused(o)
		return
	}
	w.out.Action = Update
	if o.Action == engine.ActionDisable {
		w.out.Action = Disable
	}
	w.leftOut(after)
	w.limited(changes)
	w.veil(changes)
	if len(changes) > 0 {
		w.write(have, changes)
	}
	w.members(come, gone, len(changes) > 0)
}

// memberChanges returns the source ids of the members that a group has in one version
// only, in their order there.
func memberChanges(before, after engine.Subject) (come, gone []string) {
	if after.Object.Type != mapping.Group {
		return nil, nil
	}
	lacking := func(from, in engine.Subject) []string {
		has := map[string]bool{}
		for _, id := range in.Object.Attribute(attrMembers).Strings() {
			has[id] = true
		}
		return slices.DeleteFunc(slices.Clone(from.Object.Attribute(attrMembers).Strings()), func(id string) bool { return has[id] })
	}
	return lacking(after, before), lacking(before, after)
}

// limited checks the lengths of the values that change.
func (w *worker) limited(changes []scim.Change) {
	changed := slices.DeleteFunc(slices.Clone(w.result.Values), func(v mapping.Value) bool {
		return !slices.ContainsFunc(changes, func(c scim.Change) bool { return c.Path.Equal(v.Path) })
	})
	for _, p := range w.p.problems(changed, false) {
		w.out.Action = Fail
		w.problem(p)
	}
}

// veil covers redacted values.
func (w *worker) veil(changes []scim.Change) {
	for i := range changes {
		for _, v := range w.result.Values {
			if v.Redacted && v.Path.Equal(changes[i].Path) {
				changes[i].Type, changes[i].Values = scim.StringValue, []string{hidden}
			}
		}
	}
}

// stored is the object at the server after the mapped one was created and, when whole,
// after the cycles that followed: every value is there, also references and what a
// creation leaves to the next cycle.
func (w *worker) stored(whole bool) (*scim.Object, error) {
	var now []scim.AttributeValue
	var later []scim.Change
	for _, v := range w.result.Values {
		switch {
		case v.Reference:
		case w.p.config.Dialect.SkipsOnCreate(v.Path):
			later = append(later, scim.Change{AttributeValue: v.AttributeValue})
		default:
			now = append(now, v.AttributeValue)
		}
	}
	create := scim.CreateUser
	if w.p.typ == mapping.Group {
		create = scim.CreateGroup
	}
	have, err := create(w.p.config.Dialect, now)
	if err != nil {
		return nil, err
	}
	have.Set("id", ID)
	if !whole {
		return have, nil
	}
	if later = append(later, w.p.rules.References(w.result)...); len(later) == 0 {
		return have, nil
	}
	// The compliant dialect writes values in the types that a server keeps.
	body, err := scim.UpdateUser(scim.EntraCompliant, later)
	if err != nil {
		return nil, err
	}
	patch, err := scim.ParsePatch(body)
	if err != nil {
		return nil, err
	}
	_, err = patch.Apply(have)
	return have, err
}
