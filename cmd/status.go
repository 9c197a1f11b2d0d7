package cmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/entra"
)

// StatusOptions are the dependencies and flags of `scimctl status`.
type StatusOptions struct {
	deps     *Deps
	managed  managedFlags
	Format   string
	ExitCode bool
}

func newCmdStatus(d *Deps, run func(context.Context, *StatusOptions) error) *cobra.Command {
	o := &StatusOptions{deps: d}
	c := &cobra.Command{
		Use:   "status",
		Short: "Show how provisioning stands",
		Long: `Show how the synchronization jobs of applications stand: in plain words, with
schedule, last and next cycle, how many are provisioned, what is in escrow, and a
quarantine explained with what to do about it. Nothing is changed.

One job is shown in full; of several there is a table, and in full those that
need a person. Without --job all jobs of an application are shown.`,
		Example: `  scimctl status -f idmelon.yaml
  scimctl status -f profiles --all --exit-code   # 2 when a job needs a person
  scimctl status --app "Contoso SCIM"            # an application without a profile`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.managed.check(); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runStatus(c.Context(), o)
		},
	}
	o.managed.add(c)
	addFormat(c, &o.Format, "text", "json")
	c.Flags().BoolVar(&o.ExitCode, "exit-code", false, "exit with 2 when a job is failing or in quarantine")
	return c
}

func runStatus(ctx context.Context, o *StatusOptions) (err error) {
	d := o.deps
	s, found, err := d.managedSession(ctx, &o.managed)
	if err != nil {
		return err
	}
	defer s.closeInto(&err)
	if len(found) == 1 && found[0].missing != nil {
		return found[0].missing
	}
	report := render.StatusReport{Apps: make([]render.AppStatus, len(found))}
	err = inParallel(ctx, len(found), func(ctx context.Context, i int) (err error) {
		report.Apps[i], err = s.appStatus(ctx, found[i], &o.managed.connect)
		return err
	})
	if err != nil {
		return err
	}
	report.At = s.now().UTC()
	code := exitOK
	for _, app := range report.Apps {
		if app.Problem != "" {
			code = exitError
		}
		for _, j := range app.Jobs {
			if j.Bad && o.ExitCode && code == exitOK {
				code = exitPending
			}
		}
	}
	if o.Format == "json" {
		err = render.JSON(d.IO.Out, report)
	} else {
		p := render.Out(d.IO)
		p.Status(report)
		err = p.Failed()
	}
	if err != nil {
		return err
	}
	if code != exitOK {
		return exit(code)
	}
	return nil
}

// appStatus reads the settings of an application and judges its jobs.
func (s *session) appStatus(ctx context.Context, m *managed, f *connectFlags) (render.AppStatus, error) {
	a := render.AppStatus{
		Profile: m.profile, Environment: m.environment, Name: m.name, ServicePrincipalID: m.principal.ID, AppID: m.principal.AppID,
		Portal: f.portal(s.deps, m.principal), Jobs: []render.JobStatus{},
	}
	switch {
	case m.missing != nil:
		a.Problem = m.missing.Error()
		return a, nil
	case len(m.jobs) == 0:
		_, err := m.job()
		a.Problem = err.Error()
		return a, nil
	}
	stored, err := s.target.Secrets(ctx, m.principal.ID)
	if err != nil {
		return a, fmt.Errorf("enterprise application %q: %w", m.name, err)
	}
	if err := settings(stored, &a); err != nil {
		render.Err(s.deps.IO).Note("application %s: %v", m.name, err)
	}
	for _, j := range m.jobs {
		a.Jobs = append(a.Jobs, s.jobStatus(m, j))
	}
	return a, nil
}

// settings reads what lives among the synchronization secrets.
// Source: graph_contract §6.
func settings(stored []entra.Credential, a *render.AppStatus) error {
	for _, c := range stored {
		switch c.Key {
		case entra.KeyBaseAddress:
			a.Endpoint = c.Value
		case entra.KeySyncAll:
			a.Scope = "assigned"
			if strings.EqualFold(c.Value, "true") {
				a.Scope = "all"
			}
		case entra.KeySyncNotificationSettings:
			n, err := entra.ParseNotificationSettings(c.Value)
			if err != nil {
				return err
			}
			if n.DeleteThresholdEnabled {
				a.DeletionThreshold = &n.DeleteThresholdValue
			}
			if n.Enabled {
				a.Notify = n.Recipients
			}
		}
	}
	return nil
}

// jobStatus judges a job and names the command that goes on from there.
func (s *session) jobStatus(m *managed, j entra.Job) render.JobStatus {
	out := render.NewJobStatus(j, s.now())
	out.Command = s.nextCommand(m, j, out.Condition)
	return out
}

// nextCommand is what a person would run next.
func (s *session) nextCommand(m *managed, j entra.Job, c entra.Condition) string {
	var verb, flags string
	switch {
	case c == entra.NotSetUp && m.profile != "":
		verb = "apply"
	case c == entra.Stopped:
		verb = "start"
	case j.Status.Quarantine.Has(entra.ReasonTooManyDeletes):
		verb, flags = "logs", " --action stagedDelete"
	case c.Bad():
		verb = "doctor"
	case c == entra.WithErrors:
		verb, flags = "logs", " --status failure"
	case c == entra.Running || c == entra.Waiting:
		verb = "watch"
	default:
		return ""
	}
	return s.command(m, verb) + flags
}

// now is the time by the tenant's clock, where that is another one than this
// machine's: what a job did and will do is told by that clock. A second or two may be
// the way of an answer.
func (s *session) now() time.Time {
	t, ok := s.target.(interface{ Skew() time.Duration })
	if !ok || t.Skew().Abs() <= 2*time.Second {
		return s.deps.Now()
	}
	return s.deps.Now().Add(t.Skew())
}

// command is a command line on the same application.
func (s *session) command(m *managed, verb string) string {
	text := "scimctl " + verb + " " + m.selection
	if s.sandbox != nil {
		text += " --sandbox"
	}
	return text
}
