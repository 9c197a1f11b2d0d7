package endpoint

import (
	"context"
	"net/http"
	"slices"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
)

func groupChecks() []Check {
	const group = Writes | GroupObjects
	return []Check{
		{
			ID: "G-01", Title: "a group is renamed in each shape", Group: Groups, Suites: Core | EntraSuite | OktaSuite, Needs: group, Impact: Impact{Entra: Breaks, Okta: Breaks, RFC: Breaks},
			Why:    "Entra replaces displayName with a path, or with the flag without one; Okta sends id and displayName in one value before each change of members.",
			Fix:    "Apply replace to displayName and externalId with and without a path; ignore an id that is the group's own.",
			Source: "endpoint_checks G-01; entra_wire W-35; okta_contract §9", Run: renameGroup,
		},
		{
			ID: "G-10", Title: "an operation on an unrelated path does no harm", Group: Groups, Suites: EntraSuite, Needs: group, Impact: Impact{Entra: Degrades},
			Why:    "A misspelt target attribute must not keep members from being changed, or make the server fail.",
			Fix:    "Ignore the operation, or answer 400 with scimType invalidPath.",
			Source: "endpoint_checks G-10", Run: unrelatedPath,
		},
		{
			ID: "G-11", Title: "PATCH of a group answers 204", Group: Groups, Suites: Core | EntraSuite, Needs: group, Impact: Impact{Entra: Degrades, Okta: Degrades, RFC: Degrades},
			Why:    "Entra expects 204. 200 with the group works as well, at the cost of its members in each answer; 200 with nothing is neither.",
			Fix:    "Answer PATCH /Groups/{id} with 204.",
			Source: "endpoint_checks G-11; entra_wire W-50; RFC 7644 §3.5.2", Run: groupPatchAnswer,
		},
		{
			ID: "G-13", Title: "PUT of a group replaces its members", Group: Groups, Suites: RFCSuite, Needs: group, Impact: rfcOnly,
			Why:    "PUT replaces the whole resource. Neither Entra nor Okta puts groups.",
			Fix:    "Replace displayName and members by what the body has.",
			Source: "endpoint_checks G-13; RFC 7644 §3.5.1", Run: putGroup,
		},
		{
			ID: "G-18", Title: "a deleted group is gone", Group: Groups, Suites: AllSuites &^ OptSuite, Needs: group, Impact: breaksAll,
			Why:    "A group that stays after DELETE keeps giving its members what it gives.",
			Fix:    "Answer DELETE with 204, and 404 from then on to GET, PATCH and DELETE.",
			Source: "endpoint_checks G-18; entra_wire W-50; okta_contract §9; RFC 7644 §3.6", Run: deleteGroup,
		},
		{
			ID: "G-19", Title: "deleting a group leaves its users", Group: Groups, Suites: Core, Needs: group, Impact: breaksAll,
			Why:    "Unassigning a group must not delete people.",
			Fix:    "Delete the memberships with the group, and nothing else.",
			Source: "endpoint_checks G-19", Run: usersStay,
		},
	}
}

// patchGroup sends a PATCH to a group with the headers of a dialect.
func (p *Probe) patchGroup(ctx context.Context, d scim.Dialect, id string, body *scim.Object) *answer {
	return p.do(ctx, one(http.MethodPatch, "Groups", id).With(body).As(d))
}

func renameGroup(ctx context.Context, p *Probe) {
	type rename struct {
		what   string
		impact Impact
		body   func(g group, name string) *scim.Object
	}
	shapes := []rename{
		{"Replace with a path", p.result.Check.Impact, func(g group, name string) *scim.Object { return patchOf(op("Replace", "displayName", name)) }},
		{"replace without a path", p.result.Check.Impact, func(g group, name string) *scim.Object {
			return patchOf(op("replace", "", valueObject(scim.Member{Name: "displayName", Value: name})))
		}},
		{"replace without a path, with the id", Impact{Entra: Note, Okta: Breaks, RFC: Note}, func(g group, name string) *scim.Object {
			return patchOf(op("replace", "", valueObject(scim.Member{Name: "id", Value: g.ID}, scim.Member{Name: "displayName", Value: name})))
		}},
	}
	for _, s := range shapes {
		g := p.newGroup(ctx)
		name := p.newName()
		probe := p.as(s.impact)
		if !probe.took(p.patchGroup(ctx, scim.Entra, g.ID, s.body(g, name)), "a rename by "+s.what) {
			continue
		}
		o := p.read(ctx, "Groups", g.ID)
		probe.holds(o, "displayName", name, "a rename by "+s.what)
		probe.expect(o.ID() == g.ID, "the id stays after a rename by "+s.what, "it is %s", showMember(o, "id"))
		probe.found(p.search(ctx, "Groups", equals("displayName", name)), "a search for the new name after "+s.what, g.ID)
	}
	g := p.newGroup(ctx)
	external := p.newName()
	entra := p.as(breaksEntra)
	for _, d := range p.entraDialects() {
		body, err := scim.UpdateGroup(d, []scim.Change{change("externalId", external, true)})
		if err == nil && entra.took(p.patchGroup(ctx, d, g.ID, body), "a change of externalId ("+string(d)+")") {
			entra.holds(p.read(ctx, "Groups", g.ID), "externalId", external, "a change ("+string(d)+")")
		}
	}
}

func unrelatedPath(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	g := p.newGroup(ctx)
	a := p.patchGroup(ctx, scim.Entra, g.ID, patchOf(op("Add", "members", []any{valueObject(scim.Member{Name: "value", Value: u.ID})}), op("Replace", "name", "unrelated")))
	if !p.expect(a.Err == nil && a.Status < 500, "an operation on the path name is refused with 4xx, or ignored", "%s", a.Says()) {
		return
	}
	if a.OK() {
		p.isMember(ctx, g, u.ID, "an operation beside one on an unrelated path")
	}
	p.holds(p.read(ctx, "Groups", g.ID), "displayName", g.Name, "an operation on the path name")
}

func groupPatchAnswer(ctx context.Context, p *Probe) {
	g := p.newGroup(ctx)
	a := p.patchGroup(ctx, scim.Entra, g.ID, patchOf(op("Replace", "displayName", p.newName())))
	if !a.OK() {
		p.block("a PATCH fails: %s", a.Says())
	}
	p.answers(a, http.StatusNoContent, http.StatusOK)
	if a.Status == http.StatusOK {
		p.as(noteAll).expect(false, "PATCH of a group answers 204", "it answers 200")
		p.expect(a.ID() == g.ID, "200 to a PATCH has the changed group", "%s", a.Says())
	}
}

func putGroup(ctx context.Context, p *Probe) {
	first, second := p.newUser(ctx), p.newUser(ctx)
	g := p.newGroup(ctx, first.ID)
	name := p.newName()
	body := p.groupBody(scim.Member{Name: "schemas", Value: []any{scim.GroupSchema}}, scim.Member{Name: "displayName", Value: name},
		scim.Member{Name: "members", Value: []any{valueObject(scim.Member{Name: "value", Value: second.ID})}})
	a := p.do(ctx, one(http.MethodPut, "Groups", g.ID).With(body))
	if a.Is(http.StatusMethodNotAllowed, http.StatusNotImplemented) {
		p.notOffered("PUT of groups is refused as not there")
	}
	p.mustAnswer(a, http.StatusOK, http.StatusNoContent)
	p.holds(p.read(ctx, "Groups", g.ID), "displayName", name, "PUT")
	p.isMember(ctx, g, second.ID, "PUT with it")
	p.isNoMember(ctx, g, first.ID, "PUT without it")
}

func deleteGroup(ctx context.Context, p *Probe) {
	g := p.newGroup(ctx)
	a := p.do(ctx, one(http.MethodDelete, "Groups", g.ID))
	p.must(a.OK(), "DELETE /Groups/{id} answers 204", "%s", a.Says())
	p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Degrades}).answers(a, http.StatusNoContent)
	p.answers(p.do(ctx, one(http.MethodGet, "Groups", g.ID)), http.StatusNotFound)
	p.found(p.search(ctx, "Groups", equals("displayName", g.Name)), "a search for a group that was deleted")
	weak := p.as(Impact{Entra: Note, Okta: Note, RFC: Degrades})
	weak.answers(p.do(ctx, one(http.MethodDelete, "Groups", g.ID)), http.StatusNotFound)
	weak.answers(p.do(ctx, one(http.MethodDelete, "Groups", uuid.NewString())), http.StatusNotFound)
	again := p.do(ctx, post("Groups", p.groupBody(scim.Member{Name: "schemas", Value: []any{scim.GroupSchema}}, scim.Member{Name: "displayName", Value: g.Name})))
	p.as(degradesAll).expect(again.OK(), "a group of the name of a deleted one can be made", "%s", again.Says())
}

func usersStay(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	g := p.newGroup(ctx, u.ID)
	if a := p.do(ctx, one(http.MethodDelete, "Groups", g.ID)); !a.OK() {
		p.block("the group could not be deleted: %s", a.Says())
	}
	a := p.do(ctx, one(http.MethodGet, "Users", u.ID))
	p.must(a.Is(http.StatusOK), "a member of a deleted group can be read", "%s", a.Says())
	v, _ := a.Object().Get("active")
	p.expect(v == true, "a member of a deleted group is active as before", "active is %s", show(v))
	ids := []string{}
	for _, e := range elements(a.Object(), "groups") {
		ids = append(ids, e.Text("value"))
	}
	p.as(Impact{Entra: Note, Okta: Note, RFC: Degrades}).expect(!slices.Contains(ids, g.ID), "groups of a user does not list a deleted group", "it does")
}
