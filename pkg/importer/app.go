package importer

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
)

// identity says which application the profile is about. One that carries the mark
// of a profile belongs to that profile, any other one is adopted.
func (d *draft) identity() {
	sp := d.app.ServicePrincipal
	d.r.App.Name = text(sp.DisplayName)
	d.r.Profile = d.in.Profile
	switch {
	case len(d.in.Tenant.Domains) > 0:
		d.r.Tenant = text(d.in.Tenant.Domains[0])
	case d.in.Tenant.ID != "":
		d.r.Tenant = text(d.in.Tenant.ID)
	}
	owner, marked := plan.Owner(sp.Tags)
	name, environment, _ := strings.Cut(owner, "/")
	switch {
	case d.in.From == nil:
		d.r.App.Template = text(d.templateName())
	case marked && (d.in.Profile == "" || d.in.Profile == name) && sp.ApplicationTemplateID != "":
		d.r.Profile, d.r.Environment = name, environment
		d.r.App.Template = text(d.templateName())
	default:
		d.r.App.Existing = &profile.Existing{ServicePrincipal: sp.ID}
		d.comments.Above["app"] = []string{"Not made by scimctl: the application is adopted, and never deleted."}
		if marked {
			d.comments.Above["app"] = []string{"Another profile, " + owner + ", manages this application as well."}
		}
	}
	if d.r.Profile == "" {
		d.r.Profile = slug(sp.DisplayName)
	}
	d.job()
}

func (d *draft) templateName() string {
	if d.in.TemplateName == "" {
		return nonGallery
	}
	return d.in.TemplateName
}

// nonGallery is what profiles call the template of an application of one's own.
const nonGallery = "non-gallery"

// job names the job and its template where the profile would choose others.
func (d *draft) job() {
	if d.app.Job == nil || d.in.From == nil {
		return
	}
	q := plan.Ask(d.r)
	if fitting := q.FittingJobs(d.app.Jobs); len(fitting) != 1 || fitting[0].ID != d.app.Job.ID {
		d.r.App.Job = text(d.app.Job.ID)
	}
	if usual := plan.ChooseSyncTemplate("", d.app.SyncTemplates); usual != d.app.Job.TemplateID && d.app.Job.TemplateID != "" {
		d.r.App.SyncTemplate = text(d.app.Job.TemplateID)
	}
}

// roles names the app roles beside those that every application of a template
// has. Source: graph_contract §2.
func (d *draft) roles() {
	if d.app.Application == nil {
		return
	}
	for _, role := range d.app.Application.AppRoles {
		value := ""
		if role.Value != nil {
			value = *role.Value
		}
		switch {
		case value == "" && slices.Contains([]string{"User", "msiam_access"}, role.DisplayName):
		case !role.IsEnabled:
			d.say("the app role %q, which is switched off", role.DisplayName)
		default:
			description := role.Description
			if description == role.DisplayName {
				description = ""
			}
			d.r.App.Roles = append(d.r.App.Roles, profile.Role{Name: role.DisplayName, Value: value, Description: description, Members: otherMembers(role.AllowedMemberTypes)})
		}
	}
}

// otherMembers leaves out what a new role has anyway.
func otherMembers(types []string) []string {
	if slices.Equal(types, []string{"User"}) {
		return nil
	}
	return types
}

// assign names who is assigned. What the tenant calls default access is left out
// where the application has roles.
func (d *draft) assign() {
	if d.in.From == nil {
		return
	}
	roles := d.app.ServicePrincipal.AppRoles
	var to []profile.Assignment
	var remarks []string
	for _, a := range d.app.Assignments {
		role, ok := roleName(roles, a.AppRoleID)
		switch {
		case a.PrincipalType == entra.ServicePrincipalPrincipal:
			d.say("the assignment of the service principal %q, which is never provisioned", a.PrincipalDisplayName)
			continue
		case !ok:
			d.say("the assignment of %s %q, to a role that cannot be assigned any more (%s)", strings.ToLower(string(a.PrincipalType)), a.PrincipalDisplayName, a.AppRoleID)
			continue
		}
		name, named := d.in.From.Names[a.PrincipalID]
		remark := ""
		if !named {
			name, remark = a.PrincipalID, a.PrincipalDisplayName
		}
		one := profile.Assignment{Role: role}
		if a.PrincipalType == entra.UserPrincipal {
			one.User = name
		} else {
			one.Group = name
		}
		if !slices.Contains(to, one) {
			to, remarks = append(to, one), append(remarks, remark)
		}
	}
	d.setAssignments(to, remarks)
}

// setAssignments sorts the list, groups first, with the remarks behind its items.
func (d *draft) setAssignments(to []profile.Assignment, remarks []string) {
	if len(to) == 0 {
		d.r.Assign, d.comments.Assignees = nil, nil
		return
	}
	order := make([]int, len(to))
	for i := range order {
		order[i] = i
	}
	key := func(i int) string {
		shown := to[i].Group + to[i].User
		if remarks[i] != "" {
			shown = remarks[i]
		}
		return map[bool]string{true: "1", false: "0"}[to[i].User != ""] + strings.ToLower(shown) + "\x00" + to[i].Group + to[i].User + "\x00" + to[i].Role
	}
	slices.SortFunc(order, func(i, j int) int { return strings.Compare(key(i), key(j)) })
	d.r.Assign, d.comments.Assignees = &profile.Assign{}, map[int]string{}
	for at, i := range order {
		d.r.Assign.To = append(d.r.Assign.To, to[i])
		if remarks[i] != "" {
			d.comments.Assignees[at] = remarks[i]
		}
	}
}

// roleName returns the shortest name that stands for a role and for no other.
func roleName(roles []entra.AppRole, id string) (string, bool) {
	names := []string{"User"}
	for _, r := range roles {
		if strings.EqualFold(r.ID, id) {
			names = append(names, r.DisplayName)
			if r.Value != nil {
				names = append(names, *r.Value)
			}
		}
	}
	for _, name := range append(names, id) {
		if found, err := plan.FindRole(roles, name); err == nil && name != "" && strings.EqualFold(found.ID, id) {
			return name, true
		}
	}
	return "", false
}
