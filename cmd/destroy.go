package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
)

// DestroyOptions are the dependencies and flags of `scimctl destroy`.
type DestroyOptions struct {
	deps    *Deps
	source  sourceFlags
	connect connectFlags
	Format  string
	Yes     bool
	Purge   bool
}

func newCmdDestroy(d *Deps, run func(context.Context, *DestroyOptions) error) *cobra.Command {
	o := &DestroyOptions{deps: d}
	c := &cobra.Command{
		Use:   "destroy",
		Short: "Delete the application that a profile made",
		Long: `Delete the enterprise application that scimctl made for a profile: application
registration, service principal, synchronization jobs with their state, settings and
assignments. What dies is named before it is asked for. An application that was
there before and was taken over is never deleted.

Entra ID keeps a deleted application for 30 days, in which it can be restored;
--purge removes it for good. Accounts that were provisioned stay in the vendor's
application as they are: to have people switched off there, take away their
assignments first and let a cycle run.`,
		Example: "  scimctl destroy -f idmelon.yaml\n  scimctl destroy -f idmelon --sandbox --yes",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if run != nil {
				return run(c.Context(), o)
			}
			return runDestroy(c.Context(), o)
		},
	}
	o.source.add(c)
	o.connect.add(c)
	addFormat(c, &o.Format, "text", "json")
	c.Flags().BoolVarP(&o.Yes, "yes", "y", false, "do not ask")
	c.Flags().BoolVar(&o.Purge, "purge", false, "remove it for good: it cannot be restored then")
	return c
}

// publicGraph is Microsoft Graph in the public cloud.
const publicGraph = "https://graph.microsoft.com"

// deletingTenant is what destroy asks of a tenant beside apply.Target.
type deletingTenant interface {
	apply.Target
	DeleteApplication(ctx context.Context, applicationID string) error
	DeleteServicePrincipal(ctx context.Context, servicePrincipalID string) error
	DeletedApps(ctx context.Context, tag string) ([]entra.DeletedApp, error)
	Purge(ctx context.Context, id string) error
}

func runDestroy(ctx context.Context, o *DestroyOptions) (err error) {
	d := o.deps
	s, found, err := d.managedSession(ctx, &managedFlags{source: o.source, connect: o.connect})
	if err != nil {
		return err
	}
	defer s.closeInto(&err)
	t, ok := s.target.(deletingTenant)
	if !ok {
		return errors.New("this tenant deletes no applications")
	}
	results := []render.Destroyed{}
	for _, m := range found {
		result, one := o.destroy(ctx, s, t, m)
		if one != nil {
			err = one
			break
		}
		results = append(results, result)
	}
	if o.Format == "json" {
		err = errors.Join(err, render.JSON(d.IO.Out, results))
	}
	return err
}

// destroy deletes the application of one profile.
func (o *DestroyOptions) destroy(ctx context.Context, s *session, t deletingTenant, m *managed) (render.Destroyed, error) {
	out := render.Destroyed{Profile: m.profile, Environment: m.environment, App: m.name, Tenant: m.tenant, Graph: s.cloud}
	if s.sandbox != nil {
		out.Graph = publicGraph // the sandbox has another address each time
	}
	if m.several {
		return out, refuse("%s", m.missing)
	}
	if m.missing != nil {
		return o.gone(ctx, t, m, out)
	}
	if err := disposable(m); err != nil {
		return out, err
	}
	out.ServicePrincipalID = m.principal.ID
	if err := s.census(ctx, m, &out); err != nil {
		return out, fmt.Errorf("application %q: %w", m.name, err)
	}
	p := render.Err(o.deps.IO)
	p.Doomed(out, o.Purge)
	if !o.Yes {
		if err := o.deps.confirm(fmt.Sprintf("Delete %q?", m.name), "--yes"); err != nil {
			return out, err
		}
	}
	var err error
	if out.ApplicationID != "" {
		err = t.DeleteApplication(ctx, out.ApplicationID)
	} else {
		err = t.DeleteServicePrincipal(ctx, m.principal.ID)
	}
	if err != nil {
		return out, fmt.Errorf("application %q: %w", m.name, err)
	}
	out.State, out.RestorableUntil = render.StateDeleted, o.deps.Now().UTC().Add(entra.RestoreLimit).Truncate(time.Second)
	if o.Purge {
		if err := purge(ctx, t, out.ApplicationID, m.principal.ID); err != nil {
			return out, fmt.Errorf("application %q is deleted, and not removed for good: %w", m.name, err)
		}
		out.State, out.RestorableUntil = render.StatePurged, time.Time{}
	}
	return out, o.tell(out)
}

// tell shows the result, as text.
func (o *DestroyOptions) tell(r render.Destroyed) error {
	if o.Format != "text" {
		return nil
	}
	p := render.Out(o.deps.IO)
	p.Destroyed(r)
	return p.Failed()
}

// disposable refuses an application that scimctl did not make for this profile.
func disposable(m *managed) error {
	switch {
	case m.query.Existing != nil:
		return refuse("the profile %s adopts the application %q, and scimctl never deletes what it did not make: delete it in the portal, or just stop applying the profile", m.label(), m.name)
	case !slices.Contains(m.principal.Tags, m.query.Tag):
		return refuse("the application %q (%s) was not made for the profile %s and is left alone", m.name, m.principal.ID, m.label())
	case slices.Contains(m.principal.Tags, plan.AdoptedTag):
		return refuse("the application %q was there before scimctl took it over, so it is never deleted by it: delete it in the portal, or just stop applying the profile", m.name)
	}
	return nil
}

// gone looks for the application among the deleted ones: there is nothing to delete,
// but perhaps to remove for good.
func (o *DestroyOptions) gone(ctx context.Context, t deletingTenant, m *managed, out render.Destroyed) (render.Destroyed, error) {
	out.State = render.StateAbsent
	deleted, err := t.DeletedApps(ctx, m.query.Tag)
	if err != nil {
		return out, err
	}
	deleted = slices.DeleteFunc(deleted, func(d entra.DeletedApp) bool { return slices.Contains(d.Tags, plan.AdoptedTag) })
	if len(deleted) == 0 {
		return out, o.tell(out)
	}
	last := deleted[0]
	out.App, out.ServicePrincipalID, out.ApplicationID, out.RestorableUntil = last.DisplayName, last.ServicePrincipalID, last.ApplicationID, last.RestorableUntil().UTC()
	if !o.Purge {
		return out, o.tell(out)
	}
	if !o.Yes {
		if err := o.deps.confirm(fmt.Sprintf("Remove the deleted application %q for good?", last.DisplayName), "--yes"); err != nil {
			return out, err
		}
	}
	for _, d := range deleted {
		if err := purge(ctx, t, d.ApplicationID, d.ServicePrincipalID); err != nil {
			return out, fmt.Errorf("application %q: %w", d.DisplayName, err)
		}
	}
	out.State, out.RestorableUntil = render.StatePurged, time.Time{}
	return out, o.tell(out)
}

// purge removes both halves of a deleted application for good.
func purge(ctx context.Context, t deletingTenant, ids ...string) error {
	for _, id := range ids {
		if id == "" {
			continue
		}
		if err := t.Purge(ctx, id); err != nil {
			return err
		}
	}
	return nil
}
