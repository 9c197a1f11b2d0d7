package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/endpoint"
)

// VerifyOptions are the dependencies and flags of `scimctl verify`.
type VerifyOptions struct {
	deps     *Deps
	source   sourceFlags
	connect  connectFlags
	User     string
	TokenEnv string
	Skip     []string
	Yes      bool
	Format   string
}

func newCmdVerify(d *Deps, run func(context.Context, *VerifyOptions) error) *cobra.Command {
	o := &VerifyOptions{deps: d}
	c := &cobra.Command{
		Use:   "verify",
		Short: "Prove that a profile works, from its text to a user at the endpoint",
		Long: `Prove that an applied profile works, in steps, with one verdict:

  validate    the profile and its mappings keep the rules
  test        the tests that the profile carries pass
  replay      the endpoint takes the requests that Entra makes of this very profile
  tenant      the application and its job are there
  connection  Entra's test of the connection passes, with what is stored
  provision   Entra provisions the user of --user on demand
  read back   the endpoint finds that user by the matching attribute
  compare     each attribute there is what the mappings make of the user in the tenant

A step whose forerunner failed does not run, and one that could not run never counts
as passed; --skip leaves out test or replay. The replay makes users and groups of its
own and removes them, and asks before it does so off this machine. The user of --user
stays provisioned. With --sandbox the embedded endpoint is read back.

With -o json the result is

  {"verdict", "summary", "profile", "environment", "user", "seconds",
   "steps": [{"name", "status", "found", "details", "next", "seconds",
     "attributes": [{"target", "standing", "expected", "found", "why"}]}]}

verdict is verified, not verified or undecided; status is passed, failed, not run or
left out; standing is same, differs, missing, failed or not compared.

The exit code is 2 when a step failed, and 1 when none did but one could not run.`,
		Example: `  scimctl verify -f idmelon.yaml --user alice@contoso.com
  scimctl verify -f idmelon --sandbox --user alice@contoso.com
  scimctl verify -f idmelon.yaml --user alice@contoso.com --skip replay -o json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runVerify(c.Context(), o)
		},
	}
	o.source.add(c)
	o.connect.add(c)
	f := c.Flags()
	f.StringVarP(&o.User, "user", "u", "", "user to provision: user principal name, mail address or object id")
	f.StringVar(&o.TokenEnv, "token-env", "", "environment variable that holds the endpoint's bearer token, in place of the profile's")
	addChoices(c, &o.Skip, "skip", "steps to leave out", stepTest, stepReplay)
	f.BoolVarP(&o.Yes, "yes", "y", false, "write to an endpoint that is not on this machine without asking")
	addFormat(c, &o.Format, "text", "json")
	return c
}

func (o *VerifyOptions) check() error {
	if o.User == "" {
		return errors.New("name the user to provision with --user")
	}
	return nil
}

// Names of the steps.
const (
	stepValidate   = "validate"
	stepTest       = "test"
	stepReplay     = "replay"
	stepTenant     = "tenant"
	stepConnection = "connection"
	stepProvision  = "provision"
	stepReadBack   = "read back"
	stepCompare    = "compare"
)

// verifyStep is a step with the steps whose results it uses.
type verifyStep struct {
	name  string
	needs []string
	run   func(ctx context.Context) (render.VerifyStep, error)
}

// steps are all steps in their order. The error of a step ends the command.
func (v *verification) steps() []verifyStep {
	return []verifyStep{
		{stepValidate, nil, v.validate},
		{stepTest, []string{stepValidate}, v.test},
		{stepReplay, []string{stepValidate}, v.replay},
		{stepTenant, []string{stepValidate}, v.theTenant},
		{stepConnection, []string{stepTenant}, v.connection},
		{stepProvision, []string{stepConnection}, v.provision},
		{stepReadBack, []string{stepProvision}, v.readBack},
		{stepCompare, []string{stepReadBack}, v.compare},
	}
}

func runVerify(ctx context.Context, o *VerifyOptions) (err error) {
	d := o.deps
	chosen, sources, problems, err := d.load(o.source)
	if err != nil {
		return err
	}
	v := &verification{VerifyOptions: o, problems: problems, hangUp: func() {}, report: render.VerifyReport{User: o.User}}
	if len(chosen) > 0 || !problems.HasErrors() {
		one, err := one(chosen)
		if err != nil {
			return err
		}
		v.profile, v.report.Profile, v.report.Environment = planned{one, sources}, one.Name, o.source.Environment
	}
	v.profile.sources = sources
	if v.session, err = d.open(ctx, o.connect, []planned{v.profile}); err != nil {
		return err
	}
	defer v.session.closeInto(&err)
	defer func() { v.hangUp() }()
	p := render.Out(d.IO)
	for _, step := range v.steps() {
		s, err := v.take(ctx, step)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil:
			return err
		}
		v.report.Steps = append(v.report.Steps, s)
		if o.Format == "text" {
			p.VerifyStep(s)
		}
	}
	return v.end(p)
}

// take runs a step, unless one that it needs has not passed.
func (v *verification) take(ctx context.Context, step verifyStep) (render.VerifyStep, error) {
	if slices.Contains(v.Skip, step.name) {
		return render.VerifyStep{Name: step.name, Status: render.StepLeftOut, Found: "as --skip says"}, nil
	}
	for _, need := range step.needs {
		i := slices.IndexFunc(v.report.Steps, func(s render.VerifyStep) bool { return s.Name == need })
		switch v.report.Steps[i].Status {
		case render.StepPassed:
		case render.StepFailed:
			return render.VerifyStep{Name: step.name, Status: render.StepNotRun, Found: need + " failed"}, nil
		default:
			return render.VerifyStep{Name: step.name, Status: render.StepNotRun, Found: need + " did not run"}, nil
		}
	}
	started := v.deps.Now()
	s, err := step.run(ctx)
	s.Name, s.Took = step.name, v.deps.Now().Sub(started)
	return s, err
}

// end writes the verdict; the exit code is that of the verdict.
func (v *verification) end(p *render.Printer) error {
	v.report.Judge()
	if v.Format == "json" {
		if err := render.JSON(v.deps.IO.Out, v.report); err != nil {
			return err
		}
	} else {
		p.VerifyVerdict(v.report)
		if err := p.Failed(); err != nil {
			return err
		}
	}
	switch v.report.Verdict {
	case render.Verified:
		return nil
	case render.NotVerified:
		return exit(exitPending)
	}
	return exit(exitError)
}

// Ends of steps.
func passed(format string, args ...any) render.VerifyStep {
	return render.VerifyStep{Status: render.StepPassed, Found: fmt.Sprintf(format, args...)}
}

func failed(format string, args ...any) render.VerifyStep {
	return render.VerifyStep{Status: render.StepFailed, Found: fmt.Sprintf(format, args...)}
}

func notRun(format string, args ...any) render.VerifyStep {
	return render.VerifyStep{Status: render.StepNotRun, Found: fmt.Sprintf(format, args...)}
}

// replaySuites are the checks of an endpoint that matter to Entra.
const replaySuites = endpoint.Core | endpoint.EntraSuite
