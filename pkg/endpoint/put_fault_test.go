package endpoint_test

import "github.com/scimctl/scimctl/pkg/scim"

func putFaults() []fault {
	puts := func(c *call) bool { return c.is("PUT", "/Users/*") }
	onPut := func(change func(body *scim.Object)) func(*call) {
		return func(c *call) {
			if puts(c) && c.body != nil {
				change(c.body)
			}
		}
	}
	have := func(name string) func(*call) bool {
		return func(c *call) bool {
			_, has := c.body.Get(name)
			return puts(c) && has
		}
	}
	return []fault{
		{check: "P-01", name: "501", handler: answer(501, puts)},
		{check: "P-01", name: "ignored", handler: func(c *call) *reply {
			if puts(c) {
				return &reply{status: 200, body: scim.NewObject(scim.Member{Name: "id", Value: c.id()})}
			}
			return nil
		}},
		{check: "P-01", name: "204", impact: mark("-dd"), reply: func(c *call, a *reply) {
			if puts(c) {
				*a = reply{status: 204}
			}
		}},
		{check: "P-01", name: "merges", impact: mark("-nd"), request: onPut(func(b *scim.Object) {
			if _, has := b.Get("nickName"); !has {
				b.Set("nickName", "Before")
			}
		})},
		{check: "P-02", name: "taken", request: onPut(func(b *scim.Object) {
			if b.Text("userName") == "" {
				b.Set("userName", b.Text("externalId"))
			}
		})},
		{check: "P-03", name: "creates", reply: func(c *call, a *reply) {
			if puts(c) && a.status == 404 {
				*a = reply{status: 201, header: a.header, body: scim.NewObject(scim.Member{Name: "id", Value: c.id()})}
			}
		}},
		{check: "P-03", name: "500", impact: mark("-dd"), reply: func(c *call, a *reply) {
			if puts(c) && a.status == 404 {
				*a = *failure(500, "", "no rows")
			}
		}},
		{check: "P-04", name: "refused", handler: refuse(have("meta"))},
		{check: "P-05", name: "fails", handler: answer(500, have("favouriteColour"))},
		{check: "P-06", name: "ignored", request: onPut(func(b *scim.Object) { b.Set("active", true) })},
		{check: "P-06", name: "stays inactive", request: onPut(func(b *scim.Object) { b.Set("active", false) })},
		{check: "P-07", name: "meta refused", handler: refuse(have("meta"))},
		{check: "P-07", name: "names ignored", request: onPut(func(b *scim.Object) { b.Delete("name") })},
		{check: "P-08", name: "refused", handler: refuse(have("password"))},
		{check: "P-08", name: "returned", impact: mark("dbb"), reply: func(c *call, a *reply) {
			if puts(c) && a.status == 200 {
				a.body.Set("password", "x")
			}
		}},
	}
}
