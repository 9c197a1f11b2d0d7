package endpoint_test

import (
	"github.com/scimctl/scimctl/pkg/scim"
)

func roundTripFaults() []fault {
	return []fault{
		{check: "R-01", name: "booleans as texts", reply: shown("/Users", func(o *scim.Object) { o.Set("active", "true") })},
		{check: "R-01", name: "one e-mail is no array", reply: shown("/Users", func(o *scim.Object) {
			v, _ := o.Get("emails")
			if list, _ := v.([]any); len(list) == 1 {
				o.Set("emails", list[0])
			}
		})},
		{check: "R-01", name: "references lost", request: sent("/Users", func(b *scim.Object) { b.Delete("profileUrl") })},
		{check: "R-02", name: "fails", handler: answer(500, func(c *call) bool { return patches(c, has("meta.created")) })},
		{check: "R-03", name: "password shown", reply: shown("/Users", func(o *scim.Object) { o.Set("password", "x") })},
		{check: "R-03", name: "no id", reply: func(c *call, a *reply) {
			if c.URL.Query().Has("attributes") && a.body != nil {
				a.body.Delete("id")
			}
		}},
		{check: "R-04", name: "no userName in lists", reply: func(c *call, a *reply) {
			if lists(c, a) {
				for _, o := range a.resources() {
					o.Delete("userName")
				}
			}
		}},
		{check: "R-05", name: "refused", handler: refuse(func(c *call) bool {
			v, has := c.body.Get("nickName")
			return creates(c) && has && v == nil
		})},
		{check: "R-05", name: "stored as a text", reply: shown("/Users", func(o *scim.Object) { o.Set("nickName", "null") })},
		{check: "R-06", name: "the first schema decides", handler: refuse(func(c *call) bool {
			v, _ := c.body.Get("schemas")
			list, _ := v.([]any)
			return creates(c) && len(list) > 0 && list[0] != scim.UserSchema
		})},
		{check: "R-06", name: "schemas twice", reply: shown("/Users", func(o *scim.Object) { o.Set("schemas", []any{scim.UserSchema, scim.UserSchema}) })},
		{check: "R-07", name: "fails", handler: answer(500, func(c *call) bool {
			_, has := c.body.Get("x509Certificates")
			return creates(c) && has
		})},
		{check: "R-08", name: "fails", handler: answer(500, func(c *call) bool {
			v, _ := c.body.Get("emails")
			list, _ := v.([]any)
			return creates(c) && len(list) == 2
		})},
		{check: "R-09", name: "an empty object", reply: shown("/Users", func(o *scim.Object) { o.Set(scim.EnterpriseUserSchema, scim.NewObject()) })},
	}
}
