package plan_test

import (
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

func TestStepsOfTheJob(t *testing.T) {
	changed := func(r *profile.Resolved) {
		r.Users.Mappings = append(r.Users.Mappings, mapping.Attribute{Target: text("title"), Source: text("department")})
	}
	resting := func(o *plan.Observed) { o.App.Job.Schedule.State = entra.ScheduleDisabled }
	unknown := func(o *plan.Observed) { o.App.Credentials = plan.CredentialsUnknown }
	cases := []struct {
		name  string
		state string
		r     func(*profile.Resolved)
		o     []func(*plan.Observed)
		want  string
	}{
		{name: "running and to run", state: "started"},
		{name: "running, change", state: "started", r: changed, want: "pauseJob editSchema startJob"},
		{name: "running, change, credentials unknown", state: "started", r: changed, o: []func(*plan.Observed){unknown}, want: "pauseJob testConnection editSchema startJob"},
		{name: "running, change, state not managed", r: changed, want: "pauseJob editSchema startJob"},
		{name: "running, to stop", state: "stopped", want: "stopJob"},
		{name: "running, to stop, change", state: "stopped", r: changed, want: "stopJob editSchema"},
		{name: "resting, to start", state: "started", o: []func(*plan.Observed){resting}, want: "startJob"},
		{name: "resting, to start, credentials unknown", state: "started", o: []func(*plan.Observed){resting, unknown}, want: "testConnection startJob"},
		{name: "resting, change, state not managed", r: changed, o: []func(*plan.Observed){resting}, want: "editSchema"},
		{name: "resting, to stop", state: "stopped", o: []func(*plan.Observed){resting}},
		{name: "resting, state not managed", o: []func(*plan.Observed){resting}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, o := whole(), ready(t)
			r.Settings.State = c.state
			if c.r != nil {
				c.r(r)
			}
			for _, change := range c.o {
				change(o)
			}
			p := plan.Build(r, o, plan.Options{})
			if got := kinds(p); got != c.want || p.Diagnostics.HasErrors() {
				t.Errorf("plan %q, want %q; diagnostics %v", got, c.want, p.Diagnostics)
			}
		})
	}
}

// TestNeeds pins the order that matters: nothing is written to a running job, and
// nothing is started before it is tested and complete.
func TestNeeds(t *testing.T) {
	r := whole()
	r.App.Roles = []profile.Role{{Name: "Editor", Value: "editor"}}
	r.Assign = &profile.Assign{To: []profile.Assignment{{Group: "Sales", Role: "editor"}}}
	p := plan.Build(r, empty(), plan.Options{})
	want := map[plan.Kind]string{
		plan.CreateApp:      "",
		plan.EnsureRoles:    "app",
		plan.CreateJob:      "app",
		plan.WriteSecrets:   "app",
		plan.TestConnection: "job secrets",
		plan.EditSchema:     "job",
		plan.Assign:         "app roles",
		plan.StartJob:       "job secrets test schema assign:" + groupID + ":Editor",
	}
	if len(p.Steps) != len(want) {
		t.Fatalf("plan %s", kinds(p))
	}
	for kind, needs := range want {
		if got := strings.Join(step(t, p, kind).Needs, " "); got != needs {
			t.Errorf("%s needs %q, want %q", kind, got, needs)
		}
	}

	o := ready(t)
	put(o, entra.KeySyncAll, "true")
	o.App.Assignments = []entra.AppRoleAssignment{{ID: "a1", AppRoleID: entra.UserRoleID, PrincipalID: userID, PrincipalType: entra.UserPrincipal}}
	r = whole()
	r.Users.Mappings[0].Source = text("mail")
	r.Assign = &profile.Assign{To: []profile.Assignment{{Group: "Sales"}}, Exclusive: true}
	p = plan.Build(r, o, plan.Options{})
	assign := "assign:" + groupID + ":" + entra.UserRoleID
	want = map[plan.Kind]string{
		plan.PauseJob:       "",
		plan.WriteSecrets:   "pause",
		plan.TestConnection: "secrets",
		plan.EditSchema:     "pause",
		plan.Assign:         "",
		plan.Unassign:       assign,
		plan.StartJob:       "pause secrets test schema " + assign + " unassign:a1",
	}
	for kind, needs := range want {
		if got := strings.Join(step(t, p, kind).Needs, " "); got != needs {
			t.Errorf("%s needs %q, want %q", kind, got, needs)
		}
	}
}

func TestJobs(t *testing.T) {
	job := func(id, template string) entra.Job {
		return entra.Job{ID: id, TemplateID: template, Schedule: entra.Schedule{State: entra.ScheduleDisabled}}
	}
	without := func(jobs ...entra.Job) *plan.Observed {
		o := ready(t)
		o.App.Job, o.App.Schema, o.App.Jobs = nil, nil, jobs
		return o
	}

	p := plan.Build(whole(), without(job("b", "scim"), job("a", "scim")), plan.Options{})
	wantProblem(t, p, "SC4009", at(2), "a (template scim", "app.job")

	r := whole()
	r.App.Job.Value, r.App.Job.Where = "scim.x.z", at(9)
	wantProblem(t, plan.Build(r, without(job("scim.x.y", "scim")), plan.Options{}), "SC4008", at(9), `did you mean "scim.x.y"?`)

	o := without()
	o.App.SyncTemplates = nil
	wantProblem(t, plan.Build(whole(), o, plan.Options{}), "SC4010", at(2), "plain registration")

	o.App.SyncTemplates = []entra.SyncTemplate{{ID: "one"}, {ID: "two"}}
	wantProblem(t, plan.Build(whole(), o, plan.Options{}), "SC4010", at(2), "one, two")

	r = whole()
	r.App.SyncTemplate.Value, r.App.SyncTemplate.Where = "tow", at(9)
	wantProblem(t, plan.Build(r, o, plan.Options{}), "SC4010", at(9), `did you mean "two"?`)
	wantProblem(t, plan.Build(r, ready(t), plan.Options{}), "SC4010", at(9), `made from the template "scim", not "tow"`)

	o = ready(t)
	o.App.Job.TemplateID = entra.TemplateCustomAppSSO
	if p = plan.Build(whole(), o, plan.Options{}); !strings.Contains(strings.Join(p.Notes, "\n"), "customappsso") {
		t.Errorf("notes %v", p.Notes)
	}
	o.App.Job.Status = entra.JobStatus{Code: entra.StatusQuarantine, Quarantine: &entra.Quarantine{Reason: "EncounteredQuarantineException", Error: &entra.ExecutionError{Message: "Please provide a valid tenant URL."}}}
	if p = plan.Build(whole(), o, plan.Options{}); !strings.Contains(strings.Join(p.Notes, "\n"), "quarantine: Please provide a valid tenant URL.") {
		t.Errorf("notes %v", p.Notes)
	}
}

func TestFittingJobs(t *testing.T) {
	jobs := []entra.Job{{ID: "a", TemplateID: "customappsso"}, {ID: "b", TemplateID: "scim"}}
	cases := []struct {
		name string
		q    plan.Query
		jobs []entra.Job
		want string
	}{
		{"only one", plan.Query{}, jobs[:1], "a"},
		{"by id", plan.Query{Job: "a"}, jobs, "a"},
		{"unknown id", plan.Query{Job: "c"}, jobs[:1], ""},
		{"scim", plan.Query{}, jobs, "b"},
		{"by template", plan.Query{SyncTemplate: "customappsso"}, jobs, "a"},
		{"gallery", plan.Query{Template: "X"}, jobs, "a b"},
		{"none", plan.Query{}, nil, ""},
	}
	for _, c := range cases {
		var ids []string
		for _, j := range c.q.FittingJobs(c.jobs) {
			ids = append(ids, j.ID)
		}
		if got := strings.Join(ids, " "); got != c.want {
			t.Errorf("%s: jobs %q, want %q", c.name, got, c.want)
		}
	}
}

func TestChooseSyncTemplate(t *testing.T) {
	scim, other, def := entra.SyncTemplate{ID: "scim"}, entra.SyncTemplate{ID: "other"}, entra.SyncTemplate{ID: "def", Default: true}
	cases := []struct {
		wish    string
		offered []entra.SyncTemplate
		want    string
	}{
		{"", nil, ""},
		{"", []entra.SyncTemplate{other}, "other"},
		{"", []entra.SyncTemplate{other, def}, "def"},
		{"", []entra.SyncTemplate{def, scim}, "scim"},
		{"", []entra.SyncTemplate{other, other}, ""},
		{"other", []entra.SyncTemplate{def, other}, "other"},
		{"missing", []entra.SyncTemplate{def}, ""},
	}
	for _, c := range cases {
		if got := plan.ChooseSyncTemplate(c.wish, c.offered); got != c.want {
			t.Errorf("wish %q of %v: %q, want %q", c.wish, c.offered, got, c.want)
		}
	}
}

func TestStartWithoutEndpoint(t *testing.T) {
	r := whole()
	r.Endpoint = nil
	wantProblem(t, plan.Build(r, empty(), plan.Options{}), "SC4017", at(6), "no tenant URL is known")
}

func TestNothingManaged(t *testing.T) {
	o := ready(t)
	p := plan.Build(small(), o, plan.Options{})
	wantProblem(t, p, "SC4016", at(1), "manages nothing")
	if p.Diagnostics.HasErrors() || len(p.Steps) > 0 {
		t.Errorf("plan %s", kinds(p))
	}
}

func TestNewJobIsNotStartedUnasked(t *testing.T) {
	r := whole()
	r.Settings.State = ""
	p := plan.Build(r, empty(), plan.Options{})
	if got := kinds(p); got != "createApp createJob writeSecrets testConnection editSchema" || !strings.Contains(strings.Join(p.Notes, "\n"), "not started") {
		t.Errorf("plan %s with notes %v", got, p.Notes)
	}
}
