package emulator

import (
	"maps"
	"slices"
	"strings"
)

func userRoutes() []route {
	return []route{
		{method: "GET", pattern: "/users", handle: listUsers},
		{method: "POST", pattern: "/users", access: writing, handle: createUser},
		{method: "GET", pattern: "/users/$count", handle: countUsers},
		{method: "GET", pattern: "/users/{user}", handle: getUser},
		{method: "PATCH", pattern: "/users/{user}", access: writing, handle: patchUser},
		{method: "DELETE", pattern: "/users/{user}", access: writing, handle: deleteUser},
		{method: "GET", pattern: "/users/{user}/manager", handle: getManager},
		{method: "PUT", pattern: "/users/{user}/manager/$ref", access: writing, handle: putManager},
		{method: "DELETE", pattern: "/users/{user}/manager/$ref", access: writing, handle: deleteManager},
		{method: "GET", pattern: "/users/{user}/directReports", handle: listDirectReports},
		{method: "GET", pattern: "/users/{user}/memberOf", handle: userMemberOf},
		{method: "GET", pattern: "/users/{user}/transitiveMemberOf", handle: userTransitiveMemberOf},
		{method: "GET", pattern: "/me", handle: me},
	}
}

func listUsers(c *call) (*reply, error) {
	return c.list(listing{kind: userKind, items: c.Users.list, context: "users"})
}

func countUsers(c *call) (*reply, error) {
	return c.list(listing{kind: userKind, items: c.Users.list, count: true})
}

// me exists for people only; the tenant's one client is an application.
func me(*call) (*reply, error) {
	return nil, fail(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
}

// user finds a user by object id or user principal name. Source: graph_contract §3.
func (c *call) user() (*entity, error) {
	key := c.param("user")
	if c.params["user"].alternate != "" {
		return nil, badRequest("The alternate key '%s' is not supported.", c.params["user"].alternate)
	}
	if e := c.Users.get(key); e != nil {
		return e, nil
	}
	if found := c.Users.find("userPrincipalName", key); len(found) == 1 {
		return found[0], nil
	}
	return nil, notFound(key)
}

func getUser(c *call) (*reply, error) {
	e, err := c.user()
	if err != nil {
		return nil, err
	}
	return c.entityReply(userKind, e)
}

func getManager(c *call) (*reply, error) {
	e, err := c.user()
	if err != nil {
		return nil, err
	}
	managers := c.related(e, "manager")
	if len(managers) == 0 {
		return nil, fail(404, "Request_ResourceNotFound", "Resource 'manager' does not exist or one of its queried reference-property objects are not present.")
	}
	body, err := c.render(userKind, managers[0])
	if err != nil {
		return nil, err
	}
	body["@odata.context"] = c.context("directoryObjects/$entity")
	body["@odata.type"] = "#microsoft.graph.user"
	return ok(body)
}

func userMemberOf(c *call) (*reply, error) {
	e, err := c.user()
	if err != nil {
		return nil, err
	}
	return c.objects(c.memberOf(e.id()))
}

func userTransitiveMemberOf(c *call) (*reply, error) {
	e, err := c.user()
	if err != nil {
		return nil, err
	}
	return c.objects(c.transitiveMemberOf(e.id()))
}

func patchUser(c *call) (*reply, error) {
	e, err := c.user()
	if err != nil {
		return nil, err
	}
	changes, err := c.changes(userKind)
	if err != nil {
		return nil, err
	}
	if name, ok := changes["userPrincipalName"].(string); ok && !strings.EqualFold(name, e.text("userPrincipalName")) {
		if err := c.freeName(name); err != nil {
			return nil, err
		}
	}
	delete(changes, "passwordProfile") // never kept, never shown
	c.edit(e, func() { maps.Copy(e.Props, changes) })
	return noContent()
}

// changes reads the body of a PATCH: known, writable properties with values of
// their type. Annotations are passed over.
func (c *call) changes(k *kind) (map[string]any, error) {
	var body map[string]any
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	for name, v := range body {
		if strings.Contains(name, "@") {
			delete(body, name)
			continue
		}
		p, known := k.property(name)
		switch {
		case !known:
			return nil, badRequest("Property '%s' does not exist as a declared property or extension property.", name)
		case !p.patch:
			return nil, badRequest("Property '%s' is read-only and cannot be set.", name)
		case !p.accepts(v):
			return nil, badRequest("A value of a wrong type was found for property '%s'; %s expected.", name, p.typ.edm())
		}
	}
	return body, nil
}

// freeName reports a user principal name that is taken or of a foreign domain.
func (c *call) freeName(name string) error {
	if len(c.Users.find("userPrincipalName", name)) > 0 {
		return badRequest("Another object with the same value for property userPrincipalName already exists.")
	}
	_, domain, ok := strings.Cut(name, "@")
	if !ok || !slices.ContainsFunc(c.Domains, func(d string) bool { return strings.EqualFold(d, domain) }) {
		return badRequest("The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.")
	}
	return nil
}

func createUser(c *call) (*reply, error) {
	props, err := c.changes(userKind)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"} {
		if props[name] == nil {
			return nil, badRequest("A value is required for property '%s' of resource 'User'.", name)
		}
	}
	if err := c.freeName(props["userPrincipalName"].(string)); err != nil {
		return nil, err
	}
	delete(props, "passwordProfile")
	props["id"] = c.newID()
	props["createdDateTime"] = seconds(c.e.now())
	if props["userType"] == nil {
		props["userType"] = "Member"
	}
	e := &entity{Kind: "user", Props: props}
	c.Users.add(e)
	c.appeared(e)
	r, err := c.entityReply(userKind, e)
	if err == nil {
		r.status = 201
	}
	return r, err
}

func deleteUser(c *call) (*reply, error) {
	e, err := c.user()
	if err != nil {
		return nil, err
	}
	c.softDelete(c.Users, e)
	return noContent()
}
