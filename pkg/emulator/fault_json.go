package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Bounds of a fault plan's document.
const (
	maxFaultBytes = 1 << 20
	maxFaultDepth = 8
)

// faultNode is a JSON value with its place.
type faultNode struct {
	value   any // string, json.Number, bool or nil, of what is neither object nor list
	object  bool
	list    bool
	members []faultMember
	items   []*faultNode
	at      diag.Range
}

type faultMember struct {
	name  string
	at    diag.Range
	value *faultNode
}

// faultReader reads a document and collects what is wrong with it.
type faultReader struct {
	name     string
	data     []byte
	dec      *json.Decoder
	problems []error
}

// report adds a problem: file:line:col and what to do.
func (r *faultReader) report(at diag.Range, format string, args ...any) {
	r.problems = append(r.problems, fmt.Errorf("%s: %s", at, fmt.Sprintf(format, args...)))
}

// place is the range of the text from a to b, in bytes.
func (r *faultReader) place(a, b int) diag.Range {
	pos := func(offset int) diag.Pos {
		offset = min(max(offset, 0), len(r.data))
		line := bytes.LastIndexByte(r.data[:offset], '\n') + 1
		return diag.Pos{Line: bytes.Count(r.data[:offset], []byte("\n")) + 1, Column: len([]rune(string(r.data[line:offset]))) + 1, Byte: offset}
	}
	return diag.Range{Filename: r.name, Start: pos(a), End: pos(b)}
}

// document reads the only value of the document.
func (r *faultReader) document() (*faultNode, error) {
	if len(r.data) > maxFaultBytes {
		return nil, fmt.Errorf("%s: a fault plan has at most %d bytes", r.name, maxFaultBytes)
	}
	r.dec = json.NewDecoder(bytes.NewReader(r.data))
	r.dec.UseNumber()
	n, err := r.next(0)
	if err != nil {
		return nil, err
	}
	if at := r.start(); at < len(r.data) {
		return nil, fmt.Errorf("%s: a fault plan is one JSON object, and something comes after it", r.place(at, at+1))
	}
	return n, nil
}

// start is where the next token begins.
func (r *faultReader) start() int {
	at := int(r.dec.InputOffset())
	return at + len(r.data[at:]) - len(bytes.TrimLeft(r.data[at:], " \t\r\n,:"))
}

// token reads a token and its place.
func (r *faultReader) token() (json.Token, diag.Range, error) {
	from := r.start()
	t, err := r.dec.Token()
	at := r.place(from, int(r.dec.InputOffset()))
	if err == nil {
		return t, at, nil
	}
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return nil, at, fmt.Errorf("%s: this is no JSON: %w", r.place(int(syntax.Offset)-1, int(syntax.Offset)), syntax)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, at, fmt.Errorf("%s: the JSON ends too early", r.place(len(r.data), len(r.data)))
	}
	return nil, at, fmt.Errorf("%s: this is no JSON: %w", at, err)
}

func (r *faultReader) next(depth int) (*faultNode, error) {
	t, at, err := r.token()
	if err != nil {
		return nil, err
	}
	n := &faultNode{at: at}
	open, nested := t.(json.Delim)
	if !nested {
		n.value = t
		return n, nil
	}
	if depth == maxFaultDepth {
		return nil, fmt.Errorf("%s: the JSON is nested too deeply", at)
	}
	n.object, n.list = open == '{', open == '['
	for r.dec.More() {
		var m faultMember
		if n.object {
			name, where, err := r.token()
			if err != nil {
				return nil, err
			}
			m.name, m.at = name.(string), where // the decoder takes no other key
		}
		if m.value, err = r.next(depth + 1); err != nil {
			return nil, err
		}
		if n.object {
			n.members = append(n.members, m)
		} else {
			n.items = append(n.items, m.value)
		}
	}
	_, _, err = r.token() // the closing delimiter
	return n, err
}

// object calls the function of each member, and reports those that have none.
func (r *faultReader) object(n *faultNode, what string, names []string, set func(name string, v *faultNode)) {
	if !n.object {
		r.report(n.at, "%s is a JSON object", what)
		return
	}
	seen := map[string]bool{}
	for _, m := range n.members {
		switch {
		case seen[m.name]:
			r.report(m.at, "%q is given twice", m.name)
		case !contains(names, m.name):
			hint := diag.DidYouMean(m.name, names)
			if hint == "" {
				hint = "; it has: " + strings.Join(names, ", ")
			}
			r.report(m.at, "%s has no %q%s", what, m.name, hint)
		default:
			set(m.name, m.value)
		}
		seen[m.name] = true
	}
}
