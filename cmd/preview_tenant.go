package cmd

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/preview"
	"github.com/scimctl/scimctl/pkg/profile"
)

// directoryReader is what a preview reads of a tenant's users and groups.
type directoryReader interface {
	CountUsers(ctx context.Context) (int, error)
	Users(ctx context.Context, properties []string) iter.Seq2[map[string]any, error]
	User(ctx context.Context, idOrName string, properties []string) (map[string]any, error)
	Group(ctx context.Context, id string, properties []string) (map[string]any, error)
	GroupMembers(ctx context.Context, groupID string) ([]entra.Principal, error)
}

// openTenant signs in and finds out who is assigned.
func (o *PreviewOptions) openTenant(ctx context.Context, chosen planned) (*previewInput, error) {
	s, err := o.deps.open(ctx, o.connect, []planned{chosen})
	if err != nil {
		return nil, err
	}
	in := &previewInput{close: s.closeInto}
	if err := o.prepareTenant(ctx, s, chosen, in); err != nil {
		s.closeInto(&err)
		return nil, err
	}
	return in, nil
}

func (o *PreviewOptions) prepareTenant(ctx context.Context, s *session, chosen planned, in *previewInput) error {
	reader, ok := s.target.(directoryReader)
	if !ok {
		return errors.New("the tenant's users cannot be read")
	}
	r, observed, err := s.observe(ctx, chosen, o.source)
	if err != nil {
		return err
	}
	in.resolved = r
	everybody := r.Settings.SyncAll != nil && *r.Settings.SyncAll
	var assigned map[string]bool
	if !everybody {
		if assigned, err = s.assigned(ctx, r, observed); err != nil {
			return err
		}
	}
	var groups []entra.Principal
	if len(o.GroupNames) > 0 {
		if groups, err = s.groups(ctx, o.GroupNames); err != nil {
			return err
		}
	} else if len(o.Names) == 0 && o.deps.IO.ErrTerminal {
		// For the estimate alone: without the number there is none.
		in.users, _ = reader.CountUsers(ctx)
	}
	in.source = func(p *preview.Preview) (preview.Source, error) {
		d := directory{reader: reader, reads: p.Reads(), assigned: assigned, everybody: everybody}
		switch {
		case len(groups) > 0:
			return preview.Directory(d.groups(ctx, groups)), nil
		case len(o.Names) > 0:
			return preview.Directory(d.named(ctx, o.Names)), nil
		}
		return preview.Directory(d.all(ctx)), nil
	}
	return nil
}

// groups finds groups by display name or object id.
func (s *session) groups(ctx context.Context, names []string) ([]entra.Principal, error) {
	refs := make([]entra.PrincipalRef, len(names))
	for i, name := range names {
		refs[i] = entra.PrincipalRef{Type: entra.GroupPrincipal, Name: name}
	}
	found, err := s.target.Principals(ctx, refs)
	if err != nil {
		return nil, err
	}
	groups := make([]entra.Principal, len(refs))
	for i, ref := range refs {
		if groups[i], err = only("group", ref.Name, found[ref]); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// assigned returns the ids of the users and groups that are assigned, users directly
// or as direct members of an assigned group: by the application if there is one, and
// as the profile wants it.
func (s *session) assigned(ctx context.Context, r *profile.Resolved, observed *plan.Observed) (map[string]bool, error) {
	ids, groups := map[string]bool{}, map[string]bool{}
	if observed.App != nil {
		for _, a := range observed.App.Assignments {
			switch a.PrincipalType {
			case entra.UserPrincipal:
				ids[a.PrincipalID] = true
			case entra.GroupPrincipal:
				groups[a.PrincipalID] = true
			}
		}
	} else {
		render.Err(s.deps.IO).Note("the tenant has no application of this profile yet; those whom the profile assigns count as assigned")
	}
	if r.Assign != nil {
		for _, a := range r.Assign.To {
			ref, to := entra.PrincipalRef{Type: entra.GroupPrincipal, Name: a.Group}, groups
			if a.User != "" {
				ref, to = entra.PrincipalRef{Type: entra.UserPrincipal, Name: a.User}, ids
			}
			found, err := s.target.Principals(ctx, []entra.PrincipalRef{ref})
			if err != nil {
				return nil, err
			}
			principal, err := only(strings.ToLower(string(ref.Type)), ref.Name, found[ref])
			if err != nil {
				return nil, fmt.Errorf("assign: %w", err)
			}
			to[principal.ID] = true
		}
	}
	for id := range groups {
		ids[id] = true
		members, err := s.target.GroupMembers(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, m := range members {
			if m.Type == entra.UserPrincipal {
				ids[m.ID] = true
			}
		}
	}
	return ids, nil
}

// directory reads users and groups of a tenant under the names that mappings use.
type directory struct {
	reader    directoryReader
	reads     []string
	assigned  map[string]bool
	everybody bool
}

// computed are source attributes that the provisioning service works out; Graph
// does not hold them, or not with the object. Source: graph_contract §8.
var computed = map[string]string{"IsSoftDeleted": "", "appRoleAssignments": "", "members": "", "originalUserPrincipalName": "userPrincipalName"}

// userOnly are attributes that decide about users and that groups do not have.
var userOnly = []string{"accountEnabled", "userPrincipalName"}

// properties are those of Graph that the attributes stand for.
func (d *directory) properties() []string {
	var out []string
	for _, name := range d.reads {
		property, known := computed[name]
		if !known {
			property = entra.GraphProperty(name)
		}
		if property != "" {
			out = append(out, property)
		}
	}
	return out
}

func (d *directory) all(ctx context.Context) iter.Seq2[preview.User, error] {
	return func(yield func(preview.User, error) bool) {
		for user, err := range d.reader.Users(ctx, d.properties()) {
			if !yield(d.user(user), err) || err != nil {
				return
			}
		}
	}
}

func (d *directory) named(ctx context.Context, names []string) iter.Seq2[preview.User, error] {
	return func(yield func(preview.User, error) bool) {
		for _, name := range names {
			user, err := d.reader.User(ctx, name, d.properties())
			if e, ok := errors.AsType[*graph.Error](err); ok && e.Kind == graph.NotFound {
				err = fmt.Errorf("the tenant has no user %q: give a user principal name or an object id", name)
			}
			if !yield(d.user(user), err) || err != nil {
				return
			}
		}
	}
}

// groups reads groups with their direct members.
func (d *directory) groups(ctx context.Context, groups []entra.Principal) iter.Seq2[preview.User, error] {
	d.reads = slices.DeleteFunc(slices.Clone(d.reads), func(name string) bool { return slices.Contains(userOnly, name) })
	return func(yield func(preview.User, error) bool) {
		for _, g := range groups {
			group, err := d.group(ctx, g.ID)
			if !yield(group, err) || err != nil {
				return
			}
		}
	}
}

func (d *directory) group(ctx context.Context, id string) (preview.User, error) {
	properties, err := d.reader.Group(ctx, id, d.properties())
	if err != nil {
		return preview.User{}, err
	}
	group := d.user(properties)
	if !slices.Contains(d.reads, "members") {
		return group, nil
	}
	members, err := d.reader.GroupMembers(ctx, id)
	if err != nil {
		return preview.User{}, err
	}
	ids := make([]string, len(members))
	for i, m := range members {
		ids[i] = m.ID
	}
	group.Attributes["members"] = ids
	return group, nil
}

// user turns Graph's properties into source attributes.
func (d *directory) user(properties map[string]any) preview.User {
	u := preview.User{Attributes: map[string]any{}}
	for _, name := range d.reads {
		attribute := name
		if property, known := computed[name]; known {
			attribute = property
		}
		if value := entra.SourceValue(properties, attribute); value != nil && attribute != "" {
			u.Attributes[name] = value
		}
	}
	id, _ := properties["id"].(string)
	u.Unassigned = !d.everybody && !d.assigned[id]
	return u
}
