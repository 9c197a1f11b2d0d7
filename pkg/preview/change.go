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
	if o := w.p.rules.Delete(s); o.Status != engine.Success {
		w.refused(o)
		return
	}
	w.out.Action = Delete
	w.request("DELETE", collection+"/"+ID, nil)
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
			"the versions are of two users: objectId was %q and is %q", before.Object.ID, after.Object.ID)})
		return
	}
	scope := w.mapped(&w.before, before)
	if !w.exists(before, scope) {
		w.create(after, "")
		w.keys = w.keys[:0]
		return
	}
	have, err := w.provisioned()
	if err != nil {
		w.unwritable(err)
		return
	}
	scope = w.mapped(&w.after, after)
	w.out.Requests = append(w.out.Requests, Request{Method: "GET", Path: []byte(collection + "/" + ID)})
	changes, o := w.p.rules.Update(have, after, scope, w.result)
	if len(changes) == 0 {
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
	w.patch(changes)
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

// provisioned is the object at the server after the mapped user was provisioned:
// every value is there, also those that a creation leaves to the next cycle.
func (w *worker) provisioned() (*scim.Object, error) {
	var now []scim.AttributeValue
	var later []scim.Change
	for _, v := range w.result.Values {
		switch {
		case v.Reference:
		case scim.SkippedOnCreate(v.Path):
			later = append(later, scim.Change{AttributeValue: v.AttributeValue})
		default:
			now = append(now, v.AttributeValue)
		}
	}
	have, err := scim.CreateUser(w.p.config.Dialect, now)
	if err != nil {
		return nil, err
	}
	later = append(later, w.p.rules.References(w.result)...)
	if len(later) == 0 {
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
