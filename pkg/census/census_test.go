package census_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/census"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
)

// town is a directory of ten users, of whom u0 to u4 work in Sales, and three groups:
// g1 holds u0 to u3, g2 holds u3 to u5, g3 holds another group.
type town struct {
	mu       sync.Mutex
	assigned []entra.AppRoleAssignment
	requests []string
	fail     string // the call that is refused
	users    int    // what the count says; 0: ten
}

func (d *town) call(name string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.requests = append(d.requests, name)
	if strings.HasPrefix(name, d.fail) && d.fail != "" {
		return errors.New("403: grant User.Read.All")
	}
	return nil
}

func (d *town) Assignments(_ context.Context, sp string) ([]entra.AppRoleAssignment, error) {
	return d.assigned, d.call("assignments of " + sp)
}

func (d *town) GroupMembers(_ context.Context, id string) ([]entra.Principal, error) {
	var out []entra.Principal
	switch id {
	case "g1":
		out = users("u0", "u1", "u2", "u3")
	case "g2":
		out = users("u3", "u4", "u5")
	case "g3":
		out = []entra.Principal{{Type: entra.GroupPrincipal, ID: "g1"}}
	}
	return out, d.call("members of " + id)
}

func users(ids ...string) []entra.Principal {
	out := make([]entra.Principal, len(ids))
	for i, id := range ids {
		out[i] = entra.Principal{Type: entra.UserPrincipal, ID: id}
	}
	return out
}

func (d *town) CountUsers(context.Context) (int, error) {
	if d.users > 0 {
		return d.users, d.call("count users")
	}
	return 10, d.call("count users")
}
func (d *town) CountGroups(context.Context) (int, error) { return 3, d.call("count groups") }

func (d *town) Users(_ context.Context, properties []string) iter.Seq2[map[string]any, error] {
	return func(yield func(map[string]any, error) bool) {
		err := d.call(fmt.Sprintf("users %v", properties))
		for i := range 10 {
			user := map[string]any{"id": fmt.Sprintf("u%d", i), "department": "Advice", "mobilePhone": nil}
			if i < 5 {
				user["department"] = "Sales"
			}
			if !yield(user, err) || err != nil {
				return
			}
		}
	}
}

func user(id string) plan.Member  { return plan.Member{Type: entra.UserPrincipal, ID: id} }
func group(id string) plan.Member { return plan.Member{Type: entra.GroupPrincipal, ID: id} }

func is(attribute, value string) *entra.Filter {
	return &entra.Filter{Groups: []entra.FilterGroup{{Clauses: []entra.FilterClause{{OperatorName: "EQUALS", SourceOperandName: attribute, TargetOperand: entra.FilterOperand{Values: []string{value}}}}}}}
}

func TestCount(t *testing.T) {
	on := plan.Reached{On: true}
	members := []plan.Member{group("g1"), group("g2"), user("u9")}
	for _, c := range []struct {
		name     string
		reach    plan.Reach
		town     *town
		want     string
		requests int
	}{
		{name: "a group loses its assignment; u3 keeps another", requests: 2,
			reach: plan.Reach{Known: true, Assigned: members, Removed: []plan.Member{group("g1")}, Users: on, Groups: on},
			want:  "leave-scope: 3 people and 1 group"},
		{name: "a user who is in a group as well stays", requests: 2,
			reach: plan.Reach{Known: true, Assigned: append([]plan.Member{user("u3")}, members...), Removed: []plan.Member{user("u3")}, Users: on, Groups: on}},
		{name: "another group takes over", requests: 2,
			reach: plan.Reach{Known: true, Assigned: []plan.Member{group("g2")}, Removed: []plan.Member{group("g2")}, Added: []plan.Member{group("g1")}, Users: on},
			want:  "leave-scope: 2 people"},
		{name: "all to assigned", requests: 5, town: &town{assigned: []entra.AppRoleAssignment{{PrincipalType: entra.GroupPrincipal, PrincipalID: "g1"}, {PrincipalType: entra.GroupPrincipal, PrincipalID: "g3"}, {PrincipalType: entra.ServicePrincipalPrincipal, PrincipalID: "s"}}},
			reach: plan.Reach{AllBefore: true, Users: on, Groups: on},
			want:  "leave-scope: 6 people and 1 group"},
		{name: "an assignment is of no account where all are in scope",
			reach: plan.Reach{AllBefore: true, AllAfter: true, Known: true, Assigned: members, Removed: []plan.Member{group("g1")}, Users: on, Groups: on}},
		{name: "no more than the job has linked", requests: 1,
			reach: plan.Reach{AllBefore: true, Known: true, Users: plan.Reached{On: true, Linked: 4}},
			want:  "leave-scope: 4 people"},
		{name: "a filter that stays makes it a bound", requests: 1,
			reach: plan.Reach{AllBefore: true, Known: true, Users: plan.Reached{On: true, Before: is("department", "Sales"), After: is("department", "Sales")}},
			want:  "leave-scope: up to 10 people"},
		{name: "a new filter is evaluated", requests: 2,
			reach: plan.Reach{AllBefore: true, AllAfter: true, Users: plan.Reached{On: true, Refilter: true, After: is("department", "Sales")}},
			want:  "leave-scope: 5 people"},
		{name: "a new filter among those assigned", requests: 4,
			reach: plan.Reach{Known: true, Assigned: members, Users: plan.Reached{On: true, Refilter: true, After: is("department", "Sales")}},
			want:  "leave-scope: 2 people"}, // u5 and u9
		{name: "a wider filter", requests: 2,
			reach: plan.Reach{AllBefore: true, AllAfter: true, Users: plan.Reached{On: true, Refilter: true, Before: is("department", "Sales")}}},
		{name: "an attribute with another name in Graph", requests: 2,
			reach: plan.Reach{AllBefore: true, AllAfter: true, Users: plan.Reached{On: true, Refilter: true, After: is("objectId", "u7")}},
			want:  "leave-scope: 9 people"},
		{name: "too many to evaluate", requests: 1, town: &town{users: 6000},
			reach: plan.Reach{AllBefore: true, AllAfter: true, Users: plan.Reached{On: true, Refilter: true, After: is("department", "Sales")}},
			want:  "leave-scope: up to 6000 people"},
		{name: "a filter of groups", requests: 0,
			reach: plan.Reach{Known: true, Assigned: members, Groups: plan.Reached{On: true, Refilter: true, After: is("displayName", "x")}},
			want:  "leave-scope: up to 2 groups"},
		{name: "who leaves stays", requests: 1,
			reach: plan.Reach{AllBefore: true, Known: true, Users: on, Stay: true},
			want:  ": 10 people"},
		{name: "objects that are not provisioned", reach: plan.Reach{AllBefore: true, Known: true}},
		{name: "matched again", reach: plan.Reach{Users: plan.Reached{On: true, Rematched: true, Linked: 7}, Groups: plan.Reached{On: true, Rematched: true, Linked: 2}},
			want: "rematch: 7 people and 2 groups"},
		{name: "matched again, and the job does not say how many", requests: 2,
			reach: plan.Reach{AllBefore: true, AllAfter: true, Users: plan.Reached{On: true, Rematched: true}, Groups: plan.Reached{On: true, Rematched: true}, StayActive: true},
			want:  "rematch: up to 10 people and 3 groups; stay-active: up to 10 people"},
		{name: "deletions that were skipped", requests: 3,
			reach: plan.Reach{Known: true, Assigned: members, Users: on, Undone: true},
			want:  "skipped-deletions: up to 3 people"},
		{name: "nobody may look", requests: 1, town: &town{fail: "count users"},
			reach: plan.Reach{AllBefore: true, Known: true, Users: on},
			want:  "leave-scope: an unknown number of people and groups (403: grant User.Read.All)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := c.town
			if d == nil {
				d = &town{}
			}
			impacts, err := census.Count(t.Context(), d, &c.reach)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, i := range impacts {
				text := i.Risk + ": " + i.Count()
				if i.Unknown != "" {
					text += " (" + i.Unknown + ")"
				}
				if i.Effect == "" {
					t.Errorf("%s has no effect", text)
				}
				got = append(got, text)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "; ")); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			sorted := slices.Sorted(slices.Values(d.requests))
			if once := slices.Compact(slices.Clone(sorted)); len(once) != len(sorted) && !slices.Contains(sorted, "count groups") {
				t.Errorf("a request was made twice: %q", sorted)
			}
			if len(d.requests) != c.requests {
				t.Errorf("%d requests, want %d: %q", len(d.requests), c.requests, d.requests)
			}
		})
	}
}

// TestManyGroups: an application with more groups than are read has no exact number.
func TestManyGroups(t *testing.T) {
	r := plan.Reach{Known: true, Users: plan.Reached{On: true}}
	for i := range 60 {
		r.Assigned = append(r.Assigned, group(fmt.Sprintf("g%d", i+10)))
	}
	r.Removed = r.Assigned[:1]
	d := &town{}
	impacts, err := census.Count(t.Context(), d, &r)
	if err != nil || len(impacts) != 1 || !strings.Contains(impacts[0].Unknown, "more than 50 groups") || len(d.requests) > 0 {
		t.Errorf("%+v %v %q", impacts, err, d.requests)
	}
	r.Users.Linked = 30
	if impacts, _ = census.Count(t.Context(), d, &r); len(impacts) != 1 || impacts[0].Count() != "up to 30 people" {
		t.Errorf("%+v", impacts)
	}
}

// TestNobody: a plan that reaches nobody costs no request, and one that was
// interrupted says so.
func TestNobody(t *testing.T) {
	d := &town{}
	if impacts, err := census.Count(t.Context(), d, nil); impacts != nil || err != nil || len(d.requests) > 0 {
		t.Errorf("%v %v %q", impacts, err, d.requests)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := census.Count(ctx, d, &plan.Reach{AllBefore: true, Users: plan.Reached{On: true}}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}
