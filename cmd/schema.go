package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/pkg/profile"
)

// SchemaOptions are the dependencies of `scimctl schema`.
type SchemaOptions struct{ deps *Deps }

func newCmdSchema(d *Deps, run func(context.Context, *SchemaOptions) error) *cobra.Command {
	o := &SchemaOptions{deps: d}
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of profiles, for editors",
		Example: `  scimctl schema > profile.schema.json
  # and as the first line of a profile:
  # yaml-language-server: $schema=./profile.schema.json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if run != nil {
				return run(c.Context(), o)
			}
			_, err := o.deps.IO.Out.Write(profile.JSONSchema())
			return err
		},
	}
}
