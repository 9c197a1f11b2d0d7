package emulator

import (
	"net/url"
	"slices"
)

func groupRoutes() []route {
	return []route{
		{method: "GET", pattern: "/groups", handle: listGroups},
		{method: "POST", pattern: "/groups", access: writing, handle: createGroup},
		{method: "GET", pattern: "/groups/$count", handle: countGroups},
		{method: "GET", pattern: "/groups/{group}", handle: getGroup},
		{method: "PATCH", pattern: "/groups/{group}", access: writing, handle: patchGroup},
		{method: "DELETE", pattern: "/groups/{group}", access: writing, handle: deleteGroup},
		{method: "GET", pattern: "/groups/{group}/members", handle: listMembers},
		{method: "GET", pattern: "/groups/{group}/members/$count", handle: countMembers},
		{method: "GET", pattern: "/groups/{group}/members/microsoft.graph.user", handle: listUserMembers},
		{method: "POST", pattern: "/groups/{group}/members/$ref", access: writing, handle: addMember},
		{method: "DELETE", pattern: "/groups/{group}/members/{member}/$ref", access: writing, handle: removeMember},
		{method: "GET", pattern: "/groups/{group}/transitiveMembers", handle: listTransitiveMembers},
		{method: "GET", pattern: "/groups/{group}/memberOf", handle: groupMemberOf},
		{method: "GET", pattern: "/groups/{group}/owners", handle: listGroupOwners},
		{method: "GET", pattern: "/directoryObjects/{object}", handle: getObject},
	}
}

func listGroups(c *call) (*reply, error) {
	return c.list(listing{kind: groupKind, items: c.Groups.list, context: "groups"})
}

func countGroups(c *call) (*reply, error) {
	return c.list(listing{kind: groupKind, items: c.Groups.list, count: true})
}

func (c *call) group() (*entity, error) {
	if e := c.Groups.get(c.param("group")); e != nil && c.params["group"].alternate == "" {
		return e, nil
	}
	return nil, notFound(c.param("group"))
}

func getGroup(c *call) (*reply, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	return c.entityReply(groupKind, e)
}

// objects answers a mixed collection.
func (c *call) objects(items []*entity) (*reply, error) {
	return c.list(listing{kind: objectKind, items: items, context: "directoryObjects", typed: true})
}

func listMembers(c *call) (*reply, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	return c.objects(c.related(e, "members"))
}

func countMembers(c *call) (*reply, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	return c.list(listing{kind: objectKind, items: c.related(e, "members"), count: true})
}

// listUserMembers is the OData cast of members to users. Like every cast of
// directory objects it is an advanced query.
func listUserMembers(c *call) (*reply, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	users := keep(c.related(e, "members"), func(m *entity) bool { return m.Kind == "user" })
	return c.list(listing{kind: userKind, items: users, context: "users"})
}

func listTransitiveMembers(c *call) (*reply, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	return c.objects(c.transitiveMembers(e))
}

func groupMemberOf(c *call) (*reply, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	return c.objects(c.memberOf(e.id()))
}

func listGroupOwners(c *call) (*reply, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	return c.objects(c.related(e, "owners"))
}

func getObject(c *call) (*reply, error) {
	e := c.object(c.param("object"))
	if e == nil {
		return nil, notFound(c.param("object"))
	}
	body, err := c.render(kindOf(e), e)
	if err != nil {
		return nil, err
	}
	body["@odata.context"] = c.context("directoryObjects/$entity")
	body["@odata.type"] = "#" + kindOf(e).name
	return ok(body)
}

// memberOf returns the groups that have the object as a direct member.
func (s *state) memberOf(id string) []*entity {
	return keep(s.Groups.list, func(g *entity) bool { return slices.Contains(g.refs("members"), id) })
}

// transitiveMemberOf follows memberOf upwards, each group once.
func (s *state) transitiveMemberOf(id string) []*entity {
	var found []*entity
	for next := []string{id}; len(next) > 0; next = next[1:] {
		for _, g := range s.memberOf(next[0]) {
			if !slices.Contains(found, g) {
				found, next = append(found, g), append(next, g.id())
			}
		}
	}
	return found
}

// transitiveMembers follows members downwards, each object once; groups that
// contain each other do no harm.
func (s *state) transitiveMembers(group *entity) []*entity {
	seen := map[string]bool{group.id(): true}
	var found []*entity
	for next := []*entity{group}; len(next) > 0; next = next[1:] {
		for _, id := range next[0].refs("members") {
			e := s.object(id)
			if e == nil || seen[id] {
				continue
			}
			seen[id] = true
			found, next = append(found, e), append(next, e)
		}
	}
	return found
}

// lastStep returns the object id at the end of a reference URL, with or without
// parentheses round it.
func lastStep(ref string) string {
	u, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	path, ok := splitPath(u.EscapedPath())
	if !ok {
		return ""
	}
	return path[len(path)-1].text
}
