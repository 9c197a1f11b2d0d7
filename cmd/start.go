package cmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/pkg/entra"
)

// StartOptions are the dependencies and flags of `scimctl start`.
type StartOptions struct {
	deps    *Deps
	managed managedFlags
	wait    waitFlags
	Format  string
}

func newCmdStart(d *Deps, run func(context.Context, *StartOptions) error) *cobra.Command {
	o := &StartOptions{deps: d}
	c := &cobra.Command{
		Use:   "start",
		Short: "Start provisioning",
		Long: `Start the synchronization job of applications: it goes on where it stopped, and
leaves quarantine. The connection is tested first, and where that fails the job is
not started (exit code 3). A job that runs already is left alone.`,
		Example: `  scimctl start -f idmelon.yaml
  scimctl start -f idmelon.yaml --wait   # until the first cycle has ended`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := errors.Join(o.managed.check(), o.wait.check(c)); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runStart(c.Context(), o)
		},
	}
	o.managed.add(c)
	o.wait.add(c)
	addFormat(c, &o.Format, "text", "json")
	return c
}

func runStart(ctx context.Context, o *StartOptions) error {
	a := jobAction{deps: o.deps, managed: &o.managed, wait: &o.wait, format: o.Format, verb: verbStart, act: start}
	return a.run(ctx)
}

// start starts a job that does not run or is in quarantine.
func start(ctx context.Context, s *session, t jobTenant, m *managed, job entra.Job) (bool, error) {
	if job.Active() && job.Standing(s.now()).Condition != entra.Quarantined {
		return false, nil
	}
	if err := connected(ctx, s, m, job); err != nil {
		return false, err
	}
	return true, t.StartJob(ctx, m.principal.ID, job.ID)
}
