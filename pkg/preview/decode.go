package preview

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// maxDepth bounds how deep values that nobody reads may be nested.
const maxDepth = 64

// syntaxError says what is wrong with a record: offset is a byte offset in it.
type syntaxError struct {
	offset  int
	message string
}

// names are the source attributes that are looked at. A nil names wants all.
type names map[string]bool

// decoder reads records from JSON text as encoding/json would, without a detour
// over values that nobody needs. Strings without escapes share the text's memory.
// Of equal names the last counts, and what is not UTF-8 becomes U+FFFD.
type decoder struct {
	text   string
	pos    int
	typ    string // of the objects: User or Group
	wanted names
}

// form is what a record holds.
type form struct {
	change        bool // two versions, else one user
	before, after bool // which versions there are; null is none
}

// record reads a record: a user, or the two versions {"before":…,"after":…} of one.
// A single user and the version after go to after.
func (d *decoder) record(before, after *mapping.Builder) (form, *syntaxError) {
	before.Reset(d.typ)
	after.Reset(d.typ)
	f := form{after: true}
	if d.space(); d.peek() != '{' {
		return f, d.fail("a user is a JSON object, which starts with {")
	}
	plain := false
	err := d.members(func(name string) *syntaxError {
		at := d.pos
		version, into := &f.before, before
		switch {
		case name == "before" && (d.peek() == '{' || d.peek() == 'n'):
		case name == "after" && (d.peek() == '{' || d.peek() == 'n'):
			version, into = &f.after, after
		case f.change:
			return &syntaxError{at, fmt.Sprintf("%q stands beside before and after; a record holds either one user or two versions of one", name)}
		default:
			plain = true
			return d.attribute(name, after)
		}
		if plain {
			return &syntaxError{at, fmt.Sprintf("%q stands beside attributes; a record holds either one user or two versions of one", name)}
		}
		if !f.change {
			f = form{change: true} // version points into f
		}
		*version = d.peek() == '{'
		into.Reset(d.typ)
		if !*version {
			return d.word("null")
		}
		return d.members(func(name string) *syntaxError { return d.attribute(name, into) })
	})
	if err != nil {
		return f, err
	}
	if d.space(); d.pos < len(d.text) {
		return f, d.fail("unexpected data after the user")
	}
	if f.change && !f.before && !f.after {
		return f, &syntaxError{0, "both versions of the user are missing"}
	}
	return f, nil
}

// members reads an object whose brace is at pos and calls each at every value.
func (d *decoder) members(each func(name string) *syntaxError) *syntaxError {
	d.pos++
	if d.space(); d.accept('}') {
		return nil
	}
	for {
		d.space()
		name, err := d.name()
		if err != nil {
			return err
		}
		if d.space(); !d.accept(':') {
			return d.fail("a colon is expected after the name")
		}
		d.space()
		if err := each(name); err != nil {
			return err
		}
		if d.space(); d.accept('}') {
			return nil
		}
		if !d.accept(',') {
			return d.fail("a comma or } is expected")
		}
	}
}

// attribute reads the value of one attribute.
func (d *decoder) attribute(name string, b *mapping.Builder) *syntaxError {
	if d.wanted != nil && !d.wanted[name] {
		return d.skip(1)
	}
	switch c := d.peek(); {
	case c == '"':
		s, err := d.string()
		if err == nil {
			b.Text(name, s)
		}
		return err
	case c == '-' || '0' <= c && c <= '9':
		literal, err := d.number()
		if err == nil {
			b.Number(name, literal)
		}
		return err
	case c == 't':
		b.Bool(name, true)
		return d.word("true")
	case c == 'f':
		b.Bool(name, false)
		return d.word("false")
	case c == 'n':
		b.Delete(name)
		return d.word("null")
	case c == '[':
		values, err := d.list(name)
		if err == nil {
			b.List(name, values)
		}
		return err
	case c == '{':
		return d.fail("attribute %s: the value is an object; use a text, a number, true, false or a list of texts", name)
	}
	return d.fail("a value is expected")
}

// list reads a multi-value, whose elements have the text form of their kind.
func (d *decoder) list(name string) ([]string, *syntaxError) {
	d.pos++
	values := []string{}
	if d.space(); d.accept(']') {
		return values, nil
	}
	for {
		d.space()
		var text string
		var err *syntaxError
		switch c := d.peek(); {
		case c == '"':
			text, err = d.string()
		case c == '-' || '0' <= c && c <= '9':
			text, err = d.number()
			if n, whole := strconv.ParseInt(text, 10, 64); whole == nil {
				text = strconv.FormatInt(n, 10)
			}
		case c == 't':
			text, err = "True", d.word("true")
		case c == 'f':
			text, err = "False", d.word("false")
		default:
			return nil, d.fail("attribute %s: value %d of the list is no text, number or truth value", name, len(values)+1)
		}
		if err != nil {
			return nil, err
		}
		values = append(values, text)
		if d.space(); d.accept(']') {
			return values, nil
		}
		if !d.accept(',') {
			return nil, d.fail("a comma or ] is expected")
		}
	}
}

// skip reads a value that nobody needs.
func (d *decoder) skip(depth int) *syntaxError {
	if depth > maxDepth {
		return d.fail("more than %d levels of nesting", maxDepth)
	}
	switch c := d.peek(); {
	case c == '"':
		_, _, err := d.scan()
		return err
	case c == '{':
		return d.members(func(string) *syntaxError { return d.skip(depth + 1) })
	case c == '[':
		d.pos++
		if d.space(); d.accept(']') {
			return nil
		}
		for {
			d.space()
			if err := d.skip(depth + 1); err != nil {
				return err
			}
			if d.space(); d.accept(']') {
				return nil
			}
			if !d.accept(',') {
				return d.fail("a comma or ] is expected")
			}
		}
	case c == '-' || '0' <= c && c <= '9':
		_, err := d.number()
		return err
	case c == 't':
		return d.word("true")
	case c == 'f':
		return d.word("false")
	case c == 'n':
		return d.word("null")
	}
	return d.fail("a value is expected")
}

func (d *decoder) word(w string) *syntaxError {
	if !strings.HasPrefix(d.text[d.pos:], w) {
		return d.fail("a value is expected")
	}
	d.pos += len(w)
	return nil
}

// number reads a number and returns its literal.
func (d *decoder) number() (string, *syntaxError) {
	start := d.pos
	digits := func() bool {
		first := d.pos
		for d.pos < len(d.text) && '0' <= d.text[d.pos] && d.text[d.pos] <= '9' {
			d.pos++
		}
		return d.pos > first
	}
	d.accept('-')
	if zero := d.accept('0'); !zero && !digits() {
		return "", d.fail("a digit is expected")
	}
	if d.accept('.') && !digits() {
		return "", d.fail("a digit is expected after the point")
	}
	if d.accept('e') || d.accept('E') {
		if !d.accept('+') {
			d.accept('-')
		}
		if !digits() {
			return "", d.fail("a digit is expected in the exponent")
		}
	}
	return d.text[start:d.pos], nil
}

func (d *decoder) peek() byte {
	if d.pos < len(d.text) {
		return d.text[d.pos]
	}
	return 0
}

func (d *decoder) accept(c byte) bool {
	if d.pos >= len(d.text) || d.text[d.pos] != c {
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

func (d *decoder) fail(format string, args ...any) *syntaxError {
	message := fmt.Sprintf(format, args...)
	if d.pos >= len(d.text) {
		message += ", but the text ends here"
	}
	return &syntaxError{d.pos, message}
}
