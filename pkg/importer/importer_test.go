package importer_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/entra/template"
	"github.com/scimctl/scimctl/pkg/importer"
	"github.com/scimctl/scimctl/pkg/profile"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// schemas are real documents and shortened ones of the documentation.
func schemas(t *testing.T) map[string]*entra.Schema {
	t.Helper()
	files, err := filepath.Glob("../entra/testdata/schemas/*.json")
	if err != nil || len(files) < 7 {
		t.Fatalf("found %d schemas (%v)", len(files), err)
	}
	all := map[string]*entra.Schema{}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		s, err := entra.ParseSchema(data)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(filepath.Base(f), ".json")] = s
	}
	return all
}

// standard is the schema that non-gallery jobs begin with.
func standard(t *testing.T) *entra.Schema {
	t.Helper()
	found, ok := template.Find(template.NonGallery)
	if !ok {
		t.Fatal("no non-gallery template")
	}
	return found.Schema()
}

// golden compares a profile with the one on file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name+".yaml")
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s:\n%s", file, diff)
	}
}

// TestExportedSchemas: every schema becomes a profile that has nothing to do where it
// came from, with the template and without.
func TestExportedSchemas(t *testing.T) {
	for name, schema := range schemas(t) {
		for suffix, base := range map[string]*entra.Schema{"": standard(t), "-alone": nil} {
			t.Run(name+suffix, func(t *testing.T) {
				before := string(schema.Bytes())
				r, err := importer.Import(importer.Input{App: "Example", Schema: schema, Template: base})
				if err != nil {
					t.Fatal(err)
				}
				if len(r.Unproven) > 0 {
					t.Errorf("not proven: %q\n%s", r.Unproven, r.Text)
				}
				if string(schema.Bytes()) != before {
					t.Error("the import changed the schema")
				}
				if file, problems := profile.Load("p.yaml", r.Text); problems.HasErrors() || len(file.Profiles) != 1 {
					t.Errorf("the profile cannot be loaded: %v", problems)
				}
				golden(t, name+suffix, r.Text)
			})
		}
	}
}
