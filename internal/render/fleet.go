package render

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/lipgloss"

	"github.com/scimctl/scimctl/pkg/plan"
)

// Grade is how a verdict looks.
type Grade int

// Grades, the best first.
const (
	Good Grade = iota
	Fair
	Bad
)

// FleetRow is how one of many profiles came out.
type FleetRow struct {
	Profile     string
	Environment string
	Plan        *plan.Plan // nil where none could be made
	Verdict     string
	Grade       Grade
}

// Fleet writes the table of many profiles, and how many came out how.
func (p *Printer) Fleet(rows []FleetRow) {
	cells := make([][]string, len(rows))
	var verdicts []string
	counts := map[string]int{}
	for i, r := range rows {
		changes := "-"
		if r.Plan != nil {
			changes = actionCounts(r.Plan)
		}
		cells[i] = []string{clean(r.Profile), clean(r.Environment), p.grade(r.Grade).Render(r.Verdict), changes}
		if counts[r.Verdict]++; counts[r.Verdict] == 1 {
			verdicts = append(verdicts, r.Verdict)
		}
	}
	p.Table([]string{"PROFILE", "ENVIRONMENT", "VERDICT", "CHANGES"}, cells)
	parts := make([]string, len(verdicts))
	for i, v := range verdicts {
		parts[i] = fmt.Sprintf("%d %s", counts[v], v)
	}
	p.Linef("")
	p.Paragraph(0, "", plural(len(rows), "set-up")+": "+strings.Join(parts, ", ")+".")
}

func (p *Printer) grade(g Grade) lipgloss.Style {
	return [...]lipgloss.Style{Good: p.style.good, Fair: p.style.warn, Bad: p.style.bad}[g]
}

// Heading writes the name of what follows.
func (p *Printer) Heading(text string) { p.Paragraph(0, "", p.style.strong.Render(clean(text))) }

// actionCounts counts the steps of a plan by what they do: "1 to add, 2 to change".
func actionCounts(pl *plan.Plan) string {
	counts := map[plan.Action]int{}
	for _, s := range pl.Steps {
		switch s.Action {
		case plan.Add, plan.Change, plan.Delete:
			counts[s.Action]++
		default:
			counts[plan.Do]++
		}
	}
	var parts []string
	for _, c := range []struct {
		action plan.Action
		text   string
	}{{plan.Add, "to add"}, {plan.Change, "to change"}, {plan.Delete, "to remove"}, {plan.Do, "to run"}} {
		if n := counts[c.action]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, c.text))
		}
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}
