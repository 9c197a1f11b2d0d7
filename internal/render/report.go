package render

import (
	"fmt"

	"github.com/scimctl/scimctl/pkg/apply"
)

// Report writes how a run ended: what failed and what was not tried because of
// it, and the application's ids for the next step.
func (p *Printer) Report(r *apply.Report) {
	var done, failed, dropped int
	for _, s := range r.Results {
		switch s.State {
		case apply.Done:
			done++
		case apply.Failed:
			failed++
			p.Paragraph(0, p.style.bad.Render("failed")+" ", clean(s.Step.Summary))
			p.Paragraph(2, "", clean(s.Error))
		case apply.Dropped:
			dropped++
			p.Paragraph(0, p.style.warn.Render("not done")+" ", clean(s.Step.Summary))
		}
		if s.Note != "" {
			p.Paragraph(2, p.style.note.Render("note")+" ", clean(s.Note))
		}
	}
	if failed+dropped > 0 {
		p.Linef("")
		p.Paragraph(0, "", fmt.Sprintf("%s done, %d failed, %d not done. Mend the cause and apply again: what is done stays done.", plural(done, "step"), failed, dropped))
		return
	}
	p.Linef("")
	p.Paragraph(0, p.style.good.Render("Done.")+" ", fmt.Sprintf("%q has provisioning set up as the profile says.", r.App.Name))
	rows := [][2]string{
		{"service principal", r.App.ServicePrincipalID},
		{"application", r.App.ApplicationID},
		{"synchronization job", r.App.JobID},
	}
	for _, row := range rows {
		if row[1] != "" {
			p.Linef("  %s %s", p.style.faint.Render(fmt.Sprintf("%-20s", row[0])), row[1])
		}
	}
}
