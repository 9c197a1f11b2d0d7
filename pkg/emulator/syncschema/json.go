package syncschema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// maxDepth bounds the nesting of a document. A real schema nests about twenty
// deep, expressions inside expressions included.
const maxDepth = 1000

// Object is a JSON object that keeps the order of its members. Values are nil,
// bool, string, json.Number, []any and *Object.
type Object struct{ Members []Member }

// Member is a name with its value.
type Member struct {
	Name  string
	Value any
}

// Parse reads one JSON object. A name that appears twice in an object is an
// error, since it would be lost.
func Parse(data []byte) (*Object, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	v, err := value(dec, 0)
	if err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, fmt.Errorf("byte %d: %w", dec.InputOffset(), err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("byte %d: more text after the document", dec.InputOffset())
	}
	o, ok := v.(*Object)
	if !ok {
		return nil, errors.New("the document is no JSON object")
	}
	return o, nil
}

func value(dec *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	tok, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch tok {
	case json.Delim('{'):
		return object(dec, depth)
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := value(dec, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := dec.Token()
		return list, err
	}
	return tok, nil
}

func object(dec *json.Decoder, depth int) (*Object, error) {
	o, seen := &Object{}, map[string]bool{}
	for dec.More() {
		tok, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name := tok.(string)
		if seen[name] {
			return nil, fmt.Errorf("member %q appears twice", name)
		}
		seen[name] = true
		v, err := value(dec, depth+1)
		if err != nil {
			return nil, err
		}
		o.Members = append(o.Members, Member{name, v})
	}
	_, err := dec.Token()
	return o, err
}

// MarshalJSON prints the object with its members in order.
func (o *Object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := o.write(&b)
	return b.Bytes(), err
}

// UnmarshalJSON reads the object.
func (o *Object) UnmarshalJSON(data []byte) error {
	read, err := Parse(data)
	if err == nil {
		*o = *read
	}
	return err
}

func (o *Object) write(b *bytes.Buffer) error {
	b.WriteByte('{')
	for i, m := range o.Members {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := write(b, m.Name); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := write(b, m.Value); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func write(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case *Object:
		return v.write(b)
	case []any:
		b.WriteByte('[')
		for i, e := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := write(b, e); err != nil {
				return err
			}
		}
		b.WriteByte(']')
		return nil
	}
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	b.Truncate(b.Len() - 1) // the encoder ends with a line break
	return err
}

// Get returns a member's value.
func (o *Object) Get(name string) (any, bool) {
	for _, m := range o.Members {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// Set changes a member or appends it.
func (o *Object) Set(name string, v any) {
	for i := range o.Members {
		if o.Members[i].Name == name {
			o.Members[i].Value = v
			return
		}
	}
	o.Members = append(o.Members, Member{name, v})
}

// Text returns a member that is a string, or "".
func (o *Object) Text(name string) string {
	v, _ := o.Get(name)
	s, _ := v.(string)
	return s
}

// List returns the objects in a member that is an array.
func (o *Object) List(name string) []*Object {
	v, _ := o.Get(name)
	items, _ := v.([]any)
	out := make([]*Object, 0, len(items))
	for _, item := range items {
		if o, ok := item.(*Object); ok {
			out = append(out, o)
		}
	}
	return out
}

// Clone returns a deep copy.
func (o *Object) Clone() *Object { return clone(o).(*Object) }

func clone(v any) any {
	switch v := v.(type) {
	case *Object:
		out := &Object{Members: make([]Member, len(v.Members))}
		for i, m := range v.Members {
			out.Members[i] = Member{m.Name, clone(m.Value)}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = clone(e)
		}
		return out
	}
	return v
}

// Remove deletes the objects of an array member for which the test holds.
func (o *Object) Remove(name string, test func(*Object) bool) {
	v, _ := o.Get(name)
	items, _ := v.([]any)
	kept := []any{}
	for _, item := range items {
		if e, ok := item.(*Object); !ok || !test(e) {
			kept = append(kept, item)
		}
	}
	o.Set(name, kept)
}

// Strip removes the annotations (@odata.context and the like) that typed clients
// send along.
func Strip(v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			Strip(e)
		}
	case *Object:
		v.Members = slices.DeleteFunc(v.Members, func(m Member) bool { return strings.Contains(m.Name, "@odata.") })
		for _, m := range v.Members {
			Strip(m.Value)
		}
	}
}
