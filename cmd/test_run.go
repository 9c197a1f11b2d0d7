package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/profiletest"
)

// testRun is one run of the tests of all chosen profiles.
type testRun struct {
	report  render.TestReport
	json    []testedJSON
	sources render.Sources
	options profiletest.Options
}

// runTest runs the tests once and writes the report.
func runTest(ctx context.Context, o *TestOptions) error {
	d := o.deps
	chosen, sources, problems, err := d.load(o.source)
	if err != nil {
		return err
	}
	run := &testRun{sources: sources, json: []testedJSON{}}
	run.options = profiletest.Options{Now: d.Now, Select: o.selected.MatchString}
	run.report.Minimum = o.Minimum
	if o.Coverage {
		run.report.Coverage = &profiletest.Coverage{}
		run.options.Coverage = run.report.Coverage
	}
	if !problems.HasErrors() {
		for _, s := range chosen {
			list, err := run.profile(ctx, o, s)
			if err != nil {
				return err
			}
			problems = append(problems, list...)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	run.report.Problems = errorsOf(problems.Sort())
	if err := run.write(o); err != nil {
		return err
	}
	return run.verdict(o)
}

// profile runs the tests of a profile in each of its environments.
func (run *testRun) profile(ctx context.Context, o *TestOptions, s selected) (problems diag.List, err error) {
	for _, env := range o.source.offlineEnvironmentsOf(s.Profile) {
		r, list, err := o.deps.resolveOffline(s, env, o.source)
		if err != nil {
			return nil, err
		}
		problems = append(problems, list...)
		if r == nil || list.HasErrors() {
			continue
		}
		options := run.options
		options.ReadFile = s.source.readFile
		if o.Update {
			options.UpdateGoldens = s.source.write
		}
		tests, list := profiletest.Run(ctx, r, options)
		problems = append(problems, list...)
		run.report.Profiles = append(run.report.Profiles, render.TestedProfile{Label: label(r.Profile, env), Tests: tests})
		run.json = append(run.json, newTestedJSON(r.Profile, env, tests))
	}
	return problems, nil
}

// write writes the report in the format that was asked for. Problems of profiles are
// for eyes as well, except where the report shows them in the same place.
func (run *testRun) write(o *TestOptions) error {
	d, r := o.deps, run.report
	if o.Format != "github" {
		render.Err(d.IO).Diagnostics(r.Problems, run.sources)
	}
	switch o.Format {
	case "json":
		return render.JSON(d.IO.Out, newTestReportJSON(r, run.json))
	case "junit":
		return render.TestsJUnit(d.IO.Out, r, run.sources)
	case "github":
		return render.TestsGitHub(d.IO.Out, r)
	}
	p := render.Out(d.IO)
	for _, profile := range r.Profiles {
		p.Tests(profile.Label, profile.Tests)
	}
	if r.Coverage != nil && !r.Problems.HasErrors() {
		p.Coverage(r)
	}
	p.Passed(r.Counts())
	return p.Failed()
}

// verdict is the exit code of the run.
func (run *testRun) verdict(o *TestOptions) error {
	passed, total := run.report.Counts()
	switch {
	case run.report.Problems.HasErrors():
		return exit(exitError)
	case total == 0 && o.Run != "":
		return fmt.Errorf("no test has a name that matches --run %q", o.Run)
	case total == 0:
		return errors.New("no profile has a test: add a list named tests")
	case passed != total || !run.report.Covered():
		return exit(exitPending)
	}
	return nil
}

// errorsOf keeps the errors: warnings are for validate to say.
func errorsOf(list diag.List) diag.List {
	var out diag.List
	for _, d := range list {
		if d.Severity == diag.Error {
			out = append(out, d)
		}
	}
	return out
}

// write replaces a file beside the profile, whole or not at all.
func (s *source) write(name string, data []byte) error {
	if s.folder == "" {
		return fmt.Errorf("%s: --update needs a profile that is a file", name)
	}
	path := filepath.Join(s.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return renameio.WriteFile(path, data, 0o666)
}
