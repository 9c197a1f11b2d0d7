package expr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What other languages and word processors put into expressions is read as what
// it was meant for, so that one report and one mend serve for it.

// curly reads a text between quotes that a word processor has bent.
func (s *scanner) curly(first rune, size int) token {
	start := s.pos
	s.pos += size
	inner := s.pos
	double := isDoubleCurly(first)
	for s.pos < len(s.src) {
		r, n := utf8.DecodeRuneInString(s.src[s.pos:])
		if double && (isDoubleCurly(r) || r == '"') || !double && (isSingleCurly(r) || r == '\'') {
			text := s.src[inner:s.pos]
			s.pos += n
			s.report(codeCurlyQuote, start, s.pos, "curly quotes, probably pasted from a web page",
				"The expression language takes straight double quotes only.", quote(text))
			return token{kind: tokString, start: start, end: s.pos, text: text}
		}
		s.pos += n
	}
	s.open = true
	s.report(codeCurlyQuote, start, s.pos, "a curly quote, probably pasted from a web page",
		"The expression language takes straight double quotes only.", "")
	return token{kind: tokBad, start: start, end: s.pos}
}

func isCurlyQuote(r rune) bool { return isDoubleCurly(r) || isSingleCurly(r) }

func isDoubleCurly(r rune) bool {
	switch r {
	case '\u201C', '\u201D', '\u201E', '\u201F', '\u00AB', '\u00BB', '\u2033':
		return true
	}
	return false
}

func isSingleCurly(r rune) bool {
	switch r {
	case '\u2018', '\u2019', '\u201A', '\u201B', '\u2039', '\u203A', '\u2032':
		return true
	}
	return false
}

// single reads a text between single quotes.
func (s *scanner) single() token {
	start := s.pos
	s.pos++
	inner := s.src[s.pos:]
	end := strings.IndexAny(inner, "'\"\n")
	if end < 0 || inner[end] != '\'' {
		s.unexpected('\'', start)
		return token{kind: tokBad, start: start, end: s.pos}
	}
	s.pos += end + 1
	s.report(codeCharacter, start, s.pos, "single quotes", "Texts take double quotes.", quote(inner[:end]))
	return token{kind: tokString, start: start, end: s.pos, text: inner[:end]}
}

// foreignOperators are signs of other languages and the operators here.
var foreignOperators = [...]struct{ sign, meant string }{
	{"===", "="}, {"!==", "<>"}, {"==", "="}, {"!=", "<>"}, {"=>", ">="}, {"=<", "<="},
}

// foreignOperator reads an operator such as ==, which is = here.
func (s *scanner) foreignOperator() (token, bool) {
	for _, o := range foreignOperators {
		if strings.HasPrefix(s.src[s.pos:], o.sign) {
			t := s.take(tokOp, len(o.sign))
			s.report(codeCharacter, t.start, t.end, "there is no operator "+o.sign, "Write "+o.meant+".", o.meant)
			t.text = o.meant
			return t, true
		}
	}
	return token{}, false
}

// comment passes over a comment.
func (s *scanner) comment() {
	start := s.pos
	end := "\n"
	if s.src[start+1] == '*' {
		end = "*/"
	}
	if i := strings.Index(s.src[start+2:], end); i >= 0 {
		s.pos = start + 2 + i + len(end)
	} else {
		s.pos = len(s.src)
	}
	s.report(codeCharacter, start, s.pos, "there are no comments in expressions", "Take it away; a profile in YAML has comments of its own.", "")
}

// isWide reports whether r is the full-width form of an ASCII character, as East
// Asian keyboards give it.
func isWide(r rune) bool { return '\uFF01' <= r && r <= '\uFF5E' }

// wide reads a full-width character as the one that was meant.
func (s *scanner) wide(r rune, size int) token {
	start := s.pos
	s.pos += size
	meant := string(r - '\uFF01' + '!')
	s.report(codeCharacter, start, s.pos, fmt.Sprintf("the full-width character %q", r), "Write the plain "+meant+" in its place.", meant)
	t := token{kind: tokBad, start: start, end: s.pos, text: meant}
	switch meant {
	case "(":
		t.kind = tokOpen
	case ")":
		t.kind = tokClose
	case ",":
		t.kind = tokComma
	case "=", "<", ">":
		t.kind = tokOp
	}
	return t
}

// isInvisible reports whether r shows nothing, like a zero-width space.
func isInvisible(r rune) bool { return unicode.Is(unicode.Cf, r) }

// noteEscape remembers the first \" that a comma or parenthesis follows, in a
// text that begins at start. s.pos is at its quote.
func (s *scanner) noteEscape(start int) {
	if s.escape.end > 0 || s.src[s.pos] != '"' {
		return
	}
	if after := strings.TrimLeft(s.src[s.pos+1:], " \t\r\n"); after != "" && after[0] != ',' && after[0] != ')' {
		return
	}
	s.escape, s.inside = span{s.pos - 1, s.pos + 1}, start
}
