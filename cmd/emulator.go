package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/emulator"
)

// EmulatorOptions are the dependencies and flags of `scimctl emulator`.
type EmulatorOptions struct {
	deps        *Deps
	Listen      string
	State       string
	Users       int
	Groups      int
	Latency     time.Duration
	AllowEgress bool
	Routes      map[string]string
}

func newCmdEmulator(d *Deps, run func(context.Context, *EmulatorOptions) error) *cobra.Command {
	o := &EmulatorOptions{deps: d}
	c := &cobra.Command{
		Use:   "emulator",
		Short: "Run an Entra tenant in a box, for any Microsoft Graph client",
		Long: `Run an Entra tenant in a box until it is interrupted: the token endpoint, the
Microsoft Graph endpoints that provisioning needs, over TLS with a certificate
authority of its own, and an embedded SCIM server to provision into. It listens
on loopback only.

When it is ready it prints one line of JSON: url, authority, ca (a file), tenantId,
clientId, clientSecret, scimUrl, scimToken.`,
		Example: `  scimctl emulator > ready.json &
  scimctl emulator --state ./tenant --users 2000 --latency 100ms`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if run != nil {
				return run(c.Context(), o)
			}
			return runEmulator(c.Context(), o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Listen, "listen", "127.0.0.1:0", "loopback address to listen on; port 0 picks one")
	f.StringVar(&o.State, "state", "", "folder that keeps the tenant between runs; in memory without it")
	f.IntVar(&o.Users, "users", 0, "users to generate beside the default ones")
	f.IntVar(&o.Groups, "groups", 0, "groups to generate beside the default ones")
	f.DurationVar(&o.Latency, "latency", 0, "time added to every answer of Graph")
	addRoutes(c, &o.AllowEgress, &o.Routes)
	return c
}

func runEmulator(ctx context.Context, o *EmulatorOptions) (err error) {
	d := o.deps
	e, err := emulator.New(emulator.Options{
		StateDir: o.State, Users: o.Users, Groups: o.Groups, Latency: o.Latency,
		AllowEgress: o.AllowEgress, Routes: o.Routes, Now: d.Now,
	})
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := e.Close(); err == nil {
			err = closeErr
		}
	}()
	info, err := e.Listen(o.Listen)
	if err != nil {
		return err
	}
	if d.IO.ErrTerminal {
		render.Err(d.IO).Note("the tenant answers at %s until you press Ctrl-C", info.URL)
	}
	if err := json.NewEncoder(d.IO.Out).Encode(info); err != nil {
		return fmt.Errorf("print where the tenant is: %w", err)
	}
	<-ctx.Done()
	return nil
}

// addRoutes adds the flags that say where SCIM traffic of the emulator may go.
func addRoutes(c *cobra.Command, allow *bool, routes *map[string]string) {
	c.Flags().BoolVar(allow, "allow-egress", false, "let the emulator's SCIM traffic leave this machine")
	c.Flags().StringToStringVar(routes, "route", nil, "send SCIM traffic for a tenant URL to another, as FROM=TO")
}
