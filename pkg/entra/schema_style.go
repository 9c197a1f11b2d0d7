package entra

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// object and array are JSON values to be printed. Their values are object,
// array, json.RawMessage, string, *string, bool, int or nil.
type (
	object []field
	array  []any
	field  struct {
		name  string
		value any
	}
)

// ordered returns o with its fields in the order that sibling, an object of the
// document, has its members; fields that the sibling lacks come last.
func (o object) ordered(sibling *node) object {
	if sibling == nil {
		return o
	}
	rank := func(f field) int {
		i := slices.IndexFunc(sibling.kids, func(n node) bool { return n.name == f.name })
		if i < 0 {
			return len(sibling.kids)
		}
		return i
	}
	out := slices.Clone(o)
	slices.SortStableFunc(out, func(a, b field) int { return rank(a) - rank(b) })
	return out
}

// style is how a document lays out its objects and arrays.
type style struct {
	newline string // "\n" or "\r\n"; "" where members share a line
	indent  string // one level, where members have lines of their own
	colon   string // between a name and its value
	gap     string // after a comma, where members share a line
	pad     string // inside the brackets, where members share a line
}

// styleOf reads the style off the object or array n, which must not be empty.
func styleOf(doc []byte, n *node) style {
	first := &n.kids[0]
	begin := first.start
	st := style{colon: ":"}
	if n.kind == objectNode {
		begin = first.nameStart
		st.colon = string(doc[first.nameEnd:first.start])
	} else if first.kind == objectNode && len(first.kids) > 0 {
		st.colon = styleOf(doc, first).colon
	}
	lead := string(doc[n.start+1 : begin])
	if i := strings.LastIndexByte(lead, '\n'); i >= 0 {
		st.newline = "\n"
		if strings.HasSuffix(lead[:i], "\r") {
			st.newline = "\r\n"
		}
		inner, outer := lead[i+1:], lineIndent(doc, n.start)
		st.indent = strings.TrimPrefix(inner, outer)
		return st
	}
	st.pad = lead
	if len(n.kids) > 1 {
		next := n.kids[1].start
		if n.kind == objectNode {
			next = n.kids[1].nameStart
		}
		_, st.gap, _ = strings.Cut(string(doc[first.end:next]), ",")
	} else if strings.HasSuffix(st.colon, " ") {
		st.gap = " "
	}
	return st
}

// lineIndent returns the blanks at the beginning of the line that holds offset.
func lineIndent(doc []byte, offset int) string {
	line := doc[bytes.LastIndexByte(doc[:offset], '\n')+1 : offset]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// print appends v in the style; base is the indentation of the line it begins on.
func (st style) print(b []byte, v any, base string) []byte {
	switch v := v.(type) {
	case object:
		return st.brackets(b, '{', '}', len(v), base, func(b []byte, i int, inner string) []byte {
			b = append(appendQuoted(b, v[i].name), st.colon...)
			return st.print(b, v[i].value, inner)
		})
	case array:
		return st.brackets(b, '[', ']', len(v), base, func(b []byte, i int, inner string) []byte {
			return st.print(b, v[i], inner)
		})
	case json.RawMessage:
		return append(b, bytes.TrimSpace(v)...)
	case string:
		return appendQuoted(b, v)
	case *string:
		if v != nil {
			return appendQuoted(b, *v)
		}
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	}
	return append(b, "null"...)
}

func (st style) brackets(b []byte, open, end byte, n int, base string, item func([]byte, int, string) []byte) []byte {
	b = append(b, open)
	if n == 0 {
		return append(b, end)
	}
	inner := base + st.indent
	for i := range n {
		switch {
		case i > 0:
			b = append(b, ',')
			if st.newline == "" {
				b = append(b, st.gap...)
			}
		case st.newline == "":
			b = append(b, st.pad...)
		}
		if st.newline != "" {
			b = append(append(b, st.newline...), inner...)
		}
		b = item(b, i, inner)
	}
	if st.newline != "" {
		b = append(append(b, st.newline...), base...)
	} else {
		b = append(b, st.pad...)
	}
	return append(b, end)
}

// appendQuoted appends s as a JSON string with no more escapes than needed.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r < 0x20:
			const hex = "0123456789abcdef"
			b = append(b, `\u00`...)
			b = append(b, hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// splice replaces the bytes [start, end) of a document by text.
type splice struct {
	start, end int
	text       []byte
}

// setMember changes or adds a member of the object n.
func (s *Schema) setMember(n *node, name string, v any) splice {
	st := s.nearStyle(n)
	if m := n.member(name); m != nil {
		base := lineIndent(s.doc, m.nameStart)
		if len(m.kids) > 0 {
			st = styleOf(s.doc, m)
		}
		return splice{m.start, m.end, st.print(nil, v, base)}
	}
	if len(n.kids) == 0 {
		return splice{n.start, n.end, st.print(nil, object{{name, v}}, lineIndent(s.doc, n.start))}
	}
	last := n.kids[len(n.kids)-1]
	sep := s.blanksBefore(last.nameStart)
	text := append(append([]byte{','}, sep...), st.print(nil, name, "")...)
	text = st.print(append(text, st.colon...), v, lineIndent(s.doc, last.nameStart))
	return splice{last.end, last.end, text}
}

// appendElement adds v at the end of the array n.
func (s *Schema) appendElement(n *node, v any) splice {
	if len(n.kids) == 0 {
		return splice{n.start, n.end, s.nearStyle(n).print(nil, array{v}, lineIndent(s.doc, n.start))}
	}
	last := &n.kids[len(n.kids)-1]
	sep := s.blanksBefore(last.start)
	text := append([]byte{','}, sep...)
	return splice{last.end, last.end, s.nearStyle(last).print(text, v, lineIndent(s.doc, last.start))}
}

// removeElement takes the element at i out of the array n, with its comma.
func removeElement(n *node, i int) splice {
	switch {
	case i > 0:
		return splice{start: n.kids[i-1].end, end: n.kids[i].end}
	case len(n.kids) > 1:
		return splice{start: n.kids[0].start, end: n.kids[1].start}
	default:
		return splice{start: n.start + 1, end: n.end - 1}
	}
}

// nearStyle returns the style of n, or of the nearest container round it that
// is not empty.
func (s *Schema) nearStyle(n *node) style {
	near := &s.root
	for at := &s.root; at != nil; {
		if len(at.kids) > 0 {
			near = at
		}
		if at.start == n.start {
			break
		}
		var next *node
		for i := range at.kids {
			if at.kids[i].start <= n.start && n.start < at.kids[i].end {
				next = &at.kids[i]
				break
			}
		}
		at = next
	}
	if len(near.kids) == 0 {
		return style{colon: ":"}
	}
	return styleOf(s.doc, near)
}

// blanksBefore returns the white space in front of an offset.
func (s *Schema) blanksBefore(offset int) []byte {
	before := s.doc[:offset]
	return before[len(bytes.TrimRight(before, " \t\r\n")):]
}
