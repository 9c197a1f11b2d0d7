package diag

import (
	"strings"
	"unicode/utf8"
)

// Snippet is one line of source with the part that a diagnostic is about, ready
// to be printed with a caret line below it. Tabs in the line are spaces here.
type Snippet struct {
	Line   int    // number of the line, from 1
	Before string // text left of the subject
	Marked string // the subject, as far as it is on this line
	After  string // text right of it
}

// byteOrderMark begins some files and stands in no column.
const byteOrderMark = "\uFEFF"

// SnippetOf cuts the line on which r starts out of src. It reports false when r
// has no place or lies outside src.
func SnippetOf(src string, r Range) (Snippet, bool) {
	if r.IsZero() || r.Start.Byte < 0 || r.Start.Byte > len(src) {
		return Snippet{}, false
	}
	start := strings.LastIndexByte(src[:r.Start.Byte], '\n') + 1
	end := len(src)
	if i := strings.IndexByte(src[r.Start.Byte:], '\n'); i >= 0 {
		end = r.Start.Byte + i
	}
	if start == 0 && strings.HasPrefix(src[:r.Start.Byte], byteOrderMark) {
		start = len(byteOrderMark)
	}
	stop := min(max(r.End.Byte, r.Start.Byte), end)
	return Snippet{
		Line:   r.Start.Line,
		Before: clean(src[start:r.Start.Byte]),
		Marked: clean(src[r.Start.Byte:stop]),
		After:  strings.TrimRight(clean(src[stop:end]), " "),
	}, true
}

// Text returns the whole line.
func (s Snippet) Text() string { return s.Before + s.Marked + s.After }

// Carets returns the line that goes below Text: blanks, then one caret for each
// rune of the subject and at least one.
func (s Snippet) Carets() string {
	return strings.Repeat(" ", utf8.RuneCountInString(s.Before)) +
		strings.Repeat("^", max(1, utf8.RuneCountInString(s.Marked)))
}

// clean makes a stretch of source printable: tabs become four blanks, carriage
// returns vanish, other control characters and bad bytes become the
// replacement character, so that no file can drive the terminal.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return -1
		case r < 0x20 || r == 0x7f || (r >= 0x80 && r < 0xa0):
			return utf8.RuneError
		}
		return r
	}, strings.ReplaceAll(s, "\t", "    "))
}
