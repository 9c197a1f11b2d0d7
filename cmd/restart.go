package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
)

// RestartOptions are the dependencies and flags of `scimctl restart`.
type RestartOptions struct {
	deps    *Deps
	managed managedFlags
	wait    waitFlags
	Reset   []string
	Yes     bool
	Format  string
}

func newCmdRestart(d *Deps, run func(context.Context, *RestartOptions) error) *cobra.Command {
	o := &RestartOptions{deps: d}
	c := &cobra.Command{
		Use:   "restart",
		Short: "Restart provisioning, forgetting what --reset says",
		Long:  restartLong(),
		Example: `  scimctl restart -f idmelon.yaml
  scimctl restart -f idmelon.yaml --reset ForceDeletes --yes   # allow held back deletions`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			_, wrong := o.scope()
			if err := errors.Join(o.managed.check(), o.wait.check(c), wrong); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runRestart(c.Context(), o)
		},
	}
	o.managed.add(c)
	o.wait.add(c)
	c.Flags().StringSliceVar(&o.Reset, "reset", nil, "what the job forgets, separated by commas; by default QuarantineState,Watermark,Escrows")
	_ = c.RegisterFlagCompletionFunc("reset", cobra.FixedCompletions(resetNames(), cobra.ShellCompDirectiveNoFileComp))
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	addFormat(c, &o.Format, "text", "json")
	return c
}

// resets are the parts of a reset scope with what each brings about.
// Source: graph_contract §5, graph_gotchas 33, 48, 49, entra_wire W-64.
var resets = []struct {
	scope engine.ResetScope
	name  string
	what  string // is reset
	does  string // brings about
}{
	{engine.ResetQuarantine, "QuarantineState", "the quarantine, with its count of attempts", "The quarantine is lifted. Unless its cause is mended, the next cycle brings it back."},
	{engine.ResetWatermark, "Watermark", "how far the directory was read: everybody is looked at again", "The next cycle is an initial one: everybody in scope is evaluated again, which takes from 20 minutes to hours."},
	{engine.ResetEscrows, "Escrows", "which objects failed and when they are tried again", "Objects that failed are no longer waited with: all of them are tried again in the next cycle."},
	{engine.ResetConnectorData, "ConnectorDataStore", "which objects belong together; matched anew, best not used alone", "All links are forgotten and every object is matched anew: one that no longer matches is created a second time. Microsoft says not to use this scope by itself."},
	{engine.ResetForceDeletes, "ForceDeletes", "the guard: held back disablings and deletions are carried out", "The disablings and deletions that the threshold holds back are carried out. There is no way back."},
}

func resetNames() []string {
	names := []string{"Full"}
	for _, r := range resets {
		names = append(names, r.name)
	}
	return names
}

func restartLong() string {
	var b strings.Builder
	b.WriteString(`Restart the synchronization job of applications. What that brings about is said
and confirmed before anything is done; the connection is tested first, and where
that fails the job is not restarted (exit code 3). --reset takes any of:

  Full                all of the following but ForceDeletes
`)
	for _, r := range resets {
		fmt.Fprintf(&b, "  %-18s  %s\n", r.name, r.what)
	}
	b.WriteString(`
Without --reset it is what the portal's "Restart provisioning" does: QuarantineState,
Watermark and Escrows.`)
	return b.String()
}

// scope is the reset scope of the flags.
func (o *RestartOptions) scope() (engine.ResetScope, error) {
	for _, name := range o.Reset {
		if strings.EqualFold(strings.TrimSpace(name), "None") {
			return 0, errors.New("--reset None resets nothing: use scimctl start")
		}
	}
	scope, err := engine.ParseResetScope(strings.Join(o.Reset, ","))
	if err != nil {
		return 0, fmt.Errorf("--reset: %w", err)
	}
	return scope, nil
}

func runRestart(ctx context.Context, o *RestartOptions) error {
	scope, err := o.scope()
	if err != nil {
		return err
	}
	a := jobAction{deps: o.deps, managed: &o.managed, wait: &o.wait, format: o.Format, verb: verbRestart, reset: scope.String()}
	a.act = func(ctx context.Context, s *session, t jobTenant, m *managed, job entra.Job) (bool, error) {
		if err := o.confirm(ctx, s, m, job, scope); err != nil {
			return false, err
		}
		return restart(ctx, s, t, m, job, scope)
	}
	return a.run(ctx)
}

// confirm names what a restart brings about and asks.
func (o *RestartOptions) confirm(ctx context.Context, s *session, m *managed, job entra.Job, scope engine.ResetScope) error {
	p := render.Err(o.deps.IO)
	p.Linef("Restarting %s resets %s:", m.name, scope)
	for _, r := range resets {
		if scope&r.scope != 0 {
			p.Paragraph(2, "- ", r.does)
		}
	}
	if scope&engine.ResetForceDeletes != 0 {
		p.Paragraph(2, "  ", s.heldBack(ctx, m, job))
	}
	if err := p.Failed(); err != nil || o.Yes {
		return err
	}
	return o.deps.confirm("Restart the job?", "--yes")
}

// restart restarts a job whose connection works, and sees to it that it runs then: a
// restart of a stopped job is not said to start it [?]. Source: graph_contract §5.
func restart(ctx context.Context, s *session, t jobTenant, m *managed, job entra.Job, scope engine.ResetScope) (bool, error) {
	if err := connected(ctx, s, m, job); err != nil {
		return false, err
	}
	if err := t.RestartJob(ctx, m.principal.ID, job.ID, scope.String()); err != nil {
		return false, err
	}
	if job.Active() {
		return true, nil
	}
	return true, t.StartJob(ctx, m.principal.ID, job.ID)
}
