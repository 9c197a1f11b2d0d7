package preview

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Documents reads JSON: one user, several behind each other, or an array of users,
// laid out over lines as one likes. A user that cannot be read is a problem of its
// own as long as its braces show where it ends; what stands between users must be
// right.
func Documents(file string, r io.Reader) Source {
	return &documents{inFile: inFile{file}, r: bufio.NewReaderSize(r, pieceSize), at: diag.Pos{Line: 1, Column: 1}}
}

type documents struct {
	inFile
	r       *bufio.Reader
	at      diag.Pos // of the next byte
	started bool
	array   bool
	closed  bool // the array has ended
	comma   bool // a comma must come before the next user
	bare    bool // a comma has come, and a user must follow
}

func (d *documents) next(p *piece) (bool, error) {
	for size := 0; size < pieceSize; {
		more, err := d.element()
		if err != nil || !more {
			return false, err
		}
		r, err := d.object()
		if err != nil {
			return false, err
		}
		p.records = append(p.records, r)
		size += len(r.text) + 64
		p.read = int64(d.at.Byte)
	}
	return true, nil
}

// element goes to the brace of the next user; false at the end of the text.
func (d *documents) element() (bool, error) {
	for {
		c, err := d.r.ReadByte()
		if errors.Is(err, io.EOF) {
			if d.array && !d.closed {
				return false, d.wrong("the array is not closed")
			}
			return false, nil
		}
		if err != nil {
			return false, fmt.Errorf("read %s: %w", d.file, err)
		}
		switch {
		case c == byteOrderMark[0] && !d.started:
			rest, _ := d.r.Peek(2)
			if string(rest) != byteOrderMark[1:] {
				return false, d.wrong("a user or an array of users is expected")
			}
			_, _ = d.r.Discard(2)
			d.at.Byte += len(byteOrderMark)
			d.started = true
			continue
		case c == ' ', c == '\t', c == '\r', c == '\n':
			d.count(c)
			continue
		case d.closed:
			return false, d.wrong("there is something behind the array")
		case c == '[' && !d.array && !d.comma:
			d.array = true
		case c == ']' && d.array && !d.bare:
			d.closed = true
		case c == ',' && d.array && d.comma:
			d.comma, d.bare = false, true
		case c == '{' && (!d.array || !d.comma):
			d.comma, d.bare, d.started = true, false, true
			return true, d.r.UnreadByte()
		case d.array:
			return false, d.wrong("in an array of users a user, a comma or ] is expected")
		default:
			return false, d.wrong("a user or an array of users is expected")
		}
		d.started = true
		d.count(c)
	}
}

// object reads one user up to the brace that closes it.
func (d *documents) object() (record, error) {
	r := record{file: d.file, at: d.at}
	var text []byte
	depth, quoted := 0, false
	for {
		c, err := d.r.ReadByte()
		if errors.Is(err, io.EOF) {
			if r.err == nil {
				r.text = string(text)
			}
			return r, nil // the decoder says that it is not closed
		}
		if err != nil {
			return r, fmt.Errorf("read %s: %w", d.file, err)
		}
		d.count(c)
		if text = append(text, c); len(text) > maxRecord {
			r.err, text = &syntaxError{0, fmt.Sprintf("the user has more than %d bytes", maxRecord)}, text[:0]
		}
		switch {
		case c == '\\' && quoted:
			if c, err = d.r.ReadByte(); err == nil {
				text = append(text, c)
				d.count(c)
			}
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth <= 0 {
				if r.err == nil {
					r.text = string(text)
				}
				return r, nil
			}
		}
	}
}

// count moves the place behind a byte.
func (d *documents) count(c byte) {
	d.at.Byte++
	switch {
	case c == '\n':
		d.at.Line, d.at.Column = d.at.Line+1, 1
	case c&0xC0 != 0x80: // bytes inside a character are no columns
		d.at.Column++
	}
}

// wrong is a text that cannot be read on.
func (d *documents) wrong(message string) error {
	return fmt.Errorf("%s:%d:%d (byte %d): %s; a file with one user a line is NDJSON", d.file, d.at.Line, d.at.Column, d.at.Byte, message)
}
