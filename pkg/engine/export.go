package engine

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// disableNeeds is the action that must be allowed for switching an object off: it
// is an update on the wire. No document says whether Delete would be needed [?].
const disableNeeds = mapping.Update

// create posts the object; references and members follow in requests of their own,
// as the cycle does it. Source: entra_wire W-21, W-22, W-61.
func (r *run) create(ctx context.Context) *ending {
	if end := r.allowed(mapping.Create, "Create"); end != nil {
		return end
	}
	r.record(EntrySynchronizationAdd, StepMatching, Success, fmt.Sprintf(
		"%s '%s' will be created in %s (%s is active and assigned in %s, but no matching %s was found in %s)",
		r.typ, r.name, r.e.config.TargetSystem, r.typ, r.e.config.SourceSystem, r.typ, r.e.config.TargetSystem))
	if end := r.transformed(); end != nil {
		return end
	}
	plain, references := r.references()
	plain = r.creatable(plain)
	members := r.memberChanges()
	build := scim.CreateUser
	if r.typ == mapping.Group {
		build = scim.CreateGroup
	}
	values := make([]scim.AttributeValue, len(plain), len(plain)+1)
	for i := range plain {
		values[i] = plain[i].AttributeValue
	}
	values, err := r.withPassword(values)
	if err != nil {
		return &ending{ActionCreate, Failure, CodeInternalError, err.Error(), "", err}
	}
	body, err := build(r.e.config.Dialect, values)
	if err != nil {
		return r.unwritable(ActionCreate, EntryExportAdd, err)
	}
	for i := range plain {
		r.out.Modified = append(r.out.Modified, property(&plain[i], nil))
	}
	made, err := r.e.config.Client.Create(ctx, r.k.resource, body)
	if err != nil {
		return r.fail(ActionCreate, EntryExportAdd, StepExport, "create", body, err)
	}
	r.out.TargetID, r.created = made.ID(), true
	if end := r.link(made.ID()); end != nil {
		return end
	}
	r.exported(EntryExportAdd, "created", r.dropped(made, plain))
	if end := r.patch(ctx, ActionCreate, created(references)); end != nil {
		return end
	}
	if end := r.exportMembers(ctx, ActionCreate, members); end != nil {
		return end
	}
	return r.done(ActionCreate)
}

// creatable leaves out what Entra does not export in a creation; the next run finds
// the difference and sends it. Source: entra_wire W-23.
func (r *run) creatable(values []mapping.Value) []mapping.Value {
	skipped := func(v mapping.Value) bool { return r.e.config.Dialect.SkipsOnCreate(v.Path) }
	if !slices.ContainsFunc(values, skipped) {
		return values
	}
	var now []mapping.Value
	var later []Detail
	for _, v := range values {
		if skipped(v) {
			later = append(later, Detail{v.Target, "exporting the property is not supported for this operation: Add"})
			continue
		}
		now = append(now, v)
	}
	if len(later) > 0 {
		r.record(EntrySynchronizationTransform, StepProcessing, Warning,
			fmt.Sprintf("Attributes that are not exported when a %s is created; the next cycle sends them", r.typ), later...)
	}
	return now
}

// update patches what differs from what the target has.
func (r *run) update(ctx context.Context, have *scim.Object) *ending {
	if end := r.transformed(); end != nil {
		return end
	}
	plain, references := r.references()
	r.keep(have)
	changes := r.k.changes(have, append(plain, references...))
	var members memberChanges
	action := ActionUpdate
	if r.verdict.softDeleted() {
		if r.k.disables(changes) {
			action = ActionDisable
		}
	} else {
		members = r.memberChanges()
	}
	if len(changes) == 0 && members.empty() {
		return r.redundant()
	}
	if end := r.allowed(needs(action), "Update"); end != nil {
		return end
	}
	if action == ActionDisable && r.held() {
		return r.staged("disabled")
	}
	if end := r.patch(ctx, action, changes); end != nil {
		return end
	}
	if end := r.exportMembers(ctx, action, members); end != nil {
		return end
	}
	return r.done(action)
}

func needs(a Action) mapping.Actions {
	if a == ActionDisable {
		return disableNeeds
	}
	return mapping.Update
}

// patch sends the changes, in one request where the dialect has no more, and nothing
// when there are none.
func (r *run) patch(ctx context.Context, action Action, changes []change) *ending {
	if len(changes) == 0 {
		return nil
	}
	if end := r.read(ctx, action); end != nil {
		return end
	}
	build := scim.WriteUser
	if r.typ == mapping.Group {
		build, r.announced = scim.WriteGroup, true
	}
	writes, err := build(r.e.config.Dialect, r.have, wire(changes))
	if err != nil {
		return r.unwritable(action, EntryExportUpdate, err)
	}
	r.modified(changes)
	var after *scim.Object // as the last answer has it, with all changes
	for _, w := range writes {
		var end *ending
		if after, end = r.send(ctx, action, "update", w); end != nil {
			return end
		}
	}
	done := "updated"
	if action == ActionDisable {
		done = "disabled"
	}
	r.exported(EntryExportUpdate, done, r.missing(after, changes))
	return nil
}

// send sends a change. An object that has vanished meanwhile is unlinked.
func (r *run) send(ctx context.Context, action Action, what string, w scim.Write) (*scim.Object, *ending) {
	do := r.e.config.Client.Patch
	if w.Method == http.MethodPut {
		do = r.e.config.Client.Replace
	}
	after, err := do(ctx, r.k.resource, r.out.TargetID, w.Body)
	if _, said := notFound(err); said {
		r.e.config.Links.Unlink(r.typ, r.id)
	}
	if err != nil {
		return nil, r.fail(action, EntryExportUpdate, StepExport, what, w.Body, err)
	}
	r.have = nil
	return after, nil
}

// forget deletes the target object of a source object that is gone for good. One
// that was out of scope before is left alone. Source: entra_wire W-65.
func (r *run) forget(ctx context.Context) *ending {
	r.scoped()
	id, ok := r.e.config.Links.Target(r.typ, r.id)
	switch {
	case !ok:
		return r.skip(SkipSynchronization, "it is deleted and was never provisioned", "")
	case !r.verdict.entitled:
		r.out.TargetID = id
		return r.skip(SkipNotEntitled, r.verdict.reasons(r.typ), "Nothing is deleted of an object that had left the scope before; remove it at the server if need be.")
	}
	r.out.TargetID = id
	if r.typ == mapping.User && r.e.config.Dialect.NeverDeletesUsers() {
		return r.switchOff(ctx)
	}
	return r.remove(ctx)
}

// remove deletes the target object. A group has no active attribute to switch
// off: leaving scope deletes it [?]. Source: scoping_filters (disables or deletes).
func (r *run) remove(ctx context.Context) *ending {
	if end := r.allowed(mapping.Delete, "Delete"); end != nil {
		return end
	}
	if r.held() {
		return r.staged("deleted")
	}
	r.record(EntrySynchronizationDelete, StepMatching, Success,
		fmt.Sprintf("%s '%s' will be deleted in %s (%s)", r.typ, r.name, r.e.config.TargetSystem, r.verdict.reasons(r.typ)))
	err := r.e.config.Client.Delete(ctx, r.k.resource, r.out.TargetID)
	if _, said := notFound(err); err != nil && !said {
		return r.fail(ActionDelete, EntryExportDelete, StepExport, "delete", nil, err)
	}
	r.e.config.Links.Unlink(r.typ, r.id)
	done := "deleted"
	if err != nil {
		done = "gone already"
	}
	r.exported(EntryExportDelete, done, nil)
	return r.done(ActionDelete)
}

// allowed ends the run when the object mapping does not allow the action.
func (r *run) allowed(action mapping.Actions, name string) *ending {
	if r.k.Mapping.Actions&action != 0 {
		return nil
	}
	return r.skip(SkipSynchronization, fmt.Sprintf("the mapping of %ss does not allow the action %s", strings.ToLower(r.typ), name),
		"Add "+strings.ToLower(name)+" to the actions of the mapping if it should happen.")
}

// transformed looks at how the mappings went. An attribute that cannot be computed
// is left out and noted; the others still flow.
func (r *run) transformed() *ending {
	if r.result.IgnoreObject {
		return r.skip(SkipSynchronization, "an expression results in IgnoreObjectFlow", "")
	}
	if len(r.result.Errors) > 0 {
		r.record(EntrySynchronizationTransform, StepProcessing, Warning,
			"Attributes that cannot be computed are left out: "+r.veil.over(errors.Join(r.result.Errors...).Error()))
	}
	return nil
}

// unwritable ends the run when no request can say what is to be written.
func (r *run) unwritable(action Action, step string, err error) *ending {
	end := r.refuse(action, step, StepExport, CodeSchemaAttribute, err.Error(), "Correct the target attribute of the mapping.")
	end.err = err
	return end
}

// modified notes the changes that are about to be written.
func (r *run) modified(changes []change) {
	for _, c := range changes {
		r.out.Modified = append(r.out.Modified, c.property())
	}
}

// exported records that the server took a change.
func (r *run) exported(step, done string, lost []string) {
	details := []Detail{{"ReportableIdentifier", r.name}}
	status := Success
	if len(lost) > 0 {
		status = Warning
		r.lost = append(r.lost, lost...)
		details = append(details, Detail{"NotStored", strings.Join(lost, ", ")})
	}
	r.record(step, StepExport, status, fmt.Sprintf("%s '%s' was %s in %s", r.typ, r.name, done, r.e.config.TargetSystem), details...)
}

// done ends the run well, or with a warning when something was left out or lost.
func (r *run) done(action Action) *ending {
	end := &ending{action: action, status: Success}
	if err := errors.Join(r.result.Errors...); err != nil {
		end.status, end.message = Warning, err.Error()
		end.advice = "Mend the expression, or give the source object the values that it needs."
		end.err = err
	}
	if len(r.lost) > 0 && end.message == "" {
		end.message = "the server's answer does not have what was sent: " + strings.Join(r.lost, ", ")
		end.advice = "Ask the vendor whether the server stores these attributes unchanged (RFC 7644 §3.3): what differs is sent again in every cycle."
		if slices.Contains(r.lost, attrMembers) {
			end.advice = "Ask the vendor whether a PATCH changes the members that it names and no others. Entra never reads members back: a restart with the reset scope Full gives them again."
		}
	}
	return end
}
