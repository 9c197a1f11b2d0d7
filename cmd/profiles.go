package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/profiles"
)

// ProfilesOptions are the dependencies and flags of `scimctl profiles`.
type ProfilesOptions struct {
	deps   *Deps
	Format string
	Name   string // of `profiles show`
}

func newCmdProfiles(d *Deps, run func(context.Context, *ProfilesOptions) error) *cobra.Command {
	o := &ProfilesOptions{deps: d}
	c := &cobra.Command{
		Use:     "profiles",
		Short:   "List the built-in profiles, or print one",
		Example: "  scimctl profiles\n  scimctl profiles show idmelon > idmelon.yaml",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if run != nil {
				return run(c.Context(), o)
			}
			return runProfiles(o)
		},
	}
	addFormat(c, &o.Format, "text", "json")
	show := &cobra.Command{
		Use:               "show NAME",
		Short:             "Print a built-in profile",
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: cobra.FixedCompletions(profiles.Names(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(c *cobra.Command, args []string) error {
			o.Name = args[0]
			if run != nil {
				return run(c.Context(), o)
			}
			return runProfilesShow(o)
		},
	}
	c.AddCommand(show)
	return c
}

// profileInfo is one entry of the JSON of `scimctl profiles`.
type profileInfo struct {
	Name         string   `json:"name"`
	Description  string   `json:"description"`
	Environments []string `json:"environments"`
	Variables    []string `json:"variables"`
}

func runProfiles(o *ProfilesOptions) error {
	var infos []profileInfo
	for _, name := range profiles.Names() {
		data, _ := profiles.Read(name)
		file, problems := profile.Load(name+".yaml", data)
		if err := problems.Err(); err != nil {
			return fmt.Errorf("built-in profile %s: %w", name, err)
		}
		for _, p := range file.Profiles {
			info := profileInfo{Name: p.Name, Description: p.Description, Environments: p.Environments, Variables: []string{}}
			if info.Environments == nil {
				info.Environments = []string{}
			}
			for _, v := range p.Variables {
				info.Variables = append(info.Variables, v.Name)
			}
			infos = append(infos, info)
		}
	}
	if o.Format == "json" {
		return render.JSON(o.deps.IO.Out, infos)
	}
	rows := make([][]string, len(infos))
	for i, info := range infos {
		environments := strings.Join(info.Environments, ", ")
		if environments == "" {
			environments = "-"
		}
		rows[i] = []string{info.Name, environments, info.Description}
	}
	p := render.Out(o.deps.IO)
	p.Table([]string{"NAME", "ENVIRONMENTS", "DESCRIPTION"}, rows)
	return p.Failed()
}

func runProfilesShow(o *ProfilesOptions) error {
	data, ok := profiles.Read(o.Name)
	if !ok {
		return fmt.Errorf("there is no built-in profile %q%s; built in are %s",
			o.Name, diag.DidYouMean(o.Name, profiles.Names()), strings.Join(profiles.Names(), ", "))
	}
	_, err := o.deps.IO.Out.Write(data)
	return err
}
