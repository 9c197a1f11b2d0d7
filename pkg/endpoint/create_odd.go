package endpoint

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func createOddChecks() []Check {
	return []Check{
		{
			ID: "C-08", Title: "a user without userName is refused with 400", Group: Create, Suites: Core | RFCSuite, Needs: Writes, Impact: Impact{Entra: Note, Okta: Note, RFC: Breaks},
			Why:    "userName is required; an account without it can be found by nobody.",
			Fix:    "Check the body before storing it, and answer 400 with scimType invalidValue.",
			Source: "endpoint_checks C-08; RFC 7643 §4.1.1", Run: noUserName,
		},
		{
			ID: "C-09", Title: "malformed JSON is refused with 400", Group: Create, Suites: Core | RFCSuite, Needs: Writes, Impact: Impact{Entra: Note, Okta: Note, RFC: Degrades},
			Why:    "A fault of the client must not look like one of the server, and half a body must not become an account.",
			Fix:    "Answer 400 with scimType invalidSyntax to a body that cannot be parsed.",
			Source: "endpoint_checks C-09; RFC 7644 §3.12", Run: malformedJSON,
		},
		{
			ID: "C-10", Title: "an empty body and wrong schemas are refused with 400", Group: Create, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "A body that does not say what it is cannot be a user.",
			Fix:    "Answer 400 when the body is empty, or when schemas does not list " + scim.UserSchema + ".",
			Source: "endpoint_checks C-10; RFC 7643 §3", Run: wrongSchemas,
		},
		{
			ID: "C-11", Title: "the enterprise extension is taken and returned under its URN", Group: Create, Suites: Core | EntraSuite | RFCSuite, Needs: Writes, Impact: breaksEntra,
			Why:    "Entra lists the extension in each create, and its default mappings fill department, employeeNumber and manager in it.",
			Fix:    "Take " + scim.EnterpriseUserSchema + " in schemas, store the attributes under this name, and list the URN in schemas where there are any.",
			Source: "endpoint_checks C-11; entra_wire W-21; RFC 7643 §4.3", Run: enterprise,
		},
		{
			ID: "C-12", Title: "an extension that schemas does not list is taken", Group: Create, Suites: Core | EntraSuite, Needs: Writes, Impact: breaksEntra,
			Why:    "Entra sends attributes of custom extensions in a create without listing their URN in schemas.",
			Fix:    "Read an extension's attributes where its URN is a member of the body, whether schemas lists it or not.",
			Source: "endpoint_checks C-12; entra_wire W-23", Run: unlistedExtension,
		},
		{
			ID: "C-13", Title: `active as the text "True" is taken as a boolean`, Group: Create, Suites: EntraSuite, Needs: Writes, Impact: Impact{Entra: Degrades},
			Why:    "Entra sends texts for booleans in PATCH, and older jobs and validators in POST too.",
			Fix:    "Read \"True\" and \"False\" in any letter case as booleans, and store and return booleans.",
			Source: "endpoint_checks C-13; entra_wire W-31", Run: activeText,
		},
		{
			ID: "C-14", Title: "empty arrays are taken and mean nothing", Group: Create, Suites: Core | EntraSuite | OktaSuite | RFCSuite, Needs: Writes, Impact: breaksAll,
			Why:    "Every create of Entra has roles: [], and Okta's have groups: [].",
			Fix:    "Treat an empty array like an absent attribute.",
			Source: "endpoint_checks C-14; entra_wire W-21; okta_contract §9; RFC 7643 §2.5", Run: emptyArrays,
		},
		{
			ID: "C-15", Title: `primary as the text "True" inside roles is taken`, Group: Create, Suites: EntraSuite, Needs: Writes, Impact: Impact{Entra: Degrades},
			Why:    "Mappings of roles[primary eq \"True\"] make Entra send the text.",
			Fix:    "Read \"True\" and \"False\" as booleans inside elements too.",
			Source: "endpoint_checks C-15; entra_wire W-37", Run: primaryText,
		},
		{
			ID: "C-16", Title: "attribute names are read in any letter case", Group: Create, Suites: RFCSuite | EntraSuite, Needs: Writes, Impact: Impact{Entra: Note, Okta: Note, RFC: Degrades},
			Why:    "Names of attributes are not case sensitive, and a target attribute in a mapping may be spelled in any way.",
			Fix:    "Look attributes up without regard to letter case.",
			Source: "endpoint_checks C-16; RFC 7643 §2.1", Run: oddCase,
		},
		{
			ID: "C-17", Title: "read-only attributes in a create are ignored", Group: Create, Suites: RFCSuite | EntraSuite, Needs: Writes, Impact: Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks},
			Why:    "Entra sends meta.resourceType with each create, and Okta puts whole objects back. Ids belong to the server.",
			Fix:    "Leave id, meta and other read-only attributes of a body out, without an error.",
			Source: "endpoint_checks C-17; entra_wire W-21; RFC 7644 §3.3", Run: readOnlyInCreate,
		},
		{
			ID: "C-19", Title: "an unknown attribute does no harm", Group: Create, Suites: Core | RFCSuite, Needs: Writes, Impact: Impact{Entra: Degrades, Okta: Degrades, RFC: Degrades},
			Why:    "A misspelt target attribute should cost one value and not the whole account.",
			Fix:    "Ignore attributes that no schema has, or refuse them with 400; never fail with 500.",
			Source: "endpoint_checks C-19; RFC 7644 §3.3", Run: unknownAttribute,
		},
		{
			ID: "C-20", Title: "core attributes under the core URN are read", Group: Create, Suites: RFCSuite, Needs: Writes, Impact: Impact{RFC: Note},
			Why:    "The form is legal by the letter and sent by nobody.",
			Fix:    "Read a member named " + scim.UserSchema + " like the attributes themselves.",
			Source: "endpoint_checks C-20", Run: coreUnderURN,
		},
		{
			ID: "C-24", Title: "a password is taken and never returned", Group: Create, Suites: Core | OktaSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Degrades, Okta: Breaks, RFC: Breaks},
			Why:    "Okta sends a random password with each new user. One that comes back is in every log on the way.",
			Fix:    "Take password without an error, and leave it out of all answers.",
			Source: "endpoint_checks C-24; okta_contract §9; RFC 7643 §4.1.1, §7", Run: password,
		},
	}
}

func noUserName(ctx context.Context, p *Probe) {
	body := p.userBody()
	body.Delete("userName")
	a := p.do(ctx, post("Users", body))
	p.refuses(a, "a user without userName", Impact{Entra: Note, Okta: Note, RFC: Breaks}, Impact{Entra: Note, Okta: Note, RFC: Degrades})
}

func malformedJSON(ctx context.Context, p *Probe) {
	for _, raw := range []string{`{"schemas":["` + scim.UserSchema + `"],"userName":`, `{"schemas":["` + scim.UserSchema + `"] "userName": 1}`, `not JSON`} {
		r := post("Users", nil)
		r.Raw = []byte(raw)
		p.refuses(p.do(ctx, r), "the body "+show(raw), Impact{Entra: Note, Okta: Note, RFC: Breaks}, Impact{Entra: Note, Okta: Note, RFC: Degrades})
	}
}

func wrongSchemas(ctx context.Context, p *Probe) {
	empty := post("Users", nil)
	empty.Raw = []byte{}
	p.refuses(p.do(ctx, empty), "an empty body", rfcOnly, rfcOnly)
	body := p.userBody(scim.Member{Name: "schemas", Value: []any{scim.GroupSchema}})
	p.refuses(p.do(ctx, post("Users", body)), "a user whose schemas is that of a group", rfcOnly, rfcOnly)
	body = p.userBody()
	body.Delete("schemas")
	p.refuses(p.do(ctx, post("Users", body)), "a user without schemas", Impact{RFC: Note}, rfcOnly)
}

func enterprise(ctx context.Context, p *Probe) {
	department := "Dept. 7 " + p.newName()
	body := p.userBody(scim.Member{Name: scim.EnterpriseUserSchema, Value: scim.NewObject(
		scim.Member{Name: "employeeNumber", Value: "00701"}, scim.Member{Name: "department", Value: department})})
	a := p.do(ctx, post("Users", body))
	p.accepts(a, "a user with the enterprise extension")
	o := p.readUser(ctx, a.ID())
	p.expect(hasSchema(o, scim.UserSchema), "schemas of the user that is read lists "+scim.UserSchema, "it is %s", showMember(o, "schemas"))
	weight := p.loss(target{AttributeValue: scim.AttributeValue{Path: scim.Path{URN: scim.EnterpriseUserSchema, Attribute: "department"}}})
	for _, name := range []string{"employeeNumber", "department"} {
		want := lookupText(body, scim.EnterpriseUserSchema+":"+name)
		got := lookupText(o, scim.EnterpriseUserSchema+":"+name)
		p.as(weight).expect(got == want, "the user that is read has "+name+" in the enterprise extension", "%q was sent, it has %q", want, got)
	}
	if _, has := o.Get(scim.EnterpriseUserSchema); has {
		p.as(degradesAll).expect(hasSchema(o, scim.EnterpriseUserSchema), "schemas lists the extension where there are values of it", "schemas is %s", showMember(o, "schemas"))
	}
}

// customExtension returns the URN and an attribute of an extension that the server
// takes, beside the enterprise one: the profile's, else one that it lists.
func (p *Probe) customExtension() (urn, attribute string, known bool) {
	custom := func(urn string) bool {
		return !strings.EqualFold(urn, scim.EnterpriseUserSchema) && strings.HasSuffix(strings.ToLower(urn), ":user") && !strings.EqualFold(urn, scim.UserSchema)
	}
	for _, t := range p.runner.users {
		if !t.Path.IsCore() && custom(t.Path.URN) && t.plain() && t.Type == scim.StringValue && !t.Multi && t.Path.Sub == "" && t.Path.Filter == nil {
			return t.Path.URN, t.Path.Attribute, true
		}
	}
	for _, kind := range p.runner.facts.types {
		v, _ := kind.Get("schemaExtensions")
		list, _ := v.([]any)
		for _, item := range list {
			e, _ := item.(*scim.Object)
			if urn := e.Text("schema"); custom(urn) && strings.EqualFold(kind.Text("schema"), scim.UserSchema) {
				if name, ok := p.runner.facts.writable(urn); ok {
					return urn, name, true
				}
			}
		}
	}
	return "", "", false
}

// writable returns a plain text attribute of a schema; any name where the schema
// defines none.
func (f facts) writable(urn string) (name string, ok bool) {
	for _, s := range f.schemas {
		if !strings.EqualFold(s.ID(), urn) {
			continue
		}
		defined := false
		eachAttribute(s, func(path string, depth int, a *scim.Object) {
			defined = true
			multi, _ := a.Get("multiValued")
			values, _ := a.Get("canonicalValues")
			list, _ := values.([]any)
			if name == "" && depth == 1 && a.Text("type") == "string" && multi != true && len(list) == 0 && slices.Contains([]string{"", "readWrite"}, a.Text("mutability")) {
				name = path
			}
		})
		if !defined {
			name = "note"
		}
	}
	return name, name != ""
}

func unlistedExtension(ctx context.Context, p *Probe) {
	urn, attribute, known := p.customExtension()
	probe := p
	if !known {
		// Entra always lists the enterprise extension, so this only shows the habit.
		urn, attribute, probe = scim.EnterpriseUserSchema, "department", p.as(Impact{Entra: Note})
	}
	value := p.newName()
	body := p.userBody(scim.Member{Name: "schemas", Value: []any{scim.UserSchema}},
		scim.Member{Name: urn, Value: scim.NewObject(scim.Member{Name: attribute, Value: value})})
	a := p.do(ctx, post("Users", body))
	probe.accepts(a, "a user with "+urn+", which schemas does not list,")
	got := lookupText(p.readUser(ctx, a.ID()), urn+":"+attribute)
	probe.expect(got == value, "the user that is read has "+urn+":"+attribute, "%q was sent, it has %q", value, got)
}

func activeText(ctx context.Context, p *Probe) {
	for _, text := range []string{"True", "False"} {
		a := p.do(ctx, post("Users", p.userBody(scim.Member{Name: "active", Value: text})))
		if !p.expect(a.OK(), "a user with active as the text "+text+" is taken", "%s", a.Says()) || a.ID() == "" {
			continue
		}
		v, _ := p.readUser(ctx, a.ID()).Get("active")
		p.expect(v == (text == "True"), "active sent as the text "+text+" is read as a boolean", "it is %s", show(v))
	}
}

func emptyArrays(ctx context.Context, p *Probe) {
	empty := func(name string) scim.Member { return scim.Member{Name: name, Value: []any{}} }
	a := p.do(ctx, post("Users", p.userBody(empty("roles"), empty("phoneNumbers"), empty("addresses"), empty("groups"))))
	p.accepts(a, "a user with empty arrays")
	o := p.readUser(ctx, a.ID())
	for _, name := range []string{"roles", "phoneNumbers", "addresses"} {
		v, _ := o.Get(name)
		list, ok := v.([]any)
		p.as(degradesAll).expect(v == nil || ok && len(list) == 0, "an empty "+name+" is read back as none", "it is %s", show(v))
	}
}

func primaryText(ctx context.Context, p *Probe) {
	role := scim.NewObject(scim.Member{Name: "primary", Value: "True"}, scim.Member{Name: "value", Value: "reader"})
	a := p.do(ctx, post("Users", p.userBody(scim.Member{Name: "roles", Value: []any{role}})))
	p.accepts(a, `a user with a role whose primary is the text "True"`)
	if v, has := lookup(p.readUser(ctx, a.ID()), "roles.primary"); has {
		p.expect(v == true, "primary is read as a boolean", "it is %s", show(v))
	}
}

func oddCase(ctx context.Context, p *Probe) {
	body := p.userBody()
	odd := scim.NewObject()
	for _, m := range body.Members() {
		if m.Name == "displayName" {
			m.Name = "DISPLAYNAME"
		}
		if m.Name == "userName" {
			m.Name = "UserName"
		}
		odd.Set(m.Name, m.Value)
	}
	a := p.do(ctx, post("Users", odd))
	p.accepts(a, "a user whose attribute names are in another letter case")
	o := p.readUser(ctx, a.ID())
	for _, name := range []string{"userName", "displayName"} {
		p.expect(o.Text(name) == body.Text(name), name+" in another letter case is stored", "the user that is read has %s", showMember(o, name))
	}
}

func readOnlyInCreate(ctx context.Context, p *Probe) {
	own := p.newName()
	a := p.do(ctx, post("Users", p.userBody(
		scim.Member{Name: "id", Value: own},
		scim.Member{Name: "meta", Value: scim.NewObject(scim.Member{Name: "resourceType", Value: "Robot"}, scim.Member{Name: "created", Value: "2001-02-03T04:05:06Z"})},
		scim.Member{Name: "groups", Value: []any{scim.NewObject(scim.Member{Name: "value", Value: own})}},
	)))
	p.accepts(a, "a user with id, meta and groups")
	p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks}).expect(a.ID() != own, "the id is chosen by the server", "it is the one that was sent, %q", own)
	o := p.readUser(ctx, a.ID())
	p.as(rfcOnly).expect(!strings.HasPrefix(lookupText(o, "meta.created"), "2001-"), "meta.created is the server's", "it is the one that was sent")
	v, _ := o.Get("groups")
	list, _ := v.([]any)
	p.as(Impact{RFC: Degrades}).expect(len(list) == 0, "groups in the body of a user are ignored", "the user that is read has %s", show(v))
}

func unknownAttribute(ctx context.Context, p *Probe) {
	a := p.do(ctx, post("Users", p.userBody(scim.Member{Name: "favouriteColour", Value: "teal"})))
	p.must(a.Err == nil && a.Status < 500, "an unknown attribute does not make the server fail", "%s", a.Says())
	weak := p.as(noteAll)
	if !weak.expect(a.OK(), "a user with an attribute that no schema has is taken", "%s", a.Says()) || a.ID() == "" {
		return
	}
	_, kept := p.readUser(ctx, a.ID()).Get("favouriteColour")
	weak.expect(!kept, "an attribute that no schema has is not returned", "it is")
}

func coreUnderURN(ctx context.Context, p *Probe) {
	title := p.newName()
	a := p.do(ctx, post("Users", p.userBody(scim.Member{Name: scim.UserSchema, Value: scim.NewObject(scim.Member{Name: "title", Value: title})})))
	if !p.expect(a.OK(), "a user with title under the URN of the core schema is taken", "%s", a.Says()) || a.ID() == "" {
		return
	}
	got := p.readUser(ctx, a.ID()).Text("title")
	p.expect(got == title, "title under the URN of the core schema is stored", "it is %q", got)
}

func password(ctx context.Context, p *Probe) {
	secret := "Pw-" + p.newName() + "-Aa1!"
	a := p.do(ctx, post("Users", p.userBody(scim.Member{Name: "password", Value: secret})))
	p.as(Impact{Okta: Breaks, RFC: Degrades}).accepts(a, "a user with a password")
	read := p.do(ctx, one(http.MethodGet, "Users", a.ID()))
	asked := p.do(ctx, one(http.MethodGet, "Users", a.ID(), scim.Param{Name: "attributes", Value: "userName,password"}))
	for _, shown := range []*answer{a, read, asked} {
		_, has := shown.Object().Get("password")
		p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks}).expect(!has && !strings.Contains(string(shown.Body), secret), "no answer has the password", "that to %s has", shown.request.where())
	}
}
