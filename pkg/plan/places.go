package plan

import (
	"slices"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
)

// places says where in the profile each step, and each change of the schema, is asked
// for.
func (b *builder) places() {
	for i := range b.p.Steps {
		s := &b.p.Steps[i]
		if s.Where = b.placeOf(*s); s.Where.IsZero() {
			s.Where = b.r.Where
		}
		if s.Schema == nil || len(s.Schema.Edits) != len(s.Details) {
			continue
		}
		for _, e := range s.Schema.Edits {
			s.Places = append(s.Places, b.placeOfEdit(e))
		}
	}
}

// placeOf is where a step is asked for, zero for one that follows from others.
func (b *builder) placeOf(s Step) diag.Range {
	switch s.Kind {
	case CreateApp, TagApp:
		return b.r.App.Where
	case EnsureRoles:
		return b.r.App.Roles[0].Where
	case WriteSecrets, TestConnection:
		if b.r.Endpoint != nil {
			return b.r.Endpoint.Where
		}
		return b.r.Settings.Where
	case StartJob, StopJob:
		return b.r.Settings.Where
	case EditSchema:
		return s.Schema.Wants[0].Where
	case Assign:
		if i := slices.IndexFunc(b.r.Assign.To, func(a profile.Assignment) bool { return b.isPrincipal(a, s.Assignment.Principal.ID) }); i >= 0 {
			return b.r.Assign.To[i].Where
		}
		return b.r.Assign.Where
	case Unassign:
		return b.r.Assign.Where
	default:
		return diag.Range{}
	}
}

// placeOfEdit is where a change of the schema is asked for: the mapping or attribute
// that it makes, else the object whose base it follows from.
func (b *builder) placeOfEdit(e mapping.Edit) diag.Range {
	for _, w := range wants(b.r) {
		if w.Source != e.Ref.Source {
			continue
		}
		for _, m := range w.Mappings {
			if m.Target.Value == e.Name {
				return m.Where
			}
		}
		for _, t := range slices.Concat(w.Remove, w.RemoveAttributes) {
			if t.Value == e.Name {
				return t.Where
			}
		}
		for _, a := range slices.Concat(w.TargetAttributes, w.SourceAttributes) {
			if a.Name.Value == e.Name {
				return a.Where
			}
		}
		if e.Kind == mapping.SetScope && w.Filters != nil && len(*w.Filters) > 0 {
			return (*w.Filters)[0].Where
		}
		return w.Where
	}
	return diag.Range{}
}
