package endpoint_test

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

// schemaOf returns the schema document of a URN in an answer of /Schemas.
func (a *reply) schemaOf(urn string) *scim.Object {
	for _, o := range a.each() {
		if o.ID() == urn {
			return o
		}
	}
	return scim.NewObject()
}

// definition returns an attribute's definition in a schema document.
func definition(schema *scim.Object, name string) *scim.Object {
	v, _ := schema.Get("attributes")
	list, _ := v.([]any)
	for _, item := range list {
		if a := item.(*scim.Object); a.Text("name") == name {
			return a
		}
	}
	return scim.NewObject()
}

// without drops the resources of a list that keep does not hold for.
func (a *reply) without(drop func(*scim.Object) bool) {
	kept := []any{}
	for _, o := range a.resources() {
		if !drop(o) {
			kept = append(kept, o)
		}
	}
	a.body.Set("Resources", kept)
}

func discoveryFaults() []fault {
	onReply := func(path string, change func(a *reply)) func(*call, *reply) {
		return func(c *call, a *reply) {
			if c.is("GET", path) && a.body != nil {
				change(a)
			}
		}
	}
	noteDegrades := endpoint.Impact{RFC: endpoint.Degrades}
	return []fault{
		{check: "D-01", name: "missing", handler: func(c *call) *reply {
			if c.is("", "/ServiceProviderConfig") {
				return failure(404, "", "nothing here")
			}
			return nil
		}},
		{check: "D-01", name: "wrong schema", reply: onReply("/ServiceProviderConfig", func(a *reply) { a.body.Set("schemas", []any{scim.UserSchema}) })},
		{check: "D-01", name: "supported as text", impact: noteDegrades, reply: onReply("/ServiceProviderConfig", func(a *reply) {
			a.body.Set("patch", scim.NewObject(scim.Member{Name: "supported", Value: "true"}))
		})},
		{check: "D-02", name: "no PATCH", reply: onReply("/ServiceProviderConfig", func(a *reply) {
			a.body.Set("patch", scim.NewObject(scim.Member{Name: "supported", Value: false}))
		})},
		{check: "D-03", name: "no schemes", reply: onReply("/ServiceProviderConfig", func(a *reply) { a.body.Set("authenticationSchemes", []any{}) })},
		{check: "D-04", name: "bulk without limits", reply: onReply("/ServiceProviderConfig", func(a *reply) {
			a.body.Set("bulk", scim.NewObject(scim.Member{Name: "supported", Value: true}))
		})},
		{check: "D-05", name: "bare array", reply: onReply("/ResourceTypes", func(a *reply) { a.body, a.raw = nil, []byte("[]") })},
		{check: "D-05", name: "entries without endpoint", reply: onReply("/ResourceTypes", func(a *reply) {
			for _, o := range a.resources() {
				o.Delete("endpoint")
			}
		})},
		{check: "D-06", name: "entry missing", handler: func(c *call) *reply {
			if c.is("GET", "/ResourceTypes/*") {
				return failure(404, "", "nothing here")
			}
			return nil
		}},
		{check: "D-06", name: "unknown id is a success", handler: func(c *call) *reply {
			if c.is("GET", "/ResourceTypes/*") && strings.HasPrefix(c.id(), endpoint.Mark) {
				return &reply{status: 200, body: scim.NewObject()}
			}
			return nil
		}},
		{check: "D-07", name: "extension not listed", reply: onReply("/Schemas", func(a *reply) {
			a.without(func(o *scim.Object) bool { return o.ID() == extension })
		})},
		{check: "D-08", name: "no user schema", reply: onReply("/Schemas", func(a *reply) {
			a.without(func(o *scim.Object) bool { return o.ID() == scim.UserSchema })
		})},
		{check: "D-08", name: "404", handler: func(c *call) *reply {
			if c.is("GET", "/Schemas") {
				return page(404)
			}
			return nil
		}},
		{check: "D-09", name: "no single schema", handler: func(c *call) *reply {
			if c.is("GET", "/Schemas/*") {
				return failure(404, "", "nothing here")
			}
			return nil
		}},
		{check: "D-10", name: "accepts everything", handler: func(c *call) *reply {
			if c.Method != http.MethodGet && c.is("", "/Schemas") {
				return &reply{status: 204}
			}
			return nil
		}},
		{check: "D-11", name: "lists messages", reply: onReply("/Schemas", func(a *reply) {
			a.resources()[0].Set("id", scim.PatchOpSchema)
		})},
		{check: "D-12", name: "filters", reply: func(c *call, a *reply) {
			if c.is("GET", "/Schemas") && c.filter() != "" {
				*a = reply{status: 200, header: a.header, body: scim.NewObject(scim.Member{Name: "schemas", Value: []any{scim.ListResponseSchema}},
					scim.Member{Name: "totalResults", Value: json.Number("0")}, scim.Member{Name: "Resources", Value: []any{}})}
			}
		}},
		{check: "D-13", name: "nulls", reply: onReply("/Schemas", func(a *reply) { definition(a.schemaOf(scim.UserSchema), "title").Set("canonicalValues", nil) })},
		{check: "D-13", name: "readwrite", reply: onReply("/Schemas", func(a *reply) {
			definition(a.schemaOf(scim.UserSchema), "title").Set("mutability", "readwrite")
		})},
		{check: "D-15", name: "target not there", options: profileUsers("nickName"), reply: onReply("/Schemas", func(a *reply) {
			definition(a.schemaOf(scim.UserSchema), "nickName").Set("name", "nick")
		})},
		{check: "D-15", name: "target is read-only", options: profileUsers("nickName"), reply: onReply("/Schemas", func(a *reply) {
			definition(a.schemaOf(scim.UserSchema), "nickName").Set("mutability", "readOnly")
		})},
		{check: "D-15", name: "target of another type", options: profileUsers("nickName"), reply: onReply("/Schemas", func(a *reply) {
			definition(a.schemaOf(scim.UserSchema), "nickName").Set("type", "boolean")
		})},
		{check: "D-16", name: "changed", options: func(o *endpoint.Options) { o.Fingerprint = "0123456789abcdef" }, impact: endpoint.Impact{Entra: endpoint.Note, Okta: endpoint.Note, RFC: endpoint.Note}},
		{check: "D-17", name: "unknown type", reply: onReply("/Schemas", func(a *reply) { definition(a.schemaOf(scim.UserSchema), "title").Set("type", "text") })},
	}
}

// profileUsers makes a run with a profile that maps userName and more attributes.
func profileUsers(names ...string) func(*endpoint.Options) {
	return func(o *endpoint.Options) {
		m := &mapping.ObjectMapping{Name: "users"}
		for i, name := range append([]string{"userName"}, names...) {
			a := mapping.Attribute{}
			a.Target.Value = name
			if i == 0 {
				a.Match = 1
			}
			m.Attributes = append(m.Attributes, a)
		}
		o.Users = m
	}
}
