package syncschema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/expr"
)

// Check judges a document that is to replace the schema of a job whose rules
// have these ids. It returns what is wrong, each problem with the JSON path of
// its place; an empty list is a good document. Sources: graph_contract §8,
// expressions §2 and §6, scoping_filters.
func (k Keys) Check(doc *Object, rules []string) []string {
	c := &checker{keys: k, rules: rules, directories: map[string]*Object{}, operators: k.Operators()}
	c.document(doc)
	return c.problems
}

type checker struct {
	keys        Keys
	rules       []string
	operators   []Operator
	directories map[string]*Object
	problems    []string
}

// maxProblems is how many problems are worth telling.
const maxProblems = 20

func (c *checker) report(at, format string, args ...any) {
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, at+": "+fmt.Sprintf(format, args...))
	}
}

func (c *checker) document(doc *Object) {
	for i, d := range c.objects(doc, "", "directories") {
		at := fmt.Sprintf("directories[%d]", i)
		name := d.Text("name")
		if name == "" {
			c.report(at, "a directory needs a name")
		} else if c.directories[name] != nil {
			c.report(at, "directory '%s' is defined twice", name)
		}
		c.directories[name] = d
		c.directory(at, d)
	}
	seen := map[string]bool{}
	for i, r := range c.objects(doc, "", "synchronizationRules") {
		at := fmt.Sprintf("synchronizationRules[%d]", i)
		id := r.Text("id")
		if !slices.Contains(c.rules, id) {
			c.report(at, "rule '%s' is not a rule of this job", id)
		}
		if seen[id] {
			c.report(at, "rule '%s' appears twice", id)
		}
		seen[id] = true
		c.rule(at, r)
	}
	for _, id := range c.rules {
		if !seen[id] {
			c.report("synchronizationRules", "rule '%s' is missing; the document replaces the whole schema", id)
		}
	}
}

// objects returns the objects of an array member that must be there.
func (c *checker) objects(o *Object, at, name string) []*Object {
	at = strings.TrimPrefix(at+"."+name, ".")
	v, ok := o.Get(name)
	if !ok || v == nil {
		c.report(at, "the array is missing; the document replaces the whole schema")
		return nil
	}
	return c.elements(v, at)
}

// optional returns the objects of an array member that may be absent or null.
func (c *checker) optional(o *Object, at, name string) []*Object {
	v, ok := o.Get(name)
	if !ok || v == nil {
		return nil
	}
	return c.elements(v, at+"."+name)
}

func (c *checker) elements(v any, at string) []*Object {
	list, ok := v.([]any)
	if !ok {
		c.report(at, "an array is expected")
		return nil
	}
	out := make([]*Object, 0, len(list))
	for i, e := range list {
		o, ok := e.(*Object)
		if !ok {
			c.report(fmt.Sprintf("%s[%d]", at, i), "an object is expected")
			o = &Object{}
		}
		out = append(out, o)
	}
	return out
}

var (
	attributeTypes = []string{"String", "Integer", "Reference", "Binary", "Boolean", "DateTime"}
	mutabilities   = []string{"ReadWrite", "ReadOnly", "Immutable", "WriteOnly"}
	flowTypes      = []string{"Always", "ObjectAddOnly", "MultiValueAddOnly", "ValueAddOnly", "AttributeAddOnly"}
	flowBehaviors  = []string{"FlowWhenChanged", "FlowAlways"}
	objectFlows    = []string{"None", "Add", "Update", "Delete"}
	sourceTypes    = []string{"Attribute", "Constant", "Function"}
)

func (c *checker) directory(at string, d *Object) {
	names := map[string]bool{}
	for i, o := range c.optional(d, at, "objects") {
		at := fmt.Sprintf("%s.objects[%d]", at, i)
		if name := o.Text("name"); name == "" || names[name] {
			c.report(at, "an object needs a name of its own, not '%s'", name)
		} else {
			names[name] = true
		}
		attributes := map[string]bool{}
		for j, a := range c.optional(o, at, "attributes") {
			at := fmt.Sprintf("%s.attributes[%d]", at, j)
			name := a.Text("name")
			switch {
			case name == "":
				c.report(at, "an attribute needs a name")
			case attributes[name]:
				c.report(at, "attribute '%s' is defined twice", name)
			}
			attributes[name] = true
			c.enum(at, a, "type", attributeTypes, false)
			c.enum(at, a, "mutability", mutabilities, true)
			for _, flag := range []string{"anchor", "caseExact", "flowNullValues", "multivalued", "required"} {
				c.boolean(at, a, flag)
			}
		}
	}
}

// enum checks a member of a closed enumeration.
func (c *checker) enum(at string, o *Object, name string, values []string, optional bool) {
	v, ok := o.Get(name)
	if !ok && optional {
		return
	}
	text, isText := v.(string)
	if !isText || !slices.Contains(values, text) {
		c.report(at+"."+name, "'%v' is not one of %s", show(v), strings.Join(values, ", "))
	}
}

func (c *checker) boolean(at string, o *Object, name string) {
	if v, ok := o.Get(name); ok {
		if _, isBool := v.(bool); !isBool {
			c.report(at+"."+name, "'%v' is not a boolean", show(v))
		}
	}
}

// show prints a value of a wrong type.
func show(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(v) != nil {
		return "?"
	}
	text := strings.Trim(strings.TrimSpace(b.String()), `"`)
	if r := []rune(text); len(r) > 60 {
		text = string(r[:60]) + "…"
	}
	return text
}

func (c *checker) rule(at string, r *Object) {
	from := c.lookUp(at, r, "sourceDirectoryName")
	to := c.lookUp(at, r, "targetDirectoryName")
	for i, m := range c.objects(r, at, "objectMappings") {
		at := fmt.Sprintf("%s.objectMappings[%d]", at, i)
		c.boolean(at, m, "enabled")
		c.flags(at, m)
		if m.Text("sourceObjectName") == "" && m.Text("targetObjectName") == "" {
			if enabled, _ := m.Get("enabled"); enabled == true {
				c.report(at, "an enabled object mapping needs a source and a target object")
			}
			continue // an empty object mapping is kept as it is
		}
		if from == nil || to == nil {
			continue
		}
		p := &pair{
			source: c.object(at, from, m, "sourceObjectName"),
			target: c.object(at, to, m, "targetObjectName"),
		}
		c.scope(at, m, p)
		c.mappings(at, m, p)
	}
}

func (c *checker) lookUp(at string, r *Object, name string) *Object {
	d := c.directories[r.Text(name)]
	if d == nil {
		c.report(at+"."+name, "there is no directory '%s'", r.Text(name))
	}
	return d
}

func (c *checker) object(at string, directory, m *Object, name string) *Object {
	for _, o := range directory.List("objects") {
		if o.Text("name") == m.Text(name) {
			return o
		}
	}
	c.report(at+"."+name, "directory '%s' has no object '%s'", directory.Text("name"), m.Text(name))
	return nil
}

func (c *checker) flags(at string, m *Object) {
	v, ok := m.Get("flowTypes")
	text, isText := v.(string)
	if !ok {
		return
	}
	for flag := range strings.SplitSeq(text, ",") {
		if !isText || !slices.Contains(objectFlows, strings.TrimSpace(flag)) {
			c.report(at+".flowTypes", "'%v' is not a list of %s", show(v), strings.Join(objectFlows, ", "))
			return
		}
	}
}

// pair is the two object definitions of an object mapping; nil when unknown.
type pair struct{ source, target *Object }

func attribute(o *Object, name string) *Object {
	if o == nil {
		return nil
	}
	for _, a := range o.List("attributes") {
		if a.Text("name") == name {
			return a
		}
	}
	return nil
}

func (c *checker) mappings(at string, m *Object, p *pair) {
	targets := map[string]bool{}
	precedences := map[string]string{}
	for i, a := range c.optional(m, at, "attributeMappings") {
		at := fmt.Sprintf("%s.attributeMappings[%d]", at, i)
		name := a.Text("targetAttributeName")
		definition := attribute(p.target, name)
		switch {
		case name == "":
			c.report(at, "an attribute mapping needs a target attribute")
		case p.target != nil && definition == nil:
			c.report(at, "target attribute '%s' does not exist in object '%s'", name, p.target.Text("name"))
		case targets[name]:
			c.report(at, "target attribute '%s' is mapped more than once", name)
		}
		if definition != nil {
			if anchor, _ := definition.Get("anchor"); anchor == true {
				c.report(at, "target attribute '%s' is the anchor and cannot be mapped", name)
			}
		}
		targets[name] = true
		c.enum(at, a, "flowType", flowTypes, true)
		c.enum(at, a, "flowBehavior", flowBehaviors, true)
		c.boolean(at, a, "exportMissingReferences")
		if v, _ := a.Get("defaultValue"); v != nil {
			if _, ok := v.(string); !ok {
				c.report(at+".defaultValue", "'%s' is not a text", show(v))
			}
		}
		match := c.precedence(at, a, name, precedences)
		c.source(at, a, p, match)
	}
}

// precedence checks matchingPriority: a whole number from 0, each positive one
// once.
func (c *checker) precedence(at string, a *Object, target string, seen map[string]string) (matches bool) {
	v, ok := a.Get("matchingPriority")
	if !ok {
		return false
	}
	n, isNumber := v.(json.Number)
	whole, err := n.Int64()
	if !isNumber || err != nil || whole < 0 {
		c.report(at+".matchingPriority", "'%s' is not a whole number from 0", show(v))
		return false
	}
	if whole == 0 {
		return false
	}
	if other, taken := seen[n.String()]; taken {
		c.report(at+".matchingPriority", "attributes '%s' and '%s' have the same matching priority", other, target)
	}
	seen[n.String()] = target
	return true
}

func (c *checker) source(at string, a *Object, p *pair, matches bool) {
	at += ".source"
	v, _ := a.Get("source")
	if v == nil {
		return // a constant of an older schema is a default value without source
	}
	src, ok := v.(*Object)
	if !ok {
		c.report(at, "an object is expected")
		return
	}
	c.enum(at, src, "type", sourceTypes, true)
	expression := src.Text("expression")
	if expression == "" {
		expression = c.implied(at, src)
	}
	if expression == "" {
		return
	}
	want, err := c.keys.Tree(expression)
	if err != nil {
		c.report(at, "expression '%s' is not valid: %v", expression, err)
		return
	}
	if text := disagreement(src, want); text != "" {
		c.report(at, "%s", text)
	}
	names := sources(expression)
	for _, name := range names {
		if p.source != nil && attribute(p.source, name) == nil {
			c.report(at, "source attribute '%s' does not exist in object '%s'", name, p.source.Text("name"))
		}
	}
	if matches && len(names) > 1 {
		c.report(at, "Joining property %s has more than one SourceName", a.Text("targetAttributeName"))
	}
}

// implied returns the expression of a source that states none, as shortened
// documents do for attributes and constants.
func (c *checker) implied(at string, src *Object) string {
	name := src.Text("name")
	switch src.Text("type") {
	case "", "Attribute":
		if name != "" {
			return "[" + name + "]"
		}
	case "Constant":
		return quote(name)
	}
	c.report(at, "a source needs an expression")
	return ""
}

// sources returns the attributes that an expression names.
func sources(expression string) []string {
	e, _ := expr.Parse(expression)
	return e.Attributes()
}
