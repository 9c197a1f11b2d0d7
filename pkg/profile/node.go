package profile

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/scimctl/scimctl/pkg/diag"
)

// kind is what a node is.
type kind uint8

const (
	scalarNode kind = iota
	mapNode
	listNode
)

// noun names a kind as messages do.
func (k kind) noun() string {
	return [...]string{"a text", "a mapping", "a list"}[k]
}

// node is a value of the document with its place. Nodes are never changed once
// they are made: overlays and variables make new ones, so that a Profile can be
// resolved again and from several goroutines.
type node struct {
	kind   kind
	style  style  // of a scalar
	flow   bool   // written with { } or [ ]
	tag    string // explicit tag, "" without one
	anchor string
	text   diag.Text // of a scalar
	pairs  []pair    // of a mapping, as written
	items  []*node   // of a list
	where  diag.Range
	start  int // byte offsets in the parsed text
	end    int
	prop   int // offset of the anchor or tag in front of it, else start
	size   int // nodes in it, aliases expanded
	depth  int

	// unset is true for a value about which nothing more is to be said: its variable
	// must have a value and has none, or an error was reported when the file was loaded.
	unset bool
	// filled is true for a scalar in which a variable was replaced.
	filled bool
	// escaped holds where in a filled expression a ${ stands that was written $${.
	escaped []int
}

// pair is a key of a mapping with its value.
type pair struct{ key, value *node }

// get returns the value of a key, or nil. Of a key that is there twice, the first.
func (n *node) get(key string) *node {
	if n == nil {
		return nil
	}
	for _, p := range n.pairs {
		if p.key.kind == scalarNode && p.key.text.Value == key {
			return p.value
		}
	}
	return nil
}

// key returns the node of a key, or nil.
func (n *node) key(key string) *node {
	for _, p := range n.pairs {
		if p.key.kind == scalarNode && p.key.text.Value == key {
			return p.key
		}
	}
	return nil
}

// isNull reports whether n is null: nothing, ~ or null without quotes.
func (n *node) isNull() bool {
	if n.kind != scalarNode || n.style != plain || n.tag == "!!str" {
		return false
	}
	switch n.text.Value {
	case "", "~", "null", "Null", "NULL":
		return true
	}
	return false
}

// converter makes nodes from the parser's.
type converter struct {
	src  *source
	seen map[*yaml.Node]*node // anchored nodes; nil while they are being made
	// fault is the first alias that cannot be expanded.
	fault *diag.Diagnostic
}

// Limits of a document. A profile of every field has some hundred nodes, five deep.
const (
	maxSize      = 1 << 20 // bytes of a file
	maxDepth     = 64
	maxExpanded  = 200_000 // nodes when every alias is replaced
	maxDocuments = 200
	maxMends     = 24 // times that a file is parsed
)

// convert makes a node; indent is the column of the block collection around it.
func (c *converter) convert(y *yaml.Node, indent, depth int) *node {
	if y.Kind == yaml.AliasNode {
		return c.alias(y)
	}
	n := &node{anchor: y.Anchor, size: 1, depth: 1}
	if y.Style&yaml.TaggedStyle != 0 {
		n.tag = y.Tag
	}
	n.start = c.src.offset(y.Line, y.Column)
	n.prop = n.start
	if n.start < len(c.src.text) && (c.src.text[n.start] == '&' || c.src.text[n.start] == '!') {
		empty := y.Kind == yaml.ScalarNode && y.Value == "" && styleOf(y.Style) == plain
		n.start = skipProperties(c.src.text, n.start, empty)
		if n.tag == "" && hasTag(c.src.text[n.prop:n.start]) {
			n.tag = "!" // the parser does not tell of a tag without a name
		}
	}
	n.end = n.start
	if depth > maxDepth {
		c.fail(diag.Errorf(codeTooDeep, c.src.span(n.start, n.start), "the document is nested more than %d deep", maxDepth))
		return n
	}
	if n.anchor != "" {
		c.seen[y] = nil
		defer func() { c.seen[y] = n }()
	}
	n.flow = y.Style&yaml.FlowStyle != 0
	switch y.Kind {
	case yaml.MappingNode:
		n.kind = mapNode
		if !n.flow && len(y.Content) > 0 {
			indent = y.Content[0].Column - 1
		}
		n.pairs = make([]pair, 0, len(y.Content)/2)
		for i := 0; i+1 < len(y.Content); i += 2 {
			p := pair{c.convert(y.Content[i], indent, depth+1), c.convert(y.Content[i+1], indent, depth+1)}
			n.pairs = append(n.pairs, p)
			n.count(p.key)
			n.count(p.value)
		}
	case yaml.SequenceNode:
		n.kind = listNode
		if !n.flow {
			indent = y.Column - 1
		}
		n.items = make([]*node, 0, len(y.Content))
		for _, item := range y.Content {
			child := c.convert(item, indent, depth+1)
			n.items = append(n.items, child)
			n.count(child)
		}
	default:
		n.style = styleOf(y.Style)
		n.text, n.end = c.src.scalarText(n.start, n.style, y.Value, indent)
		n.where = n.text.Where
		return n
	}
	if n.flow {
		n.end = closing(c.src.text, max(n.end, n.start+1))
	}
	n.where = c.src.span(n.start, n.end)
	return n
}

// count adds a child's size, depth and end to those of n. An alias ends where its
// name does, not where its target does.
func (n *node) count(child *node) {
	n.size = min(n.size+child.size, maxExpanded+1)
	n.depth = max(n.depth, child.depth+1)
	if child.start >= n.start {
		n.end = max(n.end, child.end)
	}
}

// alias returns the node that an alias stands for.
func (c *converter) alias(y *yaml.Node) *node {
	n, ok := c.seen[y.Alias]
	at := c.src.offset(y.Line, y.Column)
	if n == nil {
		if ok {
			c.fail(diag.Errorf(codeAliases, c.src.span(at, at+1+len(y.Value)), "the alias *%s contains itself", y.Value).
				WithDetail("Write the value out."))
		}
		return &node{start: at, end: at, where: c.src.span(at, at), size: 1, depth: 1}
	}
	return n
}

func (c *converter) fail(d diag.Diagnostic) {
	if c.fault == nil {
		c.fault = &d
	}
}

func styleOf(s yaml.Style) style {
	switch {
	case s&yaml.DoubleQuotedStyle != 0:
		return doubleQuoted
	case s&yaml.SingleQuotedStyle != 0:
		return singleQuoted
	case s&yaml.LiteralStyle != 0:
		return literal
	case s&yaml.FoldedStyle != 0:
		return folded
	}
	return plain
}

// skipProperties returns the offset behind the anchor and tag that stand before a
// value, and the blanks, comments and line breaks after them. Before an empty
// value it stops at the end of the line.
func skipProperties(text string, at int, empty bool) int {
	for at < len(text) {
		switch c := text[at]; {
		case empty && (c == '#' || isBlank(c) || breakLen(text, at) > 0):
			return at
		case c == '&' || c == '!':
			for at < len(text) && !isBlank(text[at]) && breakLen(text, at) == 0 && !strings.ContainsRune(",[]{}", rune(text[at])) {
				at++
			}
		case isBlank(c):
			at++
		case c == '#':
			for at < len(text) && breakLen(text, at) == 0 {
				at++
			}
		case breakLen(text, at) > 0:
			at += breakLen(text, at)
		default:
			return at
		}
	}
	return at
}

// closing returns the offset behind the bracket that ends a flow collection whose
// last part ends at at.
func closing(text string, at int) int {
	for at < len(text) {
		switch c := text[at]; {
		case c == '}' || c == ']':
			return at + 1
		case c == '#':
			for at < len(text) && breakLen(text, at) == 0 {
				at++
			}
		default:
			at++
		}
	}
	return at
}

// hasTag reports whether a tag is among the properties before a value.
func hasTag(properties string) bool {
	for _, word := range strings.Fields(properties) {
		if word[0] == '!' {
			return true
		}
		if word[0] == '#' {
			return false
		}
	}
	return false
}
