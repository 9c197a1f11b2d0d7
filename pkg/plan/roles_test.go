package plan_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

func role(id, name, value string) entra.AppRole {
	r := entra.AppRole{ID: id, DisplayName: name, IsEnabled: true, AllowedMemberTypes: []string{"User"}}
	if value != "" {
		r.Value = &value
	}
	return r
}

func TestFindRole(t *testing.T) {
	off, machine := role("off", "Off", ""), role("machine", "Machine", "")
	off.IsEnabled, machine.AllowedMemberTypes = false, []string{"Application"}
	all := []entra.AppRole{role("u", "User", ""), role("e", "Editor", "edit"), role("r1", "Reader", "r1"), role("r2", "Reader", "r2"), off, machine}
	cases := []struct {
		name  string
		roles []entra.AppRole
		want  string // id, or words of the error
	}{
		{"", all, "u"}, {"User", all, "u"}, {"user", all, "u"}, {"U", all, "u"},
		{"edit", all, "e"}, {"Editor", all, "e"}, {"r2", all, "r2"},
		{"Reader", all, `2 roles of the application have the name "Reader"`},
		{"Off", all, `no role "Off"`}, {"Machine", all, `no role "Machine"`},
		{"Edtor", all, `did you mean "Editor"?`},
		{"", nil, entra.DefaultAccessRoleID}, {"User", []entra.AppRole{off, machine}, entra.DefaultAccessRoleID},
		{"Editor", nil, `no role "Editor"`},
		{"User", all[1:2], `no role "User"`},
	}
	for _, c := range cases {
		got, err := plan.FindRole(c.roles, c.name)
		if err != nil {
			if _, ok := errors.AsType[*plan.RoleError](err); !ok || !strings.Contains(err.Error(), c.want) {
				t.Errorf("role %q: %v, want %s", c.name, err, c.want)
			}
			continue
		}
		if got.ID != c.want {
			t.Errorf("role %q is %s, want %s", c.name, got.ID, c.want)
		}
	}
}

func TestMergeRoles(t *testing.T) {
	have := []entra.AppRole{role("u", "User", ""), {ID: "e", DisplayName: "Editor", Description: "Edits", Value: new("edit"), AllowedMemberTypes: []string{"User"}}}
	want := []entra.AppRole{
		{DisplayName: "User"},
		{DisplayName: "Author", Value: new("edit"), AllowedMemberTypes: []string{"Application", "User"}},
		{DisplayName: "Reader", Value: new("read")},
	}
	before := slices.Clone(have)
	merged, lines := plan.MergeRoles("app", have, want)
	if diff := cmp.Diff(before, have); diff != "" {
		t.Errorf("the roles that were there changed:\n%s", diff)
	}
	again, none := plan.MergeRoles("app", merged, want)
	if diff := cmp.Diff(merged, again); diff != "" || len(none) > 0 {
		t.Errorf("a second merge changes %v:\n%s", none, diff)
	}
	wantLines := []plan.Line{
		{Action: plan.Change, Text: `app role "Author" (value edit): name "Editor" -> "Author"; members User -> Application, User; enabled`},
		{Action: plan.Add, Text: `app role "Reader" (value read)`},
	}
	if diff := cmp.Diff(wantLines, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if merged[1].ID != "e" || merged[1].Description != "Edits" {
		t.Errorf("the role that was there became %+v", merged[1])
	}
	reader := merged[2]
	if !reader.IsEnabled || reader.Description != "Reader" || !slices.Equal(reader.AllowedMemberTypes, []string{"User"}) {
		t.Errorf("new role %+v", reader)
	}
	// The id depends on application and value alone.
	same, _ := plan.MergeRoles("app", nil, want[2:])
	other, _ := plan.MergeRoles("another", nil, want[2:])
	if same[0].ID != reader.ID || other[0].ID == reader.ID || len(reader.ID) != 36 {
		t.Errorf("ids %s, %s, %s", reader.ID, same[0].ID, other[0].ID)
	}
}

func TestRolesOfTheProfile(t *testing.T) {
	r := whole()
	r.App.Roles = []profile.Role{{Name: "Editor", Value: "edit", Where: at(4)}, {Name: "User"}}

	p := plan.Build(r, empty(), plan.Options{})
	if got := lines(step(t, p, plan.EnsureRoles)); got != `+ app role "Editor" (value edit)` {
		t.Errorf("new application: %s", got)
	}

	o := ready(t)
	p = plan.Build(r, o, plan.Options{})
	if got := lines(step(t, p, plan.EnsureRoles)); got != `+ app role "Editor" (value edit)` {
		t.Errorf("standing application: %s", got)
	}
	o.App.Application.AppRoles, _ = plan.MergeRoles(o.App.Application.ID, o.App.Application.AppRoles, step(t, p, plan.EnsureRoles).Roles)
	if p = plan.Build(r, o, plan.Options{}); len(p.Steps) > 0 {
		t.Errorf("a second plan: %s", kinds(p))
	}
	o.App.Application = nil
	wantProblem(t, plan.Build(r, o, plan.Options{}), "SC4013", at(4), appID)
}
