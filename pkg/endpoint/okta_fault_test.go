package endpoint_test

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func oktaFaults() []fault {
	isOkta := func(c *call) bool { return strings.HasPrefix(c.Header.Get("User-Agent"), "Okta") }
	paged := func(c *call) bool { return c.URL.Query().Get("count") == "100" }
	return []fault{
		{check: "O-01", name: "paging refused", handler: refuse(func(c *call) bool { return c.URL.Query().Has("count") })},
		{check: "O-01", name: "an array", reply: func(c *call, a *reply) {
			if lists(c, a) {
				a.body, a.raw = nil, []byte("[]")
			}
		}},
		{check: "O-02", name: "password refused", handler: refuse(func(c *call) bool { return c.body.Text("password") != "" })},
		{check: "O-02", name: "not found again", reply: func(c *call, a *reply) {
			if lists(c, a) && paged(c) {
				a.body = listOf()
			}
		}},
		{check: "O-02", name: "names lost", request: sent("/Users", func(b *scim.Object) { b.Delete("name") })},
		{check: "O-02", name: "search for nobody fails", reply: func(c *call, a *reply) {
			if lists(c, a) && isOkta(c) && len(a.resources()) == 0 {
				*a = *page(404)
			}
		}},
		{check: "O-03", name: "ignored", request: dropping(isPathless)},
		{check: "O-03", name: "names are replaced by halves", reply: shown("/Users", func(o *scim.Object) {
			v, _ := o.Get("name")
			if name, ok := v.(*scim.Object); ok && name.Text("givenName") == "Changed" {
				name.Delete("familyName")
			}
		})},
		{check: "O-04", name: "value path refused", handler: refuse(func(c *call) bool {
			return slices.ContainsFunc(c.operations(), has("members["))
		})},
		{check: "O-04", name: "empty members refused", handler: refuse(func(c *call) bool {
			_, given := c.body.Get("members")
			return c.is("POST", "/Groups") && given
		})},
		{check: "O-04", name: "remove ignored", request: func(c *call) {
			if groupOps(c, has("members[")) {
				c.body.Set("Operations", []any{})
			}
		}},
	}
}
