package cmd

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"

	"github.com/spf13/cobra"
)

// TestOptions are the dependencies and flags of `scimctl test`.
type TestOptions struct {
	deps     *Deps
	source   sourceFlags
	Format   string
	Update   bool
	Run      string
	Coverage bool
	Minimum  float64 // percent
	Watch    bool

	selected *regexp.Regexp // of Run
}

func newCmdTest(d *Deps, run func(context.Context, *TestOptions) error) *cobra.Command {
	o := &TestOptions{deps: d}
	c := &cobra.Command{
		Use:   "test",
		Short: "Run the tests that a profile carries, offline",
		Long: `Run the tests of profiles: for each user or group of a test, the provisioning
engine sends to a SCIM server inside this process what Entra would send, and the
result is compared with what the test expects.

With --coverage the values of each Switch and IIF are listed that no test reaches. A
test reaches the values that its object flows through to the request that is tested:
the set-up of a linked object, a deletion and an object out of scope reach none. A
default value that is left empty, as in Switch([IsSoftDeleted], , …), is none.

The exit code is 2 when a test fails or the coverage is below --coverage-min.

With -o json the result is

  {"passed", "failed",
   "profiles": [{"profile", "environment",
     "tests": [{"name", "passed", "where",
       "failures": [{"what", "want", "got", "where"}]}]}],
   "coverage": {"values", "reached", "percent",
     "unreached": [{"profile", "target", "function", "when", "value", "where"}]},
   "problems": [diagnostic]}`,
		Example: `  scimctl test -f idmelon.yaml
  scimctl test -f profiles --all -o junit > tests.xml
  scimctl test -f idmelon.yaml --coverage --coverage-min 90
  scimctl test -f idmelon.yaml --run leaver --watch`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.check(c.Flags().Changed("coverage-min")); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			if o.Watch {
				return watchTests(c.Context(), o, watchPause)
			}
			return runTest(c.Context(), o)
		},
	}
	o.source.addMany(c)
	addFormat(c, &o.Format, "text", "json", "junit", "github")
	f := c.Flags()
	f.BoolVar(&o.Update, "update", false, "write the requests that were sent to the files that the tests name")
	f.StringVar(&o.Run, "run", "", "run only tests whose name matches this regular expression")
	f.BoolVar(&o.Coverage, "coverage", false, "list the values of Switch and IIF that no test reaches")
	f.Float64Var(&o.Minimum, "coverage-min", 0, "percent of those values that tests must reach")
	f.BoolVarP(&o.Watch, "watch", "w", false, "run again whenever a file changes that the tests read, until Ctrl-C")
	return c
}

// check refuses flags that contradict each other, and reads those that have a form.
func (o *TestOptions) check(minimum bool) (err error) {
	switch {
	case o.Minimum < 0 || o.Minimum > 100:
		return errors.New("--coverage-min is a share in percent, from 0 to 100")
	case o.Watch && o.Update:
		return errors.New("--watch does not go with --update, whose files it would see change")
	case o.Watch && o.Format != "text":
		return errors.New("--watch writes text for eyes: leave -o out")
	case o.Watch && slices.Contains(o.source.Files, "-"):
		return errors.New("--watch needs profiles in files: standard input does not change")
	}
	o.Coverage = o.Coverage || minimum
	if o.selected, err = regexp.Compile(o.Run); err != nil {
		return fmt.Errorf("--run: %w", err)
	}
	return nil
}
