package endpoint

import (
	"context"
	"net/http"

	"github.com/scimctl/scimctl/pkg/scim"
)

func activePatchChecks() []Check {
	return []Check{
		{
			ID: "U-10", Title: "active is switched by texts and by booleans", Group: PatchUser, Suites: Core | EntraSuite, Needs: Writes | EntraRequests, Impact: breaksEntra,
			Why:    "Entra disables a leaver by the text \"False\", and with the flag aadOptscim062020 by the boolean false. A server that reads the text as true, or ignores it, leaves the account open.",
			Fix:    "Read \"True\" and \"False\" in any letter case as booleans in PATCH, and return active as a boolean.",
			Source: "endpoint_checks U-10; entra_wire W-31", Run: switchActive,
		},
		{
			ID: "U-11", Title: "Okta's deactivation and reactivation work", Group: PatchUser, Suites: OktaSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Note, Okta: Breaks, RFC: Breaks},
			Why:    "Okta deactivates by a replace without a path whose value is {\"active\": false}.",
			Fix:    "Apply replace without a path to active.",
			Source: "endpoint_checks U-11; okta_contract §9; RFC 7644 §3.5.2.3", Run: oktaActive,
		},
	}
}

// shows claims that active of a user is the boolean.
func (p *Probe) shows(ctx context.Context, id string, want bool, after string) {
	v, has := p.readUser(ctx, id).Get("active")
	if s, isText := v.(string); isText && has {
		p.as(Impact{Entra: Degrades, Okta: Degrades, RFC: Breaks}).expect(false, "active is a boolean after "+after, "it is the text %q", s)
		if b := s == "True" || s == "true"; b == want {
			return
		}
	}
	p.expect(v == want, "active is "+show(want)+" after "+after, "it is %s", show(v))
}

func switchActive(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	for _, d := range p.entraDialects() {
		for _, value := range []string{"False", "True"} {
			after := "Entra's PATCH to " + value + " (" + string(d) + ")"
			a := p.patchUser(ctx, d, u.ID, p.update(d, change("active", value, true)))
			if p.took(a, after) {
				p.shows(ctx, u.ID, value == "True", after)
			}
		}
	}
	for _, value := range []any{false, true, "false", "true", "False", "True"} {
		after := "replace of active with " + show(value)
		a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op("Replace", "active", value))))
		probe := p
		if value == "false" || value == "true" {
			probe = p.as(Impact{Entra: Degrades}) // seen from older jobs only
		}
		if probe.took(a, after) {
			probe.shows(ctx, u.ID, value == true || value == "True" || value == "true", after)
		}
	}
}

func oktaActive(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	for _, value := range []bool{false, true} {
		after := "replace without a path of active with " + show(value)
		r := one(http.MethodPatch, "Users", u.ID).With(patchOf(op("replace", "", valueObject(scim.Member{Name: "active", Value: value}))))
		if p.took(p.do(ctx, r.As(scim.OktaOIN)), after) {
			p.shows(ctx, u.ID, value, after)
			p.holds(p.readUser(ctx, u.ID), "userName", u.UserName, after)
		}
	}
}
