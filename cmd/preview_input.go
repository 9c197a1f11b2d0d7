package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/preview"
	"github.com/scimctl/scimctl/pkg/profile"
)

// previewInput is where the users of a preview come from.
type previewInput struct {
	resolved    *profile.Resolved
	source      func(*preview.Preview) (preview.Source, error)
	size        int64 // bytes of a file, 0 when it is not known
	users       int   // of a tenant, likewise
	interactive bool  // somebody waits for each answer
	close       func(err *error)
}

func (in *previewInput) closeInto(err *error) {
	if in.close != nil {
		in.close(err)
	}
}

// open finds the users and resolves the profile, with a tenant only where users
// come from one.
func (o *PreviewOptions) open(ctx context.Context, chosen planned) (*previewInput, error) {
	if o.file() == "" && o.Before == "" {
		return o.openTenant(ctx, chosen)
	}
	r, problems, err := o.deps.resolveOffline(chosen.selected, o.source.Environment, o.source)
	if err != nil {
		return nil, err
	}
	if problems = errorsOf(problems); problems.HasErrors() {
		render.Err(o.deps.IO).Diagnostics(problems, chosen.sources)
		return nil, exit(exitError)
	}
	in := &previewInput{resolved: r}
	if o.Before != "" {
		return in, o.openVersions(in)
	}
	return in, o.openFile(in)
}

// openFile opens the file of users or groups, or standard input.
func (o *PreviewOptions) openFile(in *previewInput) error {
	name, format := o.file(), o.Input
	if format == "" {
		switch strings.ToLower(filepath.Ext(name)) {
		case ".json":
			format = "json"
		case ".csv", ".tsv":
			format = "csv"
		case ".ndjson", ".jsonl", "":
			format = "ndjson"
		default:
			return fmt.Errorf("%s: the name does not say what the file holds: add --format json, ndjson or csv", name)
		}
	}
	open := map[string]func(string, io.Reader) preview.Source{"json": preview.Documents, "ndjson": preview.Lines, "csv": preview.Table}[format]
	if name == "-" {
		in.interactive = true
		in.source = func(*preview.Preview) (preview.Source, error) { return open("<stdin>", o.deps.IO.In), nil }
		return nil
	}
	file, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("read %ss: %w", o.noun(), err)
	}
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		in.size = info.Size()
	}
	in.close = func(err *error) {
		if closeErr := file.Close(); *err == nil {
			*err = closeErr
		}
	}
	in.source = func(*preview.Preview) (preview.Source, error) { return open(name, file), nil }
	return nil
}

// openVersions joins the files of one user before and after a change to a record.
func (o *PreviewOptions) openVersions(in *previewInput) error {
	record := []byte(`{"before":`)
	for i, name := range []string{o.Before, o.After} {
		data, err := o.deps.readInput(name)
		if err != nil {
			return fmt.Errorf("read users: %w", err)
		}
		data = bytes.TrimPrefix(data, []byte("\ufeff"))
		var user map[string]json.RawMessage
		if err := json.Unmarshal(data, &user); err != nil || user == nil {
			return errors.Join(fmt.Errorf("%s holds no single user: it must be one JSON object; for many changes give records {\"before\": …, \"after\": …} with --users", name), err)
		}
		if i == 1 {
			record = append(record, `,"after":`...)
		}
		record = append(record, data...)
	}
	record = append(record, '}')
	in.source = func(*preview.Preview) (preview.Source, error) {
		return preview.Documents(o.Before+", "+o.After, bytes.NewReader(record)), nil
	}
	return nil
}
