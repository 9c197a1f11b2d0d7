package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// maxMembers is how many members one on-demand call may name.
// Source: graph_contract §9.
const maxMembers = 5

// ProvisionOptions are the dependencies and flags of `scimctl provision`.
type ProvisionOptions struct {
	deps    *Deps
	source  sourceFlags
	connect connectFlags
	Users   []string
	Group   string
	Members []string
	Format  string
}

func newCmdProvision(d *Deps, run func(context.Context, *ProvisionOptions) error) *cobra.Command {
	o := &ProvisionOptions{deps: d}
	c := &cobra.Command{
		Use:   "provision",
		Short: "Provision users or a group on demand, step by step",
		Long: `Provision users, or a group with its members, at once and show every step that
Entra reports: import, scoping, matching, export. The set-up must have been
applied; the job need not be started.

A green result says that the mapping works. It does not say what a cycle sends
under the tenant URL's compliance flag, which on-demand provisioning ignores.`,
		Example: `  scimctl provision -f idmelon.yaml --user alice@contoso.com
  scimctl provision -f idmelon.yaml --group "IDmelon users" --member alice@contoso.com`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if (len(o.Users) == 0) == (o.Group == "") {
				return usageError(c, errors.New("name users with --user, or one group with --group"))
			}
			if len(o.Members) > 0 && o.Group == "" {
				return usageError(c, errors.New("--member goes with --group"))
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runProvision(c.Context(), o)
		},
	}
	o.source.add(c)
	o.connect.add(c)
	c.Flags().StringArrayVarP(&o.Users, "user", "u", nil, "user principal name, mail address or object id")
	c.Flags().StringVarP(&o.Group, "group", "g", "", "display name or object id of a group")
	c.Flags().StringArrayVar(&o.Members, "member", nil, "member of the group to provision with it; all direct users by default")
	addFormat(c, &o.Format, "text", "json")
	return c
}

func runProvision(ctx context.Context, o *ProvisionOptions) (err error) {
	d := o.deps
	all, err := d.loadToApply(o.source)
	if err != nil {
		return err
	}
	chosen, err := onePlanned(all)
	if err != nil {
		return err
	}
	s, err := d.open(ctx, o.connect, all)
	if err != nil {
		return err
	}
	defer s.closeInto(&err)

	_, observed, err := s.observe(ctx, chosen, o.source)
	if err != nil {
		return err
	}
	app, err := applied(chosen.Profile, observed, s.selection(o.source))
	if err != nil {
		return err
	}
	subjects, err := s.subjects(ctx, o)
	if err != nil {
		return err
	}
	code := exitOK
	results := []onDemandJSON{}
	for _, sub := range subjects {
		request := sub.request
		request.RuleID, err = ruleOf(app.Schema, request.Type)
		if err != nil {
			return err
		}
		result, err := s.target.ProvisionOnDemand(ctx, app.ServicePrincipal.ID, app.Job.ID, request)
		if err != nil {
			return fmt.Errorf("provision %s on demand: %w", sub.name, err)
		}
		if o.Format == "json" {
			results = append(results, newOnDemandJSON(sub.name, result))
		} else {
			p := render.Out(d.IO)
			p.OnDemand(sub.name, result)
			if err := p.Failed(); err != nil {
				return err
			}
		}
		code = worse(code, codeOf(result))
	}
	if o.Format == "json" {
		if err := render.JSON(d.IO.Out, results); err != nil {
			return err
		}
	}
	if code != exitOK {
		return exit(code)
	}
	return nil
}

// onePlanned returns the single profile, or says how to choose.
func onePlanned(all []planned) (planned, error) {
	plain := make([]selected, len(all))
	for i, p := range all {
		plain[i] = p.selected
	}
	if _, err := one(plain); err != nil {
		return planned{}, err
	}
	return all[0], nil
}

// applied returns the application and job that the profile set up.
func applied(p *profile.Profile, o *plan.Observed, selection string) (*plan.ObservedApp, error) {
	if o.App == nil {
		return nil, fmt.Errorf("the tenant has no application of profile %s yet: run scimctl apply %s first", p.Name, selection)
	}
	if o.App.Job == nil || o.App.Schema == nil {
		return nil, fmt.Errorf("application %q has no synchronization job yet: run scimctl apply %s first", o.App.ServicePrincipal.DisplayName, selection)
	}
	return o.App, nil
}

// ruleOf finds the id of the synchronization rule that maps the object type; it
// differs between jobs and cannot be written down. Source: graph_gotchas 39.
func ruleOf(s *entra.Schema, typ string) (string, error) {
	rule, m, ok := s.ObjectMapping(entra.MappingRef{Source: typ})
	if !ok {
		return "", fmt.Errorf("the job's schema has no mapping of %ss", strings.ToLower(typ))
	}
	if !m.Enabled {
		return "", &codeError{code: exitPending, err: fmt.Errorf("the mapping %q is switched off, so no %s is provisioned", m.Name, strings.ToLower(typ))}
	}
	return rule.ID, nil
}

// subject is one object to provision.
type subject struct {
	name    string
	request entra.OnDemandRequest
}

// subjects looks the named users, or the group and its members, up.
func (s *session) subjects(ctx context.Context, o *ProvisionOptions) ([]subject, error) {
	if o.Group != "" {
		return s.groupSubjects(ctx, o)
	}
	users, err := s.users(ctx, o.Users)
	if err != nil {
		return nil, err
	}
	out := make([]subject, len(users))
	for i, u := range users {
		out[i] = subject{name: u.UserPrincipalName, request: entra.OnDemandRequest{Type: mapping.User, ID: u.ID}}
	}
	return out, nil
}

// groupSubjects splits a group's members into calls of five.
func (s *session) groupSubjects(ctx context.Context, o *ProvisionOptions) ([]subject, error) {
	ref := entra.PrincipalRef{Type: entra.GroupPrincipal, Name: o.Group}
	found, err := s.target.Principals(ctx, []entra.PrincipalRef{ref})
	if err != nil {
		return nil, err
	}
	group, err := only("group", o.Group, found[ref])
	if err != nil {
		return nil, err
	}
	var members []entra.Principal
	if len(o.Members) > 0 {
		members, err = s.users(ctx, o.Members)
	} else {
		members, err = s.target.GroupMembers(ctx, group.ID)
	}
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, m := range members {
		if m.Type == entra.UserPrincipal {
			ids = append(ids, m.ID)
		}
	}
	var out []subject
	for first := 0; first == 0 || first < len(ids); first += maxMembers {
		part := ids[min(first, len(ids)):min(first+maxMembers, len(ids))]
		name := group.DisplayName
		if len(ids) > 0 {
			name = fmt.Sprintf("%s, members %d to %d of %d", name, first+1, first+len(part), len(ids))
		}
		out = append(out, subject{name, entra.OnDemandRequest{Type: mapping.Group, ID: group.ID, Members: part}})
	}
	return out, nil
}

// users looks users up, each of which must exist once.
func (s *session) users(ctx context.Context, names []string) ([]entra.Principal, error) {
	refs := make([]entra.PrincipalRef, len(names))
	for i, name := range names {
		refs[i] = entra.PrincipalRef{Type: entra.UserPrincipal, Name: name}
	}
	found, err := s.target.Principals(ctx, refs)
	if err != nil {
		return nil, err
	}
	users := make([]entra.Principal, len(refs))
	for i, ref := range refs {
		if users[i], err = only("user", ref.Name, found[ref]); err != nil {
			return nil, err
		}
	}
	return users, nil
}

// only returns the one principal that a name fits.
func only(noun, name string, found []entra.Principal) (entra.Principal, error) {
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return entra.Principal{}, fmt.Errorf("the tenant has no %s %q: check the spelling, or give the object id; a deleted %s cannot be provisioned on demand", noun, name, noun)
	}
	ids := make([]string, len(found))
	for i, p := range found {
		ids[i] = p.ID
	}
	return entra.Principal{}, fmt.Errorf("%d %ss fit %q: give one of the object ids %s", len(found), noun, name, strings.Join(ids, ", "))
}
