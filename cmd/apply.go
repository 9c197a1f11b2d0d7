package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/plan"
)

// ApplyOptions are the dependencies and flags of `scimctl apply`.
type ApplyOptions struct {
	deps    *Deps
	source  sourceFlags
	connect connectFlags
	choices planFlags
	Format  string
	DryRun  bool
	Yes     bool
}

func newCmdApply(d *Deps, run func(context.Context, *ApplyOptions) error) *cobra.Command {
	o := &ApplyOptions{deps: d}
	c := &cobra.Command{
		Use:   "apply",
		Short: "Make the tenant as the profile says",
		Long: `Make the tenant as the profile says: create or adopt the enterprise
application, set its tenant URL and token, test the connection, write attribute
lists and mappings, assign users and groups, start the job. What is already so is
left alone, and a run that broke half-way is completed by the next one.`,
		Example: "  scimctl apply -f idmelon.yaml\n  scimctl apply -f idmelon --sandbox --yes   # on this machine, without a tenant",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if run != nil {
				return run(c.Context(), o)
			}
			return runApply(c.Context(), o)
		},
	}
	o.source.add(c)
	o.connect.add(c)
	o.choices.add(c)
	addFormat(c, &o.Format, "text", "json")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "show the plan and stop")
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	return c
}

func runApply(ctx context.Context, o *ApplyOptions) (err error) {
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
	for i, c := range chosen {
		pl, err := s.plan(ctx, c, o.source, o.choices.options())
		if err != nil {
			return err
		}
		if o.DryRun || o.Format == "text" {
			if err := d.showPlan(pl, o.Format, i); err != nil {
				return err
			}
		}
		if err := s.applyPlan(ctx, pl, o); err != nil {
			return err
		}
	}
	return nil
}

// applyPlan asks and carries the plan out.
func (s *session) applyPlan(ctx context.Context, pl *plan.Plan, o *ApplyOptions) error {
	d := s.deps
	switch {
	case pl.Diagnostics.HasErrors():
		return exit(exitError)
	case len(pl.Refusals) > 0:
		if o.Format != "text" {
			render.Err(d.IO).Plan(pl)
		}
		return exit(exitRefused)
	case o.DryRun:
		return nil
	case len(pl.Steps) == 0:
		if o.Format == "json" {
			return render.JSON(d.IO.Out, &apply.Report{App: pl.App, Results: []apply.StepResult{}})
		}
		return nil
	}
	if !o.Yes {
		if err := d.confirm(fmt.Sprintf("Carry out %s?", count(len(pl.Steps), "step")), "--yes"); err != nil {
			return err
		}
	}
	progress := render.NewProgress(d.IO, d.Now)
	s.notice = progress.Notice
	report, err := apply.Run(ctx, s.target, pl, apply.Options{Secrets: s.secrets, Now: d.Now, Progress: progress.Event})
	s.notice = nil
	progress.Stop()
	if report == nil {
		return err
	}
	if o.Format == "json" {
		if jsonErr := render.JSON(d.IO.Out, report); jsonErr != nil {
			return jsonErr
		}
	}
	p := render.Err(d.IO)
	p.Report(report)
	if err != nil {
		return exit(exitError)
	}
	if s.sandbox != nil {
		p.Note("the sandbox runs no provisioning cycle after this command ends; provision one user with: scimctl provision %s --sandbox --user alice@contoso.com", s.selection(o.source))
	}
	return p.Failed()
}
