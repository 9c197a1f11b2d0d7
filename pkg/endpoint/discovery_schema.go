package endpoint

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func schemaChecks() []Check {
	return []Check{
		{
			ID: "D-08", Title: "/Schemas lists the schemas of users and groups", Group: Discovery, Suites: Core | EntraSuite | RFCSuite, Impact: Impact{Entra: Degrades, Okta: Note, RFC: Degrades},
			Why:    "For applications of the gallery Entra reads this list when a configuration is saved, and offers the attributes that it finds.",
			Fix:    "Answer GET /Schemas with a ListResponse of the schemas, each with id, name and attributes.",
			Source: "endpoint_checks D-08; entra_wire W-09; RFC 7644 §4; RFC 7643 §7", Run: schemaList,
		},
		{
			ID: "D-09", Title: "one schema can be read by its URN", Group: Discovery, Suites: RFCSuite, Impact: rfcOnly,
			Why:    "The address stands in the schema's own meta.location.",
			Fix:    "Answer GET /Schemas/{urn} with the schema, and an unknown URN with 404 and a SCIM error.",
			Source: "endpoint_checks D-09; RFC 7644 §4", Run: oneSchema,
		},
		{
			ID: "D-11", Title: "schemas of messages are not listed", Group: Discovery, Suites: RFCSuite, Impact: rfcOnly,
			Why:    "ListResponse, PatchOp and Error are forms of messages and not of resources.",
			Fix:    "Leave URNs of urn:ietf:params:scim:api:messages out of /Schemas.",
			Source: "endpoint_checks D-11; RFC 7644 §3.1", Run: noMessageSchemas,
		},
		{
			ID: "D-13", Title: "schema documents are spelled as Entra reads them", Group: Discovery, Suites: EntraSuite | RFCSuite, Impact: Impact{Entra: Degrades, RFC: Degrades},
			Why:    "Entra's discovery of attributes asks for documents without nulls, with names and values in camelCase, and mutability spelled readWrite.",
			Fix:    "Leave members without a value out; write readOnly, readWrite, immutable, writeOnly; always, never, default, request; none, server, global.",
			Source: "endpoint_checks D-13; RFC 7643 §7", Run: schemaSpelling,
		},
		{
			ID: "D-14", Title: "nothing in the schemas irritates Microsoft's validator", Group: Discovery, Suites: EntraSuite, Impact: Impact{Entra: Note},
			Why:    "Microsoft's SCIM validator was seen to fail over password, emails.display and emails.primary in a schema. Entra itself does not mind.",
			Fix:    "Leave them out of /Schemas while the validator runs, if its result matters to you.",
			Source: "endpoint_checks D-14, §4.14", Run: validatorFriendly,
		},
		{
			ID: "D-15", Title: "the profile's target attributes are in the schemas and fit", Group: Discovery, Suites: Core | EntraSuite, Impact: Impact{Entra: Degrades, Okta: Degrades},
			Why:    "An attribute that the server does not know is dropped or refused; one of another type, or read-only, cannot be provisioned.",
			Fix:    "Add the attribute to the server's schema, or take it out of the profile's mappings.",
			Source: "endpoint_checks D-15", Run: targetsInSchemas,
		},
		{
			ID: "D-16", Title: "the schemas are those of an earlier run", Group: Discovery, Suites: Core, Impact: noteAll,
			Why:    "A changed schema explains why provisioning behaves otherwise than it did.",
			Fix:    "Compare the two documents, and run the other checks with the new one.",
			Source: "endpoint_checks D-16", Run: sameSchemas,
		},
		{
			ID: "D-17", Title: "schema definitions are legal", Group: Discovery, Suites: RFCSuite, Impact: rfcOnly,
			Why:    "Clients that build forms or mappings from the schemas stop at types that SCIM does not have.",
			Fix:    "Use the types of RFC 7643 §2.3, names of letters, digits, - and _, and no complex attribute inside another.",
			Source: "endpoint_checks D-17; RFC 7643 §2.1, §2.3", Run: legalSchemas,
		},
	}
}

// needSchemas reads the schemas for checks that look into them.
func (p *Probe) needSchemas(ctx context.Context) []*scim.Object {
	list, problem := p.do(ctx, get("Schemas")).List()
	if problem != "" {
		p.block("/Schemas cannot be read: %s", problem)
	}
	return list.Resources
}

func schemaList(ctx context.Context, p *Probe) {
	list := p.mustList(p.do(ctx, get("Schemas")))
	ids := map[string]bool{}
	for _, s := range list.Resources {
		ids[strings.ToLower(s.ID())] = true
		p.expect(s.ID() != "", "each schema has an id", "one is %s", show(s))
		v, _ := s.Get("attributes")
		_, ok := v.([]any)
		p.as(rfcOnly).expect(ok, "each schema has attributes", "those of %s are %s", s.ID(), show(v))
	}
	p.expect(ids[strings.ToLower(scim.UserSchema)], "/Schemas has "+scim.UserSchema, "it is not there")
	if !p.runner.facts.noGroups && !p.runner.options.NoGroups {
		p.expect(ids[strings.ToLower(scim.GroupSchema)], "/Schemas has "+scim.GroupSchema, "it is not there")
	}
	p.as(Impact{Entra: Note}).expect(ids[strings.ToLower(scim.EnterpriseUserSchema)], "/Schemas has "+scim.EnterpriseUserSchema, "it is not there, and Entra sends it with each user")
}

func oneSchema(ctx context.Context, p *Probe) {
	for _, s := range p.needSchemas(ctx) {
		a := p.do(ctx, one(http.MethodGet, "Schemas", s.ID()))
		p.expect(a.Is(http.StatusOK) && strings.EqualFold(a.ID(), s.ID()), "GET /Schemas/"+s.ID()+" answers 200 with the schema", "%s", a.Says())
	}
	p.isError(p.do(ctx, one(http.MethodGet, "Schemas", "urn:ietf:params:scim:schemas:"+p.newName())), http.StatusNotFound)
}

func noMessageSchemas(ctx context.Context, p *Probe) {
	for _, s := range p.needSchemas(ctx) {
		p.expect(!strings.Contains(strings.ToLower(s.ID()), ":api:messages:"), "/Schemas has schemas of resources only", "it has %s", s.ID())
	}
}

// eachAttribute calls f for each attribute and sub-attribute of a schema document,
// with its path and depth from 1. Depth is bounded by that of JSON.
func eachAttribute(schema *scim.Object, f func(path string, depth int, a *scim.Object)) {
	var walk func(prefix, member string, depth int, o *scim.Object)
	walk = func(prefix, member string, depth int, o *scim.Object) {
		v, _ := o.Get(member)
		list, _ := v.([]any)
		for _, item := range list {
			if a, ok := item.(*scim.Object); ok {
				path := prefix + a.Text("name")
				f(path, depth, a)
				walk(path+".", "subAttributes", depth+1, a)
			}
		}
	}
	walk("", "attributes", 1, schema)
}

// characteristics are the values that RFC 7643 §7 lets a definition have.
var characteristics = []struct {
	name   string
	values []string
}{
	{"mutability", []string{"readOnly", "readWrite", "immutable", "writeOnly"}},
	{"returned", []string{"always", "never", "default", "request"}},
	{"uniqueness", []string{"none", "server", "global"}},
}

func schemaSpelling(ctx context.Context, p *Probe) {
	for _, s := range p.needSchemas(ctx) {
		at := hasNull(s, s.ID())
		p.expect(at == "", "schema documents have no nulls", "%s is null", at)
		eachAttribute(s, func(path string, _ int, a *scim.Object) {
			for _, c := range characteristics {
				v, given := a.Get(c.name)
				text, _ := v.(string)
				p.expect(!given || v == nil || slices.Contains(c.values, text), c.name+" is one of "+strings.Join(c.values, ", "),
					"that of %s in %s is %s", path, s.ID(), show(v))
			}
		})
	}
}

// hasNull returns the place of a null, "" when there is none.
func hasNull(v any, at string) string {
	switch v := v.(type) {
	case nil:
		return at
	case *scim.Object:
		for _, m := range v.Members() {
			if found := hasNull(m.Value, at+"."+m.Name); found != "" {
				return found
			}
		}
	case []any:
		for _, item := range v {
			if o, ok := item.(*scim.Object); ok && o.Text("name") != "" {
				if found := hasNull(o, at+"."+o.Text("name")); found != "" {
					return found
				}
				continue
			}
			if found := hasNull(item, at); found != "" {
				return found
			}
		}
	}
	return ""
}

func validatorFriendly(ctx context.Context, p *Probe) {
	for _, s := range p.needSchemas(ctx) {
		if !strings.EqualFold(s.ID(), scim.UserSchema) {
			continue
		}
		found := map[string]bool{}
		eachAttribute(s, func(path string, _ int, _ *scim.Object) { found[strings.ToLower(path)] = true })
		for _, path := range []string{"password", "emails.display", "emails.primary"} {
			p.expect(!found[path], "the user schema has no "+path, "it has; the validator complains, Entra does not")
		}
		return
	}
	p.block("/Schemas has no %s", scim.UserSchema)
}

func targetsInSchemas(ctx context.Context, p *Probe) {
	o := p.runner.options
	if o.Users == nil && o.Groups == nil {
		p.end(Excluded, "no profile is given, so there are no target attributes to look for")
	}
	schemas := p.needSchemas(ctx)
	if o.Users != nil {
		p.inSchemas(schemas, p.runner.users, scim.UserSchema)
	}
	if o.Groups != nil && !o.NoGroups {
		p.inSchemas(schemas, p.runner.groups, scim.GroupSchema)
	}
}

// inSchemas claims that each target is defined, can be written and has the right type.
func (p *Probe) inSchemas(schemas []*scim.Object, list targets, core string) {
	for _, t := range list {
		if t.is("externalId") || t.is("id") || t.is("schemas") {
			continue // no schema lists the common attributes
		}
		urn := core
		if !t.Path.IsCore() {
			urn = t.Path.URN
		}
		i := slices.IndexFunc(schemas, func(s *scim.Object) bool { return strings.EqualFold(s.ID(), urn) })
		if !p.expect(i >= 0, "/Schemas has "+urn+", which "+t.Name+" is of", "it is not there") {
			continue
		}
		var found *scim.Object
		defined := false
		eachAttribute(schemas[i], func(path string, depth int, a *scim.Object) {
			defined = true
			if depth == 1 && strings.EqualFold(path, t.Path.Attribute) || depth == 2 && strings.EqualFold(path, t.Path.Attribute+"."+t.Path.Sub) {
				found = a // the sub-attribute comes after its owner
			}
		})
		if !defined {
			continue // a schema without definitions leaves everything open
		}
		if !p.expect(found != nil, "the schema "+urn+" defines "+t.Name, "it does not") {
			continue
		}
		p.expect(found.Text("mutability") != "readOnly", t.Name+" can be written", "its mutability is readOnly")
		kind := found.Text("type")
		p.expect(fitsType(t, kind), t.Name+" has a type that takes its values", "its type is %s", kind)
		multi, _ := found.Get("multiValued")
		p.expect(!t.Multi || multi == true, t.Name+" takes several values", "it is not multi-valued")
	}
}

// fitsType reports whether values of a target fit the type of a definition. A whole
// complex attribute takes references and, as its value, texts.
func fitsType(t target, kind string) bool {
	switch t.Type {
	case scim.BooleanValue:
		return kind == "boolean" || kind == "string"
	case scim.IntegerValue:
		return kind == "integer" || kind == "decimal"
	case scim.DateTimeValue:
		return kind == "dateTime" || kind == "string"
	case scim.ReferenceValue:
		return kind == "complex" || kind == "string" || kind == "reference"
	}
	return kind != "boolean" && kind != "integer" && kind != "decimal"
}

func sameSchemas(ctx context.Context, p *Probe) {
	before := p.runner.options.Fingerprint
	if before == "" {
		p.end(Excluded, "no fingerprint of an earlier run is given")
	}
	now := fingerprint(p.needSchemas(ctx))
	p.expect(now == before, "the fingerprint of /Schemas is "+before, "it is %s", now)
}

// fingerprint is equal for schemas that define the same, in whatever order.
func fingerprint(schemas []*scim.Object) string {
	if len(schemas) == 0 {
		return ""
	}
	var lines []string
	for _, s := range schemas {
		lines = append(lines, s.ID())
		eachAttribute(s, func(path string, _ int, a *scim.Object) {
			line := s.ID() + " " + path
			for _, name := range []string{"type", "multiValued", "required", "caseExact", "mutability", "returned", "uniqueness"} {
				line += " " + showMember(a, name)
			}
			lines = append(lines, line)
		})
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:8])
}

// legalName is an attribute name. Source: RFC 7643 §2.1; $ref is one of its own.
var legalName = regexp.MustCompile(`^(\$ref|[A-Za-z][A-Za-z0-9$_-]*)$`)

func legalSchemas(ctx context.Context, p *Probe) {
	types := []string{"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"}
	for _, s := range p.needSchemas(ctx) {
		eachAttribute(s, func(path string, depth int, a *scim.Object) {
			p.expect(legalName.MatchString(a.Text("name")), "attribute names are legal", "%s has %q", s.ID(), a.Text("name"))
			kind := a.Text("type")
			p.expect(slices.Contains(types, kind), "types are those of SCIM", "that of %s in %s is %q", path, s.ID(), kind)
			p.expect(depth == 1 || kind != "complex", "no complex attribute is inside another", "%s in %s is", path, s.ID())
		})
	}
}
