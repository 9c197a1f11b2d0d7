package expr

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestDiagnostics prints what Parse and Check say of each expression in
// testdata/diagnostics.golden, so that the wording is reviewed as text. The
// expressions are the lines that begin with "> "; options may stand before them.
func TestDiagnostics(t *testing.T) {
	const path = "testdata/diagnostics.golden"
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for line := range strings.SplitSeq(string(golden), "\n") {
		switch {
		case strings.HasPrefix(line, "# "):
			fmt.Fprintf(&b, "%s\n\n", line)
		case strings.HasPrefix(line, "> "):
			describe(&b, line[2:])
		}
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(golden), b.String()); diff != "" && !*update {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// describe writes an expression with its diagnostics.
func describe(b *strings.Builder, line string) {
	fmt.Fprintf(b, "> %s\n", line)
	options := CheckOptions{Inbound: strings.Contains(line, "SelectUniqueValue")}
	for {
		option, rest, ok := strings.Cut(line, " | ")
		if !ok {
			break
		}
		switch option {
		case "matching":
			options.Matching = true
		case "all":
			options.SyncAll = true
		case "outbound":
			options.Inbound = false
		case "attributes":
			options.Attributes = []string{"displayName", "mail", "userPrincipalName"}
		}
		line = rest
	}
	src := strings.ReplaceAll(line, `⏎`, "\n")
	e, problems := Parse(src)
	problems = append(problems, e.Check(options)...).Sort()
	if len(problems) == 0 {
		fmt.Fprint(b, "  nothing to say\n")
	}
	for _, d := range problems {
		snippet, _ := diag.SnippetOf(src, d.Subject)
		fmt.Fprintf(b, "  %s\n  %s\n  %s %s: %s\n", snippet.Text(), snippet.Carets(), d.Code, d.Severity, d.Summary)
		if d.Detail != "" {
			fmt.Fprintf(b, "         %s\n", d.Detail)
		}
		for _, related := range d.Related {
			fmt.Fprintf(b, "         %s: %s\n", related.Range, related.Message)
		}
		if d.Fix != nil {
			fmt.Fprintf(b, "         fix: %s\n", src[:d.Fix.Range.Start.Byte]+d.Fix.NewText+src[d.Fix.Range.End.Byte:])
		}
	}
	fmt.Fprintln(b)
}

// TestInvisibleCharacters checks what a golden file cannot show: one report, at
// the character, and no more.
func TestInvisibleCharacters(t *testing.T) {
	for _, source := range []string{"\u200bAppend([a], \"x\")", "Append([a],\u200d \"x\")", "Append([a], \"x\")\u2060"} {
		e, problems := Parse(source)
		problems = append(problems, e.Check(CheckOptions{})...)
		if len(problems) != 1 || problems[0].Code != codeCharacter.code() || !strings.Contains(problems[0].Summary, "invisible") {
			t.Errorf("%q: %v", source, problems)
			continue
		}
		if at := source[problems[0].Subject.Start.Byte:problems[0].Subject.End.Byte]; at != "\u200b" && at != "\u200d" && at != "\u2060" {
			t.Errorf("%q: reported at %q", source, at)
		}
	}
	if _, problems := Parse("Append([a], \"x\u200by\")"); len(problems) > 0 {
		t.Errorf("inside of a text: %v", problems)
	}
}
