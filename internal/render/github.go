package render

import (
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Annotation is a remark that GitHub Actions shows beside a line of a file.
type Annotation struct {
	Severity diag.Severity
	Where    diag.Range // may have no place
	Title    string
	Message  string // may have several lines
}

// GitHub writes annotations as workflow commands of GitHub Actions, one a line.
func GitHub(w io.Writer, list []Annotation) error {
	for _, a := range list {
		if _, err := fmt.Fprintln(w, a.command()); err != nil {
			return fmt.Errorf("write workflow commands: %w", err)
		}
	}
	return nil
}

// command is the annotation as GitHub's runner reads it from the log.
func (a Annotation) command() string {
	var properties []string
	add := func(name, value string) {
		if value != "" {
			properties = append(properties, name+"="+escapeProperty(value))
		}
	}
	if a.Where.Filename != "" {
		add("file", filepath.ToSlash(a.Where.Filename))
	}
	if start, end := a.Where.Start, a.Where.End; !a.Where.IsZero() {
		add("line", strconv.Itoa(start.Line))
		if end.Line > start.Line {
			add("endLine", strconv.Itoa(end.Line))
		}
		add("col", strconv.Itoa(start.Column))
		// A column at the end counts only within one line.
		if end.Line == start.Line && end.Column > start.Column {
			add("endColumn", strconv.Itoa(end.Column))
		}
	}
	add("title", a.Title)
	command := map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Note: "notice"}[a.Severity]
	if len(properties) > 0 {
		command += " " + strings.Join(properties, ",")
	}
	return "::" + command + "::" + escapeData(a.Message)
}

// escapeData escapes the message of a workflow command: a line break would end it.
func escapeData(s string) string { return dataEscapes.Replace(printable(s)) }

// escapeProperty escapes the value of a property, in which the signs that part
// properties are special too.
func escapeProperty(s string) string { return propertyEscapes.Replace(printable(s)) }

// printable keeps text from driving a terminal that shows the log, as clean does,
// but leaves its line breaks.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\r' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return utf8.RuneError
		}
		return r
	}, s)
}

var (
	dataEscapes     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscapes = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// DiagnosticAnnotations are the annotations of problems.
func DiagnosticAnnotations(list diag.List) []Annotation {
	out := make([]Annotation, len(list))
	for i, d := range list {
		out[i] = Annotation{Severity: d.Severity, Where: d.Subject, Title: fmt.Sprintf("%s: %s", d.Code, d.Summary), Message: d.Summary}
		if d.Detail != "" {
			out[i].Message = d.Detail
		}
		if d.Fix != nil && strings.TrimSpace(d.Fix.NewText) != "" {
			out[i].Message += "\nwrite: " + d.Fix.NewText
		}
	}
	return out
}
