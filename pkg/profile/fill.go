package profile

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// state is what is known of a variable.
type state uint8

const (
	given   state = iota
	absent        // optional and without a value
	missing       // undeclared, or required and without a value: reported already
)

// value is what a variable stands for.
type value struct {
	text  string
	state state
}

// filler puts the values of variables into a document.
type filler struct {
	values   map[string]value
	problems diag.List
}

func (f *filler) report(d diag.Diagnostic) { f.problems = append(f.problems, d) }

// fill returns n with its variables replaced, or nil when an unset optional variable
// leaves it out.
func (f *filler) fill(n *node, s *shape) *node {
	switch n.kind {
	case listNode:
		return f.list(n, s)
	case mapNode:
		out, _ := f.mapping(n, s)
		return out
	}
	if !strings.Contains(n.text.Value, "${") {
		return n
	}
	if s.form == expressionForm {
		return f.expression(n)
	}
	return f.text(n)
}

func (f *filler) list(n *node, s *shape) *node {
	item := s.item
	if s.form == valueForm {
		item = s
	}
	if item == nil {
		return n
	}
	var changed *node
	for i, child := range n.items {
		filled, whole := child, true
		if child.kind == mapNode {
			filled, whole = f.mapping(child, item)
		} else if filled = f.fill(child, item); filled == nil {
			whole = false
		}
		if changed == nil && (filled != child || !whole) {
			copied := *n
			copied.items = slices.Clone(n.items[:i])
			changed = &copied
		}
		if changed != nil && whole {
			changed.items = append(changed.items, filled)
		}
	}
	if changed != nil {
		return changed
	}
	return n
}

// mapping fills a mapping. It reports false when an unset variable took a key
// without which an item of a list means nothing.
func (f *filler) mapping(n *node, s *shape) (*node, bool) {
	if !s.isMapping() {
		return n, true
	}
	whole := true
	var changed *node
	for i, p := range n.pairs {
		key := p.key.text.Value
		filled := p.value
		if at, ok := s.at(key); ok && key != "variables" && key != "environments" {
			filled = f.fill(p.value, at.shape)
			if filled == nil && at.carries {
				whole = false
			}
			if filled == nil && at.solid {
				f.report(diag.Errorf(codeUnsetInside, p.value.where, "the variable has no value, and without it %s would mean something else", s.noun).
					WithDetail("Give the variable a value or a default."))
				unset := *p.value
				unset.unset = true
				filled = &unset
			}
		}
		if changed == nil && filled != p.value {
			copied := *n
			copied.pairs = slices.Clone(n.pairs[:i])
			changed = &copied
		}
		if changed != nil && filled != nil {
			changed.pairs = append(changed.pairs, pair{p.key, filled})
		}
	}
	if changed != nil {
		return changed, whole
	}
	return n, whole
}

// text fills a scalar that is no expression.
func (f *filler) text(n *node) *node {
	refs := findReferences(n.text.Value)
	if len(refs) == 1 && refs[0].start == 0 && refs[0].end == len(n.text.Value) && refs[0].ours() {
		return f.exactly(n, refs[0])
	}
	b := builder{from: n.text}
	out := *n
	for _, r := range refs {
		switch {
		case r.escaped:
			b.copyTo(r.start)
			b.skip(1)
			b.copyTo(r.end)
		case r.foreign:
			f.foreign(n.text, r)
		case !r.ours():
		default:
			b.copyTo(r.start)
			v := f.value(n, r)
			if v.state == missing {
				out.unset = true
			}
			b.put(v.text, r.start)
			b.skip(r.end - r.start)
			out.filled = true
		}
	}
	out.text = b.done()
	return &out
}

// exactly fills a scalar that is one reference and nothing else.
func (f *filler) exactly(n *node, r reference) *node {
	v := f.lookup(r.name)
	if v.state == absent {
		return nil
	}
	out := *n
	out.unset = v.state == missing
	out.filled = true
	out.text = diag.Text{Value: v.text, Where: n.text.Where}
	return &out
}

// ours reports whether a reference names a variable.
func (r reference) ours() bool { return !r.escaped && !r.foreign && !r.misspelt }

// lookup returns the value of a name; an undeclared one counts as missing.
func (f *filler) lookup(name string) value {
	if v, ok := f.values[name]; ok {
		return v
	}
	return value{state: missing}
}

// value returns what stands for a reference inside a longer text, where an unset
// variable is an error.
func (f *filler) value(n *node, r reference) value {
	v := f.lookup(r.name)
	if v.state == absent {
		f.report(diag.Errorf(codeUnsetInside, n.text.At(r.start, r.end), "the variable %s has no value, and stands inside a longer text", r.name).
			WithDetail("Give it a value with --var %s=…, or a default.", r.name))
		v.state = missing
	}
	return v
}

// foreign warns of a ${…} that is not ours.
func (f *filler) foreign(t diag.Text, r reference) {
	f.report(diag.Warningf(codeForeign, t.At(r.start, r.end), "${%s} stays as it is: only ${var.NAME} is filled in", r.name).
		WithDetail("%s", f.foreignAdvice(r)).
		WithFix("$" + t.Value[r.start:r.end]))
}

func (f *filler) foreignAdvice(r reference) string {
	if _, ok := f.values[r.name]; ok {
		return "Write ${var." + r.name + "} for the variable, or $${ for the text."
	}
	if strings.HasPrefix(strings.ToLower(r.name), "env") {
		return "Only {env: NAME}, where a secret is asked for, reads the environment. Write $${ for the text."
	}
	return "Write $${ if the text is meant."
}

// expression fills the string constants of an expression.
func (f *filler) expression(n *node) *node {
	src := n.text.Value
	inside := stringConstants(src)
	b := builder{from: n.text}
	out := *n
	for _, r := range findReferences(src) {
		switch {
		case r.escaped:
			b.copyTo(r.start)
			b.skip(1)
			out.escaped = append(out.escaped, len(b.out))
			b.copyTo(r.end)
		case !r.ours():
		case !inside(r.start):
			f.report(diag.Errorf(codeVariablePlace, n.text.At(r.start, r.end), "in an expression a variable may stand only inside a string constant").
				WithDetail("Put it in double quotes.").WithFix(`"` + src[r.start:r.end] + `"`))
			out.unset = true
		default:
			b.copyTo(r.start)
			v := f.value(n, r)
			if v.state == missing {
				out.unset = true
			}
			b.put(escapeConstant(v.text), r.start)
			b.skip(r.end - r.start)
			out.filled = true
		}
	}
	out.text = b.done()
	return &out
}

// stringConstants returns a function that reports whether a byte of an expression is
// inside double quotes. Source: expressions §2.
func stringConstants(src string) func(at int) bool {
	var bounds []int // begin and end of each constant
	for i := 0; i < len(src); i++ {
		if src[i] != '"' {
			continue
		}
		begin := i + 1
		for i++; i < len(src) && src[i] != '"'; i++ {
			if src[i] == '\\' {
				i++
			}
		}
		bounds = append(bounds, begin, min(i, len(src)))
	}
	return func(at int) bool {
		i, exact := slices.BinarySearch(bounds, at)
		return exact && i%2 == 0 || !exact && i%2 == 1
	}
}

// escapeConstant escapes a text for a string constant of an expression.
func escapeConstant(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, `\`, `\\`), `"`, `\"`)
}

// builder makes a Text out of parts of another and of new parts.
type builder struct {
	from  diag.Text
	at    int // next byte of from
	out   []byte
	marks []diag.Mark
}

// copyTo copies from up to an offset, with its marks.
func (b *builder) copyTo(end int) {
	if end <= b.at {
		return
	}
	if len(b.from.Marks) > 0 {
		b.mark(b.at)
		for _, m := range b.from.Marks {
			if m.Offset > b.at && m.Offset < end {
				b.marks = append(b.marks, diag.Mark{Offset: len(b.out) + m.Offset - b.at, Pos: m.Pos})
			}
		}
	}
	b.out = append(b.out, b.from.Value[b.at:end]...)
	b.at = end
}

// mark notes that the next byte of the result stands where the byte of from does.
func (b *builder) mark(offset int) {
	b.marks = append(b.marks, diag.Mark{Offset: len(b.out), Pos: b.from.At(offset, offset).Start})
}

// put adds a text that stands where the reference at start does, all of it.
func (b *builder) put(text string, start int) {
	if len(b.from.Marks) > 0 {
		for i := range text { // each rune, since nothing in it runs in parallel
			b.marks = append(b.marks, diag.Mark{Offset: len(b.out) + i, Pos: b.from.At(start, start).Start})
		}
	}
	b.out = append(b.out, text...)
}

// skip leaves bytes of from out.
func (b *builder) skip(n int) { b.at += n }

// done copies the rest and returns the result.
func (b *builder) done() diag.Text {
	b.copyTo(len(b.from.Value))
	t := diag.Text{Value: string(b.out), Where: b.from.Where}
	if len(b.from.Marks) > 0 {
		b.mark(len(b.from.Value))
		t.Marks = b.marks
	}
	return t
}
