package cmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/pkg/entra"
)

// LogsOptions are the dependencies and flags of `scimctl logs`.
type LogsOptions struct {
	deps     *Deps
	managed  managedFlags
	Since    string
	User     string
	Actions  []string
	Statuses []string
	Limit    int
	Follow   bool
	Interval time.Duration
	Steps    bool
	Format   string
}

// logsLife is how long the service keeps the log. Source: graph_contract §10.
const logsLife = 30 * 24 * time.Hour

// logsInterval is how often the log is read while it is followed. Its limit today is
// not published, and was single digits in ten seconds [?]. Source: graph_contract §1.
const logsInterval = 30 * time.Second

// maxDays bounds --since in days.
const maxDays = 3650

// maxLogs bounds what is held in memory.
const maxLogs = 100_000

func newCmdLogs(d *Deps, run func(context.Context, *LogsOptions) error) *cobra.Command {
	o := &LogsOptions{deps: d}
	c := &cobra.Command{
		Use:   "logs",
		Short: "Show the provisioning log, failures explained",
		Long: `Show the provisioning log of an application: one line for each object that a cycle
or provisioning on demand looked at, oldest first. Failures are explained with what
to do; --steps shows every step and every changed attribute.

Microsoft Graph is asked by application and time; the other filters work here,
since it is not documented that it knows them. The service writes entries some
minutes late and keeps them for 30 days (7 without a paid licence).

With -o json the result is a list, and with --follow a line of JSON for each entry.
--follow goes on until Ctrl-C.`,
		Example: `  scimctl logs -f idmelon.yaml --status failure --since 7d
  scimctl logs -f idmelon.yaml --user alice@contoso.com --steps
  scimctl logs -f idmelon.yaml --follow -o json | jq .code`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := errors.Join(o.managed.check(), o.check(c.Flags().Changed("interval"))); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runLogs(c.Context(), o)
		},
	}
	o.managed.add(c)
	f := c.Flags()
	f.StringVar(&o.Since, "since", "24h", "how far to look back: a time such as 90m, 24h or 7d, or a date such as 2026-11-25 or 2026-11-25T08:00:00Z")
	f.StringVarP(&o.User, "user", "u", "", "only this object: user principal name, display name or object id, of groups as well")
	addChoices(c, &o.Actions, "action", "only these actions", "create", "update", "disable", "delete", entra.LogStagedDelete, "other")
	addChoices(c, &o.Statuses, "status", "only what ended so", entra.LogSuccess, entra.LogFailure, entra.LogSkipped, entra.LogWarning)
	f.IntVar(&o.Limit, "limit", 100, "entries at most, the newest; 0 for all")
	f.BoolVar(&o.Follow, "follow", false, "go on with new entries as they come")
	f.DurationVar(&o.Interval, "interval", logsInterval, "time between looks with --follow")
	f.BoolVar(&o.Steps, "steps", false, "show every step and every changed attribute")
	addFormat(c, &o.Format, "text", "json")
	return c
}

// check refuses flags that mean nothing.
func (o *LogsOptions) check(interval bool) error {
	switch {
	case o.Limit < 0 || o.Limit > maxLogs:
		return fmt.Errorf("--limit must be from 0 to %d", maxLogs)
	case interval && !o.Follow:
		return errors.New("--interval goes with --follow")
	case o.Interval < time.Second/10:
		return errors.New("--interval must be 100ms or more")
	}
	_, err := parseSince(o.Since, time.Time{})
	return err
}

// parseSince reads a moment: so long ago, or a date.
func parseSince(text string, now time.Time) (time.Time, error) {
	if number, ok := strings.CutSuffix(text, "d"); ok {
		if days, err := strconv.ParseUint(number, 10, 16); err == nil && days <= maxDays {
			return now.AddDate(0, 0, -int(days)), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04", time.DateTime, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("--since %q is no time: write it like 90m, 24h or 7d, or as a date like 2026-11-25 or 2026-11-25T08:00:00Z", text)
}
