// Package profiletest runs the tests that a profile carries: the provisioning
// engine sends to a SCIM server inside this process what Entra would send, and
// what arrives is compared with what the test expects.
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
	ReadFile      func(name string) ([]byte, error)    // files beside the profile
	UpdateGoldens func(name string, data []byte) error // nil: goldens are compared, not written
	Now           func() time.Time
}

// Result is how one test ended.
type Result struct {
	Name     string
	Passed   bool
	Failures []Failure
}

// Failure is one expectation that did not hold.
type Failure struct {
	What, Want, Got string
	Where           diag.Range
}

// Run runs the tests of r. The diagnostics are problems of the configuration, with
// which no test was run when they have errors.
func Run(ctx context.Context, r *profile.Resolved, o Options) ([]Result, diag.List) {
	panic("profiletest: Run")
}

// ObjectMappings returns the complete configuration that r asks for, offline: the
// template's default schema with the profile on top. Texts that the profile wrote
// keep their places in it.
func ObjectMappings(r *profile.Resolved) ([]mapping.ObjectMapping, diag.List) {
	panic("profiletest: ObjectMappings")
}
