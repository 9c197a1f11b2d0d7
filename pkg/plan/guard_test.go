package plan_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// TestReach: whom a plan can touch, and that most touch nobody.
func TestReach(t *testing.T) {
	keep := func(m ...mapping.Attribute) *mapping.Desired {
		return &mapping.Desired{Source: mapping.User, Base: mapping.BaseKeep, Mappings: m, Where: at(7)}
	}
	sales := held("a", groupID, entra.UserRoleID, entra.GroupPrincipal)
	ann := held("b", userID, entra.UserRoleID, entra.UserPrincipal)
	group, user := plan.Member{Type: entra.GroupPrincipal, ID: groupID}, plan.Member{Type: entra.UserPrincipal, ID: userID}
	on := plan.Reached{On: true}
	for _, c := range []struct {
		name   string
		change func(*profile.Resolved, *plan.Observed)
		want   *plan.Reach
	}{
		{name: "nothing changes", change: func(*profile.Resolved, *plan.Observed) {}},
		{name: "another source", change: func(r *profile.Resolved, _ *plan.Observed) {
			r.Users = keep(mapping.Attribute{Target: text("title"), Source: text("department"), Match: mapping.Unstated})
		}},
		{name: "wider scope", change: func(r *profile.Resolved, _ *plan.Observed) { r.Settings.SyncAll = new(true) }},
		{name: "narrower scope", change: func(_ *profile.Resolved, o *plan.Observed) { put(o, entra.KeySyncAll, "true") },
			want: &plan.Reach{AllBefore: true, Users: on, Groups: on}},
		{name: "narrower scope of a job that never ran", change: func(_ *profile.Resolved, o *plan.Observed) {
			put(o, entra.KeySyncAll, "true")
			o.App.Job.Status.LastExecution, o.App.Job.Schedule.State = nil, entra.ScheduleDisabled
		}},
		{name: "narrower scope, and who leaves stays", change: func(r *profile.Resolved, o *plan.Observed) {
			put(o, entra.KeySyncAll, "true")
			r.Settings.SkipOutOfScopeDeletions = new(true)
		}, want: &plan.Reach{AllBefore: true, Users: on, Groups: on, Stay: true}},
		{name: "skipped deletions are carried out", change: func(r *profile.Resolved, o *plan.Observed) {
			put(o, entra.KeySkipOutOfScopeDeletions, "True")
			r.Settings.SkipOutOfScopeDeletions = new(false)
		}, want: &plan.Reach{Users: on, Groups: on, Undone: true}},
		{name: "an assignment goes", change: func(r *profile.Resolved, o *plan.Observed) {
			r.Assign = &profile.Assign{Exclusive: true, To: []profile.Assignment{{User: "ann@contoso.com"}}}
			o.App.Assignments = []entra.AppRoleAssignment{sales, ann}
		}, want: &plan.Reach{Known: true, Assigned: []plan.Member{group, user}, Removed: []plan.Member{group}, Users: on, Groups: on}},
		{name: "a role goes and another stays", change: func(r *profile.Resolved, o *plan.Observed) {
			r.Assign = &profile.Assign{Exclusive: true, To: []profile.Assignment{{User: "ann@contoso.com"}}}
			o.App.Assignments = []entra.AppRoleAssignment{ann, held("c", userID, entra.MSIAMRoleID, entra.UserPrincipal)}
		}},
		{name: "a role is exchanged", change: func(r *profile.Resolved, o *plan.Observed) {
			r.Assign = &profile.Assign{Exclusive: true, To: []profile.Assignment{{User: "ann@contoso.com", Role: "msiam_access"}}}
			o.App.Assignments = []entra.AppRoleAssignment{ann}
		}},
		{name: "a scoping filter", change: func(r *profile.Resolved, _ *plan.Observed) {
			r.Users.Filters = &[]mapping.FilterGroup{{Name: "a", Clauses: []mapping.FilterClause{{Attribute: text("department"), Operator: text("EQUALS"), Values: []string{"Sales"}}}}}
		}, want: &plan.Reach{Users: plan.Reached{On: true, Refilter: true, After: &entra.Filter{Groups: []entra.FilterGroup{{Name: "a", Clauses: []entra.FilterClause{{OperatorName: "EQUALS", SourceOperandName: "department", TargetOperand: entra.FilterOperand{Values: []string{"Sales"}}}}}}}}, Groups: on}},
		{name: "the matching attribute", change: func(r *profile.Resolved, o *plan.Observed) {
			r.Users = keep(mapping.Attribute{Target: text("userName"), Source: text("mail"), Match: 1})
			o.App.Job.Status.LastSuccessfulExecution = o.App.Job.Status.LastExecution
			o.App.Job.Status.SynchronizedEntryCountByType = []entra.CountByType{{Key: "User to customappsso", Value: 12}, {Key: "Group to customappsso", Value: 3}, {Key: "Username", Value: 99}}
		}, want: &plan.Reach{Users: plan.Reached{On: true, Rematched: true, Linked: 12}, Groups: plan.Reached{On: true, Linked: 3}}},
		{name: "the matching attribute during the first cycle", change: func(r *profile.Resolved, o *plan.Observed) {
			r.Users = keep(mapping.Attribute{Target: text("userName"), Source: text("mail"), Match: 1})
			o.App.Job.Status.SynchronizedEntryCountByType = []entra.CountByType{{Key: "User to customappsso", Value: 2}}
		}, want: &plan.Reach{Users: plan.Reached{On: true, Rematched: true}, Groups: on}},
		{name: "the mapping of active goes", change: func(r *profile.Resolved, _ *plan.Observed) { r.Users.Remove = []diag.Text{text("active")} },
			want: &plan.Reach{Users: on, Groups: on, StayActive: true}},
		{name: "active is a constant", change: func(r *profile.Resolved, _ *plan.Observed) {
			r.Users = keep(mapping.Attribute{Target: text("active"), Kind: mapping.Constant, Source: text("True"), Match: mapping.Unstated})
		}, want: &plan.Reach{Users: on, Groups: on, StayActive: true}},
		{name: "active is said otherwise", change: func(r *profile.Resolved, _ *plan.Observed) {
			r.Users = keep(mapping.Attribute{Target: text("active"), Kind: mapping.Expression, Source: text("Not([IsSoftDeleted])"), Match: mapping.Unstated})
		}},
		{name: "groups are switched off", change: func(r *profile.Resolved, o *plan.Observed) {
			put(o, entra.KeySyncAll, "true")
			r.Groups = &mapping.Desired{Source: mapping.Group, Enabled: new(false)}
		}, want: &plan.Reach{AllBefore: true, Users: on}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, o := whole(), ready(t)
			c.change(r, o)
			p := plan.Build(r, o, plan.Options{})
			if p.Diagnostics.HasErrors() {
				t.Fatal(p.Diagnostics)
			}
			if c.want != nil {
				c.want.ServicePrincipalID = spID
			}
			if diff := cmp.Diff(c.want, p.Reach); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestGuard: what is more than allowed and not accepted is refused with its name.
func TestGuard(t *testing.T) {
	many := plan.Impact{Risk: plan.RiskLeaveScope, People: 50, Groups: 1, AtMost: true, Effect: "leave scope"}
	for _, c := range []struct {
		name     string
		impact   plan.Impact
		accepted []string
		refusal  string
		kept     bool
	}{
		{name: "too many", impact: many, refusal: "up to 50 people and 1 group would leave scope; more than 50 need a decision", kept: true},
		{name: "accepted", impact: many, accepted: []string{"leave-scope"}, kept: true},
		{name: "another risk is accepted", impact: many, accepted: []string{"rematch"}, refusal: "up to 50 people", kept: true},
		{name: "few enough", impact: plan.Impact{Risk: plan.RiskLeaveScope, People: 49, Groups: 1}, kept: true},
		{name: "only worth knowing", impact: plan.Impact{People: 999, Effect: "stay"}, kept: true},
		{name: "unknown", impact: plan.Impact{Risk: plan.RiskRematch, Effect: "be matched again", Unknown: "403"}, refusal: "could not be counted: 403", kept: true},
		{name: "nobody", impact: plan.Impact{Risk: plan.RiskRematch}},
	} {
		p := &plan.Plan{}
		p.Guard([]plan.Impact{c.impact}, 50, c.accepted)
		if got := len(p.Refusals) > 0; got != (c.refusal != "") || len(p.Impact) > 0 != c.kept {
			t.Errorf("%s: %+v", c.name, p)
			continue
		}
		if c.refusal != "" && (!strings.Contains(p.Refusals[0].Reason, c.refusal) || p.Refusals[0].Flag != "--accept-risk="+c.impact.Risk || !p.Impact[0].Refused) {
			t.Errorf("%s: %+v", c.name, p.Refusals[0])
		}
	}
	for want, i := range map[string]plan.Impact{"1 person": {People: 1}, "2 people and 1 group": {People: 2, Groups: 1}, "3 groups": {Groups: 3}, "0 people": {}} {
		if got := i.Count(); got != want {
			t.Errorf("%+v reads %q", i, got)
		}
	}
}
