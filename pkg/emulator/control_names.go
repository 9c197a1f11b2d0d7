package emulator

import "strings"

// The control API takes names where Graph takes ids. A name must fit one object.

func (c *call) userNamed(name string) (*entity, error) {
	return named("user", name, c.Users, "userPrincipalName")
}

func (c *call) groupNamed(name string) (*entity, error) {
	return named("group", name, c.Groups, "displayName")
}

func (c *call) appNamed(name string) (*entity, error) {
	return named("application", name, c.ServicePrincipals, "appId", "displayName")
}

func named(kind, name string, in *collection, properties ...string) (*entity, error) {
	if name == "" {
		return nil, badRequest("It names no %s.", kind)
	}
	if e := in.get(name); e != nil {
		return e, nil
	}
	for _, p := range properties {
		switch found := in.find(p, name); len(found) {
		case 0:
		case 1:
			return found[0], nil
		default:
			return nil, badRequest("%d objects of kind %s have the %s %q: name one by its id.", len(found), kind, p, name)
		}
	}
	return nil, badRequest("There is no %s %q.", kind, name)
}

// principalNamed finds a user or group.
func (c *call) principalNamed(name string) (*entity, error) {
	if e, err := c.userNamed(name); err == nil {
		return e, nil
	}
	e, err := c.groupNamed(name)
	if err != nil && len(c.Groups.find("displayName", name)) == 0 {
		return nil, badRequest("There is no user or group %q.", name)
	}
	return e, err
}

// deletedNamed finds a deleted user or group by id or by the name that it had.
func (c *call) deletedNamed(kind, name string) (*entity, error) {
	found := keep(c.Deleted.list, func(e *entity) bool {
		had := e.text("displayName")
		if kind == "user" {
			had, _ = originalName(e).(string)
		}
		return e.Kind == kind && name != "" && (strings.EqualFold(e.id(), name) || strings.EqualFold(had, name))
	})
	switch len(found) {
	case 0:
		return nil, badRequest("There is no deleted %s %q.", kind, name)
	case 1:
		return found[0], nil
	}
	return nil, badRequest("%d deleted objects of kind %s have the name %q: name one by its id.", len(found), kind, name)
}
