package emulator

import "maps"

func servicePrincipalRoutes() []route {
	return []route{
		{method: "GET", pattern: "/servicePrincipals", handle: listServicePrincipals},
		{method: "POST", pattern: "/servicePrincipals", access: writing, handle: createServicePrincipal},
		{method: "GET", pattern: "/servicePrincipals/$count", handle: countServicePrincipals},
		{method: "GET", pattern: "/servicePrincipals/{servicePrincipal}", handle: getServicePrincipal},
		{method: "PATCH", pattern: "/servicePrincipals/{servicePrincipal}", access: writing, handle: patchServicePrincipal},
		{method: "DELETE", pattern: "/servicePrincipals/{servicePrincipal}", access: writing, handle: deleteServicePrincipal},
		{method: "GET", pattern: "/servicePrincipals/{servicePrincipal}/owners", handle: listServicePrincipalOwners},
		{method: "GET", pattern: "/servicePrincipals/{servicePrincipal}/appRoles", handle: listAppRoles},
	}
}

func (c *call) servicePrincipal() (*entity, error) {
	return c.keyed(c.ServicePrincipals, "servicePrincipal")
}

func listServicePrincipals(c *call) (*reply, error) {
	return c.list(listing{kind: servicePrincipalKind, items: c.visible(c.ServicePrincipals.list), context: "servicePrincipals"})
}

func countServicePrincipals(c *call) (*reply, error) {
	return c.list(listing{kind: servicePrincipalKind, items: c.visible(c.ServicePrincipals.list), count: true})
}

func getServicePrincipal(c *call) (*reply, error) {
	e, err := c.servicePrincipal()
	if err != nil {
		return nil, err
	}
	return c.entityReply(servicePrincipalKind, e)
}

func listServicePrincipalOwners(c *call) (*reply, error) {
	e, err := c.servicePrincipal()
	if err != nil {
		return nil, err
	}
	return c.objects(c.related(e, "owners"))
}

// listAppRoles reads one property by its path, as published scripts do.
func listAppRoles(c *call) (*reply, error) {
	e, err := c.servicePrincipal()
	if err != nil {
		return nil, err
	}
	roles, _ := e.Props["appRoles"].([]any)
	return ok(map[string]any{
		"@odata.context": c.context("servicePrincipals('" + e.id() + "')/appRoles"),
		"value":          append([]any{}, roles...),
	})
}

// createServicePrincipal makes the service principal of a registration of this
// tenant. Source: graph_contract §11.
func createServicePrincipal(c *call) (*reply, error) {
	var body map[string]any
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	appID, _ := body["appId"].(string)
	found := c.Applications.find("appId", appID)
	switch {
	case appID == "":
		return nil, badRequest("Property appId is required.")
	case len(found) == 0:
		return nil, fail(400, "Request_BadRequest", "The appId '%s' of the service principal does not reference a valid application object.", appID)
	case len(c.ServicePrincipals.find("appId", appID)) > 0:
		return nil, nameInUse(appID)
	}
	sp := &entity{Kind: "servicePrincipal", Props: c.plainServicePrincipal(found[0])}
	for name, v := range body {
		p, known := servicePrincipalKind.properties[name]
		if known && p.patch && p.accepts(v) {
			sp.Props[name] = v
		}
	}
	maps.Copy(sp.Props, map[string]any{"id": c.newID(), "createdDateTime": seconds(c.e.now())})
	c.replicate(sp)
	c.own(sp)
	delete(c.Sync, appID) // jobs and secrets were those of the service principal before it
	c.ServicePrincipals.add(sp)
	r, err := c.entityReply(servicePrincipalKind, sp)
	if err == nil {
		r.status = 201
	}
	return r, err
}

// nameInUse refuses a second service principal of one application.
func nameInUse(appID string) *failure {
	return fail(409, "Request_MultipleObjectsWithSameKeyValue", "The service principal cannot be created, updated, or restored because the service principal name %s is already in use.", appID)
}

func patchServicePrincipal(c *call) (*reply, error) {
	sp, err := c.servicePrincipal()
	if err != nil {
		return nil, err
	}
	changes, err := c.changes(servicePrincipalKind)
	if err != nil {
		return nil, err
	}
	if roles, ok := changes["appRoles"].([]any); ok {
		before, _ := sp.Props["appRoles"].([]any)
		if err := checkRoles(before, roles); err != nil {
			return nil, err
		}
	}
	for name, v := range changes {
		sp.Props[name] = merged(sp.Props[name], v)
	}
	return noContent()
}

// deleteServicePrincipal leaves the application. Source: graph_contract §2.
func deleteServicePrincipal(c *call) (*reply, error) {
	sp, err := c.servicePrincipal()
	if err != nil {
		return nil, err
	}
	c.softDelete(c.ServicePrincipals, sp)
	return noContent()
}
