package cmd

import (
	"context"
	"errors"
	"strings"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
)

// theTenant signs in and finds what apply has set up.
func (v *verification) theTenant(ctx context.Context) (render.VerifyStep, error) {
	r, observed, err := v.session.observe(ctx, v.profile, v.source)
	if code, ok := errors.AsType[*codeError](err); ok && code.err == nil {
		return failed("the profile does not fit the tenant: see the messages above"), nil
	}
	if err != nil {
		return failed("%v", err), nil
	}
	app, err := applied(v.profile.Profile, observed, v.session.selection(v.source))
	if err != nil {
		return failed("%v", err), nil
	}
	v.resolved, v.observed = r, observed
	s := passed("%q, job %s", app.ServicePrincipal.DisplayName, app.Job.ID)
	if pl := plan.Build(r, observed, plan.Options{}); len(pl.Steps) > 0 {
		s.Details = []string{"the tenant is not as the profile says: apply would take " + count(len(pl.Steps), "step")}
		s.Next = "Look at what differs: scimctl plan " + v.session.selection(v.source)
	}
	return s, nil
}

// connection has Entra test the connection with what is stored.
func (v *verification) connection(ctx context.Context) (render.VerifyStep, error) {
	app := v.observed.App
	err := v.session.target.ValidateCredentials(ctx, app.ServicePrincipal.ID, app.Job.ID, nil)
	if refused, ok := errors.AsType[*entra.ConnectionError](err); ok {
		r, _ := entra.ExplainCode(refused.Code)
		s := failed("%v", refused)
		s.Next = strings.TrimSpace(r.Means + " " + r.Next)
		return s, nil
	}
	if err != nil {
		return failed("%v", err), nil
	}
	return passed("Entra reaches the endpoint with the stored credentials"), nil
}

// provision provisions the user on demand.
func (v *verification) provision(ctx context.Context) (render.VerifyStep, error) {
	users, err := v.session.users(ctx, []string{v.User})
	if err != nil {
		return failed("%v", err), nil
	}
	v.user = users[0]
	app := v.observed.App
	rule, err := ruleOf(app.Schema, mapping.User)
	if err != nil {
		return failed("%v", err), nil
	}
	result, err := v.session.target.ProvisionOnDemand(ctx, app.ServicePrincipal.ID, app.Job.ID, entra.OnDemandRequest{Type: mapping.User, ID: v.user.ID, RuleID: rule})
	if err != nil {
		return failed("%v", err), nil
	}
	v.created, v.written = strings.EqualFold(result.Action, "create"), result.TargetID
	if codeOf(result) != exitOK {
		s := failed("%s: %s", strings.TrimSpace(result.Result+" "+result.ErrorCode), result.Message)
		s.Next = result.Status.RecommendedAction
		return s, nil
	}
	switch {
	case result.ErrorCode == redundantExport:
		return passed("%s was at the endpoint already, and nothing had to change", v.user.UserPrincipalName), nil
	case v.created:
		return passed("%s was created", v.user.UserPrincipalName), nil
	}
	return passed("%s: %s", v.user.UserPrincipalName, strings.ToLower(strings.TrimSpace(result.Result+" "+result.Action))), nil
}
