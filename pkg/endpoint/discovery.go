package endpoint

import (
	"context"
	"net/http"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func discoveryChecks() []Check {
	note := Impact{Entra: Note, Okta: Note, RFC: Degrades}
	return []Check{
		{
			ID: "D-01", Title: "/ServiceProviderConfig describes the server", Group: Discovery, Suites: Core | RFCSuite, Impact: note,
			Why:    "Clients read here what the server can do. Entra and Okta do not ask for it when they provision.",
			Fix:    "Answer GET /ServiceProviderConfig with 200 and a document of the schema " + scim.ServiceProviderConfigSchema + ".",
			Source: "endpoint_checks D-01; RFC 7644 §4; RFC 7643 §5", Run: providerConfig,
		},
		{
			ID: "D-02", Title: "/ServiceProviderConfig announces PATCH", Group: Discovery, Suites: Core | EntraSuite, Impact: Impact{Entra: Degrades},
			Why:    "Entra changes users and groups by PATCH alone. It does not read the announcement, but validators and people do.",
			Fix:    "Support PATCH, and set patch.supported to true.",
			Source: "endpoint_checks D-02; entra_wire W-30, W-32", Run: announcesPatch,
		},
		{
			ID: "D-03", Title: "/ServiceProviderConfig lists authentication schemes", Group: Discovery, Suites: RFCSuite, Impact: rfcOnly,
			Why:    "The list is required, and tells a client how to sign in; it should be readable before that.",
			Fix:    "List at least one of authenticationSchemes with type, name and description.",
			Source: "endpoint_checks D-03; RFC 7643 §5; RFC 7644 §4", Run: authenticationSchemes,
		},
		{
			ID: "D-04", Title: "bulk limits are given where bulk is announced", Group: Discovery, Suites: RFCSuite | OptSuite, Impact: rfcOnly,
			Why:    "A client cannot size a bulk request without them.",
			Fix:    "Give bulk.maxOperations and bulk.maxPayloadSize as whole numbers.",
			Source: "endpoint_checks D-04; RFC 7643 §5", Run: bulkLimits,
		},
		{
			ID: "D-05", Title: "/ResourceTypes lists complete resource types", Group: Discovery, Suites: Core | RFCSuite, Impact: note,
			Why:    "Name, endpoint and schema of each type are where discovery begins.",
			Fix:    "Answer GET /ResourceTypes with a ListResponse; give each entry a name, an endpoint and a schema.",
			Source: "endpoint_checks D-05; RFC 7644 §4; RFC 7643 §6", Run: resourceTypes,
		},
		{
			ID: "D-06", Title: "one resource type can be read by its id", Group: Discovery, Suites: RFCSuite, Impact: rfcOnly,
			Why:    "The address stands in the entry's own meta.location.",
			Fix:    "Answer GET /ResourceTypes/User with the entry, and an unknown id with 404 and a SCIM error.",
			Source: "endpoint_checks D-06; RFC 7644 §4", Run: oneResourceType,
		},
		{
			ID: "D-07", Title: "the schemas of all resource types are in /Schemas", Group: Discovery, Suites: RFCSuite, Impact: rfcOnly,
			Why:    "A client that follows a resource type to its schemas finds nothing otherwise.",
			Fix:    "List in /Schemas each schema and extension that /ResourceTypes names.",
			Source: "endpoint_checks D-07; RFC 7643 §6", Run: namedSchemas,
		},
		{
			ID: "D-10", Title: "discovery documents cannot be written", Group: Discovery, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "They are read-only; anything but GET is a mistake that should show as one.",
			Fix:    "Answer POST, PUT, PATCH and DELETE on discovery addresses with 405.",
			Source: "endpoint_checks D-10; RFC 7644 §4", Run: readOnlyDiscovery,
		},
		{
			ID: "D-12", Title: "discovery ignores or refuses filters", Group: Discovery, Suites: RFCSuite, Impact: rfcOnly,
			Why:    "Discovery documents are lists that are always whole. A filter is answered 403, other parameters are ignored.",
			Fix:    "Answer a filter on a discovery address with 403, and ignore sortBy, startIndex and count.",
			Source: "endpoint_checks D-12; RFC 7644 §4", Run: unfilteredDiscovery,
		},
	}
}

// needConfig reads ServiceProviderConfig for checks that look into it.
func (p *Probe) needConfig(ctx context.Context) *answer {
	a := p.do(ctx, get("ServiceProviderConfig"))
	if !a.Is(http.StatusOK) || a.Object() == nil {
		p.block("/ServiceProviderConfig cannot be read: %s", a.Says())
	}
	return a
}

// needTypes reads the resource types.
func (p *Probe) needTypes(ctx context.Context) []*scim.Object {
	list, problem := p.do(ctx, get("ResourceTypes")).List()
	if problem != "" {
		p.block("/ResourceTypes cannot be read: %s", problem)
	}
	return list.Resources
}

func providerConfig(ctx context.Context, p *Probe) {
	a := p.do(ctx, get("ServiceProviderConfig"))
	p.mustAnswer(a, http.StatusOK)
	p.must(a.Object() != nil, "the answer is a JSON object", "%s", a.Says())
	p.expect(hasSchema(a.Object(), scim.ServiceProviderConfigSchema), "schemas lists "+scim.ServiceProviderConfigSchema, "schemas is %s", showMember(a.Object(), "schemas"))
	for _, feature := range []string{"patch", "bulk", "filter", "changePassword", "sort", "etag"} {
		v, _ := a.Get(feature + ".supported")
		_, ok := v.(bool)
		p.as(rfcOnly).expect(ok, feature+".supported is true or false", "it is %s", show(v))
	}
}

func showMember(o *scim.Object, name string) string {
	v, ok := o.Get(name)
	if !ok {
		return "missing"
	}
	return show(v)
}

func announcesPatch(ctx context.Context, p *Probe) {
	v, _ := p.needConfig(ctx).Get("patch.supported")
	p.expect(v == true, "patch.supported is true", "it is %s", show(v))
}

func authenticationSchemes(ctx context.Context, p *Probe) {
	a := p.needConfig(ctx)
	v, _ := a.Object().Get("authenticationSchemes")
	list, _ := v.([]any)
	p.must(len(list) > 0, "authenticationSchemes has an entry", "it is %s", show(v))
	for _, item := range list {
		scheme, _ := item.(*scim.Object)
		for _, name := range []string{"type", "name", "description"} {
			p.expect(scheme.Text(name) != "", "each authentication scheme has a "+name, "one is %s", show(item))
		}
	}
	if p.runner.options.Token == "" {
		return
	}
	r := get("ServiceProviderConfig")
	r.NoToken = true
	anonymous := p.do(ctx, r)
	p.as(Impact{RFC: Note}).expect(anonymous.Is(http.StatusOK), "/ServiceProviderConfig can be read without a token", "%s", anonymous.Says())
}

func bulkLimits(ctx context.Context, p *Probe) {
	a := p.needConfig(ctx)
	if v, _ := a.Get("bulk.supported"); v != true {
		p.notOffered("bulk is not announced")
	}
	v, _ := a.Object().Get("bulk")
	bulk, _ := v.(*scim.Object)
	for _, name := range []string{"maxOperations", "maxPayloadSize"} {
		n, ok := number(bulk, name)
		p.expect(ok && n > 0, "bulk."+name+" is a whole number above zero", "it is %s", showMember(bulk, name))
	}
}

func resourceTypes(ctx context.Context, p *Probe) {
	list := p.mustList(p.do(ctx, get("ResourceTypes")))
	user := false
	for _, t := range list.Resources {
		for _, name := range []string{"name", "endpoint", "schema"} {
			p.expect(t.Text(name) != "", "each resource type has a "+name, "one is %s", show(t))
		}
		user = user || strings.EqualFold(t.Text("schema"), scim.UserSchema)
	}
	p.expect(user, "a resource type has the schema "+scim.UserSchema, "none of %d has", len(list.Resources))
}

func oneResourceType(ctx context.Context, p *Probe) {
	for _, t := range p.needTypes(ctx) {
		id := or(t.ID(), t.Text("name"))
		a := p.do(ctx, one(http.MethodGet, "ResourceTypes", id))
		p.expect(a.Is(http.StatusOK) && a.Text("schema") == t.Text("schema"), "GET /ResourceTypes/"+id+" answers 200 with the entry", "%s", a.Says())
	}
	p.isError(p.do(ctx, one(http.MethodGet, "ResourceTypes", p.newName())), http.StatusNotFound)
}

func namedSchemas(ctx context.Context, p *Probe) {
	types := p.needTypes(ctx)
	known := map[string]bool{}
	for _, s := range p.needSchemas(ctx) {
		known[strings.ToLower(s.ID())] = true
	}
	for _, t := range types {
		p.expect(known[strings.ToLower(t.Text("schema"))], "/Schemas has "+t.Text("schema"), "it is not there")
		v, _ := t.Get("schemaExtensions")
		list, _ := v.([]any)
		for _, item := range list {
			e, _ := item.(*scim.Object)
			p.expect(known[strings.ToLower(e.Text("schema"))], "/Schemas has "+e.Text("schema"), "it is not there")
		}
	}
}

// discoveryPaths are those of the three documents.
var discoveryPaths = []string{"ServiceProviderConfig", "ResourceTypes", "Schemas"}

func readOnlyDiscovery(ctx context.Context, p *Probe) {
	for _, path := range discoveryPaths {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			r := request{Method: method, Path: []string{path}}
			if method != http.MethodDelete {
				r.Body = scim.NewObject(scim.Member{Name: "schemas", Value: []any{}})
			}
			a := p.do(ctx, r)
			if p.expect(a.Err == nil && a.Status >= 400 && (a.Status < 500 || a.Status == http.StatusNotImplemented), a.request.where()+" is refused", "%s", a.Says()) {
				p.as(Impact{RFC: Note}).answers(a, http.StatusMethodNotAllowed)
			}
		}
	}
}

func unfilteredDiscovery(ctx context.Context, p *Probe) {
	for _, path := range discoveryPaths {
		if whole := p.do(ctx, get(path)); !whole.Is(http.StatusOK) {
			continue // D-01, D-05 and D-08 are about that
		}
		a := p.do(ctx, get(path, scim.Param{Name: "filter", Value: `id eq "` + p.newName() + `"`}))
		list, _ := a.List()
		whole := a.Is(http.StatusOK) && (path == "ServiceProviderConfig" || len(list.Resources) > 0)
		p.expect(whole || a.Is(http.StatusForbidden), a.request.where()+" with a filter answers 403, or everything", "%s", a.Says())
		a = p.do(ctx, get(path, scim.Param{Name: "startIndex", Value: "1000"}, scim.Param{Name: "count", Value: "0"}, scim.Param{Name: "sortBy", Value: "id"}))
		list, _ = a.List()
		p.as(Impact{RFC: Note}).expect(a.Is(http.StatusOK) && (path == "ServiceProviderConfig" || len(list.Resources) > 0),
			a.request.where()+" ignores paging and sorting", "%s", a.Says())
	}
	if len(p.result.Claims) == 0 {
		p.block("no discovery document can be read")
	}
}
