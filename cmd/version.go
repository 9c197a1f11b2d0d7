package cmd

import (
	"context"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/internal/version"
)

// VersionOptions are the dependencies and flags of `scimctl version`.
type VersionOptions struct {
	deps   *Deps
	Format string
}

// versionInfo is the JSON of `scimctl version`.
type versionInfo struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"` // full hash, when the build knew it
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

// runVersion prints the version. The text, without a flag, comes from package early
// already where the program was started as itself.
func runVersion(o *VersionOptions) error {
	if o.Format == "json" {
		return render.JSON(o.deps.IO.Out, versionInfo{Version: version.Number, Commit: commit(), Go: runtime.Version()})
	}
	_, err := io.WriteString(o.deps.IO.Out, version.Line())
	return err
}

// commit reads from the program what it was built from; "" when the build did not
// know.
func commit() string {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range b.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}
