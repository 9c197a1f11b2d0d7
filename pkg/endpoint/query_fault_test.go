package endpoint_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim"
)

// filtered changes what a filter is read as, for searches of users.
func filtered(change func(filter string) string) func(*call) {
	return func(c *call) {
		if f := c.filter(); f != "" && c.is("GET", "/Users") {
			c.setQuery("filter", change(f))
		}
	}
}

// searching reports whether a call searches users by a filter that contains a text.
func searching(c *call, text string) bool {
	return c.is("GET", "/Users") && strings.Contains(c.filter(), text)
}

// listOf is a ListResponse with the objects.
func listOf(objects ...any) *scim.Object {
	if objects == nil {
		objects = []any{}
	}
	n, _ := json.Marshal(len(objects))
	return scim.NewObject(
		scim.Member{Name: "schemas", Value: []any{scim.ListResponseSchema}},
		scim.Member{Name: "totalResults", Value: json.Number(n)},
		scim.Member{Name: "startIndex", Value: json.Number("1")},
		scim.Member{Name: "itemsPerPage", Value: json.Number(n)},
		scim.Member{Name: "Resources", Value: objects},
	)
}

// lists reports whether the answer is one to a list or search of users.
func lists(c *call, a *reply) bool { return c.is("GET", "/Users") && a.status == 200 && a.body != nil }

func queryFaults() []fault {
	return []fault{
		{check: "Q-01", name: "404", handler: answer(404, func(c *call) bool { return c.is("GET", "/Users/*") })},
		{check: "Q-01", name: "another id", reply: func(c *call, a *reply) {
			if c.is("GET", "/Users/*") && a.status == 200 {
				a.body.Set("id", strings.ToUpper(a.body.ID())+"X")
			}
		}},
		{check: "Q-01", name: "a list of one", reply: func(c *call, a *reply) {
			if c.is("GET", "/Users/*") && a.status == 200 {
				a.body = listOf(a.body)
			}
		}},
		{check: "Q-02", name: "200 with null", reply: func(c *call, a *reply) {
			if a.status == 404 {
				*a = reply{status: 200, header: a.header, raw: []byte("null")}
			}
		}},
		{check: "Q-02", name: "500", reply: func(c *call, a *reply) {
			if a.status == 404 {
				*a = *failure(500, "", "not found")
			}
		}},
		{check: "Q-02", name: "an empty list", reply: func(c *call, a *reply) {
			if a.status == 404 {
				*a = reply{status: 200, header: a.header, body: listOf()}
			}
		}},
		{check: "Q-02", name: "a page", impact: degrades, reply: func(c *call, a *reply) {
			if a.status == 404 {
				*a = *page(404)
			}
		}},
		{check: "Q-02", name: "400 for ids that are no GUID", impact: mark("nnd"), handler: refuse(func(c *call) bool {
			return c.is("GET", "/Users/*") && strings.HasPrefix(c.id(), "scimctl")
		})},
		{check: "Q-03", name: "a bare array", reply: func(c *call, a *reply) {
			if lists(c, a) {
				a.body, a.raw = nil, []byte("[]")
			}
		}},
		{check: "Q-03", name: "total as text", reply: func(c *call, a *reply) {
			if lists(c, a) {
				a.body.Set("totalResults", "0")
			}
		}},
		{check: "Q-03", name: "no schemas", reply: func(c *call, a *reply) {
			if lists(c, a) {
				a.body.Delete("schemas")
			}
		}},
		{check: "Q-03", name: "no startIndex", impact: mark("ndd"), reply: func(c *call, a *reply) {
			if lists(c, a) {
				a.body.Delete("startIndex")
			}
		}},
		{check: "Q-04", name: "ids only", reply: func(c *call, a *reply) {
			if lists(c, a) {
				for _, o := range a.resources() {
					o.Delete("name")
				}
			}
		}},
		{check: "Q-05", name: "filter ignored", request: filtered(func(string) string { return "" })},
		{check: "Q-05", name: "400", handler: refuse(func(c *call) bool { return searching(c, "userName") })},
		{check: "Q-05", name: "finds nothing", reply: func(c *call, a *reply) {
			if lists(c, a) && c.filter() != "" {
				a.body = listOf()
			}
		}},
		{check: "Q-05", name: "a bare user", reply: func(c *call, a *reply) {
			if lists(c, a) && len(a.resources()) == 1 {
				a.body = a.resources()[0]
			}
		}},
		{check: "Q-05", name: "resources in lower case", reply: func(c *call, a *reply) {
			if lists(c, a) {
				v, _ := a.body.Get("Resources")
				a.body.Delete("Resources")
				a.body.Set("resources", v)
			}
		}},
		{check: "Q-06", name: "404", reply: func(c *call, a *reply) {
			if lists(c, a) && len(a.resources()) == 0 {
				*a = *failure(404, "", "none")
			}
		}},
		{check: "Q-06", name: "everybody", reply: func(c *call, a *reply) {
			if lists(c, a) && len(a.resources()) == 0 {
				a.body = listOf(scim.NewObject(scim.Member{Name: "id", Value: "1"}))
			}
		}},
		{check: "Q-06", name: "204", reply: func(c *call, a *reply) {
			if lists(c, a) && len(a.resources()) == 0 {
				*a = reply{status: 204}
			}
		}},
		{check: "Q-06", name: "the profile's matching attribute fails", options: profileUsers("nickName"), handler: answer(500, func(c *call) bool { return searching(c, "userName") })},
		{check: "Q-07", name: "case counts", reply: func(c *call, a *reply) {
			if lists(c, a) && searching(c, "SCIMCTL") {
				a.body = listOf()
			}
		}},
		{check: "Q-08", name: "externalId refused", handler: refuse(func(c *call) bool { return searching(c, "externalId") })},
		{check: "Q-08", name: "externalId ignored", impact: breaks, request: filtered(func(f string) string {
			if strings.Contains(f, "externalId") {
				return `userName pr`
			}
			return f
		})},
		{check: "Q-08", name: "e-mail refused", impact: degrades, handler: refuse(func(c *call) bool { return searching(c, "emails") })},
		{check: "Q-08", name: "the profile does not match by it", options: profileUsers("externalId"), impact: degrades, handler: refuse(func(c *call) bool { return searching(c, "externalId") })},
		{check: "Q-08", name: "the profile matches by it", options: func(o *endpoint.Options) { o.Users = mapped(`emails[type eq "work"].value`, "userName") }, handler: refuse(func(c *call) bool { return searching(c, "emails") })},
		{check: "Q-09", name: "refused", handler: refuse(func(c *call) bool { return searching(c, " and ") })},
		{check: "Q-09", name: "second half dropped", request: filtered(func(f string) string {
			first, _, _ := strings.Cut(f, " and ")
			return first
		})},
		{check: "Q-09", name: "taken for or", request: filtered(func(f string) string { return strings.ReplaceAll(f, " and ", " or ") })},
		{check: "Q-10", name: "case counts", handler: refuse(func(c *call) bool { return searching(c, "USERNAME") })},
		{check: "Q-10", name: "URN refused", handler: refuse(func(c *call) bool { return searching(c, scim.UserSchema) })},
		{check: "Q-11", name: "%22 refused", handler: refuse(func(c *call) bool { return strings.Contains(c.URL.RawQuery, "%22") })},
		{check: "Q-11", name: "+ stays", impact: mark("ndn"), handler: refuse(func(c *call) bool { return strings.Contains(c.URL.RawQuery, "userName+eq") })},
		{check: "Q-12", name: "apostrophe fails", handler: answer(500, func(c *call) bool { return searching(c, "'") })},
		{check: "Q-12", name: "+ is a blank", request: filtered(func(f string) string { return strings.ReplaceAll(f, "+", " ") })},
		{check: "Q-12", name: "backslashes lost", impact: degrades, request: filtered(func(f string) string { return strings.ReplaceAll(f, `\\`, "") })},
		{check: "Q-13", name: "refused", handler: refuse(func(c *call) bool { return searching(c, "manager") })},
		{check: "Q-13", name: "always true", request: filtered(func(f string) string {
			first, _, _ := strings.Cut(f, " and manager")
			return first
		})},
		{check: "Q-27", name: "hidden from searches", reply: func(c *call, a *reply) {
			if lists(c, a) {
				for _, o := range a.resources() {
					if v, _ := o.Get("active"); v == false {
						a.body = listOf()
					}
				}
			}
		}},
		{check: "Q-27", name: "hidden by id", reply: func(c *call, a *reply) {
			if a.body == nil || !c.is("GET", "/Users/*") {
				return
			}
			if v, _ := a.body.Get("active"); v == false {
				*a = *failure(404, "", "gone")
			}
		}},
		{check: "Q-28", name: "deleted are disabled only", handler: func(c *call) *reply {
			if c.is(http.MethodDelete, "/Users/*") {
				return &reply{status: 204}
			}
			return nil
		}},
	}
}

// groupFiltered is filtered for groups.
func groupFiltered(change func(filter string) string) func(*call) {
	return func(c *call) {
		if f := c.filter(); f != "" && c.is("GET", "/Groups") {
			c.setQuery("filter", change(f))
		}
	}
}

func queryMoreFaults() []fault {
	drop := func(name string) func(*call) {
		return func(c *call) {
			if c.Method == http.MethodGet {
				c.setQuery(name, "")
			}
		}
	}
	announce := func(feature string) func(*call, *reply) {
		return func(c *call, a *reply) {
			if c.is("GET", "/ServiceProviderConfig") {
				a.body.Set(feature, scim.NewObject(scim.Member{Name: "supported", Value: true}))
			}
		}
	}
	return []fault{
		{check: "Q-14", name: "refused", handler: refuse(func(c *call) bool { return c.is("GET", "/Groups") && strings.Contains(c.filter(), "members") })},
		{check: "Q-14", name: "always true", request: groupFiltered(func(f string) string {
			first, _, _ := strings.Cut(f, " and members")
			return first
		})},
		{check: "Q-15", name: "filter ignored", request: groupFiltered(func(string) string { return "" })},
		{check: "Q-15", name: "404 for none", reply: func(c *call, a *reply) {
			if c.is("GET", "/Groups") && len(a.resources()) == 0 {
				*a = *failure(404, "", "none")
			}
		}},
		{check: "Q-15", name: "400 with excludedAttributes", handler: refuse(func(c *call) bool { return c.URL.Query().Has("excludedAttributes") })},
		{check: "Q-15", name: "case counts", impact: degrades, request: groupFiltered(func(f string) string {
			return strings.ReplaceAll(f, "SCIMCTL", "X")
		})},
		{check: "Q-16", name: "ignored", request: drop("excludedAttributes")},
		{check: "Q-16", name: "refused", impact: breaks, handler: refuse(func(c *call) bool { return c.is("GET", "/Groups/*") && c.URL.Query().Has("excludedAttributes") })},
		{check: "Q-17", name: "attributes ignored", request: drop("attributes")},
		{check: "Q-17", name: "excludedAttributes ignored", request: drop("excludedAttributes")},
		{check: "Q-17", name: "no id", impact: mark("d-d"), reply: func(c *call, a *reply) {
			if c.URL.Query().Has("attributes") {
				for _, o := range a.each() {
					o.Delete("id")
				}
			}
		}},
		{check: "Q-19", name: "startIndex ignored", request: drop("startIndex")},
		{check: "Q-19", name: "count ignored", request: drop("count")},
		{check: "Q-19", name: "counts from 0", request: func(c *call) {
			if start := c.URL.Query().Get("startIndex"); c.is("GET", "/Users") && start != "" {
				n, _ := strconv.Atoi(start)
				c.setQuery("startIndex", strconv.Itoa(n+1))
			}
		}},
		{check: "Q-19", name: "total of the page", reply: func(c *call, a *reply) {
			if lists(c, a) {
				a.body.Set("totalResults", json.Number(strconv.Itoa(len(a.resources()))))
			}
		}},
		{check: "Q-20", name: "count=0 refused", handler: refuse(func(c *call) bool { return c.URL.Query().Get("count") == "0" })},
		{check: "Q-20", name: "startIndex=0 skips", request: func(c *call) {
			if c.URL.Query().Get("startIndex") == "0" {
				c.setQuery("startIndex", "2")
			}
		}},
		{check: "Q-20", name: "404 behind the end", handler: answer(404, func(c *call) bool { return c.URL.Query().Get("startIndex") == "100" })},
		{check: "Q-21", name: "fails", handler: answer(500, func(c *call) bool { return c.URL.Query().Get("count") == "1000000" })},
		{check: "Q-22", name: "no sw", handler: refuse(func(c *call) bool { return searching(c, " sw ") })},
		{check: "Q-22", name: "or is and", request: filtered(func(f string) string { return strings.ReplaceAll(f, " or ", " and ") })},
		{check: "Q-22", name: "pr is always true", request: filtered(func(f string) string { return strings.ReplaceAll(f, "nickName pr", "userName pr") })},
		{check: "Q-23", name: "500", reply: func(c *call, a *reply) {
			if c.filter() != "" && a.status == 400 {
				*a = *failure(500, "", "parse error")
			}
		}},
		{check: "Q-23", name: "ignored", reply: func(c *call, a *reply) {
			if c.filter() != "" && a.status == 400 {
				*a = reply{status: 200, header: a.header, body: listOf()}
			}
		}},
		{check: "Q-23", name: "no scimType", impact: mark("--d"), reply: func(c *call, a *reply) {
			if a.status == 400 {
				a.body.Delete("scimType")
			}
		}},
		{check: "Q-25", name: "announced only", reply: announce("sort")},
		{check: "Q-26", name: "finds nothing", handler: func(c *call) *reply {
			if c.is("POST", "/Users/.search") {
				return &reply{status: 200, body: listOf()}
			}
			return nil
		}},
		{check: "Q-30", name: "fails on a percent sign", handler: answer(500, func(c *call) bool { return strings.Contains(c.URL.Path, "50%") })},
	}
}
