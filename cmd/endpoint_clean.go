package cmd

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/endpoint"
)

// EndpointCleanOptions are the dependencies and flags of `scimctl endpoint clean`.
type EndpointCleanOptions struct {
	deps   *Deps
	target targetFlags
	Format string
	Run    string
	DryRun bool
}

func newCmdEndpointClean(d *Deps, run func(context.Context, *EndpointCleanOptions) error) *cobra.Command {
	o := &EndpointCleanOptions{deps: d}
	c := &cobra.Command{
		Use:   "clean",
		Short: "Remove what earlier tests left at a SCIM endpoint",
		Long: `Find users and groups whose name or external id begins with scimctl-test-, the mark
of what scimctl endpoint test makes, and remove them, also those of a test that is
under way. With --run only those of one run are meant, whose id its report shows.

The exit code is 1 when something could not be removed.`,
		Example: `  scimctl endpoint clean --url https://scim.example/v2 --token-env SCIM_TOKEN --dry-run
  scimctl endpoint clean -f idmelon.yaml --run 1f2e3d4c`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.target.check(); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runEndpointClean(c.Context(), o)
		},
	}
	o.target.add(c)
	addFormat(c, &o.Format, "text", "json")
	c.Flags().StringVar(&o.Run, "run", "", "id of the run whose objects are meant; by default all runs")
	c.Flags().BoolVar(&o.DryRun, "dry-run", false, "show what would be removed, and remove nothing")
	return c
}

func runEndpointClean(ctx context.Context, o *EndpointCleanOptions) error {
	d := o.deps
	t, err := o.target.open(ctx, d)
	if err != nil {
		return err
	}
	question := "Remove the users and groups that earlier tests left at %s?"
	if o.DryRun {
		question = ""
	}
	if err := o.target.allow(d, t, question); err != nil {
		return err
	}
	runner, err := endpoint.New(t.options)
	if err != nil {
		return err
	}
	done, failed := runner.Clean(ctx, endpoint.CleanOptions{Run: o.Run, DryRun: o.DryRun})
	if done != nil {
		if err := o.print(done); err != nil {
			return err
		}
	}
	switch {
	case failed != nil:
		return failed
	case len(done.Left) > 0:
		return errors.New("some objects could not be removed: see above why")
	}
	return nil
}

func (o *EndpointCleanOptions) print(done *endpoint.Cleaned) error {
	if o.Format == "json" {
		return render.CleanedJSON(o.deps.IO.Out, done)
	}
	p := render.Out(o.deps.IO)
	p.Cleaned(done, o.DryRun)
	return p.Failed()
}
