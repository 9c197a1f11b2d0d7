package profile

import (
	"regexp"
	"strings"
	"sync"

	"github.com/scimctl/scimctl/pkg/diag"
)

// flow looks at a collection in { } or [ ] and returns the offset behind it, or -1
// when it does not end.
func (m *mistakes) flow(at, depth int) int {
	if depth > maxDepth {
		return -1
	}
	open := m.text[at]
	for at++; at < len(m.text); {
		switch c := m.text[at]; {
		case c == '}' || c == ']':
			return at + 1
		case c == ',' || isBlank(c):
			at++
		case breakLen(m.text, at) > 0:
			at += breakLen(m.text, at)
			if m.outdented(at) {
				return -1
			}
		case c == '#' && (isBlank(m.text[at-1]) || breakLen(m.text, at-1) > 0):
			for at < len(m.text) && breakLen(m.text, at) == 0 {
				at++
			}
		default:
			if open == '{' {
				if value := m.flowKey(at); value >= 0 {
					at = value
				}
			}
			next, ok := m.flowValue(at, depth)
			if !ok {
				return -1
			}
			at = next
		}
	}
	return -1
}

// flowKey returns the offset of the value of the key that begins at an offset, or -1
// when there is no key.
func (m *mistakes) flowKey(at int) int {
	i := at
	if m.text[at] == '"' || m.text[at] == '\'' {
		if i = quoteEnd(m.text, at); i < 0 {
			return -1
		}
	}
	for ; i < len(m.text) && breakLen(m.text, i) == 0; i++ {
		switch c := m.text[i]; {
		case c == ':' && (i+1 >= len(m.text) || isBlank(m.text[i+1]) || breakLen(m.text, i+1) > 0 || strings.ContainsRune(",[]{}", rune(m.text[i+1]))):
			for i++; i < len(m.text) && isBlank(m.text[i]); i++ {
			}
			return i
		case strings.ContainsRune(`,[]{}("`, rune(c)):
			return -1
		}
	}
	return -1
}

// flowValue looks at one value inside brackets and returns the offset behind it. It
// reports false where it cannot tell where the value ends.
func (m *mistakes) flowValue(at, depth int) (int, bool) {
	if at >= len(m.text) || breakLen(m.text, at) > 0 {
		return at, true
	}
	switch c := m.text[at]; c {
	case ',', '}', ']':
		return at, true
	case '"', '\'':
		end := quoteEnd(m.text, at)
		if end < 0 {
			return at, false
		}
		if m.endsValue(end) {
			return end, true
		}
		if end = m.outerQuote(at); end < 0 {
			return at, false
		}
		m.innerQuotes(at, end)
		return end, true
	case '{', '[':
		end := m.flow(at, depth+1)
		if end < 0 || m.endsValue(end) {
			return end, end > at
		}
	}
	end, closed := m.plainEnd(at)
	if !closed {
		d := diag.Errorf(codeFlowExpression, m.src.span(at, end), "a quote or bracket of this text is never closed").
			WithDetail("Close it, and put the text in single quotes.")
		m.found = append(m.found, d)
		return at, false
	}
	if end > at {
		m.flowText(at, end)
	}
	return end, end > at
}

// endsValue reports whether a value inside brackets may end at an offset.
func (m *mistakes) endsValue(at int) bool {
	rest := strings.TrimLeft(m.text[at:], " \t")
	return rest == "" || strings.ContainsRune(",}]:#", rune(rest[0])) || breakLen(rest, 0) > 0
}

// afterQuote fits what follows a quote that really ends a value.
var afterQuote = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[ \t]*($|[\r\n}\]]|,[ \t]*["']?[A-Za-z$][A-Za-z0-9_.:$-]*["']?:[ \t])`)
})

// outerQuote returns the offset behind the quote that was meant to end the text
// which begins at an offset, or -1.
func (m *mistakes) outerQuote(at int) int {
	last := m.lineEnd(at)
	for i := at + 1; i < last; i++ {
		if m.text[i] == m.text[at] && afterQuote().MatchString(m.text[i+1:last]) {
			return i + 1
		}
	}
	return -1
}

// plainEnd returns the end of a text without quotes as it was meant: commas and
// brackets inside parentheses, brackets and quotes belong to it. It reports false
// when one of these is still open at the end of the line.
func (m *mistakes) plainEnd(at int) (int, bool) {
	depth, inside := 0, false
	last := m.lineEnd(at)
	for i := at; i < last; i++ {
		switch c := m.text[i]; {
		case c == '\\' && inside:
			i++
		case c == '"':
			inside = !inside
		case inside:
		case c == '(' || c == '[' || c == '{':
			depth++
		case (c == ')' || c == ']' || c == '}') && depth > 0:
			depth--
		case depth > 0:
		case c == ',' || c == '}' || c == ']', c == '#' && i > at && isBlank(m.text[i-1]):
			return at + len(strings.TrimRight(m.text[at:i], " \t")), true
		}
	}
	return last, depth == 0 && !inside
}

// flowText reports a text without quotes that brackets, commas or other characters
// inside { } take apart.
func (m *mistakes) flowText(at, end int) {
	text := m.text[at:end]
	var (
		brackets = strings.ContainsAny(text, "[]{}")
		code     diag.Code
		summary  string
	)
	switch {
	case strings.Contains(text, "${"):
		code, summary = codeFlowVariable, "inside { } the braces of a ${…} are read as YAML"
	case strings.ContainsAny(text, "(") && (brackets || strings.ContainsAny(text, ",\"") || strings.Contains(text, ": ")):
		code, summary = codeFlowExpression, "inside { } the commas and brackets of an expression are read as YAML"
	case brackets:
		code, summary = codeFlowPath, "inside { } brackets are read as YAML"
	case strings.Contains(text, ": "):
		code, summary = codeColon, "a colon and a blank make a key of what stands before them"
	case strings.ContainsRune("&*!", rune(text[0])):
		m.indicator(at, end)
		return
	case strings.ContainsRune("%@`|>", rune(text[0])):
		code, summary = codeFirstCharacter, "a text cannot begin with "+text[:1]+" without quotes"
	default:
		return
	}
	m.report(code, at, end, summary, "Put the text in quotes.")
}

// outdented reports whether the line that begins at an offset has something on it
// that cannot belong to a value of the key at m.column.
func (m *mistakes) outdented(at int) bool {
	first := at
	for first < len(m.text) && isBlank(m.text[first]) {
		first++
	}
	if first >= len(m.text) || breakLen(m.text, first) > 0 || strings.ContainsRune("}]#", rune(m.text[first])) {
		return false
	}
	return first-at <= m.column
}
