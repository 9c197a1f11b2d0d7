package iostreams

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestSystem(t *testing.T) {
	for _, c := range []struct {
		env   map[string]string
		width int
		color bool
	}{
		{nil, 0, true},
		{map[string]string{"COLUMNS": "100"}, 100, true},
		{map[string]string{"COLUMNS": "3"}, 0, true},
		{map[string]string{"COLUMNS": "wide", "NO_COLOR": "1"}, 0, false},
		{map[string]string{"COLUMNS": "5000", "TERM": "dumb"}, maxWidth, false},
	} {
		s := System(func(name string) string { return c.env[name] })
		s.OutTerminal, s.ErrTerminal = true, true
		if c.width != 0 && s.Width() != c.width {
			t.Errorf("%v: width %d", c.env, s.Width())
		}
		if s.ColorOut() != c.color || s.ColorErr() != c.color {
			t.Errorf("%v: colour %v %v", c.env, s.ColorOut(), s.ColorErr())
		}
	}
}

// TestPipes: buffers are no terminal, have no colour, and the default width.
func TestPipes(t *testing.T) {
	s, in, out, errOut := Test()
	if s.In != in || s.Out != out {
		t.Error("streams are not the buffers")
	}
	var writers sync.WaitGroup
	for range 50 {
		writers.Go(func() { fmt.Fprint(s.Err, "whole\n") })
	}
	writers.Wait()
	if want := strings.Repeat("whole\n", 50); errOut.String() != want {
		t.Errorf("what fifty goroutines wrote is %q", errOut.String())
	}
	if s.Width() != DefaultWidth || s.ColorOut() || s.ColorErr() || s.InTerminal {
		t.Errorf("%+v looks like a terminal", s)
	}
	s.SetTerminal(40, true)
	if s.Width() != 40 || !s.ColorOut() || !s.ErrTerminal {
		t.Errorf("%+v does not look like a terminal", s)
	}
}
