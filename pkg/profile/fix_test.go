package profile_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/scimctl/scimctl/pkg/diag"
)

// TestFixes makes the fix of every diagnostic under testdata/diagnostics, one at a
// time, and checks that the diagnostic is gone and no syntax error came.
func TestFixes(t *testing.T) {
	files, err := filepath.Glob("testdata/diagnostics/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	fixes := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source := string(archive.Files[0].Data)
		list := loadAndResolve(t, string(archive.Comment), &source)
		directives := strings.ReplaceAll(string(archive.Comment), "raw", "")
		for _, d := range list {
			if d.Fix == nil {
				continue
			}
			fixes++
			mended := source[:d.Fix.Range.Start.Byte] + d.Fix.NewText + source[d.Fix.Range.End.Byte:]
			for _, after := range loadAndResolve(t, directives, &mended) {
				if after.Code == d.Code && after.Subject.Start.Line == d.Subject.Start.Line && after.Subject.Start.Column == d.Subject.Start.Column {
					t.Errorf("%s: %v is still there after %q", filepath.Base(file), after, d.Fix.NewText)
				}
				if after.Code == "SC1001" && !has(list, "SC1001") {
					t.Errorf("%s: the fix %q of %v makes a syntax error: %v", filepath.Base(file), d.Fix.NewText, d, after)
				}
			}
		}
	}
	if fixes < 50 {
		t.Errorf("only %d fixes", fixes)
	}
}

func has(l diag.List, code diag.Code) bool {
	for _, d := range l {
		if d.Code == code {
			return true
		}
	}
	return false
}

// TestNoSecrets checks that no diagnostic shows what stands where a secret might: not
// in its words, not in its fix, and not by the line that it points at.
func TestNoSecrets(t *testing.T) {
	files, err := filepath.Glob("testdata/diagnostics/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	shown := 0
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		source := string(archive.Files[0].Data)
		if !strings.Contains(source, "SECRET") {
			continue
		}
		shown++
		list := loadAndResolve(t, string(archive.Comment), &source)
		if got := renderList(source, list); strings.Contains(got, "SECRET") {
			t.Errorf("%s shows the secret:\n%s", file, got)
		}
		if !list.HasErrors() {
			t.Errorf("%s: no error", file)
		}
	}
	if shown < 8 {
		t.Errorf("only %d files with secrets", shown)
	}
}
