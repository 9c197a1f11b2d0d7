package preview

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// record is one user, or one change, of the input: text, a row or attributes.
type record struct {
	text       string
	row        []string // under the header of the piece
	header     []string
	attributes map[string]any
	unassigned bool
	err        *syntaxError // what keeps it from being read
	file       string
	at         diag.Pos // where it begins
}

// read fills the worker's builders.
func (r *record) read(w *worker) (form, *syntaxError) {
	switch {
	case r.row != nil:
		return form{after: true}, r.readRow(w.p, &w.after)
	case r.attributes != nil:
		return form{after: true}, r.readAttributes(w.p, &w.after)
	}
	d := decoder{text: r.text, typ: w.p.typ, wanted: w.p.wanted}
	return d.record(&w.before, &w.after)
}

// readRow reads a row of a table: an empty cell is no value, and columns with the
// same name are the values of a multi-valued attribute.
func (r *record) readRow(p *Preview, b *mapping.Builder) *syntaxError {
	b.Reset(p.typ)
	for i, name := range r.header {
		if !p.wanted[name] || r.row[i] == "" {
			continue
		}
		if had := b.Object().Attribute(name).Strings(); len(had) > 0 {
			b.List(name, append(had[:len(had):len(had)], r.row[i]))
			continue
		}
		b.Text(name, r.row[i])
	}
	return nil
}

// readAttributes reads values as encoding/json decodes them.
func (r *record) readAttributes(p *Preview, b *mapping.Builder) *syntaxError {
	b.Reset(p.typ)
	for name, value := range r.attributes {
		if !p.wanted[name] {
			continue
		}
		switch v := value.(type) {
		case nil:
		case string:
			b.Text(name, v)
		case bool:
			b.Bool(name, v)
		case json.Number:
			b.Number(name, v.String())
		case float64:
			b.Number(name, strconv.FormatFloat(v, 'f', -1, 64))
		case []string:
			b.List(name, v)
		case []any:
			list := make([]string, len(v))
			for i, element := range v {
				text, ok := element.(string)
				if !ok {
					return &syntaxError{0, fmt.Sprintf("attribute %s: value %d of the list is no text", name, i+1)}
				}
				list[i] = text
			}
			b.List(name, list)
		default:
			return &syntaxError{0, fmt.Sprintf("attribute %s: the value is a %T; use a text, a number, true, false or a list of texts", name, value)}
		}
	}
	return nil
}

// place turns an offset in the record into its place in the file.
func (r *record) place(offset int) diag.Range {
	p := r.at
	before := r.text[:min(offset, len(r.text))]
	p.Byte += len(before)
	if n := strings.Count(before, "\n"); n > 0 {
		p.Line += n
		p.Column = 1
		before = before[strings.LastIndexByte(before, '\n')+1:]
	}
	p.Column += utf8.RuneCountInString(before)
	return diag.Range{Filename: r.file, Start: p, End: diag.Pos{Line: p.Line, Column: p.Column + 1, Byte: p.Byte + 1}}
}
