package endpoint

import (
	"context"
	"net/http"

	"github.com/scimctl/scimctl/pkg/scim"
)

// oktaChecks are the flows of Okta that the catalogue has no number of its own for.
func oktaChecks() []Check {
	return []Check{
		{
			ID: "O-01", Title: "Okta's test of the credentials is answered", Group: Query, Suites: OktaSuite, Needs: OktaRequests, Impact: Impact{Okta: Breaks},
			Why:    "Okta tests the token by a small list of users.",
			Fix:    "Answer GET /Users?startIndex=1&count=1 with 200 and a ListResponse.",
			Source: "okta_contract §9", Run: oktaProbe,
		},
		{
			ID: "O-02", Title: "Okta's create is taken, and the user is found again", Group: Create, Suites: OktaSuite, Needs: Writes | OktaRequests, Impact: Impact{Okta: Breaks},
			Why:    "Okta sends a random password, empty groups, and Content-Type with a charset. Afterwards it searches by userName with startIndex and count.",
			Fix:    "Take the request as it is; ignore groups and, if you do not keep it, the password.",
			Source: "okta_contract §9", Run: oktaCreate,
		},
		{
			ID: "O-03", Title: "Okta's change of a profile by PATCH arrives", Group: PatchUser, Suites: OktaSuite, Needs: Writes | OktaRequests, Impact: Impact{Okta: Breaks},
			Why:    "Published applications send the changed attributes whole, in one replace without a path.",
			Fix:    "Apply each member of the value, complex ones such as name and emails too.",
			Source: "okta_contract §9 [?]", Run: oktaChange,
		},
		{
			ID: "O-04", Title: "Okta's group push works", Group: Groups, Suites: OktaSuite, Needs: Writes | GroupObjects | OktaRequests, Impact: Impact{Okta: Breaks},
			Why:    "Okta makes the group empty, repeats its id and name, adds members with a display, and removes them by a value path.",
			Fix:    "Take each of these requests; see G-01, G-03, G-04 and G-06.",
			Source: "okta_contract §9", Run: oktaPush,
		},
	}
}

func oktaProbe(ctx context.Context, p *Probe) {
	for _, d := range p.oktaDialects() {
		a := p.do(ctx, get("Users", d.Probe()...).As(d))
		list := p.mustList(a)
		p.as(Impact{Okta: Degrades}).expect(len(list.Resources) <= 1, "a list with count=1 has one user at most ("+string(d)+")", "it has %d", len(list.Resources))
	}
}

// oktaUser returns the body of Okta's create and makes the user.
func (p *Probe) oktaUser(ctx context.Context, d scim.Dialect) (*scim.Object, *answer) {
	values := attributeValues(p.values(basicTargets(), 0, nil))
	secret := scim.AttributeValue{Path: scim.PasswordPath, Values: []string{"Pw-" + p.newName() + "-Aa1!"}}
	body, err := scim.CreateUser(d, append(values, secret))
	if err != nil {
		p.block("the body of a user cannot be made: %v", err)
	}
	return body, p.do(ctx, post("Users", body).As(d))
}

func oktaCreate(ctx context.Context, p *Probe) {
	for _, d := range p.oktaDialects() {
		body, a := p.oktaUser(ctx, d)
		p.accepts(a, "Okta's create ("+string(d)+")")
		list := p.mustList(p.do(ctx, get("Users", d.SearchUsers(equals("userName", body.Text("userName")))...).As(d)))
		p.expect(len(list.Resources) == 1 && list.Resources[0].ID() == a.ID(), "Okta's search finds the new user ("+string(d)+")", "it finds %d", len(list.Resources))
		o := p.readUser(ctx, a.ID())
		for _, path := range []string{"userName", "externalId", "displayName", "name.familyName"} {
			p.expect(lookupText(o, path) == lookupText(body, path), "the new user has "+path+" ("+string(d)+")", "it has %q", lookupText(o, path))
		}
	}
	none := p.do(ctx, get("Users", scim.OktaOIN.SearchUsers(equals("userName", p.newUserName()))...).As(scim.OktaOIN))
	list, problem := none.List()
	p.expect(none.Is(http.StatusNotFound) && none.Error() != nil || problem == "" && list.Total == 0, "Okta's search for nobody is an empty list, or 404 with a SCIM error", "%s", none.Says())
}

func oktaChange(ctx context.Context, p *Probe) {
	d := p.oktaDialects()[0]
	if d != scim.OktaOIN {
		p.end(Excluded, "it sends the requests of %s, which is not asked for", scim.OktaOIN)
	}
	_, created := p.oktaUser(ctx, d)
	if !created.OK() || created.ID() == "" {
		p.block("the user could not be made: %s", created.Says())
	}
	id := created.ID()
	have := p.readUser(ctx, id)
	writes, err := scim.WriteUser(d, have, []scim.Change{change("name.givenName", "Changed", true), change("displayName", "Changed "+have.Text("userName"), true)})
	if err != nil {
		p.block("the requests cannot be made: %v", err)
	}
	for _, w := range writes {
		a := p.do(ctx, one(w.Method, "Users", id).With(w.Body).As(d))
		p.must(a.Is(http.StatusOK, http.StatusNoContent), "Okta's change answers 200 or 204", "%s", a.Says())
	}
	o := p.readUser(ctx, id)
	p.holds(o, "name.givenName", "Changed", "Okta's change")
	p.holds(o, "displayName", "Changed "+have.Text("userName"), "Okta's change")
	p.expect(lookupText(o, "name.familyName") == lookupText(have, "name.familyName"), "familyName stays after Okta's change of the name", "it is %q", lookupText(o, "name.familyName"))
}

func oktaPush(ctx context.Context, p *Probe) {
	d := p.oktaDialects()[0]
	first, second := p.newUser(ctx), p.newUser(ctx)
	name := p.newName()
	body, err := scim.CreateGroup(d, []scim.AttributeValue{{Path: scim.Path{Attribute: "displayName"}, Values: []string{name}}})
	if err != nil {
		p.block("the body of a group cannot be made: %v", err)
	}
	none := p.do(ctx, get("Groups", d.SearchGroups(equals("displayName", name))...).As(d))
	_, problem := none.List()
	p.expect(problem == "" || none.Is(http.StatusNotFound), "Okta's search for a group that is not there is an empty list", "%s", none.Says())
	a := p.do(ctx, post("Groups", body).As(d))
	p.accepts(a, "Okta's create of a group")
	g := group{ID: a.ID(), Name: name}
	step := func(what string, body *scim.Object) {
		a := p.patchGroup(ctx, d, g.ID, body)
		p.must(a.Is(http.StatusOK, http.StatusNoContent), what+" answers 200 or 204", "%s", a.Says())
	}
	step("Okta's PATCH of id and displayName", patchOf(op("replace", "", valueObject(scim.Member{Name: "id", Value: g.ID}, scim.Member{Name: "displayName", Value: name}))))
	step("Okta's add of members", scim.AddMembers(d, []string{first.ID, second.ID}))
	p.isMember(ctx, g, first.ID, "Okta's add")
	p.isMember(ctx, g, second.ID, "Okta's add")
	step("Okta's remove of a member", scim.RemoveMembers(d, []string{first.ID}))
	p.isNoMember(ctx, g, first.ID, "Okta's remove")
	p.isMember(ctx, g, second.ID, "Okta's remove of another")
	gone := p.do(ctx, one(http.MethodDelete, "Groups", g.ID).As(d))
	p.expect(gone.OK(), "Okta's unlink deletes the group", "%s", gone.Says())
}
