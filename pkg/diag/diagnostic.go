package diag

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Code names a kind of problem for ever: SC1xxx the profile document, SC2xxx
// expressions, SC3xxx mappings and scoping filters, SC4xxx plans, SC5xxx SCIM
// endpoints. A code is never used again for something else.
type Code string

// CodeInfo documents a Code: Title is a short noun phrase, Help one or more
// sentences for the reference page.
type CodeInfo struct {
	Code  Code
	Title string
	Help  string
}

// Severity tells errors, which stop the work, from what is only worth reading.
type Severity int

// Severities, the gravest first.
const (
	Error Severity = iota
	Warning
	Note
)

// String returns "error", "warning" or "note".
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	default:
		return "note"
	}
}

// MarshalText writes the word of String, so that JSON reads like prose.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Related is a second place that a problem is about, such as the first use of
// a name that must be unique.
type Related struct {
	Range   Range  `json:"range"`
	Message string `json:"message"`
}

// Fix is a replacement that would mend the problem: the text at Range becomes
// NewText.
type Fix struct {
	Range   Range  `json:"range"`
	NewText string `json:"newText"`
}

// Diagnostic is one problem. Summary is a phrase without a full stop; Detail,
// if there is one, is sentences that end in what to do. Subject may be zero.
type Diagnostic struct {
	Severity Severity  `json:"severity"`
	Code     Code      `json:"code"`
	Summary  string    `json:"summary"`
	Detail   string    `json:"detail,omitempty"`
	Subject  Range     `json:"subject"`
	Related  []Related `json:"related,omitempty"`
	Fix      *Fix      `json:"fix,omitempty"`
}

// Error prints the diagnostic on one line, without its source.
func (d Diagnostic) Error() string {
	var b strings.Builder
	if at := d.Subject.String(); at != "" {
		b.WriteString(at + ": ")
	}
	fmt.Fprintf(&b, "%s: %s [%s]", d.Severity, d.Summary, d.Code)
	return b.String()
}

// List is the problems found in one run. A nil List is "none".
type List []Diagnostic

// HasErrors reports whether one of the diagnostics is an Error.
func (l List) HasErrors() bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool { return d.Severity == Error })
}

// Err returns l as an error if it has errors, else nil.
func (l List) Err() error {
	if l.HasErrors() {
		return l
	}
	return nil
}

// Error prints one line a diagnostic. List is an error only through Err.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, d := range l {
		lines[i] = d.Error()
	}
	return strings.Join(lines, "\n")
}

// Sort orders by file, place, severity and code, keeping equal ones in order,
// and drops exact repetitions.
func (l List) Sort() List {
	slices.SortStableFunc(l, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Subject.Filename, b.Subject.Filename),
			cmp.Compare(a.Subject.Start.Byte, b.Subject.Start.Byte),
			cmp.Compare(a.Severity, b.Severity),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Summary, b.Summary),
		)
	})
	return slices.CompactFunc(l, func(a, b Diagnostic) bool {
		return a.Subject == b.Subject && a.Code == b.Code && a.Summary == b.Summary
	})
}

// Errorf returns an Error diagnostic at subject; the message is its Summary.
func Errorf(code Code, subject Range, format string, args ...any) Diagnostic {
	return Diagnostic{Severity: Error, Code: code, Subject: subject, Summary: fmt.Sprintf(format, args...)}
}

// Warningf returns a Warning diagnostic at subject; the message is its Summary.
func Warningf(code Code, subject Range, format string, args ...any) Diagnostic {
	return Diagnostic{Severity: Warning, Code: code, Subject: subject, Summary: fmt.Sprintf(format, args...)}
}

// Notef returns a Note diagnostic at subject; the message is its Summary.
func Notef(code Code, subject Range, format string, args ...any) Diagnostic {
	return Diagnostic{Severity: Note, Code: code, Subject: subject, Summary: fmt.Sprintf(format, args...)}
}

// WithDetail returns d with its Detail set.
func (d Diagnostic) WithDetail(format string, args ...any) Diagnostic {
	d.Detail = fmt.Sprintf(format, args...)
	return d
}

// WithFix returns d with a Fix that replaces its Subject by newText.
func (d Diagnostic) WithFix(newText string) Diagnostic {
	d.Fix = &Fix{Range: d.Subject, NewText: newText}
	return d
}

// WithRelated returns d with one more related place.
func (d Diagnostic) WithRelated(r Range, message string) Diagnostic {
	d.Related = append(slices.Clip(d.Related), Related{Range: r, Message: message})
	return d
}
