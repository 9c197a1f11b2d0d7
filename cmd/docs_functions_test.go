package cmd

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/expr"
)

const functionsIntro = `# Functions

The functions of Entra's attribute-mapping expressions for application provisioning,
written from the table that scimctl itself reads; ` + "`scimctl functions NAME`" + ` prints the
same, and every example below is run as a test.

An expression is an attribute in brackets, a text in double quotes, a whole number, or a
call whose arguments are expressions:

    Join(" ", [givenName], [surname])

- Names of functions and attributes are case-sensitive.
- In a text, ` + "`\\\"`" + ` is a quote and ` + "`\\\\`" + ` a backslash.
- An argument may be left empty, and stays in its place: ` + "`Switch([a], , \"x\", \"1\")`" + `.
- Comparisons (` + "`=` `<>` `>` `>=` `<` `<=`" + `) stand in the condition of IIF and in CBool, one at a
  time; for "and" and "or" nest IIF.
- ` + "`IgnoreAttributeFlow` and `IgnoreObjectFlow`" + `, without parentheses, leave the attribute or the
  whole object out.
- An expression has at most 10,000 characters.

Try one with ` + "`scimctl eval 'Join(\" \", [givenName], [surname])' -a givenName=Ann -a surname=Example`" + `,
and see every part of it with ` + "`--trace`" + `.
`

// TestFunctionReference keeps docs/functions.md what the function table says.
func TestFunctionReference(t *testing.T) {
	var b strings.Builder
	b.WriteString(functionsIntro)
	b.WriteString("\n| function | what it does |\n| --- | --- |\n")
	functions := expr.Functions()
	for _, f := range functions {
		fmt.Fprintf(&b, "| [%s](#%s) | %s |\n", f.Name, strings.ToLower(f.Name), cell(firstSentence(f.Doc)))
	}
	for _, f := range functions {
		functionSection(&b, f)
	}
	current(t, "../docs/functions.md", b.String())
	for line := range strings.Lines(b.String()) {
		if strings.TrimRight(line, " \n") != strings.TrimSuffix(line, "\n") {
			t.Errorf("a line ends in blanks: %q", line)
		}
	}
}

func functionSection(b *strings.Builder, f expr.Function) {
	fmt.Fprintf(b, "\n## %s\n\n    %s\n\n%s The result is %s.\n", f.Name, f.Signature(), f.Doc, resultNoun(f.Result))
	if len(f.Params) > 0 {
		b.WriteString("\n| argument | type |\n| --- | --- |\n")
	}
	for i, p := range f.Params {
		kind := p.Type.String()
		if len(p.Choices) > 0 {
			kind = "one of `" + strings.Join(p.Choices, "`, `") + "`"
		}
		if p.Optional {
			kind += ", optional"
		}
		if i >= len(f.Params)-f.Repeats {
			kind += ", repeats"
		}
		fmt.Fprintf(b, "| %s | %s |\n", p.Name, cell(kind))
	}
	for _, e := range f.Examples {
		fmt.Fprintf(b, "\n    %s\n", e.Expression)
		for _, a := range e.Attributes {
			values := make([]string, len(a.Values))
			for i, v := range a.Values {
				values[i] = strconv.Quote(v)
			}
			text := strings.Join(values, ", ")
			if len(values) != 1 {
				text = "[" + text + "]"
			}
			fmt.Fprintf(b, "        [%s] is %s\n", a.Name, text)
		}
		fmt.Fprintf(b, "        gives %s\n", strconv.Quote(e.Want))
	}
}

// resultNoun is a type as a sentence has it.
func resultNoun(t expr.Type) string {
	switch t {
	case expr.AnyType:
		return "whatever the argument is"
	case expr.BoolType:
		return "True or False"
	}
	return "a " + t.String()
}
