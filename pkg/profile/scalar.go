package profile

import (
	"strings"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
)

// style is how a scalar is written.
type style uint8

const (
	plain style = iota
	singleQuoted
	doubleQuoted
	literal
	folded
)

// scalarText reads the scalar that begins at start once more, to learn where each
// byte of its value stands and where the scalar ends. indent is the column,
// from 0, of the block collection around it, or -1. The parser said what the value is; should
// the two ever disagree, the Text has the parser's value and one place for all
// of it.
func (s *source) scalarText(start int, how style, value string, indent int) (text diag.Text, end int) {
	r := rescan{src: s.text, pos: start}
	switch how {
	case plain:
		r.plain(value)
	case singleQuoted:
		r.quoted('\'', value)
	case doubleQuoted:
		r.quoted('"', value)
	default:
		r.block(how == literal, value, indent)
	}
	end = min(r.pos, len(s.text))
	text = diag.Text{Value: value, Where: s.span(start, end)}
	if !r.agrees(value) {
		return text, end
	}
	text.Marks = make([]diag.Mark, 0, len(r.cuts)+1)
	for _, c := range r.cuts {
		text.Marks = append(text.Marks, diag.Mark{Offset: c.offset, Pos: s.pos(c.at)})
	}
	if last := len(text.Marks) - 1; last < 0 || text.Marks[last].Offset != len(value) {
		text.Marks = append(text.Marks, diag.Mark{Offset: len(value), Pos: s.pos(r.stop)})
	}
	return text, end
}

// cut says that the decoded byte at offset, and those after it up to the next
// cut, are written at the source byte at and after it.
type cut struct{ offset, at int }

// rescan decodes one scalar and notes where its bytes come from.
type rescan struct {
	src  string
	pos  int    // next source byte; after the scan: behind the scalar
	stop int    // source byte at which the value ends, such as the closing quote
	out  []byte // decoded so far
	same int    // when out is nil: so many bytes are the same in both
	cuts []cut
	jump bool // the next byte needs a cut
}

// agrees reports whether the decoded text is value.
func (r *rescan) agrees(value string) bool {
	if r.out == nil {
		return r.same == len(value)
	}
	return string(r.out) == value
}

// emit adds decoded text that is written at a source byte.
func (r *rescan) emit(text string, at int) {
	if n := len(r.cuts); n > 0 && !r.jump {
		last := r.cuts[n-1]
		r.jump = last.at+len(r.out)-last.offset != at
	} else {
		r.jump = true
	}
	if r.jump {
		r.cuts = append(r.cuts, cut{len(r.out), at})
		r.jump = false
	}
	r.out = append(r.out, text...)
}

// emitOne adds decoded text that one escape or line break stands for: what comes
// after it is somewhere else.
func (r *rescan) emitOne(text string, at int) {
	r.jump = true
	r.emit(text, at)
	r.jump = true
}

// straight is the quick way for values that are written as they are, on one line.
func (r *rescan) straight(value string, at int) bool {
	if !strings.HasPrefix(r.src[min(at, len(r.src)):], value) || strings.ContainsAny(value, "\r\n\u0085\u2028\u2029") {
		return false
	}
	r.cuts = []cut{{0, at}}
	r.same = len(value)
	r.stop = at + len(value)
	return true
}

// plain follows a scalar without quotes: it ends where its value is complete.
func (r *rescan) plain(value string) {
	if r.straight(value, r.pos) {
		r.pos = r.stop
		return
	}
	r.out = make([]byte, 0, len(value))
	for r.pos < len(r.src) && len(r.out) < len(value) {
		if isBlank(r.src[r.pos]) || breakLen(r.src, r.pos) > 0 {
			r.fold(false)
			continue
		}
		r.take(len(value) - len(r.out))
	}
	r.stop = r.pos
}

// quoted follows a scalar in quotes to its closing quote.
func (r *rescan) quoted(quote byte, value string) {
	r.pos++
	special := "'"
	if quote == '"' {
		special = `"\`
	}
	if end := r.pos + len(value); end < len(r.src) && r.src[end] == quote && !strings.ContainsAny(value, special) && r.straight(value, r.pos) {
		r.pos = r.stop + 1
		return
	}
	r.out = make([]byte, 0, len(value))
	for r.pos < len(r.src) {
		c := r.src[r.pos]
		switch {
		case c == quote && quote == '\'' && strings.HasPrefix(r.src[r.pos:], "''"):
			r.emitOne("'", r.pos)
			r.pos += 2
		case c == quote:
			r.stop = r.pos
			r.pos++
			return
		case c == '\\' && quote == '"':
			r.escape()
		case isBlank(c) || breakLen(r.src, r.pos) > 0:
			r.fold(false)
		default:
			r.take(len(r.src))
		}
	}
	r.stop = r.pos
}

// take copies text up to the next blank, line break, quote or backslash, and no more
// than most bytes.
func (r *rescan) take(most int) {
	start := r.pos
	_, size := utf8.DecodeRuneInString(r.src[r.pos:])
	r.pos += size
	for r.pos < len(r.src) && r.pos-start < most {
		c := r.src[r.pos]
		if c == '\'' || c == '"' || c == '\\' || isBlank(c) || breakLen(r.src, r.pos) > 0 {
			break
		}
		r.pos++
	}
	r.emit(r.src[start:r.pos], start)
}

// fold reads blanks and line breaks between words. One line break is a blank,
// each further one a line break; blanks round line breaks do not count. inside says
// that a line break was there already.
func (r *rescan) fold(inside bool) {
	start := r.pos
	var breaks []int
	for r.pos < len(r.src) {
		if n := breakLen(r.src, r.pos); n > 0 {
			breaks = append(breaks, r.pos)
			r.pos += n
		} else if isBlank(r.src[r.pos]) {
			r.pos++
		} else {
			break
		}
	}
	switch {
	case inside:
		for _, at := range breaks {
			r.lineBreak(at)
		}
	case len(breaks) == 0:
		r.emit(r.src[start:r.pos], start)
	case r.src[breaks[0]] == 0xE2: // LS and PS are kept
		for _, at := range breaks {
			r.lineBreak(at)
		}
	case len(breaks) == 1:
		r.emitOne(" ", breaks[0])
	default:
		for _, at := range breaks[1:] {
			r.lineBreak(at)
		}
	}
}

// lineBreak adds the line break at a source byte: LS and PS as they are, all
// others as a line feed.
func (r *rescan) lineBreak(at int) {
	if r.src[at] == 0xE2 {
		r.emitOne(r.src[at:at+3], at)
		return
	}
	r.emitOne("\n", at)
}

// escape reads one escape of a double-quoted scalar.
func (r *rescan) escape() {
	at := r.pos
	if at+1 >= len(r.src) {
		r.pos++
		return
	}
	if n := breakLen(r.src, at+1); n > 0 {
		r.pos = at + 1 + n
		r.fold(true)
		r.jump = true
		return
	}
	c := r.src[at+1]
	r.pos += 2
	if digits := escapeDigits(c); digits > 0 {
		end := min(r.pos+digits, len(r.src))
		r.emitOne(hexRune(r.src[r.pos:end]), at)
		r.pos = end
		return
	}
	r.emitOne(escapes[c], at)
}

// escapes holds what the escapes of one letter stand for. Source: YAML 1.2 §5.7.
var escapes = map[byte]string{
	'0': "\x00", 'a': "\a", 'b': "\b", 't': "\t", '\t': "\t", 'n': "\n", 'v': "\v", 'f': "\f", 'r': "\r", 'e': "\x1b",
	' ': " ", '"': `"`, '/': "/", '\\': `\`, 'N': "\u0085", '_': "\u00a0", 'L': "\u2028", 'P': "\u2029",
}

// escapeDigits returns how many hexadecimal digits follow an escape.
func escapeDigits(c byte) int {
	switch c {
	case 'x':
		return 2
	case 'u':
		return 4
	case 'U':
		return 8
	}
	return 0
}

// hexRune decodes the digits of an escape, or returns "".
func hexRune(digits string) string {
	var r rune
	for i := range len(digits) {
		c := digits[i]
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return ""
		}
	}
	return string(r)
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
