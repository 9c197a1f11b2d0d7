package emulator

import (
	"errors"
	"slices"
)

func deletedRoutes() []route {
	return []route{
		{method: "GET", pattern: "/directory/deletedItems/{item}", handle: getDeleted},
		{method: "DELETE", pattern: "/directory/deletedItems/{item}", access: writing, handle: purge},
		{method: "POST", pattern: "/directory/deletedItems/{item}/restore", access: writing, handle: restoreDeleted},
	}
}

// softDelete moves an entity to the deleted items, where it stays for 30 days.
// Source: graph_contract §2.
func (c *call) softDelete(from *collection, e *entity) {
	c.keep(e)
	from.remove(e.id())
	e.Props["deletedDateTime"] = seconds(c.e.now())
	c.Deleted.add(e)
	switch e.Kind {
	case "user":
		// The directory frees the name of a deleted user.
		e.Props["userPrincipalName"] = deletedName(e.id(), e.text("userPrincipalName"))
		c.vanished(e)
	case "group":
		c.vanished(e)
	}
}

// getDeleted answers one deleted object, or those of one type when the key is a
// type name such as microsoft.graph.application.
func getDeleted(c *call) (*reply, error) {
	name := c.param("item")
	for _, k := range []*kind{userKind, groupKind, applicationKind, servicePrincipalKind} {
		if k.name == name {
			items := keep(c.Deleted.list, func(e *entity) bool { return kindOf(e) == k })
			return c.list(listing{kind: k, items: items, context: k.set})
		}
	}
	e := c.Deleted.get(name)
	if e == nil {
		return nil, notFound(name)
	}
	body, err := c.render(kindOf(e), e)
	if err != nil {
		return nil, err
	}
	body["@odata.context"] = c.context("directoryObjects/$entity")
	body["@odata.type"] = "#" + kindOf(e).name
	return ok(body)
}

func purge(c *call) (*reply, error) {
	e := c.Deleted.get(c.param("item"))
	if e == nil {
		return nil, notFound(c.param("item"))
	}
	var err error
	if s := c.Sync[e.text("appId")]; s != nil && e.Kind == "servicePrincipal" {
		for _, j := range s.Jobs {
			c.e.cycles.drop(j.ID) // a cycle that runs removes what it still writes
			err = errors.Join(err, j.journal.remove())
		}
	}
	c.purge(e)
	if err != nil {
		return nil, err
	}
	return noContent()
}

// purge deletes a deleted object for good, with everything that hangs on it.
func (s *state) purge(e *entity) {
	s.keep(e)
	s.Deleted.remove(e.id())
	s.bury(e)
	s.Assignments = slices.DeleteFunc(slices.Clone(s.Assignments), func(a *assignment) bool {
		return a.ResourceID == e.id() || a.PrincipalID == e.id()
	})
	if e.Kind == "servicePrincipal" {
		delete(s.Sync, e.text("appId"))
	}
}

// restoreDeleted brings an object back; an application brings its service
// principal with it. Source: graph_contract §2.
func restoreDeleted(c *call) (*reply, error) {
	e := c.Deleted.get(c.param("item"))
	if e == nil {
		return nil, notFound(c.param("item"))
	}
	if e.Kind == "user" {
		name, _ := originalName(e).(string)
		if len(c.Users.find("userPrincipalName", name)) > 0 {
			return nil, badRequest("Another object with the same value for property userPrincipalName already exists.")
		}
		c.keep(e)
		e.Props["userPrincipalName"] = name
	}
	if e.Kind == "servicePrincipal" && len(c.ServicePrincipals.find("appId", e.text("appId"))) > 0 {
		return nil, nameInUse(e.text("appId"))
	}
	c.restore(e)
	if e.Kind == "application" {
		for _, sp := range c.Deleted.find("appId", e.text("appId")) {
			c.restore(sp)
		}
	}
	body, err := c.render(kindOf(e), e)
	if err != nil {
		return nil, err
	}
	body["@odata.context"] = c.context("directoryObjects/$entity")
	body["@odata.type"] = "#" + kindOf(e).name
	return ok(body)
}

func (c *call) restore(e *entity) {
	c.keep(e)
	c.Deleted.remove(e.id())
	e.Props["deletedDateTime"] = nil
	switch e.Kind {
	case "user":
		c.Users.add(e)
		c.appeared(e)
		c.touchAround(e)
	case "group":
		c.Groups.add(e)
		c.appeared(e)
		c.touchAround(e)
	case "application":
		c.Applications.add(e)
	default:
		c.ServicePrincipals.add(e)
	}
}
