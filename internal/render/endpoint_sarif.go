package render

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strings"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
)

// EndpointSARIF writes the test of an endpoint as SARIF 2.1.0: a rule for each check, a
// result for each claim that does not hold. What the baseline accepts is suppressed;
// checks that did not run are notifications. A result stands at the tenant URL of the
// profile, or at the endpoint itself where there is no profile.
func EndpointSARIF(w io.Writer, r EndpointReport) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "scimctl", Version: r.Version, Home: sarifHome, Rules: []sarifRule{}}},
		Results:    []sarifResult{},
		Properties: map[string]any{"endpoint": r.URL, "run": r.Run, "dialects": r.Dialects, "verdicts": verdictWords(r)},
	}
	invocation := sarifInvocation{Successful: r.Interrupted == "", Start: sarifTime(r.Started), End: sarifTime(r.Started.Add(r.Took))}
	for i := range r.Results {
		x := &r.Results[i]
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRuleOf(x.Check))
		if x.Status == endpoint.NotRun {
			invocation.Notifications = append(invocation.Notifications, sarifNotification{
				Level: "note", Message: sarifMessage{x.Check.ID + " did not run: " + x.Reason}, Rule: &sarifRef{x.Check.ID, i},
				Properties: map[string]any{"cause": x.Cause},
			})
		}
		for _, c := range x.Failed() {
			run.Results = append(run.Results, r.sarifResult(x, i, c))
		}
	}
	for _, l := range r.Left {
		invocation.Notifications = append(invocation.Notifications, sarifNotification{
			Level: "warning", Message: sarifMessage{strings.Join([]string{"left at the server:", l.Resource, l.ID, l.Name + ":", l.Reason}, " ")},
		})
	}
	run.Invocations = []sarifInvocation{invocation}
	return writeSARIF(w, run)
}

func verdictWords(r EndpointReport) map[string]any {
	words := map[string]any{}
	for _, v := range r.Verdicts() {
		words[string(v.Side)] = v.Outcome
	}
	return words
}

func sarifRuleOf(c endpoint.Check) sarifRule {
	rule := sarifRule{
		ID: c.ID, Short: sarifMessage{c.Title}, Full: sarifText(c.Why), Help: sarifText(c.Why, c.Fix),
		Properties: map[string]any{"tags": append([]string{"scim", string(c.Group)}, c.Suites.Names()...)},
	}
	if c.Source != "" {
		rule.Properties["source"] = c.Source
	}
	return rule
}

func (r EndpointReport) sarifResult(x *endpoint.Result, rule int, c endpoint.Claim) sarifResult {
	message := claimText(c)
	if c.Fix != "" {
		message += "\n" + c.Fix
	}
	sum := sha256.Sum256([]byte(x.Check.ID + "\x00" + c.Text))
	out := sarifResult{
		RuleID: x.Check.ID, RuleIndex: rule, Level: r.sarifLevel(c), Message: sarifMessage{message},
		Locations:    []sarifLocation{{Physical: sarifPlace(r.Where)}},
		Fingerprints: map[string]string{"claim/v1": hex.EncodeToString(sum[:16])},
		Properties:   map[string]any{"impact": c.Impact},
	}
	if out.Locations[0].Physical == nil {
		out.Locations[0].Physical = &sarifPhysical{Artifact: sarifArtifact{URI: r.URL}}
	}
	if e := evidence(x, c); e != nil {
		out.Locations[0].Logical = []sarifLogical{{Name: e.Method + " " + e.URL, Kind: "request"}}
	}
	if standing, d := r.Standing(x); standing == baseline.Accepted {
		out.Suppressions = []sarifSuppression{{Kind: "external", Justification: standingText(standing, d)}}
	}
	return out
}

// sarifLevel is how grave a claim is for the sides that decide.
func (r EndpointReport) sarifLevel(c endpoint.Claim) string {
	switch r.weight(c.Impact) {
	case endpoint.Breaks:
		return "error"
	case endpoint.Degrades:
		return "warning"
	}
	return "note"
}
