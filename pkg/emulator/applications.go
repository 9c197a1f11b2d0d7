package emulator

import (
	"maps"
	"reflect"
)

func applicationRoutes() []route {
	return []route{
		{method: "GET", pattern: "/applications", handle: listApplications},
		{method: "POST", pattern: "/applications", access: writing, handle: createApplication},
		{method: "GET", pattern: "/applications/$count", handle: countApplications},
		{method: "GET", pattern: "/applications/{application}", handle: getApplication},
		{method: "PATCH", pattern: "/applications/{application}", access: writing, handle: patchApplication},
		{method: "DELETE", pattern: "/applications/{application}", access: writing, handle: deleteApplication},
		{method: "GET", pattern: "/applications/{application}/owners", handle: listApplicationOwners},
	}
}

// visible returns the entities that replication has made known.
func (c *call) visible(items []*entity) []*entity {
	now := c.e.now()
	return keep(items, func(e *entity) bool { return !now.Before(e.Visible) })
}

// keyed finds an application or service principal by object id or, with the
// alternate key, by appId.
func (c *call) keyed(in *collection, name string) (*entity, error) {
	e, err := c.made(in, name)
	if err == nil && c.e.now().Before(e.Visible) {
		return nil, notFound(c.param(name))
	}
	return e, err
}

// made is keyed for those who know an object as soon as it was made.
func (c *call) made(in *collection, name string) (*entity, error) {
	key := c.params[name]
	var e *entity
	switch key.alternate {
	case "":
		e = in.get(key.text)
	case "appId":
		if found := in.find("appId", key.text); len(found) == 1 {
			e = found[0]
		}
	default:
		return nil, badRequest("The alternate key '%s' is not supported.", key.alternate)
	}
	if e == nil {
		return nil, notFound(key.text)
	}
	return e, nil
}

func (c *call) application() (*entity, error) { return c.keyed(c.Applications, "application") }

func listApplications(c *call) (*reply, error) {
	return c.list(listing{kind: applicationKind, items: c.visible(c.Applications.list), context: "applications"})
}

func countApplications(c *call) (*reply, error) {
	return c.list(listing{kind: applicationKind, items: c.visible(c.Applications.list), count: true})
}

func getApplication(c *call) (*reply, error) {
	e, err := c.application()
	if err != nil {
		return nil, err
	}
	return c.entityReply(applicationKind, e)
}

func listApplicationOwners(c *call) (*reply, error) {
	e, err := c.application()
	if err != nil {
		return nil, err
	}
	return c.objects(c.related(e, "owners"))
}

// createApplication makes a registration without template and without service
// principal. Source: graph_contract §11.
func createApplication(c *call) (*reply, error) {
	changes, err := c.changes(applicationKind)
	if err != nil {
		return nil, err
	}
	name, _ := changes["displayName"].(string)
	if err := checkName(&name); err != nil {
		return nil, err
	}
	if roles, ok := changes["appRoles"].([]any); ok {
		if err := checkRoles(nil, roles); err != nil {
			return nil, err
		}
	}
	app, _ := c.appPair(name, c.newID)
	maps.Copy(app.Props, changes)
	app.Props["createdDateTime"] = seconds(c.e.now())
	c.replicate(app)
	c.own(app)
	c.Applications.add(app)
	r, err := c.entityReply(applicationKind, app)
	if err == nil {
		r.status = 201
	}
	return r, err
}

// patchApplication changes a registration; its name and roles show on the
// service principal of the same tenant too.
func patchApplication(c *call) (*reply, error) {
	app, err := c.application()
	if err != nil {
		return nil, err
	}
	changes, err := c.changes(applicationKind)
	if err != nil {
		return nil, err
	}
	if name, ok := changes["displayName"]; ok {
		s, _ := name.(string)
		if err := checkName(&s); err != nil {
			return nil, err
		}
	}
	if roles, ok := changes["appRoles"].([]any); ok {
		before, _ := app.Props["appRoles"].([]any)
		if err := checkRoles(before, roles); err != nil {
			return nil, err
		}
	}
	for name, v := range changes {
		app.Props[name] = merged(app.Props[name], v)
	}
	for _, sp := range c.ServicePrincipals.find("appId", app.text("appId")) {
		sp.Props["displayName"], sp.Props["appDisplayName"] = app.Props["displayName"], app.Props["displayName"]
		sp.Props["appRoles"] = app.Props["appRoles"]
	}
	return noContent()
}

// merged puts the members of a complex value over the ones that are there, as
// PATCH does; anything else is replaced.
func merged(before, after any) any {
	old, ok := before.(map[string]any)
	change, isObject := after.(map[string]any)
	if !ok || !isObject {
		return after
	}
	out := maps.Clone(old)
	for name, v := range change {
		out[name] = merged(old[name], v)
	}
	return out
}

// checkRoles judges new app roles: ids and values are unique, and an enabled role
// must be switched off before it may change or go.
func checkRoles(before, after []any) error {
	ids, values := map[string]map[string]any{}, map[string]bool{}
	for _, r := range after {
		role, _ := r.(map[string]any)
		id, _ := role["id"].(string)
		if !isGUID(id) || ids[id] != nil {
			return badRequest("Property value '%s' of property 'appRoles' found to be invalid: every role needs a GUID of its own.", id)
		}
		ids[id] = role
		if name, _ := role["displayName"].(string); name == "" {
			return badRequest("Property 'displayName' of property 'appRoles' is required.")
		}
		types, _ := role["allowedMemberTypes"].([]any)
		if len(types) == 0 {
			return badRequest("Property 'allowedMemberTypes' of property 'appRoles' is required.")
		}
		if value, _ := role["value"].(string); value != "" {
			if values[value] {
				return badRequest("Property value found to be invalid: the value '%s' of two app roles is the same.", value)
			}
			values[value] = true
		}
		if role["origin"] == nil {
			role["origin"] = "Application"
		}
	}
	for _, r := range before {
		old, _ := r.(map[string]any)
		id, _ := old["id"].(string)
		if old["isEnabled"] != true {
			continue
		}
		kept := ids[id]
		if kept == nil || kept["isEnabled"] == true && !reflect.DeepEqual(kept["value"], old["value"]) {
			return fail(400, "CannotDeleteOrUpdateEnabledEntitlement", "Permission (scope or role) cannot be deleted or updated unless disabled first.")
		}
	}
	return nil
}

func deleteApplication(c *call) (*reply, error) {
	app, err := c.application()
	if err != nil {
		return nil, err
	}
	for _, sp := range c.ServicePrincipals.find("appId", app.text("appId")) {
		c.softDelete(c.ServicePrincipals, sp)
	}
	c.softDelete(c.Applications, app)
	return noContent()
}
