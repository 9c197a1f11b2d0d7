package diag

import (
	"slices"
	"sort"
	"unicode/utf8"
)

// Text is a string that was read out of a file, and where each part of it
// stands there. Escapes, folding and quotes make the two differ, so Text keeps
// a table of marks: the decoded byte Offset begins at file position Pos. Text
// between two marks runs in parallel with the file.
//
// The zero Text is an empty string without a place; Text{Value: s} is a string
// that has no place, and At then returns a zero Range.
type Text struct {
	Value string
	Where Range // the whole scalar in the file, quotes included
	Marks []Mark
}

// Mark ties the decoded byte Offset of a Text to the file position Pos. Marks
// are sorted by Offset, the first at 0 and the last at len(Value).
type Mark struct {
	Offset int
	Pos    Pos
}

// String returns the decoded value.
func (t Text) String() string { return t.Value }

// At returns the stretch of the file that holds the decoded bytes [start, end).
func (t Text) At(start, end int) Range {
	if len(t.Marks) == 0 {
		return t.Where
	}
	return Range{Filename: t.Where.Filename, Start: t.pos(start), End: t.pos(end)}
}

// Locate moves diagnostics that are about the string to the file it came from:
// their Byte offsets count within Value, as those of a parser of the string do.
// Without a place in a file the diagnostics stay as they are.
func (t Text) Locate(l List) List {
	if t.Where.IsZero() {
		return l
	}
	move := func(r Range) Range {
		if r.IsZero() {
			return t.Where
		}
		return t.At(r.Start.Byte, r.End.Byte)
	}
	out := make(List, len(l))
	for i, d := range l {
		d.Subject = move(d.Subject)
		d.Related = slices.Clone(d.Related)
		for j, rel := range d.Related {
			if rel.Range.Filename == "" {
				d.Related[j].Range = move(rel.Range)
			}
		}
		if d.Fix != nil {
			d.Fix = &Fix{Range: move(d.Fix.Range), NewText: d.Fix.NewText}
		}
		out[i] = d
	}
	return out
}

// pos finds the file position of a decoded byte offset by the last mark that
// is not after it.
func (t Text) pos(offset int) Pos {
	i := sort.Search(len(t.Marks), func(i int) bool { return t.Marks[i].Offset > offset }) - 1
	if i < 0 {
		return t.Where.Start
	}
	m := t.Marks[i]
	end := min(max(offset, m.Offset), len(t.Value))
	between := t.Value[m.Offset:end]
	return Pos{
		Line:   m.Pos.Line,
		Column: m.Pos.Column + utf8.RuneCountInString(between),
		Byte:   m.Pos.Byte + len(between),
	}
}
