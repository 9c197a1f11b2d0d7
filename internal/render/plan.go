package render

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/scimctl/scimctl/pkg/plan"
)

// Plan writes a plan as prose with symbols: where the token goes first, then the
// steps with their details and consequences, then what is to be known, and one
// line that sums up.
func (p *Printer) Plan(pl *plan.Plan) {
	p.Paragraph(0, "", p.style.strong.Render(title(pl))+tenantOf(pl))
	if e := pl.Endpoint; e != nil && e.TokenFrom != "" {
		p.Paragraph(2, "", fmt.Sprintf("The token comes from the %s and goes to %s.", e.TokenFrom, e.Host))
	}
	for _, step := range pl.Steps {
		p.Linef("")
		p.step(step)
	}
	if len(pl.Impact) > 0 {
		p.Linef("")
	}
	for _, i := range pl.Impact {
		p.Paragraph(2, p.style.warn.Render("!")+" ", clean(i.String()))
	}
	if len(pl.Notes) > 0 {
		p.Linef("")
	}
	for _, note := range pl.Notes {
		p.Paragraph(2, p.style.note.Render("note")+" ", note)
	}
	for _, r := range pl.Refusals {
		p.Linef("")
		p.Refusal(r)
	}
	p.Linef("")
	p.Linef("%s", p.summary(pl))
}

func title(pl *plan.Plan) string {
	t := "Plan for " + pl.Profile
	if pl.Environment != "" {
		t += " (" + pl.Environment + ")"
	}
	return t
}

func tenantOf(pl *plan.Plan) string {
	name := pl.Tenant.Name
	if len(pl.Tenant.Domains) > 0 {
		name = strings.TrimSpace(name + " (" + pl.Tenant.Domains[0] + ")")
	}
	if name == "" {
		name = pl.Tenant.ID
	}
	if name == "" {
		return ""
	}
	return " in " + name
}

// step writes one step, its details and its consequences.
func (p *Printer) step(s plan.Step) {
	p.Paragraph(2, p.symbol(s.Action)+" ", clean(s.Summary))
	for _, line := range s.Details {
		p.Paragraph(6, p.symbol(line.Action)+" ", clean(line.Text))
	}
	for _, c := range s.Consequences {
		p.Paragraph(6, p.style.warn.Render("!")+" ", clean(c))
	}
}

// Refusal writes why something is not done before a person acts, and what would
// accept it.
func (p *Printer) Refusal(r plan.Refusal) {
	p.Paragraph(2, p.style.bad.Render("refused")+" ", clean(r.Reason))
	for _, c := range r.Choices {
		p.Paragraph(6, "· ", clean(c))
	}
	if r.Flag != "" {
		p.Paragraph(4, "", "To go on, add "+p.style.code.Render(r.Flag))
	}
}

func (p *Printer) symbol(a plan.Action) string { return p.actionStyle(a).Render(string(a)) }

func (p *Printer) actionStyle(a plan.Action) lipgloss.Style {
	switch a {
	case plan.Add:
		return p.style.add
	case plan.Change:
		return p.style.change
	case plan.Delete:
		return p.style.remove
	default:
		return p.style.do
	}
}

// summary counts the steps by what they do.
func (p *Printer) summary(pl *plan.Plan) string {
	if len(pl.Steps) == 0 {
		if len(pl.Refusals) > 0 || pl.Diagnostics.HasErrors() {
			return "No plan can be made before that is settled."
		}
		return p.style.good.Render("Nothing to do.") + " The tenant is as the profile says."
	}
	return plural(len(pl.Steps), "step") + ": " + actionCounts(pl) + "."
}
