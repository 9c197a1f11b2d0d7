package profile

import "strings"

// block follows a literal or folded scalar from its indicator on. indent is the
// column of the collection around it.
func (r *rescan) block(literal bool, value string, indent int) {
	keep, increment := r.header()
	r.stop = r.pos
	if strings.Trim(value, "\n") == "" { // nothing but line breaks: no place matters
		for range len(value) {
			r.emitOne("\n", r.stop)
		}
		return
	}
	r.out = make([]byte, 0, len(value))
	if n := breakLen(r.src, r.pos); n > 0 {
		r.pos += n
	}
	b := blockLines{r: r, indent: -1}
	if increment > 0 {
		b.indent = max(indent, 0) + increment
	}
	end := r.pos
	b.breaks()
	var leading, blankBefore = -1, false
	for r.pos < len(r.src) && b.column == b.indent {
		blank := isBlank(r.src[r.pos])
		switch {
		case leading < 0:
		case !literal && !blankBefore && !blank && r.src[leading] != 0xE2:
			if len(b.pending) == 0 {
				r.emitOne(" ", leading)
			}
		default:
			r.lineBreak(leading)
		}
		for _, at := range b.pending {
			r.lineBreak(at)
		}
		b.pending = b.pending[:0]
		blankBefore = blank
		start := r.pos
		for r.pos < len(r.src) && breakLen(r.src, r.pos) == 0 {
			r.pos++
		}
		if r.pos > start {
			r.jump = true
			r.emit(r.src[start:r.pos], start)
		}
		end = r.pos
		leading = r.pos
		if r.pos >= len(r.src) {
			leading = -1
			break
		}
		r.pos += breakLen(r.src, r.pos)
		b.breaks()
	}
	r.stop = end
	if leading >= 0 && keep != '-' {
		r.lineBreak(leading)
		if keep == '+' {
			for _, at := range b.pending {
				r.lineBreak(at)
			}
		}
	}
	r.pos = end
	// The parser adds a line break that the file does not have where the last
	// line consists of blanks only: it has no place of its own.
	if rest := strings.TrimPrefix(value, string(r.out)); rest == "\n" {
		r.emitOne(rest, end)
	}
}

// header reads the indicators after | or >, and a comment, up to the line break.
func (r *rescan) header() (chomp byte, increment int) {
	r.pos++
	for ; r.pos < len(r.src) && breakLen(r.src, r.pos) == 0; r.pos++ {
		switch c := r.src[r.pos]; {
		case c == '-' || c == '+':
			chomp = c
		case '1' <= c && c <= '9':
			increment = int(c - '0')
		default:
			for r.pos < len(r.src) && breakLen(r.src, r.pos) == 0 {
				r.pos++
			}
			return chomp, increment
		}
	}
	return chomp, increment
}

// blockLines reads the indentation and the empty lines of a block scalar.
type blockLines struct {
	r       *rescan
	indent  int // column of the content; -1 until the first line tells
	column  int // after breaks: column of r.pos
	pending []int
}

// breaks eats indentation and empty lines up to a line with content.
func (b *blockLines) breaks() {
	r, deepest := b.r, 0
	for {
		b.column = 0
		for r.pos < len(r.src) && r.src[r.pos] == ' ' && (b.indent < 0 || b.column < b.indent) {
			r.pos++
			b.column++
		}
		deepest = max(deepest, b.column)
		n := breakLen(r.src, r.pos)
		if n == 0 {
			break
		}
		b.pending = append(b.pending, r.pos)
		r.pos += n
	}
	if b.indent < 0 {
		b.indent = deepest
	}
}
