package endpoint_test

import (
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim"
)

// refuse answers 400 to the calls that match.
func refuse(match func(c *call) bool) func(*call) *reply {
	return answer(400, match)
}

// answer answers the calls that match with an error.
func answer(status int, match func(c *call) bool) func(*call) *reply {
	return func(c *call) *reply {
		if match(c) {
			return failure(status, scim.InvalidValue, "no")
		}
		return nil
	}
}

// shown changes every user or group that an answer shows, below a path.
func shown(path string, change func(o *scim.Object)) func(*call, *reply) {
	return func(c *call, a *reply) {
		if a.body == nil || a.status >= 300 || !c.is("", path) && !c.is("", path+"/*") {
			return
		}
		for _, o := range a.each() {
			change(o)
		}
	}
}

// sent changes the body of each POST to a path.
func sent(path string, change func(body *scim.Object)) func(*call) {
	return func(c *call) {
		if c.is("POST", path) && c.body != nil {
			change(c.body)
		}
	}
}

func creates(c *call) bool { return c.is("POST", "/Users") }

// mark is an impact in the order Entra, Okta, RFC: b, d, n or -.
func mark(letters string) endpoint.Impact {
	severity := map[byte]endpoint.Severity{'b': endpoint.Breaks, 'd': endpoint.Degrades, 'n': endpoint.Note, '-': endpoint.None}
	return endpoint.Impact{Entra: severity[letters[0]], Okta: severity[letters[1]], RFC: severity[letters[2]]}
}

func createFaults() []fault {
	serial := 0
	return []fault{
		{check: "C-01", name: "500", handler: answer(500, creates)},
		{check: "C-01", name: "no id", reply: shown("/Users", func(o *scim.Object) { o.Delete("id") })},
		{check: "C-01", name: "id is a number", reply: func(c *call, a *reply) {
			if creates(c) && a.status == 201 {
				a.body, a.raw = nil, []byte(fmt.Sprintf(`{"schemas":[%q],"id":7,"userName":%q}`, scim.UserSchema, c.body.Text("userName")))
			}
		}},
		{check: "C-01", name: "200", impact: mark("ddb"), reply: func(c *call, a *reply) {
			if creates(c) {
				a.status = 200
			}
		}},
		{check: "C-01", name: "empty body", reply: func(c *call, a *reply) {
			if creates(c) {
				a.body, a.raw = nil, nil
			}
		}},
		{check: "C-01", name: "no schemas", impact: mark("ddb"), reply: shown("/Users", func(o *scim.Object) { o.Delete("schemas") })},
		{check: "C-01", name: "does not echo", impact: degrades, reply: func(c *call, a *reply) {
			if creates(c) {
				a.body.Delete("userName")
			}
		}},
		{check: "C-02", name: "no Location", reply: func(c *call, a *reply) { a.header.Del("Location") }, impact: mark("nnd")},
		{check: "C-02", name: "location elsewhere", impact: mark("nnd"), reply: shown("/Users", func(o *scim.Object) {
			v, _ := o.Get("meta")
			v.(*scim.Object).Set("location", "https://elsewhere.example/people/1")
		})},
		{check: "C-03", name: "no meta", reply: shown("/Users", func(o *scim.Object) { o.Delete("meta") })},
		{check: "C-03", name: "times without zone", reply: shown("/Users", func(o *scim.Object) {
			v, _ := o.Get("meta")
			v.(*scim.Object).Set("created", "2024-05-06 07:08:09")
		})},
		{check: "C-04", name: "loses displayName", request: sent("/Users", func(b *scim.Object) { b.Delete("displayName") })},
		{check: "C-04", name: "loses names", request: sent("/Users", func(b *scim.Object) { b.Delete("name") })},
		{check: "C-04", name: "cannot be read", handler: answer(404, func(c *call) bool { return c.is("GET", "/Users/*") })},
		{check: "C-04", name: "loses e-mail", request: sent("/Users", func(b *scim.Object) { b.Delete("emails") })},
		{check: "C-05", name: "twice", request: sent("/Users", func(b *scim.Object) {
			serial++
			b.Set("userName", fmt.Sprintf("%s.%d", b.Text("userName"), serial))
		})},
		{check: "C-05", name: "duplicate answers 500", impact: mark("ddb"), reply: func(c *call, a *reply) {
			if a.status == 409 {
				*a = *failure(500, "", "unique constraint")
			}
		}},
		{check: "C-06", name: "no scimType", reply: func(c *call, a *reply) {
			if a.status == 409 {
				a.body.Delete("scimType")
			}
		}},
		{check: "C-07", name: "case counts", request: sent("/Users", func(b *scim.Object) {
			if strings.HasPrefix(b.Text("userName"), "SCIM") {
				b.Set("userName", "x"+b.Text("userName"))
			}
		})},
		{check: "C-08", name: "made up", request: sent("/Users", func(b *scim.Object) {
			if b.Text("userName") == "" {
				b.Set("userName", b.Text("externalId"))
			}
		})},
		{check: "C-08", name: "500", impact: mark("nnd"), reply: func(c *call, a *reply) {
			if a.status == 400 {
				*a = *failure(500, "", "null")
			}
		}},
		{check: "C-09", name: "500", reply: func(c *call, a *reply) {
			if a.status == 400 {
				*a = *failure(500, "", "unexpected token")
			}
		}},
		{check: "C-09", name: "taken", impact: mark("nnb"), handler: func(c *call) *reply {
			if creates(c) && c.body == nil {
				return &reply{status: 201, body: scim.NewObject(scim.Member{Name: "id", Value: "x"})}
			}
			return nil
		}},
		{check: "C-10", name: "any schemas", request: sent("/Users", func(b *scim.Object) { b.Set("schemas", []any{scim.UserSchema}) })},
		{check: "C-11", name: "refused", handler: refuse(func(c *call) bool {
			_, has := c.body.Get(scim.EnterpriseUserSchema)
			return has
		})},
		{check: "C-11", name: "lost", impact: breaks, request: sent("/Users", func(b *scim.Object) { b.Delete(scim.EnterpriseUserSchema) })},
		{check: "C-11", name: "not in schemas", impact: degrades, reply: shown("/Users", func(o *scim.Object) { o.Set("schemas", []any{scim.UserSchema}) })},
		{check: "C-12", name: "lost", request: sent("/Users", func(b *scim.Object) {
			v, _ := b.Get("schemas")
			if list, _ := v.([]any); len(list) == 1 {
				b.Delete(extension)
			}
		})},
		{check: "C-12", name: "refused", handler: refuse(func(c *call) bool {
			_, has := c.body.Get(extension)
			return creates(c) && has
		})},
		{check: "C-13", name: "refused", handler: refuse(func(c *call) bool { return creates(c) && c.body.Text("active") != "" })},
		{check: "C-13", name: "returned as text", reply: shown("/Users", func(o *scim.Object) { o.Set("active", "True") })},
		{check: "C-14", name: "roles refused", handler: refuse(func(c *call) bool {
			v, _ := c.body.Get("roles")
			list, ok := v.([]any)
			return creates(c) && ok && len(list) == 0
		})},
		{check: "C-14", name: "an empty element", impact: degrades, reply: shown("/Users", func(o *scim.Object) { o.Set("phoneNumbers", []any{scim.NewObject()}) })},
		{check: "C-15", name: "refused", handler: refuse(func(c *call) bool {
			v, _ := c.body.Get("roles")
			list, ok := v.([]any)
			return creates(c) && ok && len(list) == 1
		})},
		{check: "C-16", name: "case counts", request: sent("/Users", func(b *scim.Object) {
			for _, m := range b.Members() {
				if m.Name == "DISPLAYNAME" {
					b.Delete(m.Name)
					return
				}
			}
		})},
		{check: "C-17", name: "refused", impact: mark("ddb"), handler: refuse(func(c *call) bool { return creates(c) && c.body.ID() != "" })},
		{check: "C-18", name: "changed", reply: shown("/Users", func(o *scim.Object) { o.Set("externalId", strings.ToLower(o.Text("externalId"))) })},
		{check: "C-18", name: "lost", request: sent("/Users", func(b *scim.Object) { b.Delete("externalId") })},
		{check: "C-18", name: "made up", impact: degrades, reply: shown("/Users", func(o *scim.Object) {
			if o.Text("externalId") == "" {
				o.Set("externalId", o.ID())
			}
		})},
		{check: "C-19", name: "500", handler: answer(500, func(c *call) bool {
			_, has := c.body.Get("favouriteColour")
			return has
		})},
		{check: "C-21", name: "always active", request: sent("/Users", func(b *scim.Object) { b.Set("active", true) })},
		{check: "C-21", name: "inactive are hidden", reply: func(c *call, a *reply) {
			if v, _ := a.body.Get("active"); c.is("GET", "/Users/*") && v == false {
				*a = *failure(404, "", "gone")
			}
		}},
		{check: "C-22", name: "phone numbers formatted", reply: shown("/Users", func(o *scim.Object) {
			v, _ := o.Get("phoneNumbers")
			list, _ := v.([]any)
			for _, item := range list {
				e := item.(*scim.Object)
				e.Set("value", strings.ReplaceAll(e.Text("value"), " ", ""))
			}
		})},
		{check: "C-22", name: "addresses in lower case", impact: degrades, request: sent("/Users", func(b *scim.Object) {
			b.Set("userName", strings.ToLower(b.Text("userName")))
		})},
		{check: "C-22", name: "department lost", request: sent("/Users", func(b *scim.Object) { b.Delete(scim.EnterpriseUserSchema) })},
		{check: "C-22", name: "title refused", handler: refuse(func(c *call) bool { return creates(c) && c.body.Text("title") != "" })},
		{check: "C-22", name: "the profile's attribute lost", options: profileUsers("nickName"), request: sent("/Users", func(b *scim.Object) { b.Delete("nickName") })},
		{check: "C-23", name: "escaped for HTML", request: sent("/Users", func(b *scim.Object) {
			b.Set("displayName", strings.ReplaceAll(b.Text("displayName"), "'", "&#39;"))
		})},
		{check: "C-23", name: "cut", request: sent("/Users", func(b *scim.Object) {
			if name := b.Text("displayName"); len(name) > 100 {
				b.Set("displayName", name[:100])
			}
		})},
		{check: "C-23", name: "apostrophe fails", handler: answer(500, func(c *call) bool { return creates(c) && strings.Contains(c.body.Text("displayName"), "'") })},
		{check: "C-24", name: "refused", impact: mark("-bd"), handler: refuse(func(c *call) bool { return c.body.Text("password") != "" })},
		{check: "C-24", name: "returned", impact: mark("ddb"), reply: func(c *call, a *reply) {
			if creates(c) {
				a.body.Set("password", c.body.Text("password"))
			}
		}},
		{check: "C-25", name: "refused", handler: refuse(func(c *call) bool {
			return c.is("POST", "/Groups") && strings.Contains(string(c.raw), "ADSCIM")
		})},
		{check: "C-26", name: "members wanted", handler: refuse(func(c *call) bool {
			_, has := c.body.Get("members")
			return c.is("POST", "/Groups") && !has
		})},
		{check: "C-26", name: "no id", reply: shown("/Groups", func(o *scim.Object) { o.Delete("id") })},
		{check: "C-26", name: "externalId lost", request: sent("/Groups", func(b *scim.Object) { b.Delete("externalId") })},
		{check: "C-27", name: "members lost", request: sent("/Groups", func(b *scim.Object) { b.Delete("members") })},
		{check: "C-28", name: "two of a name", request: sent("/Groups", func(b *scim.Object) {
			serial++
			b.Set("displayName", fmt.Sprintf("%s.%d", b.Text("displayName"), serial))
		})},
		{check: "C-29", name: "taken", request: sent("/Groups", func(b *scim.Object) {
			if b.Text("displayName") == "" {
				b.Set("displayName", b.Text("externalId"))
			}
		})},
	}
}
