package cmd

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
)

// reportWriter writes the report of a test in one format.
type reportWriter func(io.Writer, render.EndpointReport) error

// writersByEnding are the formats of files.
func writersByEnding() map[string]reportWriter {
	return map[string]reportWriter{
		".html":  render.EndpointHTML,
		".json":  render.EndpointJSON,
		".xml":   render.EndpointJUnit,
		".sarif": render.EndpointSARIF,
		".md":    render.EndpointMarkdown,
		".har":   render.EndpointHAR,
		".txt": func(w io.Writer, r render.EndpointReport) error {
			p := render.New(w, 100, false)
			p.EndpointTest(r)
			return p.Failed()
		},
	}
}

// writerOf chooses the format of a file by its ending.
func writerOf(name string) (reportWriter, error) {
	writers := writersByEnding()
	if w, ok := writers[strings.ToLower(filepath.Ext(name))]; ok {
		return w, nil
	}
	return nil, fmt.Errorf("--out %s: the ending says the format, and is one of %s", name, strings.Join(slices.Sorted(maps.Keys(writers)), " "))
}

// write writes the report to its files and to standard output, and the new baseline.
func (o *EndpointTestOptions) write(r render.EndpointReport) error {
	files := slices.Clone(o.Out)
	if o.HAR != "" {
		files = append(files, o.HAR)
	}
	for i, name := range files {
		write := reportWriter(render.EndpointHAR)
		if i < len(o.Out) {
			var err error
			if write, err = writerOf(name); err != nil {
				return err
			}
		}
		var b bytes.Buffer
		if err := write(&b, r); err != nil {
			return err
		}
		if err := renameio.WriteFile(name, b.Bytes(), 0o666); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	if err := o.print(r); err != nil {
		return err
	}
	return o.renew(r)
}

// print writes the report to standard output.
func (o *EndpointTestOptions) print(r render.EndpointReport) error {
	out := o.deps.IO.Out
	switch o.Format {
	case "json":
		return render.EndpointJSON(out, r)
	case "junit":
		return render.EndpointJUnit(out, r)
	case "sarif":
		return render.EndpointSARIF(out, r)
	case "markdown":
		return render.EndpointMarkdown(out, r)
	case "html":
		return render.EndpointHTML(out, r)
	case "github":
		return render.EndpointGitHub(out, r)
	}
	p := render.Out(o.deps.IO)
	p.EndpointTest(r)
	return p.Failed()
}

// baseline reads the file of --baseline. One that is about to be written need not be
// there.
func (o *EndpointTestOptions) baseline() (*baseline.File, error) {
	if o.Baseline == "" {
		return nil, nil
	}
	data, err := o.deps.ReadFile(o.Baseline)
	if missing(err) && o.WriteBaseline {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the baseline: %w", err)
	}
	var ids []string
	for _, c := range endpoint.Checks() {
		ids = append(ids, c.ID)
	}
	f, problems := baseline.Load(o.Baseline, data, ids)
	render.Err(o.deps.IO).Diagnostics(problems, render.Sources{o.Baseline: string(data)})
	if problems.HasErrors() {
		return nil, exit(exitError)
	}
	return f, nil
}

// renew writes the baseline that accepts what failed. A run that was cut short knows
// too little for that.
func (o *EndpointTestOptions) renew(r render.EndpointReport) error {
	if !o.WriteBaseline || r.Interrupted != "" {
		return nil
	}
	renewed := r.Baseline.Renew(r.Report, r.Findings(), o.deps.Now())
	data, err := renewed.Bytes()
	if err != nil {
		return err
	}
	if err := renameio.WriteFile(o.Baseline, data, 0o666); err != nil {
		return fmt.Errorf("write the baseline: %w", err)
	}
	text := fmt.Sprintf("%s accepts %s now", o.Baseline, count(len(renewed.Deviations), "deviation"))
	if len(renewed.Deviations) > 0 {
		text += ": say why in each"
	}
	render.Err(o.deps.IO).Note("%s", text)
	return nil
}
