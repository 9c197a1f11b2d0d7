package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// openSaved reads saved plans and checks that each still fits the tenant and, where
// profiles are given, that they still say the same.
func (d *Deps) openSaved(ctx context.Context, o *ApplyOptions) (*fleet, []*outcome, bool, error) {
	saved, err := d.readKept(o.Saved)
	if errors.Is(err, plan.ErrAltered) {
		return nil, nil, false, &codeError{code: exitRefused, err: err}
	}
	if err != nil {
		return nil, nil, false, err
	}
	if len(saved.Plans) == 0 {
		return nil, nil, false, fmt.Errorf("%s holds no plan", o.Saved)
	}
	units, err := d.savedUnits(o, saved)
	if err != nil {
		return nil, nil, false, err
	}
	many := len(units) > 1
	fl, err := d.openFleet(ctx, o.connect, units, o.source, o.choices.Parallel, many)
	if err != nil {
		return nil, nil, false, err
	}
	outcomes := make([]*outcome, len(units))
	index := map[*outcome]int{}
	for i, u := range units {
		outcomes[i] = &outcome{unit: u, kept: &saved.Plans[i]}
		index[outcomes[i]] = i
	}
	err = fl.each(ctx, outcomes, func(ctx context.Context, s *session, x *outcome) error {
		if err := s.stillFits(ctx, x, saved.Cloud, o); err != nil {
			return err
		}
		if o.Format == "text" {
			return s.deps.showPlan(x.plan, index[x])
		}
		return nil
	})
	return fl, outcomes, many, err
}

// savedUnits are the units of saved plans, with their profiles where -f names them.
func (d *Deps) savedUnits(o *ApplyOptions, saved *plan.Saved) ([]unit, error) {
	var profiles []planned
	if len(o.source.Files) > 0 {
		var err error
		if profiles, err = d.loadToApply(o.source); err != nil {
			return nil, err
		}
	}
	units := make([]unit, len(saved.Plans))
	for i, s := range saved.Plans {
		u := unit{name: s.Plan.Profile, environment: s.Plan.Environment, file: s.File}
		if len(profiles) > 0 {
			n := slices.IndexFunc(profiles, func(p planned) bool { return p.Name == u.name })
			if n < 0 {
				return nil, refuse("the plan is of the profile %s, which is not among those of -f", u.name)
			}
			u.planned, u.file = profiles[n], profiles[n].Where.Filename
		}
		units[i] = u
	}
	return units, nil
}

// stillFits looks at the tenant again and puts the saved plan into the outcome. What
// moved is a refusal.
func (s *session) stillFits(ctx context.Context, x *outcome, cloud string, o *ApplyOptions) error {
	kept := x.kept
	switch {
	case cloud == s.cloud:
	case cloud == theSandbox:
		return refuse("the plan was made in the sandbox: add --sandbox")
	case s.cloud == theSandbox:
		return refuse("the plan was made for %s, not for the sandbox", cloud)
	default:
		return refuse("the plan was made for Microsoft Graph at %s, and this is %s: give the same --cloud and --graph-url", cloud, s.cloud)
	}
	observed, err := s.observeSaved(ctx, x, o)
	if err != nil {
		return err
	}
	if moved := kept.Fits(observed); len(moved) > 0 {
		return s.moved("the tenant is no longer as it was when the plan was made; nothing was changed; make the plan again", moved)
	}
	pl := kept.Plan
	pl.Impact, pl.Refusals = nil, nil // counted again: people come and go
	if err := s.guard(ctx, pl, kept.MaxAffected, kept.Accepted); err != nil {
		return err
	}
	x.plan = pl
	return nil
}

// observeSaved observes what the saved plan rests on. A profile that is given has to
// say the same as the one that the plan was made from.
func (s *session) observeSaved(ctx context.Context, x *outcome, o *ApplyOptions) (*plan.Observed, error) {
	if x.Profile == nil {
		return apply.Observe(ctx, s.target, x.kept.Query)
	}
	r, observed, err := s.observe(ctx, x.planned, o.source.in(x.environment))
	if err != nil {
		return nil, err
	}
	if plan.ProfileDigest(r) != x.kept.ProfileDigest {
		return nil, s.moved("the profile is not as it was when the plan was made; nothing was changed; make the plan again", differences(r, observed, x.kept))
	}
	return observed, nil
}

// moved refuses a plan and lists what moved, not all where that is much.
func (s *session) moved(reason string, what []string) error {
	const most = 20
	shown := what
	if len(what) > most {
		shown = append(slices.Clone(what[:most]), fmt.Sprintf("and %d more", len(what)-most))
	}
	render.Err(s.deps.IO).Refusal(plan.Refusal{Reason: reason, Choices: shown})
	return &codeError{code: exitRefused, err: fmt.Errorf("%s: %s", reason, strings.Join(shown, "; ")), said: true}
}

// differences says what a plan of the profile as it is now would do otherwise.
func differences(r *profile.Resolved, observed *plan.Observed, kept *plan.SavedPlan) []string {
	now := plan.Build(r, observed, plan.Options{Adopt: true, AcceptRisks: kept.Accepted})
	was, is := planLines(kept.Plan), planLines(now)
	var lines []string
	for _, line := range is {
		if !slices.Contains(was, line) {
			lines = append(lines, "it would do now: "+line)
		}
	}
	for _, line := range was {
		if !slices.Contains(is, line) {
			lines = append(lines, "it would not do any more: "+line)
		}
	}
	if len(lines) == 0 {
		return []string{"what it would do in this tenant is the same"}
	}
	return lines
}

// planLines are the steps of a plan and their details, as text.
func planLines(p *plan.Plan) []string {
	var lines []string
	for _, s := range p.Steps {
		if len(s.Details) == 0 {
			lines = append(lines, s.Summary)
		}
		for _, d := range s.Details {
			lines = append(lines, d.Text)
		}
	}
	return lines
}
