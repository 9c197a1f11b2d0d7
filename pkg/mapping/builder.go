package mapping

import (
	"encoding/json"

	"github.com/scimctl/scimctl/pkg/expr"
)

// Builder makes one Object after the other in the same memory, for streams of
// them. The zero Builder is ready to use. Values are those that NewObject makes of
// the same plain ones.
type Builder struct{ object Object }

// Reset begins a new object. The last one becomes invalid.
func (b *Builder) Reset(typ string) {
	if b.object.attrs == nil {
		b.object.attrs = make(expr.Attrs, 16)
	}
	clear(b.object.attrs)
	b.object.Type, b.object.ID = typ, ""
}

// Text sets an attribute to a text.
func (b *Builder) Text(name, value string) { b.set(name, expr.Text(value)) }

// Bool sets an attribute to a truth value.
func (b *Builder) Bool(name string, value bool) { b.set(name, expr.Boolean(value)) }

// Number sets an attribute to a JSON number: a whole one of 64 bits, else its text.
func (b *Builder) Number(name, literal string) {
	if n, err := json.Number(literal).Int64(); err == nil {
		b.set(name, expr.Integer(n))
		return
	}
	b.set(name, expr.Text(literal))
}

// List sets an attribute to a multi-value. The slice is kept, not copied.
func (b *Builder) List(name string, values []string) { b.set(name, expr.List(values)) }

// Delete removes an attribute, as null does.
func (b *Builder) Delete(name string) {
	delete(b.object.attrs, name)
	if name == attrObjectID {
		b.object.ID = ""
	}
}

func (b *Builder) set(name string, v expr.Value) {
	b.object.attrs[name] = v
	if name == attrObjectID {
		b.object.ID = v.String()
	}
}

// Object returns the object, which later calls change.
func (b *Builder) Object() Object { return b.object }
