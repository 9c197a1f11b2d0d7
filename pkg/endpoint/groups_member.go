package endpoint

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
)

func memberChecks() []Check {
	const group = Writes | GroupObjects
	return []Check{
		{
			ID: "G-02", Title: "members are added as Entra adds them", Group: Groups, Suites: Core | EntraSuite, Needs: group | EntraRequests, Impact: breaksEntra,
			Why:    "Entra adds members by Add with the path members and an array whose elements have a $ref of null.",
			Fix:    "Take the array, ignore a $ref that is null, and keep the members that are there.",
			Source: "endpoint_checks G-02; entra_wire W-32", Run: addMembers,
		},
		{
			ID: "G-03", Title: "members are added in other shapes too", Group: Groups, Suites: OktaSuite | EntraSuite, Needs: group, Impact: Impact{Entra: Degrades, Okta: Breaks},
			Why:    "Okta puts a display beside the value. Older jobs send one object, or the bare id.",
			Fix:    "Take an array of objects, one object, and texts; ignore display and type.",
			Source: "endpoint_checks G-03; okta_contract §9", Run: addMemberShapes,
		},
		{
			ID: "G-04", Title: "replace of members sets the whole list", Group: Groups, Suites: OktaSuite | RFCSuite, Needs: group, Impact: Impact{Entra: Degrades, Okta: Breaks, RFC: Breaks},
			Why:    "Okta pushes a whole group by one replace. Whoever is not in it must be out.",
			Fix:    "Replace the list by the one in the value.",
			Source: "endpoint_checks G-04; okta_contract §9; RFC 7644 §3.5.2.3", Run: replaceMembers,
		},
		{
			ID: "G-05", Title: "remove with the path members and a value removes just these", Group: Groups, Suites: Core | EntraSuite, Needs: group | EntraRequests, Impact: breaksEntra,
			Why:    "Entra removes a member by Remove with the path members and an array that names it. A server that looks at the path alone empties the group; one that ignores the value leaves access in place.",
			Fix:    "Where a remove of members has a value, remove the members that it names and no others.",
			Source: "endpoint_checks G-05; entra_wire W-33", Run: removeByValue,
		},
		{
			ID: "G-06", Title: "remove with a value path removes one member", Group: Groups, Suites: Core | EntraSuite | OktaSuite | RFCSuite, Needs: group, Impact: breaksAll,
			Why:    "Okta, and Entra with the flag aadOptscim062020, remove by members[value eq \"…\"].",
			Fix:    "Apply the filter of the path to the members.",
			Source: "endpoint_checks G-06; entra_wire W-33; okta_contract §9; RFC 7644 §3.5.2.2", Run: removeByPath,
		},
		{
			ID: "G-07", Title: "remove with the path members alone empties the group", Group: Groups, Suites: RFCSuite, Needs: group, Impact: rfcOnly,
			Why:    "That is what the RFC says of a remove without a filter and a value. No provider sends it.",
			Fix:    "Remove all members when a remove of members has neither a filter nor a value.",
			Source: "endpoint_checks G-07; RFC 7644 §3.5.2.2", Run: removeAll,
		},
		{
			ID: "G-08", Title: "adding twice and removing nobody change nothing", Group: Groups, Suites: Core | EntraSuite | RFCSuite, Needs: group | EntraRequests, Impact: Impact{Entra: Degrades, Okta: Degrades, RFC: Degrades},
			Why:    "A change whose answer was lost is sent again. Two entries of one person need two removals, and the provider sends one.",
			Fix:    "Keep a member once, and answer the removal of somebody who is not a member as done.",
			Source: "endpoint_checks G-08; RFC 7644 §3.5.2.1", Run: repeatedMembers,
		},
		{
			ID: "G-09", Title: "members are added and removed in one request", Group: Groups, Suites: EntraSuite, Needs: group, Impact: Impact{Entra: Degrades, RFC: Degrades},
			Why:    "A cycle may bring both for one group.",
			Fix:    "Apply the operations in their order.",
			Source: "endpoint_checks G-09; RFC 7644 §3.5.2", Run: addAndRemove,
		},
		{
			ID: "G-14", Title: "an unknown member is refused cleanly, or taken", Group: Groups, Suites: Core, Needs: group | EntraRequests, Impact: degradesAll,
			Why:    "A member may have been deleted meanwhile. That must cost neither the others nor the server.",
			Fix:    "Answer 400 or 404 with a detail that names the id, and leave the group as it was.",
			Source: "endpoint_checks G-14", Run: unknownMember,
		},
		{
			ID: "G-15", Title: "a group as a member is taken or refused cleanly", Group: Groups, Suites: RFCSuite, Needs: group, Impact: Impact{Entra: Note, Okta: Note, RFC: Degrades},
			Why:    "Neither Entra nor Okta sends nested groups.",
			Fix:    "Store the member, or answer 400.",
			Source: "endpoint_checks G-15; entra_wire W-69; RFC 7643 §4.2", Run: nestedGroup,
		},
		{
			ID: "G-16", Title: "a member's value is the user's id, and $ref leads to it", Group: Groups, Suites: RFCSuite, Needs: group, Impact: rfcOnly,
			Why:    "Clients follow members by these two.",
			Fix:    "Return the id as value, and as $ref the address of the user, absolute or relative to the tenant URL.",
			Source: "endpoint_checks G-16; RFC 7643 §4.2, §2.3.7", Run: memberReferences,
		},
		{
			ID: "G-17", Title: "a user's groups follow the memberships, and cannot be written", Group: Groups, Suites: RFCSuite, Needs: group, Impact: rfcOnly,
			Why:    "groups of a user is a view on the members of groups.",
			Fix:    "Compute groups from the memberships, and ignore it in requests.",
			Source: "endpoint_checks G-17; RFC 7643 §4.1.2", Run: groupsOfUser,
		},
		{
			ID: "G-20", Title: "members that are added in several requests all stay", Group: Groups, Suites: Core | EntraSuite, Needs: group | EntraRequests, Impact: breaksEntra,
			Why:    "Entra adds members in batches. A server that reads, changes and writes without a lock, or cuts long lists, loses some without telling.",
			Fix:    "Add members one by one to the stored list, under a lock or a transaction.",
			Source: "endpoint_checks G-20; entra_wire W-05", Run: memberBatches,
		},
	}
}

// membership is what can be seen of the members of a group.
type membership struct {
	ids   []string
	shown bool // the group shows members
}

func (p *Probe) members(ctx context.Context, id string) membership {
	o := p.read(ctx, "Groups", id)
	if _, shown := o.Get("members"); shown {
		return membership{memberIDs(o), true}
	}
	// Some servers return members only when they are asked for.
	a := p.do(ctx, one(http.MethodGet, "Groups", id, scim.Param{Name: "attributes", Value: "members"}))
	_, shown := a.Object().Get("members")
	return membership{memberIDs(a.Object()), a.OK() && shown}
}

// sees reports whether somebody is a member, by the group itself, or where that shows
// no members, by the user's groups or a search.
func (p *Probe) sees(ctx context.Context, g group, id string) bool {
	if m := p.members(ctx, g.ID); m.shown {
		return slices.Contains(m.ids, id)
	}
	user := p.do(ctx, one(http.MethodGet, "Users", id))
	for _, e := range elements(user.Object(), "groups") {
		if e.Text("value") == g.ID {
			return true
		}
	}
	list, problem := p.search(ctx, "Groups", equals("displayName", g.Name)+" and "+equals("members.value", id)).List()
	return problem == "" && len(list.Resources) == 1 && list.Resources[0].ID() == g.ID
}

// isMember claims that somebody is a member.
func (p *Probe) isMember(ctx context.Context, g group, id, after string) bool {
	return p.expect(p.sees(ctx, g, id), "the user is a member after "+after, "neither members nor groups nor a search shows it")
}

// isNoMember claims that somebody is no member.
func (p *Probe) isNoMember(ctx context.Context, g group, id, after string) bool {
	return p.expect(!p.sees(ctx, g, id), "the user is no member after "+after, "it still is")
}

// crowd makes a group with three members, and ends the check when they cannot be
// seen: whether they then leave could not be told.
func (p *Probe) crowd(ctx context.Context) (g group, ids []string) {
	for range 3 {
		ids = append(ids, p.newUser(ctx).ID)
	}
	g = p.newGroup(ctx, ids...)
	for _, id := range ids {
		if !p.sees(ctx, g, id) {
			p.block("members that were added cannot be seen")
		}
	}
	return g, ids
}

func addMembers(ctx context.Context, p *Probe) {
	for _, d := range p.entraDialects() {
		g := p.newGroup(ctx)
		first, second, third := p.newUser(ctx), p.newUser(ctx), p.newUser(ctx)
		what := "Add of a member (" + string(d) + ")"
		if !p.took(p.patchGroup(ctx, d, g.ID, scim.AddMembers(d, []string{first.ID})), what) || !p.isMember(ctx, g, first.ID, what) {
			continue
		}
		what = "Add of two more (" + string(d) + ")"
		if p.took(p.patchGroup(ctx, d, g.ID, scim.AddMembers(d, []string{second.ID, third.ID})), what) {
			for _, u := range []user{first, second, third} {
				p.isMember(ctx, g, u.ID, what)
			}
		}
	}
}

func addMemberShapes(ctx context.Context, p *Probe) {
	for _, shape := range []struct {
		what   string
		impact Impact
		value  func(id string) any
	}{
		{"add with value and display", Impact{Entra: Degrades, Okta: Breaks, RFC: Breaks}, func(id string) any {
			return []any{valueObject(scim.Member{Name: "value", Value: id}, scim.Member{Name: "display", Value: "Somebody"})}
		}},
		{"add with value and type", Impact{Entra: Degrades, RFC: Degrades}, func(id string) any {
			return []any{valueObject(scim.Member{Name: "value", Value: id}, scim.Member{Name: "type", Value: "User"})}
		}},
		{"add of one object", Impact{Entra: Degrades, RFC: Note}, func(id string) any { return valueObject(scim.Member{Name: "value", Value: id}) }},
		{"add of a bare id", Impact{Entra: Note}, func(id string) any { return id }},
		{"add of an array of bare ids", Impact{Entra: Note}, func(id string) any { return []any{id} }},
	} {
		u := p.newUser(ctx)
		g := p.newGroup(ctx)
		probe := p.as(shape.impact)
		if probe.took(p.patchGroup(ctx, scim.OktaOIN, g.ID, patchOf(op("add", "members", shape.value(u.ID)))), shape.what) {
			probe.isMember(ctx, g, u.ID, shape.what)
		}
	}
}

func replaceMembers(ctx context.Context, p *Probe) {
	g, ids := p.crowd(ctx)
	fresh := p.newUser(ctx)
	list := []any{valueObject(scim.Member{Name: "value", Value: ids[0]}), valueObject(scim.Member{Name: "value", Value: fresh.ID})}
	if !p.took(p.patchGroup(ctx, scim.OktaOIN, g.ID, patchOf(op("replace", "members", list))), "replace of members") {
		return
	}
	p.isMember(ctx, g, ids[0], "replace with it")
	p.isMember(ctx, g, fresh.ID, "replace with it")
	p.isNoMember(ctx, g, ids[1], "replace without it")
	p.isNoMember(ctx, g, ids[2], "replace without it")
}

// removes claims that a PATCH removes some of the members, the first n of three, and
// no other.
func (p *Probe) removes(ctx context.Context, n int, what string, d scim.Dialect, body func(ids []string) *scim.Object) {
	g, ids := p.crowd(ctx)
	if !p.took(p.patchGroup(ctx, d, g.ID, body(ids[:n])), what) {
		return
	}
	for _, id := range ids[:n] {
		p.isNoMember(ctx, g, id, what)
	}
	for _, id := range ids[n:] {
		p.expect(p.sees(ctx, g, id), "the other members stay after "+what, "one is gone")
	}
}

func removeByValue(ctx context.Context, p *Probe) {
	if !slices.Contains(p.entraDialects(), scim.Entra) && !slices.Contains(p.entraDialects(), scim.EntraPatch2017) {
		p.end(Excluded, "it sends the requests of %s, which is not asked for", scim.Entra)
	}
	entra := func(ids []string) *scim.Object { return scim.RemoveMembers(scim.Entra, ids) }
	p.removes(ctx, 1, "Remove with a value that has $ref null", scim.Entra, entra)
	p.removes(ctx, 2, "Remove with two values", scim.Entra, entra)
	p.removes(ctx, 1, "Remove with a value", scim.Entra, func(ids []string) *scim.Object {
		return patchOf(op("Remove", "members", []any{valueObject(scim.Member{Name: "value", Value: ids[0]})}))
	})
}

func removeByPath(ctx context.Context, p *Probe) {
	compliant := func(ids []string) *scim.Object { return scim.RemoveMembers(scim.EntraCompliant, ids) }
	p.removes(ctx, 1, "remove with a value path", scim.EntraCompliant, compliant)
	p.removes(ctx, 2, "two removes with value paths", scim.EntraCompliant, compliant)
}

func removeAll(ctx context.Context, p *Probe) {
	g, ids := p.crowd(ctx)
	if p.took(p.patchGroup(ctx, scim.Entra, g.ID, patchOf(op("remove", "members", nil))), "remove of members without a value") {
		for _, id := range ids {
			p.isNoMember(ctx, g, id, "remove of members without a value")
		}
	}
}

func repeatedMembers(ctx context.Context, p *Probe) {
	for _, d := range p.entraDialects() {
		u, stranger := p.newUser(ctx), p.newUser(ctx)
		g := p.newGroup(ctx, u.ID)
		what := "adding a member again (" + string(d) + ")"
		if p.took(p.patchGroup(ctx, d, g.ID, scim.AddMembers(d, []string{u.ID})), what) && p.isMember(ctx, g, u.ID, what) {
			if m := p.members(ctx, g.ID); m.shown {
				p.expect(len(m.ids) == 1, "the member is there once after "+what, "it is there %d times", len(m.ids))
			}
		}
		what = "removing somebody who is no member (" + string(d) + ")"
		a := p.patchGroup(ctx, d, g.ID, scim.RemoveMembers(d, []string{stranger.ID}))
		if p.expect(a.Err == nil && a.Status < 500, what+" does not make the server fail", "%s", a.Says()) {
			p.as(noteAll).took(a, what)
		}
		p.as(breaksEntra).isMember(ctx, g, u.ID, what)
	}
}

func addAndRemove(ctx context.Context, p *Probe) {
	first, second := p.newUser(ctx), p.newUser(ctx)
	g := p.newGroup(ctx, first.ID)
	body := patchOf(op("Add", "members", []any{valueObject(scim.Member{Name: "value", Value: second.ID})}), op("Remove", `members[value eq `+quote(first.ID)+`]`, nil))
	if p.took(p.patchGroup(ctx, scim.Entra, g.ID, body), "add and remove in one request") {
		p.isMember(ctx, g, second.ID, "add and remove in one request")
		p.isNoMember(ctx, g, first.ID, "add and remove in one request")
	}
}

func unknownMember(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	g := p.newGroup(ctx, u.ID)
	for _, d := range p.entraDialects() {
		a := p.patchGroup(ctx, d, g.ID, scim.AddMembers(d, []string{uuid.NewString()}))
		p.expect(a.Err == nil && a.Status < 500, "an unknown member is taken, or refused with 4xx ("+string(d)+")", "%s", a.Says())
	}
	p.as(breaksAll).isMember(ctx, g, u.ID, "an unknown one was added")
}

func nestedGroup(ctx context.Context, p *Probe) {
	inner, outer := p.newGroup(ctx), p.newGroup(ctx)
	a := p.patchGroup(ctx, scim.EntraCompliant, outer.ID, patchOf(op("add", "members", []any{valueObject(scim.Member{Name: "value", Value: inner.ID}, scim.Member{Name: "type", Value: "Group"})})))
	p.must(a.Err == nil && a.Status < 500, "a group as a member is taken, or refused with 4xx", "%s", a.Says())
	p.read(ctx, "Groups", outer.ID)
}

func memberReferences(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	g := p.newGroup(ctx, u.ID)
	o := p.read(ctx, "Groups", g.ID)
	list := elements(o, "members")
	if len(list) == 0 {
		p.block("the group shows no members")
	}
	p.expect(list[0].Text("value") == u.ID, "value of a member is the user's id", "it is %s", show(list[0]))
	ref := list[0].Text("$ref")
	if !p.as(Impact{RFC: Note}).expect(ref != "", "members have a $ref", "one is %s", show(list[0])) {
		return
	}
	at, err := url.Parse(ref)
	p.must(err == nil, "$ref of a member is an address", "it is %q", ref)
	at = p.runner.wire.base.JoinPath("/").ResolveReference(at)
	p.expect(strings.HasSuffix(at.EscapedPath(), "/Users/"+escapeSegment(u.ID)), "$ref of a member ends in /Users/{id}", "it is %q", ref)
}

func groupsOfUser(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	g := p.newGroup(ctx, u.ID)
	o := p.readUser(ctx, u.ID)
	if _, has := o.Get("groups"); !has {
		p.notOffered("users do not show their groups")
	}
	inGroups := func(o *scim.Object) bool {
		return slices.ContainsFunc(elements(o, "groups"), func(e *scim.Object) bool { return e.Text("value") == g.ID })
	}
	p.expect(inGroups(o), "groups of a user lists the group that it is a member of", "it is %s", showMember(o, "groups"))
	a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op("remove", "groups", nil))))
	p.expect(a.Err == nil && a.Status < 500, "remove of groups is refused or ignored", "%s", a.Says())
	p.as(Impact{Entra: Degrades, RFC: Degrades}).isMember(ctx, g, u.ID, "remove of groups of the user")
}

func memberBatches(ctx context.Context, p *Probe) {
	d := p.entraDialects()[0]
	const batches, size = 3, 4
	g := p.newGroup(ctx)
	var all []string
	var requests []request
	for range batches {
		var ids []string
		for range size {
			ids = append(ids, p.newUser(ctx).ID)
		}
		all = append(all, ids...)
		requests = append(requests, one(http.MethodPatch, "Groups", g.ID).With(scim.AddMembers(d, ids)).As(d))
	}
	done := all[:0:0]
	for i, r := range requests[:2] {
		if p.took(p.do(ctx, r), "a batch of members") {
			done = append(done, all[i*size:(i+1)*size]...)
		}
	}
	// The last two go at the same time, the repeated one without an effect.
	for i, a := range p.together(ctx, requests[1], requests[2]) {
		if i == 1 && a.OK() {
			done = append(done, all[2*size:]...)
		}
	}
	lost := 0
	if m := p.members(ctx, g.ID); m.shown {
		for _, id := range done {
			if !slices.Contains(m.ids, id) {
				lost++
			}
		}
	} else {
		for _, id := range done {
			if !p.sees(ctx, g, id) {
				lost++
			}
		}
	}
	p.expect(lost == 0, fmt.Sprintf("all of %d members that were answered as added are there", batches*size), "%d are missing", lost)
}
