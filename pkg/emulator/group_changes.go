package emulator

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// maxBind is how many references one request may bind. Source: graph_contract §3.
const maxBind = 20

func createGroup(c *call) (*reply, error) {
	props, err := c.changes(groupKind)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"displayName", "mailEnabled", "mailNickname", "securityEnabled"} {
		if props[name] == nil {
			return nil, badRequest("A value is required for property '%s' of resource 'Group'.", name)
		}
	}
	members, err := c.bound("members")
	if err != nil {
		return nil, err
	}
	owners, err := c.bound("owners")
	if err != nil {
		return nil, err
	}
	props["id"], props["createdDateTime"] = c.newID(), seconds(c.e.now())
	e := &entity{Kind: "group", Props: props}
	c.Groups.add(e)
	c.appeared(e)
	for _, m := range members {
		c.setMember(e, m, true)
	}
	for _, o := range owners {
		e.setRefs("owners", append(slices.Clone(e.refs("owners")), o.id()))
	}
	r, err := c.entityReply(groupKind, e)
	if err == nil {
		r.status = 201
	}
	return r, err
}

// bound reads the references that a body binds under a name, as in
// "members@odata.bind": [".../directoryObjects/{id}"].
func (c *call) bound(name string) ([]*entity, error) {
	var body map[string]json.RawMessage
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	raw, has := body[name+"@odata.bind"]
	if !has {
		return nil, nil
	}
	var refs []string
	if err := json.Unmarshal(raw, &refs); err != nil {
		return nil, badRequest("A value of a wrong type was found for property '%s@odata.bind'; a list of references expected.", name)
	}
	if len(refs) > maxBind {
		return nil, badRequest("The request binds %d references under '%s'; at most %d are allowed.", len(refs), name, maxBind)
	}
	var found []*entity
	for _, ref := range refs {
		e := c.object(lastStep(ref))
		if e == nil {
			return nil, notFound(lastStep(ref))
		}
		if !slices.Contains(found, e) {
			found = append(found, e)
		}
	}
	return found, nil
}

// patchGroup changes properties; bound members are added.
func patchGroup(c *call) (*reply, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	members, err := c.bound("members")
	if err != nil {
		return nil, err
	}
	changes, err := c.changes(groupKind)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if hasMember(e, m) {
			return nil, memberExists()
		}
		if m == e {
			return nil, memberOfItself()
		}
	}
	c.edit(e, func() { maps.Copy(e.Props, changes) })
	for _, m := range members {
		c.setMember(e, m, true)
	}
	return noContent()
}

func deleteGroup(c *call) (*reply, error) {
	e, err := c.group()
	if err != nil {
		return nil, err
	}
	c.softDelete(c.Groups, e)
	return noContent()
}

func hasMember(group, member *entity) bool {
	return slices.Contains(group.refs("members"), member.id())
}

func memberExists() *failure {
	return badRequest("One or more added object references already exist for the following modified properties: 'members'.")
}

func memberOfItself() *failure { return badRequest("A group cannot be a member of itself.") }

// reference reads the object that a $ref body names.
func (c *call) reference() (*entity, error) {
	var body struct {
		ID string `json:"@odata.id"`
	}
	if err := c.decode(&body); err != nil {
		return nil, err
	}
	id := lastStep(body.ID)
	if e := c.object(id); e != nil {
		return e, nil
	}
	return nil, notFound(id)
}

func addMember(c *call) (*reply, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	m, err := c.reference()
	switch {
	case err != nil:
		return nil, err
	case hasMember(g, m):
		return nil, memberExists()
	case m == g:
		return nil, memberOfItself()
	}
	c.setMember(g, m, true)
	return noContent()
}

func removeMember(c *call) (*reply, error) {
	g, err := c.group()
	if err != nil {
		return nil, err
	}
	id := c.param("member")
	if m := c.object(id); m != nil && hasMember(g, m) {
		c.setMember(g, m, false)
		return noContent()
	}
	return nil, notFound(id)
}

// putManager makes somebody the manager of a user.
func putManager(c *call) (*reply, error) {
	e, err := c.user()
	if err != nil {
		return nil, err
	}
	m, err := c.reference()
	switch {
	case err != nil:
		return nil, err
	case m.Kind != "user":
		return nil, badRequest("The manager of a user must be a user.")
	case m == e:
		return nil, badRequest("A user cannot be the manager of themselves.")
	}
	if slices.Equal(e.refs("manager"), []string{m.id()}) {
		return noContent()
	}
	c.keep(e)
	e.setRefs("manager", []string{m.id()})
	c.touch(e, managerAttribute)
	return noContent()
}

func deleteManager(c *call) (*reply, error) {
	e, err := c.user()
	if err != nil {
		return nil, err
	}
	if len(c.related(e, "manager")) == 0 {
		return nil, notFound("manager")
	}
	c.keep(e)
	e.setRefs("manager", nil)
	c.touch(e, managerAttribute)
	return noContent()
}

// listDirectReports lists whose manager the user is.
func listDirectReports(c *call) (*reply, error) {
	e, err := c.user()
	if err != nil {
		return nil, err
	}
	return c.objects(keep(c.Users.list, func(u *entity) bool {
		managers := u.refs("manager")
		return len(managers) > 0 && strings.EqualFold(managers[0], e.id())
	}))
}
