package profile

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scimctl/scimctl/pkg/diag"
)

// mistakes looks through a text that the parser refused for what people write when
// they forget that YAML gives a meaning to some characters. It knows as much of YAML
// as that takes, and is asked only after the parser has failed.
type mistakes struct {
	src    *source
	text   string
	found  diag.List
	fixes  []diag.Fix
	tabs   []diag.Range // indentation with tabs
	known  map[string]bool
	column int // of the key or dash before the value that is looked at
	// The stretch of a line for which lineEnd was asked last.
	lineFrom, lineTo int
}

// maxMistakes is how many mistakes are reported before the text is parsed again.
const maxMistakes = 200

// lineEnd is the function of that name, remembering the line.
func (m *mistakes) lineEnd(at int) int {
	if at >= m.lineTo || m.lineFrom > at {
		m.lineFrom, m.lineTo = at, lineEnd(m.text, at)
	}
	return max(m.lineTo, at)
}

// find goes through the lines.
func (m *mistakes) find() {
	m.known = anchors(m.text)
	at := 0
	if strings.HasPrefix(m.text, byteOrderMark) {
		at = len(byteOrderMark)
	}
	for at < len(m.text) && len(m.found) < maxMistakes {
		next := m.line(at)
		for next < len(m.text) && breakLen(m.text, next) == 0 {
			next++
		}
		at = next + breakLen(m.text, next)
		if at <= next {
			break
		}
	}
	m.tabbed()
}

// report adds a mistake whose text must be quoted.
func (m *mistakes) report(code diag.Code, start, end int, summary, detail string) {
	text := m.text[start:end]
	if strings.ContainsAny(text, curly) {
		text = straighten(text)
	}
	m.reportFix(code, start, end, summary, detail, quote(text))
}

func (m *mistakes) reportFix(code diag.Code, start, end int, summary, detail, fix string) {
	d := diag.Errorf(code, m.src.span(start, end), "%s", summary).WithDetail("%s", detail).WithFix(fix)
	m.found = append(m.found, d)
	m.fixes = append(m.fixes, *d.Fix)
}

// tabbed reports the tabs once, with all lines that have them.
func (m *mistakes) tabbed() {
	if len(m.tabs) == 0 {
		return
	}
	for _, r := range m.tabs {
		indent := m.src.file.text[r.Start.Byte:r.End.Byte]
		m.fixes = append(m.fixes, diag.Fix{Range: r, NewText: strings.ReplaceAll(indent, "\t", "  ")})
	}
	first := m.fixes[len(m.fixes)-len(m.tabs)]
	d := diag.Errorf(codeTab, m.tabs[0], "tabs cannot indent in YAML").
		WithDetail("Use blanks, two for each level.").WithFix(first.NewText)
	if n := len(m.tabs) - 1; n > 0 {
		d.Detail = fmt.Sprintf("Use blanks, two for each level; %d more lines begin with tabs.", n)
		if n == 1 {
			d.Detail = "Use blanks, two for each level; one more line begins with a tab."
		}
	}
	m.found = append(m.found, d)
}

// line looks at the line that begins at an offset and returns where it stopped, on
// this line or, behind a value of several lines, on a later one.
func (m *mistakes) line(start int) int {
	at := start
	for at < len(m.text) && isBlank(m.text[at]) {
		at++
	}
	if at >= len(m.text) || breakLen(m.text, at) > 0 || m.text[at] == '#' {
		return at
	}
	if strings.Contains(m.text[start:at], "\t") {
		m.tabs = append(m.tabs, m.src.span(start, at))
	}
	if at == start && (strings.HasPrefix(m.text[at:], "---") || strings.HasPrefix(m.text[at:], "...") || m.text[at] == '%') {
		return at
	}
	column := at - start
	for at+1 < len(m.text) && (m.text[at] == '-' || m.text[at] == '?') && isBlank(m.text[at+1]) {
		column = at - start
		for at++; at < len(m.text) && isBlank(m.text[at]); at++ {
		}
	}
	if value := m.key(at); value >= 0 {
		column = at - start
		at = value
	}
	for at < len(m.text) && isBlank(m.text[at]) {
		at++
	}
	return m.value(at, column)
}

// key returns the offset behind the colon of the key that begins at an offset, or -1
// where none does.
func (m *mistakes) key(at int) int {
	i := at
	switch {
	case at >= len(m.text) || strings.ContainsRune("{[&*!|>%@`", rune(m.text[at])):
		return -1
	case m.text[at] == '"' || m.text[at] == '\'':
		if i = quoteEnd(m.text, at); i < 0 {
			return -1
		}
		for i < len(m.text) && isBlank(m.text[i]) {
			i++
		}
		if i < len(m.text) && m.text[i] == ':' {
			return i + 1
		}
		return -1
	}
	for ; i < len(m.text) && breakLen(m.text, i) == 0; i++ {
		if m.text[i] == ':' && (i+1 >= len(m.text) || isBlank(m.text[i+1]) || breakLen(m.text, i+1) > 0) {
			return i + 1
		}
		if m.text[i] == '#' && isBlank(m.text[i-1]) || strings.ContainsRune(`"(`, rune(m.text[i])) {
			return -1
		}
	}
	return -1
}

// value looks at a value in block style, and returns where it stopped. column is that
// of its key or dash.
func (m *mistakes) value(at, column int) int {
	if at >= len(m.text) || breakLen(m.text, at) > 0 || m.text[at] == '#' {
		return at
	}
	end := lineEnd(m.text, at)
	switch c := m.text[at]; c {
	case '|', '>':
		return m.skipBlock(end, column)
	case '"', '\'':
		close := quoteEnd(m.text, at)
		if close < 0 {
			return end
		}
		if rest := strings.TrimLeft(m.text[close:lineEnd(m.text, close)], " \t"); rest != "" && rest[0] != '#' && rest[0] != ':' {
			m.innerQuotes(at, lineEnd(m.text, close))
			return lineEnd(m.text, close)
		}
		return close
	case '{', '[':
		m.column = column
		close := m.flow(at, 0)
		if close < 0 { // only what is on this line is certain
			m.dropAfter(end)
			return end
		}
		if rest := strings.TrimLeft(m.text[close:lineEnd(m.text, close)], " \t"); rest != "" && rest[0] != '#' && rest[0] != ':' {
			end = lineEnd(m.text, close)
			if !strings.ContainsAny(m.text[at:end], "\r\n") {
				m.report(codeFirstCharacter, at, end, fmt.Sprintf("a text cannot begin with %c without quotes", c), "Put the text in quotes.")
			}
		}
		return close
	case '%', '@', '`', ',', ']', '}':
		m.report(codeFirstCharacter, at, end, fmt.Sprintf("a text cannot begin with %c without quotes", c), "Put the text in quotes.")
		return end
	case '&', '*', '!':
		m.indicator(at, end)
		return end
	}
	end = at + len(strings.TrimRight(withoutComment(m.text[at:end]), " \t"))
	if text := m.text[at:end]; strings.Contains(text, ": ") || strings.HasSuffix(text, ":") {
		m.report(codeColon, at, end, "a colon and a blank make a key of what stands before them", "Put the text in quotes.")
	}
	return lineEnd(m.text, at)
}

// skipBlock returns the offset of the end of the last line of a block scalar.
func (m *mistakes) skipBlock(at, column int) int {
	for {
		next := at
		for next < len(m.text) && breakLen(m.text, next) == 0 {
			next++
		}
		if next >= len(m.text) {
			return next
		}
		start := next + breakLen(m.text, next)
		first := start
		for first < len(m.text) && m.text[first] == ' ' {
			first++
		}
		blank := first >= len(m.text) || breakLen(m.text, first) > 0
		if !blank && first-start <= column {
			return next
		}
		if start >= len(m.text) {
			return next
		}
		at = start
	}
}

// indicator reports a text that begins with & * or ! and is no anchor, alias or tag.
func (m *mistakes) indicator(at, end int) {
	c := m.text[at]
	name := m.text[at+1 : end]
	if i := strings.IndexAny(name, " \t,[]{}"); i >= 0 {
		name = name[:i]
	}
	switch {
	case c == '*' && name != "" && m.known[name]:
	case c == '*':
		m.report(codeUnknownAlias, at, end, "a word that begins with * is an alias in YAML, and nothing has this anchor", "Put the text in quotes.")
	case c == '&' && !anchorName().MatchString(name):
		m.report(codeAnchor, at, end, "a word that begins with & is an anchor in YAML, not text", "Put the text in quotes.")
	}
}

// anchorName fits anchors as the parser reads them.
var anchorName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[^\s,\[\]{}&*!|>'"%@]+$`) })

// anchors returns the names that stand after & somewhere.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for part := range strings.SplitSeq(text, "&") {
		name := part
		if i := strings.IndexAny(name, " \t\r\n,[]{}"); i >= 0 {
			name = name[:i]
		}
		found[name] = true
	}
	return found
}

// innerQuotes reports quotes inside quotes of the same kind.
func (m *mistakes) innerQuotes(at, end int) {
	text := m.text[at:end]
	if strings.ContainsAny(text, "\r\n") {
		return
	}
	q := text[0]
	inner := text
	if len(text) > 1 && text[len(text)-1] == q {
		inner = text[1 : len(text)-1]
		if q == '"' {
			inner = strings.ReplaceAll(inner, `\"`, `"`)
		} else {
			inner = strings.ReplaceAll(inner, "''", "'")
		}
	}
	detail := "Put the text in single quotes."
	if q == '\'' {
		detail = "Put the text in double quotes, or write each quote in it twice."
	}
	m.reportFix(codeInnerQuotes, at, end, "a quote in the middle ends the text", detail, quote(inner))
}

// withoutComment cuts a comment off, unless the text before it has open quotes or
// parentheses, in which case it is probably meant as text.
func withoutComment(text string) string {
	var open pairing
	for i := range len(text) {
		if text[i] == '#' && i > 0 && isBlank(text[i-1]) && open.closed() {
			return text[:i]
		}
		open.next(text[i])
	}
	return text
}

// dropAfter forgets what was found behind an offset.
func (m *mistakes) dropAfter(offset int) {
	limit := m.src.original(offset)
	m.found = slices.DeleteFunc(m.found, func(d diag.Diagnostic) bool { return d.Subject.Start.Byte > limit })
	m.fixes = slices.DeleteFunc(m.fixes, func(f diag.Fix) bool { return f.Range.Start.Byte > limit })
}
