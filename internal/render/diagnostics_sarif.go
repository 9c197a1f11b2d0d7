package render

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// DiagnosticsSARIF writes problems as SARIF 2.1.0. Codes document the rules; only
// those that occur are listed.
func DiagnosticsSARIF(w io.Writer, version string, codes []diag.CodeInfo, list diag.List) error {
	run := sarifRun{
		Tool:        sarifTool{sarifDriver{Name: "scimctl", Version: version, Home: sarifHome, Rules: []sarifRule{}}},
		Invocations: []sarifInvocation{{Successful: true}},
		Results:     []sarifResult{},
	}
	rules := &run.Tool.Driver.Rules
	for _, d := range list {
		at := slices.IndexFunc(*rules, func(r sarifRule) bool { return r.ID == string(d.Code) })
		if at < 0 {
			at = len(*rules)
			*rules = append(*rules, ruleOfCode(d.Code, codes))
		}
		run.Results = append(run.Results, sarifDiagnostic(d, at))
	}
	return writeSARIF(w, run)
}

func ruleOfCode(code diag.Code, codes []diag.CodeInfo) sarifRule {
	rule := sarifRule{ID: string(code), Short: sarifMessage{string(code)}}
	if i := slices.IndexFunc(codes, func(c diag.CodeInfo) bool { return c.Code == code }); i >= 0 {
		rule.Short, rule.Help = sarifMessage{codes[i].Title}, sarifText(codes[i].Help)
	}
	return rule
}

func sarifDiagnostic(d diag.Diagnostic, rule int) sarifResult {
	message := sarifText(d.Summary, d.Detail)
	if d.Fix != nil && strings.TrimSpace(d.Fix.NewText) != "" {
		message.Text += "\n\nwrite: " + d.Fix.NewText
	}
	// Without the line, so that a problem stays the same one when it moves.
	sum := sha256.Sum256([]byte(string(d.Code) + "\x00" + d.Subject.Filename + "\x00" + d.Summary))
	out := sarifResult{
		RuleID: string(d.Code), RuleIndex: rule, Level: d.Severity.String(), Message: *message, Locations: []sarifLocation{},
		Fingerprints: map[string]string{"problem/v1": hex.EncodeToString(sum[:16])},
	}
	if at := sarifPlace(d.Subject); at != nil {
		out.Locations = append(out.Locations, sarifLocation{Physical: at})
	}
	return out
}
