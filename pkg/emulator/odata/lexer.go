package odata

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError says where a query option is wrong: Offset is a byte offset in
// its decoded text.
type SyntaxError struct {
	Text    string
	Offset  int
	Message string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at position %d in '%s'.", e.Message, e.Offset, e.Text)
}

type tokenKind int

const (
	endToken tokenKind = iota
	nameToken
	stringToken // decoded text
	numberToken // number, date or GUID, as written
	openToken
	closeToken
	commaToken
	colonToken
	slashToken
)

type token struct {
	kind   tokenKind
	text   string
	offset int
}

// lexer cuts a filter into tokens.
type lexer struct {
	src string
	pos int
}

func (l *lexer) next() (token, error) {
	for l.pos < len(l.src) && strings.IndexByte(" \t\r\n", l.src[l.pos]) >= 0 {
		l.pos++
	}
	start := l.pos
	if start == len(l.src) {
		return token{kind: endToken, offset: start}, nil
	}
	if kind, ok := punctuation[l.src[start]]; ok {
		l.pos++
		return token{kind, l.src[start:l.pos], start}, nil
	}
	switch c := l.src[start]; {
	case c == '\'':
		return l.quoted()
	case isLetter(c):
		l.skip(func(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' || c == '-' || c == '@' })
		return l.word(start), nil
	case isDigit(c) || c == '-' || c == '+':
		l.pos++
		l.skip(func(c byte) bool { return isLetter(c) || isDigit(c) || strings.IndexByte(".-+:", c) >= 0 })
		return token{numberToken, l.src[start:l.pos], start}, nil
	}
	r, _ := utf8.DecodeRuneInString(l.src[start:])
	return token{}, l.fail(start, fmt.Sprintf("Syntax error: character '%c' is not valid", r))
}

var punctuation = map[byte]tokenKind{'(': openToken, ')': closeToken, ',': commaToken, ':': colonToken, '/': slashToken}

// word returns a name, or a number when a GUID begins with a letter.
func (l *lexer) word(start int) token {
	text := l.src[start:l.pos]
	if isGUID(text) {
		return token{numberToken, text, start}
	}
	return token{nameToken, text, start}
}

// quoted reads a text in single quotes, where two stand for one.
func (l *lexer) quoted() (token, error) {
	start := l.pos
	var b strings.Builder
	for l.pos++; l.pos < len(l.src); l.pos++ {
		if c := l.src[l.pos]; c != '\'' {
			b.WriteByte(c)
			continue
		}
		if l.pos+1 == len(l.src) || l.src[l.pos+1] != '\'' {
			l.pos++
			return token{stringToken, b.String(), start}, nil
		}
		b.WriteByte('\'')
		l.pos++
	}
	return token{}, l.fail(start, "There is an unterminated string literal")
}

func (l *lexer) skip(while func(byte) bool) {
	for l.pos < len(l.src) && while(l.src[l.pos]) {
		l.pos++
	}
}

func (l *lexer) fail(offset int, message string) error {
	return &SyntaxError{Text: l.src, Offset: offset, Message: message}
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isGUID reports whether s has the form 8-4-4-4-12 of hexadecimal digits.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}
