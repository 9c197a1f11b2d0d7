package cmd

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/plan"
)

// Verdicts of units, in the report of many.
const (
	verdictNothing     = "nothing to do"
	verdictChanges     = "pending"
	verdictDone        = "done"
	verdictRefused     = "refused"
	verdictFailed      = "failed"
	verdictInterrupted = "interrupted"
	verdictNotBegun    = "not begun"
)

// results is the JSON of plan and apply for many.
type results struct {
	List     []result `json:"results"`
	ExitCode int      `json:"exitCode"`
}

// result is how one unit came out. A plan has Plan, an apply that was begun Report.
type result struct {
	Profile     string        `json:"profile,omitempty"` // "" where the file could not be read
	Environment string        `json:"environment,omitempty"`
	File        string        `json:"file"`
	Verdict     string        `json:"verdict"`
	ExitCode    int           `json:"exitCode"`
	Changes     int           `json:"changes"` // steps of the plan
	Error       string        `json:"error,omitempty"`
	Plan        *plan.Plan    `json:"plan,omitempty"`
	Report      *apply.Report `json:"report,omitempty"`

	outcome *outcome
}

// resultsOf judges plans. pending makes changes that are to come an exit code.
func resultsOf(outcomes []*outcome, pending bool) results {
	return collect(outcomes, func(o *outcome, r *result) {
		r.Plan = o.plan
		if r.Verdict == verdictChanges && pending {
			r.ExitCode = exitPending
		}
	})
}

// collect judges the outcomes, each with a last word by finish.
func collect(outcomes []*outcome, finish func(*outcome, *result)) results {
	var all results
	for _, o := range outcomes {
		r := result{Profile: o.name, Environment: o.environment, File: filepath.ToSlash(o.file), outcome: o}
		if o.plan != nil {
			r.Changes = len(o.plan.Steps)
		}
		r.Verdict, r.ExitCode = o.judge()
		if o.err != nil {
			r.Error = o.err.Error()
			if code, ok := errors.AsType[*codeError](o.err); ok && code.err == nil {
				r.Error = "see the problems on standard error"
			}
		}
		finish(o, &r)
		all.List = append(all.List, r)
		all.ExitCode = worse(all.ExitCode, r.ExitCode)
	}
	return all
}

// judge says how far a unit came and which exit code that is.
func (o *outcome) judge() (string, int) {
	code, coded := errors.AsType[*codeError](o.err)
	switch {
	case !o.begun:
		return verdictNotBegun, exitError
	case errors.Is(o.err, context.Canceled):
		return verdictInterrupted, exitError
	case coded && code.code == exitRefused:
		return verdictRefused, exitRefused
	case o.err != nil, o.plan == nil, o.plan.Diagnostics.HasErrors():
		return verdictFailed, exitError
	case len(o.plan.Refusals) > 0:
		return verdictRefused, exitRefused
	case len(o.plan.Steps) == 0:
		return verdictNothing, exitOK
	default:
		return verdictChanges, exitOK
	}
}

// rows are the table of many.
func (all results) rows() []render.FleetRow {
	rows := make([]render.FleetRow, len(all.List))
	for i, r := range all.List {
		rows[i] = render.FleetRow{Profile: r.Profile, Environment: r.Environment, Plan: r.outcome.plan, Verdict: r.Verdict, Grade: gradeOf(r)}
		if r.Profile == "" {
			rows[i].Profile = r.File
		}
	}
	return rows
}

func gradeOf(r result) render.Grade {
	switch r.Verdict {
	case verdictNothing, verdictDone:
		return render.Good
	case verdictChanges, verdictNotBegun:
		return render.Fair
	default:
		return render.Bad
	}
}

// views are the plans with their labels, for the formats that hold all in one text.
func (all results) views() []render.PlanView {
	views := make([]render.PlanView, len(all.List))
	for i, r := range all.List {
		views[i] = render.PlanView{Label: r.outcome.label(), File: r.File, Plan: r.Plan, Error: r.Error, Verdict: r.Verdict}
	}
	return views
}

// end returns the exit code as an error, or that the command was interrupted.
func (all results) end(ctx context.Context) error {
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case all.ExitCode != exitOK:
		return exit(all.ExitCode)
	}
	return nil
}
