package endpoint_test

import (
	"net/http"
	"strings"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim"
)

// Impacts that the tables use.
var (
	breaks   = endpoint.Impact{Entra: endpoint.Breaks, Okta: endpoint.Breaks, RFC: endpoint.Breaks}
	degrades = endpoint.Impact{Entra: endpoint.Degrades, Okta: endpoint.Degrades, RFC: endpoint.Degrades}
)

func transportFaults() []fault {
	tries := 0
	return []fault{
		{check: "T-01", name: "token refused", handler: func(c *call) *reply { return failure(401, "", "no") }},
		{check: "T-01", name: "drops connections", handler: func(c *call) *reply { panic(http.ErrAbortHandler) }},
		{check: "T-02", name: "unknown parameters refused", handler: func(c *call) *reply {
			if c.URL.Query().Has(scim.FlagCompliant) {
				return failure(400, scim.InvalidValue, "unknown parameter")
			}
			return nil
		}},
		{check: "T-03", name: "open to anybody", request: func(c *call) {
			if c.Header.Get("Authorization") == "" {
				c.Header.Set("Authorization", "Bearer "+canary)
			}
		}},
		{check: "T-04", name: "any token will do", request: func(c *call) { c.Header.Set("Authorization", "Bearer "+canary) }},
		{check: "T-04", name: "wrong token answers 500", reply: func(c *call, a *reply) {
			if a.status == 401 {
				*a = *failure(500, "", "oops")
			}
		}},
		{check: "T-04", name: "401 without a SCIM error", impact: endpoint.Impact{Entra: endpoint.Note, Okta: endpoint.Degrades, RFC: endpoint.Degrades}, reply: func(c *call, a *reply) {
			if a.status == 401 {
				*a = *page(401)
			}
		}},
		{check: "T-05", name: "no challenge", reply: func(c *call, a *reply) { a.header.Del("WWW-Authenticate") }},
		{check: "T-06", name: "plain JSON", reply: func(c *call, a *reply) { a.header.Set("Content-Type", "application/json") }},
		{check: "T-06", name: "JSON as HTML", impact: breaks, reply: func(c *call, a *reply) { a.header.Set("Content-Type", "text/html") }},
		{check: "T-07", name: "errors as plain JSON", reply: func(c *call, a *reply) {
			if a.status >= 400 {
				a.header.Set("Content-Type", "application/json")
			}
		}},
		{check: "T-08", name: "scim+json refused", handler: func(c *call) *reply {
			if strings.HasPrefix(c.Header.Get("Content-Type"), scim.ContentType) {
				return failure(415, "", "no such type")
			}
			return nil
		}},
		{check: "T-08", name: "charset refused", handler: func(c *call) *reply {
			if strings.Contains(c.Header.Get("Content-Type"), "charset") {
				return failure(400, scim.InvalidSyntax, "no such type")
			}
			return nil
		}},
		{check: "T-09", name: "plain JSON refused", handler: func(c *call) *reply {
			if c.Header.Get("Content-Type") == "application/json" {
				return failure(415, "", "no such type")
			}
			return nil
		}},
		{check: "T-10", name: "Latin-1", reply: func(c *call, a *reply) {
			for _, o := range a.each() {
				if name := o.Text("displayName"); name != "" {
					o.Set("displayName", strings.Map(func(r rune) rune {
						if r > 255 {
							return '?'
						}
						return r
					}, name))
				}
			}
		}},
		{check: "T-11", name: "a page for unknown addresses", reply: func(c *call, a *reply) {
			if a.status == 404 {
				*a = *page(404)
			}
		}},
		{check: "T-11", name: "success for unknown addresses", impact: degrades, reply: func(c *call, a *reply) {
			if a.status == 404 {
				*a = *page(200)
			}
		}},
		{check: "T-12", name: "wrong method fails", reply: func(c *call, a *reply) {
			if a.status == 405 {
				*a = *failure(500, "", "oops")
			}
		}},
		{check: "T-13", name: "no User-Agent, no entry", handler: func(c *call) *reply {
			if c.Header.Get("User-Agent") == "" {
				return page(403)
			}
			return nil
		}},
		{check: "T-15", name: "redirects", handler: func(c *call) *reply {
			return &reply{status: 308, header: http.Header{"Location": {"https://elsewhere.example" + c.URL.Path}}}
		}},
		{check: "T-19", name: "every third create fails", handler: func(c *call) *reply {
			if c.is("POST", "/Users") {
				if tries++; tries%3 == 0 {
					return failure(503, "", "try again")
				}
			}
			return nil
		}},
		{check: "T-19", name: "creates fail", impact: breaks, handler: func(c *call) *reply {
			if c.is("POST", "/Users") {
				return failure(500, "", "oops")
			}
			return nil
		}},
	}
}
