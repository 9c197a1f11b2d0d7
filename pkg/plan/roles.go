package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/profile"
)

// defaultRole is the role of an assignment that names none.
const defaultRole = "User"

// roleSpace is the name space of the ids that scimctl gives to app roles, so that
// the same role of the same application gets the same id in every run.
var roleSpace = uuid.MustParse("5c9d4d3a-7d0c-5f0e-9b7e-2f6f0c7b1a54")

// RoleError says why a name stands for no role.
type RoleError struct {
	Name      string
	Ambiguous []entra.AppRole // roles of that name; empty when there is none
	Roles     []string        // names of the roles that could be meant, sorted
}

func (e *RoleError) Error() string {
	if len(e.Ambiguous) > 0 {
		return fmt.Sprintf("%d roles of the application have the name %q", len(e.Ambiguous), e.Name)
	}
	return fmt.Sprintf("the application has no role %q to assign%s", e.Name, diag.DidYouMean(e.Name, e.Roles))
}

// FindRole returns the role that name stands for: an id, a value or a display
// name, "" being User. An application that defines no roles for users has
// default access in its place. The error is a *RoleError.
// Source: graph_contract §3.
func FindRole(roles []entra.AppRole, name string) (entra.AppRole, error) {
	if name == "" {
		name = defaultRole
	}
	var open []entra.AppRole
	for _, r := range roles {
		if r.IsEnabled && slices.Contains(r.AllowedMemberTypes, "User") {
			open = append(open, r)
		}
	}
	if len(open) == 0 && (name == defaultRole || name == entra.DefaultAccessRoleID) {
		return entra.AppRole{ID: entra.DefaultAccessRoleID, DisplayName: "default access", IsEnabled: true}, nil
	}
	matches := []func(entra.AppRole) bool{
		func(r entra.AppRole) bool { return strings.EqualFold(r.ID, name) },
		func(r entra.AppRole) bool { return r.Value != nil && *r.Value == name },
		func(r entra.AppRole) bool { return r.DisplayName == name },
		func(r entra.AppRole) bool { return strings.EqualFold(r.DisplayName, name) },
	}
	for _, match := range matches {
		var found []entra.AppRole
		for _, r := range open {
			if match(r) {
				found = append(found, r)
			}
		}
		switch len(found) {
		case 0:
			continue
		case 1:
			return found[0], nil
		}
		return entra.AppRole{}, &RoleError{Name: name, Ambiguous: found}
	}
	names := make([]string, len(open))
	for i, r := range open {
		names[i] = r.DisplayName
	}
	slices.Sort(names)
	return entra.AppRole{}, &RoleError{Name: name, Roles: slices.Compact(names)}
}

// MergeRoles returns the roles of an application with those wanted ensured: a role
// is the same when id or value, or without a value the display name, is. Empty
// members of a wanted role keep what is there. Roles that are not wanted stay,
// and a new one gets an id derived from the application's id and its value. The lines
// are what changes, none when all is as wanted.
func MergeRoles(applicationID string, have, want []entra.AppRole) ([]entra.AppRole, []Line) {
	out := slices.Clone(have)
	var lines []Line
	for _, w := range want {
		i := slices.IndexFunc(out, func(h entra.AppRole) bool { return sameRole(h, w) })
		if i < 0 {
			out = append(out, newRole(applicationID, w))
			lines = append(lines, Line{Add, "app role " + roleName(w)})
			continue
		}
		merged := mergeRole(out[i], w)
		if text := roleChange(out[i], merged); text != "" {
			lines = append(lines, Line{Change, fmt.Sprintf("app role %s: %s", roleName(w), text)})
		}
		out[i] = merged
	}
	return out, lines
}

func sameRole(have, want entra.AppRole) bool {
	switch {
	case want.ID != "":
		return strings.EqualFold(have.ID, want.ID)
	case want.Value != nil:
		return have.Value != nil && *have.Value == *want.Value
	default:
		return have.DisplayName == want.DisplayName
	}
}

func newRole(applicationID string, w entra.AppRole) entra.AppRole {
	key := w.DisplayName
	if w.Value != nil {
		key = *w.Value
	}
	if w.ID == "" {
		w.ID = uuid.NewSHA1(roleSpace, []byte(applicationID+"/"+key)).String()
	}
	if w.Description == "" {
		w.Description = w.DisplayName
	}
	if len(w.AllowedMemberTypes) == 0 {
		w.AllowedMemberTypes = []string{"User"}
	}
	w.IsEnabled = true
	return w
}

func mergeRole(have, want entra.AppRole) entra.AppRole {
	have.DisplayName = want.DisplayName
	have.IsEnabled = true
	if want.Description != "" {
		have.Description = want.Description
	}
	if len(want.AllowedMemberTypes) > 0 && !sameSet(have.AllowedMemberTypes, want.AllowedMemberTypes) {
		have.AllowedMemberTypes = want.AllowedMemberTypes
	}
	return have
}

// roleChange says how a role differs after the merge, "" when it does not.
func roleChange(before, after entra.AppRole) string {
	var parts []string
	if before.DisplayName != after.DisplayName {
		parts = append(parts, fmt.Sprintf("name %q -> %q", before.DisplayName, after.DisplayName))
	}
	if before.Description != after.Description {
		parts = append(parts, fmt.Sprintf("description %q -> %q", before.Description, after.Description))
	}
	if !sameSet(before.AllowedMemberTypes, after.AllowedMemberTypes) {
		parts = append(parts, fmt.Sprintf("members %s -> %s", strings.Join(before.AllowedMemberTypes, ", "), strings.Join(after.AllowedMemberTypes, ", ")))
	}
	if !before.IsEnabled {
		parts = append(parts, "enabled")
	}
	return strings.Join(parts, "; ")
}

func sameSet(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

func roleName(r entra.AppRole) string {
	if r.Value != nil {
		return fmt.Sprintf("%q (value %s)", r.DisplayName, *r.Value)
	}
	return fmt.Sprintf("%q", r.DisplayName)
}

// wantedRoles returns the roles that the profile asks for.
func wantedRoles(roles []profile.Role) []entra.AppRole {
	out := make([]entra.AppRole, len(roles))
	for i, r := range roles {
		out[i] = entra.AppRole{DisplayName: r.Name, Description: r.Description, IsEnabled: true, AllowedMemberTypes: r.Members}
		if r.Value != "" {
			out[i].Value = new(r.Value)
		}
	}
	return out
}

// ensureRoles plans the roles of the profile and remembers which ones there are
// to assign.
func (b *builder) ensureRoles() {
	want := wantedRoles(b.r.App.Roles)
	if b.app == nil {
		var base []entra.AppRole
		base, b.rolesKnown = b.templateRoles()
		merged, lines := MergeRoles("", base, want)
		for i := len(base); i < len(merged); i++ {
			merged[i].ID = "" // depends on an application that does not exist yet
		}
		b.roles = merged
		if len(lines) > 0 {
			b.add(Step{ID: idRoles, Kind: EnsureRoles, Action: Add, Summary: "app roles of the application", Details: lines, Roles: pick(merged, want)})
		}
		return
	}
	b.roles, b.rolesKnown = b.app.ServicePrincipal.AppRoles, true
	if len(want) == 0 {
		return
	}
	if b.app.Application == nil {
		b.report(diag.Errorf(codeRolesUnreadable, b.r.App.Roles[0].Where, "app roles cannot be added: the application registration %s could not be read", b.app.ServicePrincipal.AppID).
			WithDetail("It may belong to another tenant, or the sign-in lacks Application.Read.All. Take app.roles out of the profile, or sign in with more permissions."))
		return
	}
	merged, lines := MergeRoles(b.app.Application.ID, b.app.Application.AppRoles, want)
	b.roles = merged
	if len(lines) == 0 {
		return
	}
	action := Add
	if slices.ContainsFunc(lines, func(l Line) bool { return l.Action == Change }) {
		action = Change
	}
	b.add(Step{ID: idRoles, Kind: EnsureRoles, Action: action, Summary: "app roles of the application", Details: lines, Roles: pick(merged, want)})
}

// pick returns the merged roles that are wanted.
func pick(merged, want []entra.AppRole) []entra.AppRole {
	var out []entra.AppRole
	for _, m := range merged {
		if slices.ContainsFunc(want, func(w entra.AppRole) bool { return sameRole(m, w) }) {
			out = append(out, m)
		}
	}
	return out
}

// templateRoles are the roles of an application that is made from the template,
// where they are known beforehand. Source: graph_contract §2.
func (b *builder) templateRoles() ([]entra.AppRole, bool) {
	if b.q.Template != "" {
		return nil, false
	}
	user := func(id, name string) entra.AppRole {
		return entra.AppRole{ID: id, DisplayName: name, IsEnabled: true, AllowedMemberTypes: []string{"User"}}
	}
	return []entra.AppRole{user(entra.UserRoleID, "User"), user(entra.MSIAMRoleID, "msiam_access")}, true
}
