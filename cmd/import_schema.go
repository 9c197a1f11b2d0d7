package cmd

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/entra/template"
	"github.com/scimctl/scimctl/pkg/importer"
)

// exportedSchema reads an exported schema and finds the template that it is to be
// compared with.
func (d *Deps) exportedSchema(o *ImportOptions) (importer.Input, error) {
	data, err := d.readSchemaFile(o.Schema)
	if err != nil {
		return importer.Input{}, err
	}
	doc, err := schemaIn(data)
	if err != nil {
		return importer.Input{}, fmt.Errorf("%s: %w", o.Schema, err)
	}
	schema, err := entra.ParseSchema(doc)
	if err != nil {
		return importer.Input{}, fmt.Errorf("%s: %w", o.Schema, err)
	}
	in := importer.Input{App: cmp.Or(o.App, appOf(o.Schema)), Schema: schema, TemplateName: o.Template}
	t, known := template.Find(o.Template)
	if o.Template == "" {
		t, known = templateOf(schema)
	}
	switch {
	case known && t.ID == entra.NonGalleryTemplateID:
		in.Template, in.TemplateName = t.Schema(), ""
	case known:
		in.Template, in.TemplateName = t.Schema(), t.DisplayName
	case o.Template == "":
		render.Err(d.IO).Note("no template with the target directory %q is known offline, so the profile has all mappings; name the gallery application with --template", targetDirectory(schema))
	}
	return in, nil
}

// readSchemaFile reads the file, or standard input for -.
func (d *Deps) readSchemaFile(name string) ([]byte, error) {
	if name == "-" {
		data, err := io.ReadAll(io.LimitReader(d.IO.In, maxSchemaFile+1))
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		if len(data) > maxSchemaFile {
			return nil, fmt.Errorf("standard input has more than %d bytes: that is no synchronization schema", maxSchemaFile)
		}
		return data, nil
	}
	data, err := d.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read the schema: %w", err)
	}
	return data, nil
}

// maxSchemaFile is far above the size of real schemas.
const maxSchemaFile = 64 << 20

// schemaIn finds the schema in what was exported: the document itself, a
// synchronization template around it, or a list of one template.
func schemaIn(data []byte) ([]byte, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return data, nil // entra.ParseSchema says where it is broken
	}
	has := func(name string) bool { _, ok := members[name]; return ok }
	switch {
	case has("synchronizationRules") || has("directories"):
		return data, nil
	case has("schema"):
		return schemaIn(members["schema"])
	case has("value"):
		var list []json.RawMessage
		if json.Unmarshal(members["value"], &list) != nil || len(list) != 1 {
			return nil, errors.New("this is a list, and not of one synchronization template: export the schema of one job")
		}
		return schemaIn(list[0])
	case has("attributeMappings"):
		return nil, errors.New("this is a single object mapping: export the whole schema, which has synchronizationRules in it")
	}
	return nil, errors.New("this is no synchronization schema: one has synchronizationRules and directories in it")
}

// appOf makes the name of an application out of a file name.
func appOf(file string) string {
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	name, _, _ = strings.Cut(name, ".")
	if name == "" || name == "-" {
		return "Imported"
	}
	return name
}

// targetDirectory is the directory that the schema's first rule provisions to.
func targetDirectory(s *entra.Schema) string {
	for _, r := range s.Rules() {
		if r.TargetDirectoryName != "" {
			return r.TargetDirectoryName
		}
	}
	return ""
}

// templateOf finds the template with the same target directory.
func templateOf(s *entra.Schema) (template.Template, bool) {
	name := targetDirectory(s)
	for _, t := range template.All() {
		if name != "" && targetDirectory(t.Schema()) == name {
			return t, true
		}
	}
	return template.Template{}, false
}
