package preview

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Table reads CSV whose first row names the attributes. Cells are texts, empty ones
// no value, and columns with the same name make a multi-valued attribute. The
// separator is a comma, a semicolon or a tab, whichever the first row has most of.
func Table(file string, r io.Reader) Source {
	return &table{inFile: inFile{file}, in: bufio.NewReaderSize(r, pieceSize)}
}

type table struct {
	inFile
	in     *bufio.Reader
	csv    *csv.Reader
	header []string
}

// begin reads the first row.
func (t *table) begin() error {
	if first, err := t.in.Peek(len(byteOrderMark)); err == nil && string(first) == byteOrderMark {
		_, _ = t.in.Discard(len(first))
	}
	start, err := t.in.Peek(pieceSize / 2)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read %s: %w", t.file, err)
	}
	row, _, _ := bytes.Cut(start, []byte{'\n'})
	t.csv = csv.NewReader(t.in)
	most := 0
	for _, separator := range ",;\t" {
		if n := bytes.Count(row, []byte(string(separator))); n > most {
			t.csv.Comma, most = separator, n
		}
	}
	t.header, err = t.csv.Read()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s is empty: its first row names the attributes", t.file)
	}
	if err != nil {
		return fmt.Errorf("read the first row of %s: %w", t.file, err)
	}
	for i, name := range t.header {
		if t.header[i] = strings.TrimSpace(name); t.header[i] == "" {
			return fmt.Errorf("%s: column %d has no name", t.file, i+1)
		}
	}
	return nil
}

func (t *table) next(p *piece) (bool, error) {
	if t.csv == nil {
		if err := t.begin(); err != nil {
			return false, err
		}
	}
	for len(p.records) < pieceRows {
		start := int(t.csv.InputOffset())
		row, err := t.csv.Read()
		if errors.Is(err, io.EOF) {
			return false, nil
		}
		r := record{file: t.file, row: row, header: t.header, at: diag.Pos{Byte: start}}
		if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
			r.at.Line, r.at.Column = wrong.StartLine, 1
			r.err = &syntaxError{0, wrong.Err.Error()}
			if errors.Is(err, csv.ErrFieldCount) {
				r.err.message = fmt.Sprintf("the row has %d cells, and the first row names %d attributes", len(row), len(t.header))
			}
		} else if err != nil {
			return false, fmt.Errorf("read %s: %w", t.file, err)
		} else {
			r.at.Line, r.at.Column = t.csv.FieldPos(0)
		}
		p.records = append(p.records, r)
		p.read = t.csv.InputOffset()
	}
	return true, nil
}
