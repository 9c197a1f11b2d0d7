package render

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"github.com/scimctl/scimctl/pkg/engine"
)

// StepStatus is how a step of `scimctl verify` ended.
type StepStatus string

// Statuses of steps. Only one that passed counts as passed.
const (
	StepPassed  StepStatus = "passed"
	StepFailed  StepStatus = "failed"
	StepNotRun  StepStatus = "not run"  // it could not run
	StepLeftOut StepStatus = "left out" // nobody wanted it
)

// VerifyStep is one step.
type VerifyStep struct {
	Name    string        `json:"name"`
	Status  StepStatus    `json:"status"`
	Found   string        `json:"found"` // what was found, or why it did not run
	Details []string      `json:"details,omitempty"`
	Next    string        `json:"next,omitempty"` // what to do
	Took    time.Duration `json:"-"`
	Seconds float64       `json:"seconds"`
	// Attributes are compared one by one; only the last step has them.
	Attributes []engine.Comparison `json:"attributes,omitempty"`
}

// Verdicts of `scimctl verify`.
const (
	Verified    = "verified"     // every step passed that was not left out
	NotVerified = "not verified" // a step failed
	Undecided   = "undecided"    // none failed, but some could not run
)

// VerifyReport is the result of `scimctl verify`, as its JSON shows it.
type VerifyReport struct {
	Verdict     string       `json:"verdict"`
	Summary     string       `json:"summary"`
	Profile     string       `json:"profile"`
	Environment string       `json:"environment,omitempty"`
	User        string       `json:"user"`
	Seconds     float64      `json:"seconds"`
	Steps       []VerifyStep `json:"steps"`
}

// Judge sets the verdict, the summary and the time by the steps.
func (r *VerifyReport) Judge() {
	names := map[StepStatus][]string{}
	for i, s := range r.Steps {
		names[s.Status] = append(names[s.Status], s.Name)
		r.Steps[i].Seconds = s.Took.Seconds()
		r.Seconds += s.Took.Seconds()
	}
	switch {
	case len(names[StepFailed]) > 0:
		r.Verdict = NotVerified
		var failed []string
		for _, s := range r.Steps {
			if s.Status == StepFailed {
				failed = append(failed, s.Name+": "+s.Found)
			}
		}
		r.Summary = strings.Join(failed, "; ")
	case len(names[StepNotRun]) > 0:
		r.Verdict = Undecided
		r.Summary = "nothing failed, but not everything could run: " + strings.Join(names[StepNotRun], ", ")
	default:
		r.Verdict = Verified
		r.Summary = r.User + " is at the endpoint as the profile says"
		if left := names[StepLeftOut]; len(left) > 0 {
			r.Summary += "; left out: " + strings.Join(left, ", ")
		}
	}
}

// Columns of the steps.
const (
	stepColumn = len("connection")
	timeColumn = len("12.3 s")
)

// VerifyStep writes a step with its time, and the attributes that it compared.
func (p *Printer) VerifyStep(s VerifyStep) {
	mark, style := p.stepStyle(s.Status)
	spent := ""
	if s.Status == StepPassed || s.Status == StepFailed {
		spent = roundTime(s.Took)
	}
	lead := style.Render(mark) + " " + p.style.strong.Render(s.Name) + strings.Repeat(" ", max(stepColumn-lipgloss.Width(s.Name), 0)+2) +
		p.style.faint.Render(fmt.Sprintf("%*s", timeColumn, spent)) + "  "
	text := s.Found
	if s.Status == StepNotRun || s.Status == StepLeftOut {
		text = string(s.Status) + ": " + text
	}
	p.Paragraph(0, lead, clean(text))
	indent := stepColumn + timeColumn + 6
	for _, d := range s.Details {
		p.Paragraph(indent, p.style.faint.Render("-")+" ", clean(d))
	}
	p.compared(s.Attributes)
	if s.Next != "" {
		p.Paragraph(indent, p.style.do.Render("→")+" ", clean(s.Next))
	}
}

// compared writes attributes, those first that are not as expected.
func (p *Printer) compared(all []engine.Comparison) {
	width := 0
	for _, c := range all {
		if n := lipgloss.Width(clean(c.Target)); n <= widestName {
			width = max(width, n)
		}
	}
	rank := map[engine.Standing]int{engine.Same: 1, engine.Uncompared: 2}
	ordered := slices.Clone(all)
	slices.SortStableFunc(ordered, func(a, b engine.Comparison) int { return rank[a.Standing] - rank[b.Standing] })
	for _, c := range ordered {
		mark, style := "✗", p.style.bad
		switch c.Standing {
		case engine.Same:
			mark, style = "✓", p.style.good
		case engine.Uncompared:
			mark, style = "–", p.style.faint
		}
		name := clean(c.Target)
		lead := style.Render(mark) + " " + name + strings.Repeat(" ", max(width-lipgloss.Width(name), 0)+2)
		if lipgloss.Width(name) > widestName {
			p.Linef("  %s %s", style.Render(mark), name)
			lead = strings.Repeat(" ", width+4)
		}
		p.Paragraph(2, lead, clean(Compared(c)))
	}
}

// Compared words a comparison.
func Compared(c engine.Comparison) string {
	switch c.Standing {
	case engine.Same:
		return shown(c.Expected)
	case engine.Differs:
		return fmt.Sprintf("expected %s, found %s", shown(c.Expected), shown(c.Found))
	case engine.Lacking:
		return fmt.Sprintf("expected %s, found nothing", shown(c.Expected))
	case engine.Failing:
		return "the mapping fails: " + c.Why
	}
	if c.Found != nil {
		return fmt.Sprintf("not compared: %s; the endpoint has %s", c.Why, shown(c.Found))
	}
	return "not compared: " + c.Why
}

// longestShown is how much of a value is shown.
const longestShown = 200

func shown(value *string) string {
	if value == nil {
		return "nothing"
	}
	return fmt.Sprintf("%q", cut(*value, longestShown))
}

func (p *Printer) stepStyle(s StepStatus) (string, lipgloss.Style) {
	switch s {
	case StepPassed:
		return "✓", p.style.good
	case StepFailed:
		return "✗", p.style.bad
	case StepNotRun:
		return "?", p.style.warn
	}
	return "–", p.style.faint
}

// VerifyVerdict writes the verdict.
func (p *Printer) VerifyVerdict(r VerifyReport) {
	style := map[string]lipgloss.Style{Verified: p.style.good, NotVerified: p.style.bad, Undecided: p.style.warn}[r.Verdict]
	word := strings.ToUpper(r.Verdict[:1]) + r.Verdict[1:]
	p.Linef("")
	p.Paragraph(0, style.Render(word)+" ", clean(fmt.Sprintf("(%.1f s) %s.", r.Seconds, strings.TrimSuffix(r.Summary, "."))))
}
