package profile

import (
	"sort"
	"strings"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
)

// source is the text of a file as the YAML parser sees it, and where each of its
// bytes stands in the file as read. The two differ where a mistake was mended so
// that the rest of the file could be looked at.
type source struct {
	name  string
	text  string // what is parsed
	yaml  index  // lines of text as YAML counts them
	file  index  // lines of the file as editors count them
	edits []edit // by place in text, ascending
}

// edit says that text[start:end] stands for the stretch of the file that begins
// at was and has size bytes.
type edit struct{ start, end, was, size int }

// newSource prepares the text of a file.
func newSource(name, text string) *source {
	s := &source{name: name, text: text}
	s.file = newIndex(text, func(i int) int {
		if text[i] == '\n' {
			return 1
		}
		return 0
	})
	s.yaml = newIndex(text, func(i int) int { return breakLen(text, i) })
	return s
}

// mend returns a source in which the fixes, which must not overlap, are made.
// Their ranges are places in the file, as a diagnostic has them.
func (s *source) mend(file string, fixes []diag.Fix) *source {
	var (
		b     strings.Builder
		edits []edit
		done  int
	)
	sort.SliceStable(fixes, func(i, j int) bool { return fixes[i].Range.Start.Byte < fixes[j].Range.Start.Byte })
	for _, f := range fixes {
		from, to := f.Range.Start.Byte, f.Range.End.Byte
		if from < done || to < from || to > len(file) {
			continue
		}
		b.WriteString(file[done:from])
		edits = append(edits, edit{start: b.Len(), end: b.Len() + len(f.NewText), was: from, size: to - from})
		b.WriteString(f.NewText)
		done = to
	}
	b.WriteString(file[done:])
	text := b.String()
	return &source{
		name: s.name, text: text, file: s.file, edits: edits,
		yaml: newIndex(text, func(i int) int { return breakLen(text, i) }),
	}
}

// original translates a byte offset of the text to one of the file.
func (s *source) original(offset int) int {
	i := sort.Search(len(s.edits), func(i int) bool { return s.edits[i].start > offset }) - 1
	if i < 0 {
		return offset
	}
	e := s.edits[i]
	if offset < e.end {
		return e.was + min(offset-e.start, e.size)
	}
	return e.was + e.size + offset - e.end
}

// pos returns the place in the file of a byte offset of the text.
func (s *source) pos(offset int) diag.Pos { return s.file.pos(s.original(offset)) }

// span returns the range in the file of a stretch of the text.
func (s *source) span(start, end int) diag.Range {
	return diag.Range{Filename: s.name, Start: s.pos(start), End: s.pos(max(start, end))}
}

// offset returns the byte offset in the text of a line and column of the parser,
// which counts both from 1 and columns in runes.
func (s *source) offset(line, column int) int { return s.yaml.offset(line, column) }

// index finds lines and columns in a text without walking it from the start.
type index struct {
	text   string
	starts []int // byte offset of each line
	blocks []int // runes before each block of blockSize bytes; nil for ASCII
}

const blockSize = 256

// newIndex splits text at its line breaks; lineBreak returns the length of the
// break at an offset, or 0. A byte order mark belongs to no column.
func newIndex(text string, lineBreak func(i int) int) index {
	x := index{text: text, starts: []int{0}}
	if strings.HasPrefix(text, byteOrderMark) {
		x.starts[0] = len(byteOrderMark)
	}
	ascii := true
	for i := 0; i < len(text); {
		c := text[i]
		if c >= utf8.RuneSelf {
			ascii = false
		}
		if c == '\n' || c == '\r' || c >= utf8.RuneSelf {
			if n := lineBreak(i); n > 0 {
				i += n
				x.starts = append(x.starts, i)
				continue
			}
		}
		i++
	}
	if ascii {
		return x
	}
	runes := 0
	for i := 0; i <= len(text); i += blockSize {
		x.blocks = append(x.blocks, runes)
		runes += countRunes(text[i:min(i+blockSize, len(text))])
	}
	return x
}

const byteOrderMark = "\uFEFF"

// pos returns the place of a byte offset.
func (x *index) pos(offset int) diag.Pos {
	offset = min(max(offset, 0), len(x.text))
	line := max(1, sort.SearchInts(x.starts, offset+1))
	start := min(x.starts[line-1], offset)
	return diag.Pos{Line: line, Column: 1 + x.runes(offset) - x.runes(start), Byte: offset}
}

// offset returns the byte offset of a line and column, both from 1.
func (x *index) offset(line, column int) int {
	if line < 1 {
		return x.starts[0]
	}
	if line > len(x.starts) {
		return len(x.text)
	}
	start := x.starts[line-1]
	if x.blocks == nil {
		return min(start+max(column, 1)-1, len(x.text))
	}
	want := x.runes(start) + max(column, 1) - 1
	block := sort.Search(len(x.blocks), func(i int) bool { return x.blocks[i] > want }) - 1
	at, runes := block*blockSize, x.blocks[block]
	for ; at < len(x.text); at++ {
		if !utf8.RuneStart(x.text[at]) {
			continue
		}
		if runes == want {
			break
		}
		runes++
	}
	return max(start, at)
}

// runes counts the runes that begin before a byte offset.
func (x *index) runes(offset int) int {
	if x.blocks == nil {
		return offset
	}
	block := offset / blockSize
	return x.blocks[block] + countRunes(x.text[block*blockSize:offset])
}

// countRunes counts the bytes that begin a rune, so that a text may be counted
// in parts which cut one.
func countRunes(s string) int {
	n := 0
	for i := range len(s) {
		if utf8.RuneStart(s[i]) {
			n++
		}
	}
	return n
}

// breakLen returns the length of the line break at an offset, or 0. YAML 1.1,
// which the parser follows, knows five: CR LF, CR, LF, NEL, LS and PS.
func breakLen(s string, i int) int {
	if i >= len(s) {
		return 0
	}
	switch s[i] {
	case '\n':
		return 1
	case '\r':
		if i+1 < len(s) && s[i+1] == '\n' {
			return 2
		}
		return 1
	case 0xC2:
		if strings.HasPrefix(s[i:], "\u0085") {
			return 2
		}
	case 0xE2:
		if strings.HasPrefix(s[i:], "\u2028") || strings.HasPrefix(s[i:], "\u2029") {
			return 3
		}
	}
	return 0
}
