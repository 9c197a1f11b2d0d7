package diag

import "fmt"

// Pos is a place in a text. Line and Column count from 1, Column in runes; Byte
// counts from 0. The zero Pos means "no place".
type Pos struct {
	Line   int `json:"line"`
	Column int `json:"column"`
	Byte   int `json:"byte"`
}

// IsZero reports whether p names no place.
func (p Pos) IsZero() bool { return p.Line == 0 }

// Range is the half-open stretch [Start, End) of the text called Filename.
// The zero Range means that a diagnostic belongs to no text.
type Range struct {
	Filename string `json:"filename,omitempty"`
	Start    Pos    `json:"start"`
	End      Pos    `json:"end"`
}

// IsZero reports whether r names no place.
func (r Range) IsZero() bool { return r.Start.IsZero() }

// String prints r as "file:line:col", the form that editors and terminals make
// clickable; without a file name it is "line:col", and a zero Range is "".
func (r Range) String() string {
	switch {
	case r.IsZero():
		return r.Filename
	case r.Filename == "":
		return fmt.Sprintf("%d:%d", r.Start.Line, r.Start.Column)
	default:
		return fmt.Sprintf("%s:%d:%d", r.Filename, r.Start.Line, r.Start.Column)
	}
}
