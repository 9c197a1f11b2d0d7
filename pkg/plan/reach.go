package plan

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// Reach is what must be known to count whom a plan would touch: who is in scope
// before and after, and what becomes of the accounts that a job has made already.
// It says nothing of numbers, which only the tenant knows.
type Reach struct {
	ServicePrincipalID string `json:"servicePrincipalId"`

	AllBefore bool `json:"allBefore"` // scope: all users and groups
	AllAfter  bool `json:"allAfter"`

	Assigned []Member `json:"assigned,omitempty"` // who is assigned now; see Known
	Known    bool     `json:"known"`              // Assigned was read from the tenant
	Added    []Member `json:"added,omitempty"`
	Removed  []Member `json:"removed,omitempty"`

	Users  Reached `json:"users"`
	Groups Reached `json:"groups"`

	Stay       bool `json:"stay,omitempty"`       // who leaves scope stays in the application as it is
	Undone     bool `json:"undone,omitempty"`     // out-of-scope deletions were skipped and will be carried out
	StayActive bool `json:"stayActive,omitempty"` // the mapping that switches people off is taken away
}

// Member is a user or group that is assigned.
type Member struct {
	Type entra.PrincipalType `json:"type"`
	ID   string              `json:"id"`
}

// Reached are the objects of one type.
type Reached struct {
	On        bool          `json:"on"` // provisioned before and after
	Before    *entra.Filter `json:"before,omitempty"`
	After     *entra.Filter `json:"after,omitempty"`
	Refilter  bool          `json:"refilter,omitempty"` // Before and After differ
	Rematched bool          `json:"rematched,omitempty"`
	Linked    int           `json:"linked"` // accounts that the job says it has linked; 0 when it does not say
}

// reach works out whom the plan can touch, nil for nobody: a job that never ran has
// no accounts to lose.
func (b *builder) reach() *Reach {
	if !b.app.hasRun() || b.app.Job == nil {
		return nil
	}
	r := &Reach{ServicePrincipalID: b.app.ServicePrincipal.ID, Known: b.q.Assignments}
	stored, _ := b.app.secret(entra.KeySyncAll)
	r.AllBefore, r.AllAfter = strings.EqualFold(stored, "true"), b.syncAll()
	skipped, _ := b.app.secret(entra.KeySkipOutOfScopeDeletions)
	skips := strings.EqualFold(skipped, "true")
	r.Stay = b.staysOutOfScope()
	r.Undone = skips && !r.Stay
	for _, a := range b.app.Assignments {
		if a.PrincipalType != entra.ServicePrincipalPrincipal {
			r.Assigned = append(r.Assigned, Member{a.PrincipalType, a.PrincipalID})
		}
	}
	b.reachOfSteps(r)
	narrower := !r.AllAfter && (r.AllBefore || len(r.Removed) > 0) || r.Users.Refilter || r.Groups.Refilter
	if !narrower && !r.Undone && !r.StayActive && !r.Users.Rematched && !r.Groups.Rematched {
		return nil
	}
	return r
}

// reachOfSteps adds what the planned steps change.
func (b *builder) reachOfSteps(r *Reach) {
	var edits []mapping.Edit
	for _, s := range b.p.Steps {
		switch {
		case s.Kind == Assign:
			r.Added = append(r.Added, Member{s.Assignment.Principal.Type, s.Assignment.Principal.ID})
		case s.Kind == Unassign:
			r.Removed = append(r.Removed, b.withoutSeat(s.Assignment)...)
		case s.Schema != nil:
			edits = s.Schema.Edits
		}
	}
	r.Users, r.Groups = b.reached(mapping.User, edits), b.reached(mapping.Group, edits)
	r.StayActive = r.Users.On && slices.ContainsFunc(edits, stopsDisabling)
}

// withoutSeat returns the principal of an assignment that is taken away, unless it
// keeps another one.
func (b *builder) withoutSeat(gone *AssignmentStep) []Member {
	for _, a := range b.app.Assignments {
		taken := slices.ContainsFunc(b.p.Steps, func(s Step) bool { return s.Kind == Unassign && s.Assignment.AssignmentID == a.ID })
		if a.PrincipalID == gone.Principal.ID && !taken {
			return nil
		}
	}
	for _, s := range b.p.Steps {
		if s.Kind == Assign && s.Assignment.Principal.ID == gone.Principal.ID {
			return nil
		}
	}
	return []Member{{gone.Principal.Type, gone.Principal.ID}}
}

// reached says what happens to the objects of one type.
func (b *builder) reached(object string, edits []mapping.Edit) Reached {
	r := Reached{Linked: linked(b.app.Job, object)}
	if b.app.Schema == nil {
		return r
	}
	_, m, ok := b.app.Schema.ObjectMapping(entra.MappingRef{Source: object})
	if !ok {
		return r
	}
	r.On, r.Before, r.After = m.Enabled, m.Scope, m.Scope
	for _, e := range edits {
		switch {
		case e.Ref.Source != object:
		case e.Kind == mapping.SetScope:
			r.After, r.Refilter = e.ScopeAfter, true
		case e.Kind == mapping.SetEnabled:
			r.On = r.On && (e.EnabledAfter == nil || *e.EnabledAfter)
		default:
			r.Rematched = r.Rematched || rematches(e)
		}
	}
	r.Refilter, r.Rematched = r.Refilter && r.On, r.Rematched && r.On
	return r
}

// rematches reports whether an edit changes what objects are matched by.
func rematches(e mapping.Edit) bool {
	switch e.Kind {
	case mapping.AddMapping, mapping.ChangeMapping, mapping.RemoveMapping:
		was, is := priority(e.MappingBefore), priority(e.MappingAfter)
		return was != is || is > 0 && e.Kind == mapping.ChangeMapping
	}
	return false
}

// isSoftDeleted is the source attribute that says that somebody is to be switched
// off. Source: graph_gotchas 31.
const isSoftDeleted = "IsSoftDeleted"

// stopsDisabling reports whether an edit takes away the mapping that switches people
// off, or makes it one that no longer looks whether they are to be.
func stopsDisabling(e mapping.Edit) bool {
	if e.Ref.Source != mapping.User || e.Name != activeTarget || e.MappingBefore == nil {
		return false
	}
	return readsSoftDeleted(e.MappingBefore) && !readsSoftDeleted(e.MappingAfter)
}

func readsSoftDeleted(m *entra.AttributeMapping) bool {
	return m != nil && m.Source != nil && strings.Contains(m.Source.Name+" "+m.Source.Expression, isSoftDeleted)
}

// linked is how many objects of a type the job says it has linked, 0 before it has
// ended a first cycle: until then it has linked some and goes on.
// Source: graph_contract §5.
func linked(j *entra.Job, object string) int {
	if !j.Status.LastSuccessfulExecution.Happened() {
		return 0
	}
	n := int64(0)
	for _, c := range j.Status.SynchronizedEntryCountByType {
		if first, _, _ := strings.Cut(c.Key, " "); strings.EqualFold(first, object) {
			n += c.Value
		}
	}
	return int(n)
}
