package apply_test

import (
	"context"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// planFor observes the tenant and plans.
func planFor(t *testing.T, f *fake, r *profile.Resolved, o plan.Options) *plan.Plan {
	t.Helper()
	observed, err := apply.Observe(t.Context(), f, plan.Ask(r))
	if err != nil {
		t.Fatalf("observe: %v", err)
	}
	return plan.Build(r, observed, o)
}

// planGood is planFor of a plan that can be applied.
func planGood(t *testing.T, f *fake, r *profile.Resolved, o plan.Options) *plan.Plan {
	t.Helper()
	p := planFor(t, f, r, o)
	if p.Diagnostics.HasErrors() || len(p.Refusals) > 0 {
		t.Fatalf("plan has refusals %v and diagnostics:\n%v", p.Refusals, p.Diagnostics)
	}
	return p
}

func run(ctx context.Context, f *fake, p *plan.Plan) (*apply.Report, error) {
	return apply.Run(ctx, f, p, apply.Options{Secrets: secrets()})
}

// applyAll plans and applies.
func applyAll(t *testing.T, f *fake, r *profile.Resolved, o plan.Options) *apply.Report {
	t.Helper()
	p := planGood(t, f, r, o)
	report, err := run(t.Context(), f, p)
	if err != nil {
		t.Fatalf("run: %v", err)
	}
	return report
}

// wantNothing checks that a second plan is empty.
func wantNothing(t *testing.T, f *fake, r *profile.Resolved, o plan.Options) {
	t.Helper()
	p := planGood(t, f, r, o)
	if len(p.Steps) > 0 {
		t.Errorf("a second plan has steps:\n%s", describe(p))
	}
}

func describe(p *plan.Plan) string {
	var b strings.Builder
	for _, s := range p.Steps {
		b.WriteString(string(s.Action) + " " + s.Summary + "\n")
		for _, l := range s.Details {
			b.WriteString("    " + string(l.Action) + " " + l.Text + "\n")
		}
		for _, c := range s.Consequences {
			b.WriteString("    ! " + c + "\n")
		}
	}
	return b.String()
}

func TestApplyTwice(t *testing.T) {
	f := newFake(t)
	report := applyAll(t, f, idmelon(), plan.Options{})
	if len(f.apps) != 1 || len(f.apps[0].jobs) != 1 {
		t.Fatalf("%d applications with jobs %v", len(f.apps), f.apps)
	}
	a := f.apps[0]
	job := a.jobs[0]
	if !job.Active() {
		t.Error("the job is not started")
	}
	if want := (plan.AppRef{Name: "IDmelon", ServicePrincipalID: a.principal.ID, ApplicationID: a.application.ID, JobID: job.ID}); report.App != want {
		t.Errorf("report names %+v, want %+v", report.App, want)
	}
	if got := a.secrets[entra.KeySecretToken]; got != canary {
		t.Errorf("token %q was stored", got)
	}
	if len(a.assignments) != 1 || a.assignments[0].AppRoleID != entra.UserRoleID {
		t.Errorf("assignments %+v", a.assignments)
	}
	if a.version != 1 {
		t.Errorf("the schema was written %d times", a.version)
	}
	for _, r := range report.Results {
		if r.State != apply.Done {
			t.Errorf("%s is %s: %s", r.Step.ID, r.State, r.Error)
		}
	}
	wantNothing(t, f, idmelon(), plan.Options{})
}
