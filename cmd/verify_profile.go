package cmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// verification is one run of `scimctl verify`: what the steps have found so far.
type verification struct {
	*VerifyOptions
	session  *session
	profile  planned
	problems diag.List // of reading the profile
	report   render.VerifyReport

	offline  *profile.Resolved // by validate
	resolved *profile.Resolved // by tenant
	observed *plan.Observed
	target   *testTarget // the endpoint; see reach
	client   *client.Client
	hangUp   func()          // lets go of the connections to the endpoint
	user     entra.Principal // by provision
	created  bool
	written  string // id that Entra says it has written to, "" when it does not say
	expected *engine.Expectation
	found    *scim.Object
	links    map[string]string // source ids of references -> target ids
}

// validate is scimctl validate.
func (v *verification) validate(context.Context) (render.VerifyStep, error) {
	problems := v.problems
	var counted validated
	if v.profile.Profile != nil {
		r, list, err := v.deps.resolveOffline(v.profile.selected, v.source.Environment, v.source)
		if err != nil {
			return render.VerifyStep{}, err
		}
		problems = append(problems, list...)
		if r != nil {
			counted, list = check(r)
			problems = append(problems, list...)
			v.offline = r
		}
	}
	problems = problems.Sort()
	render.Err(v.deps.IO).Diagnostics(problems, v.profile.sources)
	if problems.HasErrors() || v.offline == nil {
		s := failed("%s", count(len(errorsOf(problems)), "error"))
		s.Details = lines(errorsOf(problems))
		s.Next = "Mend the profile; scimctl validate says more about each."
		return s, nil
	}
	s := passed("%s, %s, %s", count(counted.UserMappings, "user mapping"), count(counted.GroupMappings, "group mapping"), count(counted.Tests, "test"))
	if n := len(problems); n > 0 {
		s.Found += ", " + count(n, "warning")
	}
	return s, nil
}

// lines are diagnostics as one line each.
func lines(problems diag.List) []string {
	var out []string
	for _, d := range problems {
		out = append(out, d.Error())
	}
	return out
}

// test is scimctl test.
func (v *verification) test(ctx context.Context) (render.VerifyStep, error) {
	results, problems := profiletest.Run(ctx, v.offline, profiletest.Options{Now: v.deps.Now, ReadFile: v.profile.source.readFile})
	if problems = errorsOf(problems.Sort()); problems.HasErrors() {
		render.Err(v.deps.IO).Diagnostics(problems, v.profile.sources)
		s := failed("the tests cannot run")
		s.Details = lines(problems)
		return s, nil
	}
	if len(results) == 0 {
		return notRun("the profile has no tests: add some, or leave the step out with --skip test"), nil
	}
	var broken []string
	for _, r := range results {
		if !r.Passed {
			line := r.Name
			if len(r.Failures) > 0 {
				line += ": " + r.Failures[0].What
			}
			broken = append(broken, line)
		}
	}
	if len(broken) == 0 {
		return passed("%s passed", count(len(results), "test")), nil
	}
	s := failed("%d of %s failed", len(broken), count(len(results), "test"))
	s.Details = broken
	s.Next = "See what was sent: scimctl test " + v.session.selection(v.source)
	return s, nil
}

// replayShown is how many failed checks of the endpoint are named.
const replayShown = 10

// replay sends the requests that Entra makes of this profile.
func (v *verification) replay(ctx context.Context) (render.VerifyStep, error) {
	if reason, err := v.reach(ctx); reason != "" || err != nil {
		return notRun("%s", reason), err
	}
	ask := targetFlags{Yes: v.Yes}
	if err := ask.allow(v.deps, v.target, "Make, change and delete users and groups of scimctl's own at %s?"); err != nil {
		return render.VerifyStep{}, err
	}
	progress := render.NewEndpointProgress(v.deps.IO, v.deps.Now)
	options := v.target.options
	options.Suites, options.Progress = replaySuites, progress.Event
	options.Dialects = []scim.Dialect{scim.DialectOf(options.URL)}
	runner, err := endpoint.New(options)
	if err != nil {
		return failed("%v", err), nil
	}
	report := runner.Run(ctx)
	progress.Stop()
	return v.replayed(report), nil
}

// replayed judges for Entra alone.
func (v *verification) replayed(report *endpoint.Report) render.VerifyStep {
	verdict := report.Verdict(endpoint.Entra)
	found := fmt.Sprintf("%s for Entra: %s passed", verdict.Outcome, count(verdict.Passed, "check"))
	var details, unknown []string
	for i := range report.Results {
		r := &report.Results[i]
		line := r.Check.ID + " " + r.Check.Title
		switch {
		case r.Impact.On(endpoint.Entra) >= endpoint.Degrades:
			if broken := r.Failed(); len(broken) > 0 {
				line = r.Check.ID + " " + broken[0].Text + ": " + broken[0].Saw
			}
			details = append(details, line)
		case r.Status == endpoint.NotRun && r.Cause == endpoint.Blocked:
			unknown = append(unknown, line+": "+r.Reason)
		}
	}
	if n := verdict.Breaks + verdict.Degrades; n > 0 {
		found += fmt.Sprintf(", %d did not", n)
	}
	if len(unknown) > 0 {
		found += fmt.Sprintf(", %d could not run", len(unknown))
	}
	if len(details) == 0 {
		details = unknown
	}
	if more := len(details) - replayShown; more > 0 {
		details = append(details[:replayShown], fmt.Sprintf("and %d more", more))
	}
	for _, l := range report.Left {
		details = append(details, strings.TrimSpace(fmt.Sprintf("could not be removed: %s %s %s", l.Resource, l.ID, l.Name)))
	}
	s := render.VerifyStep{Status: render.StepPassed, Found: found, Details: details}
	switch {
	case verdict.Outcome == endpoint.Broken:
		s.Status = render.StepFailed
	case report.Interrupted != "" || verdict.Outcome == endpoint.Undecided:
		s.Status = render.StepNotRun
	}
	if s.Status != render.StepPassed && !v.connect.sandbox.On {
		s.Next = "See the traffic of each check: scimctl endpoint test " + v.session.selection(v.source) + " --suite core,entra"
	}
	return s
}
