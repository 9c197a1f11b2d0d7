package mapping

import (
	"github.com/scimctl/scimctl/pkg/diag"
)

// LintOptions says what the rules may rely on.
type LintOptions struct {
	Live    bool // the definitions come from a tenant: an unknown attribute is an error, else a warning
	SyncAll bool // the job's scope is all users and groups
}

// Lint checks the rules that an object mapping must keep: each target mapped
// once, a matching mapping with a single source, precedence unique, anchor not
// mapped, users not switched off, attributes known on both sides, reference
// attributes, expressions, role functions, scoping filters. Codes documents them.
func Lint(m ObjectMapping, o LintOptions) diag.List {
	l := &linter{m: m, o: o}
	for i := range m.Attributes {
		a := &m.Attributes[i]
		l.target(a)
		l.source(a)
	}
	l.once()
	l.matching()
	l.object()
	l.active()
	l.scope()
	return l.problems
}

type linter struct {
	m        ObjectMapping
	o        LintOptions
	problems diag.List
}

func (l *linter) report(d diag.Diagnostic) { l.problems = append(l.problems, d) }

// unknown is the severity of an attribute that no list has: offline the lists are
// incomplete. Source: samples, "The reconstruction".
func (l *linter) unknown() diag.Severity {
	if l.o.Live {
		return diag.Error
	}
	return diag.Warning
}

// suggest completes a diagnostic about an unknown name. The mend is offered only
// where the text of the file is the name itself.
func suggest(d diag.Diagnostic, at diag.Text, name string, known []string) diag.Diagnostic {
	d.Summary += diag.DidYouMean(name, known)
	if s := diag.Suggest(name, known); s != "" && len(at.Marks) > 0 && at.Value == name {
		d.Fix = &diag.Fix{Range: at.At(0, len(at.Value)), NewText: s}
	}
	return d
}
