package engine

import (
	"errors"
	"slices"
	"time"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// Preview decides what Provision would do about users of whom everything is known
// beforehand, without a server: the same rules, and no requests. It is safe for
// concurrent use.
type Preview struct {
	e *Engine
	k *kind
}

// NewPreview prepares the rules of a job for users. Client and Links of the
// configuration are not used: a user who refers to another one is taken to refer
// to an object that is provisioned, under the id that Placeholder gives.
func NewPreview(c Config) (*Preview, error) {
	if c.Env.Now == nil {
		c.Env.Now = time.Now
	}
	c.Links = placeholders{}
	if c.TargetSystem == "" {
		c.TargetSystem = "the SCIM server"
	}
	k, err := newKind(c.Users, "Users")
	if err != nil {
		return nil, err
	}
	if k == nil {
		return nil, errors.New("engine: the job provisions no users, or their mapping is switched off")
	}
	return &Preview{e: &Engine{config: c, users: k}, k: k}, nil
}

// Placeholder stands for an id that only the server gives: that of the object
// which a source object is provisioned to.
func Placeholder(sourceID string) string { return "{id of " + sourceID + "}" }

// placeholders are Links in which every object is provisioned.
type placeholders struct{}

func (placeholders) Target(_, sourceID string) (string, bool) { return Placeholder(sourceID), true }
func (placeholders) Link(string, string, string)              {}
func (placeholders) Unlink(string, string)                    {}

// Reads returns the source attributes that are looked at, sorted: by the mappings,
// by the scoping filter and by the service itself. IsSoftDeleted and
// appRoleAssignments are among them although no directory holds them.
func (p *Preview) Reads() []string {
	reads := append([]string{attrObjectID, attrAccountEnabled, attrIsSoftDeleted, attrRoles, "userPrincipalName", "displayName"}, p.k.reads...)
	if s := p.k.Mapping.Scope; s != nil {
		for _, groups := range slices.Concat(s.Groups, s.InputFilterGroups, s.CategoryFilterGroups) {
			for _, c := range groups.Clauses {
				reads = append(reads, c.SourceOperandName)
			}
		}
	}
	slices.Sort(reads)
	return slices.Compact(reads)
}

// ReadsRoles reports whether a mapping reads the app roles.
func (p *Preview) ReadsRoles() bool { return slices.Contains(p.k.reads, attrRoles) }

// Scope is what is decided about an object before the target is looked at.
type Scope struct{ verdict verdict }

// Judge decides the scope of s.
func (p *Preview) Judge(s Subject) Scope { return Scope{p.e.judge(p.k, s)} }

// SoftDeleted is the attribute IsSoftDeleted. Source: expressions §7.
func (s Scope) SoftDeleted() bool { return s.verdict.softDeleted() }

// InScope reports whether the object is one to provision, active or not.
func (s Scope) InScope() bool { return s.verdict.inScope() }

// Creates reports whether the object is created where the target has none: it
// is in scope, active, has something to match by, and nothing keeps it out. The
// result is what the object maps to with its IsSoftDeleted.
func (p *Preview) Creates(o mapping.Object, scope Scope, result *mapping.Result) bool {
	if o.ID == "" || !scope.verdict.inScope() || !scope.verdict.active() ||
		p.k.Mapping.Actions&mapping.Create == 0 || result.IgnoreObject {
		return false
	}
	for i := range result.Values {
		if v := &result.Values[i]; v.Match > 0 && len(v.Values) > 0 && v.Values[0] != "" {
			return true
		}
	}
	return false
}

// Refusal says how Provision would end where Creates is false: a skip or a failure
// with its code, reason and advice.
func (p *Preview) Refusal(s Subject, scope Scope, result mapping.Result) Outcome {
	r := p.run(s, scope, result)
	switch {
	case r.id == "":
		return r.outcome(&ending{ActionOther, Failure, CodeInternalError, "the source object has no objectId", "", nil})
	case !r.verdict.inScope():
		return r.outcome(r.skip(SkipNotEntitled, r.verdict.reasons(r.typ), r.verdict.advice()))
	case len(r.matching()) == 0 && !result.IgnoreObject:
		return r.outcome(r.unmatchable())
	case !r.verdict.active():
		return r.outcome(r.skip(SkipNotEntitled, r.verdict.reasons(r.typ), r.verdict.advice()))
	}
	if end := r.allowed(mapping.Create, "Create"); end != nil {
		return r.outcome(end)
	}
	if end := r.transformed(); end != nil {
		return r.outcome(end)
	}
	return r.outcome(&ending{action: ActionCreate, status: Success})
}

// References returns the values that a request of its own sends after a creation,
// with placeholders for ids.
func (p *Preview) References(result mapping.Result) []scim.Change {
	r := &run{e: p.e, k: p.k, typ: mapping.User, result: result}
	_, references := r.references()
	return wire(created(references))
}

// Update says what Provision would do about a user whose target object is known:
// the changes of a PATCH for an update or a disabling, none for a skip.
func (p *Preview) Update(have *scim.Object, s Subject, scope Scope, result mapping.Result) ([]scim.Change, Outcome) {
	r := p.run(s, scope, result)
	if r.leaving() && p.e.config.SkipOutOfScopeDeletions {
		return nil, r.outcome(r.skip(SkipSynchronization, "SkipOutOfScopeDeletions leaves the target as it is: "+r.verdict.reasons(r.typ), ""))
	}
	if end := r.transformed(); end != nil {
		return nil, r.outcome(end)
	}
	plain, references := r.references()
	changes := p.k.changes(have, append(plain, references...))
	action := ActionUpdate
	if r.verdict.softDeleted() && p.k.disables(changes) {
		action = ActionDisable
	}
	if len(changes) == 0 {
		return nil, r.outcome(r.redundant())
	}
	if end := r.allowed(needs(action), "Update"); end != nil {
		return nil, r.outcome(end)
	}
	return wire(changes), r.outcome(r.done(action))
}

// Delete says what Provision would do about a user who is gone from the directory
// for good and has a target object.
func (p *Preview) Delete(s Subject) Outcome {
	r := p.run(s, Scope{}, mapping.Result{})
	if end := r.allowed(mapping.Delete, "Delete"); end != nil {
		return r.outcome(end)
	}
	return r.outcome(&ending{action: ActionDelete, status: Success})
}

// run is the run of a user up to the point where the target would be asked.
func (p *Preview) run(s Subject, scope Scope, result mapping.Result) *run {
	r := &run{e: p.e, k: p.k, subject: s, typ: s.Object.Type, id: s.Object.ID, object: s.Object, verdict: scope.verdict, result: result}
	r.name = r.id
	r.veil.hide(result.Values)
	for attr := range p.k.redacted {
		r.veil.add(s.Object.Text(attr))
	}
	return r
}

// outcome is the end of a run whose steps nobody reads.
func (r *run) outcome(end *ending) Outcome {
	return Outcome{
		Action: end.action, Status: end.status, Code: end.code,
		Message: r.veil.over(end.message), Advice: end.advice, Err: r.veil.overError(end.err),
	}
}

// Covered returns the texts of the errors of a result, with what Redact hides
// covered, in the order of the mappings.
func (p *Preview) Covered(s Subject, result mapping.Result) []error {
	r := p.run(s, Scope{}, result)
	out := make([]error, len(result.Errors))
	for i, err := range result.Errors {
		out[i] = r.veil.overError(err)
	}
	return out
}
