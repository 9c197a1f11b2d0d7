package plan_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/secret"
)

const (
	tenantID = "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0"
	spID     = "11111111-1111-4111-8111-111111111111"
	appID    = "22222222-2222-4222-8222-222222222222"
	groupID  = "9c1f1a34-4c2e-4f0e-8a55-1f0f9a6b7c20"
	userID   = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
)

func text(s string) diag.Text { return diag.Text{Value: s} }

// at is a place of the profile, to be found again in a diagnostic.
func at(line int) diag.Range {
	return diag.Range{Filename: "p.yaml", Start: diag.Pos{Line: line, Column: 3, Byte: line * 10}, End: diag.Pos{Line: line, Column: 9, Byte: line*10 + 6}}
}

func schema(t *testing.T) *entra.Schema {
	t.Helper()
	doc, err := os.ReadFile("testdata/scim.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := entra.ParseSchema(doc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// small is a profile that names an application and nothing else.
func small() *profile.Resolved {
	return &profile.Resolved{
		Profile: "example", Environment: "test",
		App:   profile.App{Name: text("Example"), Template: diag.Text{Value: "non-gallery", Where: at(3)}, Where: at(2)},
		Where: at(1),
	}
}

// whole is a profile that manages endpoint, settings, users and the job's state.
func whole() *profile.Resolved {
	r := small()
	r.Endpoint = &profile.Endpoint{URL: text("https://scim.example/v2"), Token: secret.Ref{Env: "EXAMPLE_TOKEN"}, Where: at(5)}
	r.Settings = profile.Settings{SyncAll: new(false), State: "started", Where: at(6)}
	r.Users = &mapping.Desired{Source: mapping.User, Base: mapping.BaseTemplate, Where: at(7), Mappings: []mapping.Attribute{
		{Target: text("userName"), Source: text("userPrincipalName"), Match: 1, Where: at(8)},
	}}
	return r
}

// principal returns the enterprise application of the profile.
func principal() entra.ServicePrincipal {
	role := func(id, name string) entra.AppRole {
		return entra.AppRole{ID: id, DisplayName: name, IsEnabled: true, AllowedMemberTypes: []string{"User"}}
	}
	return entra.ServicePrincipal{
		ID: spID, AppID: appID, DisplayName: "Example", ApplicationTemplateID: entra.NonGalleryTemplateID, Tags: []string{"scimctl:example/test"},
		AppRoles: []entra.AppRole{role(entra.UserRoleID, "User"), role(entra.MSIAMRoleID, "msiam_access")},
	}
}

// empty is a tenant that has users and groups, and no application.
func empty() *plan.Observed {
	return &plan.Observed{
		Tenant: entra.Tenant{ID: tenantID, Name: "Contoso", Domains: []string{"contoso.onmicrosoft.com", "contoso.com"}},
		Principals: map[entra.PrincipalRef][]entra.Principal{
			{Type: entra.GroupPrincipal, Name: "Sales"}:          {{Type: entra.GroupPrincipal, ID: groupID, DisplayName: "Sales"}},
			{Type: entra.UserPrincipal, Name: "ann@contoso.com"}: {{Type: entra.UserPrincipal, ID: userID, DisplayName: "Ann", UserPrincipalName: "ann@contoso.com"}},
		},
	}
}

// ready is a tenant in which the profile whole was applied and has run.
func ready(t *testing.T) *plan.Observed {
	t.Helper()
	o := empty()
	sp := principal()
	job := entra.Job{ID: "scim.x.y", TemplateID: entra.TemplateSCIM, Schedule: entra.Schedule{State: entra.ScheduleActive}, Status: entra.JobStatus{
		Code: entra.StatusActive, LastExecution: &entra.Execution{State: "Succeeded", TimeBegan: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
	}}
	o.Candidates = []plan.Candidate{{ServicePrincipal: sp, Tagged: true, Created: "2026-01-01T00:00:00Z"}}
	o.App = &plan.ObservedApp{
		ServicePrincipal: sp,
		Application:      &entra.Application{ID: "33333333-3333-4333-8333-333333333333", AppID: appID, DisplayName: "Example", AppRoles: sp.AppRoles},
		SyncTemplates:    []entra.SyncTemplate{{ID: entra.TemplateSCIM, Default: true}},
		Jobs:             []entra.Job{job}, Job: &job,
		Schema: schema(t), TemplateSchema: schema(t),
		Secrets: []entra.Credential{
			{Key: entra.KeyBaseAddress, Value: "https://scim.example/v2"},
			{Key: entra.KeySecretToken, Value: entra.MaskedSecret},
			{Key: entra.KeySyncAll, Value: "False"},
		},
		Credentials: plan.CredentialsValid,
	}
	return o
}

// kinds returns what a plan does, in order.
func kinds(p *plan.Plan) string {
	names := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		names[i] = string(s.Kind)
	}
	return strings.Join(names, " ")
}

// step returns the step of a kind.
func step(t *testing.T, p *plan.Plan, kind plan.Kind) plan.Step {
	t.Helper()
	i := slices.IndexFunc(p.Steps, func(s plan.Step) bool { return s.Kind == kind })
	if i < 0 {
		t.Fatalf("the plan has no step %s, only %s", kind, kinds(p))
	}
	return p.Steps[i]
}

// lines prints the details and consequences of a step.
func lines(s plan.Step) string {
	var out []string
	for _, l := range s.Details {
		out = append(out, string(l.Action)+" "+l.Text)
	}
	for _, c := range s.Consequences {
		out = append(out, "! "+c)
	}
	return strings.Join(out, "\n")
}

// wantProblem checks that the plan has the diagnostic at the place, and that both
// say the words.
func wantProblem(t *testing.T, p *plan.Plan, code diag.Code, where diag.Range, words ...string) {
	t.Helper()
	for _, d := range p.Diagnostics {
		if d.Code != code {
			continue
		}
		if d.Subject != where {
			t.Errorf("%s is at %s, want %s", code, d.Subject, where)
		}
		for _, w := range words {
			if !strings.Contains(d.Summary+"\n"+d.Detail, w) {
				t.Errorf("%s does not say %q: %s: %s", code, w, d.Summary, d.Detail)
			}
		}
		return
	}
	t.Errorf("no %s among the diagnostics %v", code, p.Diagnostics)
}
