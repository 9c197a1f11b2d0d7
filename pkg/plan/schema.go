package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// SchemaStep carries the wish, not a document: apply reads the schema as it is by
// then and makes it agree.
type SchemaStep struct {
	Wants   []mapping.Desired
	Edits   []mapping.Edit // known differences; empty before the app exists
	SyncAll bool           // the job's scope is all users and groups

	shown []SchemaChange // of a plan that was read: what Edits were
}

// Converge returns the edits that make live agree with all wants, and what is
// wrong with them. template and operators are as mapping.Converge takes them.
func (s *SchemaStep) Converge(live, template *entra.Schema, operators map[string]string) ([]mapping.Edit, diag.List) {
	var edits []mapping.Edit
	var problems diag.List
	for _, want := range s.Wants {
		e, list := mapping.Converge(live, template, want, operators)
		edits = append(edits, e...)
		problems = append(problems, list...)
	}
	return edits, problems
}

// Lint checks the mapping rules on the schema after the edits. Problems that
// the schema had before and that are not about the profile's own mappings are
// somebody else's and left out.
func (s *SchemaStep) Lint(before, after *entra.Schema, live bool) (diag.List, error) {
	was, err := s.lint(before, live)
	if err != nil {
		return nil, err
	}
	is, err := s.lint(after, live)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(is, func(d diag.Diagnostic) bool {
		return d.Subject.IsZero() && slices.ContainsFunc(was, func(w diag.Diagnostic) bool { return w.Code == d.Code && w.Summary == d.Summary })
	}), nil
}

func (s *SchemaStep) lint(schema *entra.Schema, live bool) (diag.List, error) {
	mappings, err := mapping.FromSchema(schema)
	if err != nil {
		return nil, fmt.Errorf("read the mappings of the schema: %w", err)
	}
	var problems diag.List
	for _, m := range mappings {
		i := slices.IndexFunc(s.Wants, func(w mapping.Desired) bool { return w.Source == m.Source })
		if i < 0 || !m.Enabled && s.Wants[i].Enabled == nil {
			continue
		}
		problems = append(problems, mapping.Lint(m.Placed(s.Wants[i]), mapping.LintOptions{Live: live, SyncAll: s.SyncAll})...)
	}
	return problems, nil
}

// schemaStep plans the edits of the job's schema, or returns nil when it says
// what the profile wants. A job that does not exist yet has the template's schema.
func (b *builder) schemaStep() *Step {
	if b.p.App.JobID == "" && !b.has(CreateJob) {
		return nil
	}
	wanted := b.wantedMappings()
	if len(wanted) == 0 {
		return nil
	}
	s := &SchemaStep{Wants: wanted, SyncAll: b.syncAll()}
	step := &Step{ID: idSchema, Kind: EditSchema, Action: Change, Summary: "attribute mappings of the synchronization job", Schema: s}
	live, template := b.schemas()
	if live == nil {
		step.Details = wishLines(wanted)
		b.lintWish(wanted)
		return step
	}
	edits, problems := s.Converge(live, template, b.operators())
	b.p.Diagnostics = append(b.p.Diagnostics, problems...)
	s.Edits = edits
	if len(edits) == 0 && b.p.App.JobID != "" {
		b.lint(s, live, live)
		return nil
	}
	after := live.Clone()
	if err := mapping.Apply(after, edits, nil, false); err != nil {
		b.report(diag.Errorf(codeSchema, b.r.Where, "the changes do not fit the schema: %s", err))
		return step
	}
	b.lint(s, live, after)
	step.Details = editLines(edits)
	if len(edits) == 0 {
		step.Details = []Line{{Do, "nothing differs from the template"}}
	}
	step.Consequences = b.schemaConsequences(live, edits)
	return step
}

// lintWish checks the rules on mappings that stand alone, before there is a
// schema that they could be checked against, so that a set-up that cannot work is
// not begun.
func (b *builder) lintWish(wanted []mapping.Desired) {
	for _, w := range wanted {
		if w.Base != mapping.BaseNone {
			continue
		}
		m := mapping.ObjectMapping{Source: w.Source, Enabled: w.Enabled == nil || *w.Enabled, Actions: mapping.AllActions, Attributes: slices.Clone(w.Mappings)}
		for i, a := range m.Attributes {
			m.Attributes[i].Match = max(a.Match, 0)
		}
		b.p.Diagnostics = append(b.p.Diagnostics, mapping.Lint(m, mapping.LintOptions{SyncAll: b.syncAll()})...)
	}
}

func (b *builder) lint(s *SchemaStep, before, after *entra.Schema) {
	problems, err := s.Lint(before, after, b.app != nil)
	if err != nil {
		b.report(diag.Errorf(codeSchema, b.r.Where, "%s", err))
		return
	}
	b.p.Diagnostics = append(b.p.Diagnostics, problems...)
}

// schemas returns the schema to edit and that of its template, nil while they
// are unknown.
func (b *builder) schemas() (live, template *entra.Schema) {
	switch {
	case b.app == nil:
		return nil, nil
	case b.app.Job == nil:
		return b.app.TemplateSchema, b.app.TemplateSchema
	default:
		return b.app.Schema, b.app.TemplateSchema
	}
}

func (b *builder) operators() map[string]string {
	if b.app == nil {
		return nil
	}
	return b.app.Operators
}

// syncAll reports whether the job's scope is everybody once the plan is done.
func (b *builder) syncAll() bool {
	if all := b.r.Settings.SyncAll; all != nil {
		return *all
	}
	stored, _ := b.app.secret(entra.KeySyncAll)
	return strings.EqualFold(stored, "true")
}

// wantedMappings returns what the profile asks of the object mappings. On an
// adopted application whose job somebody else has set up, bases none and
// template are taken as keep, unless the risk is accepted: mappings that the
// profile does not name are somebody's decision there. A job that never ran and still
// has the template's mappings carries no such decision.
func (b *builder) wantedMappings() []mapping.Desired {
	wanted := wants(b.r)
	if !b.p.App.Adopted || b.app.Job == nil || b.app.Schema == nil || b.accepts(RiskReplaceMappings) {
		return wanted
	}
	for i, w := range wanted {
		if w.Base != mapping.BaseNone && w.Base != mapping.BaseTemplate || b.untouched(w.Source) {
			continue
		}
		kept := w
		kept.Base = mapping.BaseKeep
		b.keepNote(w, kept)
		wanted[i] = kept
	}
	return wanted
}

// untouched reports whether the mappings of an object are the template's own.
func (b *builder) untouched(source string) bool {
	if b.app.hasRun() || b.app.TemplateSchema == nil {
		return false
	}
	edits, problems := mapping.Converge(b.app.Schema, b.app.TemplateSchema, mapping.Desired{Source: source, Base: mapping.BaseTemplate}, nil)
	return len(edits) == 0 && !problems.HasErrors()
}

// keepNote says which mappings stay that the profile's base would change.
func (b *builder) keepNote(full, kept mapping.Desired) {
	all, _ := mapping.Converge(b.app.Schema, b.app.TemplateSchema, full, b.app.Operators)
	few, _ := mapping.Converge(b.app.Schema, b.app.TemplateSchema, kept, b.app.Operators)
	var names []string
	for _, e := range all {
		if !slices.ContainsFunc(few, func(f mapping.Edit) bool { return f.Kind == e.Kind && f.Name == e.Name }) {
			names = append(names, e.Name)
		}
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	b.note(fmt.Sprintf("the application was not made by scimctl, so %s mappings that the profile does not name stay as they are: %s; --accept-risk=%s applies base: %s to them",
		strings.ToLower(full.Source), strings.Join(slices.Compact(names), ", "), RiskReplaceMappings, full.Base))
}

// schemaConsequences says what the edits cause in a job that has run.
func (b *builder) schemaConsequences(live *entra.Schema, edits []mapping.Edit) []string {
	var out []string
	add := func(text string) {
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	for _, e := range edits {
		who := people(e.Ref.Source)
		ran := b.app.hasRun()
		switch e.Kind {
		case mapping.AddAttribute, mapping.ChangeAttribute, mapping.RemoveAttribute:
			continue
		case mapping.AddMapping, mapping.ChangeMapping, mapping.RemoveMapping:
			if e.Ref.Source == mapping.User && e.Name == activeTarget && e.MappingBefore != nil && ran {
				add("whether people are switched off in the application depends on this mapping of active")
			}
			if ran && rematches(e) {
				add(fmt.Sprintf("all %s are matched again; those that find no counterpart in the application are created anew", who))
			}
		case mapping.SetScope:
			if ran {
				add(fmt.Sprintf("every %s that the new scoping filter leaves out %s", strings.ToLower(e.Ref.Source), b.outOfScope()))
			}
		case mapping.SetEnabled:
			if ran && e.EnabledAfter != nil && !*e.EnabledAfter {
				add(fmt.Sprintf("%s are no longer provisioned; those in the application stay there", who))
			}
		}
		if ran {
			add("a new initial cycle evaluates everybody in scope again")
		}
	}
	if b.app.active() && live != nil && len(out) > 0 {
		add("nobody is provisioned while the job is paused")
	}
	return out
}

// activeTarget is the SCIM attribute that switches an account off.
const activeTarget = "active"

// people names the objects of a source type.
func people(source string) string { return strings.ToLower(source) + "s" }

func priority(m *entra.AttributeMapping) int {
	if m == nil {
		return 0
	}
	return m.MatchingPriority
}
