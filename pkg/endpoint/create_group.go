package endpoint

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func createGroupChecks() []Check {
	return []Check{
		{
			ID: "C-25", Title: "Entra's own group schema is tolerated", Group: Create, Suites: Core | EntraSuite, Needs: Writes | GroupObjects, Impact: breaksEntra,
			Why:    "Entra lists a second schema, " + scim.ADSCIMGroupSchema + ", in every group that it creates.",
			Fix:    "Ignore URNs in schemas that the server does not know.",
			Source: "endpoint_checks C-25; entra_wire W-22", Run: entraGroup,
		},
		{
			ID: "C-26", Title: "a group without members is created", Group: Create, Suites: AllSuites &^ OptSuite, Needs: Writes | GroupObjects, Impact: breaksAll,
			Why:    "Providers make the group first and add its members afterwards.",
			Fix:    "Answer POST /Groups with 201, an id and the displayName; members are optional.",
			Source: "endpoint_checks C-26; entra_wire W-22; okta_contract §9; RFC 7644 §3.3", Run: emptyGroup,
		},
		{
			ID: "C-27", Title: "a group with members is created", Group: Create, Suites: OktaSuite | RFCSuite, Needs: Writes | GroupObjects, Impact: Impact{Okta: Degrades, RFC: Degrades},
			Why:    "Entra never does it; other clients do.",
			Fix:    "Take members in POST /Groups, and return each with value and a $ref that can be read.",
			Source: "endpoint_checks C-27; RFC 7643 §4.2", Run: groupWithMembers,
		},
		{
			ID: "C-28", Title: "the same group again is answered 409", Group: Create, Suites: EntraSuite, Needs: Writes | GroupObjects, Impact: Impact{Entra: Degrades},
			Why:    "Entra matches groups by displayName. Two of one name match neither.",
			Fix:    "Make a group's displayName unique, and answer 409 with scimType uniqueness.",
			Source: "endpoint_checks C-28; entra_wire W-03, W-20", Run: duplicateGroup,
		},
		{
			ID: "C-29", Title: "a group without displayName is refused with 400", Group: Create, Suites: RFCSuite, Needs: Writes | GroupObjects, Impact: rfcOnly,
			Why:    "displayName is required of a group; without it no provider finds the group again.",
			Fix:    "Answer 400 with scimType invalidValue.",
			Source: "endpoint_checks C-29; RFC 7643 §4.2", Run: groupWithoutName,
		},
	}
}

func entraGroup(ctx context.Context, p *Probe) {
	body := p.groupBody()
	a := p.do(ctx, post("Groups", body))
	if !a.OK() {
		plain := p.groupBody(scim.Member{Name: "schemas", Value: []any{scim.GroupSchema}})
		if b := p.do(ctx, post("Groups", plain)); !b.OK() {
			p.block("a group without that schema is refused too: %s", b.Says())
		}
	}
	p.expect(a.OK(), "a group that lists "+scim.ADSCIMGroupSchema+" is taken", "%s", a.Says())
}

func emptyGroup(ctx context.Context, p *Probe) {
	body := p.groupBody(scim.Member{Name: "schemas", Value: []any{scim.GroupSchema}})
	a := p.do(ctx, post("Groups", body))
	p.must(a.OK(), "POST /Groups answers 201", "%s", a.Says())
	p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks}).answers(a, http.StatusCreated)
	p.must(a.ID() != "", "the new group has an id, a text that is not empty", "%s", a.Says())
	p.as(degradesAll).expect(a.Text("displayName") == body.Text("displayName"), "the answer has the displayName", "it has %s", showMember(a.Object(), "displayName"))
	o := p.read(ctx, "Groups", a.ID())
	p.expect(o.ID() == a.ID(), "the group that is read has the id", "it has %s", showMember(o, "id"))
	for _, name := range []string{"displayName", "externalId"} {
		p.expect(o.Text(name) == body.Text(name), "the group that is read has "+name, "%q was sent, it has %s", body.Text(name), showMember(o, name))
	}
	p.as(rfcOnly).expect(hasSchema(o, scim.GroupSchema), "schemas lists "+scim.GroupSchema, "it is %s", showMember(o, "schemas"))
}

func groupWithMembers(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	member := scim.NewObject(scim.Member{Name: "value", Value: u.ID})
	body := p.groupBody(scim.Member{Name: "schemas", Value: []any{scim.GroupSchema}}, scim.Member{Name: "members", Value: []any{member}})
	a := p.do(ctx, post("Groups", body))
	p.accepts(a, "a group with a member")
	o := p.read(ctx, "Groups", a.ID())
	ids := memberIDs(o)
	p.must(len(ids) == 1 && ids[0] == u.ID, "the group that is read has the member", "members is %s", showMember(o, "members"))
	ref := lookupText(o, "members.$ref")
	if ref == "" {
		p.as(noteAll).expect(false, "members have a $ref", "members is %s", showMember(o, "members"))
		return
	}
	at, err := url.Parse(ref)
	p.must(err == nil, "$ref of a member is an address", "it is %q", ref)
	at = p.runner.wire.base.JoinPath("/").ResolveReference(at)
	p.expect(strings.HasSuffix(at.EscapedPath(), "/Users/"+escapeSegment(u.ID)), "$ref of a member ends in /Users/{id}", "it is %q", ref)
}

// memberIDs returns the ids in the members of a group, in order.
func memberIDs(o *scim.Object) []string {
	var ids []string
	v, _ := o.Get("members")
	list, _ := v.([]any)
	for _, item := range list {
		switch m := item.(type) {
		case *scim.Object:
			ids = append(ids, m.Text("value"))
		case string:
			ids = append(ids, m)
		}
	}
	return ids
}

func duplicateGroup(ctx context.Context, p *Probe) {
	g := p.newGroup(ctx)
	a := p.do(ctx, post("Groups", p.groupBody(scim.Member{Name: "schemas", Value: []any{scim.GroupSchema}}, scim.Member{Name: "displayName", Value: g.Name})))
	p.answers(a, http.StatusConflict)
}

func groupWithoutName(ctx context.Context, p *Probe) {
	body := p.groupBody(scim.Member{Name: "schemas", Value: []any{scim.GroupSchema}})
	body.Delete("displayName")
	p.refuses(p.do(ctx, post("Groups", body)), "a group without displayName", rfcOnly, rfcOnly)
}
