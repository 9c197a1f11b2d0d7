package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
)

// risks reports accepted risks that do not exist.
func (b *builder) risks() {
	for _, name := range b.opts.AcceptRisks {
		if !slices.Contains(Risks(), name) {
			b.report(diag.Errorf(codeUnknownRisk, diag.Range{}, "there is no risk %q%s", name, diag.DidYouMean(name, Risks())).
				WithDetail("Risks that can be accepted: %s.", strings.Join(Risks(), ", ")))
		}
	}
}

// accepts reports whether the person who plans accepts the risk.
func (b *builder) accepts(risk string) bool { return slices.Contains(b.opts.AcceptRisks, risk) }

// tenantFits refuses a sign-in to another tenant than the profile's.
func (b *builder) tenantFits() bool {
	want := b.r.Tenant.Value
	if want == "" {
		return true
	}
	t := b.o.Tenant
	for _, name := range append([]string{t.ID}, t.Domains...) {
		if strings.EqualFold(name, want) {
			return true
		}
	}
	b.refuse(Refusal{Reason: fmt.Sprintf("the profile is for tenant %s, but the sign-in is to %s; sign in to the profile's tenant, or choose another environment with --env", want, tenantName(t))})
	return false
}

func tenantName(t entra.Tenant) string {
	if len(t.Domains) > 0 {
		return fmt.Sprintf("%s (%s)", t.Domains[0], t.ID)
	}
	if t.ID == "" {
		return "a tenant that could not be read"
	}
	return t.ID
}

// identify settles which application the plan is about: one that is there, in
// b.app, or one to create. False means that it cannot be settled.
func (b *builder) identify() bool {
	fitting := b.q.Fitting(b.o)
	switch {
	case len(fitting) > 1:
		b.several(fitting)
		return false
	case len(fitting) == 1 && b.q.Existing == nil && !fitting[0].ours() && !b.opts.Adopt:
		b.refuse(b.unmarked(fitting[0]))
		return false
	case len(fitting) == 1:
		return b.take(fitting[0])
	case b.q.Existing != nil:
		b.missing()
		return false
	}
	return b.create()
}

// several refuses to choose among applications.
func (b *builder) several(fitting []Candidate) {
	reason := fmt.Sprintf("%d enterprise applications are named %q", len(fitting), b.name())
	switch {
	case b.q.Existing == nil && fitting[0].ours():
		reason = fmt.Sprintf("%d enterprise applications carry the mark %s", len(fitting), b.q.Tag)
	case b.q.Existing != nil && b.q.Existing.Name == "":
		reason = fmt.Sprintf("%d enterprise applications fit app.existing", len(fitting))
	}
	b.refuse(Refusal{
		Reason:  reason + "; name the one that is meant under app.existing.servicePrincipal, or remove the others",
		Choices: choices(b, fitting),
	})
}

// name is the display name that was looked for.
func (b *builder) name() string {
	if b.q.Existing != nil && b.q.Existing.Name != "" {
		return b.q.Existing.Name
	}
	return b.q.Name
}

// unmarked refuses to take over an application that this profile did not make.
func (b *builder) unmarked(c Candidate) Refusal {
	reason := fmt.Sprintf("an enterprise application %q from %s is there already and was not made by scimctl", c.ServicePrincipal.DisplayName, b.templateName(c.ServicePrincipal.ApplicationTemplateID))
	if owner, ok := Owner(c.ServicePrincipal.Tags); ok {
		reason = fmt.Sprintf("the enterprise application %q belongs to the profile %s, which would lose it; give one of the profiles another app.name", c.ServicePrincipal.DisplayName, owner)
	}
	return Refusal{Reason: reason, Flag: "--adopt", Choices: choices(b, []Candidate{c})}
}

// choices describes candidates, one line each, in a fixed order.
func choices(b *builder, candidates []Candidate) []string {
	lines := make([]string, len(candidates))
	for i, c := range candidates {
		sp := c.ServicePrincipal
		line := fmt.Sprintf("service principal %s, %q, client id %s, from %s", sp.ID, sp.DisplayName, sp.AppID, b.templateName(sp.ApplicationTemplateID))
		if c.Created != "" {
			line += ", created " + c.Created
		}
		if owner, ok := Owner(sp.Tags); ok {
			line += ", of profile " + owner
		}
		lines[i] = line
	}
	slices.Sort(lines)
	return lines
}

// templateName names an application template for people.
func (b *builder) templateName(id string) string {
	switch {
	case id == "":
		return "no template"
	case strings.EqualFold(id, entra.NonGalleryTemplateID):
		return "the non-gallery template"
	case b.o.Template != nil && strings.EqualFold(b.o.Template.ID, id):
		return fmt.Sprintf("the gallery application %q", b.o.Template.DisplayName)
	default:
		return "template " + id
	}
}

// take makes the plan about an application that is there.
func (b *builder) take(c Candidate) bool {
	sp := c.ServicePrincipal
	b.app = b.o.App
	if b.app == nil || b.app.ServicePrincipal.ID != sp.ID {
		b.app = &ObservedApp{ServicePrincipal: sp}
	}
	b.p.App.Name = sp.DisplayName
	b.p.App.ServicePrincipalID = sp.ID
	b.p.App.Adopted = b.q.Existing != nil || !c.ours() || slices.Contains(sp.Tags, AdoptedTag)
	if b.app.Application != nil {
		b.p.App.ApplicationID = b.app.Application.ID
	}
	if b.q.Existing != nil {
		if owner, ok := Owner(sp.Tags); ok && !c.Tagged {
			b.note(fmt.Sprintf("the application is also managed by the profile %s; one of the two will undo what the other does", owner))
		}
		return true
	}
	if want := b.q.TemplateID(b.o); want != "" && sp.ApplicationTemplateID != "" && !strings.EqualFold(want, sp.ApplicationTemplateID) {
		b.report(diag.Errorf(codeOtherTemplate, b.r.App.Template.Where, "the application %q was made from %s, not from %s", sp.DisplayName, b.templateName(sp.ApplicationTemplateID), b.templateName(want)).
			WithDetail("The template of an application cannot be changed. Write the template that it was made from, or remove the application and apply again."))
		return false
	}
	switch {
	case c.Tagged:
	case c.Begun:
		b.complete(sp)
	default:
		b.adopt(sp)
	}
	return true
}

// ours reports whether scimctl made or took over the candidate for this profile.
func (c Candidate) ours() bool { return c.Tagged || c.Begun }

// complete tags an application that an earlier run made and could not tag.
func (b *builder) complete(sp entra.ServicePrincipal) {
	b.add(Step{
		ID: idTag, Kind: TagApp, Action: Change, Tag: b.q.Tag, Made: true,
		Summary: fmt.Sprintf("go on with the enterprise application %q, which a run that broke off had made", sp.DisplayName),
		Details: []Line{{Add, "tag " + b.q.Tag}},
	})
}

// adopt marks the application, so that the next run finds it without a flag.
func (b *builder) adopt(sp entra.ServicePrincipal) {
	s := Step{ID: idTag, Kind: TagApp, Action: Change, Tag: b.q.Tag, Summary: fmt.Sprintf("take over the enterprise application %q", sp.DisplayName)}
	s.Details = append(s.Details, Line{Add, "tag " + b.q.Tag})
	if owner, ok := Owner(sp.Tags); ok {
		s.Details = append(s.Details, Line{Delete, "mark of the profile " + owner})
		s.Consequences = append(s.Consequences, fmt.Sprintf("the profile %s no longer finds the application", owner))
	} else {
		s.Details = append(s.Details, Line{Add, "tag " + AdoptedTag})
	}
	b.add(s)
}

// missing reports that the existing application is not there.
func (b *builder) missing() {
	e := b.q.Existing
	what := fmt.Sprintf("the display name %q", e.Name)
	switch {
	case e.ServicePrincipal != "":
		what = "the object id " + e.ServicePrincipal
	case e.AppID != "":
		what = "the client id " + e.AppID
	}
	b.report(diag.Errorf(codeNoExisting, e.Where, "the tenant has no enterprise application with %s", what).
		WithDetail("An adopted application is never created. Check the value and the tenant (the sign-in is to %s), or take app.existing out of the profile so that the application is created.", tenantName(b.o.Tenant)))
}

// create plans a new application.
func (b *builder) create() bool {
	id := b.q.TemplateID(b.o)
	where := b.r.App.Template.Where
	switch {
	case id == "" && len(b.o.Templates) > 1:
		lines := make([]string, len(b.o.Templates))
		for i, t := range b.o.Templates {
			lines[i] = fmt.Sprintf("%s (%s, by %s)", t.ID, t.DisplayName, t.Publisher)
		}
		slices.Sort(lines)
		b.report(diag.Errorf(codeManyTemplates, where, "%d gallery applications are named %q", len(lines), b.q.Template).
			WithDetail("Write the id of the one that is meant: %s.", strings.Join(lines, ", ")))
		return false
	case id == "":
		b.report(diag.Errorf(codeNoTemplate, where, "the gallery has no application %q%s", b.q.Template, diag.DidYouMean(b.q.Template, []string{nonGallery})).
			WithDetail("Write the display name as the gallery shows it, or the template's id, or %s for an application of your own.", nonGallery))
		return false
	}
	if t := b.o.Template; t != nil && len(t.SupportedProvisioningTypes) > 0 && !slices.Contains(t.SupportedProvisioningTypes, provisioningSync) {
		b.report(diag.Errorf(codeNoProvisioning, where, "the gallery application %q does not offer automatic provisioning", t.DisplayName).
			WithDetail("Use template: %s with the vendor's SCIM endpoint.", nonGallery))
		return false
	}
	for _, c := range b.o.Candidates {
		b.note(fmt.Sprintf("another application has the name %q already: service principal %s, from %s; it is left alone", c.ServicePrincipal.DisplayName, c.ServicePrincipal.ID, b.templateName(c.ServicePrincipal.ApplicationTemplateID)))
	}
	b.add(Step{
		ID: idApp, Kind: CreateApp, Action: Add,
		Summary: fmt.Sprintf("enterprise application %q from %s", b.q.Name, b.templateName(id)),
		Details: []Line{
			{Add, "service principal and application registration (ids known after create)"},
			{Add, "tag " + b.q.Tag},
		},
		CreateApp: &CreateAppStep{TemplateID: id, Name: b.q.Name, Tag: b.q.Tag},
	})
	return true
}

// provisioningSync is how a template says that it offers provisioning.
// Source: graph_contract §2.
const provisioningSync = "sync"
