package render

import (
	"fmt"
	"strconv"

	"github.com/charmbracelet/lipgloss"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
)

// EndpointTest writes the test of an endpoint: what failed first, with the reason and
// the way to mend it, then what is accepted, what passed, and what did not run; at the
// end one verdict for each side.
func (p *Printer) EndpointTest(r EndpointReport) {
	p.Paragraph(0, p.style.strong.Render("SCIM endpoint")+" ", p.style.place.Render(clean(r.URL)))
	p.Paragraph(0, "", clean(r.summary()))
	p.endpointSection("Failed", r.failing(), func(x *endpoint.Result) { p.failedCheck(r, x) })
	p.endpointSection("Accepted by the baseline", r.accepted(), func(x *endpoint.Result) {
		s, d := r.Standing(x)
		p.checkLine("○", p.style.warn, x)
		p.Paragraph(checkIndent, "", clean(standingText(s, d)))
	})
	p.endpointSection("Passed", r.passed(), p.passedCheck)
	if groups := r.notRun(); len(groups) > 0 {
		p.heading(fmt.Sprintf("Not run (%d)", size(groups)))
		for _, g := range groups {
			p.Paragraph(2, p.style.faint.Render("–")+" ", clean(g.Name))
			p.Paragraph(4, "", clean(g.ids()))
		}
	}
	p.Leftovers(r.Left)
	if mended := r.Baseline.Mended(r.Report); len(mended) > 0 {
		p.heading("No longer needed in the baseline")
		for _, d := range mended {
			p.Paragraph(2, p.style.good.Render("✓")+" ", clean(d.Check+": "+d.Reason))
		}
	}
	if r.Interrupted != "" {
		p.Linef("")
		p.Paragraph(0, p.style.warn.Render("The run ended early:")+" ", clean(r.Interrupted))
	}
	p.verdicts(r)
}

// checkIndent is where the text of a check begins.
const checkIndent = 10

func (p *Printer) heading(text string) {
	p.Linef("")
	p.Linef("%s", p.style.strong.Render(text))
}

// endpointSection writes the groups of a section below its heading.
func (p *Printer) endpointSection(title string, groups []endpointGroup, write func(*endpoint.Result)) {
	if len(groups) == 0 {
		return
	}
	p.heading(fmt.Sprintf("%s (%d)", title, size(groups)))
	for _, g := range groups {
		p.Linef("%s", p.style.faint.Render(g.Name))
		for _, x := range g.Results {
			write(x)
		}
	}
}

// checkLine writes the mark, the id and the title of a check.
func (p *Printer) checkLine(mark string, style lipgloss.Style, x *endpoint.Result) {
	p.Paragraph(2, style.Render(mark)+" "+p.style.code.Render(fmt.Sprintf("%-*s", checkIndent-4, x.Check.ID)), clean(x.Check.Title))
}

func (p *Printer) passedCheck(x *endpoint.Result) {
	failed := x.Failed()
	style := p.style.good
	if len(failed) > 0 {
		style = p.style.note
	}
	p.checkLine("✓", style, x)
	for _, c := range failed {
		p.Paragraph(checkIndent, p.style.note.Render("!")+" ", impactText(c.Impact)+": "+clean(claimText(c)))
	}
}

// failedCheck writes what did not hold of a check, why it matters and what to do.
func (p *Printer) failedCheck(r EndpointReport, x *endpoint.Result) {
	p.checkLine("✗", p.style.bad, x)
	if s, d := r.Standing(x); s != baseline.New {
		p.Paragraph(checkIndent, p.style.warn.Render("○")+" ", clean(standingText(s, d)))
	}
	for _, c := range x.Failed() {
		p.Paragraph(checkIndent, p.style.bad.Render("!")+" ", impactText(c.Impact)+": "+clean(c.Text))
		if c.Saw != "" {
			p.Paragraph(checkIndent+2, p.style.faint.Render("saw")+" ", clean(c.Saw))
		}
		if e := evidence(x, c); e != nil {
			p.Paragraph(checkIndent+2, p.style.faint.Render("in ")+" ", clean(exchangeText(e)))
		}
	}
	if x.Check.Why != "" {
		p.Paragraph(checkIndent, p.style.faint.Render("why")+" ", clean(x.Check.Why))
	}
	for _, fix := range fixesOf(x) {
		p.Paragraph(checkIndent, p.style.faint.Render("fix")+" ", clean(fix))
	}
}

// Leftovers writes which objects of a run are still at the server.
func (p *Printer) Leftovers(left []endpoint.Leftover) {
	if len(left) == 0 {
		return
	}
	p.heading("Left at the server")
	for _, l := range left {
		id := l.ID
		if id == "" {
			id = "(id unknown)"
		}
		p.Paragraph(2, p.style.warn.Render("!")+" ", clean(l.Resource+" "+id+"  "+l.Name))
		if l.Reason != "" {
			p.Paragraph(checkIndent, "", clean(l.Reason))
		}
	}
	p.Paragraph(2, "", "scimctl endpoint clean tries to remove them again.")
}

// verdicts writes one line for each side.
func (p *Printer) verdicts(r EndpointReport) {
	p.Linef("")
	rows := [][]string{}
	for _, v := range r.Verdicts() {
		rows = append(rows, []string{
			string(v.Side), p.outcomeStyle(v.Outcome).Render(string(v.Outcome)), strconv.Itoa(v.Breaks), strconv.Itoa(v.Degrades),
			strconv.Itoa(v.Notes), strconv.Itoa(v.Passed), strconv.Itoa(v.NotRun),
		})
	}
	p.Table([]string{"FOR", "VERDICT", "BREAKS", "DEGRADES", "NOTES", "PASSED", "NOT RUN"}, rows)
}

func (p *Printer) outcomeStyle(o endpoint.Outcome) lipgloss.Style {
	switch o {
	case endpoint.Works:
		return p.style.good
	case endpoint.Broken:
		return p.style.bad
	}
	return p.style.warn
}

// EndpointChecks writes the catalogue of checks.
func (p *Printer) EndpointChecks(checks []endpoint.Check) {
	rows := make([][]string, len(checks))
	for i, c := range checks {
		rows[i] = []string{p.style.code.Render(c.ID), string(c.Group), suiteNames(c), clean(c.Title)}
	}
	p.Table([]string{"ID", "GROUP", "SUITES", "WHAT A GOOD SERVER DOES"}, rows)
}
