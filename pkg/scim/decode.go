package scim

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of ParseObject. No SCIM resource comes near them; they keep hostile
// input from costing more than its size.
const (
	MaxDepth   = 32   // objects and arrays inside each other
	MaxMembers = 1024 // members of one object
)

// JSONError says where a JSON text is wrong or over a limit: Offset is a byte offset.
type JSONError struct {
	Offset  int
	Message string
}

func (e *JSONError) Error() string {
	return fmt.Sprintf("invalid JSON at byte %d: %s", e.Offset, e.Message)
}

// ParseObject reads one JSON object. It bounds depth and refuses trailing data,
// duplicate names, unpaired surrogates and invalid UTF-8. The error is a
// *JSONError, which says at which byte.
func ParseObject(data []byte) (*Object, error) {
	d := decoder{text: string(data)}
	o, err := d.document()
	if err != nil {
		return nil, err
	}
	return o, nil
}

// UnmarshalJSON reads the object, keeping the order of members.
func (o *Object) UnmarshalJSON(data []byte) error {
	parsed, err := ParseObject(data)
	if err != nil {
		return err
	}
	*o = *parsed
	return nil
}

// decoder reads JSON from text. Strings without escapes share its memory.
type decoder struct {
	text string
	pos  int
}

func (d *decoder) document() (*Object, *JSONError) {
	if at := invalidUTF8(d.text); at >= 0 {
		return nil, &JSONError{at, "the text is not valid UTF-8"}
	}
	d.space()
	if d.peek() != '{' {
		return nil, d.fail("an object that starts with { is expected")
	}
	o, err := d.object(1)
	if err != nil {
		return nil, err
	}
	if d.space(); d.pos < len(d.text) {
		return nil, d.fail("unexpected data after the object")
	}
	return o, nil
}

func (d *decoder) value(depth int) (any, *JSONError) {
	switch c := d.peek(); {
	case c == '"':
		return d.string()
	case c == '{':
		return d.object(depth + 1)
	case c == '[':
		return d.array(depth + 1)
	case c == '-' || '0' <= c && c <= '9':
		return d.number()
	}
	for _, w := range []struct {
		word  string
		value any
	}{{"true", true}, {"false", false}, {"null", nil}} {
		if strings.HasPrefix(d.text[d.pos:], w.word) {
			d.pos += len(w.word)
			return w.value, nil
		}
	}
	return nil, d.fail("a value is expected")
}

func (d *decoder) object(depth int) (*Object, *JSONError) {
	if depth > MaxDepth {
		return nil, d.fail("more than %d levels of nesting", MaxDepth)
	}
	d.pos++ // the brace
	o := &Object{members: make([]Member, 0, 8)}
	names := nameSet{object: o}
	if d.space(); d.accept('}') {
		return o, nil
	}
	for {
		d.space()
		at := d.pos
		if d.peek() != '"' {
			return nil, d.fail("a member name in double quotes is expected")
		}
		name, err := d.string()
		if err != nil {
			return nil, err
		}
		if len(o.members) == MaxMembers {
			return nil, &JSONError{at, fmt.Sprintf("more than %d members in one object", MaxMembers)}
		}
		if !names.add(name) {
			return nil, &JSONError{at, fmt.Sprintf("the name %q occurs twice (letter case does not count)", name)}
		}
		if d.space(); !d.accept(':') {
			return nil, d.fail("a colon is expected after the member name")
		}
		d.space()
		v, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		o.members = append(o.members, Member{name, v})
		if d.space(); d.accept('}') {
			return o, nil
		}
		if !d.accept(',') {
			return nil, d.fail("a comma or } is expected")
		}
	}
}

// nameSet tells whether a name is new in an object: small ones are walked,
// larger ones get a set.
type nameSet struct {
	object *Object
	seen   map[string]bool
}

func (s *nameSet) add(name string) bool {
	const small = 24
	if len(s.object.members) < small {
		return s.object.index(name) < 0
	}
	if s.seen == nil {
		s.seen = make(map[string]bool, 2*small)
		for _, m := range s.object.members {
			s.seen[lowerName(m.Name)] = true
		}
	}
	key := lowerName(name)
	if s.seen[key] {
		return false
	}
	s.seen[key] = true
	return true
}

func (d *decoder) array(depth int) ([]any, *JSONError) {
	if depth > MaxDepth {
		return nil, d.fail("more than %d levels of nesting", MaxDepth)
	}
	d.pos++ // the bracket
	items := []any{}
	if d.space(); d.accept(']') {
		return items, nil
	}
	for {
		d.space()
		v, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		items = append(items, v)
		if d.space(); d.accept(']') {
			return items, nil
		}
		if !d.accept(',') {
			return nil, d.fail("a comma or ] is expected")
		}
	}
}

func (d *decoder) number() (json.Number, *JSONError) {
	n := numberLength(d.text[d.pos:])
	if n == 0 {
		return "", d.fail("a number is expected")
	}
	s := d.text[d.pos : d.pos+n]
	d.pos += n
	return json.Number(s), nil
}

// numberLength returns the length of the JSON number that s starts with, or 0.
func numberLength(s string) int {
	digits := func(i int) int {
		for i < len(s) && '0' <= s[i] && s[i] <= '9' {
			i++
		}
		return i
	}
	i := 0
	if i < len(s) && s[i] == '-' {
		i++
	}
	whole := digits(i)
	if whole == i || s[i] == '0' && whole > i+1 {
		return 0
	}
	i = whole
	if i < len(s) && s[i] == '.' {
		end := digits(i + 1)
		if end == i+1 {
			return 0
		}
		i = end
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		end := digits(j)
		if end == j {
			return 0
		}
		i = end
	}
	return i
}

func (d *decoder) peek() byte {
	if d.pos < len(d.text) {
		return d.text[d.pos]
	}
	return 0
}

func (d *decoder) accept(c byte) bool {
	if d.peek() != c || d.pos >= len(d.text) {
		return false
	}
	d.pos++
	return true
}

func (d *decoder) space() {
	for d.pos < len(d.text) {
		switch d.text[d.pos] {
		case ' ', '\t', '\r', '\n':
			d.pos++
		default:
			return
		}
	}
}

func (d *decoder) fail(format string, args ...any) *JSONError {
	message := fmt.Sprintf(format, args...)
	if d.pos >= len(d.text) {
		message += ", but the text ends here"
	}
	return &JSONError{d.pos, message}
}

// invalidUTF8 returns the offset of the first invalid byte, or -1.
func invalidUTF8(s string) int {
	if utf8.ValidString(s) {
		return -1
	}
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return -1
}
