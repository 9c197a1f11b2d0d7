package render

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/plan"
)

// PlanView is a plan for the formats that hold several in one text.
type PlanView struct {
	Label   string // profile and environment
	File    string // of the profile
	Plan    *plan.Plan
	Error   string // why there is no plan, or none to carry out
	Verdict string
}

// maxComment is the size in bytes of the largest text that PlansMarkdown writes.
// GitHub takes comments of up to 65,536 characters.
const maxComment = 60_000

// maxCell is how many characters of a value a table shows.
const maxCell = 240

// Marker begins every comment, so that a pipeline finds and replaces its last one.
const Marker = "<!-- scimctl plan -->"

// PlansMarkdown writes plans as a comment for a pull request: what they cause first,
// then a table of the changed mappings, and all steps to unfold. What makes the text
// too long for a comment is left out, and the text says so.
func PlansMarkdown(w io.Writer, views []PlanView) error {
	var text string
	for _, d := range []depth{{-1, true}, {-1, false}, {100, false}, {25, false}, {5, false}, {0, false}} {
		if text = comment(views, d); len(text) <= maxComment {
			break
		}
	}
	if len(text) > maxComment {
		text = cutComment(text)
	}
	if _, err := io.WriteString(w, text); err != nil {
		return fmt.Errorf("write markdown: %w", err)
	}
	return nil
}

// depth is how much of each plan a comment shows: rows of its table, -1 for all, and
// whether its steps.
type depth struct {
	rows  int
	steps bool
}

func comment(views []PlanView, d depth) string {
	var b strings.Builder
	b.WriteString(Marker + "\n")
	if len(views) > 1 {
		overview(&b, views)
	}
	for _, v := range views {
		if b.Len() > maxComment {
			break // too long already
		}
		section(&b, v, d)
	}
	return b.String()
}

// overview is a table of all plans.
func overview(b *strings.Builder, views []PlanView) {
	fmt.Fprintf(b, "## scimctl plan: %d set-ups\n\n| Set-up | Verdict | Changes |\n| --- | --- | --- |\n", len(views))
	for _, v := range views {
		changes := "-"
		if v.Plan != nil {
			changes = actionCounts(v.Plan)
		}
		fmt.Fprintf(b, "| %s | %s | %s |\n", prose(v.Label), prose(v.Verdict), changes)
	}
	b.WriteString("\n")
}

// section is one plan.
func section(b *strings.Builder, v PlanView, d depth) {
	heading := v.Verdict
	if v.Plan != nil && len(v.Plan.Steps) > 0 {
		heading = actionCounts(v.Plan)
		if v.Error != "" || len(v.Plan.Refusals) > 0 {
			heading = v.Verdict + "; " + heading
		}
	}
	fmt.Fprintf(b, "### scimctl plan: %s (%s)\n\n", prose(v.Label), prose(heading))
	if v.Plan == nil {
		fmt.Fprintf(b, "> [!CAUTION]\n> %s\n\n", prose(cmp.Or(v.Error, "no plan could be made")))
		return
	}
	refusals(b, v.Plan)
	if v.Error != "" && !v.Plan.Diagnostics.HasErrors() {
		fmt.Fprintf(b, "> [!CAUTION]\n> %s\n\n", prose(v.Error))
	}
	effects(b, v.Plan)
	if tenant := strings.TrimPrefix(tenantOf(v.Plan), " in "); tenant != "" {
		fmt.Fprintf(b, "Tenant: %s.", prose(tenant))
		if e := v.Plan.Endpoint; e != nil && e.TokenFrom != "" {
			fmt.Fprintf(b, " The token comes from the %s and goes to %s.", prose(e.TokenFrom), prose(e.Host))
		}
		b.WriteString("\n\n")
	}
	hidden := changedMappings(b, v.Plan, d.rows)
	if d.steps {
		allSteps(b, v.Plan)
	} else if hidden = hidden || len(v.Plan.Steps) > 0; hidden {
		b.WriteString("*The comment would be too long: not all changes are shown. `scimctl plan` prints them.*\n\n")
	}
}

// refusals are what must be decided first, and errors.
func refusals(b *strings.Builder, pl *plan.Plan) {
	for _, r := range pl.Refusals {
		fmt.Fprintf(b, "> [!CAUTION]\n> **Refused**: %s\n", prose(cell(r.Reason)))
		for _, c := range r.Choices {
			fmt.Fprintf(b, "> - %s\n", prose(cell(c)))
		}
		if r.Flag != "" {
			fmt.Fprintf(b, ">\n> To go on, add `%s`.\n", r.Flag)
		}
		b.WriteString("\n")
	}
	for _, p := range pl.Diagnostics {
		if p.Severity == diag.Error {
			fmt.Fprintf(b, "> [!CAUTION]\n> **%s** %s: %s\n\n", p.Code, code(p.Subject.String()), prose(cell(p.Summary)))
		}
	}
}

// effects are what the plan causes.
func effects(b *strings.Builder, pl *plan.Plan) {
	var lines []string
	for _, i := range pl.Impact {
		lines = append(lines, "**"+prose(i.Count())+"** would "+prose(i.Effect))
	}
	for _, s := range pl.Steps {
		for _, c := range s.Consequences {
			if line := prose(c); !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	b.WriteString("**What it causes**\n\n")
	for _, line := range lines {
		fmt.Fprintf(b, "- %s\n", line)
	}
	b.WriteString("\n")
}

// changedMappings is the table of what changes in the schema, at most so many rows.
// It reports whether some are hidden.
func changedMappings(b *strings.Builder, pl *plan.Plan, most int) bool {
	var rows []plan.Row
	for _, s := range pl.Steps {
		if s.Schema != nil {
			rows = append(rows, s.Schema.Rows()...)
		}
	}
	shown := rows
	if most >= 0 && len(rows) > most {
		shown = rows[:most]
	}
	if len(shown) == 0 {
		return len(rows) > 0
	}
	b.WriteString("| | Object | Attribute | Before | After |\n| --- | --- | --- | --- | --- |\n")
	for _, r := range shown {
		if b.Len() > maxComment {
			break
		}
		fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n", code(string(r.Action)), r.Object, code(r.What), code(r.Before), code(r.After))
	}
	b.WriteString("\n")
	return len(shown) < len(rows)
}

// allSteps lists every step to unfold, in colours of a diff.
func allSteps(b *strings.Builder, pl *plan.Plan) {
	if len(pl.Steps) == 0 {
		return
	}
	fmt.Fprintf(b, "<details><summary>All %s</summary>\n\n```diff\n", plural(len(pl.Steps), "step"))
	for _, s := range pl.Steps {
		fmt.Fprintf(b, "%s %s\n", diffSymbol(s.Action), clean(s.Summary))
		for _, line := range s.Details {
			if b.Len() > maxComment {
				return
			}
			fmt.Fprintf(b, "%s     %s\n", diffSymbol(line.Action), clean(line.Text))
		}
	}
	b.WriteString("```\n\n")
	for _, n := range pl.Notes {
		fmt.Fprintf(b, "- %s\n", prose(n))
	}
	b.WriteString("\n</details>\n\n")
}

// diffSymbol is how a diff begins a line of that action.
func diffSymbol(a plan.Action) string {
	switch a {
	case plan.Add, plan.Delete:
		return string(a)
	case plan.Change:
		return "!"
	default:
		return "#"
	}
}

// cutComment ends a text that is still too long at a line, as a last resort.
func cutComment(text string) string {
	const note = "\n*The comment would be too long: the rest is not shown. `scimctl plan` prints it.*\n"
	head := text[:maxComment-len(note)]
	return head[:strings.LastIndexByte(head, '\n')+1] + note
}

// prose writes text that came from elsewhere so that it means nothing in Markdown: no
// mark-up, no link, no mention, no reference to an issue. Those three are made from
// the text when it is laid out already, so a blank of no width breaks them.
func prose(s string) string { return markdownEscapes.Replace(clean(s)) }

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "&", "&amp;", "<", "&lt;", ">", "&gt;", "|", `\|`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "~", `\~`,
	"@", "@&#8203;", "#", "#&#8203;", "://", "&#8203;://",
)

// code writes a value as code in a cell, "" for none.
func code(s string) string {
	s = cell(clean(s))
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if fence != "`" || strings.HasPrefix(s, " ") || strings.HasSuffix(s, " ") {
		s = " " + s + " " // the blanks next to the fences are taken off again
	}
	return fence + strings.ReplaceAll(s, "|", `\|`) + fence
}

// cell shortens a value for a table.
func cell(s string) string { return cut(s, maxCell) }
