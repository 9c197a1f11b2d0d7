package render

import (
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
		rows := make([][2]string, len(r.Modified))
		for i, m := range r.Modified {
			rows[i] = [2]string{m.DisplayName, change(m)}
		}
		p.pairs(4, lipgloss.NewStyle(), rows)
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
	rows := make([][2]string, len(s.Details))
	for i, d := range s.Details {
		rows[i] = [2]string{d.Name, d.Value}
	}
	p.pairs(7, p.style.faint, rows)
}

// widestName is the width up to which names stand in a column of their own.
const widestName = 36

// pairs writes names and values in two columns. A value beside a name that is too
// wide for the column stands on the next line.
func (p *Printer) pairs(indent int, style lipgloss.Style, rows [][2]string) {
	width := 0
	for _, row := range rows {
		if n := lipgloss.Width(clean(row[0])); n <= widestName {
			width = max(width, n)
		}
	}
	for _, row := range rows {
		name := clean(row[0])
		if lipgloss.Width(name) > width {
			p.Paragraph(indent, "", style.Render(name))
			p.Paragraph(indent+width+2, "", clean(row[1]))
			continue
		}
		p.Paragraph(indent, style.Render(name)+strings.Repeat(" ", width-lipgloss.Width(name)+2), clean(row[1]))
	}
}

func change(m entra.ModifiedProperty) string {
	show := func(s *string) string {
		if s == nil {
			return "nothing"
		}
		return *s
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
