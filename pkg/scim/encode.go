package scim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// MarshalJSON prints the object, members in order. The error names a member
// whose value is none of the types that an Object holds.
func (o *Object) MarshalJSON() ([]byte, error) {
	return o.AppendJSON(make([]byte, 0, 512))
}

// AppendJSON appends the object's JSON text to dst: no blanks, letters beyond
// ASCII as they are, and nothing escaped that JSON does not ask for except
// U+2028 and U+2029.
func (o *Object) AppendJSON(dst []byte) ([]byte, error) {
	return appendObject(dst, o, 1)
}

// AppendString appends s as a JSON string, escaped as AppendJSON does it. Bytes that
// are not UTF-8 become the replacement character.
func AppendString(dst []byte, s string) []byte { return appendString(dst, s) }

func appendObject(dst []byte, o *Object, depth int) ([]byte, error) {
	if depth > MaxDepth {
		return dst, fmt.Errorf("print SCIM object: more than %d levels of nesting", MaxDepth)
	}
	dst = append(dst, '{')
	for i, m := range o.Members() {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(appendString(dst, m.Name), ':')
		var err error
		if dst, err = appendValue(dst, m.Value, depth); err != nil {
			return dst, fmt.Errorf("member %q: %w", m.Name, err)
		}
	}
	return append(dst, '}'), nil
}

func appendValue(dst []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case string:
		return appendString(dst, v), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case json.Number:
		if numberLength(string(v)) != len(v) || v == "" {
			return dst, fmt.Errorf("%q is not a JSON number", string(v))
		}
		return append(dst, v...), nil
	case *Object:
		if v == nil {
			return append(dst, "null"...), nil
		}
		return appendObject(dst, v, depth+1)
	case []any:
		return appendArray(dst, v, depth+1)
	default:
		return dst, fmt.Errorf("%T is not a SCIM value", v)
	}
}

func appendArray(dst []byte, items []any, depth int) ([]byte, error) {
	if depth > MaxDepth {
		return dst, fmt.Errorf("print SCIM object: more than %d levels of nesting", MaxDepth)
	}
	dst = append(dst, '[')
	for i, v := range items {
		if i > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendValue(dst, v, depth); err != nil {
			return dst, fmt.Errorf("element %d: %w", i, err)
		}
	}
	return append(dst, ']'), nil
}

// appendString appends s as a JSON string. Bytes that are not UTF-8 become the
// replacement character.
func appendString(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	plain := 0 // s[plain:i] needs no escape
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && n == 1:
				dst = append(append(dst, s[plain:i]...), `\ufffd`...)
			case r == '\u2028' || r == '\u2029':
				dst = append(append(dst, s[plain:i]...), `\u202`...)
				dst = append(dst, hex[r&0xF])
			default:
				i += n
				continue
			}
			i += n
			plain = i
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		dst = append(dst, s[plain:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		case '\b':
			dst = append(dst, '\\', 'b')
		case '\f':
			dst = append(dst, '\\', 'f')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xF])
		}
		i++
		plain = i
	}
	return append(append(dst, s[plain:]...), '"')
}
