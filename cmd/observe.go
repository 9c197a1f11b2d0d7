package cmd

import (
	"context"
	"errors"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/census"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// planned is a profile with sources for its diagnostics.
type planned struct {
	selected
	sources render.Sources
}

// loadToApply loads profiles that are to meet a tenant: any error in them ends
// the command, warnings are said.
func (d *Deps) loadToApply(f sourceFlags) ([]planned, error) {
	chosen, sources, problems, err := d.load(f)
	if err != nil {
		return nil, err
	}
	if problems.HasErrors() {
		render.Err(d.IO).Diagnostics(problems, sources)
		return nil, exit(exitError)
	}
	out := make([]planned, len(chosen))
	for i, c := range chosen {
		out[i] = planned{c, sources}
	}
	if len(out) == 0 {
		return nil, errors.New("the file holds no profile")
	}
	return out, nil
}

// planInto observes the tenant and builds the plan of one unit, with whom it would
// touch.
func (s *session) planInto(ctx context.Context, o *outcome, f sourceFlags, options plan.Options) error {
	r, observed, err := s.observe(ctx, o.planned, f)
	if err != nil {
		return err
	}
	o.plan = plan.Build(r, observed, options)
	render.Err(s.deps.IO).Diagnostics(o.plan.Diagnostics, o.sources)
	if err := s.guard(ctx, o.plan, options.MaxAffected, options.AcceptRisks); err != nil {
		return err
	}
	kept := plan.NewSaved(o.file, plan.ProfileDigest(r), plan.Ask(r), o.plan, options.AcceptRisks, options.MaxAffected)
	o.kept = &kept
	return nil
}

// guard counts whom the plan would touch and refuses it where that is too many.
func (s *session) guard(ctx context.Context, pl *plan.Plan, limit int, accepted []string) error {
	directory, ok := s.target.(census.Directory)
	if pl.Reach == nil || !ok || pl.Diagnostics.HasErrors() {
		return nil
	}
	impacts, err := census.Count(ctx, directory, pl.Reach)
	if err != nil {
		return err
	}
	pl.Guard(impacts, limit, accepted)
	return nil
}

// observe resolves a profile, looks at the tenant, and resolves again with the
// object ids that were found.
func (s *session) observe(ctx context.Context, c planned, f sourceFlags) (*profile.Resolved, *plan.Observed, error) {
	values, err := s.values(c.Profile, f)
	if err != nil {
		return nil, nil, err
	}
	o := profile.Options{Environment: f.Environment, Values: values, Sandbox: s.sandbox != nil}
	r, problems := c.Resolve(o)
	if problems.HasErrors() {
		render.Err(s.deps.IO).Diagnostics(problems, c.sources)
		return nil, nil, exit(exitError)
	}
	observed, err := apply.Observe(ctx, s.target, plan.Ask(r))
	if err != nil {
		return nil, nil, err
	}
	o.IDs = foundIDs(r.Lookups, observed)
	r, problems = c.Resolve(o)
	if observed.App == nil && r != nil && !problems.HasErrors() {
		// There is no schema to check against yet, but no reason either to make an
		// application whose mappings cannot work.
		_, offline := check(r)
		problems = append(problems, errorsOf(offline)...)
	}
	render.Err(s.deps.IO).Diagnostics(problems, c.sources)
	if problems.HasErrors() {
		return nil, nil, exit(exitError)
	}
	return r, observed, nil
}

// foundIDs returns the object ids of group and user variables that name exactly
// one object.
func foundIDs(lookups []profile.Lookup, o *plan.Observed) map[string]string {
	ids := map[string]string{}
	for _, l := range lookups {
		ref := entra.PrincipalRef{Type: entra.GroupPrincipal, Name: l.Group}
		if l.User != "" {
			ref = entra.PrincipalRef{Type: entra.UserPrincipal, Name: l.User}
		}
		if found := o.Principals[ref]; len(found) == 1 {
			ids[l.Variable] = found[0].ID
		}
	}
	return ids
}
