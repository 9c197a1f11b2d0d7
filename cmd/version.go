package cmd

import (
	"context"
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
)

// VersionOptions are the dependencies and flags of `scimctl version`.
type VersionOptions struct {
	deps   *Deps
	Format string
}

// versionInfo is the JSON of `scimctl version`.
type versionInfo struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
}

func newCmdVersion(d *Deps, run func(context.Context, *VersionOptions) error) *cobra.Command {
	o := &VersionOptions{deps: d}
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if run != nil {
				return run(c.Context(), o)
			}
			return runVersion(o)
		},
	}
	addFormat(c, &o.Format, "text", "json")
	return c
}

func runVersion(o *VersionOptions) error {
	info := build()
	if o.Format == "json" {
		return render.JSON(o.deps.IO.Out, info)
	}
	_, err := fmt.Fprintf(o.deps.IO.Out, "scimctl %s (%s)\n", info.Version, info.Go)
	return err
}

// build reads what the program was built from; "devel" is a build of a work tree.
func build() versionInfo {
	info := versionInfo{Version: "devel", Go: runtime.Version()}
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return info
	}
	if b.Main.Version != "" && b.Main.Version != "(devel)" {
		info.Version = b.Main.Version
	}
	for _, s := range b.Settings {
		if s.Key == "vcs.revision" {
			info.Commit = s.Value
		}
	}
	return info
}
