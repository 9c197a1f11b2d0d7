package endpoint

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
)

func putChecks() []Check {
	return []Check{
		{
			ID: "P-01", Title: "PUT replaces the whole user", Group: PutUser, Suites: OktaSuite | RFCSuite, Needs: Writes, Impact: Impact{Okta: Breaks, RFC: Breaks},
			Why:    "Applications made with Okta's wizard change users by PUT alone. Entra never sends it.",
			Fix:    "Answer PUT /Users/{id} with 200 and the user; unassign what the body does not have.",
			Source: "endpoint_checks P-01; okta_contract §9; RFC 7644 §3.5.1", Run: putUser,
		},
		{
			ID: "P-02", Title: "PUT without userName is refused with 400", Group: PutUser, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "userName is required.",
			Fix:    "Check the body as for POST.",
			Source: "endpoint_checks P-02; RFC 7644 §3.5.1", Run: putNameless,
		},
		{
			ID: "P-03", Title: "PUT of an unknown id is answered 404 and makes nothing", Group: PutUser, Suites: OktaSuite | RFCSuite, Needs: Writes, Impact: Impact{Okta: Degrades, RFC: Breaks},
			Why:    "PUT must not create. An account whose id the client chose is found by nobody else.",
			Fix:    "Answer 404 with a SCIM error when no user has the id.",
			Source: "endpoint_checks P-03; RFC 7644 §3.5.1, §3.2", Run: putUnknown,
		},
		{
			ID: "P-04", Title: "read-only attributes in PUT are ignored", Group: PutUser, Suites: OktaSuite | RFCSuite, Needs: Writes, Impact: Impact{Okta: Degrades, RFC: Degrades},
			Why:    "A client puts back what it has read, with id, meta and groups in it.",
			Fix:    "Leave them out without an error.",
			Source: "endpoint_checks P-04; RFC 7644 §3.5.1", Run: putReadOnly,
		},
		{
			ID: "P-05", Title: "an unknown attribute in PUT does no harm", Group: PutUser, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "A misspelt attribute should cost one value and not the whole change.",
			Fix:    "Ignore attributes that no schema has, or refuse them with 400.",
			Source: "endpoint_checks P-05; RFC 7644 §3.5.1", Run: putUnknownAttribute,
		},
		{
			ID: "P-06", Title: "PUT disables and enables a user", Group: PutUser, Suites: OktaSuite, Needs: Writes, Impact: Impact{Okta: Breaks, RFC: Degrades},
			Why:    "Applications made with Okta's wizard deactivate by PUT with active false.",
			Fix:    "Take active from the body of PUT.",
			Source: "endpoint_checks P-06; okta_contract §9", Run: putActive,
		},
		{
			ID: "P-07", Title: "Okta's change of a user by GET and PUT works", Group: PutUser, Suites: OktaSuite, Needs: Writes | OktaRequests, Impact: Impact{Okta: Breaks},
			Why:    "The wizard's applications read the user, change one value, and put the whole object back.",
			Fix:    "Take in PUT what GET returns.",
			Source: "endpoint_checks P-07; okta_contract §9", Run: putBack,
		},
		{
			ID: "P-08", Title: "PUT with a password does not fail", Group: PutUser, Suites: OktaSuite, Needs: Writes, Impact: Impact{Okta: Degrades, RFC: Note},
			Why:    "With password synchronization Okta puts the password along.",
			Fix:    "Take password without an error, and never return it.",
			Source: "endpoint_checks P-08; okta_contract §9", Run: putPassword,
		},
	}
}

// put sends a PUT with a body, and ends the check where PUT does not work at all: P-01
// is about that.
func (p *Probe) put(ctx context.Context, u user, change func(body *scim.Object)) *answer {
	body := u.Sent.Clone()
	change(body)
	a := p.do(ctx, one(http.MethodPut, "Users", u.ID).With(body))
	if a.Is(http.StatusMethodNotAllowed, http.StatusNotImplemented) {
		p.block("PUT is not there: %s", a.Says())
	}
	return a
}

func putUser(ctx context.Context, p *Probe) {
	u := p.newUser(ctx, scim.Member{Name: "nickName", Value: "Before"})
	_, kept := p.readUser(ctx, u.ID).Get("nickName")
	body := u.Sent.Clone()
	body.Delete("nickName")
	body.Set("displayName", "Put "+u.UserName)
	a := p.do(ctx, one(http.MethodPut, "Users", u.ID).With(body))
	p.must(a.OK(), "PUT /Users/{id} answers 200", "%s", a.Says())
	p.as(Impact{Okta: Degrades, RFC: Degrades}).expect(a.Is(http.StatusOK) && a.ID() == u.ID, "PUT answers 200 with the user", "%s", a.Says())
	o := p.readUser(ctx, u.ID)
	p.holds(o, "displayName", "Put "+u.UserName, "PUT")
	p.holds(o, "userName", u.UserName, "PUT")
	if kept {
		p.as(Impact{Okta: Note, RFC: Degrades}).hasNot(o, "nickName", "PUT without it")
	}
}

func putNameless(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	a := p.put(ctx, u, func(body *scim.Object) { body.Delete("userName") })
	p.refuses(a, "PUT without userName", rfcOnly, rfcOnly)
}

func putUnknown(ctx context.Context, p *Probe) {
	a := p.do(ctx, one(http.MethodPut, "Users", uuid.NewString()).With(p.userBody()))
	if a.Is(http.StatusMethodNotAllowed, http.StatusNotImplemented) {
		p.block("PUT is not there: %s", a.Says())
	}
	if p.expect(!a.OK(), "PUT of an unknown id makes nothing", "%s", a.Says()) {
		p.as(Impact{Okta: Degrades, RFC: Degrades}).isError(a, http.StatusNotFound)
	}
}

func putReadOnly(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	created := lookupText(p.readUser(ctx, u.ID), "meta.created")
	a := p.put(ctx, u, func(body *scim.Object) {
		body.Set("id", p.newName())
		body.Set("meta", valueObject(scim.Member{Name: "resourceType", Value: "User"}, scim.Member{Name: "created", Value: "2001-02-03T04:05:06Z"}))
		body.Set("groups", []any{valueObject(scim.Member{Name: "value", Value: p.newName()})})
	})
	p.must(a.OK(), "PUT with another id, meta and groups is taken", "%s", a.Says())
	o := p.readUser(ctx, u.ID)
	p.expect(o.ID() == u.ID, "the id stays after PUT with another", "it is %s", showMember(o, "id"))
	p.expect(lookupText(o, "meta.created") == created, "meta.created stays after PUT with another", "it is %q", lookupText(o, "meta.created"))
	p.expect(len(elements(o, "groups")) == 0, "groups in PUT is ignored", "it is %s", showMember(o, "groups"))
}

func putUnknownAttribute(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	a := p.put(ctx, u, func(body *scim.Object) { body.Set("favouriteColour", "teal") })
	p.expect(a.Err == nil && a.Status < 500, "an unknown attribute does not make PUT fail", "%s", a.Says())
	p.as(Impact{RFC: Note}).expect(a.OK(), "PUT with an attribute that no schema has is taken", "%s", a.Says())
}

func putActive(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	for _, active := range []bool{false, true} {
		a := p.put(ctx, u, func(body *scim.Object) { body.Set("active", active) })
		if !p.expect(a.OK(), "PUT with active "+show(active)+" is taken", "%s", a.Says()) {
			continue
		}
		v, _ := p.readUser(ctx, u.ID).Get("active")
		p.expect(v == active, "active is "+show(active)+" after PUT with it", "it is %s", show(v))
	}
}

func putBack(ctx context.Context, p *Probe) {
	d := scim.OktaAIW
	if !slices.Contains(p.oktaDialects(), d) {
		p.end(Excluded, "it sends the requests of %s, which is not asked for", d)
	}
	u := p.newUser(ctx)
	for _, c := range []scim.Change{change("name.givenName", "Changed", true), change("active", "False", true), change("active", "True", true)} {
		have := p.do(ctx, one(http.MethodGet, "Users", u.ID).As(d))
		p.must(have.Is(http.StatusOK) && have.Object() != nil, "GET of the user answers 200", "%s", have.Says())
		writes, err := scim.WriteUser(d, have.Object(), []scim.Change{c})
		if err != nil {
			p.block("the requests cannot be made: %v", err)
		}
		for _, w := range writes {
			a := p.do(ctx, one(w.Method, "Users", u.ID).With(w.Body).As(d))
			p.must(a.OK(), "PUT of what GET returned, with another "+c.Path.String()+", is taken", "%s", a.Says())
		}
		o := p.readUser(ctx, u.ID)
		want := any(c.Values[0])
		if c.Type == scim.BooleanValue {
			want = c.Values[0] == "True"
		}
		p.holds(o, c.Path.String(), want, "PUT of what GET returned")
		p.expect(o.Text("userName") == u.UserName && o.Text("externalId") == u.External, "userName and externalId stay after PUT of what GET returned", "the user is %s", show(o))
	}
}

func putPassword(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	secret := "Pw-" + p.newName() + "-Aa1!"
	a := p.put(ctx, u, func(body *scim.Object) { body.Set("password", secret) })
	p.expect(a.OK(), "PUT with a password is taken", "%s", a.Says())
	_, shown := a.Object().Get("password")
	p.as(Impact{Entra: Degrades, Okta: Breaks, RFC: Breaks}).expect(!shown, "the answer to PUT has no password", "it has")
}
