package cmd

import (
	"context"
	"encoding/json"
	"errors"
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
	Interval    cycleInterval
	AllowEgress bool
	Routes      map[string]string
	Roles       []string
	Fault       string
	HAR         string
}

func newCmdEmulator(d *Deps, run func(context.Context, *EmulatorOptions) error) *cobra.Command {
	o := &EmulatorOptions{deps: d, Interval: cycleInterval(40 * time.Minute)}
	c := &cobra.Command{
		Use:   "emulator",
		Short: "Run an Entra tenant in a box, for any Microsoft Graph client",
		Long: `Run an Entra tenant in a box until it is interrupted: the token endpoint, the
Microsoft Graph endpoints that provisioning needs, over TLS with a certificate
authority of its own, and an embedded SCIM server to provision into. It listens
on loopback only.

A job that is started runs an initial cycle at once and then one every interval, in
the background. The control API below /_control/ moves the rest: it plays joiners,
movers and leavers (POST directory), runs a cycle now (POST jobs/ID/tick) and puts
the clock forward (POST clock). It takes the client's id and secret.

--fault FILE makes things go wrong. The file is JSON: rules strike requests of Graph
by method and path (* is one segment, a final ** any number), every time or by nth,
every, first or probability, at most times times; and they refuse with a status (code,
message, retryAfter), reset the connection before or after the effect, truncate the
answer, put garbage (html, json, empty) in its place, delay it or let it drip.
"behaviour" switches the habits of the service, such as replicationDelay or
replaceSecrets. PUT, GET and DELETE /_control/faults do the same while it runs:

  {"rules": [{"method": "POST", "path": "/applicationTemplates/*/instantiate",
              "nth": 1, "reset": "after"},
             {"probability": 0.1, "status": 503, "retryAfter": "5s"}],
   "behaviour": {"replicationDelay": "60s", "budgets": true}}

When it is ready it prints one line of JSON: url, authority, ca (a file), tenantId,
clientId, clientSecret, scimUrl, scimToken.`,
		Example: `  scimctl emulator > ready.json &
  scimctl emulator --state ./tenant --users 2000 --latency 100ms
  scimctl emulator --fault bad-day.json --har traffic.har
  scimctl emulator --cycle-interval off   # cycles run only when they are called`,
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
	f.Var(&o.Interval, "cycle-interval", "how often started jobs run a cycle; off: only when called")
	f.StringSliceVar(&o.Roles, "role", nil, "permission of the client, repeatable; everything without it")
	f.StringVar(&o.Fault, "fault", "", "JSON file that says what goes wrong, and how the service behaves")
	f.StringVar(&o.HAR, "har", "", "file for a log of requests and answers, HAR 1.2, without secrets")
	addRoutes(c, &o.AllowEgress, &o.Routes)
	return c
}

// faults reads the fault plan, nil for none.
func (o *EmulatorOptions) faults() (*emulator.FaultPlan, error) {
	if o.Fault == "" {
		return nil, nil
	}
	data, err := o.deps.ReadFile(o.Fault)
	if err != nil {
		return nil, fmt.Errorf("read the fault plan: %w", err)
	}
	return emulator.ParseFaults(o.Fault, data)
}

// cycleInterval is the value of --cycle-interval: a duration, or off.
type cycleInterval time.Duration

// String implements pflag.Value.
func (i *cycleInterval) String() string {
	if *i == 0 {
		return "off"
	}
	return time.Duration(*i).String()
}

// Set implements pflag.Value.
func (i *cycleInterval) Set(text string) error {
	if text == "off" {
		*i = 0
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return errors.New("write a duration such as 40m, or off")
	}
	*i = cycleInterval(d)
	return nil
}

// Type implements pflag.Value.
func (i *cycleInterval) Type() string { return "duration" }

func runEmulator(ctx context.Context, o *EmulatorOptions) (err error) {
	d := o.deps
	faults, err := o.faults()
	if err != nil {
		return err
	}
	e, err := emulator.New(emulator.Options{
		Roles: o.Roles, Faults: faults, HAR: o.HAR,
		StateDir: o.State, Users: o.Users, Groups: o.Groups, Latency: o.Latency,
		AllowEgress: o.AllowEgress, Routes: o.Routes, Now: d.Now, CycleInterval: time.Duration(o.Interval),
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
