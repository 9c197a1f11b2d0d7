package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/internal/version"
	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim"
)

// EndpointTestOptions are the dependencies and flags of `scimctl endpoint test`.
type EndpointTestOptions struct {
	deps          *Deps
	target        targetFlags
	Format        string
	Out           []string
	HAR           string
	Baseline      string
	WriteBaseline bool
	List          bool
	Dialects      []string
	Suites        []string
	Sides         []string
	Only, Skip    []string
	ReadOnly      bool
	Load          bool
	LargeGroups   int
	Parallel      int
	Domain        string
	Fingerprint   string
}

// allDialects is the word for every dialect.
const allDialects = "all"

// usualLargeGroup is the size of --large-groups without a number: the least that
// vendors are asked to bear. Source: endpoint_checks G-12.
const usualLargeGroup = 1000

func newCmdEndpointTest(d *Deps, run func(context.Context, *EndpointTestOptions) error) *cobra.Command {
	o := &EndpointTestOptions{deps: d}
	c := &cobra.Command{
		Use:   "test",
		Short: "Test a SCIM endpoint with the requests that identity providers send",
		Long: `Test a SCIM endpoint. Each check sends requests as Entra, Okta or the RFC phrase
them, and says what was asserted, why it matters, what was sent and what came back,
and how to mend it. There is a verdict for each side. A failure breaks a side
(provisioning fails or corrupts data; for the RFC a MUST is violated), degrades it, or
is a note. With -f the profile's mappings, matching attribute and attribute lists
drive the requests.

The test makes users and groups, whose names and external ids begin with
scimctl-test-, and removes them. It asks before it writes to an endpoint that is not
on this machine. What could not be removed is listed; scimctl endpoint clean tries
again.

--out writes reports to files besides, by their endings: .html (one page with all
traffic), .json, .xml (JUnit), .sarif, .md, .har and .txt.

With --baseline, deviations that the file lists do not fail the test until they
expire. It is YAML or JSON:

  version: 1
  deviations:
    - {check: C-07, reason: comes with release 7, expires: 2026-12-31, severity: degrades}

The exit code is 2 when a check degrades or breaks a side and the baseline does not
accept it, and 1 when nothing is wrong but what matters could not be checked.`,
		Example: `  scimctl endpoint test --url https://scim.example/v2 --token-env SCIM_TOKEN
  scimctl endpoint test -f idmelon.yaml --side entra --out report.html
  scimctl endpoint test --url http://localhost:8080/scim --only 'U-*' --only groups
  scimctl endpoint test -f app.yaml --baseline known.yaml -o github`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := o.check(); err != nil {
				return usageError(c, err)
			}
			if run != nil {
				return run(c.Context(), o)
			}
			return runEndpointTest(c.Context(), o)
		},
	}
	o.target.add(c)
	addFormat(c, &o.Format, "text", "json", "junit", "sarif", "markdown", "html", "github")
	dialects := []string{allDialects}
	for _, dialect := range scim.Dialects() {
		dialects = append(dialects, string(dialect))
	}
	addChoices(c, &o.Dialects, "dialect", "wording of requests", dialects...)
	suites := endpoint.AllSuites.Names()
	addChoices(c, &o.Suites, "suite", "which checks", suites...)
	addChoices(c, &o.Suites, "profile-suite", "the same", suites...)
	_ = c.Flags().MarkHidden("profile-suite")
	sides := []string{}
	for _, side := range endpoint.Sides() {
		sides = append(sides, string(side))
	}
	addChoices(c, &o.Sides, "side", "whose verdict decides whether the test fails; by default all", sides...)
	f := c.Flags()
	f.StringSliceVar(&o.Only, "only", nil, "run only these checks: ids, patterns such as U-*, or names of groups")
	f.StringSliceVar(&o.Skip, "skip", nil, "leave these checks out")
	f.BoolVar(&o.List, "list", false, "list the checks that would run, and send nothing")
	f.BoolVar(&o.ReadOnly, "read-only", false, "leave out whatever makes, changes or deletes an object")
	f.BoolVar(&o.Load, "load", false, "also send 25 requests a second for some seconds")
	f.IntVar(&o.LargeGroups, "large-groups", 0, fmt.Sprintf("also make a group with this many members, at most %d", endpoint.MaxLargeGroup))
	f.Lookup("large-groups").NoOptDefVal = strconv.Itoa(usualLargeGroup)
	f.IntVar(&o.Parallel, "parallel", endpoint.DefaultParallel, "checks that run at the same time")
	f.StringVar(&o.Domain, "domain", "", "domain of made user names and addresses; by default example.com")
	f.StringVar(&o.Fingerprint, "fingerprint", "", "schemaFingerprint of an earlier report, whose change is noted")
	f.StringArrayVar(&o.Out, "out", nil, "file to write a report to, in the format of its ending")
	f.StringVar(&o.HAR, "har", "", "file to write the traffic to, as an HTTP Archive")
	f.StringVar(&o.Baseline, "baseline", "", "file of deviations that are accepted for a time")
	f.BoolVar(&o.WriteBaseline, "write-baseline", false, "write what fails now to the file of --baseline")
	return c
}

// check refuses flags that contradict each other.
func (o *EndpointTestOptions) check() error {
	switch {
	case o.WriteBaseline && o.Baseline == "":
		return errors.New("--write-baseline needs the file, with --baseline")
	case o.List && o.Format != "text" && o.Format != "json":
		return errors.New("--list is text or json")
	case o.Parallel < 1:
		return errors.New("--parallel must be at least 1")
	}
	for _, name := range o.Out {
		if _, err := writerOf(name); err != nil {
			return err
		}
	}
	if o.List {
		return nil
	}
	return o.target.check()
}

func runEndpointTest(ctx context.Context, o *EndpointTestOptions) error {
	if o.List {
		return o.list()
	}
	d := o.deps
	known, err := o.baseline()
	if err != nil {
		return err
	}
	t, err := o.target.open(ctx, d)
	if err != nil {
		return err
	}
	question := "Make, change and delete users and groups of its own at %s?"
	if o.ReadOnly {
		question = ""
	}
	if err := o.target.allow(d, t, question); err != nil {
		return err
	}
	o.complete(&t.options)
	progress := render.NewEndpointProgress(d.IO, d.Now)
	t.options.Progress = progress.Event
	runner, err := endpoint.New(t.options)
	if err != nil {
		return err
	}
	report := render.EndpointReport{
		Report: runner.Run(ctx), Baseline: known, Version: version.Number, Profile: t.profile, Where: t.where,
	}
	progress.Stop()
	for _, side := range o.Sides {
		report.Sides = append(report.Sides, endpoint.Side(side))
	}
	if err := o.write(report); err != nil {
		return err
	}
	return o.verdict(ctx, report)
}

// complete adds what is run, and how.
func (o *EndpointTestOptions) complete(e *endpoint.Options) {
	if !slices.Contains(o.Dialects, allDialects) {
		for _, name := range o.Dialects {
			e.Dialects = append(e.Dialects, scim.Dialect(name))
		}
	}
	for _, name := range o.Suites {
		suite, err := endpoint.ParseSuite(name)
		if err == nil { // the flag takes no other
			e.Suites |= suite
		}
	}
	e.Only, e.Skip = o.Only, o.Skip
	e.ReadOnly, e.Load, e.LargeGroups = o.ReadOnly, o.Load, o.LargeGroups
	e.Parallel, e.Domain, e.Fingerprint = o.Parallel, o.Domain, o.Fingerprint
	e.UserAgent = "scimctl/" + version.Number
}

// verdict is the exit code.
func (o *EndpointTestOptions) verdict(ctx context.Context, r render.EndpointReport) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case o.WriteBaseline:
		return nil
	case r.Failed():
		return exit(exitPending)
	case r.Interrupted != "":
		return fmt.Errorf("the test did not come to its end: %s", r.Interrupted)
	case r.Undecided():
		return errors.New("nothing was found wrong, but checks that matter could not run: see above why")
	}
	return nil
}

// list writes the checks that would run.
func (o *EndpointTestOptions) list() error {
	// The address is never connected to.
	e := endpoint.Options{URL: "http://localhost"}
	o.complete(&e)
	runner, err := endpoint.New(e)
	if err != nil {
		return err
	}
	if o.Format == "json" {
		return render.EndpointChecksJSON(o.deps.IO.Out, runner.Checks())
	}
	p := render.Out(o.deps.IO)
	p.EndpointChecks(runner.Checks())
	return p.Failed()
}
