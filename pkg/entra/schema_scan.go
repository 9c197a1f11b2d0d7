package entra

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

// Limits of a document. A real schema has about 100 KB (graph_contract §8) and
// nests three levels for each function inside a function.
const (
	maxSchemaSize  = 32 << 20
	maxSchemaDepth = 1000
)

// SchemaError says where a document is wrong and what about it. Line and Column
// count from 1, Column in runes; Path names the member where the document is
// JSON but no schema, such as synchronizationRules[0].objectMappings.
type SchemaError struct {
	Line, Column int
	Path         string
	Message      string
}

func (e *SchemaError) Error() string {
	if e.Path != "" {
		return fmt.Sprintf("line %d, column %d: %s: %s", e.Line, e.Column, e.Path, e.Message)
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// errorAt returns a SchemaError at a byte offset of doc.
func errorAt(doc []byte, offset int, format string, args ...any) *SchemaError {
	before := doc[:min(offset, len(doc))]
	lineStart := bytes.LastIndexByte(before, '\n') + 1
	return &SchemaError{
		Line:    1 + bytes.Count(before, []byte("\n")),
		Column:  1 + utf8.RuneCount(before[lineStart:]),
		Message: fmt.Sprintf(format, args...),
	}
}

type nodeKind uint8

const (
	nullNode nodeKind = iota
	boolNode
	numberNode
	stringNode
	arrayNode
	objectNode
)

// String returns the kind with its article, for messages.
func (k nodeKind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "an array", "an object"}[k]
}

// node is one JSON value with its place in the document: bytes [start, end).
// A member of an object also has its decoded name and the place of the name.
type node struct {
	kind               nodeKind
	start, end         int
	name               string
	nameStart, nameEnd int
	kids               []node
}

// member returns the value of a member, or nil; n may be nil.
func (n *node) member(name string) *node {
	if n == nil || n.kind != objectNode {
		return nil
	}
	for i := range n.kids {
		if n.kids[i].name == name {
			return &n.kids[i]
		}
	}
	return nil
}

// scanner reads one JSON text into nodes. It is strict (RFC 8259) and refuses
// what could not be edited without doubt, such as a name that occurs twice.
type scanner struct {
	doc   []byte
	pos   int
	names map[string]string // decoded names that occurred before
	stack []node            // kids of the containers that are still open
}

// scan reads a document that holds one value and nothing else.
func scan(doc []byte) (node, error) {
	if i := firstInvalid(doc); i >= 0 {
		return node{}, errorAt(doc, i, "the text is not UTF-8; save it as UTF-8")
	}
	s := &scanner{doc: doc, names: map[string]string{}, stack: make([]node, 0, 256)}
	s.skipSpace()
	root, err := s.value(0)
	if err != nil {
		return node{}, err
	}
	s.skipSpace()
	if s.pos < len(doc) {
		return node{}, s.unexpected("after the end of the document")
	}
	return root, nil
}

// firstInvalid returns the offset of the first byte that is not UTF-8, or -1.
func firstInvalid(doc []byte) int {
	if utf8.Valid(doc) {
		return -1
	}
	for i := 0; i < len(doc); {
		r, size := utf8.DecodeRune(doc[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func (s *scanner) skipSpace() {
	for s.pos < len(s.doc) {
		switch s.doc[s.pos] {
		case ' ', '\t', '\r', '\n':
			s.pos++
		default:
			return
		}
	}
}

// unexpected reports the character at pos.
func (s *scanner) unexpected(where string) error {
	if s.pos >= len(s.doc) {
		return errorAt(s.doc, s.pos, "the document ends %s", where)
	}
	r, _ := utf8.DecodeRune(s.doc[s.pos:])
	return errorAt(s.doc, s.pos, "unexpected %q %s", r, where)
}

func (s *scanner) value(depth int) (node, error) {
	if depth > maxSchemaDepth {
		return node{}, errorAt(s.doc, s.pos, "the document is nested more than %d deep", maxSchemaDepth)
	}
	if s.pos >= len(s.doc) {
		return node{}, s.unexpected("where a value is expected")
	}
	n := node{start: s.pos}
	var err error
	switch c := s.doc[s.pos]; {
	case c == '{':
		n.kind = objectNode
		n.kids, err = s.object(depth)
	case c == '[':
		n.kind = arrayNode
		n.kids, err = s.array(depth)
	case c == '"':
		n.kind = stringNode
		err = s.text()
	case c == '-' || isDigit(c):
		n.kind = numberNode
		err = s.number()
	case c == 't':
		n.kind = boolNode
		err = s.word("true")
	case c == 'f':
		n.kind = boolNode
		err = s.word("false")
	case c == 'n':
		err = s.word("null")
	default:
		err = s.unexpected("where a value is expected")
	}
	n.end = s.pos
	return n, err
}

// close ends a container: its kids leave the stack.
func (s *scanner) close(base int) []node {
	kids := slices.Clone(s.stack[base:])
	s.stack = s.stack[:base]
	s.pos++
	return kids
}

func (s *scanner) array(depth int) ([]node, error) {
	base := len(s.stack)
	s.pos++
	s.skipSpace()
	for first := true; ; first = false {
		if s.pos < len(s.doc) && s.doc[s.pos] == ']' && first {
			return s.close(base), nil
		}
		kid, err := s.value(depth + 1)
		if err != nil {
			return nil, err
		}
		s.stack = append(s.stack, kid)
		s.skipSpace()
		switch {
		case s.pos < len(s.doc) && s.doc[s.pos] == ',':
			s.pos++
			s.skipSpace()
		case s.pos < len(s.doc) && s.doc[s.pos] == ']':
			return s.close(base), nil
		default:
			return nil, s.unexpected("in an array, where a comma or ] is expected")
		}
	}
}

func (s *scanner) object(depth int) ([]node, error) {
	base := len(s.stack)
	var seen map[string]bool // only objects with many members need it
	s.pos++
	s.skipSpace()
	for first := true; ; first = false {
		if s.pos < len(s.doc) && s.doc[s.pos] == '}' && first {
			return s.close(base), nil
		}
		if s.pos >= len(s.doc) || s.doc[s.pos] != '"' {
			return nil, s.unexpected("in an object, where a name in quotes is expected")
		}
		nameStart := s.pos
		if err := s.text(); err != nil {
			return nil, err
		}
		nameEnd := s.pos
		name := s.intern(s.doc[nameStart:nameEnd])
		if s.repeated(base, name, &seen) {
			return nil, errorAt(s.doc, nameStart, "the name %q occurs twice in one object", name)
		}
		s.skipSpace()
		if s.pos >= len(s.doc) || s.doc[s.pos] != ':' {
			return nil, s.unexpected("after a name, where a colon is expected")
		}
		s.pos++
		s.skipSpace()
		kid, err := s.value(depth + 1)
		if err != nil {
			return nil, err
		}
		kid.name, kid.nameStart, kid.nameEnd = name, nameStart, nameEnd
		s.stack = append(s.stack, kid)
		s.skipSpace()
		switch {
		case s.pos < len(s.doc) && s.doc[s.pos] == ',':
			s.pos++
			s.skipSpace()
		case s.pos < len(s.doc) && s.doc[s.pos] == '}':
			return s.close(base), nil
		default:
			return nil, s.unexpected("in an object, where a comma or } is expected")
		}
	}
}

// repeated reports whether the open object has the name already.
func (s *scanner) repeated(base int, name string, seen *map[string]bool) bool {
	const few = 24
	members := s.stack[base:]
	if len(members) < few {
		return slices.ContainsFunc(members, func(n node) bool { return n.name == name })
	}
	if *seen == nil {
		*seen = make(map[string]bool, 2*few)
		for _, m := range members {
			(*seen)[m.name] = true
		}
	}
	if (*seen)[name] {
		return true
	}
	(*seen)[name] = true
	return false
}

// intern decodes a name; a schema has few different ones.
func (s *scanner) intern(quoted []byte) string {
	if name, ok := s.names[string(quoted)]; ok {
		return name
	}
	name := unquote(quoted)
	s.names[string(quoted)] = name
	return name
}

// unquote decodes a string that the scanner has accepted.
func unquote(quoted []byte) string {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1])
	}
	var text string
	_ = json.Unmarshal(quoted, &text) // cannot fail: the scanner accepted the string
	return text
}

// text steps over a string.
func (s *scanner) text() error {
	start := s.pos
	for s.pos++; s.pos < len(s.doc); s.pos++ {
		switch c := s.doc[s.pos]; {
		case c == '"':
			s.pos++
			return nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return err
			}
		case c < 0x20:
			return errorAt(s.doc, s.pos, "a string has a raw control character; write it as an escape such as \\n")
		}
	}
	return errorAt(s.doc, start, "the string that begins here has no closing quote")
}

// escape steps over an escape but for its last byte.
func (s *scanner) escape() error {
	at := s.pos
	s.pos++
	if s.pos < len(s.doc) {
		switch s.doc[s.pos] {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			return nil
		case 'u':
			for range 4 {
				s.pos++
				if s.pos >= len(s.doc) || !isHex(s.doc[s.pos]) {
					return errorAt(s.doc, at, `\u needs four hexadecimal digits`)
				}
			}
			return nil
		}
	}
	return errorAt(s.doc, at, `a backslash stands before ", \, /, b, f, n, r, t or u only`)
}

// number steps over a number: -?int frac? exp?.
func (s *scanner) number() error {
	at := s.pos
	if s.doc[s.pos] == '-' {
		s.pos++
	}
	whole := s.digits()
	good := whole == 1 || whole > 1 && s.doc[s.pos-whole] != '0'
	if good && s.pos < len(s.doc) && s.doc[s.pos] == '.' {
		s.pos++
		good = s.digits() > 0
	}
	if good && s.pos < len(s.doc) && s.doc[s.pos]|0x20 == 'e' {
		s.pos++
		if s.pos < len(s.doc) && (s.doc[s.pos] == '+' || s.doc[s.pos] == '-') {
			s.pos++
		}
		good = s.digits() > 0
	}
	if !good {
		return errorAt(s.doc, at, "this is no number of JSON")
	}
	return nil
}

// digits steps over digits and returns how many there were.
func (s *scanner) digits() int {
	start := s.pos
	for s.pos < len(s.doc) && isDigit(s.doc[s.pos]) {
		s.pos++
	}
	return s.pos - start
}

func (s *scanner) word(word string) error {
	if !bytes.HasPrefix(s.doc[s.pos:], []byte(word)) {
		return s.unexpected("where a value is expected")
	}
	s.pos += len(word)
	return nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
