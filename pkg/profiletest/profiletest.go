// Package profiletest runs the tests that a profile carries: the provisioning
// engine sends to a SCIM server inside this process what Entra would send, and
// what arrives is compared with what the test expects.
//
// Each test starts with an empty server. With `linked: true` the object is
// provisioned first, active and in scope; only what is sent after that counts. An
// object that the tested one refers to, a manager or a member, counts as
// provisioned and has the same id at the server as in the directory.
package profiletest

import (
	"context"
	"time"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
)

// Options are what a run asks of the world.
type Options struct {
	ReadFile      func(name string) ([]byte, error)    // files beside the profile; nil: tests that name a request fail
	UpdateGoldens func(name string, data []byte) error // nil: goldens are compared, not written
	Now           func() time.Time                     // nil means time.Now
	Select        func(name string) bool               // which tests to run, by name; nil: all
	Coverage      *Coverage                            // collects the arms that the tests take; nil: not wanted
}

// Result is how one test ended.
type Result struct {
	Name     string
	Passed   bool
	Failures []Failure
	Where    diag.Range    // of the test in the profile
	Took     time.Duration // by Options.Now
}

// Failure is one expectation that did not hold.
type Failure struct {
	What, Want, Got string
	Where           diag.Range
}

// Run runs the tests of r. The diagnostics are problems of the configuration, with
// which no test was run when they have errors.
func Run(ctx context.Context, r *profile.Resolved, o Options) ([]Result, diag.List) {
	if o.Now == nil {
		o.Now = time.Now
	}
	mappings, problems := ObjectMappings(r)
	for _, m := range mappings {
		problems = append(problems, mapping.Lint(m, mapping.LintOptions{SyncAll: syncAll(r, profile.When{})})...)
	}
	if problems.HasErrors() {
		return nil, problems
	}
	var programs []*mapping.Program
	for _, m := range mappings {
		p, list := mapping.Compile(m)
		problems = append(problems, list...)
		if p != nil {
			programs = append(programs, p)
		}
	}
	if problems.HasErrors() {
		return nil, problems
	}
	var arms *tracer
	if o.Coverage != nil {
		arms = o.Coverage.watch(r.Profile, programs, mapping.Env{Now: o.Now})
	}
	results := []Result{}
	for _, t := range r.Tests {
		if o.Select != nil && !o.Select(t.Name) {
			continue
		}
		began := o.Now()
		failures := runTest(ctx, r, t, programs, arms, o)
		results = append(results, Result{
			Name: t.Name, Passed: len(failures) == 0, Failures: failures, Where: t.Where, Took: o.Now().Sub(began),
		})
	}
	return results, problems
}

// syncAll is the scope that a test runs under: its own, else the profile's.
func syncAll(r *profile.Resolved, when profile.When) bool {
	switch {
	case when.SyncAll != nil:
		return *when.SyncAll
	case r.Settings.SyncAll != nil:
		return *r.Settings.SyncAll
	}
	return false
}
