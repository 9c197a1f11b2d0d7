package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/importer"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// liveApplication reads an application of a tenant. Nothing is changed.
func (d *Deps) liveApplication(ctx context.Context, o *ImportOptions) (in importer.Input, err error) {
	s, err := d.open(ctx, o.connect, nil)
	if err != nil {
		return importer.Input{}, err
	}
	defer s.closeInto(&err)
	observed, err := s.observeApplication(ctx, o)
	if err != nil {
		return importer.Input{}, err
	}
	app := observed.App
	in = importer.Input{Tenant: observed.Tenant, From: &importer.Application{ObservedApp: app}}
	if in.TemplateName, err = s.templateName(ctx, app.ServicePrincipal.ApplicationTemplateID); err != nil {
		return importer.Input{}, err
	}
	in.From.Names, err = s.nameAssignees(ctx, app.Assignments)
	return in, err
}

// observeApplication finds the application and reads all that a profile can say.
func (s *session) observeApplication(ctx context.Context, o *ImportOptions) (*plan.Observed, error) {
	existing := &profile.Existing{ServicePrincipal: o.ServicePrincipal, Name: o.App}
	if uuid.Validate(o.App) == nil {
		known, err := s.target.ServicePrincipals(ctx, entra.ServicePrincipalQuery{ID: o.App})
		if err != nil {
			return nil, err
		}
		existing = &profile.Existing{AppID: o.App}
		if len(known) > 0 {
			existing = &profile.Existing{ServicePrincipal: o.App}
		}
	}
	q := plan.Query{
		Existing: existing, Job: o.Job,
		Assignments: true, Mappings: true, FullMappings: true, Filters: true,
	}
	observed, err := apply.Observe(ctx, s.target, q)
	if err != nil {
		return nil, err
	}
	switch found := observed.Candidates; {
	case len(found) == 0:
		return nil, fmt.Errorf("the tenant has no enterprise application %q: check the spelling, or give its object id with --sp", cmp.Or(o.App, o.ServicePrincipal))
	case len(found) > 1:
		return nil, severalApplications(o.App, found)
	}
	app := observed.App
	switch {
	case o.Job != "" && app.Job == nil:
		return nil, fmt.Errorf("application %q has no synchronization job %q: it has %s", app.ServicePrincipal.DisplayName, o.Job, jobList(app.Jobs))
	case app.Job == nil && len(app.Jobs) > 0:
		return nil, fmt.Errorf("application %q has %s: choose one with --job (%s)", app.ServicePrincipal.DisplayName, count(len(app.Jobs), "synchronization job"), jobList(app.Jobs))
	case app.Job == nil:
		render.Err(s.deps.IO).Note("application %q has no synchronization job, so there are no mappings to import", app.ServicePrincipal.DisplayName)
	}
	return observed, nil
}

func severalApplications(name string, found []plan.Candidate) error {
	lines := make([]string, len(found))
	for i, c := range found {
		lines[i] = c.ServicePrincipal.ID
		if c.Created != "" {
			lines[i] += " (created " + c.Created + ")"
		}
	}
	return fmt.Errorf("%d enterprise applications are named %q: choose one with --sp: %s", len(found), name, strings.Join(lines, ", "))
}

func jobList(jobs []entra.Job) string {
	ids := make([]string, len(jobs))
	for i, j := range jobs {
		ids[i] = j.ID
	}
	return cmp.Or(strings.Join(ids, ", "), "none")
}

// templateName is how a profile names an application template: "" for the
// non-gallery one, the display name where only one has it, else the id.
func (s *session) templateName(ctx context.Context, id string) (string, error) {
	if id == "" || strings.EqualFold(id, entra.NonGalleryTemplateID) {
		return "", nil
	}
	found, err := s.target.ApplicationTemplates(ctx, id)
	if err != nil {
		return "", fmt.Errorf("look up the application's template: %w", err)
	}
	if len(found) != 1 || found[0].DisplayName == "" {
		return id, nil
	}
	same, err := s.target.ApplicationTemplates(ctx, found[0].DisplayName)
	if err != nil {
		return "", fmt.Errorf("look up the application's template: %w", err)
	}
	if len(same) != 1 {
		return id, nil
	}
	return found[0].DisplayName, nil
}

// nameAssignees finds the names that stand for the assigned users and groups and for
// nobody else: the sign-in name of a user, the display name of a group. Without the
// permission to look, there are none, and object ids are written.
func (s *session) nameAssignees(ctx context.Context, assignments []entra.AppRoleAssignment) (map[string]string, error) {
	var byID []entra.PrincipalRef
	for _, a := range assignments {
		ref := entra.PrincipalRef{Type: a.PrincipalType, Name: a.PrincipalID}
		if a.PrincipalType != entra.ServicePrincipalPrincipal && !slices.Contains(byID, ref) {
			byID = append(byID, ref)
		}
	}
	found, err := s.lookUp(ctx, byID)
	if err != nil {
		return nil, err
	}
	byName := map[string]entra.PrincipalRef{}
	var refs []entra.PrincipalRef
	for _, ref := range byID {
		if len(found[ref]) != 1 {
			continue
		}
		p := found[ref][0]
		name := entra.PrincipalRef{Type: ref.Type, Name: p.DisplayName}
		if ref.Type == entra.UserPrincipal {
			name.Name = p.UserPrincipalName
		}
		if name.Name != "" {
			byName[ref.Name] = name
			refs = append(refs, name)
		}
	}
	named, err := s.lookUp(ctx, refs)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for id, ref := range byName {
		if same := named[ref]; len(same) == 1 && same[0].ID == id {
			names[id] = ref.Name
		}
	}
	return names, nil
}

// lookUp asks for users and groups apart, since a caller may be allowed to read one
// kind and not the other.
func (s *session) lookUp(ctx context.Context, refs []entra.PrincipalRef) (map[entra.PrincipalRef][]entra.Principal, error) {
	all := map[entra.PrincipalRef][]entra.Principal{}
	for _, kind := range []entra.PrincipalType{entra.UserPrincipal, entra.GroupPrincipal} {
		some := slices.DeleteFunc(slices.Clone(refs), func(r entra.PrincipalRef) bool { return r.Type != kind })
		if len(some) == 0 {
			continue
		}
		found, err := s.target.Principals(ctx, some)
		if refused, ok := errors.AsType[*graph.Error](err); ok && refused.Denied() {
			render.Err(s.deps.IO).Note("%ss are written by object id: %s", strings.ToLower(string(kind)), refused.Advice)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("name the assigned %ss: %w", strings.ToLower(string(kind)), err)
		}
		for ref, list := range found {
			all[ref] = list
		}
	}
	return all, nil
}
