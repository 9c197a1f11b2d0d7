package endpoint_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim"
)

// withBulk adds bulk requests to a target: POST operations, in order, with references
// to what was made before.
func withBulk(next http.Handler) http.Handler {
	f := fault{
		reply: func(c *call, a *reply) {
			if c.is("GET", "/ServiceProviderConfig") {
				a.body.Set("bulk", scim.NewObject(scim.Member{Name: "supported", Value: true}))
			}
		},
		handler: func(c *call) *reply {
			if !c.is("POST", "/Bulk") {
				return nil
			}
			ids := strings.NewReplacer()
			var pairs []string
			var done []any
			for _, item := range c.body.Lookup(scim.Path{Attribute: "Operations"}) {
				o := item.(*scim.Object)
				data, _ := o.Get("data")
				raw, _ := data.(*scim.Object).AppendJSON(nil)
				r := httptest.NewRequest(o.Text("method"), "/scim/v2"+o.Text("path"), strings.NewReader(ids.Replace(string(raw))))
				r.Header = c.Header.Clone()
				rec := httptest.NewRecorder()
				next.ServeHTTP(rec, r)
				made, _ := scim.ParseObject(rec.Body.Bytes())
				pairs = append(pairs, "bulkId:"+o.Text("bulkId"), made.ID())
				ids = strings.NewReplacer(pairs...)
				done = append(done, scim.NewObject(scim.Member{Name: "method", Value: o.Text("method")}, scim.Member{Name: "bulkId", Value: o.Text("bulkId")},
					scim.Member{Name: "location", Value: rec.Header().Get("Location")}, scim.Member{Name: "status", Value: strconv.Itoa(rec.Code)}))
			}
			return &reply{status: 200, body: scim.NewObject(
				scim.Member{Name: "schemas", Value: []any{"urn:ietf:params:scim:api:messages:2.0:BulkResponse"}}, scim.Member{Name: "Operations", Value: done})}
		},
	}
	return f.wrap(next)
}

// TestBulkOffered passes on a server that does bulk requests, and leaves nothing.
func TestBulkOffered(t *testing.T) {
	url, s := target(t, withBulk)
	report := test(t, endpoint.Options{URL: url, Only: []string{"B-01", "B-02"}})
	for _, r := range report.Results {
		if r.Status != endpoint.Pass {
			t.Errorf("%s %s %s: %+v", r.Check.ID, r.Status, r.Reason, r.Failed())
		}
	}
	if state := s.State(); len(state.Users)+len(state.Groups) > 0 {
		t.Errorf("%d users and %d groups are left", len(state.Users), len(state.Groups))
	}
}

func optionalFaults() []fault {
	operations := func(c *call, a *reply) []*scim.Object {
		if !c.is("POST", "/Bulk") || a.body == nil {
			return nil
		}
		var list []*scim.Object
		for _, item := range a.body.Lookup(scim.Path{Attribute: "Operations"}) {
			list = append(list, item.(*scim.Object))
		}
		return list
	}
	return []fault{
		{check: "B-01", name: "announced only", reply: func(c *call, a *reply) {
			if c.is("GET", "/ServiceProviderConfig") {
				a.body.Set("bulk", scim.NewObject(scim.Member{Name: "supported", Value: true}))
			}
		}},
		{check: "B-01", name: "no bulkId", under: withBulk, reply: func(c *call, a *reply) {
			for _, o := range operations(c, a) {
				o.Delete("bulkId")
			}
		}},
		{check: "B-02", name: "stops", under: withBulk, reply: func(c *call, a *reply) {
			if list := operations(c, a); len(list) > 1 {
				a.body.Set("Operations", []any{list[0]})
			}
		}},
		{check: "B-03", name: "fails", reply: func(c *call, a *reply) {
			if a.status == 501 {
				*a = *failure(500, "", "oops")
			}
		}},
		{check: "B-04", name: "no address", handler: func(c *call) *reply {
			if c.is("GET", "/Me") {
				return &reply{status: 200, body: scim.NewObject(scim.Member{Name: "schemas", Value: []any{scim.UserSchema}}, scim.Member{Name: "id", Value: "1"})}
			}
			return nil
		}},
		{check: "B-05", name: "If-Match ignored", request: func(c *call) { c.Header.Del("If-Match") }},
		{check: "B-05", name: "If-None-Match ignored", request: func(c *call) { c.Header.Del("If-None-Match") }},
		{check: "B-05", name: "no ETag", reply: func(c *call, a *reply) { a.header.Del("ETag") }},
		{check: "B-05", name: "another than meta.version", reply: func(c *call, a *reply) {
			if a.body != nil && a.header.Get("ETag") != "" && c.is("GET", "/Users/*") {
				a.body.Set("meta", scim.NewObject(scim.Member{Name: "version", Value: "1"}))
			}
		}},
	}
}
