package render

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Sources are the texts that diagnostics point into, by file name.
type Sources map[string]string

// Diagnostics writes each problem with its line of source and a caret, and a
// last line that counts them. Nothing is written for an empty list.
func (p *Printer) Diagnostics(list diag.List, sources Sources) {
	for _, d := range list {
		p.Diagnostic(d, sources)
		p.Linef("")
	}
	if len(list) > 0 {
		p.Linef("%s", countProblems(list))
	}
}

// Diagnostic writes one problem.
func (p *Printer) Diagnostic(d diag.Diagnostic, sources Sources) {
	style := p.severity(d.Severity)
	p.Paragraph(0, style.Render(d.Severity.String())+" "+p.style.faint.Render(string(d.Code))+" ", clean(d.Summary))
	p.snippet(d.Subject, style, sources)
	for _, r := range d.Related {
		p.Paragraph(2, p.style.faint.Render("see "), clean(r.Message))
		p.snippet(r.Range, p.style.note, sources)
	}
	if d.Detail != "" {
		p.Paragraph(2, "", d.Detail)
	}
	if d.Fix != nil {
		p.fix(d.Fix.NewText)
	}
}

// fix writes the text that would mend the problem. Blanks alone would not be seen;
// the sentences above say what they are for.
func (p *Printer) fix(text string) {
	lines := strings.Split(text, "\n")
	switch {
	case text == "":
		p.Linef("  remove it")
	case strings.TrimSpace(text) == "":
	case len(lines) == 1:
		p.Linef("  write: %s", p.style.good.Render(clean(text)))
	default:
		p.Linef("  write:")
		for _, line := range lines {
			p.Linef("    %s", p.style.good.Render(clean(line)))
		}
	}
}

// snippet writes the place and its line with carets below.
func (p *Printer) snippet(r diag.Range, style lipgloss.Style, sources Sources) {
	if r.IsZero() {
		return
	}
	p.Linef("  %s %s", p.style.faint.Render("at"), p.style.place.Render(r.String()))
	s, ok := diag.SnippetOf(sources[r.Filename], r)
	if !ok {
		return
	}
	gutter := fmt.Sprintf("%5d", s.Line)
	bar := p.style.faint.Render("|")
	before, marked, after := p.crop(s)
	p.Linef("%s %s %s%s%s", p.style.faint.Render(gutter), bar, before, style.Render(marked), after)
	p.Linef("      %s %s%s", bar, strings.Repeat(" ", lipgloss.Width(before)), style.Render(strings.Repeat("^", max(1, lipgloss.Width(marked)))))
}

// crop cuts a long line round its subject so that both lines fit the width.
func (p *Printer) crop(s diag.Snippet) (before, marked, after string) {
	room := p.width - 8
	b, m, a := []rune(s.Before), []rune(s.Marked), []rune(s.After)
	if len(m) > room {
		m = append(m[:room-1], '…')
	}
	if len(b)+len(m) > room {
		keep := max(0, min(room-len(m)-1, room/3))
		b = append([]rune("…"), b[len(b)-keep:]...)
	}
	if rest := room - len(b) - len(m); len(a) > rest {
		a = a[:max(0, rest-1)]
		a = append(a, '…')
	}
	return string(b), string(m), string(a)
}

func (p *Printer) severity(s diag.Severity) lipgloss.Style {
	switch s {
	case diag.Error:
		return p.style.bad
	case diag.Warning:
		return p.style.warn
	default:
		return p.style.note
	}
}

// countProblems says "2 errors, 1 warning".
func countProblems(list diag.List) string {
	var n [3]int
	for _, d := range list {
		n[d.Severity]++
	}
	var parts []string
	for s, count := range n {
		if count > 0 {
			parts = append(parts, plural(count, diag.Severity(s).String()))
		}
	}
	return strings.Join(parts, ", ")
}

// Valid writes that something was checked and found in order.
func (p *Printer) Valid(name, detail string) {
	p.Paragraph(0, p.style.good.Render("✓")+" ", name+"  "+p.style.faint.Render(detail))
}
