package endpoint

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/scimctl/scimctl/pkg/scim"
)

func managerPatchChecks() []Check {
	return []Check{
		{
			ID: "U-12", Title: "the manager is set in each shape that Entra sends", Group: PatchUser, Suites: Core | EntraSuite, Needs: Writes | EntraRequests, Impact: breaksEntra,
			Why:    "Entra sends the manager's id in an array of one object with $ref, or with the flag as an object; some jobs as a bare text.",
			Fix:    "Read the manager's value from an object, an array of one object, and a text.",
			Source: "endpoint_checks U-12; entra_wire W-34", Run: setManager,
		},
		{
			ID: "U-13", Title: "the manager is changed and cleared", Group: PatchUser, Suites: Core | EntraSuite, Needs: Writes | EntraRequests, Impact: breaksEntra,
			Why:    "People get new managers. A second value beside the first, or the old one for ever, is wrong.",
			Fix:    "Replace the manager as a whole, and remove it by the operation remove.",
			Source: "endpoint_checks U-13; entra_wire W-34, W-25", Run: changeManager,
		},
		{
			ID: "U-14", Title: "an unknown manager does not make the server fail", Group: PatchUser, Suites: EntraSuite, Needs: Writes | EntraRequests, Impact: Impact{Entra: Degrades},
			Why:    "A manager may be out of scope, or be made later in the same cycle.",
			Fix:    "Store the reference, or refuse it with 400 and a detail.",
			Source: "endpoint_checks U-14; entra_wire W-61, W-68", Run: unknownManager,
		},
	}
}

// needManager ends the check where managers are not provisioned or not known.
func (p *Probe) needManager() {
	t := target{AttributeValue: scim.AttributeValue{Path: scim.Path{URN: scim.EnterpriseUserSchema, Attribute: "manager"}}}
	switch {
	case p.runner.options.Users != nil && !p.runner.users.has(managerPath):
		p.end(Excluded, "the profile does not provision managers")
	case p.runner.options.Users == nil && p.loss(t) == noteAll:
		p.notOffered("manager is not in the server's schema")
	}
}

// managerOf returns the id of a user's manager, whatever shape it has.
func managerOf(o *scim.Object) string {
	v, _ := lookup(o, managerPath)
	switch v := v.(type) {
	case string:
		return v
	case *scim.Object:
		return v.Text("value")
	}
	return ""
}

// manages claims that a user has the manager.
func (p *Probe) manages(ctx context.Context, id, manager, after string) {
	o := p.readUser(ctx, id)
	got, _ := lookup(o, managerPath)
	p.expect(managerOf(o) == manager, "the user has the manager after "+after, "manager is %s", show(got))
}

// give sets a manager in whatever shape the server takes, for checks that go on from
// there. U-12 tells which shapes it does not take.
func (p *Probe) give(ctx context.Context, id, manager string) {
	for _, d := range []scim.Dialect{scim.EntraCompliant, scim.Entra} {
		if p.patchUser(ctx, d, id, p.update(d, change(managerPath, manager, false))).OK() && managerOf(p.readUser(ctx, id)) == manager {
			return
		}
	}
	p.block("a manager could not be set")
}

func setManager(ctx context.Context, p *Probe) {
	p.needManager()
	manager := p.newUser(ctx)
	for _, d := range p.entraDialects() {
		u := p.newUser(ctx)
		what := "Add of the manager (" + string(d) + ")"
		if p.took(p.patchUser(ctx, d, u.ID, p.update(d, change(managerPath, manager.ID, false))), what) {
			p.manages(ctx, u.ID, manager.ID, what)
		}
	}
	u := p.newUser(ctx)
	plain := p.as(Impact{Entra: Degrades})
	if plain.took(p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op("Add", managerPath, manager.ID)))), "Add of the manager as a bare text") {
		plain.manages(ctx, u.ID, manager.ID, "Add of the manager as a bare text")
	}
}

func changeManager(ctx context.Context, p *Probe) {
	p.needManager()
	first, second := p.newUser(ctx), p.newUser(ctx)
	for _, d := range p.entraDialects() {
		u := p.newUser(ctx)
		p.give(ctx, u.ID, first.ID)
		what := "Replace of the manager (" + string(d) + ")"
		if p.took(p.patchUser(ctx, d, u.ID, p.update(d, change(managerPath, second.ID, true))), what) {
			p.manages(ctx, u.ID, second.ID, what)
		}
	}
	// Entra does not clear values of its own accord (W-25), validators do.
	weak := p.as(Impact{Entra: Degrades})
	for _, clear := range []struct {
		what string
		op   scim.PatchOp
	}{
		{"remove of the manager", op("Remove", managerPath, nil)},
		{`Replace of the manager with ""`, op("Replace", managerPath, "")},
		{`Replace of the manager with {"value": ""}`, op("Replace", managerPath, valueObject(scim.Member{Name: "value", Value: ""}))},
	} {
		u := p.newUser(ctx)
		p.give(ctx, u.ID, first.ID)
		a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(clear.op)))
		if weak.took(a, clear.what) {
			got := managerOf(p.readUser(ctx, u.ID))
			weak.expect(got == "", "the user has no manager after "+clear.what, "it is %q", got)
		}
	}
}

func unknownManager(ctx context.Context, p *Probe) {
	p.needManager()
	u := p.newUser(ctx)
	for _, d := range p.entraDialects() {
		a := p.patchUser(ctx, d, u.ID, p.update(d, change(managerPath, uuid.NewString(), false)))
		p.expect(a.Err == nil && a.Status < 500, "an unknown manager is stored, or refused with 4xx ("+string(d)+")", "%s", a.Says())
	}
	p.answers(p.do(ctx, one(http.MethodGet, "Users", u.ID)), http.StatusOK)
}
