package emulator

import (
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/entra"
)

// assignment ties a principal to a role of an application.
type assignment struct {
	ID          string `json:"id"`
	RoleID      string `json:"appRoleId"`
	Created     string `json:"createdDateTime"`
	PrincipalID string `json:"principalId"`
	ResourceID  string `json:"resourceId"`
}

var assignmentKind = &kind{
	name: "microsoft.graph.appRoleAssignment", set: "appRoleAssignments", title: "AppRoleAssignment", simple: true,
	properties: map[string]property{
		"id": {text, unfiltered, false}, "appRoleId": {text, unfiltered, false}, "createdDateTime": {date, unfiltered, false},
		"deletedDateTime": {date, unfiltered, false}, "principalDisplayName": {text, filtered, false}, "principalId": {text, filtered, false},
		"principalType": {text, filtered, false}, "resourceDisplayName": {text, filtered, false}, "resourceId": {text, filtered, false},
	},
}

// view is one place where assignments are seen: below the application that they
// are for, or below the principal that holds them.
type view struct {
	set   string // collection of the object in the path
	name  string // appRoleAssignedTo or appRoleAssignments
	key   string
	find  func(*call) (*entity, error)
	owner func(a *assignment) string // which of its ids the path names
}

func assignmentRoutes() []route {
	resource := func(a *assignment) string { return a.ResourceID }
	principal := func(a *assignment) string { return a.PrincipalID }
	var table []route
	for _, v := range []view{
		{"servicePrincipals", "appRoleAssignedTo", "servicePrincipal", (*call).servicePrincipal, resource},
		{"servicePrincipals", "appRoleAssignments", "servicePrincipal", (*call).servicePrincipal, principal},
		{"users", "appRoleAssignments", "user", (*call).user, principal},
		{"groups", "appRoleAssignments", "group", (*call).group, principal},
	} {
		at := "/" + v.set + "/{" + v.key + "}/" + v.name
		table = append(table,
			route{method: "GET", pattern: at, handle: v.list},
			route{method: "POST", pattern: at, access: writing, handle: v.create},
			route{method: "GET", pattern: at + "/{assignment}", handle: v.get},
			route{method: "DELETE", pattern: at + "/{assignment}", access: writing, handle: v.remove},
		)
	}
	return table
}

func (v view) context(e *entity) string { return v.set + "('" + e.id() + "')/" + v.name }

// row prints an assignment with the names of both sides as they are now.
func (s *state) row(a *assignment) *entity {
	props := map[string]any{
		"id": a.ID, "deletedDateTime": nil, "appRoleId": a.RoleID, "createdDateTime": a.Created,
		"principalId": a.PrincipalID, "resourceId": a.ResourceID,
	}
	if e := s.object(a.PrincipalID); e != nil {
		props["principalDisplayName"] = e.Props["displayName"]
		props["principalType"] = map[string]string{"user": "User", "group": "Group"}[e.Kind]
		if e.Kind == "servicePrincipal" {
			props["principalType"] = "ServicePrincipal"
		}
	}
	if e := s.ServicePrincipals.get(a.ResourceID); e != nil {
		props["resourceDisplayName"] = e.Props["displayName"]
	}
	return &entity{Kind: "appRoleAssignment", Props: props}
}

// live reports whether both sides exist: assignments of deleted objects come back
// with them.
func (s *state) live(a *assignment) bool {
	return s.object(a.PrincipalID) != nil && s.ServicePrincipals.get(a.ResourceID) != nil
}

func (s *state) assignmentsOf(want func(*assignment) bool) []any {
	out := []any{}
	for _, a := range s.Assignments {
		if want(a) && s.live(a) {
			out = append(out, s.row(a).Props)
		}
	}
	return out
}

func (v view) list(c *call) (*reply, error) {
	e, err := v.find(c)
	if err != nil {
		return nil, err
	}
	owners := []string{e.id()}
	if v.set == "users" { // a user also has what its groups have, direct membership only
		for _, g := range c.memberOf(e.id()) {
			owners = append(owners, g.id())
		}
	}
	var rows []*entity
	for _, a := range c.Assignments {
		if slices.Contains(owners, v.owner(a)) && c.live(a) {
			rows = append(rows, c.row(a))
		}
	}
	return c.list(listing{kind: assignmentKind, items: rows, context: v.context(e)})
}

func (v view) one(c *call) (*entity, *assignment, error) {
	e, err := v.find(c)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range c.Assignments {
		if a.ID == c.param("assignment") && v.owner(a) == e.id() && c.live(a) {
			return e, a, nil
		}
	}
	return e, nil, nil
}

func (v view) get(c *call) (*reply, error) {
	e, a, err := v.one(c)
	if err != nil {
		return nil, err
	}
	if a == nil {
		return nil, notFound(c.param("assignment"))
	}
	body, err := c.render(assignmentKind, c.row(a))
	if err != nil {
		return nil, err
	}
	body["@odata.context"] = c.context(v.context(e) + "/$entity")
	return ok(body)
}

// remove answers 400, not 404, to an assignment that is not there.
// Source: graph_contract §1.
func (v view) remove(c *call) (*reply, error) {
	_, a, err := v.one(c)
	if err != nil {
		return nil, err
	}
	if a == nil {
		return nil, badRequest("EntitlementGrant being updated or deleted is not found.")
	}
	c.unassign(a)
	return noContent()
}

func (s *state) unassign(a *assignment) {
	s.Assignments = slices.DeleteFunc(slices.Clone(s.Assignments), func(other *assignment) bool { return other == a })
	if e := s.object(a.PrincipalID); e != nil {
		s.reassign(e)
	}
}

func isGUID(s string) bool {
	_, err := uuid.Parse(s)
	return err == nil && len(s) == 36
}

func (v view) create(c *call) (*reply, error) {
	e, err := v.find(c)
	if err != nil {
		return nil, err
	}
	var a assignment
	if err := c.decode(&a); err != nil {
		return nil, err
	}
	if !isGUID(a.PrincipalID) || !isGUID(a.ResourceID) || !isGUID(a.RoleID) {
		return nil, badRequest("One or more properties are invalid.")
	}
	// Old scripts post below appRoleAssignments of the application itself.
	below := v.owner(&a) == e.id() || v.key == "servicePrincipal" && a.ResourceID == e.id()
	principal, resource := c.object(a.PrincipalID), c.ServicePrincipals.get(a.ResourceID)
	if !below || principal == nil || principal.Kind == "application" || resource == nil {
		return nil, badRequest("Not a valid reference update.")
	}
	if err := checkRole(resource, principal, a.RoleID); err != nil {
		return nil, err
	}
	for _, other := range c.Assignments {
		if other.PrincipalID == a.PrincipalID && other.ResourceID == a.ResourceID && other.RoleID == a.RoleID {
			return nil, badRequest("Permission being assigned already exists on the object")
		}
	}
	a.PrincipalID, a.ResourceID = principal.id(), resource.id()
	a.ID, a.Created = c.newKey(), precise(c.e.now())
	c.Assignments = append(c.Assignments, &a)
	c.reassign(principal)
	body := c.row(&a).Props
	body["@odata.context"] = c.context(v.context(e) + "/$entity")
	return &reply{status: http.StatusCreated, body: body}, nil
}

// checkRole judges the role of an assignment. Zeros mean "default access" and are
// for applications without roles that the principal could hold. Source: graph_contract §3.
func checkRole(resource, principal *entity, id string) error {
	member := "User"
	if principal.Kind == "servicePrincipal" {
		member = "Application"
	}
	roles, _ := resource.Props["appRoles"].([]any)
	defined := false
	for _, r := range roles {
		role, _ := r.(map[string]any)
		types, _ := role["allowedMemberTypes"].([]any)
		if !slices.Contains(types, any(member)) || role["isEnabled"] == false {
			continue
		}
		if defined = true; role["id"] == id {
			return nil
		}
	}
	if id == entra.DefaultAccessRoleID && !defined {
		return nil
	}
	return badRequest("One or more properties are invalid.")
}
