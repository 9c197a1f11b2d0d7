package apply_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// full is a profile whose first run makes every call that a run can make, save
// those of an application that was there before.
func full() *profile.Resolved {
	r := filtered()
	r.App.Roles = []profile.Role{{Name: "Editor", Value: "editor"}}
	r.Assign = &profile.Assign{To: []profile.Assignment{{Group: groupID}, {User: "ann@contoso.com", Role: "editor"}}, Exclusive: true}
	r.Users.Mappings = append(r.Users.Mappings, computed("title", `Coalesce([jobTitle], "Staff")`), computed("preferredLanguage", `NormalizeDiacritics([preferredLanguage])`))
	return r
}

// standing returns a tenant in which full was applied and then disturbed, so that
// a run pauses the job, edits, assigns, takes away and starts again.
func standing(t *testing.T) *fake {
	t.Helper()
	f := newFake(t)
	applyAll(t, f, full(), plan.Options{})
	a := f.apps[0]
	a.secrets[entra.KeySyncAll] = "true"
	a.schemas[a.jobs[0].ID] = f.template
	a.assignments = []entra.AppRoleAssignment{{ID: "old", AppRoleID: entra.UserRoleID, PrincipalID: bobID, PrincipalType: entra.UserPrincipal, PrincipalDisplayName: "Bob Example"}}
	f.calls = nil
	return f
}

// state is what a run is to reach, without the ids of assignments.
func state(f *fake) any {
	type app struct {
		Name, Schema string
		Jobs         []string
		Secrets      map[string]string
		Assigned     []string
		Roles        []string
		Active       bool
	}
	var out []app
	for _, a := range f.apps {
		s := app{Name: a.principal.DisplayName, Secrets: maps.Clone(a.secrets)}
		for _, j := range a.jobs {
			s.Jobs = append(s.Jobs, j.TemplateID)
			s.Active = j.Active()
			s.Schema += string(a.schemas[j.ID])
		}
		for _, x := range a.assignments {
			role := slices.IndexFunc(a.principal.AppRoles, func(r entra.AppRole) bool { return r.ID == x.AppRoleID })
			s.Assigned = append(s.Assigned, x.PrincipalDisplayName+" "+a.principal.AppRoles[role].DisplayName)
		}
		for _, r := range a.principal.AppRoles {
			s.Roles = append(s.Roles, r.DisplayName)
		}
		slices.Sort(s.Assigned)
		out = append(out, s)
	}
	return out
}

// TestEveryCallFailsOnce lets each call of a run fail once, before and after it
// took effect, and runs again: the end is that of a run without failures.
func TestEveryCallFailsOnce(t *testing.T) {
	t.Parallel()
	worlds := map[string]func(*testing.T) *fake{"new application": newFake, "standing application": standing}
	for world, begin := range worlds {
		clean := begin(t)
		p := planGood(t, clean, full(), plan.Options{})
		clean.calls = nil
		if _, err := run(t.Context(), clean, p); err != nil {
			t.Fatal(err)
		}
		calls := slices.Compact(slices.Sorted(slices.Values(clean.calls)))
		for _, call := range []string{"AssignAll", "FilterOperators", "ParseExpression", "PutSchema", "PutSecrets", "StartJob", "ValidateCredentials"} {
			if !slices.Contains(calls, call) {
				t.Errorf("%s: a run does not call %s, so its failure is not tested", world, call)
			}
		}
		for _, call := range calls {
			for _, late := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/late=%t", world, call, late), func(t *testing.T) {
					t.Parallel()
					f := begin(t)
					p := planGood(t, f, full(), plan.Options{})
					failOnce(f, call, late)
					report, err := run(t.Context(), f, p)
					if err == nil {
						t.Fatal("the run did not fail")
					}
					checkReport(t, p, report, err)
					// An application that could not be tagged is known by its reference.
					applyAll(t, f, full(), plan.Options{})
					wantNothing(t, f, full(), plan.Options{})
					if diff := cmp.Diff(state(clean), state(f)); diff != "" {
						t.Errorf("the second run ends elsewhere (-clean +this):\n%s", diff)
					}
				})
			}
		}
	}
}

// failOnce makes a call fail once: before it does anything, or late, after it
// worked.
func failOnce(f *fake, call string, late bool) {
	var mu sync.Mutex
	failed := false
	fail := func(name string) error {
		mu.Lock()
		defer mu.Unlock()
		if name != call || failed {
			return nil
		}
		failed = true
		return errors.New("503 ServiceUnavailable")
	}
	if late {
		f.after = fail
		return
	}
	f.before = func(_ context.Context, name string) error { return fail(name) }
}

// checkReport checks that a report of a failed run is complete and consistent.
func checkReport(t *testing.T, p *plan.Plan, report *apply.Report, err error) {
	t.Helper()
	if len(report.Results) != len(p.Steps) {
		t.Fatalf("%d results of %d steps", len(report.Results), len(p.Steps))
	}
	state := map[string]apply.StepState{}
	first := ""
	for i, r := range report.Results {
		if r.Step.ID != p.Steps[i].ID {
			t.Errorf("result %d is of %s, want %s", i, r.Step.ID, p.Steps[i].ID)
		}
		state[r.Step.ID] = r.State
		if r.State == apply.Failed && first == "" {
			first = r.Error
		}
		if (r.State == apply.Failed) != (r.Err != nil) || (r.Err != nil) != (r.Error != "") {
			t.Errorf("%s is %s with error %v %q", r.Step.ID, r.State, r.Err, r.Error)
		}
	}
	if !strings.Contains(err.Error(), first) {
		t.Errorf("error %v, want the first failure %q", err, first)
	}
	for _, r := range report.Results {
		for _, need := range r.Step.Needs {
			unread := r.Step.Kind == plan.WriteSecrets && r.Took == 0 && r.State == apply.Failed // fails before anything begins
			if r.State != apply.Dropped && state[need] != apply.Done && !unread {
				t.Errorf("%s is %s although %s, which it needs, is %s", r.Step.ID, r.State, need, state[need])
			}
		}
	}
}

func TestPlanThatMustNotRun(t *testing.T) {
	f := newFake(t)
	f.addApp(entra.NonGalleryTemplateID, "IDmelon")
	refused := planFor(t, f, idmelon(), plan.Options{})
	wrong := idmelon()
	wrong.Assign.To = []profile.Assignment{{Group: "nobody"}}
	for name, p := range map[string]*plan.Plan{"refused": refused, "wrong": planFor(t, newFake(t), wrong, plan.Options{})} {
		report, err := run(t.Context(), f, p)
		if report != nil || err == nil {
			t.Errorf("%s plan was run: %v", name, err)
		}
	}
}

func TestMissingSecretChangesNothing(t *testing.T) {
	f := newFake(t)
	r := idmelon()
	r.Endpoint.Token.Env = "NOT_SET"
	p := planGood(t, f, r, plan.Options{})
	f.calls = nil
	report, err := run(t.Context(), f, p)
	if err == nil || !strings.Contains(err.Error(), "NOT_SET") {
		t.Fatalf("error %v, want the variable's name", err)
	}
	if len(f.calls) > 0 {
		t.Errorf("the tenant was called before the secret was read: %v", f.calls)
	}
	checkReport(t, p, report, err)
}

func TestConnectionFails(t *testing.T) {
	f := newFake(t)
	f.reject = func(map[string]string) error {
		return &entra.ConnectionError{Code: "SystemForCrossDomainIdentityManagementCredentialValidationUnavailable", Message: "An error occurred while sending the request.", RequestID: "r1"}
	}
	report, err := run(t.Context(), f, planGood(t, f, idmelon(), plan.Options{}))
	if err == nil {
		t.Fatal("the run did not fail")
	}
	for _, want := range []string{"sso.idmelon.com", "An error occurred while sending the request", "environment variable IDMELON_SCIM_TOKEN", "not started"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q: %v", want, err)
		}
	}
	if _, ok := errors.AsType[*entra.ConnectionError](err); !ok {
		t.Error("the cause is lost")
	}
	if f.apps[0].jobs[0].Active() || slices.Contains(f.calls, "StartJob") {
		t.Error("the job was started although the connection failed")
	}
	if f.apps[0].version != 1 {
		t.Error("the schema, which does not depend on the connection, was not written")
	}
	if report.App.JobID == "" {
		t.Error("the report does not name the job")
	}
}

// TestPausedJobGoesOn fails a schema write: the job, which ran before, runs after.
func TestPausedJobGoesOn(t *testing.T) {
	for call, active := range map[string]bool{"PutSchema": true, "PutSecrets": false, "ValidateCredentials": false} {
		t.Run(call, func(t *testing.T) {
			f := standing(t)
			r := full()
			r.Settings.State = "" // whether it runs is nobody's business but the job's
			p := planGood(t, f, r, plan.Options{})
			failOnce(f, call, false)
			report, err := run(t.Context(), f, p)
			if err == nil {
				t.Fatal("the run did not fail")
			}
			if got := f.apps[0].jobs[0].Active(); got != active {
				t.Errorf("the job runs: %t, want %t", got, active)
			}
			last := report.Results[len(report.Results)-1]
			if last.Step.Kind != plan.StartJob || last.State != apply.Dropped || last.Note == "" {
				t.Errorf("the report says nothing of the job: %+v", last)
			}
		})
	}
}

func TestSecretsStaySecret(t *testing.T) {
	f := newFake(t)
	f.after = func(call string) error {
		if call == "PutSecrets" {
			return errors.New("500")
		}
		return nil
	}
	p := planGood(t, f, idmelon(), plan.Options{RewriteToken: true})
	report, err := run(t.Context(), f, p)
	if f.apps[0].secrets[entra.KeySecretToken] != canary {
		t.Fatal("the token was not written, so this test shows nothing")
	}
	for name, v := range map[string]any{"plan": p, "report": report} {
		text, jsonErr := json.Marshal(v)
		if jsonErr != nil {
			t.Fatal(jsonErr)
		}
		if printed := fmt.Sprintf("%s %+v %#v", text, v, v); strings.Contains(printed, canary) {
			t.Errorf("the %s tells the token", name)
		}
	}
	if strings.Contains(fmt.Sprintf("%v %+v", err, err), canary) {
		t.Errorf("the error tells the token")
	}
}
