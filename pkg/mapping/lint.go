package mapping

import "github.com/scimctl/scimctl/pkg/diag"

// LintOptions says what the rules may rely on.
type LintOptions struct {
	Live    bool // the definitions come from a tenant: an unknown attribute is an error, else a warning
	SyncAll bool // the job's scope is all users and groups
}

// Lint checks the rules that an object mapping must keep: each target mapped
// once, a matching mapping with a single source, precedence unique, anchor not
// mapped, users not switched off, attributes known on both sides, reference
// attributes, expressions, role functions, scoping filters.
func Lint(m ObjectMapping, o LintOptions) diag.List { panic("mapping: Lint") }
