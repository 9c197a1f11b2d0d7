package expr

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// token is a lexical unit of an expression.
type token struct {
	kind       tokenKind
	start, end int
	text       string // decoded: name, attribute name, string content, number
}

type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokName
	tokAttribute // [name]
	tokString
	tokNumber
	tokOp // = <> > >= < <=
	tokOpen
	tokClose
	tokComma
	tokBad // reported already
)

// scanner cuts the source into tokens and reports what is none.
type scanner struct {
	src    string
	pos    int
	open   bool // the source ended inside of a text or attribute
	escape span // the first \" before a comma or parenthesis: perhaps meant as the end of the text
	inside int  // where the text of that escape begins
	report func(code codeNumber, start, end int, message, detail, fix string)
}

// next returns the next token. After the end it keeps returning tokEnd.
func (s *scanner) next() token {
	s.skipBlanks()
	start := s.pos
	if start >= len(s.src) {
		return token{kind: tokEnd, start: start, end: start}
	}
	switch c := s.src[start]; {
	case c == '(':
		return s.take(tokOpen, 1)
	case c == ')':
		return s.take(tokClose, 1)
	case c == ',':
		return s.take(tokComma, 1)
	case strings.HasPrefix(s.src[start:], "//") || strings.HasPrefix(s.src[start:], "/*"):
		s.comment()
		return s.next()
	case c == '=' || c == '!':
		if t, ok := s.foreignOperator(); ok {
			return t
		}
		if c == '!' {
			break
		}
		return s.take(tokOp, 1)
	case c == '<' || c == '>':
		if rest := s.src[start:]; strings.HasPrefix(rest, "<>") || strings.HasPrefix(rest, ">=") || strings.HasPrefix(rest, "<=") {
			return s.take(tokOp, 2)
		}
		return s.take(tokOp, 1)
	case c == '"':
		return s.quoted()
	case c == '[':
		return s.attribute()
	case isDigit(c) || c == '-' && start+1 < len(s.src) && isDigit(s.src[start+1]):
		return s.number()
	case c == '+' && start+1 < len(s.src) && isDigit(s.src[start+1]):
		s.pos++
		s.report(codeCharacter, start, s.pos, "a number has no plus sign here", "Take it away.", "")
		return s.next()
	case c == '&' && start+1 < len(s.src) && (s.src[start+1] == 'H' || s.src[start+1] == 'h'):
		return s.hex()
	}
	r, size := utf8.DecodeRuneInString(s.src[start:])
	switch {
	case isNameStart(r):
		return s.name()
	case isCurlyQuote(r):
		return s.curly(r, size)
	case r == '\'':
		return s.single()
	case isInvisible(r):
		s.pos += size
		s.report(codeCharacter, start, s.pos, fmt.Sprintf("an invisible character, %U, probably pasted from a web page", r), "Take it away.", "")
		return s.next()
	case isWide(r):
		return s.wide(r, size)
	}
	s.pos += size
	s.unexpected(r, start)
	return token{kind: tokBad, start: start, end: s.pos}
}

func (s *scanner) take(kind tokenKind, n int) token {
	t := token{kind: kind, start: s.pos, end: s.pos + n, text: s.src[s.pos : s.pos+n]}
	s.pos += n
	return t
}

func (s *scanner) skipBlanks() {
	for s.pos < len(s.src) {
		r, size := utf8.DecodeRuneInString(s.src[s.pos:])
		if !unicode.IsSpace(r) && r != '\uFEFF' {
			return
		}
		s.pos += size
	}
}

// quoted reads a string. \" and \\ are escapes; the backslash of any other stays,
// as regular expressions in published examples need it. Source: expressions §2.
func (s *scanner) quoted() token {
	start := s.pos
	s.pos++
	if end := strings.IndexAny(s.src[s.pos:], `"\\`); end >= 0 && s.src[s.pos+end] == '"' {
		s.pos += end + 1
		return token{kind: tokString, start: start, end: s.pos, text: s.src[start+1 : s.pos-1]}
	}
	var text strings.Builder
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; c {
		case '"':
			s.pos++
			return token{kind: tokString, start: start, end: s.pos, text: text.String()}
		case '\\':
			if s.pos+1 < len(s.src) && (s.src[s.pos+1] == '"' || s.src[s.pos+1] == '\\') {
				s.pos++
				s.noteEscape(start)
			}
			text.WriteByte(s.src[s.pos])
			s.pos++
		default:
			text.WriteByte(c)
			s.pos++
		}
	}
	s.open = true
	s.report(codeUnterminated, start, s.pos, "the text that begins here has no closing quote",
		`End it with ". A quote inside a text is written \".`, "")
	return token{kind: tokString, start: start, end: s.pos, text: text.String()}
}

// attribute reads [name]; brackets inside the name must balance.
func (s *scanner) attribute() token {
	start := s.pos
	depth := 0
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		s.pos++
		switch c {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				name := strings.TrimSpace(s.src[start+1 : s.pos-1])
				switch {
				case name == "":
					s.report(codeSyntax, start, s.pos, "an attribute needs a name", "Write it as [displayName].", "")
				case name[0] == '[':
					name = strings.Trim(name, "[] \t\r\n")
					s.report(codeSyntax, start, s.pos, "double brackets", "An attribute stands in one pair of brackets.", "["+name+"]")
				}
				return token{kind: tokAttribute, start: start, end: s.pos, text: name}
			}
		case ',', ')', '(':
			if depth == 1 { // a name has none of these: the bracket was forgotten
				s.pos--
				s.report(codeUnterminated, start, s.pos, "the attribute that begins here has no closing bracket", "End it with ].",
					strings.TrimRight(s.src[start:s.pos], " \t\r\n")+"]")
				return token{kind: tokAttribute, start: start, end: s.pos, text: strings.TrimSpace(s.src[start+1 : s.pos])}
			}
		}
	}
	s.open = true
	s.report(codeUnterminated, start, s.pos, "the attribute that begins here has no closing bracket", "End it with ].", "")
	return token{kind: tokAttribute, start: start, end: s.pos, text: strings.Trim(s.src[start:s.pos], "[] \t\r\n")}
}

func (s *scanner) number() token {
	start := s.pos
	s.pos++
	s.digits()
	if rest := s.src[s.pos:]; len(rest) > 1 && rest[0] == '.' && isDigit(rest[1]) {
		whole := s.src[start:s.pos]
		s.pos++
		s.digits()
		s.report(codeSyntax, start, s.pos, "numbers are whole here", "Write a whole number, or the text "+quote(s.src[start:s.pos])+".", "")
		return token{kind: tokNumber, start: start, end: s.pos, text: whole}
	}
	return token{kind: tokNumber, start: start, end: s.pos, text: s.src[start:s.pos]}
}

// hex reads &HF.
func (s *scanner) hex() token {
	start := s.pos
	s.pos += 2
	for s.pos < len(s.src) && isHexDigit(s.src[s.pos]) {
		s.pos++
	}
	if s.pos == start+2 {
		s.report(codeSyntax, start, s.pos, "&H needs hexadecimal digits", "Write for example &HF7.", "")
		return token{kind: tokBad, start: start, end: s.pos}
	}
	return token{kind: tokNumber, start: start, end: s.pos, text: s.src[start:s.pos]}
}

func (s *scanner) name() token {
	start := s.pos
	for s.pos < len(s.src) {
		r, size := utf8.DecodeRuneInString(s.src[s.pos:])
		if r == '.' { // only to report passwordProfile.password without brackets as one word
			if next, _ := utf8.DecodeRuneInString(s.src[s.pos+1:]); !isNameStart(next) {
				break
			}
		} else if !isNameStart(r) && !unicode.IsDigit(r) {
			break
		}
		s.pos += size
	}
	return token{kind: tokName, start: start, end: s.pos, text: s.src[start:s.pos]}
}

func (s *scanner) unexpected(r rune, start int) {
	if rest := s.src[start:]; strings.HasPrefix(rest, "&&") || strings.HasPrefix(rest, "||") {
		s.pos = start + 2
		s.report(codeCharacter, start, s.pos, "there is no operator "+rest[:2], logicalAdvice, "")
		return
	}
	detail := "An expression is an attribute like [mail], a text in double quotes, a number, or a function like Join(…)."
	switch r {
	case '\'':
		detail = "Texts take double quotes."
	case '&', '+':
		detail = `There is no operator to join texts: use Join("", …) or Append(…).`
	case '!':
		detail = "Write Not(…) around a function, or <> in a comparison."
	case '*', '/', '-':
		detail = "There is no arithmetic; for dates use DateAdd."
	}
	s.report(codeCharacter, start, s.pos, "unexpected character "+quoteRune(r), detail, "")
}

func (s *scanner) digits() {
	for s.pos < len(s.src) && isDigit(s.src[s.pos]) {
		s.pos++
	}
}

func isDigit(c byte) bool    { return '0' <= c && c <= '9' }
func isHexDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
func isNameStart(r rune) bool {
	return r == '_' || unicode.IsLetter(r)
}
