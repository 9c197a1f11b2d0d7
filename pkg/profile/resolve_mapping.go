package profile

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/expr"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// objectMapping reads users or groups.
func (r *resolver) objectMapping(n *node, source string) *mapping.Desired {
	if n == nil || n.kind != mapNode {
		return nil
	}
	out := &mapping.Desired{
		Source:  source,
		Enabled: r.flag(n.get("enabled")),
		Base:    mapping.Base(r.word(n.get("base"), "none", "template", "keep")),
		Actions: r.actions(n.get("actions")),
		Remove:  r.textList(n.get("remove"), "target"),
		Where:   n.where,
	}
	if a := n.get("attributes"); a != nil && a.kind == mapNode {
		out.TargetAttributes = r.attributeSpecs(a.get("target"))
		out.SourceAttributes = r.attributeSpecs(a.get("source"))
		out.RemoveAttributes = r.textList(a.get("remove"), "attribute")
	}
	out.Filters = r.filters(n.get("filters"))
	if list := n.get("mappings"); list != nil {
		for _, item := range list.items {
			if item.kind == mapNode {
				out.Mappings = append(out.Mappings, r.attributeMapping(item))
			}
		}
	}
	if n.get("base") == nil && !n.unset && (n.get("mappings") != nil || n.get("remove") != nil) {
		r.report(diag.Errorf(codeBase, head(n), "nothing says what becomes of the other mappings").
			WithDetail("Add base: none (exactly these), base: template (those of the template too) or base: keep (others are left alone)."))
	}
	for _, removed := range out.Remove {
		for _, m := range out.Mappings {
			if m.Target.Value == removed.Value && removed.Value != "" {
				r.report(diag.Errorf(codeMapRemove, removed.Where, "%s is mapped and removed", removed.Value).
					WithDetail("Keep one of the two.").WithRelated(m.Target.Where, "it is mapped here"))
			}
		}
	}
	return out
}

// actions reads the set of actions; nil when it is not there.
func (r *resolver) actions(n *node) *mapping.Actions {
	if n == nil || n.kind != listNode {
		return nil
	}
	bits := map[string]mapping.Actions{"create": mapping.Create, "update": mapping.Update, "delete": mapping.Delete}
	var actions mapping.Actions
	for _, item := range n.items {
		bit := bits[r.word(item, "create", "update", "delete")]
		if bit != 0 && actions&bit != 0 {
			r.report(diag.Errorf(codeRepeated, item.where, "%s is here twice", item.text.Value).WithDetail("Delete one."))
		}
		actions |= bit
	}
	if len(n.items) == 0 {
		r.report(diag.Errorf(codeNoValue, n.where, "no action is allowed").
			WithDetail("Name create, update or delete; to switch the mapping of groups off, write enabled: false."))
		return nil
	}
	return &actions
}

// textList reads a list of texts that must not repeat.
func (r *resolver) textList(n *node, what string) []diag.Text {
	if n == nil {
		return nil
	}
	var out []diag.Text
	for _, item := range n.items {
		if usable(item) {
			out = append(out, item.text)
		}
	}
	r.repeated(what, out)
	return out
}

// attributeSpecs reads definitions of an attribute list.
func (r *resolver) attributeSpecs(n *node) []mapping.AttributeSpec {
	if n == nil {
		return nil
	}
	var (
		out   []mapping.AttributeSpec
		names []diag.Text
	)
	for _, item := range n.items {
		if item.kind != mapNode {
			continue
		}
		r.needed(item, "name", "Write the name of the attribute.")
		spec := mapping.AttributeSpec{
			Name:        r.textOf(item.get("name")),
			MultiValued: r.flag(item.get("multiValued")),
			CaseExact:   r.flag(item.get("caseExact")),
			Required:    r.flag(item.get("required")),
			References:  r.texts(item.get("references")),
			Where:       item.where,
		}
		if t := r.word(item.get("type"), "String", "Integer", "Reference", "Binary", "Boolean", "DateTime"); t != "" {
			spec.Type = &t
		}
		if m := r.word(item.get("mutability"), "ReadWrite", "ReadOnly", "Immutable", "WriteOnly"); m != "" {
			spec.Mutability = &m
		}
		out = append(out, spec)
		names = append(names, spec.Name)
	}
	r.repeated("attribute", names)
	return out
}

// filters reads the scoping filter; nil when it is not there.
func (r *resolver) filters(n *node) *[]mapping.FilterGroup {
	if n == nil || n.kind != listNode {
		return nil
	}
	groups := []mapping.FilterGroup{}
	var names []diag.Text
	for _, item := range n.items {
		if item.kind != mapNode {
			continue
		}
		r.needed(item, "all", "List the clauses that must hold.")
		name := r.textOf(item.get("name"))
		names = append(names, name)
		group := mapping.FilterGroup{Name: name.Value, Where: item.where}
		if all := item.get("all"); all != nil {
			for _, c := range all.items {
				if c.kind == mapNode {
					group.Clauses = append(group.Clauses, r.filterClause(c))
				}
			}
			if all.kind == listNode && len(group.Clauses) == 0 && len(all.items) == 0 {
				r.report(diag.Errorf(codeNoValue, all.where, "the filter has no clause").
					WithDetail("Add one, or delete the filter. filters: [] is no filter at all."))
			}
		}
		groups = append(groups, group)
	}
	r.repeated("filter", names)
	return &groups
}

func (r *resolver) filterClause(n *node) mapping.FilterClause {
	r.needed(n, "attribute", "Write the source attribute that is compared.")
	r.needed(n, "operator", "Write an operator such as EQUALS.")
	r.oneOf(n, codeOneOf, "value", "values")
	r.attributeName(n.get("attribute"))
	out := mapping.FilterClause{
		Attribute: r.textOf(n.get("attribute")),
		Operator:  r.textOf(n.get("operator")),
		Values:    r.texts(n.get("values")),
		Where:     n.where,
	}
	if v := n.get("value"); usable(v) {
		out.Values = []string{v.text.Value}
	}
	return out
}

// attributeMapping reads one mapping.
func (r *resolver) attributeMapping(n *node) mapping.Attribute {
	r.needed(n, "target", "Write the target attribute, such as userName.")
	out := mapping.Attribute{
		Target:       r.textOf(n.get("target")),
		Default:      r.optionalText(n.get("default")),
		Match:        mapping.Unstated,
		OnCreateOnly: r.word(n.get("apply"), "always", "create") == "create",
		Where:        n.where,
	}
	if m := n.get("match"); usable(m) {
		if precedence, ok := r.number(m, 1, maxPrecedence, "Write 1 for the attribute that is looked for first."); ok {
			out.Match = precedence
		}
	}
	switch kind := r.oneOf(n, codeMappingValue, "source", "expression", "constant"); kind {
	case "source":
		out.Kind, out.Source = mapping.Direct, r.textOf(n.get("source"))
		r.attributeName(n.get("source"))
	case "constant":
		out.Kind, out.Source = mapping.Constant, r.textOf(n.get("constant"))
	case "expression":
		out.Kind, out.Source = mapping.Expression, r.textOf(n.get("expression"))
		r.expression(n.get("expression"), out.Match > 0)
	default:
		out.Kind = mapping.DefaultOnly
		if n.get("default") == nil && !n.unset {
			r.report(diag.Errorf(codeMappingValue, head(n), "the mapping has no value").
				WithDetail("Write source, expression or constant, or only default for a value on create."))
		}
	}
	if out.Match > 0 && out.Kind != mapping.Direct && out.Kind != mapping.Expression {
		r.report(diag.Errorf(codeMatch, n.get("match").where, "a mapping without a source attribute cannot match").
			WithDetail("Match by a mapping whose source tells objects apart, such as objectId."))
	}
	return out
}

// maxPrecedence is far above the number of mappings that match in practice.
const maxPrecedence = 100

// attributePattern fits names of source attributes: mail, passwordProfile.password,
// extension_1a2b_badge, urn:…:department. Source: expressions §2.
var attributePattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_$][A-Za-z0-9_.:$-]*$`) })

// attributeName reports a text that is no name of a source attribute.
func (r *resolver) attributeName(n *node) {
	if !usable(n) || n.text.Value == "" || attributePattern().MatchString(n.text.Value) {
		return
	}
	name := n.text.Value
	if n.filled {
		r.report(diag.Errorf(codeVariableName, n.where, "the variable's value %q is not the name of an attribute", name).
			WithDetail("A variable that is a source must be a plain attribute name, such as objectId."))
		return
	}
	d := diag.Errorf(codeSourceName, n.where, "%q is not the name of an attribute", name)
	inner := strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	switch {
	case attributePattern().MatchString(inner):
		d = d.WithDetail("Brackets belong to expressions.").WithFix(inner)
	case strings.ContainsAny(name, `([",`):
		d = d.WithDetail("An expression stands under the key expression.")
	case hasInvisible(name) && attributePattern().MatchString(withoutInvisible(name)):
		d = d.WithDetail("It has an invisible character in it, probably pasted from a web page.").WithFix(withoutInvisible(name))
	default:
		d = d.WithDetail("Names are like mail or extension_1a2b_badge; a fixed text stands under the key constant.")
	}
	r.report(d)
}

// expression parses and checks an expression.
func (r *resolver) expression(n *node, matching bool) {
	if !usable(n) {
		return
	}
	e, problems := expr.Parse(n.text.Value)
	problems = slices.Concat(problems, e.Check(expr.CheckOptions{Matching: matching, SyncAll: r.syncAll}))
	r.problems = append(r.problems, n.text.Locate(problems)...)
	r.foreignIn(n, e.Root, false)
}

// foreignIn warns of ${…} in the constants of an expression, where they are no
// arguments of Replace.
func (r *resolver) foreignIn(n *node, e expr.Node, inReplace bool) {
	switch e := e.(type) {
	case *expr.Constant:
		if inReplace || !strings.Contains(e.Value, "${") {
			return
		}
		start, end := e.Span()
		for _, ref := range findReferences(n.text.Value[start:end]) {
			at := start + ref.start
			if ref.foreign && !slices.Contains(n.escaped, at) {
				r.report(diag.Warningf(codeForeign, n.text.At(at, start+ref.end), "${%s} stays as it is: only ${var.NAME} is filled in", ref.name).
					WithDetail("Write $${ if the text is meant."))
			}
		}
	case *expr.Call:
		for _, arg := range e.Args {
			r.foreignIn(n, arg, e.Name == "Replace")
		}
	case *expr.Comparison:
		r.foreignIn(n, e.Left, false)
		r.foreignIn(n, e.Right, false)
	}
}
