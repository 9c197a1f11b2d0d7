package profile_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/profile"
)

var update = flag.Bool("update", false, "write what the tests got as what they want")

// TestDiagnostics compares the diagnostics of every profile under
// testdata/diagnostics with what is written beside it. In the first lines of a
// file, "var NAME=VALUE" gives a variable and "env NAME" chooses an environment;
// without, all environments are resolved. "raw" means that the file is a Go string
// with escapes.
func TestDiagnostics(t *testing.T) {
	files, err := filepath.Glob("testdata/diagnostics/*.txtar")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	seen := map[diag.Code]bool{}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			source := string(archive.Files[0].Data)
			list := loadAndResolve(t, string(archive.Comment), &source)
			got := renderList(source, list)
			for _, d := range list {
				seen[d.Code] = true
			}
			if *update {
				archive.Files = append(archive.Files[:1], txtar.File{Name: "want", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(archive.Files[1].Data), got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	for _, info := range profile.Codes() {
		if !seen[info.Code] && !slices.Contains(elsewhere, info.Code) {
			t.Errorf("no file shows %s %s", info.Code, info.Title)
		}
	}
}

// elsewhere are the codes that other tests show.
var elsewhere = []diag.Code{"SC1002", "SC1055"}

// loadAndResolve does what the commands do.
func loadAndResolve(t *testing.T, directives string, source *string) diag.List {
	t.Helper()
	o := profile.Options{Values: map[string]string{}}
	for line := range strings.Lines(directives) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch verb {
		case "var":
			name, value, _ := strings.Cut(rest, "=")
			o.Values[name] = value
		case "env":
			o.Environment = rest
		case "raw":
			var s string
			if _, err := fmt.Sscanf(*source, "%q", &s); err != nil {
				t.Fatal(err)
			}
			*source = s
		}
	}
	file, list := profile.Load("p.yaml", []byte(*source))
	for _, p := range file.Profiles {
		environments := []string{o.Environment}
		if o.Environment == "" && len(p.Environments) > 0 {
			environments = p.Environments
		}
		for _, env := range environments {
			o.Environment = env
			_, problems := p.Resolve(o)
			list = append(list, problems...)
		}
		o.Environment = ""
	}
	return list.Sort()
}

// renderList prints diagnostics as a terminal would show them.
func renderList(source string, list diag.List) string {
	var b strings.Builder
	for _, d := range list {
		fmt.Fprintf(&b, "%s %s: %s\n", d.Severity, d.Code, d.Summary)
		if at := d.Subject.String(); at != "" {
			fmt.Fprintf(&b, "  at %s\n", at)
		}
		if s, ok := diag.SnippetOf(source, d.Subject); ok {
			fmt.Fprintf(&b, "%5d | %s\n      | %s\n", s.Line, s.Text(), s.Carets())
		}
		if d.Detail != "" {
			fmt.Fprintf(&b, "  %s\n", d.Detail)
		}
		for _, r := range d.Related {
			fmt.Fprintf(&b, "  %s: %s\n", r.Range, r.Message)
		}
		if d.Fix != nil {
			fmt.Fprintf(&b, "  write: %s\n", d.Fix.NewText)
			if d.Fix.Range != d.Subject {
				fmt.Fprintf(&b, "  in place of: %s\n", source[d.Fix.Range.Start.Byte:d.Fix.Range.End.Byte])
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}
