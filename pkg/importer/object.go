package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
)

// object is the draft of one object mapping. Its parts are worked out once;
// those that turned out not to be sayable are withheld.
type object struct {
	source         string
	live, template *entra.Schema // template is nil where it maps no such object, or to another one
	operators      map[string]string
	has, was       mapping.ObjectMapping // as it is, and as the template has it

	targets, sources []mapping.AttributeSpec // differences of the attribute lists
	gone             []string                // attributes that the template has and the application not

	without map[part]string // parts that are withheld, and why
}

// part is a part of an object mapping that can be withheld on its own.
type part struct {
	kind partKind
	name string
}

type partKind int

const (
	aMapping  partKind = iota // of the target attribute name
	aTarget                   // target attribute name of the attribute list
	aSource                   // source attribute name of the attribute list
	aRemoval                  // of the attribute name from the target's list
	theFilter                 // the scoping filter
	theAction                 // the set of actions
	theSwitch                 // whether the object mapping is on
	theRest                   // all mappings together
	theObject                 // everything
)

// newObject reads an object mapping, nil where the schema has none that a profile
// could name.
func newObject(app *plan.ObservedApp, source string) (*object, error) {
	o := &object{source: source, live: app.Schema, operators: app.Operators, without: map[part]string{}}
	ref := entra.MappingRef{Source: source}
	if _, err := app.Schema.Resolve(ref); err != nil {
		return nil, nil //nolint:nilerr // what is not there, or there twice, is told by beyondSchema
	}
	var err error
	if o.has, err = readObject(app.Schema, source); err != nil {
		return nil, err
	}
	if o.has.Actions == 0 {
		o.withhold(theAction, "", "none is allowed")
	}
	if t := app.TemplateSchema; t != nil {
		if was, err := readObject(t, source); err == nil && was.Target == o.has.Target {
			o.template, o.was = t, was
			o.attributeLists()
		}
	}
	return o, nil
}

// readObject reads one object mapping of a schema.
func readObject(s *entra.Schema, source string) (mapping.ObjectMapping, error) {
	all, err := mapping.FromSchema(s)
	if err != nil {
		return mapping.ObjectMapping{}, fmt.Errorf("read the schema: %w", err)
	}
	i := slices.IndexFunc(all, func(m mapping.ObjectMapping) bool { return m.Source == source })
	if i < 0 {
		return mapping.ObjectMapping{}, fmt.Errorf("the schema has no object mapping for %s", source)
	}
	return all[i], nil
}

// withhold takes a part out of the profile; false when it is out already.
func (o *object) withhold(kind partKind, name, why string) bool {
	p := part{kind, name}
	if _, ok := o.without[p]; ok {
		return false
	}
	o.without[p] = why
	return true
}

func (o *object) held(kind partKind, name string) bool {
	_, ok := o.without[part{kind, name}]
	return ok
}

// desired is what the profile asks of the object mapping, nil for nothing.
func (o *object) desired() *mapping.Desired {
	if o.held(theObject, "") {
		return nil
	}
	d := &mapping.Desired{Source: o.source}
	if on := o.template == nil && o.source == mapping.User || o.template != nil && o.was.Enabled; o.has.Enabled != on && !o.held(theSwitch, "") {
		d.Enabled = new(o.has.Enabled)
	}
	usual := mapping.AllActions
	if o.template != nil {
		usual = o.was.Actions
	}
	if o.has.Actions != usual && !o.held(theAction, "") {
		d.Actions = new(o.has.Actions)
	}
	o.lists(d)
	o.filter(d)
	if !o.held(theRest, "") {
		o.mappings(d)
	}
	if d.Base == "" && d.Enabled == nil && d.Actions == nil && d.Filters == nil && len(d.TargetAttributes)+len(d.SourceAttributes)+len(d.RemoveAttributes) == 0 {
		return nil
	}
	return d
}

func (o *object) lists(d *mapping.Desired) {
	for _, s := range o.targets {
		if !o.held(aTarget, s.Name.Value) {
			d.TargetAttributes = append(d.TargetAttributes, s)
		}
	}
	for _, s := range o.sources {
		if !o.held(aSource, s.Name.Value) {
			d.SourceAttributes = append(d.SourceAttributes, s)
		}
	}
	for _, name := range o.gone {
		if !o.held(aRemoval, name) {
			d.RemoveAttributes = append(d.RemoveAttributes, text(name))
		}
	}
}

// filter states the scoping filter where it differs from the template's.
func (o *object) filter(d *mapping.Desired) {
	groups := filterGroups(o.has.Scope)
	if o.held(theFilter, "") || len(groups) == 0 && (o.template == nil || len(filterGroups(o.was.Scope)) == 0) {
		return
	}
	if o.template != nil {
		edits, problems := mapping.Converge(o.live, nil, mapping.Desired{Source: o.source, Filters: new(filterGroups(o.was.Scope))}, nil)
		if len(edits) == 0 && !problems.HasErrors() {
			return
		}
	}
	d.Filters = &groups
}

// filterGroups writes a scoping filter as profiles do. Names that do not tell the
// groups apart are left out.
func filterGroups(f *entra.Filter) []mapping.FilterGroup {
	if f == nil {
		return nil
	}
	groups := make([]mapping.FilterGroup, len(f.Groups))
	seen := map[string]int{}
	for i, g := range f.Groups {
		seen[g.Name]++
		groups[i].Name = g.Name
		for _, c := range g.Clauses {
			groups[i].Clauses = append(groups[i].Clauses, mapping.FilterClause{Attribute: text(c.SourceOperandName), Operator: text(operator(c.OperatorName)), Values: slices.Clone(c.TargetOperand.Values)})
		}
	}
	for i := range groups {
		if seen[groups[i].Name] > 1 {
			groups[i].Name = ""
		}
	}
	return groups
}

// operator spells a filter operator as the portal does, so that the profile suits
// every tenant; one that is not known stays as it is.
func operator(name string) string {
	for _, portal := range mapping.Operators() {
		if mapping.FoldOperator(portal) == mapping.FoldOperator(name) {
			return portal
		}
	}
	return name
}

// withheld says what the profile leaves to the tenant, in a fixed order.
func (o *object) withheld() []string {
	who := strings.ToLower(o.source) + "s"
	var out []string
	for p, why := range o.without {
		if p.kind != theObject && o.held(theObject, "") || p.kind == aMapping && o.held(theRest, "") {
			continue // said already by the larger part
		}
		what := map[partKind]string{
			aMapping: "the mapping of " + p.name, aTarget: "the target attribute " + p.name, aSource: "the source attribute " + p.name,
			aRemoval: "that the attribute list lacks " + p.name, theFilter: "the scoping filter", theAction: "the actions",
			theSwitch: "whether the mapping is on", theRest: "all mappings", theObject: "everything",
		}[p.kind]
		out = append(out, fmt.Sprintf("%s: %s (%s)", who, what, why))
	}
	slices.Sort(out)
	return out
}
