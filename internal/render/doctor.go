package render

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// Verdict is how a check of `scimctl doctor` ended.
type Verdict string

// Verdicts of checks.
const (
	CheckGood     Verdict = "ok"
	CheckDoubtful Verdict = "warning" // provisioning works, or might, and something is not as it should be
	CheckBroken   Verdict = "failed"  // provisioning cannot work before it is mended
	CheckUnseen   Verdict = "skipped" // it could not be looked at
)

// DoctorReport is the result of `scimctl doctor`, as its JSON shows it.
type DoctorReport struct {
	OK     bool    `json:"ok"` // no check failed
	Checks []Check `json:"checks"`
}

// Check is one thing that was looked at.
type Check struct {
	Name    string   `json:"name"`
	App     string   `json:"app,omitempty"` // the application that it is about; "" for the tenant
	Verdict Verdict  `json:"verdict"`
	Found   string   `json:"found"`
	Details []string `json:"details,omitempty"`
	Next    string   `json:"next,omitempty"` // what to do
}

// checkColumn is the width of the names of checks.
const checkColumn = len("notification")

// Check writes a check: its verdict with what was found, and what to do.
func (p *Printer) Check(c Check) {
	mark, style := p.verdictStyle(c.Verdict)
	lead := style.Render(mark) + " " + p.style.strong.Render(c.Name) + strings.Repeat(" ", max(checkColumn-lipgloss.Width(c.Name), 0)+2)
	p.Paragraph(0, lead, clean(c.Found))
	indent := checkColumn + 4
	for _, d := range c.Details {
		p.Paragraph(indent, p.style.faint.Render("-")+" ", clean(d))
	}
	if c.Next != "" {
		p.Paragraph(indent, p.style.do.Render("→")+" ", clean(c.Next))
	}
}

func (p *Printer) verdictStyle(v Verdict) (string, lipgloss.Style) {
	switch v {
	case CheckGood:
		return "✓", p.style.good
	case CheckBroken:
		return "✗", p.style.bad
	case CheckUnseen:
		return "–", p.style.faint
	}
	return "!", p.style.warn
}

// CheckTitle writes the application that the following checks are about.
func (p *Printer) CheckTitle(name string) {
	p.Linef("")
	p.Linef("%s", p.style.strong.Render(clean(name)))
}

// CheckSummary counts what was found.
func (p *Printer) CheckSummary(r DoctorReport) {
	counts := map[Verdict]int{}
	for _, c := range r.Checks {
		counts[c.Verdict]++
	}
	text := plural(len(r.Checks), "check")
	for _, v := range []struct {
		verdict Verdict
		word    string
	}{{CheckBroken, "failed"}, {CheckDoubtful, "to look at"}, {CheckUnseen, "not made"}} {
		if n := counts[v.verdict]; n > 0 {
			text += fmt.Sprintf(", %d %s", n, v.word)
		}
	}
	if counts[CheckBroken]+counts[CheckDoubtful]+counts[CheckUnseen] == 0 {
		text += ": all is well"
	}
	p.Linef("")
	p.Paragraph(0, "", text+".")
}
