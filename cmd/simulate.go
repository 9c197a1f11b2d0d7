package cmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
)

// SimulateOptions are the dependencies and flags of `scimctl simulate`.
type SimulateOptions struct {
	deps        *Deps
	source      sourceFlags
	Directory   string
	URL         string
	TokenEnv    string
	Dialect     string // "" goes by the flags of the tenant URL
	Cycles      int
	Interval    time.Duration
	Log         string
	Rate        float64
	rateGiven   bool
	Concurrency int
	Yes         bool
	Format      string
}

// politeRate is how many requests a second an endpoint that is not on this machine
// gets unless told otherwise: what Entra expects of one. Source: entra_wire W-84.
const politeRate = 25

// simulatedInterval is the interval of Entra's incremental cycles.
// Source: entra_wire W-60.
const simulatedInterval = 40 * time.Minute

// longestTurn is how long a request may wait for its turn, since that counts as time
// in which the endpoint does not answer.
const longestTurn = 10 * time.Second

func newCmdSimulate(d *Deps, run func(context.Context, *SimulateOptions) error) *cobra.Command {
	o := &SimulateOptions{deps: d}
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Run provisioning cycles against a SCIM endpoint, without a tenant",
		Long: `Run the provisioning cycles of a profile as Entra would: the users, groups and
assignments come from a file, the requests go to a SCIM endpoint, and what
happened comes as a report and as the provisioning log. Without --url the endpoint
is a SCIM server inside this process. An endpoint on another machine gets 25 requests
a second at most, unless --rate says otherwise.

Requests are worded as Entra does, or with --dialect as Okta does it: okta-oin is an
application of its network, changed by PATCH, and okta-aiw one of its wizard, changed
by PUT. Scope, retries and quarantine stay Entra's.

Time is simulated. Cycles are --interval apart without waiting, so that retries,
quarantine and a year of joiners, movers and leavers take seconds.

The file of --directory is one object of JSON. objectId may be left out; people and
groups are named by objectId, userPrincipalName or displayName:

  users        [{"userPrincipalName": …, "manager": name, any source attribute}]
  groups       [{"displayName": …, "members": [name, …]}]
  assignments  [{"principal": name, "role": "User"}]
  changes      [{"before": cycle, "note": …, then any of, in this order:
                 "addUsers": [user], "addGroups": [group],
                 "set": [{"object": name, "attributes": {attribute: value}}],
                 "addMembers": [{"group": name, "members": [name]}],
                 "removeMembers": the same,
                 "assign": [assignment], "unassign": [name],
                 "delete": [name], "restore": [name], "purge": [name],
                 "restart": reset scope}]

A value of null removes the attribute; delete is the soft deletion that can be
restored, purge the one for good. The exit code is 1 when at the end an object is
still in escrow, held back, or the job in quarantine.`,
		Example: `  scimctl simulate -f idmelon.yaml --directory company.json
  scimctl simulate -f idmelon.yaml -d co.json --url https://scim.example --token-env TOKEN
  scimctl simulate -f idmelon.yaml -d year.json --cycles 365 --interval 24h -o json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o.rateGiven = c.Flags().Changed("rate")
			if err := o.check(c.Flags().Changed("cycles")); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runSimulate(c.Context(), o)
		},
	}
	o.source.add(c)
	f := c.Flags()
	f.StringVarP(&o.Directory, "directory", "d", "", "file of JSON with users, groups, assignments and their changes, or - for standard input")
	f.StringVar(&o.URL, "url", "", "tenant URL of the SCIM endpoint, with Entra's compliance flag if need be; without it a server in this process")
	f.StringVar(&o.TokenEnv, "token-env", "", "environment variable that holds the endpoint's bearer token")
	addDialect(c, &o.Dialect)
	f.IntVar(&o.Cycles, "cycles", 0, "cycles to run; by default as many as the changes need")
	f.DurationVar(&o.Interval, "interval", simulatedInterval, "simulated time between cycles")
	f.StringVar(&o.Log, "log", "", "file to write the provisioning log to, one entry of JSON a line")
	f.Float64Var(&o.Rate, "rate", politeRate, "requests a second at most; 0 for no limit, as for an endpoint on this machine")
	f.IntVar(&o.Concurrency, "concurrency", 1, "objects provisioned at the same time")
	f.BoolVarP(&o.Yes, "yes", "y", false, "write to an endpoint that is not on this machine without asking")
	addFormat(c, &o.Format, "text", "json")
	return c
}

// check refuses flags that contradict each other.
func (o *SimulateOptions) check(cycles bool) error {
	switch {
	case o.Directory == "":
		return errors.New("name the people with --directory, a file of JSON")
	case cycles && o.Cycles < 1:
		return errors.New("--cycles must be at least 1")
	case o.Interval <= 0:
		return errors.New("--interval must be more than nothing")
	case o.Concurrency < 1:
		return errors.New("--concurrency must be at least 1")
	case o.Rate < 0:
		return errors.New("--rate must not be negative")
	case o.URL == "" && o.TokenEnv != "":
		return errors.New("--token-env goes with --url")
	case o.URL == "" && o.rateGiven:
		return errors.New("--rate goes with --url")
	case o.Rate > 0 && float64(o.Concurrency)/o.Rate > longestTurn.Seconds():
		return fmt.Errorf("with --rate %g and --concurrency %d a request would wait more than %s for its turn: lower the concurrency", o.Rate, o.Concurrency, longestTurn)
	}
	return nil
}
