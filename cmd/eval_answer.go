package cmd

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/mapping"
)

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

// parsed answers one record of --parse-only.
func parsed(in *record) parsedOut {
	out := parsedOut{ID: in.id}
	e, problems := expr.Parse(in.expression)
	if out.Error = firstError(problems); out.Error != nil {
		return out
	}
	canonical := e.String()
	out.Canonical = &canonical
	tree, _, err := mapping.Tree(in.expression)
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

// write writes the answer to the record.
func (b *batch) write(r evaluation) error {
	if !b.quickAnswer(r) {
		return b.encoder.Encode(r.record(b.record.id))
	}
	_, err := b.out.Write(b.line)
	return err
}

// quickAnswer puts a usual answer into b.line, as the encoder would write it: most
// of the time of a batch would go into the encoder else. It reports false for an
// answer that is out of the ordinary.
func (b *batch) quickAnswer(r evaluation) bool {
	kind := r.value.Kind()
	if r.err != nil || r.problems.HasErrors() || kind == expr.Multi || len(b.record.id) > 0 && !b.record.plainID {
		return false
	}
	line := append(b.line[:0], '{')
	if len(b.record.id) > 0 {
		line = append(line, `"id":`...)
		line = append(line, b.record.id...)
		line = append(line, ',')
	}
	if name, ok := kindNames[kind]; ok {
		text := r.value.String()
		if !isPlain(text) {
			return false
		}
		line = append(line, `"value":"`...)
		line = append(line, text...)
		line = append(line, `","type":"`...)
		line = append(line, name...)
	} else {
		line = append(line, `"value":null,"type":"null`...)
	}
	line = append(line, `","ignored":`...)
	line = strconv.AppendBool(line, kind == expr.Ignore || kind == expr.IgnoreObject)
	line = append(line, `,"ignoreObject":`...)
	line = strconv.AppendBool(line, kind == expr.IgnoreObject)
	b.line = append(line, ",\"error\":null}\n"...)
	return true
}

// isPlain reports whether a text stands in JSON as it is.
func isPlain(s string) bool {
	ascii := true
	for i := range len(s) {
		switch c := s[i]; {
		case c < 0x20 || c == '"' || c == '\\':
			return false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return ascii || utf8.ValidString(s) && !strings.ContainsAny(s, "\u2028\u2029")
}
