package cmd

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// wantError checks that a line is refused with a message.
func wantError[O any](t *testing.T, build func(*Deps, func(context.Context, *O) error) *cobra.Command, line, want string) {
	t.Helper()
	if _, err := parse(t, build, line); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: %v, want %q", line, err, want)
	}
}

// TestComplete presses Tab at the bar of each line.
func TestComplete(t *testing.T) {
	for _, tt := range []struct {
		line, want string // with the cursor as |
		shown      string
	}{
		{"Jo|", "Join(|", ""},
		{"jo|", "Join(|", ""},
		{"Jo|(", "Join(|", ""},
		{"Swi|", "Switch(|", ""},
		{"IsN|", "IsNull|", ""},
		{"IsNull|", "", "IsNull IsNullOrEmpty"},
		{"Xy|", "", ""},
		{"Join(\" \", [giv|", "Join(\" \", [givenName]|", ""},
		{"Join(\" \", [giv|])", "Join(\" \", [givenName]|)", ""},
		{"Join(\"[giv|", "", ""},
		{"Join(\"a\\\"[giv|", "", ""},
		{"Join(\"é\", [ext|", "Join(\"é\", [extensionAttribute|", ""},
		{"[urn:ie|", "[urn:ietf:x]|", ""},
		{"[ä|", "[ärger]|", ""},
		{"[a] ToL|", "[a] ToLower(|", ""},
		{":tr|", ":trace|", ""},
		{":attr giv|", ":attr givenName=|", ""},
		{":doc Mi|", ":doc Mid|", ""},
	} {
		t.Run(tt.line, func(t *testing.T) {
			var shown []string
			c := completer{
				attributes: func() []string {
					return []string{"extensionAttribute1", "extensionAttribute2", "givenName", "urn:ietf:x", "ärger"}
				},
				show: func(candidates []string) { shown = candidates },
			}
			before, after, _ := strings.Cut(tt.line, "|")
			line, pos, ok := c.complete(before+after, len(before), '\t')
			got := ""
			if ok {
				got = line[:pos] + "|" + line[pos:]
			}
			if got != tt.want || strings.Join(shown, " ") != tt.shown {
				t.Errorf("got %q and %q, want %q and %q", got, shown, tt.want, tt.shown)
			}
			if _, _, ok := c.complete(before+after, len(before), 'x'); ok {
				t.Error("a key that is not Tab was taken")
			}
		})
	}
}

// FuzzComplete: no line breaks the completion, which only ever adds to a line.
func FuzzComplete(f *testing.F) {
	f.Add("Join(\" \", [gi", 13)
	f.Add("é[\"\\", 2)
	f.Fuzz(func(t *testing.T, line string, pos int) {
		if pos < 0 || pos > len(line) {
			return
		}
		c := completer{attributes: func() []string { return usualAttributes }, show: func([]string) {}}
		got, at, ok := c.complete(line, pos, '\t')
		if ok && (len(got) < len(line) || at < pos || at > len(got) || !strings.HasSuffix(got, strings.TrimLeft(line[pos:], "(]="))) {
			t.Errorf("%q at %d became %q at %d", line, pos, got, at)
		}
	})
}

// TestLineCommands types lines as on a terminal.
func TestLineCommands(t *testing.T) {
	streams, in, out, _ := iostreams.Test()
	in.WriteString(strings.Join([]string{
		":attrs", ":attr givenName=Ann", ":attr proxyAddresses=a|b", "  [givenName]  ", "[proxyAddresses]", ":attrs", ":trace", "[givenName]", ":trace",
		":attr givenName", "[givenName]", ":attr two words=x", ":attr =x", ":wat", ":doc Mid", ":doc mid", "", ":help", ":quit", "[never]",
	}, "\n"))
	object, err := mapping.NewObject(mapping.User, nil)
	if err != nil {
		t.Fatal(err)
	}
	d := NewDeps(streams)
	e := &evaluator{options: &EvalOptions{deps: d}, object: object, machine: mapping.NewMachine(d.evalEnv())}
	if err := e.interactive(t.Context()); err == nil {
		t.Error("lines that failed left no trace in the exit code")
	}
	for _, want := range []string{
		"note there are no attributes", "\n\"Ann\"\n", "\n[\"a\", \"b\"]\n", "givenName       \"Ann\"", "[givenName]  \"Ann\"", "null: nothing is sent",
		"error write it as", "there is no command :wat", "Mid(source, start, length)", "there is no function mid; did you mean \"Mid\"?", "COMMAND",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if strings.Contains(out.String(), "never") {
		t.Error(":quit does not end")
	}
}

// TestInterrupted: a read that nothing answers ends with the context.
func TestInterrupted(t *testing.T) {
	for _, lines := range []bool{true, false} {
		streams, _, _, _ := iostreams.Test()
		ctx, stop := context.WithCancel(t.Context())
		streams.In = silent{stop}
		o := &EvalOptions{deps: NewDeps(streams)}
		var err error
		if lines {
			err = (&evaluator{options: o}).lines(ctx)
		} else {
			err = runEvalBatch(ctx, o)
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

// silent is input that never comes; who reads is interrupted.
type silent struct{ interrupt func() }

func (s silent) Read([]byte) (int, error) {
	s.interrupt()
	select {}
}

// TestUsualAttributes: the list is in order, for its columns to be.
func TestUsualAttributes(t *testing.T) {
	if !slices.IsSorted(usualAttributes) {
		t.Error("not sorted")
	}
}
