package engine

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// membersPerRequest is how many members one PATCH adds or removes at most. How
// many Entra sends is not documented [?].
const membersPerRequest = 100

// references splits the mapped values into plain ones and references, whose
// values become target ids. A reference to an object that is not linked is left
// out; so are members, which have requests of their own.
func (r *run) references() (plain, references []mapping.Value) {
	if !slices.ContainsFunc(r.result.Values, func(v mapping.Value) bool { return v.Reference }) {
		return slices.Clip(r.result.Values), nil
	}
	var details []Detail
	plain = make([]mapping.Value, 0, len(r.result.Values))
	for _, v := range r.result.Values {
		switch {
		case !v.Reference:
			plain = append(plain, v)
		case v.Path.Attribute == attrMembers:
		case r.how.part == plainPart:
			r.pending = true
		default:
			var ids []string
			for _, source := range v.Values {
				id, ok := r.resolve(source)
				if !ok {
					r.unresolved = append(r.unresolved, source)
					details = append(details, Detail{v.Target, source + " is not provisioned and left out"})
					continue
				}
				details = append(details, Detail{v.Target, id})
				ids = append(ids, id)
			}
			if len(ids) > 0 {
				v.Values = ids
				references = append(references, v)
			}
		}
	}
	r.resolved(details)
	return plain, references
}

// resolve finds the target id of a user or group.
func (r *run) resolve(sourceID string) (string, bool) {
	for _, typ := range []string{mapping.User, mapping.Group} {
		if id, ok := r.e.config.Links.Target(typ, sourceID); ok {
			return id, true
		}
	}
	return "", false
}

// resolved records how references turned out.
func (r *run) resolved(details []Detail) {
	if len(details) == 0 {
		return
	}
	status := Success
	for _, d := range details {
		if strings.HasSuffix(d.Value, "left out") {
			status = Warning
		}
	}
	r.record(EntryReferenceResolution, StepReference, status,
		fmt.Sprintf("Resolve the references of %s '%s' to objects in %s", r.typ, r.name, r.e.config.TargetSystem), details...)
}

// member is a member with its id at the server.
type member struct {
	Member
	target string
}

// memberChanges are the memberships to write.
type memberChanges struct{ add, remove []member }

func (c memberChanges) empty() bool { return len(c.add) == 0 && len(c.remove) == 0 }

// memberChanges finds out which members to add and to remove. Members are never
// read back: what was sent before is known from the Links, if they remember it.
// Source: entra_wire W-05, W-69.
func (r *run) memberChanges() memberChanges {
	var changes memberChanges
	if !r.k.members {
		return changes
	}
	if r.how.part == plainPart {
		r.pending = true
		return changes
	}
	memory, remembers := r.e.config.Links.(Memberships)
	var details []Detail
	for _, m := range r.subject.Members {
		id, ok := r.e.config.Links.Target(m.Type, m.ID)
		if !ok {
			r.unresolved = append(r.unresolved, m.ID)
			details = append(details, Detail{attrMembers, m.ID + " is not provisioned and left out"})
			continue
		}
		if remembers && memory.HasMember(r.id, m) {
			continue
		}
		details = append(details, Detail{attrMembers, id})
		changes.add = append(changes.add, member{m, id})
	}
	for _, m := range r.subject.Removed {
		// A member without a link is gone from the server, and from the group with it.
		if id, ok := r.e.config.Links.Target(m.Type, m.ID); ok {
			changes.remove = append(changes.remove, member{m, id})
		}
	}
	r.resolved(details)
	return changes
}

// exportMembers writes memberships. Source: entra_wire W-32, W-33.
func (r *run) exportMembers(ctx context.Context, action Action, changes memberChanges) *ending {
	if changes.empty() {
		return nil
	}
	if end := r.announce(ctx, action); end != nil {
		return end
	}
	if end := r.sendMembers(ctx, action, changes.add, true); end != nil {
		return end
	}
	return r.sendMembers(ctx, action, changes.remove, false)
}

func (r *run) sendMembers(ctx context.Context, action Action, members []member, add bool) *ending {
	memory, remembers := r.e.config.Links.(Memberships)
	for len(members) > 0 {
		part := members[:min(len(members), membersPerRequest)]
		members = members[len(part):]
		ids := make([]string, len(part))
		for i, m := range part {
			ids[i] = m.target
		}
		p := Property{Name: attrMembers}
		done := "given members"
		if add {
			p.New = new(strings.Join(ids, ", "))
		} else {
			p.Old = new(strings.Join(ids, ", "))
			done = "relieved of members"
		}
		r.out.Modified = append(r.out.Modified, p)
		body := scim.RemoveMembers(r.e.config.Dialect, ids)
		if add {
			body = scim.AddNamedMembers(r.e.config.Dialect, r.named(part))
		}
		after, end := r.send(ctx, action, "change the members of", scim.Write{Method: http.MethodPatch, Body: body})
		if end != nil {
			return end
		}
		for _, m := range part {
			if remembers {
				memory.SetMember(r.id, m.Member, add)
			}
		}
		r.exported(EntryExportUpdate, done, r.lostMembers(after))
	}
	return nil
}

// lostMembers names the members when an answer to a PATCH does not have some that the
// group was given: there are servers that remove all where one is to go. An answer
// that does not list members says nothing. Nothing is done about it, since Entra never
// reads members back. Source: independent_clients; entra_wire W-05.
func (r *run) lostMembers(after *scim.Object) []string {
	memory, remembers := r.e.config.Links.(Memberships)
	listed, _ := after.Get(attrMembers)
	list, ok := listed.([]any)
	if !remembers || !ok {
		return nil
	}
	has := make(map[string]bool, len(list))
	for _, m := range list {
		has[textOf(m)] = true
	}
	for _, m := range r.subject.Members {
		if id, linked := r.e.config.Links.Target(m.Type, m.ID); linked && memory.HasMember(r.id, m) && !has[id] {
			return []string{attrMembers}
		}
	}
	return nil
}
