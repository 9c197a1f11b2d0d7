package preview

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// byteOrderMark may begin a file that was written on Windows.
const byteOrderMark = "\ufeff"

// Lines reads one record a line (NDJSON). Empty lines are passed over. A line of
// more than 4 MiB is a problem of its own.
func Lines(file string, r io.Reader) Source {
	return &lines{inFile: inFile{file}, r: r, at: diag.Pos{Line: 1, Column: 1}}
}

type lines struct {
	inFile
	r       io.Reader
	buffer  []byte // read and not handed out
	at      diag.Pos
	started bool
	ended   bool
}

// next hands out as many whole lines as there are in the next stretch.
func (l *lines) next(p *piece) (bool, error) {
	for {
		if err := l.fill(); err != nil {
			return false, err
		}
		end := bytes.LastIndexByte(l.buffer, '\n') + 1
		switch {
		case l.ended:
			end = len(l.buffer)
		case end == 0 && len(l.buffer) > maxRecord:
			return true, l.tooLong(p)
		case end == 0:
			continue
		}
		p.file, p.at, p.lines = l.file, l.at, string(l.buffer[:end])
		l.advance(end)
		p.read = int64(l.at.Byte)
		return !l.ended, nil
	}
}

// fill reads another stretch behind what is there.
func (l *lines) fill() error {
	old := len(l.buffer)
	if cap(l.buffer) < old+pieceSize {
		grown := make([]byte, old, 2*(old+pieceSize))
		copy(grown, l.buffer)
		l.buffer = grown
	}
	for !l.ended && len(l.buffer) < old+pieceSize {
		n, err := l.r.Read(l.buffer[len(l.buffer) : old+pieceSize])
		l.buffer = l.buffer[:len(l.buffer)+n]
		switch {
		case errors.Is(err, io.EOF):
			l.ended = true
		case err != nil:
			return fmt.Errorf("read %s: %w", l.file, err)
		}
		// Whoever waits for an answer to a line gets it.
		if n > 0 && l.buffer[len(l.buffer)-1] == '\n' {
			break
		}
	}
	if !l.started && (l.ended || len(l.buffer) >= len(byteOrderMark)) {
		l.started = true
		if bytes.HasPrefix(l.buffer, []byte(byteOrderMark)) {
			l.advance(len(byteOrderMark))
		}
	}
	return nil
}

// advance takes bytes off the buffer and counts their lines.
func (l *lines) advance(n int) {
	l.at.Line += bytes.Count(l.buffer[:n], []byte{'\n'})
	l.at.Byte += n
	l.buffer = l.buffer[:copy(l.buffer, l.buffer[n:])]
}

// tooLong passes over the rest of a line that is too long.
func (l *lines) tooLong(p *piece) error {
	p.records = append(p.records, record{
		file: l.file, at: l.at, err: &syntaxError{0, fmt.Sprintf("the line has more than %d bytes", maxRecord)},
	})
	for {
		if i := bytes.IndexByte(l.buffer, '\n'); i >= 0 {
			l.advance(i + 1)
			p.read = int64(l.at.Byte)
			return nil
		}
		l.advance(len(l.buffer))
		if l.ended {
			return nil
		}
		if err := l.fill(); err != nil {
			return err
		}
	}
}

// split turns the lines of a piece into records.
func (p *piece) split() {
	at := p.at
	for rest := p.lines; rest != ""; {
		line, after, _ := strings.Cut(rest, "\n")
		if strings.TrimSpace(line) != "" {
			p.records = append(p.records, record{text: line, file: p.file, at: at})
		}
		at.Line++
		at.Byte += len(line) + 1
		rest = after
	}
	p.lines = ""
}
