package scim

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// string reads a string whose opening quote is at pos.
func (d *decoder) string() (string, *JSONError) {
	start := d.pos + 1
	for i := start; i < len(d.text); i++ {
		switch c := d.text[i]; {
		case c == '"':
			d.pos = i + 1
			return d.text[start:i], nil
		case c == '\\':
			return d.escaped(start, i)
		case c < ' ':
			return "", &JSONError{i, "a control character inside a string; write it as \\u00XX"}
		}
	}
	return "", d.fail("the string is not closed")
}

// escaped reads on a string that starts at start and has its first backslash at i.
func (d *decoder) escaped(start, i int) (string, *JSONError) {
	b := append(make([]byte, 0, i-start+32), d.text[start:i]...)
	for i < len(d.text) {
		c := d.text[i]
		switch {
		case c == '"':
			d.pos = i + 1
			return string(b), nil
		case c < ' ':
			return "", &JSONError{i, "a control character inside a string; write it as \\u00XX"}
		case c != '\\':
			b = append(b, c)
			i++
			continue
		}
		r, n := unescape(d.text[i:])
		if n == 0 {
			return "", &JSONError{i, "an unknown escape sequence or an unpaired surrogate"}
		}
		b = utf8.AppendRune(b, r)
		i += n
	}
	return "", d.fail("the string is not closed")
}

// unescape decodes the escape sequence that s starts with; n is its length, 0
// when it is wrong.
func unescape(s string) (r rune, n int) {
	if len(s) < 2 {
		return 0, 0
	}
	if i := strings.IndexByte(`"\/bfnrt`, s[1]); i >= 0 {
		return rune("\"\\/\b\f\n\r\t"[i]), 2
	}
	r, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 6
	}
	low, ok := hex4(s[6:])
	if !ok {
		return 0, 0
	}
	if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
		return 0, 0
	}
	return r, 12
}

func hex4(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	var r rune
	for _, c := range []byte(s[2:6]) {
		i := strings.IndexByte("0123456789abcdef", lowerByte(c))
		if i < 0 {
			return 0, false
		}
		r = r<<4 | rune(i)
	}
	return r, true
}
