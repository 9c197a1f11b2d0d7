package endpoint

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

func valuePatchChecks() []Check {
	return []Check{
		{
			ID: "U-04", Title: "a value path makes the element that is missing", Group: PatchUser, Suites: Core | EntraSuite, Needs: Writes | EntraRequests, Impact: breaksEntra,
			Why:    "Entra sends emails[type eq \"work\"].value whether there is such an element or not, as Add or as Replace. A server that finds none and does nothing loses the address.",
			Fix:    "When no element matches the filter of a path, make one from it, such as {\"type\": \"work\", \"value\": …}, for add and for replace.",
			Source: "endpoint_checks U-04; entra_wire W-36", Run: missingElement,
		},
		{
			ID: "U-05", Title: "several value paths build one element", Group: PatchUser, Suites: Core | EntraSuite, Needs: Writes | EntraRequests, Impact: breaksEntra,
			Why:    "An address comes as six operations on addresses[type eq \"work\"], one a sub-attribute. Six elements of one value each are no address.",
			Fix:    "Apply each operation to the element that the one before made.",
			Source: "endpoint_checks U-05; entra_wire W-36, W-40", Run: oneElement,
		},
		{
			ID: "U-06", Title: `roles[primary eq "True"] selects by a text`, Group: PatchUser, Suites: EntraSuite, Needs: Writes | EntraRequests, Impact: Impact{Entra: Degrades},
			Why:    "SingleAppRoleAssignment is mapped to this path, which compares a boolean with a text.",
			Fix:    "Read \"True\" in a filter as a boolean where the attribute is one, and make the element that is missing.",
			Source: "endpoint_checks U-06; entra_wire W-37", Run: primaryRole,
		},
		{
			ID: "U-18", Title: "elements and whole multi-valued attributes are removed", Group: PatchUser, Suites: EntraSuite | RFCSuite, Needs: Writes, Impact: Impact{Entra: Degrades, RFC: Degrades},
			Why:    "What was removed in the directory must not stay in the application, and nothing else may go.",
			Fix:    "Apply remove with a value path to the elements that match, and with a plain path to all.",
			Source: "endpoint_checks U-18; RFC 7644 §3.5.2.2", Run: removeElements,
		},
		{
			ID: "U-20", Title: "replace of an element that is not there is refused with noTarget", Group: PatchUser, Suites: RFCSuite, Needs: Writes, Impact: Impact{RFC: Note},
			Why:    "So says the RFC; Entra needs the opposite (U-04), so this is a note at most.",
			Fix:    "Leave it as it is if Entra provisions into the server.",
			Source: "endpoint_checks U-20; RFC 7644 §3.5.2.3", Run: noTarget,
		},
		{
			ID: "U-22", Title: "at most one element is primary", Group: PatchUser, Suites: RFCSuite, Needs: Writes, Impact: rfcOnly,
			Why:    "The value true of primary must appear once at most; a new primary value takes it from the old one.",
			Fix:    "Set primary of the other elements to false when an element becomes primary.",
			Source: "endpoint_checks U-22; RFC 7643 §2.4; RFC 7644 §3.5.2", Run: onePrimary,
		},
		{
			ID: "U-30", Title: "a role that is JSON in a text is taken", Group: PatchUser, Suites: EntraSuite, Needs: Writes, Impact: Impact{Entra: Degrades},
			Why:    "AppRoleAssignmentsComplex makes Entra add roles in PATCH whose value is a text with {\"id\", \"value\", \"displayName\"}.",
			Fix:    "Parse the value of a role that begins with { as JSON.",
			Source: "endpoint_checks U-30; entra_wire W-38", Run: roleText,
		},
	}
}

// elements returns the elements of a multi-valued attribute.
func elements(o *scim.Object, attribute string) []*scim.Object {
	v, _ := o.Get(attribute)
	list, _ := v.([]any)
	var out []*scim.Object
	for _, item := range list {
		if e, ok := item.(*scim.Object); ok {
			out = append(out, e)
		}
	}
	return out
}

// ofType returns the elements of a type.
func ofType(o *scim.Object, attribute, kind string) []*scim.Object {
	return slices.DeleteFunc(elements(o, attribute), func(e *scim.Object) bool { return !strings.EqualFold(e.Text("type"), kind) })
}

func missingElement(ctx context.Context, p *Probe) {
	path := `emails[type eq "work"].value`
	for _, d := range p.entraDialects() {
		for _, had := range []bool{false, true} {
			body := p.userBody()
			body.Delete("emails")
			a := p.do(ctx, post("Users", body))
			if !a.OK() || a.ID() == "" {
				p.block("a user without e-mail could not be made: %s", a.Says())
			}
			if len(elements(p.readUser(ctx, a.ID()), "emails")) > 0 {
				p.block("the server gives each user an e-mail address of its own")
			}
			address := "added." + body.Text("userName")
			kind := map[bool]string{false: "Add", true: "Replace"}[had] + " of " + path + " (" + string(d) + ")"
			if !p.took(p.patchUser(ctx, d, a.ID(), p.update(d, change(path, address, had))), kind) {
				continue
			}
			o := p.readUser(ctx, a.ID())
			work := ofType(o, "emails", "work")
			p.expect(len(work) == 1 && work[0].Text("value") == address, "there is one work e-mail with the value after "+kind, "emails is %s", showMember(o, "emails"))
		}
	}
}

func oneElement(ctx context.Context, p *Probe) {
	for _, d := range p.entraDialects() {
		for _, c := range []struct {
			attribute string
			subs      []string
		}{
			{"addresses", []string{"formatted", "streetAddress", "locality", "region", "postalCode", "country"}},
			{"phoneNumbers", []string{"value"}},
		} {
			u := p.newUser(ctx)
			if len(elements(p.readUser(ctx, u.ID), c.attribute)) > 0 {
				continue // the server fills it by itself
			}
			filter := &scim.Comparison{Path: scim.Path{Attribute: "type"}, Operator: scim.OpEqual, Value: "work"}
			var values []filled
			weight := noteAll
			for _, sub := range c.subs {
				t := target{AttributeValue: scim.AttributeValue{Path: scim.Path{Attribute: c.attribute, Filter: filter, Sub: sub}}}
				if p.loss(t) == noteAll {
					continue
				}
				weight = p.loss(t)
				t.Name = t.Path.String()
				values = append(values, filled{target: t, Want: t.value(u.External, p.runner.options.Domain, 1)})
				values[len(values)-1].Values = []string{values[len(values)-1].Want}
			}
			if p.runner.options.Users != nil && !slices.ContainsFunc(p.runner.users, func(t target) bool { return strings.EqualFold(t.Path.Attribute, c.attribute) }) {
				continue // the profile does not send it
			}
			what := fmt.Sprintf("Add of %s[type eq \"work\"] (%s)", c.attribute, d)
			probe := p.as(onEntra(weight))
			if len(values) == 0 || !probe.took(p.patchUser(ctx, d, u.ID, p.update(d, changesOf(values, false)...)), what) {
				continue
			}
			o := p.readUser(ctx, u.ID)
			work := ofType(o, c.attribute, "work")
			if !probe.expect(len(work) == 1 && len(elements(o, c.attribute)) == 1, what+" makes one element of that type", "%s is %s", c.attribute, showMember(o, c.attribute)) {
				continue
			}
			for _, f := range values {
				probe.expect(work[0].Text(f.Path.Sub) == f.Want, what+" sets "+f.Path.Sub, "it is %s", show(work[0]))
			}
		}
	}
	if len(p.result.Claims) == 0 {
		p.notOffered("neither addresses nor phoneNumbers are in the server's schema")
	}
}

// needRoles ends the check where roles are not provisioned or not known.
func (p *Probe) needRoles() {
	roles := target{AttributeValue: scim.AttributeValue{Path: scim.Path{Attribute: "roles", Sub: "value"}}}
	provisioned := slices.ContainsFunc(p.runner.users, func(t target) bool { return strings.EqualFold(t.Path.Attribute, "roles") })
	switch {
	case p.runner.options.Users != nil && !provisioned:
		p.end(Excluded, "the profile does not provision roles")
	case p.runner.options.Users == nil && p.loss(roles) == noteAll:
		p.notOffered("roles is not in the server's schema")
	}
}

func primaryRole(ctx context.Context, p *Probe) {
	p.needRoles()
	for _, d := range p.entraDialects() {
		u := p.newUser(ctx)
		for i, value := range []string{"reader", "writer"} {
			what := []string{"Add", "Replace"}[i] + ` of roles[primary eq "True"].value (` + string(d) + ")"
			a := p.patchUser(ctx, d, u.ID, p.update(d, change(`roles[primary eq "True"].value`, value, i > 0)))
			if !p.took(a, what) {
				break
			}
			o := p.readUser(ctx, u.ID)
			all := elements(o, "roles")
			p.expect(len(all) == 1 && all[0].Text("value") == value, "there is one role with the value after "+what, "roles is %s", showMember(o, "roles"))
		}
	}
}

// twoMails makes a user with a work and a home e-mail address.
func (p *Probe) twoMails(ctx context.Context) user {
	name := p.newName()
	mail := func(kind string, primary bool) any {
		return scim.NewObject(scim.Member{Name: "type", Value: kind}, scim.Member{Name: "value", Value: name + "." + kind + "@" + p.runner.options.Domain}, scim.Member{Name: "primary", Value: primary})
	}
	u := p.newUser(ctx, scim.Member{Name: "emails", Value: []any{mail("work", true), mail("home", false)}})
	if o := p.readUser(ctx, u.ID); len(ofType(o, "emails", "work")) != 1 || len(ofType(o, "emails", "home")) != 1 {
		p.block("the server does not keep a work and a home e-mail: emails is %s", showMember(o, "emails"))
	}
	return u
}

func removeElements(ctx context.Context, p *Probe) {
	u := p.twoMails(ctx)
	what := `remove of emails[type eq "home"]`
	if p.took(p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op("Remove", `emails[type eq "home"]`, nil)))), what) {
		o := p.readUser(ctx, u.ID)
		p.expect(len(ofType(o, "emails", "home")) == 0, "the element is gone after "+what, "emails is %s", showMember(o, "emails"))
		p.as(Impact{Entra: Breaks, RFC: Breaks}).expect(len(ofType(o, "emails", "work")) == 1, "the others stay after "+what, "emails is %s", showMember(o, "emails"))
	}
	a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op("Remove", "emails", nil))))
	if a.Is(http.StatusBadRequest) {
		p.as(noteAll).expect(false, "remove of emails is taken", "%s", a.Says()) // an e-mail may be required
		return
	}
	if p.took(a, "remove of emails") {
		p.hasNot(p.readUser(ctx, u.ID), "emails.value", "remove of emails")
	}
}

func noTarget(ctx context.Context, p *Probe) {
	u := p.newUser(ctx)
	a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op("replace", `emails[type eq "other"].value`, "x."+u.UserName))))
	p.expect(a.Is(http.StatusBadRequest), "replace of an element that is not there answers 400", "%s", a.Says())
	if e := a.Error(); a.Is(http.StatusBadRequest) && e != nil {
		p.expect(e.ScimType == scim.NoTarget, "its scimType is noTarget", "it is %q", e.ScimType)
	}
}

func onePrimary(ctx context.Context, p *Probe) {
	u := p.twoMails(ctx)
	a := p.do(ctx, one(http.MethodPatch, "Users", u.ID).With(patchOf(op("replace", `emails[type eq "home"].primary`, true))))
	if !p.took(a, `replace of emails[type eq "home"].primary`) {
		return
	}
	o := p.readUser(ctx, u.ID)
	primary := 0
	for _, e := range elements(o, "emails") {
		if v, _ := e.Get("primary"); v == true {
			primary++
		}
	}
	p.expect(primary <= 1, "one e-mail at most is primary", "%d are: emails is %s", primary, showMember(o, "emails"))
	if home := ofType(o, "emails", "home"); len(home) == 1 {
		v, _ := home[0].Get("primary")
		p.expect(v == true, "the new primary e-mail is primary", "emails is %s", showMember(o, "emails"))
	}
}

func roleText(ctx context.Context, p *Probe) {
	p.needRoles()
	u := p.newUser(ctx)
	text := `{"id":"18d14569-c3bd-439b-9a66-3a2aee01d14f","value":"reader","displayName":"Reader"}`
	// The shape in which Entra puts it: an array of one object whose value is the text.
	body, err := scim.UpdateUser(scim.Entra, []scim.Change{{AttributeValue: scim.AttributeValue{Path: scim.Path{Attribute: "roles"}, Multi: true, Values: []string{text}}}})
	if err != nil {
		p.block("the body of a PATCH cannot be made: %v", err)
	}
	if p.took(p.patchUser(ctx, scim.Entra, u.ID, body), "Add of a role that is JSON in a text") {
		o := p.readUser(ctx, u.ID)
		all := elements(o, "roles")
		p.expect(len(all) == 1, "there is one role after it", "roles is %s", showMember(o, "roles"))
		if len(all) == 1 {
			p.as(noteAll).expect(all[0].Text("value") == "reader", "the role's value is that inside the text", "roles is %s", showMember(o, "roles"))
		}
	}
}
