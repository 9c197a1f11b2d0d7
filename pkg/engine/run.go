package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// run is the provisioning of one object.
type run struct {
	e       *Engine
	k       *kind
	how     manner
	subject Subject
	typ, id string
	name    string // for people: userPrincipalName, displayName or the id
	verdict verdict
	object  mapping.Object // with IsSoftDeleted and the roles
	result  mapping.Result
	veil    veil
	lost    []string // targets that the server took without storing them
	out     Outcome

	have       *scim.Object     // the target object as it was read; nil when it was not, or has changed since
	announced  bool             // Okta's PATCH that precedes changes of members was sent
	created    bool             // the target object was made in this run
	pending    bool             // references wait for their part
	kept       map[string][]any // what the target has of them, by target attribute
	unresolved []string         // source ids of references that are not linked
}

// ending is how a run ends. The methods of run that may end it return one, nil to
// go on.
type ending struct {
	action                Action
	status                Status
	code, message, advice string
	err                   error
}

// Provision brings one object to where it belongs, once. Failures are in the
// Outcome, never a panic or an error of their own. A request that fails is not
// repeated: Entra comes back in a later cycle, and whether it waits for a
// Retry-After is reported both ways. Source: entra_wire W-80, W-85 [?].
func (e *Engine) Provision(ctx context.Context, s Subject) Outcome {
	return e.run(ctx, s, manner{}).out
}

// usualSteps is how many steps most objects have.
const usualSteps = 8

// run provisions one object in the given manner.
func (e *Engine) run(ctx context.Context, s Subject, how manner) *run {
	r := &run{e: e, how: how, subject: s, typ: s.Object.Type, id: s.Object.ID}
	r.name = r.id
	r.out.Started = e.config.Env.Now()
	r.out.Steps = make([]Step, 0, usualSteps)
	end := r.provision(ctx)
	r.rememberName()
	r.out.Action, r.out.Status, r.out.Code = end.action, end.status, end.code
	r.out.Message, r.out.Advice = r.veil.over(end.message), end.advice
	r.out.Err = r.veil.overError(end.err)
	r.out.Ended = e.config.Env.Now()
	return r
}

func (r *run) provision(ctx context.Context) *ending {
	if r.k = r.e.kind(r.typ); r.k == nil {
		return r.skip(SkipSynchronization, fmt.Sprintf("the job provisions no objects of type %q, or their mapping is switched off", r.typ), "")
	}
	if r.id == "" {
		return &ending{ActionOther, Failure, CodeInternalError, "the source object has no objectId", "", nil}
	}
	r.verdict = r.e.judge(r.k, r.subject)
	if err := r.prepare(); err != nil {
		return &ending{ActionOther, Failure, CodeInternalError, err.Error(), "", err}
	}
	r.imported()
	if r.how.part == referencePart {
		return r.provisionReferences(ctx)
	}
	if r.verdict.deleted == HardDeleted {
		return r.forget(ctx)
	}
	have, end := r.linked(ctx)
	r.scoped()
	if end != nil {
		return end
	}
	if have == nil && !r.verdict.inScope() {
		return r.skip(SkipNotEntitled, r.verdict.reasons(r.typ), r.verdict.advice())
	}
	if have == nil {
		if have, end = r.match(ctx); end != nil {
			return end
		}
	}
	switch {
	case have == nil && !r.verdict.active():
		return r.skip(SkipNotEntitled, r.verdict.reasons(r.typ), r.verdict.advice())
	case have == nil:
		return r.create(ctx)
	case r.leaving() && r.e.config.SkipOutOfScopeDeletions:
		return r.skip(SkipSynchronization, "SkipOutOfScopeDeletions leaves the target as it is: "+r.verdict.reasons(r.typ), "")
	case r.typ == mapping.Group && !r.verdict.inScope():
		return r.remove(ctx)
	}
	return r.update(ctx, have)
}

// leaving reports whether the object is out of scope, other than by deletion.
// Source: entra_wire W-67.
func (r *run) leaving() bool { return !r.verdict.entitled || !r.verdict.filtered }

// prepare computes the service's own attributes and maps the object.
func (r *run) prepare() (err error) {
	if r.object, err = r.subject.Object.With(attrIsSoftDeleted, r.verdict.softDeleted()); err != nil {
		return err
	}
	if len(r.subject.Roles) > 0 {
		if r.object, err = r.object.With(attrRoles, slices.Clone(r.subject.Roles)); err != nil {
			return err
		}
	}
	for _, attr := range []string{"userPrincipalName", "displayName"} {
		if text := r.object.Text(attr); text != "" && !r.k.redacted[attr] {
			r.name = text
			break
		}
	}
	for attr := range r.k.redacted {
		for _, text := range r.object.Attribute(attr).Strings() {
			r.veil.add(text)
		}
	}
	program := r.k.Program
	if r.how.program != nil {
		program = r.how.program
	}
	if r.e.config.Observe != nil {
		r.e.config.Observe(program, r.object)
	}
	machine := r.e.machines.Get().(*mapping.Machine)
	r.result = program.Map(machine, r.object)
	r.e.machines.Put(machine)
	r.veil.hide(r.result.Values)
	return nil
}

// skip ends the run without a change.
func (r *run) skip(code, message, advice string) *ending {
	description := fmt.Sprintf("The %s '%s' will be skipped: %s.", r.typ, r.name, message)
	if code == SkipRedundantExport {
		description = message
	}
	r.record(EntrySynchronizationSkip, StepExport, Skipped, description,
		Detail{"ReportableIdentifier", r.name}, Detail{"SkipReason", code})
	return &ending{ActionOther, Skipped, code, message, advice, nil}
}

// redundant ends the run of an object that is already as it should be.
func (r *run) redundant() *ending {
	message := fmt.Sprintf("The state of the entry in both the source and target systems already match. No change to the %s '%s' currently needs to be made.", r.typ, r.name)
	if r.verdict.softDeleted() && len(r.k.switches) == 0 {
		return r.skip(SkipRedundantExport, message,
			`No attribute mapping reads IsSoftDeleted, so whoever leaves keeps the account. Map active to Switch([IsSoftDeleted], , "False", "True", "True", "False").`)
	}
	return r.skip(SkipRedundantExport, message, "")
}

// imported records what was read from the directory.
func (r *run) imported() {
	details := append(make([]Detail, 0, len(r.k.reads)+4), Detail{attrObjectID, r.id})
	add := func(attr string) {
		if text := r.object.Text(attr); text != "" {
			if r.k.redacted[attr] {
				text = redactedText
			}
			details = append(details, Detail{attr, text})
		}
	}
	own := []string{attrObjectID, attrAccountEnabled, attrIsSoftDeleted, attrRoles}
	add(attrAccountEnabled)
	for _, attr := range r.k.reads {
		if !slices.Contains(own, attr) {
			add(attr)
		}
	}
	add(attrIsSoftDeleted)
	add(attrRoles)
	name, text := EntryImport, fmt.Sprintf("Retrieved %s '%s' from %s", r.typ, r.name, r.e.config.SourceSystem)
	if r.how.change != "" {
		name = EntryImport + string(r.how.change)
		text = fmt.Sprintf("Received %s '%s' change of type (%s) from %s", r.typ, r.name, r.how.change, r.e.config.SourceSystem)
	}
	r.record(name, StepImport, Success, text, details...)
}

// scoped records the scope.
func (r *run) scoped() {
	r.record(EntrySynchronizationScoping, StepScoping, Success,
		fmt.Sprintf("Determine if %s in scope by evaluating against each scoping filter", r.typ), r.verdict.details(r.typ)...)
}

// retrieved records what the target has.
func (r *run) retrieved(have *scim.Object) {
	details := []Detail{}
	add := func(name, text string, hide bool) {
		if hide {
			text = redactedText
		}
		if text != "" {
			details = append(details, Detail{name, text})
		}
	}
	hidden := map[string]bool{}
	for _, v := range r.result.Values {
		hidden[v.Target] = v.Redacted
	}
	add("id", have.ID(), false)
	for _, t := range r.k.paths {
		if current := elements(have.Lookup(t.path)); len(current) > 0 && t.name != "id" {
			add(t.name, textOf(current), hidden[t.name])
		}
	}
	slices.SortStableFunc(details, func(a, b Detail) int { return compareFold(a.Name, b.Name) })
	r.record(EntryImport, StepMatching, Success,
		fmt.Sprintf("Retrieved '%s' from %s", r.name, r.e.config.TargetSystem), details...)
}

// record appends a step.
func (r *run) record(name string, typ StepType, status Status, description string, details ...Detail) {
	r.out.Steps = append(r.out.Steps, Step{
		Name: name, Type: typ, Status: status,
		Description: description, Time: r.e.config.Env.Now(), Details: details,
	})
}
