package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/plan"
)

// planFlags are the choices that plan and apply share.
type planFlags struct {
	Adopt        bool
	RewriteToken bool
	AcceptRisks  []string
	MaxAffected  int
	Parallel     int
}

func (f *planFlags) add(c *cobra.Command) {
	c.Flags().BoolVar(&f.Adopt, "adopt", false, "take over an application of that name which scimctl did not make")
	c.Flags().BoolVar(&f.RewriteToken, "rewrite-token", false, "write the token although nothing asks for it")
	c.Flags().StringSliceVar(&f.AcceptRisks, "accept-risk", nil, "accept a risk that a refusal has named")
	c.Flags().IntVar(&f.MaxAffected, "max-affected", plan.DefaultMaxAffected, "people and groups that may leave scope, or be matched again, without --accept-risk")
	c.Flags().IntVar(&f.Parallel, "parallel", defaultParallel, "profiles to work on at once")
}

// check refuses numbers that mean nothing.
func (f *planFlags) check() error {
	switch {
	case f.MaxAffected < 0:
		return errors.New("--max-affected is a number of people and groups, 0 or more; a risk is accepted with --accept-risk")
	case f.Parallel < 1:
		return errors.New("--parallel is 1 or more")
	}
	return nil
}

func (f *planFlags) options() plan.Options {
	return plan.Options{Adopt: f.Adopt, RewriteToken: f.RewriteToken, AcceptRisks: f.AcceptRisks, MaxAffected: f.MaxAffected}
}

// PlanOptions are the dependencies and flags of `scimctl plan`.
type PlanOptions struct {
	deps     *Deps
	source   sourceFlags
	connect  connectFlags
	choices  planFlags
	Format   string
	ExitCode bool
	Out      string
}

func newCmdPlan(d *Deps, run func(context.Context, *PlanOptions) error) *cobra.Command {
	o := &PlanOptions{deps: d}
	c := &cobra.Command{
		Use:   "plan",
		Short: "Show what apply would do to the tenant",
		Long: `Compare profiles with the tenant and show what apply would do, mapping by
mapping, with its consequences. Nothing is changed and no token is read.

A plan that would take more than --max-affected people and groups out of scope, match
them again, or stop switching them off is refused until that risk is accepted by the
name that the refusal gives. They are counted in the tenant.

With --out the plan is kept, for scimctl apply FILE: just that plan is carried out
then, or nothing, when the tenant has changed in between. No secret is in the file.

Several profiles and environments are planned at the same time, with one sign-in for
each tenant. One that fails does not stop the others, and the exit code is the worst.

With -o json the result is the plan, or for many

  {"results": [{"profile", "environment", "file", "verdict", "exitCode", "changes",
     "error", "plan"}],
   "exitCode"}`,
		Example: `  scimctl plan -f idmelon.yaml
  scimctl plan -f idmelon.yaml --exit-code        # 2 when something would change
  scimctl plan -f idmelon.yaml --out idmelon.plan # and later: scimctl apply idmelon.plan
  scimctl plan -f profiles --all --env all -o markdown > comment.md`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.choices.check(); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runPlan(c.Context(), o)
		},
	}
	o.source.addMany(c)
	o.connect.add(c)
	o.choices.add(c)
	addFormat(c, &o.Format, "text", "json", "markdown", "github")
	c.Flags().BoolVar(&o.ExitCode, "exit-code", false, "exit with 2 when something would change")
	c.Flags().StringVar(&o.Out, "out", "", "keep the plan in this file, for scimctl apply FILE")
	return c
}

func runPlan(ctx context.Context, o *PlanOptions) (err error) {
	d := o.deps
	units, many, err := d.units(&o.source)
	if err != nil {
		return err
	}
	fl, err := d.openFleet(ctx, o.connect, units, o.source, o.choices.Parallel, many)
	if err != nil {
		return err
	}
	defer fl.closeInto(&err)
	outcomes, err := fl.plan(ctx, units, o.source, o.choices, o.Format == "text")
	if err != nil {
		return err
	}
	results := resultsOf(outcomes, o.ExitCode)
	if err := fl.showPlans(results, o.Format, many); err != nil {
		return err
	}
	if o.Out != "" && ctx.Err() == nil {
		if err := fl.keep(results, o.Out, many); err != nil {
			return err
		}
	}
	return results.end(ctx)
}

// plan observes and plans every unit. As text, plans are shown as they come.
func (fl *fleet) plan(ctx context.Context, units []unit, f sourceFlags, choices planFlags, show bool) ([]*outcome, error) {
	outcomes := make([]*outcome, len(units))
	index := map[*outcome]int{}
	for i, u := range units {
		outcomes[i] = &outcome{unit: u}
		index[outcomes[i]] = i
	}
	err := fl.each(ctx, outcomes, func(ctx context.Context, s *session, o *outcome) error {
		if o.broken {
			return exit(exitError)
		}
		if err := s.planInto(ctx, o, f.in(o.environment), choices.options()); err != nil {
			return err
		}
		if show {
			return s.deps.showPlan(o.plan, index[o])
		}
		return nil
	})
	if err == nil {
		fl.collisions(outcomes)
	}
	return outcomes, err
}

// showPlan writes a plan as text, as the result of the command.
func (d *Deps) showPlan(pl *plan.Plan, index int) error {
	p := render.Out(d.IO)
	if index > 0 {
		p.Linef("")
	}
	p.Plan(pl)
	return p.Failed()
}

// showPlans writes what text has shown already in the other formats, and for many how
// each came out.
func (fl *fleet) showPlans(results results, format string, many bool) error {
	out := fl.deps.IO.Out
	switch format {
	case "json":
		if !many {
			if pl := results.List[0].Plan; pl != nil {
				return render.JSON(out, pl)
			}
			return nil
		}
		return render.JSON(out, results)
	case "markdown":
		return render.PlansMarkdown(out, results.views())
	case "github":
		return render.PlansGitHub(out, results.views())
	}
	if !many {
		return nil
	}
	p := render.Out(fl.deps.IO)
	p.Linef("")
	p.Fleet(results.rows())
	return p.Failed()
}

// collisions refuses plans that would take an application from each other. What one
// plan makes the others, made at the same time, could not see.
func (fl *fleet) collisions(outcomes []*outcome) {
	first := map[string]*outcome{}
	for _, o := range outcomes {
		if o.plan == nil || o.err != nil || len(o.plan.Steps) == 0 {
			continue
		}
		key := o.plan.Tenant.ID + " " + o.plan.App.ServicePrincipalID
		what := fmt.Sprintf("manage the application %q", o.plan.App.Name)
		if o.plan.App.ServicePrincipalID == "" {
			key = o.plan.Tenant.ID + " new " + o.plan.App.Name
			what = fmt.Sprintf("make an application %q; give each another app.name", o.plan.App.Name)
		}
		other, taken := first[key]
		if !taken {
			first[key] = o
			continue
		}
		for _, both := range []*outcome{other, o} {
			if both.err == nil {
				both.err = refuse("%s and %s would both %s", other.label(), o.label(), what)
				fl.deps.sayOf(both, both.err, true)
			}
		}
	}
}
