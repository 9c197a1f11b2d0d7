package cmd

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// maxRecord is the longest line of a batch.
const maxRecord = 4 << 20

// keptPrograms bounds how many compiled expressions a batch remembers.
const keptPrograms = 4096

// batchIn is a line that --batch reads. The id is given back as it came.
type batchIn struct {
	ID         json.RawMessage `json:"id"`
	Expression *string         `json:"expr"`
	Attributes map[string]any  `json:"attrs"`
	Now        string          `json:"now"`
	Taken      []string        `json:"taken"`
}

// batchOut is a line that --batch writes.
type batchOut struct {
	ID           json.RawMessage `json:"id,omitempty"`
	Value        any             `json:"value"`
	Type         string          `json:"type"`
	Ignored      bool            `json:"ignored"`
	IgnoreObject bool            `json:"ignoreObject"`
	Error        *batchError     `json:"error"`
}

// parsedOut is a line that --batch --parse-only writes.
type parsedOut struct {
	ID        json.RawMessage `json:"id,omitempty"`
	Canonical *string         `json:"canonical"`
	Source    *entra.Source   `json:"source"`
	Error     *batchError     `json:"error"`
}

// batchError is what is wrong with an expression, or with its line. The offset
// counts bytes of the expression.
type batchError struct {
	Code    diag.Code `json:"code"`
	Message string    `json:"message"`
	Offset  int       `json:"offset"`
}

// badRecord is the code of a line that is no record.
const badRecord diag.Code = "SC2301"

// runEvalBatch answers each line of standard input with one of standard output, in
// order. A line that is no record is answered by an error, and the next is read.
func runEvalBatch(ctx context.Context, o *EvalOptions) error {
	b := &batch{options: o, programs: map[string]compiled{}, out: bufio.NewWriterSize(o.deps.IO.Out, 64<<10)}
	b.encoder = json.NewEncoder(b.out)
	b.encoder.SetEscapeHTML(false)
	lines := bufio.NewReaderSize(o.deps.IO.In, 64<<10)
	for {
		line, err := readLine(lines)
		if err != nil && !errors.Is(err, io.EOF) {
			return errors.Join(err, b.out.Flush())
		}
		if len(bytes.TrimSpace(line)) > 0 {
			if err := b.answer(line); err != nil {
				return fmt.Errorf("write the answer: %w", err)
			}
		}
		if err != nil || ctx.Err() != nil {
			return errors.Join(b.out.Flush(), ctx.Err())
		}
		if lines.Buffered() == 0 { // whoever waits for an answer gets it
			if err := b.out.Flush(); err != nil {
				return err
			}
		}
	}
}

// readLine reads one line of bounded length.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxRecord {
			return nil, fmt.Errorf("a record has more than %d bytes", maxRecord)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// batch answers records.
type batch struct {
	options  *EvalOptions
	programs map[string]compiled
	out      *bufio.Writer
	encoder  *json.Encoder
}

type compiled struct {
	program  *expr.Program
	problems diag.List
}

func (b *batch) answer(line []byte) error {
	var in batchIn
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	if err := decoder.Decode(&in); err != nil {
		return b.refuse(nil, fmt.Sprintf("the line is no record: %v", err))
	}
	if in.Expression == nil {
		return b.refuse(in.ID, `the record has no "expr"`)
	}
	if b.options.ParseOnly {
		return b.encoder.Encode(parsed(in))
	}
	object, err := mapping.NewObject(mapping.User, in.Attributes)
	if err != nil {
		return b.refuse(in.ID, err.Error())
	}
	env := b.options.deps.evalEnv()
	env.Taken = taken(in.Taken)
	if in.Now != "" {
		now, err := time.Parse(time.RFC3339Nano, in.Now)
		if err != nil {
			return b.refuse(in.ID, fmt.Sprintf("now %q is no time in the form of RFC 3339", in.Now))
		}
		env.Now = func() time.Time { return now }
	}
	return b.encoder.Encode(b.evaluate(*in.Expression, env, object).record(in.ID))
}

func (b *batch) refuse(id json.RawMessage, message string) error {
	failure := &batchError{Code: badRecord, Message: message}
	if b.options.ParseOnly {
		return b.encoder.Encode(parsedOut{ID: id, Error: failure})
	}
	return b.encoder.Encode(batchOut{ID: id, Type: "null", Error: failure})
}

func (b *batch) evaluate(source string, env mapping.Env, object mapping.Object) evaluation {
	c, ok := b.programs[source]
	if !ok {
		if len(b.programs) >= keptPrograms {
			clear(b.programs)
		}
		c.program, c.problems = expr.Compile(source)
		b.programs[source] = c
	}
	r := evaluation{program: c.program, problems: c.problems}
	if c.program == nil {
		return r
	}
	value, err := mapping.NewMachine(env).Eval(c.program, object)
	r.value = value
	if failure := (*expr.EvalError)(nil); errors.As(err, &failure) {
		r.err = failure
	}
	return r
}

// parsed answers one record of --parse-only.
func parsed(in batchIn) parsedOut {
	out := parsedOut{ID: in.ID}
	e, problems := expr.Parse(*in.Expression)
	if out.Error = firstError(problems); out.Error != nil {
		return out
	}
	canonical := e.String()
	out.Canonical = &canonical
	tree, _, err := mapping.Tree(*in.Expression)
	if err != nil {
		out.Error = &batchError{Code: badRecord, Message: err.Error()}
		return out
	}
	out.Source = &tree
	return out
}

// firstError is the first problem that keeps an expression from running.
func firstError(problems diag.List) *batchError {
	for _, d := range problems {
		if d.Severity == diag.Error {
			return &batchError{Code: d.Code, Message: d.Summary, Offset: d.Subject.Start.Byte}
		}
	}
	return nil
}

// record is the JSON of an evaluation.
func (r evaluation) record(id json.RawMessage) batchOut {
	out := batchOut{ID: id, Type: "null"}
	if r.err != nil {
		out.Error = &batchError{Code: r.err.Code, Message: r.err.Message, Offset: r.err.Start}
		return out
	}
	if out.Error = firstError(r.problems); out.Error != nil {
		return out
	}
	switch r.value.Kind() {
	case expr.Null:
	case expr.Ignore:
		out.Ignored = true
	case expr.IgnoreObject:
		out.Ignored, out.IgnoreObject = true, true
	case expr.Multi:
		out.Type, out.Value = "multi", r.value.Strings()
	default:
		out.Type, out.Value = kindNames[r.value.Kind()], r.value.String()
	}
	return out
}

// kindNames are the types of values in the JSON of a batch.
var kindNames = map[expr.Kind]string{expr.String: "string", expr.Number: "number", expr.Bool: "bool", expr.DateTime: "datetime"}
