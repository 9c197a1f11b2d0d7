package render

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/scimctl/scimctl/pkg/entra"
)

// OnDemand writes the answer of provisioning one object on demand: each step
// with its details in two columns, the changed attributes, and the verdict.
func (p *Printer) OnDemand(name string, r entra.OnDemandResult) {
	p.Linef("%s", p.style.strong.Render(clean(name)))
	for i, s := range r.Steps {
		p.onDemandStep(i+1, s)
	}
	if len(r.Modified) > 0 {
		p.Linef("")
		p.Linef("  %s", p.style.faint.Render("changed attributes"))
		width := 0
		for _, m := range r.Modified {
			width = max(width, lipgloss.Width(m.DisplayName))
		}
		for _, m := range r.Modified {
			p.Paragraph(4, fmt.Sprintf("%-*s  ", width, clean(m.DisplayName)), change(m))
		}
	}
	p.Linef("")
	p.verdict(r)
}

func (p *Printer) onDemandStep(n int, s entra.OnDemandStep) {
	style := p.style.good
	switch strings.ToLower(s.Status) {
	case "failure":
		style = p.style.bad
	case "skipped", "warning":
		style = p.style.warn
	}
	p.Linef("")
	p.Linef("  %d. %s %s  %s", n, p.style.strong.Render(s.Type), p.style.faint.Render(s.Name), style.Render(s.Status))
	if s.Description != "" {
		p.Paragraph(5, "", clean(s.Description))
	}
	width := 0
	for _, d := range s.Details {
		width = max(width, min(lipgloss.Width(d.Name), 40))
	}
	for _, d := range s.Details {
		p.Paragraph(7, p.style.faint.Render(fmt.Sprintf("%-*s", width, clean(d.Name)))+"  ", clean(d.Value))
	}
}

func change(m entra.ModifiedProperty) string {
	show := func(s *string) string {
		if s == nil {
			return "nothing"
		}
		return clean(*s)
	}
	if m.OldValue == nil {
		return show(m.NewValue)
	}
	return show(m.OldValue) + " -> " + show(m.NewValue)
}

// verdict writes how it ended, why, and what to do.
func (p *Printer) verdict(r entra.OnDemandResult) {
	lead := r.Result
	if r.Action != "" && !strings.EqualFold(r.Action, "other") {
		lead += ": " + strings.ToLower(r.Action)
	}
	style := p.style.good
	switch strings.ToLower(r.Result) {
	case "success":
	case "skipped":
		style = p.style.warn
	default:
		style = p.style.bad
	}
	text := ""
	if r.TargetID != "" {
		text = "id " + r.TargetID + " at the endpoint"
	}
	for _, s := range []string{r.ErrorCode, r.Message, r.Status.Reason, r.Status.AdditionalDetails} {
		if s != "" && !strings.Contains(text, s) {
			if text != "" {
				text += "; "
			}
			text += s
		}
	}
	p.Paragraph(0, style.Render(lead)+"  ", clean(text))
	if a := r.Status.RecommendedAction; a != "" {
		p.Paragraph(2, "", clean(a))
	}
}
