package profile

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/expr"
)

// expression brings an expression, which parses, into canonical form where it
// stands: the blanks between its tokens and the spelling of its tokens are edited
// one by one, so that the scalar around it and its line breaks stay.
func (l *layout) expression(n *node) {
	text := n.text
	if len(text.Marks) == 0 || strings.Contains(text.Value, `\${`) {
		return // no places, or a backslash whose meaning depends on the variable's value
	}
	e := expressionLayout{layout: l, node: n, text: text}
	tokens := tokensOf(text.Value)
	before := lexeme{}
	for i, t := range tokens {
		e.gap(before.end, t.start, blankBetween(i, before.text, t.text))
		e.token(t)
		before = t
	}
	e.gap(before.end, len(text.Value), "")
}

// blankBetween returns what stands between two tokens in canonical form, which is
// that of expr.Print. There is none before the token of index 0.
func blankBetween(index int, before, after string) string {
	if index > 0 && (before == "," || isOperator(before) || isOperator(after)) {
		return " "
	}
	return ""
}

// lexeme is a lexical unit of an expression, by byte offsets in its text.
type lexeme struct {
	start, end int
	text       string
}

// tokensOf cuts an expression that parses into tokens. Source: expressions §2.
func tokensOf(src string) []lexeme {
	var tokens []lexeme
	for at := 0; at < len(src); {
		r, size := utf8.DecodeRuneInString(src[at:])
		if isSpace(r) {
			at += size
			continue
		}
		end := tokenEnd(src, at)
		tokens = append(tokens, lexeme{at, end, src[at:end]})
		at = end
	}
	return tokens
}

// tokenEnd returns the end of the token that begins at an offset.
func tokenEnd(src string, at int) int {
	switch c := src[at]; {
	case c == '"':
		for i := at + 1; i < len(src); i++ {
			switch {
			case src[i] == '"':
				return i + 1
			case src[i] == '\\' && i+1 < len(src) && (src[i+1] == '"' || src[i+1] == '\\'):
				i++
			}
		}
		return len(src)
	case c == '[':
		depth := 0
		for i := at; i < len(src); i++ {
			switch src[i] {
			case '[':
				depth++
			case ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
		}
		return len(src)
	case strings.IndexByte("(),", c) >= 0:
		return at + 1
	case strings.IndexByte("<>=", c) >= 0:
		if len(src) > at+1 && isOperator(src[at:at+2]) {
			return at + 2
		}
		return at + 1
	}
	end := at + 1
	for end < len(src) {
		r, size := utf8.DecodeRuneInString(src[end:])
		if isSpace(r) || strings.ContainsRune(`"[(),<>=`, r) {
			break
		}
		end += size
	}
	return end
}

func isOperator(s string) bool {
	switch s {
	case "=", "<>", ">", ">=", "<", "<=":
		return true
	}
	return false
}

func isSpace(r rune) bool { return unicode.IsSpace(r) || r == '\uFEFF' }

// expressionLayout edits one expression.
type expressionLayout struct {
	layout *layout
	node   *node
	text   diag.Text
}

// place returns where in the file a byte of the expression stands.
func (e *expressionLayout) place(offset int) int { return e.text.At(offset, offset).Start.Byte }

// gap gives the blanks between two tokens their canonical form. Where the author
// went to a new line, the line break and the indentation stay.
func (e *expressionLayout) gap(start, end int, want string) {
	from, to := e.place(start), e.place(end)
	last := from // the file from the last byte before the gap to its end
	if start > 0 {
		last = e.place(start - 1)
	}
	if from > to || strings.ContainsAny(e.layout.text[last:to], "\r\n\u0085\u2028\u2029") ||
		end == len(e.text.Value) && strings.ContainsAny(e.text.Value[start:end], "\n") {
		e.lineEnds(from)
		return
	}
	e.layout.replace(from, to, want)
}

// lineEnds takes away the blanks that end the lines of a block scalar from an
// offset of the file up to its next token.
func (e *expressionLayout) lineEnds(at int) {
	if e.node.style != literal && e.node.style != folded {
		return
	}
	text := e.layout.text
	for at < len(text) {
		start := at
		for at < len(text) && isBlank(text[at]) {
			at++
		}
		n := breakLen(text, at)
		if n == 0 && at < len(text) || at > e.node.end {
			return
		}
		e.layout.replace(start, at, "")
		at += max(n, 1)
	}
}

// token gives a token its canonical spelling. Only what differs is edited: a
// backslash that is written once, blanks inside of brackets.
func (e *expressionLayout) token(t lexeme) {
	if t.text[0] != '"' && t.text[0] != '[' {
		return
	}
	parsed, problems := expr.Parse(t.text)
	want := parsed.String()
	if problems.HasErrors() || want == t.text {
		return
	}
	var edits []replacement
	i, j := 0, 0
	for i < len(t.text) || j < len(want) {
		switch {
		case i < len(t.text) && j < len(want) && t.text[i] == want[j]:
			i, j = i+1, j+1
		case j < len(want) && want[j] == '\\':
			at := e.place(t.start + i)
			edits = append(edits, replacement{at, at, e.written('\\')})
			j++
		case i < len(t.text):
			from, to := e.place(t.start+i), e.place(t.start+i+1)
			if to < from || strings.ContainsAny(e.layout.text[from:to], "\r\n") {
				return
			}
			edits = append(edits, replacement{from, to, ""})
			i++
		default:
			return
		}
	}
	e.layout.edits = append(e.layout.edits, edits...)
}

// written returns how a byte is written in the scalar.
func (e *expressionLayout) written(c byte) string {
	if e.node.style == doubleQuoted && (c == '\\' || c == '"') {
		return `\` + string(c)
	}
	return string(c)
}
