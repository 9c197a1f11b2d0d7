package cmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// maxRecord is the longest line of a batch.
const maxRecord = 4 << 20

// keptPrograms bounds how many compiled expressions a batch remembers.
const keptPrograms = 4096

// badRecord is the code of a line that is no record.
const badRecord diag.Code = "SC2301"

// runEvalBatch answers each line of standard input with one of standard output, in
// order. A line that is no record is answered by an error, and the next is read.
func runEvalBatch(ctx context.Context, o *EvalOptions) error {
	b := newBatch(o)
	lines := bufio.NewReaderSize(waiting{o.deps.interruptibleInput(ctx), b.out}, 64<<10)
	for {
		line, err := readLine(lines)
		switch {
		case errors.Is(err, errLongLine):
			if err = b.refuse(nil, err.Error()); err != nil {
				return fmt.Errorf("write the answer: %w", err)
			}
		case err != nil && !errors.Is(err, io.EOF):
			return errors.Join(err, b.out.Flush())
		case len(line) > 0:
			if failed := b.answer(line); failed != nil {
				return fmt.Errorf("write the answer: %w", failed)
			}
		}
		if err != nil || ctx.Err() != nil {
			return errors.Join(b.out.Flush(), ctx.Err())
		}
	}
}

// waiting is input that, before it waits for more, hands over what was answered:
// who waits for an answer gets it.
type waiting struct {
	in  io.Reader
	out *bufio.Writer
}

func (w waiting) Read(p []byte) (int, error) {
	if err := w.out.Flush(); err != nil {
		return 0, err
	}
	return w.in.Read(p)
}

// errLongLine is the error of a line that is too long to be a record.
var errLongLine = fmt.Errorf("the line has more than %d bytes", maxRecord)

// readLine reads one line without the blanks round it; it is valid until the next
// is read. Of a line that is too long everything is read, and nothing kept.
func readLine(r *bufio.Reader) ([]byte, error) {
	line, err := r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		line = slices.Clone(line)
		long := false
		for errors.Is(err, bufio.ErrBufferFull) {
			var part []byte
			part, err = r.ReadSlice('\n')
			if long = long || len(line)+len(part) > maxRecord; !long {
				line = append(line, part...)
			}
		}
		if long && (err == nil || errors.Is(err, io.EOF)) {
			return nil, errLongLine
		}
	}
	return bytes.TrimSpace(line), err
}

// batch answers records.
type batch struct {
	options  *EvalOptions
	programs map[string]compiled
	record   record // that is being answered
	machine  *mapping.Machine
	out      *bufio.Writer
	encoder  *json.Encoder
	line     []byte // scratch of an answer
}

type compiled struct {
	program  *expr.Program
	problems diag.List
}

func newBatch(o *EvalOptions) *batch {
	b := &batch{options: o, programs: map[string]compiled{}, out: bufio.NewWriterSize(o.deps.IO.Out, 64<<10)}
	b.encoder = json.NewEncoder(b.out)
	b.encoder.SetEscapeHTML(false)
	env := o.deps.evalEnv()
	clock := env.Now
	env.Now = func() time.Time {
		if b.record.timed {
			return b.record.now
		}
		return clock()
	}
	env.Taken = func(value string) bool { return slices.Contains(b.record.taken, value) }
	b.machine = mapping.NewMachine(env)
	return b
}

func (b *batch) answer(line []byte) error {
	if err := b.record.decode(line); err != nil {
		return b.refuse(b.record.id, err.Error())
	}
	if b.options.ParseOnly {
		return b.encoder.Encode(parsed(&b.record))
	}
	return b.write(b.evaluate())
}

func (b *batch) refuse(id json.RawMessage, message string) error {
	failure := &batchError{Code: badRecord, Message: message}
	if b.options.ParseOnly {
		return b.encoder.Encode(parsedOut{ID: id, Error: failure})
	}
	return b.encoder.Encode(batchOut{ID: id, Type: "null", Error: failure})
}

func (b *batch) evaluate() evaluation {
	c, ok := b.programs[b.record.expression]
	if !ok {
		if len(b.programs) >= keptPrograms {
			clear(b.programs)
		}
		source := strings.Clone(b.record.expression) // and not the whole line with it
		c.program, c.problems = expr.Compile(source)
		b.programs[source] = c
	}
	r := evaluation{program: c.program, problems: c.problems}
	if c.program == nil {
		return r
	}
	value, err := b.machine.Eval(c.program, b.record.attributes)
	r.value = value
	if err != nil {
		r.err, _ = errors.AsType[*expr.EvalError](err)
	}
	return r
}
