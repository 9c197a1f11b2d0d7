package endpoint_test

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim"
)

// patches reports whether a call is a PATCH of a user that has an operation for which
// match holds.
func patches(c *call, match func(op *scim.Object) bool) bool {
	return c.is("PATCH", "/Users/*") && slices.ContainsFunc(c.operations(), match)
}

// dropping removes the operations of PATCHes of users for which match holds.
func dropping(match func(op *scim.Object) bool) func(*call) {
	return func(c *call) {
		if !c.is("PATCH", "/Users/*") || c.body == nil {
			return
		}
		kept := []any{}
		for _, op := range c.operations() {
			if !match(op) {
				kept = append(kept, op)
			}
		}
		if len(kept) < len(c.operations()) {
			c.body.Set("Operations", kept)
		}
	}
}

// operation changes each operation of PATCHes of users.
func operation(change func(op *scim.Object)) func(*call) {
	return func(c *call) {
		if c.is("PATCH", "/Users/*") {
			for _, op := range c.operations() {
				change(op)
			}
		}
	}
}

// has reports whether an operation's path contains a text.
func has(path string) func(*scim.Object) bool {
	return func(op *scim.Object) bool { return strings.Contains(op.Text("path"), path) }
}

// pathless returns the value of an operation that has no path.
func pathless(op *scim.Object) (*scim.Object, bool) {
	v, _ := op.Get("value")
	o, ok := v.(*scim.Object)
	return o, ok && op.Text("path") == ""
}

func isPathless(op *scim.Object) bool { _, ok := pathless(op); return ok }

// kind reports whether an operation is spelled just so.
func kind(name string) func(*scim.Object) bool {
	return func(op *scim.Object) bool { return op.Text("op") == name }
}

func userPatchFaults() []fault {
	patchRefused := func(match func(*scim.Object) bool) func(*call) *reply {
		return refuse(func(c *call) bool { return patches(c, match) })
	}
	patchFails := func(match func(*scim.Object) bool) func(*call) *reply {
		return answer(500, func(c *call) bool { return patches(c, match) })
	}
	textValue := func(op *scim.Object) bool { return has("active")(op) && op.Text("value") != "" }
	taken := map[string]bool{}
	noMail, added, patched := false, false, false // what the faults U-04, U-21 and U-01 have seen
	return []fault{
		{check: "U-01", name: "names refused", handler: patchRefused(has("name.givenName"))},
		{check: "U-01", name: "names ignored", request: dropping(has("name.familyName"))},
		{check: "U-01", name: "extension ignored", request: dropping(has(scim.EnterpriseUserSchema))},
		{check: "U-01", name: "value paths ignored", request: dropping(has(`phoneNumbers[type eq "work"]`))},
		{check: "U-01", name: "501", handler: answer(501, func(c *call) bool { return c.is("PATCH", "/Users/*") })},
		{check: "U-01", name: "first operation only", request: func(c *call) {
			if ops := c.operations(); c.is("PATCH", "/Users/*") && len(ops) > 1 {
				c.body.Set("Operations", []any{ops[0]})
			}
		}},
		{check: "U-01", name: "appends a second element", reply: func(c *call, a *reply) {
			if v, _ := a.body.Get("phoneNumbers"); c.is("GET", "/Users/*") && patched && v != nil {
				a.body.Set("phoneNumbers", append(v.([]any), v.([]any)...))
			}
		}, request: func(c *call) { patched = patched || c.Method == "PATCH" }},
		{check: "U-02", name: "capitals refused", handler: patchRefused(kind("Replace"))},
		{check: "U-02", name: "capitals ignored", request: dropping(kind("Add"))},
		{check: "U-02", name: "all in capitals refused", impact: mark("n--"), handler: patchRefused(kind("REPLACE"))},
		{check: "U-03", name: "title ignored", request: dropping(has("title"))},
		{check: "U-03", name: "extension refused", handler: patchRefused(has(scim.EnterpriseUserSchema))},
		{check: "U-03", name: "no add where there is nothing", handler: patchRefused(func(op *scim.Object) bool { return strings.EqualFold(op.Text("op"), "add") })},
		{check: "U-04", name: "400 noTarget", handler: func(c *call) *reply {
			if c.is("POST", "/Users") && len(c.body.Lookup(scim.Path{Attribute: "emails"})) == 0 {
				noMail = true
			}
			if patches(c, has("emails[")) && noMail {
				return failure(400, scim.NoTarget, "no such element")
			}
			return nil
		}},
		{check: "U-04", name: "204, nothing done", request: dropping(has("emails["))},
		{check: "U-04", name: "element without type", reply: shown("/Users", func(o *scim.Object) {
			v, _ := o.Get("emails")
			list, _ := v.([]any)
			for _, item := range list {
				if strings.HasPrefix(item.(*scim.Object).Text("value"), "added.") {
					item.(*scim.Object).Delete("type")
				}
			}
		})},
		{check: "U-05", name: "an element each", reply: shown("/Users", func(o *scim.Object) {
			v, _ := o.Get("addresses")
			list, _ := v.([]any)
			if len(list) != 1 {
				return
			}
			var apart []any
			for _, m := range list[0].(*scim.Object).Members() {
				if m.Name != "type" {
					apart = append(apart, scim.NewObject(scim.Member{Name: "type", Value: "work"}, m))
				}
			}
			o.Set("addresses", apart)
		})},
		{check: "U-05", name: "country ignored", request: dropping(has("country"))},
		{check: "U-05", name: "refused", handler: patchRefused(has("addresses["))},
		{check: "U-06", name: "compared with a boolean", handler: patchRefused(has(`roles[primary eq "True"]`))},
		{check: "U-06", name: "a role each time", reply: shown("/Users", func(o *scim.Object) {
			v, _ := o.Get("roles")
			if list, _ := v.([]any); len(list) == 1 && list[0].(*scim.Object).Text("value") == "writer" {
				o.Set("roles", append(list, list[0]))
			}
		})},
		{check: "U-07", name: "refused", handler: patchRefused(isPathless)},
		{check: "U-07", name: "ignored", request: dropping(isPathless)},
		{check: "U-07", name: "replaces the whole user", handler: func(c *call) *reply {
			if patches(c, isPathless) {
				return &reply{status: 204}
			}
			return nil
		}},
		{check: "U-08", name: "dotted names ignored", request: operation(func(op *scim.Object) {
			if v, ok := pathless(op); ok {
				v.Delete("name.givenName")
			}
		})},
		{check: "U-08", name: "URNs ignored", impact: mark("b--"), request: operation(func(op *scim.Object) {
			if v, ok := pathless(op); ok {
				v.Delete(scim.EnterpriseUserSchema + ":department")
			}
		})},
		{check: "U-08", name: "stored with the dot", reply: shown("/Users", func(o *scim.Object) {
			if strings.HasPrefix(o.Text("displayName"), "Changed") {
				o.Set("name.givenName", "Kkom")
			}
		})},
		{check: "U-08", name: "refused", handler: patchRefused(func(op *scim.Object) bool {
			v, ok := pathless(op)
			_, dotted := v.Get("name.givenName")
			return ok && dotted
		})},
		{check: "U-09", name: "refused", handler: patchRefused(has("userName"))},
		{check: "U-09", name: "ignored", request: dropping(has("userName"))},
		{check: "U-09", name: "found by the old name", reply: func(c *call, a *reply) {
			if lists(c, a) && searching(c, "userName eq") && len(a.resources()) == 0 {
				a.body = listOf(scim.NewObject(scim.Member{Name: "id", Value: "old"}))
			}
		}},
		{check: "U-09", name: "takes a name that is taken", handler: func(c *call) *reply {
			if patches(c, has("userName")) && taken[c.operations()[0].Text("value")] {
				return &reply{status: 204}
			}
			if creates(c) {
				taken[c.body.Text("userName")] = true
			}
			return nil
		}},
		{check: "U-10", name: "texts refused", handler: patchRefused(textValue)},
		{check: "U-10", name: "texts ignored", request: dropping(textValue)},
		{check: "U-10", name: "any text is true", request: operation(func(op *scim.Object) {
			if textValue(op) {
				op.Set("value", true)
			}
		})},
		{check: "U-10", name: "texts are stored", impact: mark("bdb"), reply: shown("/Users", func(o *scim.Object) {
			if v, ok := o.Get("active"); ok && v == false {
				o.Set("active", "False")
			}
			if v, ok := o.Get("active"); ok && v == true {
				o.Set("active", "false")
			}
		})},
		{check: "U-10", name: "booleans fail", handler: patchFails(func(op *scim.Object) bool {
			v, _ := op.Get("value")
			_, isBool := v.(bool)
			return has("active")(op) && isBool
		})},
		{check: "U-11", name: "ignored", request: dropping(isPathless)},
		{check: "U-11", name: "refused", handler: patchRefused(isPathless)},
		{check: "U-12", name: "array refused", handler: patchRefused(func(op *scim.Object) bool {
			v, _ := op.Get("value")
			_, isArray := v.([]any)
			return has("manager")(op) && isArray
		})},
		{check: "U-12", name: "ignored", request: dropping(has("manager"))},
		{check: "U-12", name: "bare text refused", impact: mark("d--"), handler: patchRefused(func(op *scim.Object) bool { return has("manager")(op) && op.Text("value") != "" })},
		{check: "U-13", name: "replace ignored", request: dropping(func(op *scim.Object) bool { return has("manager")(op) && strings.EqualFold(op.Text("op"), "replace") })},
		{check: "U-13", name: "cannot be cleared", impact: mark("d--"), handler: patchRefused(func(op *scim.Object) bool { return has("manager")(op) && strings.EqualFold(op.Text("op"), "remove") })},
		{check: "U-14", name: "foreign key fails", handler: patchFails(has("manager"))},
		{check: "U-15", name: "last operation only", request: func(c *call) {
			if ops := c.operations(); c.is("PATCH", "/Users/*") && len(ops) > 1 {
				c.body.Set("Operations", []any{ops[len(ops)-1]})
			}
		}},
		{check: "U-15", name: "name is replaced whole", reply: shown("/Users", func(o *scim.Object) {
			v, _ := o.Get("name")
			if name, ok := v.(*scim.Object); ok && name.Text("familyName") == "Several" {
				name.Delete("givenName")
			}
		})},
		{check: "U-15", name: "switches the user off", impact: mark("b-b"), reply: shown("/Users", func(o *scim.Object) {
			if strings.HasPrefix(o.Text("displayName"), "Changed") {
				o.Set("active", false)
			}
		})},
		{check: "U-15", name: "one operation at most", handler: func(c *call) *reply {
			if c.is("PATCH", "/Users/*") && len(c.operations()) > 1 {
				return failure(400, scim.InvalidSyntax, "one operation please")
			}
			return nil
		}},
		{check: "U-16", name: "in another order", request: func(c *call) {
			if ops := c.operations(); len(ops) == 3 {
				c.body.Set("Operations", []any{ops[2], ops[0], ops[1]})
			}
		}},
		{check: "U-17", name: "empty text", impact: mark("n-d"), reply: shown("/Users", func(o *scim.Object) {
			if _, ok := o.Get("title"); !ok {
				o.Set("title", "")
			}
		})},
		{check: "U-17", name: "ignored", request: dropping(kind("Remove"))},
		{check: "U-18", name: "removes all", impact: mark("b-b"), request: operation(func(op *scim.Object) {
			if kind("Remove")(op) {
				op.Set("path", "emails")
			}
		})},
		{check: "U-18", name: "ignored", request: dropping(kind("Remove"))},
		{check: "U-19", name: "userName goes", impact: mark("ddb"), reply: func(c *call, a *reply) {
			if c.is("GET", "/Users/*") {
				a.body.Delete("userName")
			}
		}},
		{check: "U-19", name: "fails", handler: patchFails(kind("remove"))},
		{check: "U-21", name: "piles up", reply: func(c *call, a *reply) {
			if !c.is("GET", "/Users/*") || !added {
				return
			}
			v, _ := a.body.Get("emails")
			list, _ := v.([]any)
			a.body.Set("emails", append(list, list...))
		}, request: func(c *call) {
			if c.Method == "PATCH" {
				added = true
			}
		}},
		{check: "U-22", name: "two primaries", reply: shown("/Users", func(o *scim.Object) {
			v, _ := o.Get("emails")
			list, _ := v.([]any)
			for _, item := range list {
				item.(*scim.Object).Set("primary", true)
			}
		})},
		{check: "U-23", name: "applies the first half", request: func(c *call) {
			if ops := c.operations(); len(ops) == 2 && has("emails[type eq")(ops[1]) && !has("]")(ops[1]) {
				c.body.Set("Operations", []any{ops[0]})
			}
		}, reply: func(c *call, a *reply) {
			if c.Method == "PATCH" {
				*a = *failure(400, scim.InvalidPath, "no")
			}
		}},
		{check: "U-24", name: "202", reply: func(c *call, a *reply) {
			if c.Method == "PATCH" {
				a.status = 202
			}
		}},
		{check: "U-24", name: "200 without a body", reply: func(c *call, a *reply) {
			if c.Method == "PATCH" {
				a.body, a.raw = nil, nil
			}
		}},
		{check: "U-24", name: "200 with the old user", reply: func(c *call, a *reply) {
			if c.Method == "PATCH" {
				a.body.Set("displayName", "Old")
			}
		}},
		{check: "U-25", name: "ignored", request: dropping(kind("remove"))},
		{check: "U-26", name: "unknown op is a success", handler: func(c *call) *reply {
			if patches(c, kind("move")) {
				return &reply{status: 204}
			}
			return nil
		}},
		{check: "U-26", name: "fails", reply: func(c *call, a *reply) {
			if c.Method == "PATCH" && a.status == 400 {
				*a = *failure(500, "", "null reference")
			}
		}},
		{check: "U-27", name: "fails", handler: answer(500, func(c *call) bool { return c.Method == "PATCH" && len(c.operations()) == 0 })},
		{check: "U-28", name: "fails", handler: patchFails(has("favourite"))},
		{check: "U-29", name: "fails", reply: func(c *call, a *reply) {
			if c.Method == "PATCH" && a.status == 400 {
				*a = *failure(500, "", "cast")
			}
		}},
		{check: "U-29", name: "stores numbers", handler: func(c *call) *reply {
			if c.is("PATCH", "/Users/*") {
				return &reply{status: 204}
			}
			return nil
		}, reply: shown("/Users", func(o *scim.Object) { o.Set("displayName", true) })},
		{check: "U-30", name: "refused", handler: patchRefused(has("roles"))},
		{check: "U-31", name: "a success", handler: func(c *call) *reply {
			if c.Method == "PATCH" {
				return &reply{status: 204}
			}
			return nil
		}},
		{check: "U-31", name: "500", impact: endpoint.Impact{}, handler: answer(500, func(c *call) bool { return c.Method == "PATCH" })},
		{check: "U-32", name: "one is lost", handler: func(c *call) *reply {
			if patches(c, has("familyName")) {
				return &reply{status: 204}
			}
			return nil
		}},
		{check: "U-32", name: "one fails", handler: patchFails(has("familyName"))},
	}
}
