package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// planFlags are the choices that plan and apply share.
type planFlags struct {
	Adopt        bool
	RewriteToken bool
	AcceptRisks  []string
}

func (f *planFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.Adopt, "adopt", false, "take over an application of that name which scimctl did not make")
	c.Flags().BoolVar(&f.RewriteToken, "rewrite-token", false, "write the token although nothing asks for it")
	c.Flags().StringSliceVar(&f.AcceptRisks, "accept-risk", nil, "accept a risk that a refusal has named")
}

func (f *planFlags) options() plan.Options {
	return plan.Options{Adopt: f.Adopt, RewriteToken: f.RewriteToken, AcceptRisks: f.AcceptRisks}
}

// PlanOptions are the dependencies and flags of `scimctl plan`.
type PlanOptions struct {
	deps     *Deps
	source   sourceFlags
	connect  connectFlags
	choices  planFlags
	Format   string
	ExitCode bool
}

func newCmdPlan(d *Deps, run func(context.Context, *PlanOptions) error) *cobra.Command {
	o := &PlanOptions{deps: d}
	c := &cobra.Command{
		Use:   "plan",
		Short: "Show what apply would do to the tenant",
		Long: `Compare profiles with the tenant and show what apply would do, mapping by
mapping, with its consequences. Nothing is changed and no token is read.`,
		Example: "  scimctl plan -f idmelon.yaml\n  scimctl plan -f idmelon.yaml --exit-code   # 2 when something would change",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if run != nil {
				return run(c.Context(), o)
			}
			return runPlan(c.Context(), o)
		},
	}
	o.source.add(c)
	o.connect.add(c)
	o.choices.add(c)
	addFormat(c, &o.Format, "text", "json")
	c.Flags().BoolVar(&o.ExitCode, "exit-code", false, "exit with 2 when something would change")
	return c
}

func runPlan(ctx context.Context, o *PlanOptions) (err error) {
	d := o.deps
	chosen, err := d.loadToApply(o.source)
	if err != nil {
		return err
	}
	s, err := d.open(ctx, o.connect, chosen)
	if err != nil {
		return err
	}
	defer s.closeInto(&err)
	code := exitOK
	for i, c := range chosen {
		pl, err := s.plan(ctx, c, o.source, o.choices.options())
		if err != nil {
			return err
		}
		if err := d.showPlan(pl, o.Format, i); err != nil {
			return err
		}
		if pl.Diagnostics.HasErrors() {
			return exit(exitError)
		}
		if len(pl.Refusals) > 0 {
			code = exitRefused
		} else if len(pl.Steps) > 0 && o.ExitCode && code == exitOK {
			code = exitPending
		}
	}
	if code != exitOK {
		return exit(code)
	}
	return nil
}

// showPlan writes a plan as the result of the command.
func (d *Deps) showPlan(pl *plan.Plan, format string, index int) error {
	if format == "json" {
		return render.JSON(d.IO.Out, pl)
	}
	p := render.Out(d.IO)
	if index > 0 {
		p.Linef("")
	}
	p.Plan(pl)
	return p.Failed()
}

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
		return nil, fmt.Errorf("the file holds no profile")
	}
	return out, nil
}

// plan observes the tenant and builds the plan of one profile.
func (s *session) plan(ctx context.Context, c planned, f sourceFlags, o plan.Options) (*plan.Plan, error) {
	r, observed, err := s.observe(ctx, c, f)
	if err != nil {
		return nil, err
	}
	pl := plan.Build(r, observed, o)
	render.Err(s.deps.IO).Diagnostics(pl.Diagnostics, c.sources)
	return pl, nil
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
