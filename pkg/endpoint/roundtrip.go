package endpoint

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func roundTripChecks() []Check {
	return []Check{
		{
			ID: "R-01", Title: "values of each data type survive", Group: RoundTrip, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "What the schema promises to keep must come back as the same value, of the same JSON type.",
			Fix:    "Store booleans, numbers, times, references and binary values as what they are.",
			Source: "endpoint_checks R-01; RFC 7643 §2.3", Run: dataTypes,
		},
		{
			ID: "R-02", Title: "read-only attributes of the schema cannot be written", Group: RoundTrip, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "The schema says who may write an attribute.",
			Fix:    "Ignore attributes in requests whose mutability is readOnly.",
			Source: "endpoint_checks R-02; RFC 7643 §2.2, §7", Run: mutability,
		},
		{
			ID: "R-03", Title: "returned of the schema is kept", Group: RoundTrip, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "An attribute that is never returned must not be, one that is always returned must be there whatever is asked for.",
			Fix:    "Apply the characteristic returned to each answer.",
			Source: "endpoint_checks R-03; RFC 7643 §2.2, §7", Run: returned,
		},
		{
			ID: "R-04", Title: "required attributes are in every answer", Group: RoundTrip, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "An attribute that must have a value is expected where the whole resource is shown.",
			Fix:    "Return each attribute that the schema says is required.",
			Source: "endpoint_checks R-04; RFC 7643 §7", Run: required,
		},
		{
			ID: "R-05", Title: "null means the same as absent", Group: RoundTrip, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "Unassigned, null and an empty array are one and the same.",
			Fix:    "Read null as no value.",
			Source: "endpoint_checks R-05; RFC 7643 §2.5", Run: nulls,
		},
		{
			ID: "R-06", Title: "the order of attributes and schemas does not matter", Group: RoundTrip, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "JSON objects have no order, and schemas is a set.",
			Fix:    "Read members by their names; list each schema once.",
			Source: "endpoint_checks R-06; RFC 7643 §3, §2.3.8", Run: anyOrder,
		},
		{
			ID: "R-07", Title: "values that break a format of the RFC do no harm", Group: RoundTrip, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "Countries have two letters, and certificates are base64. A server may refuse what is not, but not fail.",
			Fix:    "Answer 400 with scimType invalidValue, or take the value as it is.",
			Source: "endpoint_checks R-07; RFC 7643 §4.1.2", Run: formats,
		},
		{
			ID: "R-08", Title: "the same value and type occurs once", Group: RoundTrip, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "A multi-valued attribute should not hold one element twice.",
			Fix:    "Drop elements whose value and type another one has.",
			Source: "endpoint_checks R-08; RFC 7643 §2.4", Run: noDuplicates,
		},
		{
			ID: "R-09", Title: "an extension is shown where it has values", Group: RoundTrip, Suites: RFCSuite | EntraSuite, Needs: Writes, Impact: Impact{Entra: Note, RFC: Degrades},
			Why:    "Entra lists the enterprise extension in each create. A user without values of it should have neither an empty object nor the URN in schemas.",
			Fix:    "Build schemas from what the user has.",
			Source: "endpoint_checks R-09; RFC 7643 §3", Run: emptyExtension,
		},
	}
}

// typeSamples is one value for each data type that a schema can promise.
var typeSamples = map[string]any{
	"boolean": true, "dateTime": "2024-05-06T07:08:09Z", "binary": base64.StdEncoding.EncodeToString([]byte("scimctl")), "reference": "https://example.com/profile",
}

// typed finds a top-level attribute of the user schema of a type that a client may
// write, or "".
func (f facts) typed(kind string) string {
	found := ""
	for _, s := range f.schemas {
		if !strings.EqualFold(s.ID(), scim.UserSchema) {
			continue
		}
		eachAttribute(s, func(path string, depth int, a *scim.Object) {
			multi, _ := a.Get("multiValued")
			if found == "" && depth == 1 && multi != true && a.Text("type") == kind && slices.Contains([]string{"", "readWrite"}, a.Text("mutability")) && path != "active" {
				found = path
			}
		})
	}
	return found
}

func dataTypes(ctx context.Context, p *Probe) {
	var more []scim.Member
	for _, kind := range []string{"boolean", "dateTime", "binary", "reference"} {
		if name := p.runner.facts.typed(kind); name != "" {
			more = append(more, scim.Member{Name: name, Value: typeSamples[kind]})
		}
	}
	a := p.do(ctx, post("Users", p.userBody(more...)))
	if !a.OK() || a.ID() == "" {
		p.as(Impact{RFC: Note}).expect(false, "a user with a value of each data type is taken", "%s", a.Says())
		return
	}
	o := p.readUser(ctx, a.ID())
	for _, m := range more {
		got, _ := o.Get(m.Name)
		want, _ := m.Value.(string)
		same := got == m.Value
		if text, ok := got.(string); ok && !same {
			same = sameTime(text, want)
		}
		p.expect(same, m.Name+" is returned as it was sent", "%s was sent, it is %s", show(m.Value), show(got))
	}
	active, _ := o.Get("active")
	_, isBool := active.(bool)
	p.expect(isBool, "active is a boolean", "it is %s", show(active))
	v, _ := o.Get("name")
	_, isObject := v.(*scim.Object)
	p.expect(isObject, "name is an object", "it is %s", show(v))
	list, _ := o.Get("emails")
	_, isArray := list.([]any)
	p.expect(isArray, "emails is an array", "it is %s", show(list))
}

func mutability(ctx context.Context, p *Probe) {
	var names []string
	for _, s := range p.runner.facts.schemas {
		if strings.EqualFold(s.ID(), scim.UserSchema) {
			eachAttribute(s, func(path string, depth int, a *scim.Object) {
				if depth == 1 && a.Text("mutability") == "readOnly" && a.Text("type") != "complex" && !slices.Contains([]string{"id", "meta", "schemas"}, path) {
					names = append(names, path)
				}
			})
		}
	}
	u := p.newUser(ctx)
	o := p.readUser(ctx, u.ID)
	created := lookupText(o, "meta.created")
	a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op("replace", "meta.created", "2001-02-03T04:05:06Z"))))
	p.expect(a.Err == nil && a.Status < 500, "replace of meta.created is refused or ignored", "%s", a.Says())
	p.expect(lookupText(p.readUser(ctx, u.ID), "meta.created") == created, "meta.created cannot be written", "it can")
	for _, name := range names {
		before, _ := o.Get(name)
		a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op("replace", name, "written"))))
		p.expect(a.Err == nil && a.Status < 500, "replace of "+name+" is refused or ignored", "%s", a.Says())
		after, _ := p.readUser(ctx, u.ID).Get(name)
		p.expect(show(after) == show(before), name+", which is read-only, cannot be written", "it became %s", show(after))
	}
}

func returned(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	whole := p.readUser(ctx, u.ID)
	little := p.do(ctx, one(http.MethodGet, "Users", u.ID, scim.Param{Name: "attributes", Value: "displayName"}))
	if !little.Is(http.StatusOK) {
		p.block("a user cannot be read with attributes: %s", little.Says())
	}
	p.expect(little.ID() == u.ID, "id is returned whatever is asked for", "it is %s", showMember(little.Object(), "id"))
	for _, s := range p.runner.facts.schemas {
		if !strings.EqualFold(s.ID(), scim.UserSchema) {
			continue
		}
		eachAttribute(s, func(path string, depth int, a *scim.Object) {
			_, has := whole.Get(path)
			_, asked := little.Object().Get(path)
			switch a.Text("returned") {
			case "never":
				p.expect(depth > 1 || !has, path+", which is never returned, is not", "it is")
			case "request":
				p.expect(depth > 1 || !has, path+", which is returned on request, is not returned without", "it is")
			case "always":
				p.expect(depth > 1 || !has || asked, path+", which is always returned, is", "it is not, with attributes=displayName")
			}
		})
	}
}

func required(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	o := p.readUser(ctx, u.ID)
	list, _ := p.search(ctx, "Users", equals("userName", u.UserName)).List()
	for _, name := range append([]string{"id", "schemas"}, p.runner.facts.required(scim.UserSchema)...) {
		_, has := o.Get(name)
		p.expect(has, name+", which is required, is in a user", "it is not")
		for _, found := range list.Resources {
			_, has := found.Get(name)
			p.expect(has, name+", which is required, is in a listed user", "it is not")
		}
	}
}

// required returns the top-level attributes that a schema says are required.
func (f facts) required(urn string) []string {
	var names []string
	for _, s := range f.schemas {
		if strings.EqualFold(s.ID(), urn) {
			eachAttribute(s, func(path string, depth int, a *scim.Object) {
				if v, _ := a.Get("required"); v == true && depth == 1 && a.Text("returned") != "never" && a.Text("returned") != "request" {
					names = append(names, path)
				}
			})
		}
	}
	return names
}

func nulls(ctx context.Context, p *Probe) {
	a := p.do(ctx, post("Users", p.userBody(scim.Member{Name: "nickName", Value: nil}, scim.Member{Name: "title", Value: nil}, scim.Member{Name: "phoneNumbers", Value: nil})))
	p.accepts(a, "a user with nulls")
	o := p.readUser(ctx, a.ID())
	for _, name := range []string{"nickName", "title", "phoneNumbers"} {
		v, _ := o.Get(name)
		p.expect(isEmpty(v), name+" that was sent as null has no value", "it is %s", show(v))
	}
}

func anyOrder(ctx context.Context, p *Probe) {
	body := p.userBody()
	members := slices.Clone(body.Members())
	slices.Reverse(members)
	odd := scim.NewObject(members...)
	odd.Set("schemas", []any{scim.EnterpriseUserSchema, scim.UserSchema})
	a := p.do(ctx, post("Users", odd))
	p.accepts(a, "a user whose attributes and schemas are in another order")
	o := p.readUser(ctx, a.ID())
	p.expect(o.Text("userName") == body.Text("userName"), "userName is stored whatever the order", "it is %s", showMember(o, "userName"))
	v, _ := o.Get("schemas")
	list, _ := v.([]any)
	seen := map[any]bool{}
	for _, urn := range list {
		text := fmt.Sprint(urn)
		p.expect(!seen[text], "schemas lists each URN once", "it is %s", show(v))
		seen[text] = true
	}
}

func formats(ctx context.Context, p *Probe) {
	for _, m := range []scim.Member{
		{Name: "addresses", Value: []any{valueObject(scim.Member{Name: "type", Value: "work"}, scim.Member{Name: "country", Value: "Utopia"})}},
		{Name: "emails", Value: []any{valueObject(scim.Member{Name: "type", Value: "work"}, scim.Member{Name: "value", Value: "no address"})}},
		{Name: "x509Certificates", Value: []any{valueObject(scim.Member{Name: "value", Value: "***"})}},
	} {
		a := p.do(ctx, post("Users", p.userBody(m)))
		p.expect(a.Err == nil && a.Status < 500, "odd "+m.Name+" do not make POST fail", "%s", a.Says())
	}
}

func noDuplicates(ctx context.Context, p *Probe) {
	name := p.newName()
	mail := func() any {
		return valueObject(scim.Member{Name: "type", Value: "work"}, scim.Member{Name: "value", Value: name + "@" + p.runner.options.Domain})
	}
	a := p.do(ctx, post("Users", p.userBody(scim.Member{Name: "emails", Value: []any{mail(), mail()}})))
	if !p.expect(a.Err == nil && a.Status < 500, "an e-mail that is there twice does not make POST fail", "%s", a.Says()) || !a.OK() {
		return
	}
	work := ofType(p.readUser(ctx, a.ID()), "emails", "work")
	p.as(Impact{Entra: Note, RFC: Note}).expect(len(work) <= 1, "an e-mail that was sent twice is there once", "it is there %d times", len(work))
}

func emptyExtension(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	o := p.readUser(ctx, u.ID)
	v, has := o.Get(scim.EnterpriseUserSchema)
	p.expect(!has || !isEmpty(v), "a user without values of an extension has no empty object of it", "it is %s", show(v))
	if !has {
		p.as(Impact{Entra: Note, RFC: Note}).expect(!hasSchema(o, scim.EnterpriseUserSchema), "schemas does not list an extension without values", "it does")
	}
}
