package render

import (
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// DiagnosticSuite is the suite of checked profiles: a case that passes for each name
// of valid, and one that fails for each error. Warnings and notes fail nothing; they
// are the notes of the suite.
func DiagnosticSuite(name string, valid []string, list diag.List, sources Sources) Suite {
	s := Suite{Name: name}
	for _, v := range valid {
		s.Cases = append(s.Cases, Case{Name: v})
	}
	var notes []string
	for _, d := range list {
		text := diagnosticText(d, sources)
		if d.Severity != diag.Error {
			notes = append(notes, text)
			continue
		}
		s.Cases = append(s.Cases, Case{
			Name: string(d.Code) + " " + d.Subject.String(), Class: d.Subject.Filename, Where: d.Subject,
			End: Failed, Kind: string(d.Code), Message: d.Summary, Detail: text,
		})
	}
	s.Notes = strings.Join(notes, "\n")
	return s
}

// reportWidth is the width of text inside a report, which no terminal limits.
const reportWidth = 120

// diagnosticText is a problem with its line of source, in plain text.
func diagnosticText(d diag.Diagnostic, sources Sources) string {
	var b strings.Builder
	New(&b, reportWidth, false).Diagnostic(d, sources)
	return b.String()
}
