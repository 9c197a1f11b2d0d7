package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/internal/version"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
)

// ValidateOptions are the dependencies and flags of `scimctl validate`.
type ValidateOptions struct {
	deps   *Deps
	source sourceFlags
	Format string
}

func newCmdValidate(d *Deps, run func(context.Context, *ValidateOptions) error) *cobra.Command {
	o := &ValidateOptions{deps: d}
	c := &cobra.Command{
		Use:   "validate",
		Short: "Check profiles: document, expressions, mapping rules, SCIM paths",
		Long: `Check profiles without a tenant: the document and its variables in every
environment, every expression and SCIM path, and the rules that a mapping must
keep to work. Every problem is reported with its place, in one run.`,
		Example: `  scimctl validate -f idmelon.yaml
  scimctl validate -f profiles --all -o json
  scimctl validate -f profiles --all -o github`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if run != nil {
				return run(c.Context(), o)
			}
			return runValidate(o)
		},
	}
	o.source.addMany(c)
	addFormat(c, &o.Format, "text", "json", "junit", "sarif", "github")
	return c
}

// validated is one profile in the JSON of `scimctl validate`.
type validated struct {
	Profile       string `json:"profile"`
	Environment   string `json:"environment,omitempty"`
	UserMappings  int    `json:"userMappings"`
	GroupMappings int    `json:"groupMappings"`
	Tests         int    `json:"tests"`
}

// validation is the JSON of `scimctl validate`.
type validation struct {
	Valid       bool        `json:"valid"`
	Profiles    []validated `json:"profiles"`
	Diagnostics diag.List   `json:"diagnostics"`
}

func runValidate(o *ValidateOptions) error {
	d := o.deps
	chosen, sources, problems, err := d.load(o.source)
	if err != nil {
		return err
	}
	result := validation{Profiles: []validated{}, Diagnostics: diag.List{}}
	for _, s := range chosen {
		for _, env := range o.source.offlineEnvironmentsOf(s.Profile) {
			r, list, err := d.resolveOffline(s, env, o.source)
			if err != nil {
				return err
			}
			problems = append(problems, list...)
			if r == nil {
				continue
			}
			v, list := check(r)
			problems = append(problems, list...)
			result.Profiles = append(result.Profiles, v)
		}
	}
	result.Diagnostics = append(result.Diagnostics, problems.Sort()...)
	result.Valid = !problems.HasErrors()
	if err := result.write(o, sources); err != nil {
		return err
	}
	if !result.Valid {
		return exit(exitError)
	}
	return nil
}

// write writes the result in the format that was asked for.
func (v validation) write(o *ValidateOptions, sources render.Sources) error {
	d := o.deps
	switch o.Format {
	case "json":
		return render.JSON(d.IO.Out, v)
	case "junit":
		return render.JUnit(d.IO.Out, "scimctl validate", []render.Suite{
			render.DiagnosticSuite("profiles", v.labels(), v.Diagnostics, sources),
		})
	case "sarif":
		codes := slices.Concat(profile.Codes(), profiletest.Codes(), expr.Codes(), mapping.Codes())
		return render.DiagnosticsSARIF(d.IO.Out, version.Number, codes, v.Diagnostics)
	case "github":
		return render.GitHub(d.IO.Out, render.DiagnosticAnnotations(v.Diagnostics))
	}
	p := render.Out(d.IO)
	p.Diagnostics(v.Diagnostics, sources)
	if v.Valid {
		for _, one := range v.Profiles {
			p.Valid(label(one.Profile, one.Environment), fmt.Sprintf("%s, %s, %s",
				count(one.UserMappings, "user mapping"), count(one.GroupMappings, "group mapping"), count(one.Tests, "test")))
		}
	}
	return p.Failed()
}

// labels names what was found valid: all or nothing, as errors belong to files.
func (v validation) labels() []string {
	var labels []string
	for _, one := range v.Profiles {
		if v.Valid {
			labels = append(labels, label(one.Profile, one.Environment))
		}
	}
	return labels
}

// check runs the mapping rules over the complete configuration of a profile.
func check(r *profile.Resolved) (validated, diag.List) {
	v := validated{Profile: r.Profile, Environment: r.Environment, Tests: len(r.Tests)}
	mappings, problems := profiletest.ObjectMappings(r)
	syncAll := r.Settings.SyncAll != nil && *r.Settings.SyncAll
	for _, m := range mappings {
		problems = append(problems, mapping.Lint(m, mapping.LintOptions{SyncAll: syncAll})...)
		switch m.Source {
		case mapping.User:
			v.UserMappings = len(m.Attributes)
		case mapping.Group:
			v.GroupMappings = len(m.Attributes)
		}
	}
	return v, problems
}

// resolveOffline resolves a profile for work without a tenant: variables without
// a value take their sandbox value or a stand-in.
func (d *Deps) resolveOffline(s selected, env string, f sourceFlags) (*profile.Resolved, diag.List, error) {
	values, err := d.values(s.Profile, f)
	if err != nil {
		return nil, nil, err
	}
	r, problems := s.Resolve(profile.Options{Environment: env, Values: values, Sandbox: true})
	return r, problems, nil
}

// label names a profile in an environment.
func label(name, environment string) string {
	if environment == "" {
		return name
	}
	return name + " (" + environment + ")"
}

// count returns "1 test", "2 tests".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
