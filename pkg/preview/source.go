package preview

import (
	"fmt"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Sizes of the input.
const (
	pieceSize = 128 << 10 // bytes that one goroutine works on at a time
	pieceRows = 256       // records, where they do not come as text
	maxRecord = 4 << 20   // bytes of the longest record
)

// Source is where users come from: Lines, Documents, Table or Directory. It is read
// once.
type Source interface {
	// next fills a piece with the records that follow and reports whether there may be
	// more. The error is one of reading, or of a text that cannot be read on.
	next(p *piece) (more bool, err error)
	// name says where the record of a number is, which place gave.
	name(number uint32) string
}

// piece is a stretch of the input with what becomes of it.
type piece struct {
	lines   string   // whole lines, which are not split yet
	at      diag.Pos // of lines
	file    string
	records []record
	read    int64 // bytes of the input up to the end of the piece

	out     []byte
	entries []entry
	keys    []uint64
	noted   []noted
	done    chan struct{}
}

// entry is what became of one record.
type entry struct {
	end      int // of its text in out
	keys     int // how many of the piece's keys it has
	noted    int // how many of the piece's problems it has
	requests int
	action   Action
	inScope  bool
}

// noted is a problem for the summary, with who has it.
type noted struct {
	Problem
	action Action
	who    string
}

// reset empties a piece for new records.
func (p *piece) reset() {
	clear(p.records)
	*p = piece{
		records: p.records[:0], out: p.out[:0], entries: p.entries[:0], keys: p.keys[:0], noted: p.noted[:0],
		done: make(chan struct{}),
	}
}

// inFile names records by their line.
type inFile struct{ file string }

func (f inFile) name(number uint32) string { return fmt.Sprintf("%s:%d", f.file, number) }
