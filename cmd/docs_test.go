package cmd

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/preview"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
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

// TestDiagnosticReference keeps docs/diagnostics.md what the packages document, and no
// code is given twice.
func TestDiagnosticReference(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Diagnostic codes\n\nA code never changes its meaning. Written from the packages themselves.\n")
	seen := map[diag.Code]bool{}
	for _, part := range []struct {
		title string
		codes []diag.CodeInfo
	}{
		{"The profile document", slices.Concat(profile.Codes(), profiletest.Codes(), preview.Codes())},
		{"Expressions", append(expr.Codes(), diag.CodeInfo{Code: badRecord, Title: "bad record", Help: "A line of `scimctl eval --batch` is no record."})},
		{"Mappings and scoping filters", mapping.Codes()},
		{"Plans", plan.Codes()},
		{"SCIM endpoints", baseline.Codes()},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n| code | problem | meaning |\n| --- | --- | --- |\n", part.title)
		slices.SortFunc(part.codes, func(a, b diag.CodeInfo) int { return strings.Compare(string(a.Code), string(b.Code)) })
		for _, c := range part.codes {
			if seen[c.Code] {
				t.Errorf("%s is given twice", c.Code)
			}
			seen[c.Code] = true
			fmt.Fprintf(&b, "| %s | %s | %s |\n", c.Code, cell(c.Title), cell(c.Help))
		}
	}
	current(t, "../docs/diagnostics.md", b.String())
}

// TestSchemaBesideProfiles: the schema that the built-in profiles name for editors
// is there.
func TestSchemaBesideProfiles(t *testing.T) {
	current(t, "../profiles/profile.schema.json", string(profile.JSONSchema()))
}

// TestExamplesOfPages: the profiles that the pages print are profiles.
func TestExamplesOfPages(t *testing.T) {
	for _, path := range []string{"../README.md", "../docs/profile.md"} {
		page, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, ok := strings.Cut(string(page), "```yaml\n")
		text, _, closed := strings.Cut(rest, "```")
		if !ok || !closed {
			t.Fatalf("%s has no profile", path)
		}
		file, problems := profile.Load(path, []byte(text))
		for _, p := range file.Profiles {
			for _, env := range environments(p, "") {
				_, list := p.Resolve(profile.Options{Environment: env, Sandbox: true})
				problems = append(problems, list...)
			}
		}
		if problems.HasErrors() || len(file.Profiles) != 1 {
			t.Errorf("%s: %d profiles\n%v", path, len(file.Profiles), problems)
		}
	}
}

// cell makes a text fit a cell of a table.
func cell(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, "|", "\\|"), "\n", " ") }

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
	for _, v := range verbs {
		if c := v.build(NewDeps(streams)); c.Name() != v.name {
			t.Errorf("the verb %s makes the command %s", v.name, c.Name())
		}
	}
	if seen < 12 {
		t.Errorf("only %d commands", seen)
	}
}
