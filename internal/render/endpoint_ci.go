package render

import (
	"fmt"
	"io"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
)

// EndpointJUnit writes the test of an endpoint as JUnit XML: a suite for each group,
// a case for each check. What the baseline accepts, and what did not run, is skipped.
func EndpointJUnit(w io.Writer, r EndpointReport) error {
	var suites []Suite
	for _, g := range r.section(func(*endpoint.Result) bool { return true }) {
		s := Suite{Name: g.Name}
		for _, x := range g.Results {
			s.Cases = append(s.Cases, r.testCase(x))
		}
		suites = append(suites, s)
	}
	return JUnit(w, "scimctl endpoint test "+r.URL, suites)
}

func (r EndpointReport) testCase(x *endpoint.Result) Case {
	c := Case{Name: x.Check.ID + " " + x.Check.Title, Class: "endpoint." + string(x.Check.Group), Took: x.Took}
	standing, d := r.Standing(x)
	switch {
	case standing.Fails():
		c.End, c.Kind = Failed, r.Severity(x).String()
		c.Message, c.Detail = claimMessage(x), r.failureText(x)
	case standing == baseline.Accepted:
		c.End, c.Message, c.Detail = NotRun, standingText(standing, d), r.failureText(x)
	case x.Status == endpoint.NotRun:
		c.End, c.Kind, c.Message = NotRun, string(x.Cause), x.Reason
	}
	return c
}

// claimMessage says on one line what the gravest failed claim saw.
func claimMessage(x *endpoint.Result) string {
	failed := x.Failed()
	if len(failed) == 0 {
		return x.Check.Title
	}
	text := claimText(failed[0])
	if more := len(failed) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

// failureText is everything about a failed check in plain text.
func (r EndpointReport) failureText(x *endpoint.Result) string {
	var b strings.Builder
	New(&b, reportWidth, false).failedCheck(r, x)
	return b.String()
}

// EndpointGitHub writes the test of an endpoint for the log of GitHub Actions: an
// annotation for each failed check, then what is left and the verdicts.
func EndpointGitHub(w io.Writer, r EndpointReport) error {
	var list []Annotation
	for _, g := range r.failing() {
		for _, x := range g.Results {
			a := Annotation{
				Severity: diag.Error, Where: r.Where, Title: x.Check.ID + " " + x.Check.Title,
				Message: strings.Join(append([]string{claimMessage(x), x.Check.Why}, fixesOf(x)...), "\n"),
			}
			if r.Severity(x) < endpoint.Breaks {
				a.Severity = diag.Warning
			}
			list = append(list, a)
		}
	}
	if err := GitHub(w, list); err != nil {
		return err
	}
	p := New(w, reportWidth, false)
	p.Leftovers(r.Left)
	p.verdicts(r)
	return p.Failed()
}
