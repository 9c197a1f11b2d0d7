package profile

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// Resolve applies the environment's overlay and the variables. The diagnostics
// have every unset required variable, unknown variable and wrong value. All
// values in Resolved are final; expressions are parsed and checked on the way. The
// Resolved is nil when the environment is not known, else as complete as it could
// be; with errors it must not be applied.
func (p *Profile) Resolve(o Options) (*Resolved, diag.List) {
	root, problems := p.overlaid(o.Environment)
	if root == nil {
		return nil, p.doc.mask.apply(problems)
	}
	b := binding{profile: p, options: o, used: usedVariables(root)}
	values, lookups := b.bind(declared(root.get("variables")), root)
	fill := filler{values: values}
	root, _ = fill.mapping(root, p.doc.shape)
	r := resolver{root: root, text: p.doc.src.text}
	resolved := r.resolve()
	resolved.Profile, resolved.Environment = p.Name, o.Environment
	resolved.Lookups = lookups
	resolved.Where = p.Where
	problems = slices.Concat(problems, b.problems, fill.problems, r.problems).Sort()
	return resolved, p.doc.mask.apply(problems)
}

// overlaid returns the document with the overlay of an environment on top.
func (p *Profile) overlaid(environment string) (*node, diag.List) {
	environments := p.doc.root.get("environments")
	known := strings.Join(p.Environments, ", ")
	switch {
	case environment == "" && len(p.Environments) == 0:
		return p.doc.root, nil
	case environment == "":
		return nil, diag.List{diag.Errorf(codeEnvironment, p.nameRange(), "the profile has environments, and none was chosen").
			WithDetail("Choose one with --env: %s.", known)}
	case len(p.Environments) == 0:
		return nil, diag.List{diag.Errorf(codeEnvironment, p.nameRange(), "the profile has no environments, so there is no %q", environment).
			WithDetail("Leave --env out, or add a mapping named environments to the profile.")}
	case !slices.Contains(p.Environments, environment):
		return nil, diag.List{diag.Errorf(codeEnvironment, p.doc.root.key("environments").where, "there is no environment %q%s", environment, diag.DidYouMean(environment, p.Environments)).
			WithDetail("The profile has %s.", known)}
	}
	over := environments.get(environment)
	if over.kind != mapNode {
		return p.doc.root, nil
	}
	return mergeMaps(p.doc.root, over, p.doc.shape), nil
}

// resolver makes a Resolved out of a document without variables.
type resolver struct {
	root     *node
	text     string // parsed text of the file
	problems diag.List
	syncAll  bool // settings.scope is all
}

func (r *resolver) report(d diag.Diagnostic) { r.problems = append(r.problems, d) }

func (r *resolver) resolve() *Resolved {
	root := r.root
	out := &Resolved{
		Description: r.textOf(root.get("description")).Value,
		Tenant:      r.textOf(root.get("tenant")),
	}
	out.Settings = r.settings(root.get("settings"))
	r.syncAll = out.Settings.SyncAll != nil && *out.Settings.SyncAll
	r.needed(root, "app", "Say which application the profile is about: app: {name: NAME}.")
	out.App = r.app(root.get("app"))
	out.Endpoint = r.endpoint(root.get("endpoint"))
	out.Users = r.objectMapping(root.get("users"), mapping.User)
	out.Groups = r.objectMapping(root.get("groups"), mapping.Group)
	out.Assign = r.assign(root.get("assign"))
	out.Tests = r.tests(root.get("tests"))
	return out
}

// textOf returns the text of a scalar with its place; zero for anything else, and
// for a text whose variable is missing.
func (r *resolver) textOf(n *node) diag.Text {
	if n == nil || n.kind != scalarNode || n.isNull() && !n.filled || n.unset {
		return diag.Text{}
	}
	return n.text
}

// usable reports whether a scalar is there to be checked: present, and not the
// subject of an error already.
func usable(n *node) bool {
	return n != nil && n.kind == scalarNode && !n.unset && (n.filled || !n.isNull())
}

// optionalText returns a text as a pointer, nil when it is not there.
func (r *resolver) optionalText(n *node) *string {
	if !usable(n) {
		return nil
	}
	return &n.text.Value
}

// flag returns true or false, nil when it is not there.
func (r *resolver) flag(n *node) *bool {
	if !usable(n) {
		return nil
	}
	on, ok := parseFlag(n.text.Value)
	switch {
	case !ok:
		d := diag.Errorf(codeFlag, n.where, "true or false is meant, not %q", n.text.Value)
		switch strings.ToLower(n.text.Value) {
		case "yes", "on", "y":
			d = d.WithFix("true")
		case "no", "off", "n":
			d = d.WithFix("false")
		}
		r.report(d.WithDetail("Write true or false, without quotes."))
		return nil
	case n.style != plain && !n.filled:
		r.report(diag.Errorf(codeFlag, n.where, "true or false is meant, and quotes make it a text").
			WithDetail("Leave the quotes out.").WithFix(strings.ToLower(n.text.Value)))
	}
	return &on
}

// parseFlag reads true or false as YAML spells them.
func parseFlag(s string) (on, ok bool) {
	switch s {
	case "true", "True", "TRUE":
		return true, true
	case "false", "False", "FALSE":
		return false, true
	}
	return false, false
}

// word returns a text that must be one of words; "" when it is not there or wrong.
func (r *resolver) word(n *node, words ...string) string {
	if !usable(n) {
		return ""
	}
	if slices.Contains(words, n.text.Value) {
		return n.text.Value
	}
	d := diag.Errorf(codeWord, n.where, "%q is not a value of this key%s", n.text.Value, diag.DidYouMean(n.text.Value, words)).
		WithDetail("Write %s.", orList(words))
	if near := diag.Suggest(n.text.Value, words); near != "" && !n.filled {
		d = d.WithFix(near)
	}
	r.report(d)
	return ""
}

// orList joins words as a sentence does: a, b or c.
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// texts returns the texts of a list.
func (r *resolver) texts(n *node) []string {
	if n == nil {
		return nil
	}
	var out []string
	for _, item := range n.items {
		if usable(item) {
			out = append(out, item.text.Value)
		}
	}
	return out
}

// needed reports a missing key of a mapping; it is silent where the key is there.
func (r *resolver) needed(n *node, key, detail string) {
	v := n.get(key)
	if v == nil && n.unset {
		return // a key of n was not understood, and may have been this one
	}
	if v == nil {
		r.report(diag.Errorf(codeMissingKey, head(n), "the key %q is missing", key).WithDetail("%s", detail))
	} else if usable(v) && strings.TrimSpace(v.text.Value) == "" {
		r.report(diag.Errorf(codeNoValue, v.where, "%s is empty", key).WithDetail("%s", detail))
	}
}

// head returns the range of the first key of a mapping, or of what is there.
func head(n *node) diag.Range {
	if n.kind == mapNode && !n.flow && len(n.pairs) > 0 {
		return n.pairs[0].key.where
	}
	return n.where
}

// oneOf reports keys of which a mapping has several, and returns the first that is
// there, or "".
func (r *resolver) oneOf(n *node, code diag.Code, keys ...string) string {
	var first string
	for _, key := range keys {
		if n.get(key) == nil {
			continue
		}
		if first == "" {
			first = key
			continue
		}
		r.report(diag.Errorf(code, n.key(key).where, "%s and %s exclude each other", first, key).
			WithDetail("Keep one of the two.").WithRelated(n.key(first).where, first+" is here"))
	}
	return first
}

// repeated reports texts of a list that are there twice.
func (r *resolver) repeated(what string, texts []diag.Text) {
	first := make(map[string]diag.Text, len(texts))
	for _, t := range texts {
		if t.Value == "" {
			continue
		}
		if f, ok := first[t.Value]; ok {
			r.report(diag.Errorf(codeRepeated, t.Where, "the %s %q is here twice", what, t.Value).
				WithDetail("Keep one of the two.").WithRelated(f.Where, "the first is here"))
			continue
		}
		first[t.Value] = t
	}
}
