package engine

import (
	"context"
	"fmt"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// part is how much of an object a run takes care of. A cycle writes references
// after all users and groups, so that what they refer to is there.
// Source: entra_wire W-61.
type part int

const (
	wholePart     part = iota // everything at once, as on demand
	plainPart                 // the object without its references
	referencePart             // the references of an object that is there
)

// changeType is what a directory says has happened to an object.
type changeType string

const (
	addChange    changeType = "Add"
	updateChange changeType = "Update"
	deleteChange changeType = "Delete"
)

// manner is what a cycle asks of a run beside the object; the zero value is a run
// on demand.
type manner struct {
	part    part
	change  changeType       // "" on demand
	program *mapping.Program // in place of the kind's own; nil: that
	hold    func() bool      // asked before a disabling or a deletion; nil: go on
	created bool             // referencePart: the object was made in this cycle
	kept    map[string][]any // referencePart: what the target has of the references
}

// stagedStatus is the status of a staged deletion in the log: nothing was done.
// Which one Entra writes is not documented [?].
const stagedStatus = Skipped

// held reports whether a disabling or a deletion is to be held back.
func (r *run) held() bool { return r.how.hold != nil && r.how.hold() }

// staged ends the run of an object whose disabling or deletion is held back.
// Source: entra_wire W-70.
func (r *run) staged(done string) *ending {
	message := fmt.Sprintf("%s '%s' would be %s, which the guard against accidental deletions holds back: %s", r.typ, r.name, done, r.verdict.reasons(r.typ))
	r.record(EntrySynchronizationDelete, StepExport, stagedStatus, message, Detail{"ReportableIdentifier", r.name})
	return &ending{ActionStagedDelete, stagedStatus, "", message,
		"Restart the job with the reset scope ForceDeletes to let the deletions happen, or bring the objects back into scope and restart it without.", nil}
}

// keep remembers, for the part that follows, what the target has of the
// references.
func (r *run) keep(have *scim.Object) {
	if r.how.part != plainPart {
		return
	}
	for _, v := range r.result.Values {
		if !v.Reference || v.Path.Attribute == attrMembers {
			continue
		}
		if r.kept == nil {
			r.kept = map[string][]any{}
		}
		r.kept[v.Target] = have.Lookup(v.Path)
	}
}

// provisionReferences writes the references of an object whose other attributes
// have been taken care of.
func (r *run) provisionReferences(ctx context.Context) *ending {
	id, ok := r.e.config.Links.Target(r.typ, r.id)
	if !ok {
		return r.skip(SkipSynchronization, "it has vanished from the target meanwhile", "")
	}
	r.out.TargetID = id
	r.result.Errors = nil // reported with the other attributes
	_, references := r.references()
	changes := r.k.differences(func(v mapping.Value) []any { return r.how.kept[v.Target] }, references)
	var members memberChanges
	if !r.verdict.softDeleted() {
		members = r.memberChanges()
	}
	if len(changes) == 0 && members.empty() {
		return r.redundant()
	}
	action, name := mapping.Update, "Update"
	if r.how.created {
		action, name = mapping.Create, "Create"
	}
	if end := r.allowed(action, name); end != nil {
		return end
	}
	if end := r.patch(ctx, ActionUpdate, changes); end != nil {
		return end
	}
	if end := r.exportMembers(ctx, ActionUpdate, members); end != nil {
		return end
	}
	return r.done(ActionUpdate)
}
