package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	Saved   string // file of a saved plan, "" for none
}

func newCmdApply(d *Deps, run func(context.Context, *ApplyOptions) error) *cobra.Command {
	o := &ApplyOptions{deps: d}
	c := &cobra.Command{
		Use:   "apply [FILE]",
		Short: "Make the tenant as the profile says",
		Long: `Make the tenant as the profile says: create or adopt the enterprise
application, set its tenant URL and token, test the connection, write attribute
lists and mappings, assign users and groups, start the job. What is already so is
left alone, and a run that broke half-way is completed by the next one.

With the FILE that plan --out has written, just that plan is carried out. It is
refused, with what has moved, when the tenant is no longer as it was, when the file
was altered, and, where -f names profiles, when they no longer say the same.

Several profiles and environments are applied at the same time, after all have been
planned. One that fails does not stop the others, and the exit code is the worst.
After Ctrl-C no further step begins, and the report says what was done.

With -o json the result is the report, or for many

  {"results": [{"profile", "environment", "file", "verdict", "exitCode", "changes",
     "error", "report"}],
   "exitCode"}`,
		Example: `  scimctl apply -f idmelon.yaml
  scimctl apply -f idmelon --sandbox --yes   # on this machine, without a tenant
  scimctl apply idmelon.plan --yes           # what plan --out has kept
  scimctl apply -f profiles --all --env all --yes`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.Saved = args[0]
			}
			if err := o.check(); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runApply(c.Context(), o)
		},
	}
	o.source.addMany(c)
	o.connect.add(c)
	o.choices.add(c)
	addFormat(c, &o.Format, "text", "json")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "show the plan and stop")
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	return c
}

// check refuses what means nothing, above all choices that belong to the making of a
// plan.
func (o *ApplyOptions) check() error {
	if o.Saved != "" && (o.choices.Adopt || o.choices.RewriteToken || len(o.choices.AcceptRisks) > 0) {
		return errors.New("--adopt, --rewrite-token and --accept-risk belong to plan --out: a saved plan is carried out as it is")
	}
	if o.Saved != "" && len(o.source.Environments) > 0 {
		return errors.New("--env belongs to plan --out: a saved plan is for the environment that it was made for")
	}
	return o.choices.check()
}

func runApply(ctx context.Context, o *ApplyOptions) (err error) {
	d := o.deps
	var (
		fl       *fleet
		outcomes []*outcome
		many     bool
	)
	if o.Saved != "" {
		fl, outcomes, many, err = d.openSaved(ctx, o)
	} else {
		fl, outcomes, many, err = d.openPlanned(ctx, o)
	}
	if fl != nil {
		defer fl.closeInto(&err)
	}
	if err != nil {
		return err
	}
	if o.DryRun {
		results := resultsOf(outcomes, false)
		if err := fl.showPlans(results, o.Format, many); err != nil {
			return err
		}
		return results.end(ctx)
	}
	if err := fl.apply(ctx, outcomes, o, many); err != nil {
		return err
	}
	return fl.showReports(ctx, outcomes, o, many)
}

// openPlanned plans what the flags choose.
func (d *Deps) openPlanned(ctx context.Context, o *ApplyOptions) (*fleet, []*outcome, bool, error) {
	units, many, err := d.units(&o.source)
	if err != nil {
		return nil, nil, false, err
	}
	fl, err := d.openFleet(ctx, o.connect, units, o.source, o.choices.Parallel, many)
	if err != nil {
		return nil, nil, false, err
	}
	outcomes, err := fl.plan(ctx, units, o.source, o.choices, o.Format == "text")
	return fl, outcomes, many, err
}

// apply asks once, and carries out the plans that can be carried out.
func (fl *fleet) apply(ctx context.Context, outcomes []*outcome, o *ApplyOptions, many bool) error {
	d := fl.deps
	var ready []*outcome
	total := 0
	for _, x := range outcomes {
		verdict, _ := x.judge()
		switch {
		case verdict == verdictChanges:
			ready = append(ready, x)
			total += len(x.plan.Steps)
		case verdict == verdictRefused && x.plan != nil && o.Format != "text":
			render.Err(d.IO).Plan(x.plan)
		}
	}
	if len(ready) == 0 || ctx.Err() != nil {
		return nil
	}
	if readers := readingStdin(ready); len(readers) > 1 {
		return fmt.Errorf("%s read their tokens from standard input, which holds one: apply them one by one, or take the tokens from elsewhere", strings.Join(readers, " and "))
	}
	if !o.Yes {
		question := fmt.Sprintf("Carry out %s?", count(total, "step"))
		if many {
			question = fmt.Sprintf("Carry out %s for %s?", count(total, "step"), count(len(ready), "set-up"))
		}
		if err := d.confirm(question, "--yes"); err != nil {
			return err
		}
	}
	progress := render.NewProgress(d.IO, d.Now)
	for _, s := range fl.sessions {
		s.notice = progress.Notice
	}
	for _, x := range ready {
		x.begun = false
	}
	err := fl.each(ctx, ready, func(ctx context.Context, s *session, x *outcome) (err error) {
		options := apply.Options{Secrets: s.secrets, Now: d.Now, Progress: progress.Event}
		if many {
			options.Progress = func(e apply.Event) {
				e.Total, e.Step.ID, e.Step.Summary = total, x.label()+" "+e.Step.ID, x.label()+": "+e.Step.Summary
				progress.Event(e)
			}
		}
		x.report, err = apply.Run(ctx, fl.byTenant[x.tenant].target, x.plan, options)
		if err != nil && x.report != nil && ctx.Err() == nil {
			return exit(exitError) // the report says it
		}
		return err
	})
	for _, s := range fl.sessions {
		s.notice = nil
	}
	progress.Stop()
	return err
}

// readingStdin are the units whose plan writes a token from standard input.
func readingStdin(outcomes []*outcome) []string {
	var labels []string
	for _, o := range outcomes {
		if slices.ContainsFunc(o.plan.Steps, func(s plan.Step) bool {
			return slices.ContainsFunc(s.Secrets, func(w plan.SecretWrite) bool { return w.From.Stdin })
		}) {
			labels = append(labels, o.label())
		}
	}
	return labels
}

// showReports writes what was done, and for many how each came out.
func (fl *fleet) showReports(ctx context.Context, outcomes []*outcome, o *ApplyOptions, many bool) error {
	d := fl.deps
	results := collect(outcomes, func(x *outcome, r *result) {
		r.Report = x.report
		if failed := firstFailure(x.report); failed != "" {
			r.Error = failed
		}
		if x.report == nil && r.Verdict == verdictNothing {
			r.Report = &apply.Report{App: x.plan.App, Results: []apply.StepResult{}}
		}
		if r.Verdict == verdictChanges {
			r.Verdict = verdictDone
		}
	})
	if o.Format == "json" {
		var v any = results
		if !many {
			v = results.List[0].Report
		}
		if many || results.List[0].Report != nil {
			if err := render.JSON(d.IO.Out, v); err != nil {
				return err
			}
		}
	}
	p := render.Err(d.IO)
	for i, r := range results.List {
		if r.outcome.report == nil {
			continue
		}
		if many {
			if i > 0 {
				p.Linef("")
			}
			p.Heading(r.outcome.label())
		}
		p.Report(r.Report)
	}
	if many && o.Format == "text" {
		table := render.Out(d.IO)
		table.Linef("")
		table.Fleet(results.rows())
		if err := table.Failed(); err != nil {
			return err
		}
	}
	if s := fl.sessions[0]; s.sandbox != nil && o.Saved == "" && results.ExitCode == exitOK && len(results.List) == 1 && results.List[0].Verdict == verdictDone {
		p.Note("the sandbox runs no provisioning cycle after this command ends; provision one user with: scimctl provision %s --sandbox --user alice@contoso.com", s.selection(o.source.in(results.List[0].Environment)))
	}
	if err := p.Failed(); err != nil {
		return err
	}
	return results.end(ctx)
}

// firstFailure says what failed first, "" for nothing.
func firstFailure(r *apply.Report) string {
	if r == nil {
		return ""
	}
	for _, s := range r.Results {
		if s.State == apply.Failed {
			return s.Step.Summary + ": " + s.Error
		}
	}
	return ""
}
