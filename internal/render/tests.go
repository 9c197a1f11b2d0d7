package render

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/profiletest"
)

// TestReport is everything that a run of profile tests found.
type TestReport struct {
	Profiles []TestedProfile
	Problems diag.List             // of the profiles; with errors their tests were not run
	Coverage *profiletest.Coverage // nil: not wanted
	Minimum  float64               // percent that the coverage must reach, 0 for any
}

// TestedProfile is one profile in one environment.
type TestedProfile struct {
	Label string // name of the profile and, where there are several, of the environment
	Tests []profiletest.Result
}

// Counts returns how many tests passed, and how many there are.
func (r TestReport) Counts() (passed, total int) {
	for _, p := range r.Profiles {
		for _, t := range p.Tests {
			total++
			if t.Passed {
				passed++
			}
		}
	}
	return passed, total
}

// Covered reports whether the coverage reaches the minimum, or is not wanted.
func (r TestReport) Covered() bool { return r.Coverage == nil || r.Coverage.Percent() >= r.Minimum }

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
			p.Paragraph(8, p.style.faint.Render("want")+" ", clean(f.Want))
			p.Paragraph(8, p.style.faint.Render("got ")+" ", clean(f.Got))
			if at := f.Where.String(); at != "" {
				p.Linef("        %s %s", p.style.faint.Render("at"), p.style.place.Render(at))
			}
		}
	}
}

// Coverage writes which arms no test took, each with its place, and the share of
// those that tests took.
func (p *Printer) Coverage(r TestReport) {
	unreached := r.Coverage.Unreached()
	p.Linef("")
	if len(unreached) > 0 {
		p.Linef("%s", p.style.strong.Render("Values that no test reaches"))
	}
	rows := make([][]string, len(unreached))
	for i, a := range unreached {
		rows[i] = []string{"  " + p.style.place.Render(a.Where.String()), clean(a.Target), clean(armText(a))}
	}
	if len(rows) > 0 {
		p.Table([]string{"  AT", "TARGET", "VALUE"}, rows)
		p.Linef("")
	}
	style := p.style.good
	if !r.Covered() {
		style = p.style.bad
	}
	p.Paragraph(0, "", style.Render(coverageText(r)))
}

// armText says which value of an expression an arm is.
func armText(a profiletest.Arm) string {
	return fmt.Sprintf("%s %s: %s", a.Function, a.When, strings.Join(strings.Fields(a.Text), " "))
}

// coverageText is the coverage in one sentence.
func coverageText(r TestReport) string {
	all := len(r.Coverage.Arms())
	if all == 0 {
		return "There is no Switch and no IIF to cover."
	}
	text := fmt.Sprintf("Tests reach %d of %s of Switch and IIF, %s", all-len(r.Coverage.Unreached()), plural(all, "value"), percent(r.Coverage.Percent()))
	if !r.Covered() {
		return text + fmt.Sprintf("; at least %s were asked for.", percent(r.Minimum))
	}
	return text + "."
}

// percent prints a share with at most one digit, rounded down so that only all is 100.
func percent(share float64) string {
	return strconv.FormatFloat(math.Floor(share*10)/10, 'f', -1, 64) + " %"
}

// Passed writes the last line of a test run.
func (p *Printer) Passed(passed, total int) {
	style := p.style.good
	if passed != total {
		style = p.style.bad
	}
	p.Linef("%s", style.Render(fmt.Sprintf("%d passed, %d failed", passed, total-passed)))
}
