package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/importer"
)

// ImportOptions are the dependencies and flags of `scimctl import`.
type ImportOptions struct {
	deps             *Deps
	connect          connectFlags
	Schema           string // file of an exported schema, "" for a live application
	App              string
	ServicePrincipal string
	Job              string
	Profile          string
	Template         string
	Out              string
	Force            bool
}

func newCmdImport(d *Deps, run func(context.Context, *ImportOptions) error) *cobra.Command {
	o := &ImportOptions{deps: d}
	c := &cobra.Command{
		Use:   "import [schema.json]",
		Short: "Write a profile from a live application or an exported schema",
		Long: `Write the profile of an application as the tenant has it, or of a synchronization
schema that was exported from the portal or read from Microsoft Graph. The profile
is minimal: what is as in the application's template is not repeated. It is planned
against what it was made from before it is shown, and has nothing to do there.

What the profile format has no word for is named in a comment and left in the tenant
as it is. The token cannot be read and is not needed; the profile names an
environment variable for it.`,
		Example: `  scimctl import --app IDmelon --out idmelon.yaml
  scimctl import --sp 6f9619ff-8b86-4011-b42d-00cf4fc964ff --job scim.0f1e…
  scimctl import schema.json --app "Example"   # offline`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.Schema = args[0]
			}
			if err := o.check(); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runImport(c.Context(), o)
		},
	}
	flags := c.Flags()
	flags.StringVar(&o.App, "app", "", "application: display name, object id or client id; of an exported schema its display name")
	flags.StringVar(&o.ServicePrincipal, "sp", "", "object id of the service principal")
	flags.StringVar(&o.Job, "job", "", "id of the synchronization job, where there are several")
	flags.StringVar(&o.Profile, "profile", "", "name of the profile; by default made from the application's")
	flags.StringVar(&o.Template, "template", "", "gallery application that an exported schema is of, or non-gallery")
	flags.StringVar(&o.Out, "out", "", "write the profile to a file")
	flags.BoolVar(&o.Force, "force", false, "write over a file that is there")
	o.connect.add(c)
	return c
}

// check refuses flags that do not go together.
func (o *ImportOptions) check() error {
	switch {
	case o.Schema == "" && (o.App == "") == (o.ServicePrincipal == ""):
		return errors.New("name an application with --app or --sp, or a file with an exported schema")
	case o.Schema == "" && o.Template != "":
		return errors.New("--template goes with an exported schema: a live application knows its own")
	case o.Schema != "" && (o.ServicePrincipal != "" || o.Job != ""):
		return errors.New("an exported schema has no service principal and no job: leave --sp and --job out")
	case o.Schema != "" && o.connect.sandbox.On:
		return errors.New("an exported schema is imported without a tenant: leave --sandbox out")
	case o.Force && o.Out == "":
		return errors.New("--force goes with --out")
	}
	return nil
}

func runImport(ctx context.Context, o *ImportOptions) (err error) {
	d := o.deps
	if err := mayWrite(o.Out, o.Force); err != nil {
		return err
	}
	var in importer.Input
	if o.Schema != "" {
		in, err = d.exportedSchema(o)
	} else {
		in, err = d.liveApplication(ctx, o)
	}
	if err != nil {
		return err
	}
	in.Profile = o.Profile
	result, err := importer.Import(in)
	if err != nil {
		return err
	}
	if err := d.writeProfile(o, result); err != nil {
		return err
	}
	render.Err(d.IO).Import(result, o.Out)
	if len(result.Unproven) > 0 {
		return exit(exitPending)
	}
	return nil
}

// mayWrite refuses a file that is there before anything else is done.
func mayWrite(name string, force bool) error {
	if name == "" || force {
		return nil
	}
	if _, err := os.Lstat(name); err == nil {
		return refuse("%s is there already: choose another file with --out, or add --force to write over it", name)
	}
	return nil
}

// writeProfile writes the profile to the file or to standard output. A file is
// written whole or not at all.
func (d *Deps) writeProfile(o *ImportOptions, r *importer.Result) error {
	if o.Out == "" {
		_, err := d.IO.Out.Write(r.Text)
		return err
	}
	if err := renameio.WriteFile(o.Out, r.Text, 0o644); err != nil {
		return fmt.Errorf("write the profile: %w", err)
	}
	return nil
}
