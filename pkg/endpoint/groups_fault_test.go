package endpoint_test

import (
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim"
)

// groupOps reports whether a call is a PATCH of a group that has an operation for
// which match holds.
func groupOps(c *call, match func(op *scim.Object) bool) bool {
	return c.is("PATCH", "/Groups/*") && slices.ContainsFunc(c.operations(), match)
}

// onGroup changes each operation of PATCHes of groups for which match holds; a nil
// change drops it.
func onGroup(match func(op *scim.Object) bool, change func(op *scim.Object)) func(*call) {
	return func(c *call) {
		if !groupOps(c, match) {
			return
		}
		kept := []any{}
		for _, op := range c.operations() {
			if match(op) {
				if change == nil {
					continue
				}
				change(op)
			}
			kept = append(kept, op)
		}
		c.body.Set("Operations", kept)
	}
}

// isKind reports whether an operation is of a kind, in any letter case.
func isKind(name string) func(*scim.Object) bool {
	return func(op *scim.Object) bool { return strings.EqualFold(op.Text("op"), name) }
}

// both holds where all do.
func both(all ...func(*scim.Object) bool) func(*scim.Object) bool {
	return func(op *scim.Object) bool {
		return !slices.ContainsFunc(all, func(match func(*scim.Object) bool) bool { return !match(op) })
	}
}

func hasValue(op *scim.Object) bool {
	v, _ := op.Get("value")
	return v != nil
}

// hasNullRef reports whether the value of an operation has an element with $ref null.
func hasNullRef(op *scim.Object) bool {
	v, _ := op.Get("value")
	list, _ := v.([]any)
	return slices.ContainsFunc(list, func(item any) bool {
		o, _ := item.(*scim.Object)
		ref, has := o.Get("$ref")
		return has && ref == nil
	})
}

func groupFaults() []fault {
	groupRefused := func(match func(*scim.Object) bool) func(*call) *reply {
		return refuse(func(c *call) bool { return groupOps(c, match) })
	}
	groupFails := func(match func(*scim.Object) bool) func(*call) *reply {
		return answer(500, func(c *call) bool { return groupOps(c, match) })
	}
	member := func(op *scim.Object) bool { return strings.HasPrefix(op.Text("path"), "members") }
	adding, removing, replacing := both(member, isKind("add")), both(member, isKind("remove")), both(member, isKind("replace"))
	path := func(op *scim.Object) bool { return strings.HasPrefix(op.Text("path"), "members[") }
	element := func(name string) func(*scim.Object) bool {
		return func(op *scim.Object) bool {
			v, _ := op.Get("value")
			list, _ := v.([]any)
			return slices.ContainsFunc(list, func(item any) bool {
				o, _ := item.(*scim.Object)
				_, has := o.Get(name)
				return has
			})
		}
	}
	toGroup := func(method string) func(*call) bool { return func(c *call) bool { return c.is(method, "/Groups/*") } }
	slow := newClock()
	first, deleted := map[string]string{}, false // the first member of groups (G-13), and what G-19 saw
	return []fault{
		{check: "G-01", name: "path refused", handler: groupRefused(has("displayName"))},
		{check: "G-01", name: "path ignored", request: onGroup(has("displayName"), nil)},
		{check: "G-01", name: "without a path refused", handler: groupRefused(isPathless)},
		{check: "G-01", name: "id refused", impact: mark("nbn"), handler: groupRefused(func(op *scim.Object) bool {
			v, ok := pathless(op)
			return ok && v.ID() != ""
		})},
		{check: "G-01", name: "externalId ignored", impact: mark("b--"), request: onGroup(has("externalId"), nil)},
		{check: "G-02", name: "refused", handler: groupRefused(adding)},
		{check: "G-02", name: "ignored", request: onGroup(adding, nil)},
		{check: "G-02", name: "null $ref fails", handler: groupFails(both(adding, hasNullRef))},
		{check: "G-02", name: "replaces the members", request: onGroup(adding, func(op *scim.Object) { op.Set("op", "replace") })},
		{check: "G-02", name: "first of several only", request: onGroup(adding, func(op *scim.Object) {
			v, _ := op.Get("value")
			if list, _ := v.([]any); len(list) > 1 {
				op.Set("value", list[:1])
			}
		})},
		{check: "G-03", name: "display refused", impact: mark("dbb"), handler: groupRefused(both(adding, element("display")))},
		{check: "G-03", name: "type refused", impact: mark("d-d"), handler: groupRefused(both(adding, element("type")))},
		{check: "G-04", name: "adds", request: onGroup(replacing, func(op *scim.Object) { op.Set("op", "add") })},
		{check: "G-04", name: "refused", handler: groupRefused(replacing)},
		{check: "G-05", name: "empties the group", request: onGroup(both(removing, hasValue), func(op *scim.Object) { op.Delete("value") })},
		{check: "G-05", name: "ignored", request: onGroup(both(removing, hasValue), nil)},
		{check: "G-05", name: "refused", handler: groupRefused(both(removing, hasValue))},
		{check: "G-05", name: "fails on a null $ref", handler: groupFails(both(removing, hasNullRef))},
		{check: "G-05", name: "first of two only", request: onGroup(both(removing, hasValue), func(op *scim.Object) {
			v, _ := op.Get("value")
			if list, _ := v.([]any); len(list) > 1 {
				op.Set("value", list[:1])
			}
		})},
		{check: "G-06", name: "first operation only", request: func(c *call) {
			if ops := c.operations(); groupOps(c, removing) && len(ops) > 1 {
				c.body.Set("Operations", []any{ops[0]})
			}
		}},
		{check: "G-06", name: "refused", handler: groupRefused(both(removing, path))},
		{check: "G-06", name: "empties the group", request: onGroup(both(removing, path), func(op *scim.Object) { op.Set("path", "members") })},
		{check: "G-06", name: "ignored", request: onGroup(both(removing, path), nil)},
		{check: "G-06", name: "refused, yet removed", reply: func(c *call, a *reply) {
			if groupOps(c, both(removing, path)) {
				*a = *failure(400, scim.InvalidPath, "no")
			}
		}},
		{check: "G-07", name: "ignored", request: onGroup(removing, nil)},
		{check: "G-08", name: "twice", reply: shown("/Groups", func(o *scim.Object) {
			v, _ := o.Get("members")
			if list, _ := v.([]any); len(list) > 0 {
				o.Set("members", append(list, list[0]))
			}
		})},
		{check: "G-08", name: "nobody empties the group", impact: mark("b--"), request: onGroup(removing, func(op *scim.Object) { op.Set("path", "members"); op.Delete("value") })},
		{check: "G-08", name: "nobody fails", handler: groupFails(removing)},
		{check: "G-09", name: "add is lost", request: func(c *call) {
			if ops := c.operations(); groupOps(c, removing) && len(ops) == 2 {
				c.body.Set("Operations", []any{ops[1]})
			}
		}},
		{check: "G-10", name: "fails", handler: groupFails(func(op *scim.Object) bool { return op.Text("path") == "name" })},
		{check: "G-11", name: "200 without a body", reply: func(c *call, a *reply) {
			if c.is("PATCH", "/Groups/*") {
				a.status = 200
			}
		}},
		{check: "G-11", name: "202", reply: func(c *call, a *reply) {
			if c.is("PATCH", "/Groups/*") {
				a.status = 202
			}
		}},
		{check: "G-12", name: "slow", options: func(o *endpoint.Options) { o.LargeGroups, o.Now, o.Sleep = 30, slow.Now, slow.Sleep }, handler: func(c *call) *reply {
			if c.is("PATCH", "/Groups/*") {
				_ = slow.Sleep(c.Context(), 6*time.Second)
			}
			return nil
		}},
		{check: "G-12", name: "cuts long lists", impact: mark("bb-"), options: func(o *endpoint.Options) { o.LargeGroups = 30 }, reply: shown("/Groups", func(o *scim.Object) {
			v, _ := o.Get("members")
			if list, _ := v.([]any); len(list) > 20 {
				o.Set("members", list[:20])
			}
		})},
		{check: "G-13", name: "members stay", request: func(c *call) {
			if c.is("PUT", "/Groups/*") {
				v, _ := c.body.Get("members")
				c.body.Set("members", append(v.([]any), scim.NewObject(scim.Member{Name: "value", Value: first[c.id()]})))
			}
			if groupOps(c, adding) && first[c.id()] == "" {
				id, _ := c.operations()[0].First(scim.Path{Attribute: "value", Sub: "value"})
				first[c.id()], _ = id.(string)
			}
		}},
		{check: "G-14", name: "fails", reply: func(c *call, a *reply) {
			if groupOps(c, adding) && a.status == 400 {
				*a = *failure(500, "", "foreign key")
			}
		}},
		{check: "G-15", name: "fails", handler: groupFails(element("type"))},
		{check: "G-16", name: "value is an address", reply: shown("/Groups", func(o *scim.Object) {
			v, _ := o.Get("members")
			list, _ := v.([]any)
			for _, item := range list {
				m := item.(*scim.Object)
				m.Set("value", "/Users/"+m.Text("value"))
			}
		})},
		{check: "G-17", name: "empty", reply: shown("/Users", func(o *scim.Object) { o.Set("groups", []any{}) })},
		{check: "G-18", name: "refused", handler: answer(405, toGroup("DELETE"))},
		{check: "G-18", name: "stays", handler: func(c *call) *reply {
			if c.is("DELETE", "/Groups/*") {
				return &reply{status: 204}
			}
			return nil
		}},
		{check: "G-18", name: "200 with a body", impact: degrades, reply: func(c *call, a *reply) {
			if c.is("DELETE", "/Groups/*") && a.status == 204 {
				*a = reply{status: 200, body: scim.NewObject()}
			}
		}},
		{check: "G-19", name: "takes its users along", reply: func(c *call, a *reply) {
			if c.is("DELETE", "/Groups/*") {
				deleted = true
			}
			if c.is("GET", "/Users/*") && deleted {
				*a = *failure(404, "", "gone")
			}
		}},
		{check: "G-20", name: "the last batch wins", request: onGroup(adding, func(op *scim.Object) { op.Set("op", "replace") })},
		{check: "G-20", name: "only five are kept", reply: shown("/Groups", func(o *scim.Object) {
			v, _ := o.Get("members")
			if list, _ := v.([]any); len(list) > 5 {
				o.Set("members", list[:5])
			}
		})},
	}
}
