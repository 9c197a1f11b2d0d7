package scim

import (
	"fmt"
	"strings"
)

// parser reads paths and filters from text, a byte at a time.
type parser struct {
	text  string
	pos   int
	depth int
}

// ends reports whether a word ends at i.
func (p *parser) ends(i int) bool { return i >= len(p.text) || isBreak(p.text[i]) }

// word reads up to a blank, a bracket, a quote or the end.
func (p *parser) word() string {
	start := p.pos
	for !p.ends(p.pos) {
		p.pos++
	}
	return p.text[start:p.pos]
}

func isBreak(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '[', ']', '(', ')', '"', ',':
		return true
	}
	return false
}

func (p *parser) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

func (p *parser) fail(format string, args ...any) *SyntaxError {
	message := fmt.Sprintf(format, args...)
	if p.pos >= len(p.text) {
		message += ", but the text ends here"
	}
	return &SyntaxError{p.text, p.pos, message}
}

// start checks what any text must fulfil before it is read.
func (p *parser) start() *SyntaxError {
	if len(p.text) > MaxSyntax {
		return &SyntaxError{p.text, MaxSyntax, fmt.Sprintf("longer than %d bytes", MaxSyntax)}
	}
	if at := invalidUTF8(p.text); at >= 0 {
		return &SyntaxError{p.text, at, "not valid UTF-8"}
	}
	return nil
}

// end checks that nothing is left.
func (p *parser) end() *SyntaxError {
	if p.pos < len(p.text) {
		return p.fail("unexpected text")
	}
	return nil
}
