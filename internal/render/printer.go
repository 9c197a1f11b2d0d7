package render

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"github.com/scimctl/scimctl/internal/iostreams"
)

// Printer writes text of a given width to one stream, in colour or without.
type Printer struct {
	w     io.Writer
	width int
	style styles
	err   error
}

// styles are the few looks that the program has. Without colour all are plain.
type styles struct {
	add, change, remove, do    lipgloss.Style
	good, bad, warn, note      lipgloss.Style
	strong, faint, code, place lipgloss.Style
}

// Out returns a Printer for the data stream.
func Out(s *iostreams.IOStreams) *Printer { return New(s.Out, s.Width(), s.ColorOut()) }

// Err returns a Printer for the stream that is for eyes only.
func Err(s *iostreams.IOStreams) *Printer { return New(s.Err, s.Width(), s.ColorErr()) }

// New returns a Printer.
func New(w io.Writer, width int, color bool) *Printer {
	r := lipgloss.NewRenderer(w)
	r.SetColorProfile(termenv.Ascii)
	if color {
		r.SetColorProfile(termenv.ANSI)
	}
	fg := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	return &Printer{w: w, width: max(width, 40), style: styles{
		add: fg("2"), change: fg("3"), remove: fg("1"), do: fg("6"),
		good: fg("2"), bad: fg("1").Bold(true), warn: fg("3").Bold(true), note: fg("6").Bold(true),
		strong: r.NewStyle().Bold(true), faint: r.NewStyle().Faint(true), code: fg("6"), place: fg("4"),
	}}
}

// Failed returns the first error of writing, if any.
func (p *Printer) Failed() error { return p.err }

// Linef writes one line.
func (p *Printer) Linef(format string, args ...any) {
	if _, err := fmt.Fprintf(p.w, format+"\n", args...); err != nil && p.err == nil {
		p.err = err
	}
}

// Paragraph writes text wrapped to the width, each line indented; the first line
// starts with lead, which counts for the width. It is written whole, so that
// paragraphs of several goroutines do not mix.
func (p *Printer) Paragraph(indent int, lead, text string) {
	hang := indent + lipgloss.Width(lead)
	prefix := strings.Repeat(" ", indent) + lead
	var lines []string
	for _, line := range wrap(text, p.width-hang) {
		lines = append(lines, prefix+line)
		prefix = strings.Repeat(" ", hang)
	}
	p.Linef("%s", strings.Join(lines, "\n"))
}

// wrap breaks text at blanks so that lines fit the width where words allow it.
// Line breaks in the text stay.
func wrap(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		var line strings.Builder
		room := width
		for word := range strings.SplitSeq(paragraph, " ") {
			n := utf8.RuneCountInString(word)
			if line.Len() > 0 && room < n+1 {
				lines = append(lines, strings.TrimRight(line.String(), " "))
				line.Reset()
				room = width
			}
			if line.Len() > 0 {
				line.WriteByte(' ')
				room--
			}
			line.WriteString(word)
			room -= n
		}
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	return lines
}

// clean keeps text that came from elsewhere from driving the terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case r < 0x20 || r >= 0x7f && r < 0xa0:
			return utf8.RuneError
		}
		return r
	}, s)
}

// plural returns "1 step", "2 steps".
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// Clear empties the terminal's screen; what has scrolled off it stays.
func (p *Printer) Clear() {
	if _, err := fmt.Fprint(p.w, "\x1b[H\x1b[2J"); err != nil && p.err == nil {
		p.err = err
	}
}

// Error writes an error as one paragraph.
func (p *Printer) Error(err error) {
	p.Paragraph(0, p.style.bad.Render("error")+" ", clean(err.Error()))
}

// Note writes a remark as one paragraph.
func (p *Printer) Note(format string, args ...any) {
	p.Paragraph(0, p.style.note.Render("note")+" ", clean(fmt.Sprintf(format, args...)))
}
