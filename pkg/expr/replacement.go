package expr

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/dlclark/regexp2/v2"
)

// replacement is a .NET replacement pattern, parsed for one regular expression.
type replacement struct{ parts []replacementPart }

// replacementPart is literal text or a reference to something of the match.
type replacementPart struct {
	literal string
	ref     int // group number, or one of the ref constants; meaningless when literal is set
}

const (
	refBefore = -1 - iota // $` the input before the match
	refAfter              // $' the input after it
	refInput              // $_ the whole input
)

// parseReplacement reads a replacement pattern: $1, ${name}, $$, $&, $`, $', $+
// and $_. As in .NET, and not as in Go, what names no group stays as it stands,
// and $1x is group 1 and an x.
func parseReplacement(text string, re *regexp2.Regexp) *replacement {
	r := &replacement{}
	literal := 0
	for i := 0; i < len(text); {
		if text[i] != '$' {
			i++
			continue
		}
		ref, size, ok := parseReference(text[i:], re)
		if !ok {
			i++
			continue
		}
		r.add(text[literal:i])
		if size == 2 && text[i+1] == '$' {
			r.add("$")
		} else {
			r.parts = append(r.parts, replacementPart{ref: ref})
		}
		i += size
		literal = i
	}
	r.add(text[literal:])
	return r
}

func (r *replacement) add(literal string) {
	if literal != "" {
		r.parts = append(r.parts, replacementPart{literal: literal})
	}
}

// parseReference reads the reference at the beginning of text, which starts with
// a dollar sign, and returns how many bytes it takes.
func parseReference(text string, re *regexp2.Regexp) (ref, size int, ok bool) {
	if len(text) < 2 {
		return 0, 0, false
	}
	switch text[1] {
	case '$', '&':
		return 0, 2, true
	case '`':
		return refBefore, 2, true
	case '\'':
		return refAfter, 2, true
	case '_':
		return refInput, 2, true
	case '+': // the group of the highest number, matched or not
		return slices.Max(re.GetGroupNumbers()), 2, true
	case '{':
		end := strings.IndexByte(text, '}')
		if end < 0 {
			return 0, 0, false
		}
		number, ok := groupNumber(text[2:end], re)
		return number, end + 1, ok
	}
	end := 1
	for end < len(text) && isDigit(text[end]) {
		end++
	}
	if end == 1 {
		return 0, 0, false
	}
	number, ok := groupNumber(text[1:end], re)
	return number, end, ok
}

// groupNumber finds a group by its name or number.
func groupNumber(name string, re *regexp2.Regexp) (int, bool) {
	if !isGroupName(name) {
		return 0, false
	}
	if isDigit(name[0]) { // named groups have numbers, too, after those without a name
		n, err := strconv.Atoi(name)
		return n, err == nil && re.GroupNameFromNumber(n) != ""
	}
	n := re.GroupNumberFromName(name)
	return n, n >= 0
}

// isGroupName reports whether name could name a group: word characters, or
// digits only.
func isGroupName(name string) bool {
	for _, r := range name {
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
	}
	return name != ""
}

// appendTo appends what the replacement makes of a match.
func (r *replacement) appendTo(buf []byte, input []rune, v regexp2.MatchView) []byte {
	for _, p := range r.parts {
		if p.literal != "" {
			buf = append(buf, p.literal...)
			continue
		}
		start, length, _ := v.GroupRange(0)
		switch p.ref {
		case refBefore:
			buf = appendRunes(buf, input[:start])
		case refAfter:
			buf = appendRunes(buf, input[start+length:])
		case refInput:
			buf = appendRunes(buf, input)
		default:
			if start, length, ok := v.GroupRange(p.ref); ok {
				buf = appendRunes(buf, input[start:start+length])
			}
		}
	}
	return buf
}

func appendRunes(buf []byte, runes []rune) []byte {
	for _, r := range runes {
		buf = utf8.AppendRune(buf, r)
	}
	return buf
}
