package expr

import "github.com/scimctl/scimctl/pkg/diag"

var functionTable []Function

type replacement struct{}

func (c *code) prepareReplace() {}

// CheckOptions says what Check may rely on.
type CheckOptions struct {
	Attributes        []string      // the known source attributes; nil when unknown
	AttributeSeverity diag.Severity // of a name that is not among Attributes
	Matching          bool          // the mapping matches objects: one source attribute only
	SyncAll           bool          // the job's scope is all users and groups: role functions do not work
}

// Check finds what would fail or surprise in e: unknown functions and
// attributes, wrong argument counts, odd arguments. Offsets as for Parse.
func (e *Expr) Check(o CheckOptions) diag.List { panic("expr: Check") }
