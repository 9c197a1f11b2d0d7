package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/scim"
)

// Program is a compiled ObjectMapping, safe for concurrent use.
type Program struct {
	Mapping    ObjectMapping
	attributes []compiled
	matching   []Attribute
	scope      []filter
}

// compiled is an attribute mapping ready to run. Its value has everything but
// the values.
type compiled struct {
	kind     Kind
	source   string        // attribute of Direct
	program  *expr.Program // of Expression
	constant string        // of Constant
	fallback *string       // the default value
	value    Value
}

// Compile prepares m. The Program is nil when the diagnostics have errors.
func Compile(m ObjectMapping) (*Program, diag.List) {
	p := &Program{Mapping: m, attributes: make([]compiled, 0, len(m.Attributes))}
	var problems diag.List
	for i := range m.Attributes {
		c, found := compileAttribute(m, &m.Attributes[i])
		problems = append(problems, found...)
		p.attributes = append(p.attributes, c)
		if m.Attributes[i].Match > 0 {
			p.matching = append(p.matching, m.Attributes[i])
		}
	}
	slices.SortStableFunc(p.matching, func(a, b Attribute) int { return cmp.Compare(a.Match, b.Match) })
	scope, found := compileScope(m)
	problems = append(problems, found...)
	p.scope = scope
	if problems.HasErrors() {
		return nil, problems
	}
	return p, problems
}

func compileAttribute(m ObjectMapping, a *Attribute) (compiled, diag.List) {
	c := compiled{kind: a.Kind, source: a.Source.Value, constant: a.Source.Value, fallback: a.Default}
	c.value = Value{Target: a.Target.Value, Match: max(a.Match, 0), OnCreateOnly: a.OnCreateOnly}
	path, err := scim.ParsePath(a.Target.Value)
	if err != nil {
		return c, diag.List{targetError(a, err)}
	}
	c.value.Path = path
	c.value.Type, c.value.Multi = targetType(m.TargetObject, a.Target.Value, path)
	c.value.Reference = c.value.Type == scim.ReferenceValue
	if a.Kind != Expression {
		return c, nil
	}
	program, problems := expr.Compile(a.Source.Value)
	c.program = program
	return c, locate(a, problems)
}

// locate gives the diagnostics of an expression their place in the profile, or
// names the target where there is none.
func locate(a *Attribute, l diag.List) diag.List {
	if a.Source.Where.IsZero() && len(l) > 0 {
		l = slices.Clone(l)
		for i := range l {
			l[i].Summary = a.Target.Value + ": " + l[i].Summary
			l[i].Subject = a.Where
		}
		return l
	}
	return a.Source.Locate(l)
}

// targetType returns the type of a target attribute by the attribute list. An
// attribute that is not listed gets the type that SCIM gives it.
// Source: graph_contract §8; RFC 7643 §4.1, §4.2, §4.3.
func targetType(o entra.ObjectDefinition, target string, path scim.Path) (t scim.ValueType, multi bool) {
	if i := indexOfDefinition(o.Attributes, target); i >= 0 {
		return valueTypes[o.Attributes[i].Type], o.Attributes[i].Multivalued
	}
	switch {
	case path.Sub != "" || path.Filter != nil:
		return scim.StringValue, false
	case strings.EqualFold(path.Attribute, "active"):
		return scim.BooleanValue, false
	case strings.EqualFold(path.Attribute, "manager"):
		return scim.ReferenceValue, false
	case strings.EqualFold(path.Attribute, "members"):
		return scim.ReferenceValue, true
	default:
		return scim.StringValue, false
	}
}

// valueTypes are the types of an attribute list; Binary flows as text.
var valueTypes = map[string]scim.ValueType{
	entra.TypeString:    scim.StringValue,
	entra.TypeBinary:    scim.StringValue,
	entra.TypeBoolean:   scim.BooleanValue,
	entra.TypeInteger:   scim.IntegerValue,
	entra.TypeReference: scim.ReferenceValue,
	entra.TypeDateTime:  scim.DateTimeValue,
}

// Result is what one object maps to.
type Result struct {
	Values       []Value
	IgnoreObject bool    // IgnoreObjectFlow: leave the object out
	Errors       []error // per attribute, named; the others still flow

	texts []string // holds Values[i].Values of single values
}

// Value is what one target attribute should be: the SCIM value and how it flows.
type Value struct {
	scim.AttributeValue
	Target       string // as the mapping spells it
	Match        int    // matching precedence, 0 for none
	OnCreateOnly bool   // flow type ObjectAddOnly, or a default value
	Redacted     bool   // Redact(): not shown in logs
	// Reference is true for values that are object ids of the source directory
	// (manager, members), which the engine turns into target ids.
	Reference bool
}

// Map evaluates all attribute mappings for o. Null results are left out.
// A Machine is used by one goroutine at a time.
func (p *Program) Map(m *expr.Machine, o Object) Result {
	var r Result
	p.MapInto(m, o, &r)
	return r
}

// MapInto is Map that uses the memory of r again, whatever it held: the values
// of the last call become invalid.
func (p *Program) MapInto(m *expr.Machine, o Object, r *Result) {
	if cap(r.Values) < len(p.attributes) {
		r.Values = make([]Value, 0, len(p.attributes))
		r.texts = make([]string, 0, len(p.attributes))
	}
	r.Values, r.texts, r.Errors, r.IgnoreObject = r.Values[:0], r.texts[:0], r.Errors[:0], false
	for i := range p.attributes {
		if err := p.attributes[i].run(m, o, r); err != nil {
			r.Errors = append(r.Errors, fmt.Errorf("%s: %w", p.attributes[i].value.Target, err))
		}
	}
}

// run appends the value of one mapping.
func (c *compiled) run(m *expr.Machine, o Object, r *Result) error {
	var v expr.Value
	switch c.kind {
	case Direct:
		v = o.attrs[c.source]
	case Constant:
		return r.add(c, c.constant)
	case Expression:
		var err error
		if v, err = m.Eval(c.program, o.attrs); err != nil {
			return err
		}
	}
	switch v.Kind() {
	case expr.Null:
		return r.addDefault(c)
	case expr.Ignore:
		return nil
	case expr.IgnoreObject:
		r.IgnoreObject = true
		return nil
	case expr.Multi:
		return r.addList(c, v)
	}
	if err := r.add(c, v.String()); err != nil {
		return err
	}
	r.Values[len(r.Values)-1].Redacted = v.Redacted()
	return nil
}

// addDefault appends the default value, which counts on create only.
// Source: graph_gotchas 30.
func (r *Result) addDefault(c *compiled) error {
	if c.fallback == nil {
		return nil
	}
	if err := r.add(c, *c.fallback); err != nil {
		return fmt.Errorf("default value: %w", err)
	}
	r.Values[len(r.Values)-1].OnCreateOnly = true
	return nil
}

// addList appends a multi-value; an empty one is null. A single-valued target
// gets the text form.
func (r *Result) addList(c *compiled, v expr.Value) error {
	values := v.Strings()
	switch {
	case len(values) == 0:
		return r.addDefault(c)
	case !c.value.Multi:
		if err := r.add(c, v.String()); err != nil {
			return err
		}
	default:
		for _, text := range values {
			if err := checkValue(c.value.Type, text); err != nil {
				return err
			}
		}
		r.Values = append(r.Values, c.value)
		r.Values[len(r.Values)-1].Values = values
	}
	r.Values[len(r.Values)-1].Redacted = v.Redacted()
	return nil
}

func (r *Result) add(c *compiled, text string) error {
	if err := checkValue(c.value.Type, text); err != nil {
		return err
	}
	n := len(r.texts)
	r.texts = append(r.texts, text)
	r.Values = append(r.Values, c.value)
	r.Values[len(r.Values)-1].Values = r.texts[n : n+1 : n+1]
	return nil
}

// checkValue refuses a text that the target's type cannot hold.
func checkValue(t scim.ValueType, text string) error {
	switch t {
	case scim.BooleanValue:
		if !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
			return fmt.Errorf("the target takes True or False, not %q", text)
		}
	case scim.IntegerValue:
		if _, err := strconv.ParseInt(text, 10, 64); err != nil {
			return fmt.Errorf("the target takes a whole number, not %q", text)
		}
	}
	return nil
}

// Matching returns the mappings that match objects, by precedence.
func (p *Program) Matching() []Attribute { return slices.Clone(p.matching) }
