package endpoint

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
)

func lifecycleChecks() []Check {
	return []Check{
		{
			ID: "L-01", Title: "a disabled user stays, as inactive", Group: Lifecycle, Suites: AllSuites &^ OptSuite, Needs: Writes, Impact: breaksAll,
			Why:    "A leaver is disabled and not deleted. The account must be closed, and still be there to be opened again.",
			Fix:    "Store active false, keep everything else, and return the user as before.",
			Source: "endpoint_checks L-01; entra_wire W-52, W-65; okta_contract §9", Run: disable,
		},
		{
			ID: "L-02", Title: "an enabled user is the one of before", Group: Lifecycle, Suites: Core | EntraSuite | OktaSuite, Needs: Writes, Impact: breaksAll,
			Why:    "Who comes back gets the old account: the provider has stored its id.",
			Fix:    "Set active to true on the same object, with its id and attributes.",
			Source: "endpoint_checks L-02; entra_wire W-65", Run: enable,
		},
		{
			ID: "L-03", Title: "a create for a disabled user is answered 409", Group: Lifecycle, Suites: Core | EntraSuite, Needs: Writes, Impact: Impact{Entra: Breaks, Okta: Degrades, RFC: Degrades},
			Why:    "A second account of the same name would leave the first one behind, or hide it. After a 409 Entra matches the one that is there.",
			Fix:    "Keep userName unique among inactive users too. Reactivating the old account in place, with its id, is the alternative.",
			Source: "endpoint_checks L-03; entra_wire W-24", Run: createDisabled,
		},
		{
			ID: "L-04", Title: "DELETE answers 204 without a body", Group: Lifecycle, Suites: AllSuites &^ (OptSuite | OktaSuite), Needs: Writes, Impact: Impact{Entra: Breaks, RFC: Breaks},
			Why:    "Entra deletes an account when the person is deleted for good. What is refused is tried again for weeks. Okta never deletes users.",
			Fix:    "Answer DELETE /Users/{id} with 204. If accounts must be kept, hide them from all answers.",
			Source: "endpoint_checks L-04, L-10; entra_wire W-50, W-65; RFC 7644 §3.6", Run: deleteUser,
		},
		{
			ID: "L-05", Title: "a deleted user is gone", Group: Lifecycle, Suites: AllSuites &^ (OptSuite | OktaSuite), Needs: Writes, Impact: Impact{Entra: Breaks, RFC: Breaks},
			Why:    "An account that can still be read is still linked.",
			Fix:    "Answer 404 to GET and PATCH of a deleted id.",
			Source: "endpoint_checks L-05; entra_wire W-52; RFC 7644 §3.6", Run: readDeleted,
		},
		{
			ID: "L-06", Title: "DELETE of an unknown id is answered 404", Group: Lifecycle, Suites: Core | RFCSuite, Needs: Writes, Impact: Impact{Entra: Degrades, RFC: Degrades},
			Why:    "404 tells that there is nothing left to do; a 500 is repeated.",
			Fix:    "Answer 404 with a SCIM error when no user has the id.",
			Source: "endpoint_checks L-06; RFC 7644 §3.6, §3.12", Run: deleteUnknown,
		},
		{
			ID: "L-07", Title: "a second DELETE is answered 404", Group: Lifecycle, Suites: RFCSuite, Needs: Writes, Impact: Impact{Entra: Note, RFC: Degrades},
			Why:    "The object is gone; a second success would hide a mistake.",
			Fix:    "Answer 404 to DELETE of a deleted id.",
			Source: "endpoint_checks L-07; RFC 7644 §3.6", Run: deleteTwice,
		},
		{
			ID: "L-08", Title: "a deleted user leaves the groups", Group: Lifecycle, Suites: Core, Needs: Writes | GroupObjects, Impact: degradesAll,
			Why:    "A member that does not exist cannot be removed by the provider any more.",
			Fix:    "Delete the memberships with the user.",
			Source: "endpoint_checks L-08", Run: deletedMember,
		},
		{
			ID: "L-09", Title: "a user can be made again after DELETE", Group: Lifecycle, Suites: Core | EntraSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Breaks, RFC: Degrades},
			Why:    "People are hired again under their old name. A hidden row that still holds the userName makes the create fail for ever, and no search finds why.",
			Fix:    "Free userName when a user is deleted, and give the new one a new id.",
			Source: "endpoint_checks L-09; RFC 7644 §3.6, RFC 7643 §3.1", Run: createAgain,
		},
	}
}

// setActive switches a user in the words of the first dialect that is asked for, or
// ends the check: the checks of PATCH tell why that fails.
func (p *Probe) setActive(ctx context.Context, id string, active bool) {
	value := map[bool]string{true: "True", false: "False"}[active]
	var a *answer
	for _, d := range append(p.entraDialects(), scim.EntraCompliant) {
		if a = p.patchUser(ctx, d, id, p.update(d, change("active", value, true))); a.OK() {
			return
		}
	}
	p.block("active could not be set to %t: %s", active, a.Says())
}

func disable(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	before := p.readUser(ctx, u.ID)
	p.setActive(ctx, u.ID, false)
	a := p.do(ctx, one(http.MethodGet, "Users", u.ID))
	p.must(a.Is(http.StatusOK), "a disabled user can be read", "%s", a.Says())
	v, _ := a.Object().Get("active")
	p.expect(v == false || v == "False" || v == "false", "active of a disabled user is false", "it is %s", show(v))
	for _, name := range []string{"userName", "externalId", "displayName"} {
		p.expect(a.Text(name) == before.Text(name), "a disabled user keeps its "+name, "%q became %s", before.Text(name), showMember(a.Object(), name))
	}
}

func enable(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	before := p.readUser(ctx, u.ID)
	p.setActive(ctx, u.ID, false)
	p.setActive(ctx, u.ID, true)
	o := p.readUser(ctx, u.ID)
	v, _ := o.Get("active")
	p.expect(v == true || v == "True" || v == "true", "active of an enabled user is true", "it is %s", show(v))
	p.expect(o.ID() == u.ID, "an enabled user keeps its id", "it is %s", showMember(o, "id"))
	for _, path := range []string{"userName", "externalId", "displayName", "name.familyName", "emails.value"} {
		p.expect(lookupText(o, path) == lookupText(before, path), "an enabled user keeps its "+path, "%q became %q", lookupText(before, path), lookupText(o, path))
	}
}

func createDisabled(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	p.setActive(ctx, u.ID, false)
	a := p.do(ctx, post("Users", u.Sent))
	if a.OK() && a.ID() == u.ID {
		p.as(noteAll).expect(false, "a create for a disabled user answers 409", "it reactivates the user: %s", a.Says())
		v, _ := p.readUser(ctx, u.ID).Get("active")
		p.expect(v == true, "a create that reactivates makes the user active", "active is %s", show(v))
		return
	}
	if p.expect(!a.OK(), "a create for a disabled user makes no second one", "%s", a.Says()) {
		p.as(degradesAll).answers(a, http.StatusConflict)
	}
}

func deleteUser(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	a := p.do(ctx, one(http.MethodDelete, "Users", u.ID))
	p.must(a.OK(), "DELETE /Users/{id} answers 204", "%s", a.Says())
	weak := p.as(Impact{Entra: Degrades, RFC: Degrades})
	weak.answers(a, http.StatusNoContent)
	weak.expect(len(strings.TrimSpace(string(a.Body))) == 0, "the answer to DELETE has no body", "%s", a.Says())
}

// deleted makes a user and deletes it.
func (p *Probe) deleted(ctx context.Context) user {
	u := p.newUser(ctx)
	if a := p.do(ctx, one(http.MethodDelete, "Users", u.ID)); !a.OK() {
		p.block("the user could not be deleted: %s", a.Says())
	}
	return u
}

func readDeleted(ctx context.Context, p *Probe) {
	u := p.deleted(ctx)
	p.isError(p.do(ctx, one(http.MethodGet, "Users", u.ID)), http.StatusNotFound)
	a := p.patchUser(ctx, scim.Entra, u.ID, patchOf(op("Replace", "displayName", "Gone")))
	p.expect(!a.OK(), "PATCH of a deleted user is not answered as done", "%s", a.Says())
	if !a.OK() {
		p.as(Impact{Entra: Degrades, RFC: Degrades}).answers(a, http.StatusNotFound)
	}
}

func deleteUnknown(ctx context.Context, p *Probe) {
	p.isError(p.do(ctx, one(http.MethodDelete, "Users", uuid.NewString())), http.StatusNotFound)
}

func deleteTwice(ctx context.Context, p *Probe) {
	u := p.deleted(ctx)
	p.answers(p.do(ctx, one(http.MethodDelete, "Users", u.ID)), http.StatusNotFound)
}

func deletedMember(ctx context.Context, p *Probe) {
	leaver, stayer := p.newUser(ctx), p.newUser(ctx)
	g := p.newGroup(ctx, leaver.ID, stayer.ID)
	if m := p.members(ctx, g.ID); !m.shown || len(m.ids) != 2 {
		p.block("the group does not show its two members")
	}
	if a := p.do(ctx, one(http.MethodDelete, "Users", leaver.ID)); !a.OK() {
		p.block("the user could not be deleted: %s", a.Says())
	}
	p.isNoMember(ctx, g, leaver.ID, "DELETE of it")
	p.as(breaksAll).isMember(ctx, g, stayer.ID, "DELETE of another")
}

func createAgain(ctx context.Context, p *Probe) {
	u := p.deleted(ctx)
	a := p.do(ctx, post("Users", u.Sent))
	p.must(a.OK(), "a user of the name of a deleted one can be made", "%s", a.Says())
	p.as(Impact{Entra: Degrades, RFC: Breaks}).expect(a.ID() != u.ID, "it has a new id", "it has that of the deleted one")
	p.answers(p.do(ctx, one(http.MethodGet, "Users", a.ID())), http.StatusOK)
	p.finds(ctx, "Users", equals("userName", u.UserName), a.ID())
}
