package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
)

// WatchOptions are the dependencies and flags of `scimctl watch`.
type WatchOptions struct {
	deps    *Deps
	managed managedFlags
	follow  followFlags
	Until   string
	Format  string
}

func newCmdWatch(d *Deps, run func(context.Context, *WatchOptions) error) *cobra.Command {
	o := &WatchOptions{deps: d}
	c := &cobra.Command{
		Use:   "watch",
		Short: "Watch a provisioning cycle until it ends",
		Long: `Watch a synchronization job: on a terminal its progress is drawn in place, off it
a line is written whenever something has changed. Watching ends when a cycle has
ended, or with --until steady when everybody in scope has been provisioned once,
and how the job stands then is printed. Ctrl-C stops watching, not the job.

With -o json every look is a line of JSON, the same as a job of scimctl status.

The exit code is 1 when the cycle failed as a whole or the job is in quarantine,
and 2 when some objects failed.`,
		Example: `  scimctl watch -f idmelon.yaml
  scimctl watch -f idmelon.yaml --until steady --timeout 4h`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := errors.Join(o.managed.check(), o.follow.check()); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runWatch(c.Context(), o)
		},
	}
	o.managed.add(c)
	o.follow.add(c)
	addChoice(c, &o.Until, "until", "", "what to wait for", untilCycle, untilCycle, untilSteady)
	addFormat(c, &o.Format, "text", "json")
	return c
}

func runWatch(ctx context.Context, o *WatchOptions) (err error) {
	d := o.deps
	o.managed.connect.sandbox.cycles = true
	s, found, err := d.managedSession(ctx, &o.managed)
	if err != nil {
		return err
	}
	defer s.closeInto(&err)
	m, err := oneManaged(found)
	if err != nil {
		return err
	}
	job, err := m.job()
	if err != nil {
		return err
	}
	if !job.Active() {
		return fmt.Errorf("application %q: %s Start it with: %s", m.name, job.Standing(s.now()).Summary, s.command(m, "start"))
	}
	var each func(render.JobStatus) error
	if o.Format == "json" {
		each = func(j render.JobStatus) error { return render.JSONLine(d.IO.Out, j) }
	}
	status, err := s.follow(ctx, m, follower{flags: o.follow, until: o.Until, before: job}, render.NewWatch(d.IO, s.now), each)
	if err != nil {
		return err
	}
	if o.Format == "text" {
		app, err := s.appStatus(ctx, m, &o.managed.connect)
		if err != nil {
			return err
		}
		app.Jobs = []render.JobStatus{status}
		p := render.Out(d.IO)
		p.Status(render.StatusReport{At: s.now().UTC(), Apps: []render.AppStatus{app}})
		if err := p.Failed(); err != nil {
			return err
		}
	}
	if code := cycleCode(status.Condition); code != exitOK {
		return exit(code)
	}
	return nil
}

// oneManaged returns the single application, or says how to choose.
func oneManaged(found []*managed) (*managed, error) {
	if len(found) == 1 {
		return found[0], nil
	}
	names := make([]string, len(found))
	for i, m := range found {
		names[i] = m.profile
	}
	return nil, fmt.Errorf("several profiles were given (%s): choose one with --profile", strings.Join(names, ", "))
}
