package apply_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
	if want := []string{"WindowsAzureActiveDirectoryIntegratedApp", "scimctl:idmelon/"}; !slices.Equal(a.principal.Tags, want) {
		t.Errorf("tags %v, want %v", a.principal.Tags, want)
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

func TestSecretsOfOthersStay(t *testing.T) {
	f := newFake(t)
	applyAll(t, f, idmelon(), plan.Options{})
	a := f.apps[0]
	a.secrets["CompanyId"] = "someone's"
	a.secrets[entra.KeySyncNotificationSettings] = `{"Enabled":false,"HumanResourcesLookaheadQueryEnabled":true}`
	applyAll(t, f, idmelon(), plan.Options{})
	want := map[string]string{
		entra.KeyBaseAddress: "https://sso.idmelon.com/api/scim/v2/", entra.KeySecretToken: canary, entra.KeySyncAll: "false", entra.KeySkipOutOfScopeDeletions: "false", "CompanyId": "someone's",
		entra.KeySyncNotificationSettings: `{"Enabled":true,"Recipients":"admin@contoso.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":500,"HumanResourcesLookaheadQueryEnabled":true}`,
	}
	if diff := cmp.Diff(want, a.secrets); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

func TestSourceTreesComeFromTheTenant(t *testing.T) {
	f := newFake(t)
	r := idmelon()
	r.Users.Mappings = append(r.Users.Mappings, computed("preferredLanguage", `NormalizeDiacritics([preferredLanguage])`))
	applyAll(t, f, r, plan.Options{})
	a := f.apps[0]
	if !strings.Contains(string(a.schemas[a.jobs[0].ID]), "key-of-this-tenant") {
		t.Error("the tenant's source tree was not written")
	}
}

func TestWhatWasDoneMeanwhile(t *testing.T) {
	f := newFake(t)
	r := idmelon()
	r.App.Roles = []profile.Role{{Name: "Editor", Value: "editor"}}
	applyAll(t, f, r, plan.Options{})
	a := f.apps[0]
	// Plan against a disturbed tenant, then have somebody else mend it first.
	schema, assignments, roles := a.schemas[a.jobs[0].ID], a.assignments, a.application.AppRoles
	extra := entra.AppRoleAssignment{ID: "gone", PrincipalID: bobID, PrincipalType: entra.UserPrincipal, AppRoleID: entra.UserRoleID}
	a.schemas[a.jobs[0].ID], a.assignments, a.application.AppRoles = f.template, []entra.AppRoleAssignment{extra}, roles[:2]
	r.Assign.Exclusive = true
	p := planGood(t, f, r, plan.Options{})
	a.schemas[a.jobs[0].ID], a.assignments, a.application.AppRoles = schema, assignments, roles
	version := a.version
	report, err := run(t.Context(), f, p)
	if err != nil {
		t.Fatal(err)
	}
	notes := map[plan.Kind]string{plan.EnsureRoles: "there already", plan.EditSchema: "says so already", plan.Assign: "already assigned", plan.Unassign: "already gone"}
	for _, res := range report.Results {
		if want, ok := notes[res.Step.Kind]; ok && !strings.Contains(res.Note, want) {
			t.Errorf("%s ends with the note %q, want %q", res.Step.Kind, res.Note, want)
		}
		delete(notes, res.Step.Kind)
	}
	if len(notes) > 0 {
		t.Errorf("the plan lacks the steps %v", notes)
	}
	if a.version != version {
		t.Error("an unchanged schema was written")
	}
}

func TestGalleryApplication(t *testing.T) {
	f := newFake(t)
	r := idmelon()
	r.App.Template = text("Klaxoon SAML")
	r.Assign.To = append(r.Assign.To, profile.Assignment{User: "bob@contoso.com", Role: "msiam_access"})
	applyAll(t, f, r, plan.Options{})
	a := f.apps[0]
	if a.jobs[0].TemplateID != "klaxoon" || a.principal.ApplicationTemplateID != f.gallery[0].ID {
		t.Errorf("job of %s in an application of %s", a.jobs[0].TemplateID, a.principal.ApplicationTemplateID)
	}
	wantNothing(t, f, r, plan.Options{})

	r.Profile, r.Assign.To[1].Role = "other", "no such role"
	r.App.Name = text("Other")
	_, err := run(t.Context(), f, planGood(t, f, r, plan.Options{}))
	if err == nil || !strings.Contains(err.Error(), `no role "no such role"`) || !strings.Contains(err.Error(), "app.roles") {
		t.Errorf("error %v", err)
	}
}

func TestAdoptedApplication(t *testing.T) {
	f := newFake(t)
	a := f.addApp(entra.NonGalleryTemplateID, "IDmelon")
	report := applyAll(t, f, idmelon(), plan.Options{Adopt: true})
	if want := []string{"WindowsAzureActiveDirectoryIntegratedApp", plan.AdoptedTag, "scimctl:idmelon/"}; !slices.Equal(a.principal.Tags, want) {
		t.Errorf("tags %v, want %v", a.principal.Tags, want)
	}
	if !report.App.Adopted || len(f.apps) != 1 {
		t.Errorf("adopted %t, %d applications", report.App.Adopted, len(f.apps))
	}
	wantNothing(t, f, idmelon(), plan.Options{})
}

func TestTwoProfilesOfOneName(t *testing.T) {
	f := newFake(t)
	applyAll(t, f, idmelon(), plan.Options{})
	second := idmelon()
	second.Profile = "idmelon-extended"
	if p := planFor(t, f, second, plan.Options{}); len(p.Refusals) != 1 || !strings.Contains(p.Refusals[0].Reason, "belongs to the profile idmelon") {
		t.Errorf("refusals %v", p.Refusals)
	}
	applyAll(t, f, second, plan.Options{Adopt: true})
	wantNothing(t, f, second, plan.Options{})
	if p := planFor(t, f, idmelon(), plan.Options{}); len(p.Refusals) != 1 {
		t.Errorf("the first profile still has it: %s", describe(p))
	}
}

func TestServicePrincipalVanished(t *testing.T) {
	f := newFake(t)
	r := idmelon()
	applyAll(t, f, r, plan.Options{})
	r.App.Roles = []profile.Role{{Name: "Editor", Value: "editor"}}
	p := planGood(t, f, r, plan.Options{})
	f.apps = nil
	if _, err := run(t.Context(), f, p); err == nil || !strings.Contains(err.Error(), "no longer there") {
		t.Errorf("error %v", err)
	}
}

func TestUnknownStep(t *testing.T) {
	p := &plan.Plan{Steps: []plan.Step{{ID: "x", Kind: "magic", Summary: "magic"}}}
	if _, err := run(t.Context(), newFake(t), p); err == nil || !strings.Contains(err.Error(), `"magic"`) {
		t.Errorf("error %v", err)
	}
}
