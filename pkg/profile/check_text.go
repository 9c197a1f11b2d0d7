package profile

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scimctl/scimctl/pkg/diag"
)

// properties checks the anchor and the tag in front of a value, and reports whether
// the value itself is worth looking at.
func (c *checker) properties(n *node, s *shape) bool {
	if n.tag != "" && n.tag != "!!str" {
		c.report(c.propertyTrap(n, codeTag, "a word that begins with ! is a tag in YAML, not text"))
		return false
	}
	if n.anchor == "" || c.aliased[n.anchor] {
		return true
	}
	if n.kind != scalarNode {
		c.report(diag.Warningf(codeAnchor, c.doc.src.span(n.prop, n.prop+1+len(n.anchor)), "nothing refers to the anchor &%s", n.anchor).
			WithDetail("Delete it, or refer to it with *%s.", n.anchor))
		return true
	}
	c.report(c.propertyTrap(n, codeAnchor, "a word that begins with & is an anchor in YAML, not text"))
	return false
}

// propertyTrap reports a text that begins with & or !, with the text in quotes as
// the mend.
func (c *checker) propertyTrap(n *node, code diag.Code, summary string) diag.Diagnostic {
	end := max(n.end, n.start)
	text := c.doc.src.text
	if n.start <= n.prop { // nothing after it
		end = n.prop
		for end < len(text) && !isBlank(text[end]) && breakLen(text, end) == 0 && !strings.ContainsRune(",[]{}", rune(text[end])) {
			end++
		}
	}
	end = max(end, skipProperties(text, n.prop, true))
	d := diag.Errorf(code, c.doc.src.span(n.prop, end), "%s", summary)
	if written := text[n.prop:end]; n.kind == scalarNode && !strings.ContainsAny(written, "\r\n") {
		return d.WithDetail("Put the text in quotes.").WithFix(quote(written))
	}
	return d.WithDetail("Delete it.")
}

// aliases returns the names that stand after * somewhere in a text. It may find
// too many, never too few.
func aliases(text string) map[string]bool {
	found := map[string]bool{}
	for i := strings.IndexByte(text, '*'); i >= 0; {
		end := i + 1
		for end < len(text) && !isBlank(text[end]) && breakLen(text, end) == 0 && !strings.ContainsRune(",[]{}", rune(text[end])) {
			end++
		}
		found[text[i+1:end]] = true
		next := strings.IndexByte(text[i+1:], '*')
		if next < 0 {
			break
		}
		i += 1 + next
	}
	return found
}

// scalar checks a value that is a single text, word, number or flag.
func (c *checker) scalar(n *node, s *shape) {
	switch n.kind {
	case listNode:
		c.listForText(n, s)
		return
	case mapNode:
		d := diag.Errorf(codeKind, n.where, "a text is meant, and this is a mapping")
		if n.flow && !strings.ContainsAny(c.raw(n), "\r\n") {
			c.report(d.WithDetail("{ } has a meaning in YAML: put the text in quotes.").WithFix(quote(c.raw(n))))
			return
		}
		c.report(d.WithDetail("Write the text on the line of its key."))
		return
	}
	if c.cutByComment(n) || c.curlyQuotes(n, s) {
		n.unset = true
		return
	}
	switch s.form {
	case textForm, attributeForm:
		if !slices.Contains(s.words, n.text.Value) {
			c.ambiguous(n)
		}
	}
}

// listForText reports [mail] where mail is meant.
func (c *checker) listForText(n *node, s *shape) {
	d := diag.Errorf(codeListForText, n.where, "brackets make a list in YAML, and one text is meant")
	raw := c.raw(n)
	switch {
	case strings.ContainsAny(raw, "\r\n") || !n.flow:
		c.report(d.WithDetail("Write the text on the line of its key."))
	case s.form == expressionForm:
		c.report(d.WithDetail("Put the expression in quotes.").WithFix(quote(raw)))
	case len(n.items) == 1 && n.items[0].kind == scalarNode:
		c.report(d.WithDetail("Write the text without brackets.").WithFix(c.raw(n.items[0])))
	default:
		c.report(d.WithDetail("Write one text, in quotes if brackets belong to it.").WithFix(quote(raw)))
	}
}

// cutByComment reports a plain text that a # ends although its quotes or
// parentheses are still open.
func (c *checker) cutByComment(n *node) bool {
	text := c.doc.src.text
	if n.style != plain || balanced(n.text.Value) || n.filled {
		return false
	}
	end := n.end
	for end < len(text) && isBlank(text[end]) {
		end++
	}
	if end == n.end || end >= len(text) || text[end] != '#' {
		return false
	}
	for end < len(text) && breakLen(text, end) == 0 {
		end++
	}
	whole := strings.TrimRight(text[n.start:end], " \t")
	if strings.ContainsAny(whole, "\r\n") {
		return false
	}
	c.report(diag.Errorf(codeComment, c.doc.src.span(n.start, n.start+len(whole)), "a blank and # begin a comment, which cuts this text").
		WithDetail("Put the text in quotes.").WithFix(quote(whole)))
	return true
}

// balanced reports whether double quotes, parentheses and brackets of a text are
// closed.
func balanced(s string) bool {
	var open pairing
	for i := range len(s) {
		open.next(s[i])
	}
	return open.closed()
}

// pairing follows the double quotes, parentheses and brackets of a text.
type pairing struct {
	depth           int
	quoted, escaped bool
}

// next takes one byte.
func (p *pairing) next(c byte) {
	switch {
	case p.escaped:
		p.escaped = false
	case c == '"':
		p.quoted = !p.quoted
	case p.quoted:
		p.escaped = c == '\\'
	case c == '(' || c == '[':
		p.depth++
	case c == ')' || c == ']':
		p.depth--
	}
}

// closed reports whether nothing is open.
func (p *pairing) closed() bool { return p.depth == 0 && !p.quoted }

// curlyQuotes reports quotes that a web page has bent, where they are no part of
// the text.
func (c *checker) curlyQuotes(n *node, s *shape) bool {
	value := n.text.Value
	if n.style != plain || !strings.ContainsAny(value, curly) {
		return false
	}
	first := strings.IndexAny(value, curly)
	d := diag.Errorf(codeCurlyQuotes, n.where, "curly quotes, probably pasted from a web page, are no quotes in YAML")
	inner := strings.Trim(value, curly)
	if first == 0 && !strings.ContainsAny(inner, curly) {
		c.report(d.WithDetail("Use straight quotes.").WithFix(quote(inner)))
		return true
	}
	if s.form == expressionForm || strings.Contains(value, "[") {
		c.report(d.WithDetail("Use straight quotes, and put the whole text in single quotes.").WithFix(quote(straighten(value))))
		return true
	}
	return false
}

// curly are the quotes of word processors.
const curly = "\u2018\u2019\u201A\u201B\u201C\u201D\u201E\u201F\u00AB\u00BB\u2033"

// straighten makes curly double quotes straight, and single ones too.
func straighten(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '\u2018', '\u2019', '\u201A', '\u201B':
			return '\''
		}
		if strings.ContainsRune(curly, r) {
			return '"'
		}
		return r
	}, s)
}

// ambiguous warns of texts without quotes that other YAML readers take for
// something else. The text is taken as it is written.
func (c *checker) ambiguous(n *node) {
	if n.style != plain || n.tag != "" {
		return
	}
	code, what := misread(n.text.Value)
	if code == "" {
		return
	}
	c.report(diag.Warningf(code, n.where, "%s is %s to other YAML readers; here it is taken as text", n.text.Value, what).
		WithDetail("Put it in quotes to be sure.").WithFix(quoteDouble(n.text.Value)))
}

var (
	booleanText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(True|TRUE|False|FALSE|[Yy]es|YES|[Nn]o|NO|[Oo]n|ON|[Oo]ff|OFF)$`)
	})
	numberText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^[-+]?(0[0-9_]+|0o[0-7]+|0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*_[0-9_]*|[0-9]*\.[0-9]*0|[0-9]+\.|\.[0-9]+|[0-9]*\.?[0-9]*[eE][-+]?[0-9]+|\.(inf|Inf|INF)|\+[0-9.]+)$|^\.(nan|NaN|NAN)$|^[0-9]+(:[0-5]?[0-9])+$`)
	})
	dateText = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?$`) })
)

// misread says what another YAML reader makes of a plain text, if that has another
// text form than what is written: False, 007, 2024-01-01.
func misread(text string) (diag.Code, string) {
	switch {
	case text == "" || len(text) > 40:
		return "", ""
	case booleanText().MatchString(text):
		return codeBooleanText, "a boolean"
	case text == ".":
		return "", ""
	case numberText().MatchString(text):
		return codeNumberText, "a number"
	case dateText().MatchString(text):
		return codeDateText, "a date"
	}
	return "", ""
}

// testValue checks a value of a test: text, true, false, number, null or a list of
// texts.
func (c *checker) testValue(n *node) {
	switch n.kind {
	case listNode:
		for _, item := range n.items {
			if item.kind != scalarNode || item.isNull() {
				c.report(diag.Errorf(codeKind, item.where, "the values of an attribute are texts"))
				continue
			}
			c.ambiguous(item)
		}
	case mapNode:
		c.report(diag.Errorf(codeKind, n.where, "the value of an attribute is a text, a number, true, false, null or a list of texts, and this is a mapping"))
	default:
		if !c.cutByComment(n) && !n.isNull() {
			c.ambiguous(n)
		}
	}
}

// splitText reports a text in { } that a comma has split, so that its second half
// looks like a key: {expression: Left("abc", 2)}.
func (c *checker) splitText(n *node, i int) bool {
	key := n.pairs[i].key
	if !n.flow || i == 0 || !n.pairs[i].value.isNull() {
		return false
	}
	first := n.pairs[i-1].value
	if first.kind != scalarNode || first.style != plain || balanced(first.text.Value) {
		return false
	}
	end := key.end
	text := c.doc.src.text
	for j := i; j < len(n.pairs) && !balanced(text[first.start:end]) && n.pairs[j].value.isNull(); j++ {
		end = n.pairs[j].key.end
		n.pairs[j].key.unset = true
	}
	first.unset = true
	whole := text[first.start:end]
	if strings.ContainsAny(whole, "\r\n") {
		return false
	}
	c.report(diag.Errorf(codeFlowExpression, c.doc.src.span(first.start, end), "inside { } a comma ends a text").
		WithDetail("Put the expression in single quotes.").WithFix(quote(whole)))
	return true
}

// hasInvisible reports whether a text has characters that look like blanks or like
// nothing, as web pages have them.
func hasInvisible(s string) bool { return strings.ContainsFunc(s, invisible) }

func withoutInvisible(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == 0x00A0 || r == 0x202F: // blanks that do not break
			return ' '
		case invisible(r):
			return -1
		}
		return r
	}, s))
}

func invisible(r rune) bool {
	return slices.Contains([]rune{0x00A0, 0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0x202F, 0xFEFF}, r)
}
