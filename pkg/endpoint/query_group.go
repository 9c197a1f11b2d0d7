package endpoint

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
)

func queryGroupChecks() []Check {
	return []Check{
		{
			ID: "Q-14", Title: "Entra's test of a membership is answered", Group: Query, Suites: EntraSuite, Needs: Writes | GroupObjects | EntraRequests, Impact: Impact{Entra: Degrades},
			Why:    "Entra asks with id eq and members eq whether somebody is in a group, and wants the id alone back.",
			Fix:    "Support id and members in filters of groups, and the parameter attributes=id.",
			Source: "endpoint_checks Q-14; entra_wire W-06", Run: memberReference,
		},
		{
			ID: "Q-15", Title: "a search for a group's displayName finds exactly that group", Group: Query, Suites: AllSuites &^ OptSuite, Needs: Writes | GroupObjects, Impact: breaksAll,
			Why:    "Groups are matched by their displayName before they are made. Entra always asks for them without their members.",
			Fix:    "Apply filter=displayName eq \"…\" to groups, with and without excludedAttributes=members, and answer an empty list with 200.",
			Source: "endpoint_checks Q-15; entra_wire W-03, W-04; okta_contract §9", Run: searchGroup,
		},
		{
			ID: "Q-16", Title: "excludedAttributes=members leaves the members out", Group: Query, Suites: Core | EntraSuite | RFCSuite, Needs: Writes | GroupObjects, Impact: Impact{Entra: Degrades, RFC: Degrades},
			Why:    "Entra sends it with every read of a group. A server that returns ten thousand members all the same is slow, or too slow.",
			Fix:    "Leave members out of single groups and of lists when excludedAttributes names them.",
			Source: "endpoint_checks Q-16; entra_wire W-04; RFC 7644 §3.9", Run: withoutMembers,
		},
	}
}

func memberReference(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	g := p.newGroup(ctx, u.ID)
	only := scim.Param{Name: "attributes", Value: "id"}
	ask := func(path, value string) *answer {
		return p.do(ctx, get("Groups", scim.Param{Name: "filter", Value: equals("id", g.ID) + " and " + equals(path, value)}, only))
	}
	// The documents leave open which of the two is sent.
	path := "members"
	if list, problem := ask(path, u.ID).List(); problem != "" || len(list.Resources) != 1 {
		if list, problem = ask("members.value", u.ID).List(); problem == "" && len(list.Resources) == 1 {
			p.as(noteAll).expect(false, `id eq "…" and members eq "…" finds exactly the one`, "only members.value eq does")
			path = "members.value"
		}
	}
	p.referenceFound(ctx, "Groups", g.ID, path, u.ID)
}

func searchGroup(ctx context.Context, p *Probe) {
	g, other := p.newGroup(ctx), p.newGroup(ctx)
	for _, name := range []struct{ name, id string }{{g.Name, g.ID}, {other.Name, other.ID}} {
		filter := equals("displayName", name.name)
		p.found(p.do(ctx, get("Groups", scim.Entra.SearchGroups(filter)...)), "a search for a group without members", name.id)
		p.found(p.do(ctx, get("Groups", scim.OktaOIN.SearchGroups(filter)...)), "a search for a group with members", name.id)
	}
	p.found(p.search(ctx, "Groups", equals("displayName", uuid.NewString())), "a search for a group that does not exist")
	p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Degrades}).found(p.search(ctx, "Groups", equals("displayName", otherCase(g.Name))), "a search for a group in another letter case", g.ID)
}

func withoutMembers(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	g := p.newGroup(ctx, u.ID)
	leaveOut := scim.Entra.ReadGroup()
	a := p.do(ctx, one(http.MethodGet, "Groups", g.ID, leaveOut...))
	p.as(breaksAll).mustAnswer(a, http.StatusOK)
	p.as(breaksAll).expect(a.ID() == g.ID && a.Text("displayName") == g.Name, "a group that is read without members has its id and displayName", "%s", a.Says())
	p.expect(len(memberIDs(a.Object())) == 0, "a group that is read without members has none", "members is %s", showMember(a.Object(), "members"))
	list := p.as(breaksAll).mustList(p.search(ctx, "Groups", equals("displayName", g.Name)))
	for _, o := range list.Resources {
		p.expect(len(memberIDs(o)) == 0, "a group that is listed without members has none", "members is %s", showMember(o, "members"))
	}
}
