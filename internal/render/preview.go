package render

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/preview"
)

// Preview returns the format for eyes: each user with what becomes of it and why,
// and the requests with their bodies laid out.
func (p *Printer) Preview() preview.Format {
	return preview.Format{Between: "\n", Append: func(dst []byte, r *preview.Result) []byte {
		own := *p // results come from several goroutines
		b := bytes.NewBuffer(dst)
		own.w = b
		own.previewed(r)
		return b.Bytes()
	}}
}

func (p *Printer) previewed(r *preview.Result) {
	who := r.Name
	if who == "" {
		who = r.ID
	}
	line := p.action(r.Action)
	if who != "" {
		line += " " + p.style.strong.Render(clean(who))
		if who != r.ID && r.ID != "" {
			line += " " + p.style.faint.Render(clean(r.ID))
		}
	}
	p.Linef("%s", line)
	for _, problem := range r.Problems {
		style := p.severity(problem.Severity)
		message := clean(problem.Message)
		if problem.Target != "" && !strings.HasPrefix(message, clean(problem.Target)) {
			message = clean(problem.Target) + ": " + message
		}
		p.Paragraph(2, style.Render(problem.Severity.String())+" ", message+" "+p.style.faint.Render("["+problem.Code+"]"))
		if !problem.At.IsZero() {
			p.Linef("    %s %s %s", p.style.faint.Render("at"), p.style.place.Render(problem.At.String()),
				p.style.faint.Render(fmt.Sprintf("(byte %d)", problem.At.Start.Byte)))
		}
		if problem.Advice != "" {
			p.Paragraph(4, "", clean(problem.Advice))
		}
	}
	for _, q := range r.Requests {
		p.Linef("  %s %s", p.style.do.Render(q.Method), q.Path)
		if q.Body != nil {
			p.Linef("    %s", layOut(q.Body, "    "))
		}
	}
}

// layOut indents JSON, whose further lines begin with the prefix.
func layOut(body []byte, prefix string) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, body, prefix, "  "); err != nil {
		return body
	}
	return b.Bytes()
}

// action writes the mark and the word of an action.
func (p *Printer) action(a preview.Action) string {
	switch a {
	case preview.Create:
		return p.style.add.Render("+ create")
	case preview.Update:
		return p.style.change.Render("~ update")
	case preview.Disable:
		return p.style.change.Render("~ disable")
	case preview.Delete:
		return p.style.remove.Render("- delete")
	case preview.None:
		return p.style.faint.Render("= nothing")
	case preview.Skip:
		return p.style.warn.Render("· skip")
	default:
		return p.style.bad.Render("✗ " + string(a))
	}
}

// previewWords are the counts of a summary in their order.
var previewWords = []struct {
	action preview.Action
	word   string
}{
	{preview.Create, "to create"}, {preview.Update, "to update"}, {preview.Disable, "to disable"}, {preview.Delete, "to delete"},
	{preview.None, "unchanged"}, {preview.Skip, "skipped"}, {preview.Fail, "would fail"}, {preview.Invalid, "not readable"},
}

// PreviewSummary writes the counts of a preview and why users are skipped or fail.
func (p *Printer) PreviewSummary(s preview.Summary) {
	noun := strings.ToLower(cmp.Or(s.Type, "user"))
	if s.Users != 1 {
		noun += "s"
	}
	parts := []string{grouped(s.Users) + " " + noun, grouped(s.InScope) + " in scope"}
	for _, w := range previewWords {
		if n := s.Actions[w.action]; n > 0 {
			parts = append(parts, grouped(n)+" "+w.word)
		}
	}
	if s.Flawed > 0 {
		parts = append(parts, grouped(s.Flawed)+" without some attribute")
	}
	p.Paragraph(0, "", p.style.strong.Render(strings.Join(parts, ", ")))
	for _, r := range s.Reasons {
		if r.Severity == diag.Note {
			continue
		}
		text := r.Message
		if r.Target != "" && !strings.HasPrefix(text, r.Target) {
			text = r.Target + ": " + text
		}
		who := "first"
		if r.Count == 1 {
			who = "which is"
		}
		p.Paragraph(2, p.severity(r.Severity).Render(fmt.Sprintf("%7s", grouped(r.Count)))+" ",
			clean(text)+" "+p.style.faint.Render("["+r.Code+"] "+who+" "+clean(r.First)))
	}
}

// grouped writes a number with commas.
func grouped(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
