package profile

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/expr"
)

// Format returns the text of a profile file in canonical layout: expressions in
// canonical form inside their scalar, no blanks at the ends of lines, lines that
// end in a line feed, one line feed at the end. Everything else stays as it is byte
// for byte: comments, order, empty lines, quotes, the line breaks of an expression
// that was written over several lines, and blanks and tabs within other values.
//
// A file with errors comes back as it was, with the errors.
func Format(name string, source []byte) ([]byte, diag.List) {
	file, problems := Load(name, source)
	if problems.HasErrors() {
		return source, problems
	}
	l, found := layoutOf(file)
	problems = append(problems, found...).Sort()
	if problems.HasErrors() {
		return source, problems
	}
	out := []byte(l.format())
	if again, _ := Load(name, out); !l.sameMeaning(file, again) {
		return source, problems // never seen: the values of a profile are worth more than its looks
	}
	return out, problems
}

// layoutOf reads what is to be laid out, and reports expressions that cannot be
// read.
func layoutOf(file *File) (*layout, diag.List) {
	l := &layout{text: string(file.Source), uses: map[*node]use{}}
	var problems diag.List
	for _, p := range file.Profiles {
		l.visit(p.doc.root, p.doc.shape)
		problems = append(problems, p.doc.mask.apply(l.problems)...)
		l.problems = nil
	}
	return l, problems
}

// use says what a scalar is in the document. By an alias it can be two things.
type use uint8

const (
	asExpression use = 1 << iota
	asValue
)

// layout collects the edits that give a file its canonical layout.
type layout struct {
	text     string
	uses     map[*node]use
	scalars  []*node // each once, by place
	edits    []replacement
	problems diag.List
}

// replacement puts a text in the place of text[start:end].
type replacement struct {
	start, end int
	text       string
}

// visit notes the scalars of a value whose shape is s, nil when not known, and
// reports expressions that cannot be read.
func (l *layout) visit(n *node, s *shape) {
	switch n.kind {
	case listNode:
		var item *shape
		if s != nil {
			item = s.item
		}
		for _, child := range n.items {
			l.visit(child, item)
		}
	case mapNode:
		for _, p := range n.pairs {
			l.note(p.key, asValue)
			var inner *shape
			if s != nil {
				if f, ok := s.at(p.key.text.Value); ok {
					inner = f.shape
				}
			}
			l.visit(p.value, inner)
		}
	default:
		if s == nil || s.form != expressionForm || n.isNull() {
			l.note(n, asValue)
			return
		}
		if l.note(n, asExpression) {
			l.problems = append(l.problems, unreadable(n)...)
		}
	}
}

// note remembers a scalar. It reports whether that use of it is new.
func (l *layout) note(n *node, u use) bool {
	before, seen := l.uses[n]
	l.uses[n] = before | u
	if !seen && n.kind == scalarNode {
		l.scalars = append(l.scalars, n)
	}
	return before&u == 0
}

// unreadable returns why an expression cannot be read: it does not parse, or has a
// variable outside of its string constants.
func unreadable(n *node) diag.List {
	var f filler
	f.expression(n)
	if len(f.problems) > 0 {
		return f.problems
	}
	_, problems := expr.Parse(n.text.Value)
	return n.text.Locate(problems)
}

// format makes the edits.
func (l *layout) format() string {
	slices.SortFunc(l.scalars, func(a, b *node) int { return a.start - b.start })
	for _, n := range l.scalars {
		if l.uses[n] == asExpression {
			l.expression(n)
		}
	}
	l.trailingBlanks()
	l.lastLine()
	slices.SortStableFunc(l.edits, func(a, b replacement) int { return a.start - b.start })
	var b strings.Builder
	done := 0
	for _, e := range l.edits {
		if e.start < done {
			continue
		}
		b.WriteString(l.text[done:e.start])
		b.WriteString(e.text)
		done = e.end
	}
	b.WriteString(l.text[done:])
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(b.String())
}

func (l *layout) replace(start, end int, text string) {
	if l.text[start:end] != text {
		l.edits = append(l.edits, replacement{start, end, text})
	}
}

// sameMeaning reports whether two readings of the file say the same.
func (l *layout) sameMeaning(before, after *File) bool {
	return slices.EqualFunc(before.Profiles, after.Profiles, func(p, q *Profile) bool {
		return l.sameNode(p.doc.root, q.doc.root)
	})
}

func (l *layout) sameNode(a, b *node) bool {
	if a.kind != b.kind || a.tag != b.tag || a.anchor != b.anchor || a.style != b.style {
		return false
	}
	switch a.kind {
	case listNode:
		return slices.EqualFunc(a.items, b.items, l.sameNode)
	case mapNode:
		return slices.EqualFunc(a.pairs, b.pairs, func(p, q pair) bool {
			return l.sameNode(p.key, q.key) && l.sameNode(p.value, q.value)
		})
	}
	return a.text.Value == b.text.Value || l.uses[a] == asExpression && sameExpression(a.text.Value, b.text.Value)
}

// sameExpression reports whether two texts are the same expression.
func sameExpression(a, b string) bool {
	x, problems := expr.Parse(a)
	y, more := expr.Parse(b)
	return !problems.HasErrors() && !more.HasErrors() && expr.Equal(x.Root, y.Root)
}
