package preview

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

func (d *decoder) name() (string, *syntaxError) {
	if d.peek() != '"' {
		return "", d.fail("a name in double quotes is expected")
	}
	return d.string()
}

// string reads a string whose opening quote is at pos.
func (d *decoder) string() (string, *syntaxError) {
	raw, plain, err := d.scan()
	if err != nil || plain {
		return raw, err
	}
	return unescaped(raw), nil
}

// scan finds the end of a string and checks its escapes. It is plain when what
// stands between the quotes is its value.
func (d *decoder) scan() (raw string, plain bool, err *syntaxError) {
	start := d.pos + 1
	text := d.text
	plain = true
	for i := start; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= ' ' && c != '"' && c != '\\':
		case c == '"':
			d.pos = i + 1
			raw = text[start:i]
			return raw, plain && (isASCII(raw) || utf8.ValidString(raw)), nil
		case c == '\\':
			plain = false
			n := escapeLength(text[i:])
			if n == 0 {
				return "", false, &syntaxError{i, "an unknown escape sequence"}
			}
			i += n - 1
		default:
			return "", false, &syntaxError{i, "a control character inside a string; write it as \\u00XX"}
		}
	}
	d.pos = len(text)
	return "", false, d.fail("the string is not closed")
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// escapeLength returns the length of the escape that s starts with, 0 for none.
func escapeLength(s string) int {
	if len(s) < 2 {
		return 0
	}
	if s[1] != 'u' {
		if strings.IndexByte(`"\/bfnrt`, s[1]) < 0 {
			return 0
		}
		return 2
	}
	if len(s) < 6 {
		return 0
	}
	for _, c := range []byte(s[2:6]) {
		if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
			return 0
		}
	}
	return 6
}

// unescaped returns the value of a string whose escapes have been checked. A
// surrogate without its other half becomes U+FFFD.
func unescaped(raw string) string {
	b := make([]byte, 0, len(raw)+utf8.UTFMax)
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			r, n := utf8.DecodeRuneInString(raw[i:])
			b = utf8.AppendRune(b, r)
			i += n
			continue
		}
		if raw[i+1] != 'u' {
			b = append(b, "\"\\/\b\f\n\r\t"[strings.IndexByte(`"\/bfnrt`, raw[i+1])])
			i += 2
			continue
		}
		r := hex4(raw[i+2 : i+6])
		i += 6
		if utf16.IsSurrogate(r) {
			pair := utf8.RuneError
			if strings.HasPrefix(raw[i:], `\u`) {
				if pair = utf16.DecodeRune(r, hex4(raw[i+2:i+6])); pair != utf8.RuneError {
					i += 6
				}
			}
			r = pair
		}
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

func hex4(s string) rune {
	n, _ := strconv.ParseUint(s, 16, 16)
	return rune(n)
}
