package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/profiletest"
)

// TestsJUnit writes a run of tests as JUnit XML: a suite for each profile, one for
// the problems of profiles where there are any, and one for the coverage where a
// minimum was asked for.
func TestsJUnit(w io.Writer, r TestReport, sources Sources) error {
	var suites []Suite
	if len(r.Problems) > 0 {
		suites = append(suites, DiagnosticSuite("profiles", nil, r.Problems, sources))
	}
	for _, p := range r.Profiles {
		s := Suite{Name: p.Label}
		for _, t := range p.Tests {
			c := Case{Name: t.Name, Where: t.Where, Took: t.Took}
			if !t.Passed {
				c.End, c.Kind = Failed, "expectation"
				c.Message, c.Detail = failureMessage(t), failureDetail(t)
			}
			s.Cases = append(s.Cases, c)
		}
		suites = append(suites, s)
	}
	if r.Coverage != nil {
		c := Case{Name: "values of Switch and IIF"}
		detail := coverageText(r) + "\n" + unreachedText(r)
		s := Suite{Name: "coverage", Notes: detail}
		if !r.Covered() {
			c.End, c.Kind, c.Message, c.Detail = Failed, "coverage", coverageText(r), detail
		}
		s.Cases = []Case{c}
		suites = append(suites, s)
	}
	return JUnit(w, "scimctl test", suites)
}

// failureMessage says on one line what did not hold.
func failureMessage(t profiletest.Result) string {
	f := t.Failures[0]
	text := fmt.Sprintf("%s: want %s, got %s", f.What, f.Want, f.Got)
	if more := len(t.Failures) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

// failureDetail lists everything that did not hold.
func failureDetail(t profiletest.Result) string {
	var b strings.Builder
	for _, f := range t.Failures {
		fmt.Fprintf(&b, "%s\n  want %s\n  got  %s\n", f.What, f.Want, f.Got)
		if at := f.Where.String(); at != "" {
			fmt.Fprintf(&b, "  at %s\n", at)
		}
	}
	return b.String()
}

// unreachedText lists the arms that no test took, one a line.
func unreachedText(r TestReport) string {
	var b strings.Builder
	for _, a := range r.Coverage.Unreached() {
		fmt.Fprintf(&b, "%s: %s: %s\n", a.Where, a.Target, armText(a))
	}
	return b.String()
}

// TestsGitHub writes a run of tests for the log of GitHub Actions: the names of all
// tests, folded by profile, and an annotation for each failure, problem and value
// that no test reaches.
func TestsGitHub(w io.Writer, r TestReport) error {
	p := New(w, reportWidth, false)
	for _, profile := range r.Profiles {
		p.Linef("::group::%s", escapeData(profile.Label))
		for _, t := range profile.Tests {
			mark := "✓"
			if !t.Passed {
				mark = "✗"
			}
			p.Linef("%s %s", mark, clean(t.Name))
		}
		p.Linef("::endgroup::")
	}
	if err := GitHub(w, r.annotations()); err != nil {
		return err
	}
	passed, total := r.Counts()
	p.Passed(passed, total)
	if r.Coverage != nil {
		p.Linef("%s", coverageText(r))
	}
	return p.Failed()
}

// annotations are what GitHub shows beside the lines of profiles.
func (r TestReport) annotations() []Annotation {
	out := DiagnosticAnnotations(r.Problems)
	for _, profile := range r.Profiles {
		for _, t := range profile.Tests {
			for _, f := range t.Failures {
				a := Annotation{
					Severity: diag.Error, Where: f.Where, Title: fmt.Sprintf("%s: %s", profile.Label, t.Name),
					Message: fmt.Sprintf("%s\nwant %s\ngot  %s", f.What, f.Want, f.Got),
				}
				if a.Where.IsZero() {
					a.Where = t.Where
				}
				out = append(out, a)
			}
		}
	}
	if r.Coverage == nil {
		return out
	}
	for _, arm := range r.Coverage.Unreached() {
		out = append(out, Annotation{
			Severity: diag.Note, Where: arm.Where, Title: arm.Target + ": no test reaches this value", Message: armText(arm),
		})
	}
	if !r.Covered() {
		out = append(out, Annotation{Severity: diag.Error, Title: "coverage", Message: coverageText(r)})
	}
	return out
}
