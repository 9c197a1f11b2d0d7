package cmd

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// record is a line that --batch reads, decoded. It is used again for the next line.
type record struct {
	id         json.RawMessage // as it came; given back
	plainID    bool            // the id needs no second look
	expression string
	attributes expr.Source
	timed      bool // now is not the clock's
	now        time.Time
	taken      []string

	attrs expr.Attrs // holds the attributes of usual records
}

// keptAttributes is the number of attributes up to which their map is used again.
const keptAttributes = 1000

// batchIn is a record as JSON.
type batchIn struct {
	ID         json.RawMessage `json:"id"`
	Expression *string         `json:"expr"`
	Attributes map[string]any  `json:"attrs"`
	Now        string          `json:"now"`
	Taken      []string        `json:"taken"`
}

// decode reads a line. With an error the id is that of the line, if it has one.
func (r *record) decode(line []byte) error {
	q := quick{text: string(line)}
	if q.record(r) {
		return nil
	}
	return r.decodeAny(line)
}

// decodeAny reads any line there is, and says what is wrong with one.
func (r *record) decodeAny(line []byte) error {
	*r = record{attrs: r.attrs}
	var in batchIn
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	err := decoder.Decode(&in)
	r.id = in.ID
	if err == nil {
		if _, more := decoder.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("something stands behind it")
		}
	}
	if err != nil {
		return fmt.Errorf("the line is no record: %w", err)
	}
	if in.Expression == nil {
		return errors.New(`the record has no "expr"`)
	}
	object, err := mapping.NewObject(mapping.User, in.Attributes)
	if err != nil {
		return err
	}
	r.expression, r.attributes, r.taken = *in.Expression, object, in.Taken
	return r.setNow(in.Now)
}

func (r *record) setNow(text string) error {
	r.timed = false
	if text == "" {
		return nil
	}
	now, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return fmt.Errorf("now %q is no time in the form of RFC 3339", text)
	}
	r.now, r.timed = now, true
	return nil
}

// quick decodes the JSON of usual records, several times as fast as encoding/json. It
// gives up on everything out of the ordinary, which decodeAny then judges.
type quick struct {
	text string
	pos  int
}

// record reads a record; false when it gives up.
func (q *quick) record(r *record) bool {
	if r.attrs == nil || len(r.attrs) > keptAttributes {
		r.attrs = expr.Attrs{}
	}
	clear(r.attrs)
	*r = record{attrs: r.attrs, attributes: r.attrs}
	if !q.take('{') {
		return false
	}
	whole := false
	for more := true; more; more = q.take(',') {
		name, ok := q.string()
		if !ok || !q.take(':') {
			return false
		}
		switch name {
		case "id":
			ok = q.id(r)
		case "expr":
			r.expression, ok = q.string()
			whole = true
		case "attrs":
			ok = q.attributes(r.attrs)
		case "now":
			var now string
			now, ok = q.string()
			ok = ok && r.setNow(now) == nil
		case "taken":
			r.taken, ok = q.strings()
		default:
			return false
		}
		if !ok {
			return false
		}
	}
	if !q.take('}') || !whole {
		return false
	}
	q.blanks()
	return q.pos == len(q.text)
}

// id reads a text without escapes, or a whole number.
func (q *quick) id(r *record) bool {
	q.blanks()
	start := q.pos
	if _, ok := q.integer(); !ok {
		q.pos = start
		text, ok := q.string()
		if !ok || len(text)+2 != q.pos-start || !isPlain(text) {
			return false
		}
	}
	r.id, r.plainID = json.RawMessage(q.text[start:q.pos]), true
	return true
}

// attributes reads the values of an object.
func (q *quick) attributes(attrs expr.Attrs) bool {
	if !q.take('{') {
		return false
	}
	if q.take('}') {
		return true
	}
	for more := true; more; more = q.take(',') {
		name, ok := q.string()
		if !ok || !q.take(':') {
			return false
		}
		value, ok := q.value()
		if !ok {
			return false
		}
		if value.IsNull() {
			delete(attrs, name)
		} else {
			attrs[name] = value
		}
	}
	return q.take('}')
}

// value reads the value of an attribute.
func (q *quick) value() (expr.Value, bool) {
	q.blanks()
	if q.pos >= len(q.text) {
		return expr.Value{}, false
	}
	switch q.text[q.pos] {
	case '"':
		text, ok := q.string()
		return expr.Text(text), ok
	case '[':
		list, ok := q.strings()
		return expr.List(list), ok
	case 't':
		return expr.Boolean(true), q.word("true")
	case 'f':
		return expr.Boolean(false), q.word("false")
	case 'n':
		return expr.Value{}, q.word("null")
	}
	n, ok := q.integer()
	return expr.Integer(n), ok
}

// strings reads a list of texts.
func (q *quick) strings() ([]string, bool) {
	if !q.take('[') {
		return nil, false
	}
	list := make([]string, 0, 4)
	if q.take(']') {
		return list, true
	}
	for more := true; more; more = q.take(',') {
		text, ok := q.string()
		if !ok {
			return nil, false
		}
		list = append(list, text)
	}
	return list, q.take(']')
}

// string reads a text. Without escapes it is a part of the line.
func (q *quick) string() (string, bool) {
	if !q.take('"') {
		return "", false
	}
	start, ascii, escaped := q.pos, true, false
	for ; q.pos < len(q.text); q.pos++ {
		switch c := q.text[q.pos]; {
		case c == '"':
			text := q.text[start:q.pos]
			q.pos++
			if !ascii && !utf8.ValidString(text) {
				return "", false
			}
			if escaped {
				return unescape(text)
			}
			return text, true
		case c == '\\':
			escaped = true
			q.pos++
		case c < 0x20:
			return "", false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return "", false
}

// unescape decodes the escapes of one letter; false for any other.
func unescape(s string) (string, bool) {
	var b strings.Builder
	b.Grow(len(s))
	for {
		before, after, found := strings.Cut(s, `\`)
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		if after == "" {
			return "", false
		}
		i := strings.IndexByte(`"\/bfnrt`, after[0])
		if i < 0 {
			return "", false
		}
		b.WriteByte("\"\\/\b\f\n\r\t"[i])
		s = after[1:]
	}
}

// integer reads a whole number.
func (q *quick) integer() (int64, bool) {
	q.blanks()
	start := q.pos
	if q.pos < len(q.text) && q.text[q.pos] == '-' {
		q.pos++
	}
	first := q.pos
	for q.pos < len(q.text) && '0' <= q.text[q.pos] && q.text[q.pos] <= '9' {
		q.pos++
	}
	if q.pos == first || q.text[first] == '0' && q.pos > first+1 {
		return 0, false
	}
	if q.pos < len(q.text) && strings.IndexByte(".eE", q.text[q.pos]) >= 0 {
		return 0, false
	}
	n, err := strconv.ParseInt(q.text[start:q.pos], 10, 64)
	return n, err == nil
}

// word reads true, false or null.
func (q *quick) word(word string) bool {
	if !strings.HasPrefix(q.text[q.pos:], word) {
		return false
	}
	q.pos += len(word)
	return true
}

// take reads one character and the blanks before it.
func (q *quick) take(c byte) bool {
	q.blanks()
	if q.pos < len(q.text) && q.text[q.pos] == c {
		q.pos++
		return true
	}
	return false
}

func (q *quick) blanks() {
	for q.pos < len(q.text) {
		switch q.text[q.pos] {
		case ' ', '\t', '\r', '\n':
			q.pos++
		default:
			return
		}
	}
}
