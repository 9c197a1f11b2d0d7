package render

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/plan"
)

// maxAnnotations is how many annotations of each severity GitHub shows for one step
// of a job; more are dropped in silence.
const maxAnnotations = 10

// PlansGitHub writes plans as annotations beside the lines of the profiles that ask
// for the changes: errors and refusals first, then what has consequences, then the
// other changes. Where there are more than GitHub shows, the last one says how many.
func PlansGitHub(w io.Writer, views []PlanView) error {
	var all []Annotation
	for _, v := range views {
		all = append(all, planAnnotations(v)...)
	}
	slices.SortStableFunc(all, func(a, b Annotation) int { return int(a.Severity) - int(b.Severity) })
	var kept []Annotation
	for _, severity := range []diag.Severity{diag.Error, diag.Warning, diag.Note} {
		var of []Annotation
		for _, a := range all {
			if a.Severity == severity && !slices.Contains(of, a) { // environments share their profile's problems
				of = append(of, a)
			}
		}
		if more := len(of) - maxAnnotations + 1; len(of) > maxAnnotations {
			of = append(of[:maxAnnotations-1], Annotation{Severity: severity, Title: "scimctl plan", Message: fmt.Sprintf("and %d more; scimctl plan prints them", more)})
		}
		kept = append(kept, of...)
	}
	return GitHub(w, kept)
}

func planAnnotations(v PlanView) []Annotation {
	title := "scimctl plan: " + v.Label
	file := diag.Range{Filename: v.File}
	if v.Plan == nil {
		return []Annotation{{Severity: diag.Error, Where: file, Title: title, Message: v.Error}}
	}
	out := DiagnosticAnnotations(v.Plan.Diagnostics)
	for _, r := range v.Plan.Refusals {
		message := r.Reason
		if r.Flag != "" {
			message += "\nTo go on, add " + r.Flag
		}
		out = append(out, Annotation{Severity: diag.Error, Where: file, Title: title + ": refused", Message: message})
	}
	for _, i := range v.Plan.Impact {
		if !i.Refused {
			out = append(out, Annotation{Severity: diag.Warning, Where: file, Title: title, Message: i.String()})
		}
	}
	for _, s := range v.Plan.Steps {
		out = append(out, stepAnnotations(s, title)...)
	}
	return out
}

// stepAnnotations are one for each change that has a place of its own, or one for the
// step. Consequences make the step a warning.
// What leaves nothing behind, such as the pause of a job, needs no line.
func stepAnnotations(s plan.Step, title string) []Annotation {
	if s.Action == plan.Do && len(s.Consequences) == 0 {
		return nil
	}
	var out []Annotation
	step := Annotation{Severity: diag.Note, Where: s.Where, Title: title, Message: lineText(s.Action, s.Summary)}
	if len(s.Consequences) > 0 {
		step.Severity = diag.Warning
		step.Message += "\n" + strings.Join(s.Consequences, "\n")
	}
	if len(s.Places) != len(s.Details) || len(s.Details) == 0 {
		for _, d := range s.Details {
			step.Message += "\n" + lineText(d.Action, d.Text)
		}
		return append(out, step)
	}
	if step.Severity == diag.Warning {
		out = append(out, step)
	}
	for i, d := range s.Details {
		out = append(out, Annotation{Severity: diag.Note, Where: s.Places[i], Title: title, Message: lineText(d.Action, d.Text)})
	}
	return out
}

func lineText(a plan.Action, text string) string { return string(a) + " " + text }
