package endpoint_test

import (
	"net/http"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func errorFaults() []fault {
	onError := func(change func(c *call, a *reply)) func(*call, *reply) {
		return func(c *call, a *reply) {
			if a.status >= 400 {
				change(c, a)
			}
		}
	}
	detail := func(text string) func(*call, *reply) {
		return onError(func(c *call, a *reply) { a.body.Set("detail", text) })
	}
	return []fault{
		{check: "E-01", name: "status as a number", reply: onError(func(c *call, a *reply) {
			a.body, a.raw = nil, []byte(strings.NewReplacer(`"400"`, `400`, `"404"`, `404`).Replace(string(a.raw)))
		})},
		{check: "E-01", name: "no detail", reply: onError(func(c *call, a *reply) { a.body.Delete("detail") })},
		{check: "E-01", name: "no schemas", reply: onError(func(c *call, a *reply) { a.body.Delete("schemas") })},
		{check: "E-01", name: "another status", reply: onError(func(c *call, a *reply) { a.body.Set("status", "500") })},
		{check: "E-02", name: "made up", reply: onError(func(c *call, a *reply) { a.body.Set("scimType", "oops") })},
		{check: "E-03", name: "Java", reply: detail("java.lang.NullPointerException\n\tat com.example.Users.create(Users.java:42)")},
		{check: "E-03", name: "SQL", reply: detail("error: SELECT id, name FROM users WHERE user_name = $1")},
		{check: "E-03", name: "Python", reply: detail("Traceback (most recent call last)")},
		{check: "E-03", name: "token", impact: breaks, reply: func(c *call, a *reply) {
			if a.status >= 400 {
				a.body.Set("detail", "token was "+strings.TrimPrefix(c.Header.Get("Authorization"), "Bearer "))
			}
		}},
		{check: "E-04", name: "pages", reply: onError(func(c *call, a *reply) { *a = *page(a.status) })},
		{check: "E-04", name: "nothing", impact: mark("--d"), reply: onError(func(c *call, a *reply) { a.body, a.raw = nil, nil })},
		{check: "E-05", name: "fails on bodies", reply: func(c *call, a *reply) {
			if c.is("POST", "/Users") && a.status == 400 {
				*a = *failure(500, "", "cannot deserialize")
			}
		}},
		{check: "E-05", name: "fails on filters", reply: func(c *call, a *reply) {
			if c.Method == http.MethodGet && a.status == 400 {
				*a = *failure(500, "", "parser")
			}
		}},
		{check: "E-06", name: "fails", reply: func(c *call, a *reply) {
			if len(c.raw) > 2<<20 {
				*a = *failure(500, "", "out of memory")
			}
		}},
		{check: "E-06", name: "taken", handler: func(c *call) *reply {
			if len(c.raw) > 2<<20 {
				return &reply{status: 201, body: scim.NewObject()}
			}
			return nil
		}},
	}
}
