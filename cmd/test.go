package cmd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/profiletest"
)

// TestOptions are the dependencies and flags of `scimctl test`.
type TestOptions struct {
	deps   *Deps
	source sourceFlags
	Format string
	Update bool
}

func newCmdTest(d *Deps, run func(context.Context, *TestOptions) error) *cobra.Command {
	o := &TestOptions{deps: d}
	c := &cobra.Command{
		Use:   "test",
		Short: "Run the tests that a profile carries, offline",
		Long: `Run the tests of profiles: for each user or group of a test, the provisioning
engine sends to a SCIM server inside this process what Entra would send, and the
result is compared with what the test expects.`,
		Example: "  scimctl test -f idmelon.yaml\n  scimctl test -f profiles --all -o json",
		Args:    cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if run != nil {
				return run(c.Context(), o)
			}
			return runTest(c.Context(), o)
		},
	}
	o.source.add(c)
	addFormat(c, &o.Format, "text", "json")
	c.Flags().BoolVar(&o.Update, "update", false, "write the requests that were sent to the files that the tests name")
	return c
}

// testedJSON is one profile in the JSON of `scimctl test`.
type testedJSON struct {
	Profile     string     `json:"profile"`
	Environment string     `json:"environment,omitempty"`
	Tests       []testJSON `json:"tests"`
}

type testJSON struct {
	Name     string        `json:"name"`
	Passed   bool          `json:"passed"`
	Failures []failureJSON `json:"failures,omitempty"`
}

type failureJSON struct {
	What  string `json:"what"`
	Want  string `json:"want"`
	Got   string `json:"got"`
	Where string `json:"where,omitempty"`
}

func runTest(ctx context.Context, o *TestOptions) error {
	d := o.deps
	chosen, sources, problems, err := d.load(o.source)
	if err != nil {
		return err
	}
	var (
		results       = []testedJSON{}
		p             = render.Out(d.IO)
		passed, total int
	)
	for _, s := range chosen {
		if problems.HasErrors() {
			break
		}
		for _, env := range environments(s.Profile, o.source.Environment) {
			r, list, err := d.resolveOffline(s, env, o.source)
			if err != nil {
				return err
			}
			problems = append(problems, list...)
			if r == nil || list.HasErrors() {
				continue
			}
			options := profiletest.Options{ReadFile: s.source.readFile, Now: d.Now}
			if o.Update {
				options.UpdateGoldens = s.source.write
			}
			tests, list := profiletest.Run(ctx, r, options)
			problems = append(problems, list...)
			results = append(results, newTestedJSON(r.Profile, env, tests))
			for _, t := range tests {
				total++
				if t.Passed {
					passed++
				}
			}
			if o.Format == "text" {
				p.Tests(label(r.Profile, env), tests)
			}
		}
	}
	problems = errorsOf(problems.Sort())
	render.Err(d.IO).Diagnostics(problems, sources)
	if o.Format == "json" {
		if err := render.JSON(d.IO.Out, results); err != nil {
			return err
		}
	} else {
		p.Passed(passed, total)
	}
	switch {
	case problems.HasErrors():
		return exit(exitError)
	case passed != total:
		return exit(exitPending)
	case total == 0:
		return fmt.Errorf("no profile has a test: add a list named tests")
	}
	return p.Failed()
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

func newTestedJSON(name, env string, tests []profiletest.Result) testedJSON {
	out := testedJSON{Profile: name, Environment: env, Tests: []testJSON{}}
	for _, t := range tests {
		j := testJSON{Name: t.Name, Passed: t.Passed}
		for _, f := range t.Failures {
			j.Failures = append(j.Failures, failureJSON{What: f.What, Want: f.Want, Got: f.Got, Where: f.Where.String()})
		}
		out.Tests = append(out.Tests, j)
	}
	return out
}
