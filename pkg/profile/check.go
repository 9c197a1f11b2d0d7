package profile

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// checker compares a document with its shape: keys, kinds and what YAML makes of
// texts that nobody meant so. Values are checked when the profile is resolved, when
// variables are known.
type checker struct {
	doc      *document
	problems diag.List
	aliased  map[string]bool // anchors that an alias uses
}

func (c *checker) report(d diag.Diagnostic) { c.problems = append(c.problems, d) }

// document checks the whole document.
func (c *checker) document() {
	c.aliased = aliases(c.doc.src.text)
	root, shape := c.doc.root, c.doc.shape
	c.value(root, shape, false)
	c.header(root)
	for _, e := range root.get("environments").children() {
		if !isProfileName(e.key.text.Value) {
			c.report(badName(e.key, "an environment"))
		}
	}
}

// header checks version, profile and provider, which no overlay and no variable may
// change.
func (c *checker) header(root *node) {
	start := root.where
	start.End = start.Start
	switch n := root.get("version"); {
	case n == nil:
		c.report(diag.Errorf(codeVersion, start, "the profile has no version").
			WithDetail("Add the line \"version: 1\"."))
	case n.kind != scalarNode || n.text.Value != "1":
		c.report(diag.Errorf(codeVersion, n.where, "this program reads version 1 of the profile format").
			WithDetail("Write \"version: 1\", or use a newer scimctl for a newer version."))
	case n.style != plain:
		c.report(diag.Errorf(codeNumber, n.where, "a number is meant").WithFix("1"))
	}
	switch n := root.get("profile"); {
	case n == nil:
		c.report(diag.Errorf(codeMissingKey, start, "the profile has no name").
			WithDetail("Add a line such as \"profile: example\"; the name must be unique among what you apply."))
	case n.kind == scalarNode && !isProfileName(n.text.Value) && !n.isNull():
		c.report(badName(n, "a profile"))
	}
	if n := root.get("provider"); n != nil && n.kind == scalarNode && n.text.Value != "entra" && !n.isNull() {
		c.report(diag.Errorf(codeProvider, n.where, "there is no provider %q", n.text.Value).
			WithDetail("Profiles describe provisioning by Microsoft Entra ID: leave the key out."))
	}
}

// isProfileName reports whether a name can stand in a tag, a file name and on a
// command line without quotes.
func isProfileName(name string) bool {
	if name == "" || len(name) > 64 {
		return false
	}
	for i, r := range name {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		case i > 0 && (r == '-' || r == '_' || r == '.'):
		default:
			return false
		}
	}
	return true
}

func badName(n *node, what string) diag.Diagnostic {
	return diag.Errorf(codeName, n.where, "%q cannot be the name of %s", n.text.Value, what).
		WithDetail("Names have letters, digits, - _ and . in them, begin with a letter or digit, and have at most 64 characters.")
}

// value checks n against a shape. overlay says that n is part of an environment,
// where null deletes.
func (c *checker) value(n *node, s *shape, overlay bool) {
	if !c.properties(n, s) {
		n.unset = true
		return
	}
	if n.isNull() && s.form != valueForm {
		c.null(n, s, overlay)
		return
	}
	switch s.form {
	case objectForm, secretForm:
		c.object(n, s, overlay)
	case namedForm:
		c.named(n, s, overlay)
	case listForm:
		c.list(n, s, overlay)
	case valueForm:
		c.testValue(n)
	default:
		c.scalar(n, s)
	}
}

// null checks a value that is nothing, ~ or null.
func (c *checker) null(n *node, s *shape, overlay bool) {
	if overlay {
		return
	}
	written := n.text.Value
	switch s.form {
	case textForm, wordForm, attributeForm, expressionForm:
		if written == "" {
			break
		}
		c.report(diag.Errorf(codeNullText, n.where, "%s is nothing in YAML, not a text", written).
			WithDetail("Put it in quotes if you mean the text, or leave the key out.").WithFix(quote(written)))
		return
	case numberForm, flagForm:
	default:
		if written != "" {
			break
		}
		c.report(diag.Errorf(codeNoValue, n.where, "there is no value here").
			WithDetail("What is not managed is left out: delete the key, or write its value, %s.", s.example()))
		return
	}
	c.report(diag.Errorf(codeNoValue, n.where, "there is no value here").
		WithDetail("What is not managed is left out: delete the key, or write its value."))
}

// example returns the smallest value of a shape, as a message shows it.
func (s *shape) example() string {
	if s.form == listForm {
		return "[…] or []"
	}
	return "{…} or {}"
}

// object checks a mapping with known keys.
func (c *checker) object(n *node, s *shape, overlay bool) {
	if n.kind != mapNode {
		if n.kind == scalarNode && s.form == secretForm {
			c.secretText(n, s)
			return
		}
		c.report(diag.Errorf(codeKind, n.where, "%s is a mapping, and this is %s", s.noun, n.kind.noun()).
			WithDetail("Its keys are %s.", strings.Join(s.names(), ", ")))
		return
	}
	c.duplicates(n)
	for i, p := range n.pairs {
		if p.key.unset {
			continue // part of the value before it
		}
		if p.key.kind != scalarNode {
			c.report(diag.Errorf(codeKeyKind, p.key.where, "the key is %s, not a text", p.key.kind.noun()).
				WithDetail("Did you mean a text in quotes? { } and [ ] have a meaning in YAML."))
			continue
		}
		f, ok := s.field(p.key.text.Value)
		switch {
		case ok:
			c.value(p.value, f.shape, overlay)
		case s.item != nil && !p.key.isNull():
			c.value(p.value, s.item, overlay)
		default:
			c.unknownKey(n, i, s, overlay)
		}
	}
}

// named checks a mapping whose keys the profile chooses.
func (c *checker) named(n *node, s *shape, overlay bool) {
	if n.kind != mapNode {
		c.report(diag.Errorf(codeKind, n.where, "%s are a mapping from names, and this is %s", s.noun, n.kind.noun()).
			WithDetail("Write \"name: value\" lines."))
		return
	}
	c.duplicates(n)
	inside := overlay || s.noun == "the environments"
	for _, p := range n.pairs {
		if p.key.kind != scalarNode || p.key.isNull() {
			c.report(diag.Errorf(codeKeyKind, p.key.where, "the key is not a text").
				WithDetail("Put it in quotes."))
			continue
		}
		if s.item.form == objectForm && p.value.isNull() {
			continue // "name:" declares as well as "name: {}"
		}
		c.value(p.value, s.item, inside)
	}
}

// list checks a list and its items.
func (c *checker) list(n *node, s *shape, overlay bool) {
	if n.kind != listNode {
		d := diag.Errorf(codeKind, n.where, "a list is meant, and this is %s", n.kind.noun())
		if n.kind == scalarNode && n.style != literal && n.style != folded {
			d = d.WithDetail("Write it in brackets.").WithFix("[" + c.raw(n) + "]")
		} else {
			d = d.WithDetail("Put each item on a line of its own that begins with a dash.")
		}
		c.report(d)
		return
	}
	for _, item := range n.items {
		c.value(item, s.item, overlay)
	}
}

// duplicates reports keys that a mapping has twice.
func (c *checker) duplicates(n *node) {
	first := make(map[string]*node, len(n.pairs))
	for _, p := range n.pairs {
		if p.key.kind != scalarNode {
			continue
		}
		name := p.key.text.Value
		if name == "" && p.key.isNull() {
			continue
		}
		if f, ok := first[name]; ok {
			c.report(diag.Errorf(codeDuplicateKey, p.key.where, "the key %q is here twice", name).
				WithDetail("Keep one of the two.").
				WithRelated(f.where, "the first is here"))
			continue
		}
		first[name] = p.key
	}
}

// unknownKey says what is wrong with the key of the pair at index i of n.
func (c *checker) unknownKey(n *node, i int, s *shape, overlay bool) {
	p := n.pairs[i]
	name := p.key.text.Value
	n.unset = true
	if c.splitText(n, i) {
		return
	}
	switch {
	case s.form == secretForm:
		c.secretKey(p, s)
		return
	case name == "<<":
		c.report(diag.Errorf(codeMerge, p.key.where, "merge keys are not part of the profile format").
			WithDetail("Write the keys out, or use an environment for what differs."))
		return
	case overlay && slices.Contains([]string{"version", "profile", "provider", "environments"}, name):
		c.report(diag.Errorf(codeOverlayKey, p.key.where, "an environment cannot change %q", name).
			WithDetail("Delete the key here."))
		return
	case hasInvisible(name):
		c.report(diag.Errorf(codeInvisible, p.key.where, "the key has an invisible character in it, probably pasted from a web page").
			WithDetail("Delete it.").WithFix(withoutInvisible(name)))
		return
	}
	names := s.names()
	d := diag.Errorf(codeUnknownKey, p.key.where, "unknown key %q in %s%s", name, s.noun, diag.DidYouMean(name, names))
	if near := diag.Suggest(name, names); near != "" {
		d = d.WithFix(near)
	}
	c.report(d.WithDetail("The keys of %s are %s.", s.noun, strings.Join(names, ", ")))
}

// raw returns what stands in the file for n.
func (c *checker) raw(n *node) string { return c.doc.src.text[n.start:n.end] }
