package scim

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// maxLayouts bounds how many layouts a Creator remembers. Which attributes are
// empty differs little between the users of one directory.
const maxLayouts = 1024

// maxColumns is how many attributes a layout can tell present from absent.
const maxColumns = 64

// Creator writes bodies of CreateUser, as their JSON text, for many users of one
// mapping. Users that have the same attributes have bodies that differ in the
// values alone, so the body is built once and the values are put into its text
// from then on. It serves one goroutine at a time.
type Creator struct {
	dialect Dialect
	columns []AttributeValue // without values
	regular []bool           // which columns leave the shape of a body alone
	layouts map[layoutKey]*layout
}

// layoutKey tells bodies of different shape apart: by the columns that have a
// value, and by the booleans that are true.
type layoutKey struct{ present, truth uint64 }

// layout is the text of a body with gaps: text[0], value of gaps[0], text[1] …
type layout struct {
	text []string
	gaps []int // which of the values
}

// NewCreator returns a Creator of bodies whose values are some of the attributes,
// in their order, each at most once. The Values of attributes are not looked at.
func NewCreator(d Dialect, attributes []AttributeValue) *Creator {
	c := &Creator{dialect: d, layouts: map[layoutKey]*layout{}}
	for _, a := range attributes {
		a.Values = nil
		c.columns = append(c.columns, a)
		c.regular = append(c.regular, len(attributes) <= maxColumns && isRegular(a))
	}
	return c
}

// isRegular reports whether the value of an attribute cannot change the shape of a
// body: it is neither a list nor a complex value written as text, and decides
// neither which element is meant nor which one is primary.
func isRegular(a AttributeValue) bool {
	if a.Multi || a.Type == ReferenceValue || sameName(a.Path.Sub, "type") || sameName(a.Path.Sub, "primary") || a.Path.Attribute == "" {
		return false
	}
	if a.Path.Filter != nil {
		// Other filters could select an element by what another column writes.
		f, ok := a.Path.Filter.(*Comparison)
		return ok && f.Operator == OpEqual && sameName(f.Path.Attribute, "type") && f.Path.Sub == "" && a.Path.Sub != ""
	}
	definition, known := LookupAttribute(a.Path)
	return a.Path.Sub != "" || !known || definition.Type != TypeComplex
}

// AppendUser appends the JSON text of CreateUser's body for the values to dst.
func (c *Creator) AppendUser(dst []byte, values []AttributeValue) ([]byte, error) {
	key, ok := c.key(values)
	if !ok {
		return c.build(dst, values)
	}
	l, ok := c.layouts[key]
	if !ok {
		if len(c.layouts) == maxLayouts {
			return c.build(dst, values)
		}
		var err error
		if l, err = c.lay(values); err != nil {
			return dst, err
		}
		c.layouts[key] = l
	}
	if l == nil {
		return c.build(dst, values)
	}
	return l.append(dst, values)
}

func (c *Creator) build(dst []byte, values []AttributeValue) ([]byte, error) {
	body, err := CreateUser(c.dialect, values)
	if err != nil {
		return dst, err
	}
	return body.AppendJSON(dst)
}

// key returns the layout that the values need; false when they have none.
func (c *Creator) key(values []AttributeValue) (key layoutKey, ok bool) {
	at := 0
	for i := range values {
		v := &values[i]
		for at < len(c.columns) && c.columns[at].Path != v.Path {
			at++
		}
		if at == len(c.columns) || !c.regular[at] || c.columns[at].Type != v.Type || v.Multi || len(v.Values) != 1 {
			return key, false
		}
		key.present |= 1 << at
		if v.Type == BooleanValue {
			switch text := v.Values[0]; {
			case text == "True" || strings.EqualFold(text, "true"):
				key.truth |= 1 << at
			case text != "False" && !strings.EqualFold(text, "false"):
				return key, false // CreateUser says what is wrong
			}
		}
		at++
	}
	return key, true
}

// lay builds the body with marks for values and cuts its text at them. The
// layout is nil where not every value has its place, since one mapping writes over
// another.
func (c *Creator) lay(values []AttributeValue) (*layout, error) {
	marked, places := make([]AttributeValue, len(values)), 0
	for i, v := range values {
		marked[i] = v
		if v.Type != BooleanValue {
			marked[i].Type, marked[i].Values = StringValue, []string{mark(i)}
			if !c.dialect.SkipsOnCreate(v.Path) {
				places++
			}
		}
	}
	text, err := c.build(nil, marked)
	if err != nil {
		return nil, err
	}
	l := &layout{}
	for {
		start, gap, length := nextMark(text)
		if start < 0 {
			break
		}
		l.text = append(l.text, string(text[:start]))
		l.gaps = append(l.gaps, gap)
		text = text[start+length:]
	}
	l.text = append(l.text, string(text))
	if len(l.gaps) != places {
		return nil, nil
	}
	return l, nil
}

// mark is a text that no attribute name or URN holds: JSON escapes its control
// characters.
func mark(i int) string { return "\x00" + strconv.Itoa(i) + "\x01" }

const markStart, markEnd = `"\u0000`, `\u0001"`

// nextMark finds the first mark in a JSON text; start is -1 when there is none.
func nextMark(text []byte) (start, gap, length int) {
	start = bytes.Index(text, []byte(markStart))
	if start < 0 {
		return -1, 0, 0
	}
	rest := text[start+len(markStart):]
	end := bytes.Index(rest, []byte(markEnd))
	gap, err := strconv.Atoi(string(rest[:max(end, 0)]))
	if err != nil {
		return -1, 0, 0
	}
	return start, gap, len(markStart) + end + len(markEnd)
}

// append writes the body with the values in its gaps.
func (l *layout) append(dst []byte, values []AttributeValue) ([]byte, error) {
	for i, gap := range l.gaps {
		dst = append(dst, l.text[i]...)
		v := &values[gap]
		if v.Type != IntegerValue {
			dst = appendString(dst, v.Values[0])
			continue
		}
		n, err := strconv.ParseInt(v.Values[0], 10, 64)
		if err != nil {
			return dst, fmt.Errorf("attribute %s: %q is not an integer of 64 bits", v.Path, v.Values[0])
		}
		dst = strconv.AppendInt(dst, n, 10)
	}
	return append(dst, l.text[len(l.gaps)]...), nil
}
