package cmd

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/permission"
	"github.com/scimctl/scimctl/pkg/profile"
)

// PermissionsOptions are the dependencies and flags of `scimctl permissions`.
type PermissionsOptions struct {
	deps      *Deps
	source    sourceFlags
	Verbs     []string
	Format    string
	Delegated bool
	Optional  bool
}

func newCmdPermissions(d *Deps, run func(context.Context, *PermissionsOptions) error) *cobra.Command {
	o := &PermissionsOptions{deps: d}
	c := &cobra.Command{
		Use:   "permissions [verb...]",
		Short: "Say which permissions of Microsoft Graph the verbs need",
		Long: `Print the least permissions of Microsoft Graph for the verbs, all of them by
default, with what each is for. A profile narrows them to what it asks for. No
tenant is needed.

For a consent, -o graph prints the requiredResourceAccess of an application
registration, -o az and -o powershell the commands that ask for it and grant it.`,
		Example: `  scimctl permissions plan apply
  scimctl permissions plan -f idmelon.yaml -o az`,
		ValidArgs: permission.Verbs(),
		RunE: func(c *cobra.Command, args []string) error {
			o.Verbs = args
			if run != nil {
				return run(c.Context(), o)
			}
			return runPermissions(o)
		},
	}
	o.source.add(c)
	addFormat(c, &o.Format, "text", "json", "graph", "az", "powershell")
	c.Flags().BoolVar(&o.Delegated, "delegated", false, "for a person who signs in, in place of an application")
	c.Flags().BoolVar(&o.Optional, "optional", false, "ask for those too that the verbs also work without")
	return c
}

// permissionsJSON is the documented result of -o json.
type permissionsJSON struct {
	Verbs       []string             `json:"verbs"`
	Permissions []permission.Need    `json:"permissions"`
	Optional    []permission.Need    `json:"optional"` // that the verbs also work without
	Consent     []permission.Consent `json:"requiredResourceAccess"`
}

func runPermissions(o *PermissionsOptions) error {
	d := o.deps
	verbs := o.Verbs
	if len(verbs) == 0 {
		verbs = permission.Verbs()
	}
	holds, err := d.conditions(o.source)
	if err != nil {
		return err
	}
	needs, err := permission.For(verbs, holds)
	if err != nil {
		return err
	}
	asked := needs
	if !o.Optional {
		asked = permission.Required(needs)
	}
	p := render.Out(d.IO)
	switch o.Format {
	case "json":
		optional := slices.DeleteFunc(slices.Clone(needs), func(n permission.Need) bool { return !n.Optional() })
		return render.JSON(d.IO.Out, permissionsJSON{verbs, permission.Required(needs), optional, permission.Request(asked, o.Delegated)})
	case "graph":
		return render.JSON(d.IO.Out, map[string]any{"requiredResourceAccess": permission.Request(asked, o.Delegated)})
	case "az":
		p.ConsentAz(asked, o.Delegated)
	case "powershell":
		p.ConsentPowerShell(asked, o.Delegated)
	default:
		p.Permissions(verbs, needs, o.Delegated)
	}
	return p.Failed()
}

// conditions reads off profiles when permissions are needed: the users and groups
// that they name, and whether they assign any. Without profiles nothing is known.
func (d *Deps) conditions(f sourceFlags) (func(permission.Condition) bool, error) {
	if len(f.Files) == 0 {
		return nil, nil
	}
	chosen, err := d.loadToApply(f)
	if err != nil {
		return nil, err
	}
	held := map[permission.Condition]bool{}
	for _, c := range chosen {
		for _, environment := range environments(c.Profile, f.Environment) {
			values, err := d.values(c.Profile, f)
			if err != nil {
				return nil, err
			}
			r, problems := c.Resolve(profile.Options{Environment: environment, Values: values, Sandbox: true})
			if problems.HasErrors() {
				render.Err(d.IO).Diagnostics(problems, c.sources)
				return nil, exit(exitError)
			}
			namedIn(r, held)
		}
	}
	return func(c permission.Condition) bool { return held[c] }, nil
}

// namedIn notes whom a profile names.
func namedIn(r *profile.Resolved, held map[permission.Condition]bool) {
	for _, l := range r.Lookups {
		held[permission.Users] = held[permission.Users] || l.User != ""
		held[permission.Groups] = held[permission.Groups] || l.Group != ""
	}
	if r.Assign == nil {
		return
	}
	held[permission.Assigns] = true
	for _, a := range r.Assign.To {
		held[permission.Users] = held[permission.Users] || a.User != ""
		held[permission.Groups] = held[permission.Groups] || a.Group != ""
	}
}
