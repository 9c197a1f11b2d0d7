package plan_test

import (
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// edit applies a wish to the schema of an observed application, as somebody else.
func edit(t *testing.T, o *plan.Observed, want mapping.Desired) {
	t.Helper()
	edits, problems := mapping.Converge(o.App.Schema, o.App.TemplateSchema, want, nil)
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	if err := mapping.Apply(o.App.Schema, edits, nil, false); err != nil {
		t.Fatal(err)
	}
}

func TestSchemaWords(t *testing.T) {
	cases := []struct {
		name string
		want mapping.Desired
		rest func(*plan.Observed) // before
		text string
	}{
		{name: "source of the matching attribute", want: mapping.Desired{Base: mapping.BaseKeep, Mappings: []mapping.Attribute{{Target: text("userName"), Source: text("mail"), Match: mapping.Unstated}}},
			text: "~ user mapping userName: source userPrincipalName -> mail; it is the matching attribute\n" +
				"! all users are matched again; those that find no counterpart in the application are created anew\n" +
				"! a new initial cycle evaluates everybody in scope again\n! nobody is provisioned while the job is paused"},
		{name: "precedence moves", want: mapping.Desired{Base: mapping.BaseKeep, Mappings: []mapping.Attribute{{Target: text("externalId"), Source: text("mailNickname"), Match: 1}}},
			text: "~ user mapping userName: matching precedence 1 -> none\n~ user mapping externalId: matching precedence none -> 1\n" +
				"! all users are matched again; those that find no counterpart in the application are created anew\n" +
				"! a new initial cycle evaluates everybody in scope again\n! nobody is provisioned while the job is paused"},
		{name: "kinds of source", want: mapping.Desired{Base: mapping.BaseKeep, Mappings: []mapping.Attribute{
			{Target: text("title"), Kind: mapping.Constant, Source: text("Staff")},
			{Target: text("displayName"), Kind: mapping.Expression, Source: text(`Join( " ",[givenName],[surname])`), Default: new("?"), OnCreateOnly: true},
		}},
			text: "~ user mapping displayName: source displayName -> expression Join(\" \", [givenName], [surname]); default none -> \"?\"; written always -> on create only\n" +
				"~ user mapping title: source jobTitle -> constant \"Staff\"\n" +
				"! a new initial cycle evaluates everybody in scope again\n! nobody is provisioned while the job is paused"},
		{name: "active", want: mapping.Desired{Base: mapping.BaseKeep, Remove: []diag.Text{text("active")}},
			text: `- user mapping active: expression Switch([IsSoftDeleted], , "False", "True", "True", "False")` + "\n" +
				"! whether people are switched off in the application depends on this mapping of active\n" +
				"! a new initial cycle evaluates everybody in scope again\n! nobody is provisioned while the job is paused"},
		{name: "attribute lists change nothing by themselves", want: mapping.Desired{
			TargetAttributes: []mapping.AttributeSpec{{Name: text("title"), CaseExact: new(true)}, {Name: text("urn:ietf:params:scim:schemas:extension:X:2.0:User:badge"), Type: new(entra.TypeString)}},
			SourceAttributes: []mapping.AttributeSpec{{Name: text("immutableId"), Required: new(true)}},
		},
			text: "+ user source attribute immutableId: String, required\n~ user target attribute title: String -> String, case-exact\n" +
				"+ user target attribute urn:ietf:params:scim:schemas:extension:X:2.0:User:badge: String"},
		{name: "filter and actions", want: mapping.Desired{Actions: new(mapping.Create | mapping.Update), Filters: &[]mapping.FilterGroup{
			{Name: "a", Clauses: []mapping.FilterClause{{Attribute: text("department"), Operator: text("not equals"), Values: []string{"Sales"}}, {Attribute: text("mail"), Operator: text("IS NOT NULL")}}},
			{Name: "b", Clauses: []mapping.FilterClause{{Attribute: text("country"), Operator: text("EQUALS"), Values: []string{"DK"}}}},
		}},
			text: "~ user actions: create, update, delete -> create, update\n" +
				"~ user scoping filter: none -> (department NOT_EQUALS \"Sales\" and mail IS NOT NULL) or country EQUALS \"DK\"\n" +
				"! a new initial cycle evaluates everybody in scope again\n! every user that the new scoping filter leaves out is disabled or deleted in the application\n! nobody is provisioned while the job is paused"},
		{name: "groups off", want: mapping.Desired{Source: mapping.Group, Enabled: new(false)},
			text: "~ provisioning of groups: switched off\n! groups are no longer provisioned; those in the application stay there\n" +
				"! a new initial cycle evaluates everybody in scope again\n! nobody is provisioned while the job is paused"},
		{name: "a job that never ran has nothing to lose", want: mapping.Desired{Base: mapping.BaseKeep, Mappings: []mapping.Attribute{{Target: text("userName"), Source: text("mail"), Match: 1}}},
			rest: func(o *plan.Observed) {
				o.App.Job.Status.LastExecution, o.App.Job.Schedule.State = nil, entra.ScheduleDisabled
			},
			text: "~ user mapping userName: source userPrincipalName -> mail; it is the matching attribute"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, o := whole(), ready(t)
			if c.want.Source == "" {
				c.want.Source = mapping.User
			}
			r.Users, r.Settings.State = &c.want, ""
			o.App.Operators = plan.FoldOperators([]string{"EQUALS", "NOT_EQUALS", "IS NOT NULL"})
			if c.rest != nil {
				c.rest(o)
			}
			p := plan.Build(r, o, plan.Options{})
			if p.Diagnostics.HasErrors() {
				t.Fatal(p.Diagnostics)
			}
			if got := lines(step(t, p, plan.EditSchema)); got != c.text {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.text)
			}
		})
	}
}

// customised is an adopted application whose job maps title from department, which
// is neither the template's nor the profile's.
func customised(t *testing.T) *plan.Observed {
	o := ready(t)
	o.Candidates[0].Tagged = false
	edit(t, o, mapping.Desired{Source: mapping.User, Base: mapping.BaseKeep, Mappings: []mapping.Attribute{{Target: text("title"), Source: text("department"), Match: mapping.Unstated}}})
	return o
}

func existing(r *profile.Resolved) *profile.Resolved {
	r.App.Existing = &profile.Existing{ServicePrincipal: spID}
	return r
}

func TestAdoptedApplicationKeepsItsMappings(t *testing.T) {
	for _, base := range []mapping.Base{mapping.BaseNone, mapping.BaseTemplate} {
		r := existing(whole())
		r.Users.Base = base
		p := plan.Build(r, customised(t), plan.Options{})
		if len(p.Steps) > 0 {
			t.Errorf("base %s: plan %s", base, lines(p.Steps[0]))
		}
		notes := strings.Join(p.Notes, "\n")
		if !strings.Contains(notes, "stay as they are") || !strings.Contains(notes, "title") || !strings.Contains(notes, "--accept-risk=replace-mappings applies base: "+string(base)) {
			t.Errorf("base %s: notes %s", base, notes)
		}
		p = plan.Build(r, customised(t), plan.Options{AcceptRisks: []string{plan.RiskReplaceMappings}})
		if got := lines(step(t, p, plan.EditSchema)); !strings.Contains(got, "user mapping title: source department") {
			t.Errorf("base %s, accepted:\n%s", base, got)
		}
	}
}

func TestAdoptedApplicationThatNobodySetUp(t *testing.T) {
	// A job that is the template's own and never ran takes the profile's base.
	r, o := existing(whole()), ready(t)
	r.Users.Base = mapping.BaseNone
	o.App.Job.Status.LastExecution, o.App.Job.Schedule.State = nil, entra.ScheduleDisabled
	p := plan.Build(r, o, plan.Options{})
	if got := lines(step(t, p, plan.EditSchema)); !strings.Contains(got, "- user mapping title: source jobTitle") {
		t.Errorf("got:\n%s", got)
	}
	// So does one that does not exist yet, and its template is known by then.
	o = ready(t)
	o.App.Job, o.App.Jobs, o.App.Schema, o.App.Secrets = nil, nil, nil, nil
	p = plan.Build(r, o, plan.Options{})
	if got := lines(step(t, p, plan.EditSchema)); !strings.Contains(got, "- user mapping title: source jobTitle") {
		t.Errorf("got:\n%s", got)
	}
}

func TestNewApplication(t *testing.T) {
	r := whole()
	p := plan.Build(r, empty(), plan.Options{})
	want := "+ user mapping userName: source userPrincipalName; matching precedence 1\n> the other user mappings of the template stay (known after create)"
	if got := lines(step(t, p, plan.EditSchema)); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestMappingRules(t *testing.T) {
	r, o := whole(), ready(t)
	r.Users.Mappings = append(r.Users.Mappings, mapping.Attribute{
		Target: text("title"), Source: diag.Text{Value: "jobTitel", Where: at(11)}, Where: at(11),
	})
	wantProblem(t, plan.Build(r, o, plan.Options{}), "SC3009", at(11), "jobTitel")
	if !plan.Build(r, o, plan.Options{}).Diagnostics.HasErrors() {
		t.Error("an unknown source attribute of a live schema is no error")
	}

	// What somebody else did to mappings that are kept is not the profile's problem.
	o = ready(t)
	edit(t, o, mapping.Desired{Source: mapping.User, Base: mapping.BaseKeep, Mappings: []mapping.Attribute{{Target: text("title"), Source: text("noSuchAttribute")}}})
	r = whole()
	r.Users.Base = mapping.BaseKeep
	if p := plan.Build(r, o, plan.Options{}); p.Diagnostics.HasErrors() {
		t.Errorf("diagnostics %v", p.Diagnostics)
	}

	// What the profile itself asks for is, also when the tenant has it already.
	r.Users.Mappings = append(r.Users.Mappings, mapping.Attribute{
		Target: diag.Text{Value: "title", Where: at(11)}, Source: diag.Text{Value: "noSuchAttribute", Where: at(11)}, Where: at(11),
	})
	if p := plan.Build(r, o, plan.Options{}); len(p.Steps) > 0 {
		t.Errorf("plan %s", kinds(p))
	} else {
		wantProblem(t, p, "SC3009", at(11), "noSuchAttribute")
	}

	// A set-up that cannot work is not begun.
	r = whole()
	r.Users.Base = mapping.BaseNone
	r.Users.Mappings[0].Match = 0
	if p := plan.Build(r, empty(), plan.Options{}); !p.Diagnostics.HasErrors() {
		t.Error("users without a matching attribute are planned")
	}
}

func TestObjectThatTheSchemaLacks(t *testing.T) {
	r, o := whole(), ready(t)
	r.Groups = &mapping.Desired{Source: "Device", Base: mapping.BaseKeep, Where: at(12)}
	p := plan.Build(r, o, plan.Options{})
	if !p.Diagnostics.HasErrors() {
		t.Errorf("diagnostics %v", p.Diagnostics)
	}
}
