package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/pkg/entra"
)

// StopOptions are the dependencies and flags of `scimctl stop`.
type StopOptions struct {
	deps    *Deps
	managed managedFlags
	Format  string
}

func newCmdStop(d *Deps, run func(context.Context, *StopOptions) error) *cobra.Command {
	o := &StopOptions{deps: d}
	c := &cobra.Command{
		Use:   "stop",
		Short: "Pause provisioning",
		Long: `Pause the synchronization job of applications. A cycle that is under way still
ends, and the job keeps what it knows: scimctl start goes on from there. Nobody is
deprovisioned, and nobody who leaves is switched off either while the job is
stopped.`,
		Example: "  scimctl stop -f idmelon.yaml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.managed.check(); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runStop(c.Context(), o)
		},
	}
	o.managed.add(c)
	addFormat(c, &o.Format, "text", "json")
	return c
}

func runStop(ctx context.Context, o *StopOptions) error {
	a := jobAction{deps: o.deps, managed: &o.managed, format: o.Format, verb: verbStop, act: stop}
	return a.run(ctx)
}

func stop(ctx context.Context, _ *session, t jobTenant, m *managed, job entra.Job) (bool, error) {
	if !job.Active() {
		return false, nil
	}
	return true, t.PauseJob(ctx, m.principal.ID, job.ID)
}
