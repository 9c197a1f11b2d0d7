package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/graph"
	"github.com/scimctl/scimctl/pkg/permission"
)

// DoctorOptions are the dependencies and flags of `scimctl doctor`.
type DoctorOptions struct {
	deps    *Deps
	managed managedFlags
	Verbs   []string
	Format  string
}

func newCmdDoctor(d *Deps, run func(context.Context, *DoctorOptions) error) *cobra.Command {
	o := &DoctorOptions{deps: d}
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Find out why provisioning does not work",
		Long: `Look at everything that provisioning depends on, and say of each thing whether it
is as it should be and what to do where it is not. Nothing is changed.

Of the tenant: the sign-in, the permissions in its token against what the verbs of
--for need, the clock, the tenant itself, its licences. Of each application, named
by -f or --app: whether it is known everywhere, its job, the stored credentials
(Entra tests the connection), a quarantine or failing cycles, what failed in the log
of the last seven days, the live mappings, who is notified, whether this machine
reaches the endpoint, and whether Entra can work with its address and its TLS.

The exit code is 2 when a check failed.`,
		Example: `  scimctl doctor
  scimctl doctor -f idmelon.yaml --for apply,logs`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runDoctor(c.Context(), o)
		},
	}
	o.managed.add(c)
	c.Flags().StringSliceVar(&o.Verbs, "for", []string{"apply", "provision", "logs"}, "verbs whose permissions the token must have")
	_ = c.RegisterFlagCompletionFunc("for", cobra.FixedCompletions(permission.Verbs(), cobra.ShellCompDirectiveNoFileComp))
	addFormat(c, &o.Format, "text", "json")
	return c
}

func (o *DoctorOptions) check() error {
	if _, err := permission.For(o.Verbs, nil); err != nil {
		return fmt.Errorf("--for: %w", err)
	}
	if o.tenantOnly() {
		return nil
	}
	return o.managed.check()
}

// tenantOnly reports whether no application was named.
func (o *DoctorOptions) tenantOnly() bool {
	return len(o.managed.source.Files) == 0 && o.managed.App == ""
}

// doctorTenant is what a tenant must tell of itself.
type doctorTenant interface {
	jobTenant
	logTenant
	Caller(ctx context.Context) (graph.Caller, error)
	Licences(ctx context.Context) ([]entra.Licence, error)
}

// doctor is one visit.
type doctor struct {
	*DoctorOptions
	session *session
	tenant  doctorTenant
	printer *render.Printer // nil with -o json
	app     string          // that checks are about
	report  render.DoctorReport
}

func runDoctor(ctx context.Context, o *DoctorOptions) (err error) {
	d := o.deps
	var all []planned
	if len(o.managed.source.Files) > 0 {
		if all, err = d.loadToApply(o.managed.source); err != nil {
			return err
		}
	}
	o.managed.connect.asItIs = true
	s, err := d.open(ctx, o.managed.connect, all)
	if err != nil {
		return err
	}
	defer s.closeInto(&err)
	tenant, ok := s.target.(doctorTenant)
	if !ok {
		return errors.New("this tenant does not tell enough of itself")
	}
	x := &doctor{DoctorOptions: o, session: s, tenant: tenant, report: render.DoctorReport{Checks: []render.Check{}}}
	if o.Format == "text" {
		x.printer = render.Out(d.IO)
	}
	if x.theTenant(ctx) && !o.tenantOnly() {
		if err := x.theApps(ctx, all); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return x.end()
}

// theApps looks at one application after the other.
func (x *doctor) theApps(ctx context.Context, all []planned) error {
	found, err := x.session.managed(ctx, &x.managed, all)
	if err != nil {
		if code := (*codeError)(nil); errors.As(err, &code) && code.err == nil {
			return err // said already
		}
		x.broken("application", err.Error(), "")
		return nil
	}
	for _, m := range found {
		x.app = m.name
		if x.printer != nil {
			x.printer.CheckTitle(m.name)
		}
		x.theApp(ctx, m)
	}
	x.app = ""
	return nil
}

// end writes the report and tells by the exit code whether a check failed.
func (x *doctor) end() error {
	x.report.OK = !slices.ContainsFunc(x.report.Checks, func(c render.Check) bool { return c.Verdict == render.CheckBroken })
	if x.printer == nil {
		if err := render.JSON(x.deps.IO.Out, x.report); err != nil {
			return err
		}
	} else {
		x.printer.CheckSummary(x.report)
		if err := x.printer.Failed(); err != nil {
			return err
		}
	}
	if !x.report.OK {
		return exit(exitPending)
	}
	return nil
}

// add takes a check and shows it at once.
func (x *doctor) add(c render.Check) {
	c.App = x.app
	x.report.Checks = append(x.report.Checks, c)
	if x.printer != nil {
		x.printer.Check(c)
	}
}

func (x *doctor) good(name, found string, details ...string) {
	x.add(render.Check{Name: name, Verdict: render.CheckGood, Found: found, Details: details})
}

func (x *doctor) doubtful(name, found, next string, details ...string) {
	x.add(render.Check{Name: name, Verdict: render.CheckDoubtful, Found: found, Next: next, Details: details})
}

func (x *doctor) broken(name, found, next string, details ...string) {
	x.add(render.Check{Name: name, Verdict: render.CheckBroken, Found: found, Next: next, Details: details})
}

// unseen is a check that could not be made for an error; only that of a missing
// permission or licence is no failure.
func (x *doctor) unseen(name string, err error) {
	if e, ok := errors.AsType[*graph.Error](err); ok && e.Kind == graph.Denied {
		x.add(render.Check{Name: name, Verdict: render.CheckUnseen, Found: "not looked at: " + e.Error()})
		return
	}
	x.broken(name, err.Error(), "")
}

// listed joins words as prose has them.
func listed(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
