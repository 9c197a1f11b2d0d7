// Package iostreams holds the three streams of the program and what is known of
// the terminal behind them, so that commands can be tested with buffers.
package iostreams

import (
	"bytes"
	"io"
	"os"
	"strconv"
	"sync"

	"golang.org/x/term"
)

// DefaultWidth is the width of output that does not go to a terminal.
const DefaultWidth = 80

// maxWidth keeps lines readable on very wide terminals.
const maxWidth = 200

// IOStreams are where the program reads and writes: data goes to Out, all that
// is for eyes (progress, prompts, notes) to Err.
type IOStreams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer // safe for concurrent use

	InTerminal, OutTerminal, ErrTerminal bool

	color bool // wanted and possible on a terminal
	width int  // 0: not a terminal
}

// shared is a writer for several goroutines: each Write is whole.
type shared struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

// System returns the streams of the process. getenv reads NO_COLOR, TERM and COLUMNS.
func System(getenv func(string) string) *IOStreams {
	s := &IOStreams{
		In: os.Stdin, Out: os.Stdout, Err: &shared{w: os.Stderr},
		InTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		OutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
	}
	s.color = getenv("NO_COLOR") == "" && getenv("TERM") != "dumb"
	for _, f := range []*os.File{os.Stdout, os.Stderr} {
		if w, _, err := term.GetSize(int(f.Fd())); err == nil && w > 0 {
			s.width = w
			break
		}
	}
	if w, err := strconv.Atoi(getenv("COLUMNS")); err == nil && w >= 20 {
		s.width = w
	}
	return s
}

// Test returns streams over buffers: no terminal, no colour, DefaultWidth.
func Test() (streams *IOStreams, in, out, errOut *bytes.Buffer) {
	in, out, errOut = &bytes.Buffer{}, &bytes.Buffer{}, &bytes.Buffer{}
	return &IOStreams{In: in, Out: out, Err: &shared{w: errOut}}, in, out, errOut
}

// SetTerminal makes the streams look like a terminal of that width, for tests.
func (s *IOStreams) SetTerminal(width int, color bool) {
	s.InTerminal, s.OutTerminal, s.ErrTerminal = true, true, true
	s.width, s.color = width, color
}

// ColorOut reports whether colour may be written to Out.
func (s *IOStreams) ColorOut() bool { return s.color && s.OutTerminal }

// ColorErr reports whether colour may be written to Err.
func (s *IOStreams) ColorErr() bool { return s.color && s.ErrTerminal }

// Width returns the columns that text may use.
func (s *IOStreams) Width() int {
	switch {
	case s.width <= 0:
		return DefaultWidth
	case s.width > maxWidth:
		return maxWidth
	default:
		return s.width
	}
}
