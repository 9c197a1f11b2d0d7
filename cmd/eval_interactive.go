package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/scimctl/scimctl/internal/render"
)

// interactive evaluates lines until the input ends: with history and completion on
// a terminal, plainly from a pipe. A line that fails does not end it.
func (e *evaluator) interactive(ctx context.Context) error {
	d := e.options.deps
	in, ok := d.IO.In.(*os.File)
	if !ok || !d.IO.InTerminal || !d.IO.OutTerminal {
		return e.lines(ctx)
	}
	render.Err(d.IO).Note("type an expression; Tab completes functions and attributes, :help tells more, Ctrl-D ends")
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("prepare the terminal: %w", err)
	}
	defer func() { _ = term.Restore(int(in.Fd()), before) }()
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{d.interruptibleInput(ctx), d.IO.Out}, "> ")
	c := completer{attributes: e.known, show: func(candidates []string) {
		render.New(screen, d.IO.Width(), d.IO.ColorOut()).Columns(candidates)
	}}
	screen.AutoCompleteCallback = c.complete
	for {
		if width, height, err := term.GetSize(int(in.Fd())); err == nil {
			_ = screen.SetSize(width, height)
		}
		line, err := screen.ReadLine()
		if errors.Is(err, io.EOF) {
			fmt.Fprint(d.IO.Out, "\r\n")
			return nil
		}
		if err != nil {
			return err
		}
		if _, more := e.line(render.New(screen, d.IO.Width(), d.IO.ColorOut()), line); !more {
			return nil
		}
	}
}

// lines evaluates what a pipe sends, a line each.
func (e *evaluator) lines(ctx context.Context) error {
	d := e.options.deps
	scanner := bufio.NewScanner(d.interruptibleInput(ctx))
	scanner.Buffer(nil, maxRecord)
	p := render.Out(d.IO)
	failed := false
	for scanner.Scan() {
		good, more := e.line(p, scanner.Text())
		failed = failed || !good
		if !more {
			break
		}
	}
	if err := errors.Join(scanner.Err(), p.Failed()); err != nil {
		return err
	}
	if failed {
		return exit(exitError)
	}
	return nil
}

// line evaluates a line, or does what it commands. It reports whether that went well
// and whether more lines are wanted.
func (e *evaluator) line(p *render.Printer, line string) (good, more bool) {
	line = strings.TrimSpace(line)
	switch {
	case line == "":
		return true, true
	case line[0] == ':':
		return e.command(p, line)
	}
	return e.show(p, line), true
}

// show evaluates an expression and writes value or problems; false when it failed.
func (e *evaluator) show(p *render.Printer, source string) bool {
	r := e.evaluate(source)
	p.Diagnostics(r.problems, render.Sources{expressionName: source})
	e.trace(p, r)
	if r.problems.HasErrors() {
		return false
	}
	p.Value(r.value)
	return true
}
