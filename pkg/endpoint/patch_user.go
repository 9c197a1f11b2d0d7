package endpoint

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
)

func userPatchChecks() []Check {
	return []Check{
		{
			ID: "U-01", Title: "each target attribute is replaced by an operation of its own", Group: PatchUser, Suites: Core | EntraSuite, Needs: Writes | EntraRequests, Impact: breaksEntra,
			Why:    "This is Entra's usual change: Replace with a path, one operation an attribute. What is refused or ignored stays wrong in the application.",
			Fix:    "Apply replace with each path of the mappings: names, sub-attributes, value paths and URNs of extensions.",
			Source: "endpoint_checks U-01; entra_wire §5.3, W-30; RFC 7644 §3.5.2.3", Run: replaceEach,
		},
		{
			ID: "U-02", Title: "the name of an operation is read in any letter case", Group: PatchUser, Suites: Core | EntraSuite, Needs: Writes, Impact: breaksEntra,
			Why:    "Entra writes Add, Replace and Remove with a capital letter, unless the tenant URL has the flag aadOptscim062020.",
			Fix:    "Compare op without regard to letter case.",
			Source: "endpoint_checks U-02; entra_wire §5.3", Run: operationCase,
		},
		{
			ID: "U-03", Title: "attributes without a value are added", Group: PatchUser, Suites: Core | EntraSuite, Needs: Writes | EntraRequests, Impact: breaksEntra,
			Why:    "A value that the person did not have when the account was made arrives as Add with a path.",
			Fix:    "Apply add where there is no value yet, also below name and in extensions that the user does not have so far.",
			Source: "endpoint_checks U-03; entra_wire W-30; RFC 7644 §3.5.2.1", Run: addEach,
		},
		{
			ID: "U-07", Title: "replace without a path takes an object", Group: PatchUser, Suites: Core | EntraSuite | OktaSuite | RFCSuite, Needs: Writes, Impact: breaksAll,
			Why:    "Entra with the flag, and Okta, put several attributes into the value of one operation that has no path.",
			Fix:    "Apply each member of the value to the attribute of its name.",
			Source: "endpoint_checks U-07; entra_wire §5.3; okta_contract §9; RFC 7644 §3.5.2.3", Run: replacePathless,
		},
		{
			ID: "U-08", Title: "replace without a path takes dotted names and URNs", Group: PatchUser, Suites: Core | EntraSuite, Needs: Writes | EntraRequests, Impact: breaksEntra,
			Why:    "With the flag aadOptscim062020 Entra names sub-attributes and attributes of extensions by their paths in one value: \"name.givenName\", \"urn:…:User:department\". A server that ignores them loses the change and answers success.",
			Fix:    "Read a member's name as a path where it has a dot or a URN.",
			Source: "endpoint_checks U-08; entra_wire §5.3", Run: replaceDotted,
		},
		{
			ID: "U-09", Title: "a changed userName is found by the new name alone", Group: PatchUser, Suites: Core | EntraSuite | OktaSuite | RFCSuite, Needs: Writes, Impact: breaksAll,
			Why:    "People change their names. The next cycle searches for the new one.",
			Fix:    "Take changes of userName, and search in what is stored now.",
			Source: "endpoint_checks U-09; entra_wire W-03", Run: renameUser,
		},
		{
			ID: "U-15", Title: "several operations in one PATCH are all applied", Group: PatchUser, Suites: Core | EntraSuite | RFCSuite, Needs: Writes | EntraRequests, Impact: Impact{Entra: Breaks, RFC: Breaks},
			Why:    "Entra sends all changes of a person in one request.",
			Fix:    "Apply every operation of the list, in order.",
			Source: "endpoint_checks U-15; entra_wire §5.3; RFC 7644 §3.5.2", Run: severalOperations,
		},
		{
			ID: "U-24", Title: "PATCH answers 200 with the user, or 204", Group: PatchUser, Suites: Core | EntraSuite | OktaSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Degrades, Okta: Degrades, RFC: Degrades},
			Why:    "Both are taken as done. A 200 whose body is empty or another is neither, though Entra does not need the body.",
			Fix:    "Answer 204 without a body, or 200 with the whole changed user.",
			Source: "endpoint_checks U-24; entra_wire W-50; RFC 7644 §3.5.2", Run: patchAnswer,
		},
		{
			ID: "U-31", Title: "PATCH of an unknown id is answered 404", Group: PatchUser, Suites: Core | EntraSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Breaks, Okta: Degrades, RFC: Breaks},
			Why:    "404 tells the provider that the account is gone. A success hides that nothing was changed, and a 500 is repeated for ever.",
			Fix:    "Answer 404 with a SCIM error when no user has the id.",
			Source: "endpoint_checks U-31; entra_wire W-51; RFC 7644 §3.12", Run: patchUnknown,
		},
	}
}

// changesOf turns made-up values into changes.
func changesOf(values []filled, had bool) []scim.Change {
	var list []scim.Change
	for _, f := range values {
		list = append(list, scim.Change{AttributeValue: f.AttributeValue, Had: had})
	}
	return list
}

// variable keeps the targets whose value can change.
func variable(t target) bool { return t.Constant == "" && !t.CreateOnly && !t.is("userName") }

// onEntra is the part of an impact that Entra cares about.
func onEntra(i Impact) Impact { return Impact{Entra: i.Entra} }

// applied claims that the changes arrived, and finds the culprits where a request
// with all of them is refused, by sending each by itself.
func (p *Probe) applied(ctx context.Context, d scim.Dialect, id, kind string, values []filled, had bool) {
	if len(values) == 0 {
		p.block("the server keeps none of the attributes that it could change")
	}
	a := p.patchUser(ctx, d, id, p.update(d, changesOf(values, had)...))
	if a.Is(http.StatusOK, http.StatusNoContent) {
		o := p.readUser(ctx, id)
		for _, f := range values {
			ok, has := f.holds(o)
			probe := p.as(onEntra(p.loss(f.target)))
			probe.expect(ok, kind+" of "+f.Name+" arrives ("+string(d)+")", "%q was sent, it has %s", f.Want, has)
			if kind := elementType(f.Path); kind != "" && f.Path.IsCore() && ok {
				n := len(ofType(o, f.Path.Attribute, kind))
				probe.expect(n == 1, "there is one element of "+f.Path.Attribute+" of the type "+kind+" ("+string(d)+")", "there are %d: %s", n, showMember(o, f.Path.Attribute))
			}
		}
		return
	}
	culprit := false
	for _, f := range values {
		b := p.patchUser(ctx, d, id, p.update(d, changesOf([]filled{f}, had)...))
		ok := p.as(onEntra(p.loss(f.target))).expect(b.Is(http.StatusOK, http.StatusNoContent), kind+" of "+f.Name+" answers 200 or 204 ("+string(d)+")", "%s", b.Says())
		culprit = culprit || !ok
	}
	if !culprit {
		p.took(a, kind+" of all attributes in one request ("+string(d)+")")
	}
}

func replaceEach(ctx context.Context, p *Probe) {
	for _, d := range p.entraDialects() {
		body := p.profileUserBody()
		a := p.do(ctx, post("Users", body))
		if !a.OK() || a.ID() == "" {
			body = p.userBody()
			if a = p.do(ctx, post("Users", body)); !a.OK() || a.ID() == "" {
				p.block("a user that it needs could not be made: %s", a.Says())
			}
		}
		o := p.readUser(ctx, a.ID())
		// What a create does not keep, C-22 is about.
		values := p.values(p.runner.users, 1, func(t target) bool {
			_, kept := o.First(t.Path)
			return kept && variable(t)
		})
		p.applied(ctx, d, a.ID(), "Replace", values, true)
	}
}

func operationCase(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	for _, name := range []string{"replace", "Replace", "REPLACE", "add", "Add"} {
		value := name + " " + u.UserName
		a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op(name, "displayName", value))))
		weight := breaksEntra
		if name == "REPLACE" {
			weight = Impact{Entra: Note} // nobody sends it
		}
		if p.as(weight).took(a, "the operation "+name) {
			p.as(weight).holds(p.readUser(ctx, u.ID), "displayName", value, "the operation "+name)
		}
	}
}

func addEach(ctx context.Context, p *Probe) {
	for _, d := range p.entraDialects() {
		body := p.userBody()
		body.Delete("name")
		a := p.do(ctx, post("Users", body))
		u := user{ID: a.ID()}
		if !a.OK() || a.ID() == "" {
			u = p.newUser(ctx) // a server that insists on names
		}
		o := p.readUser(ctx, u.ID)
		values := p.values(p.runner.users, 1, func(t target) bool {
			_, has := o.First(t.Path)
			return !has && variable(t)
		})
		p.applied(ctx, d, u.ID, "Add", values, false)
	}
}

func replacePathless(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	name := "Changed " + u.UserName
	a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op("replace", "", valueObject(
		scim.Member{Name: "displayName", Value: name}, scim.Member{Name: "active", Value: true})))))
	if p.took(a, "replace without a path") {
		o := p.readUser(ctx, u.ID)
		p.holds(o, "displayName", name, "replace without a path")
		p.untouched(o, u, "a replace without a path that does not name it", "userName", "externalId", "name.familyName", "emails.value")
	}
}

func replaceDotted(ctx context.Context, p *Probe) {
	if !slices.Contains(p.entraDialects(), scim.EntraCompliant) {
		p.end(Excluded, "it sends the requests of %s, which is not asked for", scim.EntraCompliant)
	}
	department := target{AttributeValue: scim.AttributeValue{Path: scim.Path{URN: scim.EnterpriseUserSchema, Attribute: "department"}}}
	urn := scim.EnterpriseUserSchema + ":department"
	u := p.newUser(ctx, scim.Member{Name: scim.EnterpriseUserSchema, Value: valueObject(scim.Member{Name: "department", Value: "Before"})})
	_, extended := lookup(p.readUser(ctx, u.ID), urn)
	changes := []scim.Change{
		change("displayName", "Changed "+u.UserName, true), change("name.givenName", "Kkom", true), change("name.familyName", "Unua", true),
	}
	if extended {
		changes = append(changes, change(urn, "Aklq", true))
	}
	a := p.patchUser(ctx, scim.EntraCompliant, u.ID, p.update(scim.EntraCompliant, changes...))
	if !p.took(a, "replace without a path, with dotted names and URNs,") {
		return
	}
	o := p.readUser(ctx, u.ID)
	when := "replace without a path"
	p.holds(o, "displayName", "Changed "+u.UserName, when)
	p.holds(o, "name.givenName", "Kkom", when)
	p.holds(o, "name.familyName", "Unua", when)
	if extended {
		p.as(onEntra(p.loss(department))).holds(o, urn, "Aklq", when)
	}
	_, stray := o.Get("name.givenName")
	p.expect(!stray, "no attribute is called name.givenName, with a dot", "one is: %s", show(o))
}

// untouched claims that a user still has what it was made with.
func (p *Probe) untouched(o *scim.Object, u user, after string, paths ...string) {
	for _, path := range paths {
		want, _ := lookup(u.Sent, path)
		got, _ := lookup(o, path)
		p.expect(show(got) == show(want), path+" stays after "+after, "%s became %s", show(want), show(got))
	}
}

func renameUser(ctx context.Context, p *Probe) {
	for _, how := range []string{"a path", "no path"} {
		u := p.newUser(ctx)
		name := p.newUserName()
		change := op("Replace", "userName", name)
		if how == "no path" {
			change = op("replace", "", valueObject(scim.Member{Name: "userName", Value: name}))
		}
		a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(change)))
		if !p.took(a, "a change of userName with "+how) {
			continue
		}
		p.holds(p.readUser(ctx, u.ID), "userName", name, "a change with "+how)
		p.found(p.search(ctx, "Users", equals("userName", name)), "a search for the new userName", u.ID)
		p.found(p.search(ctx, "Users", equals("userName", u.UserName)), "a search for the old userName")
	}
	first, second := p.newUser(ctx), p.newUser(ctx)
	a := p.do(ctx, one(http.MethodPatch, "Users", second.ID).With(patchOf(op("Replace", "userName", first.UserName))))
	if p.expect(!a.OK(), "a change to a userName that is taken is refused", "%s", a.Says()) {
		p.as(Impact{Entra: Note, Okta: Note, RFC: Degrades}).expect(a.Is(http.StatusConflict), "a change to a userName that is taken answers 409", "%s", a.Says())
	}
}

func severalOperations(ctx context.Context, p *Probe) {
	for _, d := range p.entraDialects() {
		u := p.newUser(ctx)
		want := []scim.Change{
			change(`emails[type eq "work"].value`, "new."+u.UserName, true), change("displayName", "Changed "+u.UserName, true),
			change("name.familyName", "Several", true), change("externalId", u.External+"-2", true),
		}
		a := p.patchUser(ctx, d, u.ID, p.update(d, want...))
		if !p.took(a, "a PATCH with several operations ("+string(d)+")") {
			continue
		}
		o := p.readUser(ctx, u.ID)
		for _, c := range want {
			p.holds(o, c.Path.String(), c.Values[0], "a PATCH with several operations ("+string(d)+")")
		}
		p.untouched(o, u, "a PATCH that does not name it ("+string(d)+")", "userName", "name.givenName", "active")
	}
}

func patchAnswer(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op("replace", "displayName", "Changed "+u.UserName))))
	if !a.OK() {
		p.block("a PATCH fails: %s", a.Says())
	}
	p.answers(a, http.StatusOK, http.StatusNoContent)
	if a.Status == http.StatusOK && p.expect(a.ID() == u.ID, "200 to a PATCH has the changed user", "%s", a.Says()) {
		p.expect(a.Text("displayName") == "Changed "+u.UserName, "200 to a PATCH has the new values", "displayName is %s", showMember(a.Object(), "displayName"))
	}
}

func patchUnknown(ctx context.Context, p *Probe) {
	a := p.do(ctx, one(http.MethodPatch, "Users", uuid.NewString()).With(patchOf(op("Replace", "displayName", "Nobody"))))
	p.isError(a, http.StatusNotFound)
}
