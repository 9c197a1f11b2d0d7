package cmd

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scimctl/scimctl/internal/iostreams"
)

// TestCommandReference keeps docs/commands.md what the commands themselves say. Set
// UPDATE_DOCS=1 to write it anew.
func TestCommandReference(t *testing.T) {
	streams, _, _, _ := iostreams.Test()
	var b strings.Builder
	b.WriteString("# Commands\n\nWritten from the commands themselves; `scimctl help COMMAND` prints the same.\n")
	reference(&b, NewRoot(NewDeps(streams)))
	current(t, "../docs/commands.md", b.String())
}

// current compares a generated page with the one in the repository.
func current(t *testing.T, path, want string) {
	t.Helper()
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(path, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), want); diff != "" {
		t.Errorf("%s is out of date: run UPDATE_DOCS=1 go test ./cmd\n-page +commands\n%s", path, diff)
	}
}

// reference writes a command and everything below it.
func reference(b *strings.Builder, c *cobra.Command) {
	if c.Name() != "help" && c.Name() != "completion" && !c.Hidden {
		section(b, c)
	}
	for _, sub := range c.Commands() {
		reference(b, sub)
	}
}

func section(b *strings.Builder, c *cobra.Command) {
	fmt.Fprintf(b, "\n## %s\n\n%s.\n", c.CommandPath(), c.Short)
	if c.Runnable() && c.HasParent() {
		fmt.Fprintf(b, "\n    %s\n", c.UseLine())
	}
	if c.Long != "" {
		fmt.Fprintf(b, "\n%s\n", c.Long)
	}
	if c.Example != "" {
		b.WriteString("\nExamples:\n\n")
		for line := range strings.SplitSeq(strings.Trim(c.Example, "\n"), "\n") {
			b.WriteString(strings.TrimRight("    "+strings.TrimPrefix(line, "  "), " ") + "\n")
		}
	}
	flags := c.NonInheritedFlags()
	if !flags.HasAvailableFlags() {
		return
	}
	b.WriteString("\n| flag | meaning |\n| --- | --- |\n")
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		name := "`--" + f.Name
		if f.Value.Type() != "bool" {
			name += " " + strings.ReplaceAll(f.Value.Type(), "|", "\\|")
		}
		name += "`"
		if f.Shorthand != "" {
			name = "`-" + f.Shorthand + "`, " + name
		}
		usage := f.Usage
		if f.DefValue != "" && f.DefValue != "false" && f.DefValue != "[]" && f.DefValue != "0" && f.DefValue != "0s" {
			usage += " (default `" + f.DefValue + "`)"
		}
		fmt.Fprintf(b, "| %s | %s |\n", name, usage)
	})
}

// TestHelp: every command explains itself, and verbs have an example.
func TestHelp(t *testing.T) {
	streams, _, _, _ := iostreams.Test()
	var visit func(*cobra.Command)
	seen := 0
	visit = func(c *cobra.Command) {
		seen++
		if c.Short == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: short help %q is a phrase without a full stop", c.CommandPath(), c.Short)
		}
		for line := range strings.SplitSeq(c.Long+"\n"+c.Example, "\n") {
			if len([]rune(line)) > 90 {
				t.Errorf("%s: a line of help has more than 90 columns: %s", c.CommandPath(), line)
			}
		}
		for _, sub := range c.Commands() {
			visit(sub)
		}
	}
	visit(NewRoot(NewDeps(streams)))
	if seen < 12 {
		t.Errorf("only %d commands", seen)
	}
}
