package endpoint

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/scimctl/scimctl/pkg/scim"
)

func rfcPatchChecks() []Check {
	return []Check{
		{
			ID: "U-16", Title: "operations on one attribute are applied in their order", Group: PatchUser, Suites: RFCSuite | EntraSuite, Needs: Writes, Impact: Impact{Entra: Degrades, RFC: Degrades},
			Why:    "Each operation sees what the one before left.",
			Fix:    "Apply the operations one after the other.",
			Source: "endpoint_checks U-16; RFC 7644 §3.5.2", Run: orderOfOperations,
		},
		{
			ID: "U-17", Title: "a removed attribute has no value", Group: PatchUser, Suites: RFCSuite | EntraSuite, Needs: Writes, Impact: Impact{Entra: Degrades, RFC: Degrades},
			Why:    "Unassigned means absent. An empty text that is left behind is a value to everybody who compares.",
			Fix:    "Delete the value, and leave the attribute out of answers.",
			Source: "endpoint_checks U-17; RFC 7643 §2.5; RFC 7644 §3.5.2.2", Run: removeAttribute,
		},
		{
			ID: "U-19", Title: "required and read-only attributes cannot be removed", Group: PatchUser, Suites: RFCSuite, Needs: Writes, Impact: Impact{RFC: Degrades},
			Why:    "A user without userName can be found by nobody; ids and meta belong to the server.",
			Fix:    "Answer 400 with scimType mutability, or invalidValue for a required attribute.",
			Source: "endpoint_checks U-19; RFC 7644 §3.5.2.2", Run: removeRequired,
		},
		{
			ID: "U-21", Title: "adding a value that is there changes nothing", Group: PatchUser, Suites: RFCSuite, Needs: Writes, Impact: Impact{Entra: Degrades, RFC: Degrades},
			Why:    "Repeated changes are common. They must not pile up values, and should not look like news to other clients.",
			Fix:    "Compare before storing, and leave meta.lastModified as it is.",
			Source: "endpoint_checks U-21; RFC 7644 §3.5.2.1", Run: addAgain,
		},
		{
			ID: "U-23", Title: "a PATCH is applied whole or not at all", Group: PatchUser, Suites: RFCSuite, Needs: Writes, Impact: Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks},
			Why:    "A client that is told of a failure assumes that nothing was changed.",
			Fix:    "Apply the operations to a copy, and store it when all went well.",
			Source: "endpoint_checks U-23; RFC 7644 §3.5.2", Run: wholeOrNothing,
		},
		{
			ID: "U-25", Title: "each target attribute can be removed", Group: PatchUser, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "What can be set must be possible to unset.",
			Fix:    "Apply remove with each path of the mappings.",
			Source: "endpoint_checks U-25; RFC 7644 §3.5.2.2", Run: removeEach,
		},
		{
			ID: "U-26", Title: "a malformed PATCH is refused with 400", Group: PatchUser, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "A fault of the client must not look like one of the server, and must not be answered as done.",
			Fix:    "Answer 400 with scimType invalidSyntax to a PATCH without Operations, with an unknown op, or with add and replace that have no value.",
			Source: "endpoint_checks U-26; RFC 7644 §3.5.2, §3.12", Run: malformedPatch,
		},
		{
			ID: "U-27", Title: "a PATCH without operations does no harm", Group: PatchUser, Suites: EntraSuite, Needs: Writes, Impact: Impact{Entra: Degrades},
			Why:    "Microsoft's validator was seen sending Operations: [].",
			Fix:    "Answer 200 or 204 and change nothing, or 400.",
			Source: "endpoint_checks U-27", Run: noOperations,
		},
		{
			ID: "U-28", Title: "an unknown path does no harm", Group: PatchUser, Suites: Core | RFCSuite, Needs: Writes, Impact: degradesAll,
			Why:    "A misspelt target attribute should be an error that can be read, and not an outage.",
			Fix:    "Answer 400 with scimType invalidPath or noTarget, or ignore the operation.",
			Source: "endpoint_checks U-28; RFC 7644 §3.12", Run: unknownPath,
		},
		{
			ID: "U-29", Title: "values of a wrong type do no harm", Group: PatchUser, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "A value that cannot be stored is a fault of the client.",
			Fix:    "Answer 400 with scimType invalidValue; never 500, and never store what comes back as another type.",
			Source: "endpoint_checks U-29; RFC 7644 §3.12", Run: wrongTypes,
		},
		{
			ID: "U-32", Title: "two changes at the same time both arrive, or one is refused", Group: PatchUser, Suites: Core | RFCSuite, Needs: Writes, Impact: degradesAll,
			Why:    "A server that reads, changes and writes without a lock loses one of two changes without telling.",
			Fix:    "Lock the row, or check its version and answer 409 or 412.",
			Source: "endpoint_checks U-32; RFC 7644 §3.14", Run: parallelPatches,
		},
	}
}

// patchOps sends operations to a user.
func (p *Probe) patchOps(ctx context.Context, id string, ops ...scim.PatchOp) *answer {
	return p.do(ctx, one(http.MethodPatch, "Users", id).With(patchOf(ops...)))
}

func orderOfOperations(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	last := "Last " + u.UserName
	if p.took(p.patchOps(ctx, u.ID, op("remove", "displayName", nil), op("add", "displayName", "First"), op("replace", "displayName", last)), "remove, add and replace of displayName") {
		p.holds(p.readUser(ctx, u.ID), "displayName", last, "remove, add and replace in one request")
	}
}

func removeAttribute(ctx context.Context, p *Probe) {
	u := p.newUser(ctx, scim.Member{Name: "title", Value: "Removed"}, scim.Member{Name: "nickName", Value: "Removed"})
	o := p.readUser(ctx, u.ID)
	for _, path := range []string{"title", "nickName", "name.givenName"} {
		if _, has := lookup(o, path); !has {
			continue
		}
		a := p.patchOps(ctx, u.ID, op("Remove", path, nil))
		if a.Is(http.StatusBadRequest) && path == "name.givenName" {
			continue // it may be required
		}
		if p.took(a, "remove of "+path) {
			got, has := lookup(p.readUser(ctx, u.ID), path)
			p.expect(!has || got == "", path+" has no value after remove", "it is %s", show(got))
			p.as(Impact{Entra: Note, RFC: Degrades}).expect(got != "", path+` is absent and not "" after remove`, `it is ""`)
		}
	}
	if len(p.result.Claims) <= 1 {
		p.block("the server keeps no attribute that could be removed")
	}
}

func removeRequired(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	for _, path := range []string{"userName", "id"} {
		a := p.patchOps(ctx, u.ID, op("remove", path, nil))
		p.as(Impact{RFC: Note}).expect(a.Is(http.StatusBadRequest), "remove of "+path+" answers 400", "%s", a.Says())
		p.expect(a.Err == nil && a.Status < 500, "remove of "+path+" does not make the server fail", "%s", a.Says())
	}
	o := p.readUser(ctx, u.ID)
	p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks}).expect(o.Text("userName") == u.UserName && o.ID() == u.ID, "the user keeps its userName and id", "it is %s", show(o))
}

func addAgain(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	before := p.readUser(ctx, u.ID)
	mail := elements(before, "emails")
	if len(mail) != 1 {
		p.block("the server does not keep the e-mail: emails is %s", showMember(before, "emails"))
	}
	element := valueObject(scim.Member{Name: "type", Value: mail[0].Text("type")}, scim.Member{Name: "value", Value: mail[0].Text("value")})
	if !p.took(p.patchOps(ctx, u.ID, op("add", "emails", []any{element}), op("add", "displayName", before.Text("displayName"))), "add of values that are there") {
		return
	}
	after := p.readUser(ctx, u.ID)
	same := 0
	for _, e := range elements(after, "emails") {
		if e.Text("value") == mail[0].Text("value") && e.Text("type") == mail[0].Text("type") {
			same++
		}
	}
	p.expect(same == 1, "an e-mail that is added again is there once", "emails is %s", showMember(after, "emails"))
	p.as(Impact{RFC: Note}).expect(lookupText(after, "meta.lastModified") == lookupText(before, "meta.lastModified"), "meta.lastModified stays when nothing changes", "it went from %q to %q",
		lookupText(before, "meta.lastModified"), lookupText(after, "meta.lastModified"))
}

func wholeOrNothing(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	was := p.readUser(ctx, u.ID).Text("displayName")
	a := p.patchOps(ctx, u.ID, op("replace", "displayName", "Half done"), op("replace", "emails[type eq", "x"))
	if a.OK() {
		p.block("an operation with the malformed path emails[type eq is taken, so nothing fails")
	}
	p.as(degradesAll).expect(a.Err == nil && a.Status < 500, "a bad operation does not make the server fail", "%s", a.Says())
	o := p.readUser(ctx, u.ID)
	p.expect(o.Text("displayName") == was, "a PATCH that is refused changes nothing", "displayName, which came before the bad operation, was changed to %s", showMember(o, "displayName"))
}

func removeEach(ctx context.Context, p *Probe) {
	a := p.do(ctx, post("Users", p.profileUserBody()))
	if !a.OK() || a.ID() == "" {
		p.block("a user with all attributes could not be made: %s", a.Says())
	}
	o := p.readUser(ctx, a.ID())
	var ops []scim.PatchOp
	var paths []scim.Path
	for _, t := range p.runner.users {
		_, has := o.First(t.Path)
		if has && t.plain() && variable(t) && !t.is("active") && !t.is("externalId") && t.Match == 0 {
			ops, paths = append(ops, op("remove", t.Path.String(), nil)), append(paths, t.Path)
		}
	}
	if len(ops) == 0 {
		p.block("the server keeps no attribute that could be removed")
	}
	b := p.patchOps(ctx, a.ID(), ops...)
	if !b.OK() { // one of them may be required
		for _, one := range ops {
			c := p.patchOps(ctx, a.ID(), one)
			p.as(Impact{RFC: Note}).expect(c.OK(), "remove of "+one.Path+" answers 200 or 204", "%s", c.Says())
			p.expect(c.Err == nil && c.Status < 500, "remove of "+one.Path+" does not make the server fail", "%s", c.Says())
		}
		return
	}
	o = p.readUser(ctx, a.ID())
	for _, path := range paths {
		got, has := o.First(path)
		p.expect(!has || got == "", path.String()+" has no value after remove", "it is %s", show(got))
	}
}

func malformedPatch(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	name := u.Sent.Text("displayName")
	send := func(what, raw string, done Impact) {
		r := one(http.MethodPatch, "Users", u.ID)
		r.Raw = []byte(raw)
		p.refuses(p.do(ctx, r), what, done, rfcOnly)
	}
	schemas := `"schemas":["` + scim.PatchOpSchema + `"]`
	send("a PATCH without Operations", `{`+schemas+`}`, rfcOnly)
	send("an operation without op", `{`+schemas+`,"Operations":[{"path":"displayName","value":"x"}]}`, rfcOnly)
	send("an operation with the op move", `{`+schemas+`,"Operations":[{"op":"move","path":"displayName","value":"x"}]}`, rfcOnly)
	send("replace without path and value", `{`+schemas+`,"Operations":[{"op":"replace"}]}`, Impact{RFC: Note})
	send("remove without path", `{`+schemas+`,"Operations":[{"op":"remove"}]}`, Impact{RFC: Note})
	send("a PATCH without schemas", `{"Operations":[{"op":"replace","path":"title","value":"x"}]}`, Impact{RFC: Note})
	send("a PATCH that is no JSON", `{`+schemas+`,"Operations":[`, rfcOnly)
	p.holds(p.readUser(ctx, u.ID), "displayName", name, "malformed requests")
}

func noOperations(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	a := p.patchOps(ctx, u.ID)
	p.expect(a.Is(http.StatusOK, http.StatusNoContent, http.StatusBadRequest), "Operations: [] answers 200, 204 or 400", "%s", a.Says())
	p.holds(p.readUser(ctx, u.ID), "userName", u.UserName, "Operations: []")
}

func unknownPath(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	for _, path := range []string{"favouriteColour", "name.favouriteColour", "urn:example:params:scim:schemas:extension:none:2.0:User:colour", `favourites[type eq "work"].value`} {
		a := p.patchOps(ctx, u.ID, op("Replace", path, "teal"))
		p.expect(a.Err == nil && a.Status < 500, "a PATCH of "+path+" is refused with 4xx, or ignored", "%s", a.Says())
	}
	p.holds(p.readUser(ctx, u.ID), "userName", u.UserName, "PATCHes of unknown paths")
}

func wrongTypes(ctx context.Context, p *Probe) {
	for _, c := range []struct {
		path  string
		value any
	}{
		{"displayName", json.Number("7")}, {"active", "perhaps"}, {"name", "Ann"}, {"displayName", valueObject(scim.Member{Name: "a", Value: "b"})}, {"emails", json.Number("7")},
	} {
		u := p.newUser(ctx)
		what := c.path + " with " + show(c.value)
		a := p.patchOps(ctx, u.ID, op("replace", c.path, c.value))
		if !p.expect(a.Err == nil && a.Status < 500, "replace of "+what+" does not make the server fail", "%s", a.Says()) {
			continue
		}
		p.as(Impact{RFC: Note}).expect(a.Is(http.StatusBadRequest), "replace of "+what+" is refused with 400", "%s", a.Says())
		o := p.readUser(ctx, u.ID)
		if v, has := o.Get("displayName"); has {
			_, isText := v.(string)
			p.expect(isText || v == nil, "displayName is a text after replace of "+what, "it is %s", show(v))
		}
		if v, has := o.Get("active"); has {
			_, isBool := v.(bool)
			p.expect(isBool, "active is a boolean after replace of "+what, "it is %s", show(v))
		}
	}
}

func parallelPatches(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	patch := func(path, value string) request {
		return one(http.MethodPatch, "Users", u.ID).With(patchOf(op("replace", path, value)))
	}
	name, family := "Both "+u.UserName, "Both"
	answers := p.together(ctx, patch("displayName", name), patch("name.familyName", family))
	o := p.readUser(ctx, u.ID)
	for i, c := range []struct{ path, want string }{{"displayName", name}, {"name.familyName", family}} {
		a := answers[i]
		p.expect(a.Is(http.StatusOK, http.StatusNoContent, http.StatusConflict, http.StatusPreconditionFailed, http.StatusTooManyRequests),
			"each of two PATCHes at the same time is done, or refused with 409 or 412", "%s", a.Says())
		if a.OK() {
			got := lookupText(o, c.path)
			p.expect(got == c.want, "what was answered as done is there", "%s is %q", c.path, got)
		}
	}
}
