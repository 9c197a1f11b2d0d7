package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
)

func directoryControls() []route {
	return []route{{method: "POST", pattern: "/directory", access: writing, handle: changeDirectory}}
}

// operation is one change of the directory. Which members it has besides op is in the
// table of operations.
type operation struct {
	Op         string          `json:"op"`
	User       string          `json:"user"`       // object id or user principal name
	Group      string          `json:"group"`      // object id or display name
	Members    []string        `json:"members"`    // users by id or user principal name, groups by id or display name
	Manager    string          `json:"manager"`    // a user
	App        string          `json:"app"`        // service principal: object id, appId or display name
	Role       string          `json:"role"`       // app role: id, value or display name; "" for User, or default access
	Properties json.RawMessage `json:"properties"` // of a user or group, under Graph's names
}

// operations are what the control API can do to the directory. Each is one or more
// requests that Graph takes too, with references by name and what Graph asks for
// besides filled in.
var operations = map[string]func(*call, operation) (id string, err error){
	"createUser":    createUserOp,
	"updateUser":    updateUserOp,
	"disableUser":   func(c *call, o operation) (string, error) { return c.enable(o, false) },
	"enableUser":    func(c *call, o operation) (string, error) { return c.enable(o, true) },
	"deleteUser":    func(c *call, o operation) (string, error) { return c.remove(o, "user", deleteUser, false) },
	"restoreUser":   func(c *call, o operation) (string, error) { return c.bringBack("user", o.User) },
	"purgeUser":     func(c *call, o operation) (string, error) { return c.remove(o, "user", deleteUser, true) },
	"setManager":    setManagerOp,
	"createGroup":   createGroupOp,
	"updateGroup":   updateGroupOp,
	"deleteGroup":   func(c *call, o operation) (string, error) { return c.remove(o, "group", deleteGroup, false) },
	"restoreGroup":  func(c *call, o operation) (string, error) { return c.bringBack("group", o.Group) },
	"purgeGroup":    func(c *call, o operation) (string, error) { return c.remove(o, "group", deleteGroup, true) },
	"addMembers":    func(c *call, o operation) (string, error) { return c.setMembers(o, true) },
	"removeMembers": func(c *call, o operation) (string, error) { return c.setMembers(o, false) },
	"assign":        assignOp,
	"unassign":      unassignOp,
}

// maxOperations is how many operations one request may have.
const maxOperations = 200_000

// changeDirectory makes all the changes of an array, in order, or none of them: an
// error names the first one that fails, counted from 0.
func changeDirectory(c *call) (*reply, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(c.body, &list); err != nil {
		return nil, fail(http.StatusBadRequest, "BadRequest", `The body must be a JSON array of operations, such as [{"op": "disableUser", "user": "alice@contoso.com"}]: %v.`, err)
	}
	if len(list) > maxOperations {
		return nil, fail(http.StatusBadRequest, "BadRequest", "The request has %d operations; at most %d are taken at once.", len(list), maxOperations)
	}
	c.state.begin()
	results := make([]any, 0, len(list))
	for i, raw := range list {
		op, id, err := c.operate(raw)
		if err != nil {
			c.rollBack()
			return nil, operationFailure(i, op, err)
		}
		results = append(results, map[string]any{"op": op, "id": id})
	}
	c.end()
	return ok(map[string]any{"value": results})
}

func (c *call) operate(raw json.RawMessage) (op, id string, err error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	var o operation
	if err := dec.Decode(&o); err != nil {
		return o.Op, "", badRequest("It cannot be read: %v.", err)
	}
	do, known := operations[o.Op]
	if !known {
		return o.Op, "", badRequest("There is no operation %q; there are %s.", o.Op, strings.Join(slices.Sorted(maps.Keys(operations)), ", "))
	}
	id, err = do(c, o)
	return o.Op, id, err
}

// operationFailure says which operation failed. Nothing was changed.
func operationFailure(i int, op string, err error) error {
	f, ok := err.(*failure)
	if !ok {
		return fmt.Errorf("operation %d (%s): %w", i, op, err)
	}
	return fail(f.status, f.code, "Operation %d (%s): %s Nothing was changed.", i, op, f.message)
}

// graph calls a handler of Graph with parameters and a body.
func (c *call) graph(handle func(*call) (*reply, error), params map[string]string, body any) (*reply, error) {
	inner := *c
	inner.params, inner.body = map[string]segment{}, nil
	for name, text := range params {
		inner.params[name] = segment{text: text}
	}
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		inner.body = data
	}
	return handle(&inner)
}

// properties reads the properties of an operation over defaults.
func (o operation) properties(defaults map[string]any) (map[string]any, error) {
	out := maps.Clone(defaults)
	if out == nil {
		out = map[string]any{}
	}
	if len(o.Properties) == 0 {
		return out, nil
	}
	var given map[string]any
	dec := json.NewDecoder(bytes.NewReader(o.Properties))
	dec.UseNumber()
	if err := dec.Decode(&given); err != nil {
		return nil, badRequest(`"properties" is no JSON object: %v.`, err)
	}
	maps.Copy(out, given)
	return out, nil
}

// createUserOp needs a userPrincipalName in the properties only.
func createUserOp(c *call, o operation) (string, error) {
	props, err := o.properties(map[string]any{"accountEnabled": true})
	if err != nil {
		return "", err
	}
	upn, _ := props["userPrincipalName"].(string)
	nick, _, _ := strings.Cut(upn, "@")
	for name, value := range map[string]any{"mailNickname": nick, "displayName": nick, "passwordProfile": map[string]any{"password": "-"}} {
		if props[name] == nil && upn != "" {
			props[name] = value
		}
	}
	return made(c.graph(createUser, nil, props))
}

func made(r *reply, err error) (string, error) {
	if err != nil {
		return "", err
	}
	body, _ := r.body.(map[string]any)
	id, _ := body["id"].(string)
	return id, nil
}

func updateUserOp(c *call, o operation) (string, error) {
	e, err := c.userNamed(o.User)
	if err != nil {
		return "", err
	}
	props, err := o.properties(nil)
	if err != nil {
		return "", err
	}
	_, err = c.graph(patchUser, map[string]string{"user": e.id()}, props)
	return e.id(), err
}

func (c *call) enable(o operation, on bool) (string, error) {
	e, err := c.userNamed(o.User)
	if err != nil {
		return "", err
	}
	_, err = c.graph(patchUser, map[string]string{"user": e.id()}, map[string]any{"accountEnabled": on})
	return e.id(), err
}

// remove deletes a user or group; for good also one that is deleted already.
func (c *call) remove(o operation, kind string, handle func(*call) (*reply, error), forGood bool) (string, error) {
	name, find := o.User, c.userNamed
	if kind == "group" {
		name, find = o.Group, c.groupNamed
	}
	e, err := find(name)
	switch {
	case err == nil:
		if _, err := c.graph(handle, map[string]string{kind: e.id()}, nil); err != nil {
			return "", err
		}
	case !forGood:
		return "", err
	default:
		if e, err = c.deletedNamed(kind, name); err != nil {
			return "", err
		}
	}
	if forGood {
		c.purge(e)
	}
	return e.id(), nil
}

func (c *call) bringBack(kind, name string) (string, error) {
	e, err := c.deletedNamed(kind, name)
	if err != nil {
		return "", err
	}
	_, err = c.graph(restoreDeleted, map[string]string{"item": e.id()}, nil)
	return e.id(), err
}

// setManagerOp takes the manager away when none is named.
func setManagerOp(c *call, o operation) (string, error) {
	e, err := c.userNamed(o.User)
	if err != nil {
		return "", err
	}
	if o.Manager == "" {
		_, err := c.graph(deleteManager, map[string]string{"user": e.id()}, nil)
		return e.id(), err
	}
	m, err := c.userNamed(o.Manager)
	if err != nil {
		return "", err
	}
	_, err = c.graph(putManager, map[string]string{"user": e.id()}, referTo(m))
	return e.id(), err
}

func referTo(e *entity) map[string]any {
	return map[string]any{"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/" + e.id()}
}

// createGroupOp needs a displayName in the properties only; members may be named.
func createGroupOp(c *call, o operation) (string, error) {
	props, err := o.properties(map[string]any{"mailEnabled": false, "securityEnabled": true})
	if err != nil {
		return "", err
	}
	if name, _ := props["displayName"].(string); props["mailNickname"] == nil && name != "" {
		props["mailNickname"] = strings.Join(strings.Fields(name), "")
	}
	id, err := made(c.graph(createGroup, nil, props))
	if err != nil || len(o.Members) == 0 {
		return id, err
	}
	return c.setMembers(operation{Group: id, Members: o.Members}, true)
}

func updateGroupOp(c *call, o operation) (string, error) {
	e, err := c.groupNamed(o.Group)
	if err != nil {
		return "", err
	}
	props, err := o.properties(nil)
	if err != nil {
		return "", err
	}
	_, err = c.graph(patchGroup, map[string]string{"group": e.id()}, props)
	return e.id(), err
}

func (c *call) setMembers(o operation, has bool) (string, error) {
	g, err := c.groupNamed(o.Group)
	if err != nil {
		return "", err
	}
	if len(o.Members) == 0 {
		return "", badRequest(`"members" is empty.`)
	}
	for _, name := range o.Members {
		m, err := c.principalNamed(name)
		if err != nil {
			return "", err
		}
		if has {
			_, err = c.graph(addMember, map[string]string{"group": g.id()}, referTo(m))
		} else {
			_, err = c.graph(removeMember, map[string]string{"group": g.id(), "member": m.id()}, nil)
		}
		if err != nil {
			return "", err
		}
	}
	return g.id(), nil
}

// assignee is the user or group of an assignment.
func (c *call) assignee(o operation) (*entity, error) {
	switch {
	case o.User != "" && o.Group != "":
		return nil, badRequest(`Both "user" and "group" are named.`)
	case o.Group != "":
		return c.groupNamed(o.Group)
	}
	return c.userNamed(o.User)
}

// assignOp answers the id of the assignment.
func assignOp(c *call, o operation) (string, error) {
	sp, err := c.appNamed(o.App)
	if err != nil {
		return "", err
	}
	e, err := c.assignee(o)
	if err != nil {
		return "", err
	}
	role, err := roleNamed(sp, o.Role)
	if err != nil {
		return "", err
	}
	below := view{"servicePrincipals", "appRoleAssignedTo", "servicePrincipal", (*call).servicePrincipal, func(a *assignment) string { return a.ResourceID }}
	return made(c.graph(below.create, map[string]string{"servicePrincipal": sp.id()}, map[string]any{
		"principalId": e.id(), "resourceId": sp.id(), "appRoleId": role,
	}))
}

// unassignOp takes one role away, or all of them when none is named.
func unassignOp(c *call, o operation) (string, error) {
	sp, err := c.appNamed(o.App)
	if err != nil {
		return "", err
	}
	e, err := c.assignee(o)
	if err != nil {
		return "", err
	}
	role := ""
	if o.Role != "" {
		if role, err = roleNamed(sp, o.Role); err != nil {
			return "", err
		}
	}
	var held []*assignment
	for _, a := range c.Assignments {
		if a.PrincipalID == e.id() && a.ResourceID == sp.id() && (role == "" || a.RoleID == role) {
			held = append(held, a)
		}
	}
	if len(held) == 0 {
		return "", badRequest("%s is not assigned to %s.", identifier(e), sp.text("displayName"))
	}
	for _, a := range held {
		c.unassign(a)
	}
	return e.id(), nil
}

// roleNamed finds an app role by id, value or display name.
func roleNamed(sp *entity, name string) (string, error) {
	roles, _ := sp.Props["appRoles"].([]any)
	wanted := name
	if wanted == "" {
		wanted = entra.UserRoleID
	}
	var names []string
	for _, r := range roles {
		role, _ := r.(map[string]any)
		for _, key := range []string{"id", "value", "displayName"} {
			if text, _ := role[key].(string); text != "" && text == wanted {
				id, _ := role["id"].(string)
				return id, nil
			}
		}
		text, _ := role["displayName"].(string)
		names = append(names, text)
	}
	if name == "" {
		return entra.DefaultAccessRoleID, nil
	}
	return "", badRequest("%s has no app role %q; it has %s.", sp.text("displayName"), name, strings.Join(names, ", "))
}
