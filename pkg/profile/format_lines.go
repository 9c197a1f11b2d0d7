package profile

import "strings"

// content returns the stretch of the file that holds a scalar's value. Of a block
// scalar that is its lines without the header.
func (l *layout) content(n *node) (start, end int) {
	if n.style != literal && n.style != folded {
		return n.start, n.end
	}
	r := rescan{src: l.text, pos: n.start}
	r.header()
	return r.pos, max(r.pos, n.end)
}

// trailingBlanks takes the blanks away that end a line, but for lines of a value.
func (l *layout) trailingBlanks() {
	scalars := l.scalars
	for at := 0; at < len(l.text); {
		if !isBlank(l.text[at]) {
			at++
			continue
		}
		start := at
		for at < len(l.text) && isBlank(l.text[at]) {
			at++
		}
		if at < len(l.text) && l.text[at] != '\n' && l.text[at] != '\r' {
			continue
		}
		inside := false
		for ; len(scalars) > 0; scalars = scalars[1:] {
			begin, end := l.content(scalars[0])
			if start < end {
				inside = begin <= start
				break
			}
		}
		if !inside {
			l.replace(start, at, "")
		}
	}
}

// lastLine ends the file with one line feed. A block scalar at its end may own the
// line breaks there, or be different with one: those stay.
func (l *layout) lastLine() {
	tail := len(strings.TrimRight(l.text, " \t\r\n"))
	if n := l.lastScalar(); n != nil && l.uses[n] != asExpression {
		start, end := l.content(n)
		if end >= tail && start > n.start && (n.style == literal || n.style == folded) {
			r := rescan{src: l.text, pos: n.start}
			chomp, _ := r.header()
			ended := strings.ContainsAny(l.text[end:], "\r\n")
			if chomp == '+' || chomp != '-' && !ended {
				return
			}
			tail = end
		}
	}
	for i := len(l.edits) - 1; i >= 0; i-- {
		if l.edits[i].start >= tail {
			l.edits = append(l.edits[:i], l.edits[i+1:]...)
		}
	}
	l.replace(tail, len(l.text), "\n")
}

// lastScalar returns the scalar that ends last, or nil.
func (l *layout) lastScalar() *node {
	if len(l.scalars) == 0 {
		return nil
	}
	return l.scalars[len(l.scalars)-1]
}
