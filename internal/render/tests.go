package render

import (
	"fmt"

	"github.com/scimctl/scimctl/pkg/profiletest"
)

// Tests writes the results of one profile's tests, passed ones too, and for each
// failure what was wanted and what came.
func (p *Printer) Tests(profile string, results []profiletest.Result) {
	p.Linef("%s", p.style.strong.Render(profile))
	for _, r := range results {
		if r.Passed {
			p.Paragraph(2, p.style.good.Render("✓")+" ", clean(r.Name))
			continue
		}
		p.Paragraph(2, p.style.bad.Render("✗")+" ", clean(r.Name))
		for _, f := range r.Failures {
			p.Paragraph(6, "", clean(f.What))
			p.Paragraph(8, p.style.faint.Render("want")+" ", f.Want)
			p.Paragraph(8, p.style.faint.Render("got ")+" ", f.Got)
			if at := f.Where.String(); at != "" {
				p.Linef("        %s %s", p.style.faint.Render("at"), p.style.place.Render(at))
			}
		}
	}
}

// Passed writes the last line of a test run.
func (p *Printer) Passed(passed, total int) {
	style := p.style.good
	if passed != total {
		style = p.style.bad
	}
	p.Linef("%s", style.Render(fmt.Sprintf("%d passed, %d failed", passed, total-passed)))
}
