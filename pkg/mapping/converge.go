package mapping

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
)

// Converge returns the edits that make live agree with want. template is the
// schema of the job's template, needed for BaseTemplate only. operators maps the
// folded spelling of filter operators (see FoldOperator) to the tenant's (nil:
// the profile's spelling is used). A second Converge after the edits finds none.
//
// Comparison is by meaning: expressions in canonical form, "" and null defaults
// alike, flow types without regard to blanks and order, filters without regard to
// the order of groups and clauses. The diagnostics are problems of want against
// live, such as an object left without a matching mapping; what a mapping says by
// itself is for Lint to judge.
//
// Edits come in an order that can be applied one by one: additions to attribute
// lists, removals of mappings in the order of live, changes and additions of
// mappings, removals from attribute lists, then actions, filter and enabled.
func Converge(live, template *entra.Schema, want Desired, operators map[string]string) ([]Edit, diag.List) {
	ref, err := live.Resolve(entra.MappingRef{Source: want.Source})
	if err != nil {
		if want.Enabled != nil && !*want.Enabled {
			return nil, nil // what is not there is off
		}
		return nil, diag.List{diag.Errorf(codeNoObjectMapping, want.Where, "%v", err).
			WithDetail("The application does not provision objects of type %s. Leave them out of the profile, or choose another template.", want.Source)}
	}
	rule, has, _ := live.ObjectMapping(ref)
	c := &convergence{live: live, template: template, want: want, ref: ref, rule: rule, has: has, operators: operators}
	c.sourceList, c.targetList = live.Definitions(ref)
	c.attributeLists()
	final := c.mappings()
	c.removeAttributes(final)
	c.actions()
	c.filter()
	c.enabled()
	return c.edits, c.problems
}

// convergence is one run of Converge.
type convergence struct {
	live, template         *entra.Schema
	want                   Desired
	ref                    entra.MappingRef
	rule                   entra.Rule
	has                    entra.ObjectMapping
	sourceList, targetList entra.ObjectDefinition
	operators              map[string]string

	edits    []Edit
	problems diag.List
}

func (c *convergence) edit(e Edit) {
	e.Ref = c.ref
	c.edits = append(c.edits, e)
}

func (c *convergence) report(d diag.Diagnostic) { c.problems = append(c.problems, d) }

// planned is one attribute mapping as it should be in the end. profile is nil
// for a mapping that comes from the base and is as the base has it.
type planned struct {
	target  string
	base    *entra.AttributeMapping
	profile *Attribute
	match   int
	stated  bool // the profile states the precedence
}

// mappings makes the edits of attribute mappings and returns how the object
// mapping is in the end; nil when mappings are not managed.
func (c *convergence) mappings() []planned {
	if c.want.Base == "" && len(c.want.Mappings) == 0 && len(c.want.Remove) == 0 {
		return nil
	}
	base, ok := c.base()
	if !ok {
		return nil
	}
	final := c.final(base)
	settlePrecedence(final)
	c.removals(final)
	for i := range final {
		c.settle(&final[i])
	}
	if c.willBeEnabled() && !slices.ContainsFunc(final, func(p planned) bool { return p.match > 0 }) {
		c.report(noMatching(c.want.Source, c.want.Where))
	}
	return final
}

// base returns the mappings that the profile's are put on top of.
func (c *convergence) base() ([]entra.AttributeMapping, bool) {
	switch c.want.Base {
	case BaseNone:
		return nil, true
	case BaseTemplate:
		if c.template == nil {
			c.report(diag.Errorf(codeNoTemplate, c.want.Where, "the default mappings of the application's template are not known").
				WithDetail("base: template needs them. Write base: keep to leave the other mappings alone, or base: none and all mappings."))
			return nil, false
		}
		_, m, ok := c.template.ObjectMapping(c.ref)
		if !ok {
			_, m, ok = c.template.ObjectMapping(entra.MappingRef{Source: c.want.Source})
		}
		if !ok {
			c.report(diag.Errorf(codeNoTemplate, c.want.Where, "the template of the application has no object mapping for %s", c.want.Source).
				WithDetail("Write base: keep to leave the other mappings alone, or base: none and all mappings."))
			return nil, false
		}
		return m.AttributeMappings, true
	default:
		return c.has.AttributeMappings, true
	}
}

// final puts the profile's mappings on top of the base.
func (c *convergence) final(base []entra.AttributeMapping) []planned {
	var final []planned
	for i := range base {
		target := base[i].TargetAttributeName
		if target == "" || slices.ContainsFunc(c.want.Remove, isTarget(target)) || indexOfPlanned(final, target) >= 0 {
			continue
		}
		final = append(final, planned{target: target, base: &base[i], match: base[i].MatchingPriority})
	}
	for i := range c.want.Mappings {
		a := &c.want.Mappings[i]
		at := indexOfPlanned(final, a.Target.Value)
		if at < 0 {
			final = append(final, planned{target: a.Target.Value})
			at = len(final) - 1
		}
		p := &final[at]
		if p.profile != nil {
			c.report(mappedTwice(a, p.profile))
			continue
		}
		p.profile = a
		if a.Match != Unstated {
			p.match, p.stated = a.Match, true
		}
	}
	for _, target := range c.want.Remove {
		switch {
		case slices.ContainsFunc(c.want.Mappings, func(a Attribute) bool { return a.Target.Value == target.Value }):
			c.report(diag.Errorf(codeMapAndRemove, target.Where, "%s is mapped and removed", target.Value).
				WithDetail("Leave it out of remove, or out of mappings."))
		case !mapsTarget(base, target.Value) && !mapsTarget(c.has.AttributeMappings, target.Value):
			c.report(diag.Notef(codeNothingToRemove, target.Where, "%s has no mapping that could be removed", target.Value))
		}
	}
	return final
}

// settlePrecedence takes a precedence that the profile gives to one mapping away
// from whichever held it.
func settlePrecedence(final []planned) {
	for i := range final {
		if !final[i].stated || final[i].match <= 0 {
			continue
		}
		for j := range final {
			if !final[j].stated && final[j].match == final[i].match {
				final[j].match = 0
			}
		}
	}
}

// removals unmaps what live has and final does not.
func (c *convergence) removals(final []planned) {
	removed := map[string]bool{}
	for i := range c.has.AttributeMappings {
		m := &c.has.AttributeMappings[i]
		target := m.TargetAttributeName
		if target == "" || removed[target] || indexOfPlanned(final, target) >= 0 {
			continue
		}
		removed[target] = true
		c.edit(Edit{Kind: RemoveMapping, Name: target, MappingBefore: m})
	}
}

// settle adds or changes one mapping.
func (c *convergence) settle(p *planned) {
	var before *entra.AttributeMapping
	repeated := false
	for i := range c.has.AttributeMappings {
		switch {
		case c.has.AttributeMappings[i].TargetAttributeName != p.target:
		case before == nil:
			before = &c.has.AttributeMappings[i]
		default:
			repeated = true // one mapping stays: see entra.Schema.SetAttributeMapping
		}
	}
	after, problems := p.mapping(before)
	if problems != nil {
		c.problems = append(c.problems, problems...)
		return
	}
	switch {
	case before == nil:
		c.edit(Edit{Kind: AddMapping, Name: p.target, MappingAfter: after})
	case repeated && c.want.Base != BaseKeep || repeated && p.profile != nil || *before != *after:
		c.edit(Edit{Kind: ChangeMapping, Name: p.target, MappingBefore: before, MappingAfter: after})
	}
}

// mapping returns the mapping as it should be written. What means the same as
// before keeps its wording, and what neither profile nor template speak of is
// left as it is.
func (p *planned) mapping(before *entra.AttributeMapping) (*entra.AttributeMapping, diag.List) {
	m := entra.AttributeMapping{TargetAttributeName: p.target, FlowType: entra.FlowAlways, FlowBehavior: entra.FlowWhenChanged}
	switch {
	case p.profile != nil:
		tree, _, err := sourceTree(p.profile)
		if err != nil {
			_, problems := Compile(ObjectMapping{Attributes: []Attribute{*p.profile}})
			return nil, problems
		}
		if before != nil {
			m = *before
		}
		m.Source, m.DefaultValue, m.FlowType = tree, p.profile.Default, entra.FlowAlways
		if p.profile.OnCreateOnly {
			m.FlowType = entra.FlowObjectAddOnly
		}
	default:
		m = *p.base
	}
	m.MatchingPriority = p.match
	if before != nil {
		keepWording(before, &m)
	}
	return &m, nil
}

// keepWording makes the members of m that mean the same as in before equal to them.
func keepWording(before, m *entra.AttributeMapping) {
	if meaning(before.Source) == meaning(m.Source) {
		m.Source = before.Source
	}
	if textOf(before.DefaultValue) == textOf(m.DefaultValue) {
		m.DefaultValue = before.DefaultValue
	}
	if cmp.Or(before.FlowType, entra.FlowAlways) == cmp.Or(m.FlowType, entra.FlowAlways) {
		m.FlowType = before.FlowType
	}
	if cmp.Or(before.FlowBehavior, entra.FlowWhenChanged) == cmp.Or(m.FlowBehavior, entra.FlowWhenChanged) {
		m.FlowBehavior = before.FlowBehavior
	}
}

func textOf(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func isTarget(target string) func(diag.Text) bool {
	return func(t diag.Text) bool { return t.Value == target }
}

func indexOfPlanned(list []planned, target string) int {
	return slices.IndexFunc(list, func(p planned) bool { return p.target == target })
}

func mapsTarget(list []entra.AttributeMapping, target string) bool {
	return slices.ContainsFunc(list, func(m entra.AttributeMapping) bool { return m.TargetAttributeName == target })
}

// willBeEnabled reports whether the object mapping is on in the end.
func (c *convergence) willBeEnabled() bool {
	if c.want.Enabled != nil {
		return *c.want.Enabled
	}
	return c.has.Enabled
}

func (c *convergence) actions() {
	if c.want.Actions == nil {
		return
	}
	now, err := parseFlowTypes(c.has.FlowTypes)
	if err == nil && now == *c.want.Actions {
		return
	}
	c.edit(Edit{Kind: SetActions, ActionsBefore: c.has.FlowTypes, ActionsAfter: c.want.Actions.String()})
}

func (c *convergence) enabled() {
	if c.want.Enabled != nil && *c.want.Enabled != c.has.Enabled {
		c.edit(Edit{Kind: SetEnabled, EnabledAfter: new(*c.want.Enabled)})
	}
}

func noMatching(source string, where diag.Range) diag.Diagnostic {
	return diag.Errorf(codeNoMatching, where, "no mapping of %s matches objects", source).
		WithDetail("Entra needs to know which account belongs to which object: give one mapping match: 1, such as userName or externalId.")
}

func mappedTwice(a, first *Attribute) diag.Diagnostic {
	d := diag.Errorf(codeMappedTwice, a.place(), "%s is mapped twice", a.Target.Value).
		WithDetail("A target attribute has one mapping. Remove one, or join the sources in one expression.")
	if at := first.place(); !at.IsZero() {
		d = d.WithRelated(at, fmt.Sprintf("%s is mapped here first", a.Target.Value))
	}
	return d
}

// place returns where a mapping names its target, or the whole mapping.
func (a *Attribute) place() diag.Range {
	if !a.Target.Where.IsZero() {
		return a.Target.Where
	}
	return a.Where
}

// sourcePlace returns where a mapping states its source.
func (a *Attribute) sourcePlace() diag.Range {
	if !a.Source.Where.IsZero() {
		return a.Source.Where
	}
	return a.place()
}
