package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/term"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/expr"
)

// interactive evaluates lines until the input ends: with history and completion on
// a terminal, plainly from a pipe. A line that fails does not end it.
func (e *evaluator) interactive(ctx context.Context) error {
	d := e.options.deps
	in, ok := d.IO.In.(*os.File)
	if !ok || !d.IO.InTerminal || !d.IO.OutTerminal {
		return e.lines(ctx)
	}
	render.Err(d.IO).Note("type an expression; Tab completes functions and attributes, Ctrl-D ends")
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return fmt.Errorf("prepare the terminal: %w", err)
	}
	defer func() { _ = term.Restore(int(in.Fd()), before) }()
	screen := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{in, d.IO.Out}, "> ")
	_ = screen.SetSize(d.IO.Width(), 24)
	screen.AutoCompleteCallback = e.complete
	for ctx.Err() == nil {
		line, err := screen.ReadLine()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if strings.TrimSpace(line) != "" {
			e.show(render.New(screen, d.IO.Width(), d.IO.ColorOut()), line)
		}
	}
	return nil
}

// lines evaluates what a pipe sends, a line each.
func (e *evaluator) lines(ctx context.Context) error {
	d := e.options.deps
	scanner := bufio.NewScanner(d.IO.In)
	scanner.Buffer(nil, maxRecord)
	p := render.Out(d.IO)
	failed := false
	for ctx.Err() == nil && scanner.Scan() {
		if strings.TrimSpace(scanner.Text()) != "" {
			failed = !e.show(p, scanner.Text()) || failed
		}
	}
	if err := errors.Join(scanner.Err(), p.Failed(), ctx.Err()); err != nil {
		return err
	}
	if failed {
		return exit(exitError)
	}
	return nil
}

// show evaluates a line and writes value or problems; false when it failed.
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

// complete finishes the name in front of the cursor when Tab is pressed: an
// attribute after a bracket, else a function. Several candidates are finished as far
// as they agree.
func (e *evaluator) complete(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	start := pos
	for start > 0 && (unicode.IsLetter(rune(line[start-1])) || unicode.IsDigit(rune(line[start-1])) || line[start-1] == '_') {
		start--
	}
	var candidates []string
	suffix := "("
	if start > 0 && line[start-1] == '[' {
		candidates, suffix = e.object.Names(), "]"
	} else {
		for _, f := range expr.Functions() {
			candidates = append(candidates, f.Name)
		}
	}
	word := finish(line[start:pos], candidates, suffix)
	if word == "" {
		return "", 0, false
	}
	return line[:start] + word + line[pos:], start + len(word), true
}

// finish extends a word to what all candidates that begin with it have in common,
// and adds the suffix when there is one candidate; "" when none fits.
func finish(word string, candidates []string, suffix string) string {
	fits := slices.DeleteFunc(slices.Clone(candidates), func(c string) bool {
		return len(c) < len(word) || !strings.EqualFold(c[:len(word)], word)
	})
	switch len(fits) {
	case 0:
		return ""
	case 1:
		return fits[0] + suffix
	}
	common := fits[0]
	for _, f := range fits[1:] {
		n := 0
		for n < len(common) && n < len(f) && common[n] == f[n] {
			n++
		}
		common = common[:n]
	}
	if len(common) < len(word) {
		return ""
	}
	return common
}
