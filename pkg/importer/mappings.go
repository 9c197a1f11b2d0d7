package importer

import (
	"slices"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// mappings states the attribute mappings in the shortest way that means the same:
// on top of the template's, or all of them. Where some cannot be said, the others
// are left alone.
func (o *object) mappings(d *mapping.Desired) {
	keeps := slices.ContainsFunc(slices.Collect(keysOf(o.without)), func(p part) bool { return p.kind == aMapping })
	all := o.stated(func(string) bool { return true }, true)
	if o.template == nil {
		d.Base, d.Mappings = mapping.BaseNone, all
		if keeps {
			d.Base = mapping.BaseKeep
		}
		return
	}
	changed, removed := o.differences()
	onTop := o.stated(func(target string) bool { return changed[target] }, false)
	switch {
	case keeps:
		d.Base, d.Mappings, d.Remove = mapping.BaseKeep, onTop, removed
		return
	case len(onTop)+len(removed) > len(all):
		d.Base, d.Mappings = mapping.BaseNone, all
		return
	}
	d.Base, d.Mappings, d.Remove = mapping.BaseTemplate, o.least(onTop, removed), removed
}

// differences are the targets that are mapped otherwise than in the template, and
// those that only the template maps.
func (o *object) differences() (changed map[string]bool, removed []diag.Text) {
	edits, _ := mapping.Converge(o.live, o.template, mapping.Desired{Source: o.source, Base: mapping.BaseTemplate}, nil)
	changed = map[string]bool{}
	for _, e := range edits {
		if e.Kind == mapping.AddMapping {
			removed = append(removed, text(e.Name))
			continue
		}
		changed[e.Name] = true
	}
	return changed, removed
}

// stated returns the mappings of the targets that are wanted, each once, as a
// profile states them. exact says that there is no template underneath, so that a
// mapping without precedence has none.
func (o *object) stated(wanted func(target string) bool, exact bool) []mapping.Attribute {
	var out []mapping.Attribute
	for _, a := range o.has.Attributes {
		target := a.Target.Value
		if !wanted(target) || o.held(aMapping, target) || slices.ContainsFunc(out, func(b mapping.Attribute) bool { return b.Target.Value == target }) {
			continue
		}
		if a.Kind == mapping.Expression {
			a.Source = text(mapping.Canonical(a.Source.Value))
		}
		if a.Match == 0 || !exact && a.Match == o.templateMatch(target) {
			a.Match = mapping.Unstated
		}
		out = append(out, a)
	}
	return out
}

// templateMatch is the precedence that a mapping has in the template.
func (o *object) templateMatch(target string) int {
	for _, a := range o.was.Attributes {
		if a.Target.Value == target {
			return a.Match
		}
	}
	return 0
}

// least leaves out what follows from the rest: a mapping that only lost its
// precedence to another one.
func (o *object) least(stated []mapping.Attribute, removed []diag.Text) []mapping.Attribute {
	for i := 0; i < len(stated); {
		fewer := slices.Delete(slices.Clone(stated), i, i+1)
		edits, problems := mapping.Converge(o.live, o.template, mapping.Desired{Source: o.source, Base: mapping.BaseTemplate, Mappings: fewer, Remove: removed}, nil)
		if len(edits) == 0 && !problems.HasErrors() {
			stated = fewer
			continue
		}
		i++
	}
	return stated
}

func keysOf[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
