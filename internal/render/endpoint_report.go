package render

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
)

// EndpointReport is a test of a SCIM endpoint as its reports show it.
type EndpointReport struct {
	*endpoint.Report
	Sides    []endpoint.Side // whose judgement decides whether the test failed; nil for all
	Baseline *baseline.File  // known deviations; nil for none
	Version  string          // of this program
	Profile  string          // name of the profile whose mappings drove it; may be empty
	Where    diag.Range      // of the tenant URL in the profile; may have no place
}

// Severity is how gravely a check failed for the sides that decide.
func (r EndpointReport) Severity(result *endpoint.Result) endpoint.Severity {
	return r.weight(result.Impact)
}

func (r EndpointReport) weight(i endpoint.Impact) endpoint.Severity {
	worst := endpoint.None
	for _, s := range r.sides() {
		worst = max(worst, i.On(s))
	}
	return worst
}

func (r EndpointReport) sides() []endpoint.Side {
	if len(r.Sides) == 0 {
		return endpoint.Sides()
	}
	return r.Sides
}

// Standing is what the baseline makes of a result.
func (r EndpointReport) Standing(result *endpoint.Result) (baseline.Standing, *baseline.Deviation) {
	return r.Baseline.Judge(result.Check.ID, r.Severity(result), r.Started)
}

// Failed reports whether there is a deviation that the baseline does not accept.
func (r EndpointReport) Failed() bool {
	return slices.ContainsFunc(r.Results, func(x endpoint.Result) bool {
		standing, _ := r.Standing(&x)
		return standing.Fails()
	})
}

// Undecided reports whether the test says nothing: no check ran, or one could not on
// which a side that decides depends.
func (r EndpointReport) Undecided() bool {
	ran := slices.ContainsFunc(r.Results, func(x endpoint.Result) bool { return x.Status != endpoint.NotRun })
	return !ran || slices.ContainsFunc(r.Results, func(x endpoint.Result) bool {
		return x.Status == endpoint.NotRun && (x.Cause == endpoint.Blocked || x.Cause == endpoint.Interrupted) && r.weight(x.Check.Impact) == endpoint.Breaks
	})
}

// Findings are the checks that failed, for a new baseline.
func (r EndpointReport) Findings() []baseline.Finding {
	var list []baseline.Finding
	for i := range r.Results {
		if s := r.Severity(&r.Results[i]); s >= endpoint.Degrades {
			list = append(list, baseline.Finding{Check: r.Results[i].Check.ID, Severity: s})
		}
	}
	slices.SortFunc(list, func(a, b baseline.Finding) int { return strings.Compare(a.Check, b.Check) })
	return list
}

// summary is the run in one sentence.
func (r EndpointReport) summary() string {
	return fmt.Sprintf("%s, %s in %s; dialects %s; run %s", plural(len(r.Results), "check"), plural(r.Requests, "request"),
		roundTime(r.Took), strings.Join(r.Dialects, ", "), r.Run)
}

// impactText says which side is hurt how much: "breaks entra, okta; degrades rfc".
func impactText(i endpoint.Impact) string {
	var parts []string
	for _, s := range []endpoint.Severity{endpoint.Breaks, endpoint.Degrades, endpoint.Note} {
		var sides []string
		for _, side := range endpoint.Sides() {
			if i.On(side) == s {
				sides = append(sides, string(side))
			}
		}
		if len(sides) > 0 {
			word := s.String()
			if s == endpoint.Note {
				word = "note for"
			}
			parts = append(parts, word+" "+strings.Join(sides, ", "))
		}
	}
	return strings.Join(parts, "; ")
}

// standingText says what the baseline makes of a result, "" where there is nothing to
// say.
func standingText(s baseline.Standing, d *baseline.Deviation) string {
	switch s {
	case baseline.Accepted:
		return fmt.Sprintf("accepted until %s: %s", d.Expires.Format(time.DateOnly), d.Reason)
	case baseline.Expired:
		return fmt.Sprintf("was accepted until %s: %s", d.Expires.Format(time.DateOnly), d.Reason)
	case baseline.Worse:
		return fmt.Sprintf("worse than accepted, which is up to %s until %s: %s", d.Severity, d.Expires.Format(time.DateOnly), d.Reason)
	}
	return ""
}

// claimText is what was asserted, and what was seen in its place.
func claimText(c endpoint.Claim) string {
	if c.Saw == "" {
		return c.Text
	}
	return c.Text + "; " + c.Saw
}

// exchangeText is an exchange on one line.
func exchangeText(x *endpoint.Exchange) string {
	return fmt.Sprintf("%s %s → %s, %s", x.Method, x.URL, answerText(x), roundTime(x.Took))
}

// answerText is the status of an answer, or why there is none.
func answerText(x *endpoint.Exchange) string {
	if x.Status == 0 {
		return x.Err
	}
	text := strings.TrimSpace(fmt.Sprintf("%d %s", x.Status, http.StatusText(x.Status)))
	if x.Err != "" {
		text += " (" + x.Err + ")"
	}
	return text
}

// roundTime prints a duration in as many digits as people read.
func roundTime(d time.Duration) string {
	switch {
	case d >= time.Minute:
		return d.Round(time.Second).String()
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

// evidence is the exchange that shows a claim, nil where none is kept.
func evidence(r *endpoint.Result, c endpoint.Claim) *endpoint.Exchange {
	if c.Exchange < 0 || c.Exchange >= len(r.Traffic) {
		return nil
	}
	return &r.Traffic[c.Exchange]
}

// fixesOf are the ways to mend what failed, each once: those of the claims, else that
// of the check.
func fixesOf(r *endpoint.Result) []string {
	var fixes []string
	for _, c := range r.Failed() {
		fix := c.Fix
		if fix == "" {
			fix = r.Check.Fix
		}
		if fix != "" && !slices.Contains(fixes, fix) {
			fixes = append(fixes, fix)
		}
	}
	return fixes
}
