package endpoint_test

import (
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func lifecycleFaults() []fault {
	isFalse := func(o *scim.Object) bool {
		v, _ := o.Get("active")
		return v == false
	}
	toUser := func(method string) func(*call) bool { return func(c *call) bool { return c.is(method, "/Users/*") } }
	softDelete := func(c *call) *reply {
		if c.is("DELETE", "/Users/*") {
			return &reply{status: 204}
		}
		return nil
	}
	disabled, gone := map[string]bool{}, map[string]bool{}
	serial := 0
	return []fault{
		{check: "L-01", name: "vanishes", reply: func(c *call, a *reply) {
			if c.is("GET", "/Users/*") && isFalse(a.body) {
				*a = *failure(404, "", "gone")
			}
		}},
		{check: "L-01", name: "stays active", reply: shown("/Users", func(o *scim.Object) { o.Set("active", true) })},
		{check: "L-01", name: "loses its externalId", reply: shown("/Users", func(o *scim.Object) {
			if isFalse(o) {
				o.Delete("externalId")
			}
		})},
		{check: "L-02", name: "cannot be enabled", reply: shown("/Users", func(o *scim.Object) {
			disabled[o.ID()] = disabled[o.ID()] || isFalse(o)
			if disabled[o.ID()] {
				o.Set("active", false)
			}
		})},
		{check: "L-02", name: "loses its names", reply: shown("/Users", func(o *scim.Object) {
			disabled[o.ID()+"L-02"] = disabled[o.ID()+"L-02"] || isFalse(o)
			if disabled[o.ID()+"L-02"] {
				o.Delete("name")
			}
		})},
		{check: "L-03", name: "a second user", request: func(c *call) {
			if c.is("POST", "/Users") {
				serial++
				c.body.Set("userName", c.body.Text("userName")+strings.Repeat("x", serial))
			}
		}},
		{check: "L-03", name: "500", impact: degrades, reply: func(c *call, a *reply) {
			if a.status == 409 {
				*a = *failure(500, "", "duplicate key")
			}
		}},
		{check: "L-04", name: "refused", handler: answer(405, toUser("DELETE"))},
		{check: "L-04", name: "fails", handler: answer(500, toUser("DELETE"))},
		{check: "L-04", name: "200 with a body", impact: mark("d-d"), reply: func(c *call, a *reply) {
			if c.is("DELETE", "/Users/*") && a.status == 204 {
				*a = reply{status: 200, header: a.header, body: scim.NewObject(scim.Member{Name: "deleted", Value: true})}
			}
		}},
		{check: "L-05", name: "stays", handler: softDelete},
		{check: "L-05", name: "can be changed", handler: func(c *call) *reply {
			if c.is("DELETE", "/Users/*") {
				gone[c.id()] = true
			}
			if c.is("PATCH", "/Users/*") && gone[c.id()] {
				return &reply{status: 204}
			}
			return nil
		}},
		{check: "L-05", name: "404 is a page", impact: degrades, reply: func(c *call, a *reply) {
			if a.status == 404 {
				*a = *page(404)
			}
		}},
		{check: "L-06", name: "a success", handler: softDelete},
		{check: "L-06", name: "fails", reply: func(c *call, a *reply) {
			if a.status == 404 {
				*a = *failure(500, "", "no rows")
			}
		}},
		{check: "L-07", name: "a success each time", reply: func(c *call, a *reply) {
			if c.is("DELETE", "/Users/*") {
				*a = reply{status: 204}
			}
		}},
		{check: "L-08", name: "stays a member", handler: softDelete},
		{check: "L-09", name: "the name stays taken", handler: func(c *call) *reply {
			if c.is("POST", "/Users") {
				if gone[c.body.Text("userName")] {
					return failure(409, scim.Uniqueness, "taken")
				}
				gone[c.body.Text("userName")] = true
			}
			return nil
		}},
	}
}
