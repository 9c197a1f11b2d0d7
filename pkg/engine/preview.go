package engine

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// Preview decides what Provision would do about users, or groups, of whom everything
// is known beforehand, without a server: the same rules, and no requests. It is safe
// for concurrent use.
type Preview struct {
	e   *Engine
	k   *kind
	typ string
}

// NewPreview prepares the rules of a job for users or, where it maps none, for groups.
// Client and Links of the configuration are not used: an object that refers to another
// one is taken to refer to an object that is provisioned, under the id that Placeholder
// gives.
func NewPreview(c Config) (*Preview, error) {
	if c.Env.Now == nil {
		c.Env.Now = time.Now
	}
	c.Links = placeholders{}
	if c.TargetSystem == "" {
		c.TargetSystem = "the SCIM server"
	}
	users, err := newKind(c.Users, "Users")
	if err != nil {
		return nil, err
	}
	e := &Engine{config: c, users: users}
	e.machines.New = func() any { return mapping.NewMachine(c.Env) }
	if users != nil {
		return &Preview{e: e, k: users, typ: mapping.User}, nil
	}
	groups, err := newKind(c.Groups, "Groups")
	if err != nil {
		return nil, err
	}
	if groups == nil {
		return nil, errors.New("engine: the job provisions no such objects, or their mapping is switched off")
	}
	e.groups = groups
	return &Preview{e: e, k: groups, typ: mapping.Group}, nil
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
	if p.k.members {
		reads = append(reads, attrMembers)
	}
	slices.Sort(reads)
	return slices.Compact(reads)
}

// Matching returns the targets that objects are matched by, in order of precedence.
func (p *Preview) Matching() []string {
	var targets []string
	if p.e.config.Dialect.IsOkta() {
		for _, t := range p.k.paths {
			if strings.EqualFold(t.path.String(), nameTarget(p.typ)) {
				targets = append(targets, t.name)
			}
		}
		return targets
	}
	for _, a := range p.k.Program.Matching() {
		targets = append(targets, a.Target.Value)
	}
	return targets
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
		if v := &result.Values[i]; len(v.Values) > 0 && v.Values[0] != "" && p.e.matches(p.typ, v) {
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
	r := &run{e: p.e, k: p.k, typ: p.typ, result: result}
	_, references := r.references()
	return wire(created(references))
}

// Members returns the changes of a group's members that are written, with the bodies
// of their requests: source ids that come and that go. Without a change, or where
// members are not mapped, there are none. The result holds the name of the group;
// changed says that the group itself is changed by a request before.
func (p *Preview) Members(add, remove []string, result mapping.Result, changed bool) ([]scim.Write, error) {
	if !p.k.members || len(add)+len(remove) == 0 {
		return nil, nil
	}
	r := &run{e: p.e, k: p.k, typ: p.typ, result: result}
	var writes []scim.Write
	if p.e.config.Dialect.IsOkta() && !changed {
		group := scim.NewObject(scim.Member{Name: "id", Value: OwnID}, scim.Member{Name: "displayName", Value: r.mapped(nameTarget(p.typ))})
		var err error
		if writes, err = scim.WriteGroup(p.e.config.Dialect, group, nil); err != nil {
			return nil, err
		}
	}
	for _, part := range []struct {
		sources []string
		body    func(scim.Dialect, []string) *scim.Object
	}{{add, scim.AddMembers}, {remove, scim.RemoveMembers}} {
		for sources := range slices.Chunk(part.sources, membersPerRequest) {
			ids := make([]string, len(sources))
			for i, id := range sources {
				ids[i] = Placeholder(id)
			}
			writes = append(writes, scim.Write{Method: http.MethodPatch, Body: part.body(p.e.config.Dialect, ids)})
		}
	}
	return writes, nil
}

// OwnID stands for the id that the server gives an object.
const OwnID = "{id}"

// Update says what Provision would do about an object whose target object is known:
// the changes of a PATCH for an update or a disabling, none for a skip. A group that
// Removes names is deleted in place of that; see Delete.
// members says that members change, which are written beside the changes.
func (p *Preview) Update(have *scim.Object, s Subject, scope Scope, result mapping.Result, members bool) ([]scim.Change, Outcome) {
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
	if len(changes) == 0 && !members {
		return nil, r.outcome(r.redundant())
	}
	if end := r.allowed(needs(action), "Update"); end != nil {
		return nil, r.outcome(end)
	}
	return wire(changes), r.outcome(r.done(action))
}

// Removes reports whether the target object of an object with this scope is deleted:
// that of a group which left the scope, since a group cannot be switched off.
func (p *Preview) Removes(scope Scope) bool {
	v := scope.verdict
	leaving := !v.entitled || !v.filtered
	return p.typ == mapping.Group && !v.inScope() && !(leaving && p.e.config.SkipOutOfScopeDeletions)
}

// Delete says what Provision would do about a target object that is deleted: that of a
// user or group which is gone from the directory for good, or of a group that left the
// scope.
func (p *Preview) Delete(s Subject) Outcome {
	r := p.run(s, Scope{}, mapping.Result{})
	if p.typ == mapping.User && p.e.config.Dialect.NeverDeletesUsers() {
		if end := r.allowed(needs(ActionDisable), "Update"); end != nil {
			return r.outcome(end)
		}
		return r.outcome(&ending{action: ActionDisable, status: Success})
	}
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
