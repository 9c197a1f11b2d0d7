package expr

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/diag"
)

// Limits of an expression. Entra takes 10,000 characters (expressions §2); the
// depth keeps this program safe from hostile input.
const (
	maxLength = 10_000
	maxDepth  = 200
	maxErrors = 50
)

// Expr is a parsed expression.
type Expr struct {
	Source string // the text it was parsed from
	Root   Node   // never nil; *Omitted when there was nothing to understand
}

// Parse reads an expression. It always returns a tree, partial where the text
// is wrong, and every problem found, with Byte offsets in src.
func Parse(src string) (*Expr, diag.List) {
	p := &parser{src: src}
	e := &Expr{Source: src, Root: &Omitted{}}
	if n := utf8.RuneCountInString(src); n > maxLength {
		p.report(codeTooLong, 0, len(src), fmt.Sprintf("the expression has %d characters; Entra takes %d", n, maxLength),
			"Split it over two mappings, or shorten it with Switch.", "")
		return e, p.problems
	}
	p.scan = scanner{src: src, report: p.report}
	p.advance()
	if p.tok.kind == tokEnd {
		p.report(codeEmpty, 0, len(src), "the expression is empty", "Write for example [mail], or leave the mapping out.", "")
		return e, p.problems
	}
	e.Root = p.expression(0)
	if p.tok.kind != tokEnd && !p.stop {
		p.leftover(e.Root)
	}
	return e, p.problems
}

type parser struct {
	src      string
	scan     scanner
	tok      token
	problems diag.List
	stop     bool // too deep or too many problems: give up quietly
}

// report adds a problem; fix is what to put in the place of its subject, if that
// mends it.
func (p *parser) report(code codeNumber, start, end int, summary, detail, fix string) {
	d := diag.Diagnostic{Code: code.code(), Summary: summary, Detail: detail, Subject: rangeIn(p.src, start, end)}
	if fix != "" {
		d.Fix = &diag.Fix{Range: d.Subject, NewText: fix}
	}
	p.add(d)
}

func (p *parser) add(d diag.Diagnostic) {
	if p.stop {
		return
	}
	if len(p.problems) >= maxErrors {
		p.stop = true
		return
	}
	p.problems = append(p.problems, d)
}

func (p *parser) advance() {
	if p.stop {
		p.tok = token{kind: tokEnd, start: len(p.src), end: len(p.src)}
		return
	}
	p.tok = p.scan.next()
}

// leftover reports what stands after a complete expression.
func (p *parser) leftover(root Node) {
	t := p.tok
	switch {
	case t.kind == tokBad || unreadable(root): // reported already
	case t.kind == tokClose:
		d := diag.Errorf(codeSyntax.code(), rangeIn(p.src, t.start, t.end), "a closing parenthesis too many")
		p.add(d.WithDetail("Take it away, or add the function that it closes.").WithFix(""))
	case isLogical(t):
		p.logical(t)
	default:
		p.report(codeSyntax, t.start, len(p.src), "unexpected text after the end of the expression",
			"One expression is one attribute, constant or function call; use Join or Append to put several together.", "")
	}
}

// unreadable reports whether a node stands for text that was reported: it is an
// Omitted that has a length.
func unreadable(n Node) bool {
	omitted, ok := n.(*Omitted)
	return ok && omitted.start < omitted.end
}

// isLogical reports whether a token is an operator that the language lacks.
func isLogical(t token) bool {
	return t.kind == tokName && (isFold(t.text, "and") || isFold(t.text, "or"))
}

func (p *parser) logical(t token) {
	p.report(codeSyntax, t.start, t.end, fmt.Sprintf("there is no operator %s", t.text), logicalAdvice, "")
}

// logicalAdvice says how conditions are combined. Source: expressions §2.
const logicalAdvice = `Nest IIF instead. For "and": IIF([a] = "x", IIF([b] = "y", "yes", "no"), "no"). For "or": IIF([a] = "x", "yes", IIF([b] = "y", "yes", "no")).`

// expression reads an operand, or a comparison of two.
func (p *parser) expression(depth int) Node {
	left := p.operand(depth)
	for p.tok.kind == tokOp {
		op := p.tok.text
		p.advance()
		right := p.operand(depth)
		start, _ := left.Span()
		_, end := right.Span()
		left = &Comparison{span{start, end}, op, left, right}
	}
	return left
}

func (p *parser) operand(depth int) Node {
	t := p.tok
	at := span{t.start, t.end}
	if depth > maxDepth {
		p.report(codeTooDeep, t.start, t.end, fmt.Sprintf("the expression is nested more than %d deep", maxDepth), "", "")
		p.stop = true
		p.advance()
		return &Omitted{at}
	}
	switch t.kind {
	case tokAttribute:
		p.advance()
		return &Attribute{at, t.text}
	case tokString:
		p.advance()
		return &Constant{span: at, Value: t.text}
	case tokNumber:
		p.advance()
		return &Constant{span: at, Value: t.text, Numeric: true}
	case tokName:
		p.advance()
		if p.tok.kind == tokOpen {
			return p.call(t, depth)
		}
		if isKeyword(t.text) {
			return &Keyword{at, t.text}
		}
		p.bareword(t)
		return &Omitted{at}
	case tokBad:
		p.advance()
		return &Omitted{at}
	case tokOp:
		p.report(codeSyntax, t.start, t.end, fmt.Sprintf("%s has nothing on its left", t.text), "Write for example [country] = \"DE\".", "")
		return &Omitted{at}
	case tokOpen:
		p.report(codeSyntax, t.start, t.end, "parentheses belong to functions", "Write the function's name in front, or leave them out.", "")
		p.advance()
		inner := p.expression(depth + 1)
		if p.tok.kind == tokClose {
			p.advance()
		}
		return inner
	default:
		return &Omitted{span{t.start, t.start}}
	}
}

// bareword reports a name that is neither a call nor a keyword.
func (p *parser) bareword(t token) {
	if f, known := Lookup(t.text); known {
		p.report(codeSyntax, t.start, t.end, fmt.Sprintf("the function %s needs parentheses", t.text),
			fmt.Sprintf("Write %s.", f.Signature()), "")
		return
	}
	switch {
	case isFold(t.text, "true") || isFold(t.text, "false"):
		p.report(codeBareword, t.start, t.end, fmt.Sprintf("%s must be a text", t.text), "Truth values are the texts \"True\" and \"False\".",
			quote(strings.ToUpper(t.text[:1])+strings.ToLower(t.text[1:])))
	case isFold(t.text, "null") || isFold(t.text, "nothing"):
		p.report(codeBareword, t.start, t.end, fmt.Sprintf("there is no constant %s", t.text),
			"To give no value leave the argument empty, as in Switch([a], , \"x\", \"y\"), or use IgnoreFlowIfNullOrEmpty.", "")
	default:
		p.report(codeBareword, t.start, t.end, fmt.Sprintf("%q is neither an attribute nor a text", t.text),
			fmt.Sprintf("Attributes stand in brackets, [%s]; texts stand in double quotes, %s.", t.text, quote(t.text)), "")
	}
}

// call reads the arguments of a function; the current token is the parenthesis.
func (p *parser) call(name token, depth int) Node {
	open := p.tok
	p.advance()
	c := &Call{span: span{name.start, open.end}, Name: name.text}
	if p.tok.kind == tokClose {
		c.end = p.tok.end
		p.advance()
		return c
	}
	for {
		c.Args = append(c.Args, p.argument(depth))
		switch p.tok.kind {
		case tokComma:
			p.advance()
		case tokClose:
			c.end = p.tok.end
			p.advance()
			return c
		case tokAttribute, tokString, tokNumber, tokName: // a comma is missing, and reported
		default: // the end
			c.end = len(p.src)
			if omitted, ok := c.Args[len(c.Args)-1].(*Omitted); ok && len(c.Args) == 1 && !unreadable(omitted) {
				c.Args = nil
			}
			if p.scan.open {
				return c // the parenthesis went into what has no end
			}
			p.report(codeSyntax, open.start, open.end, fmt.Sprintf("the parenthesis of %s is never closed", name.text), "Add ) after the last argument.", "")
			return c
		}
	}
}

// argument reads one argument, which may be empty, and recovers at the next
// comma or parenthesis of this call, or where only a comma is missing.
func (p *parser) argument(depth int) Node {
	arg := p.expression(depth + 1)
	t := p.tok
	switch t.kind {
	case tokComma, tokClose, tokEnd:
		return arg
	case tokAttribute, tokString, tokNumber, tokName:
		if !isLogical(t) {
			d := diag.Errorf(codeSyntax.code(), rangeIn(p.src, t.start, t.end), "a comma is missing before this argument")
			_, end := arg.Span()
			d.Fix = &diag.Fix{Range: rangeIn(p.src, end, end), NewText: ","}
			p.add(d.WithDetail("Arguments are separated by commas."))
			return arg
		}
		p.logical(t)
	case tokBad: // reported already
	default:
		p.report(codeSyntax, t.start, t.end, "unexpected text in an argument", "Arguments are separated by commas.", "")
	}
	for nested := 0; p.tok.kind != tokEnd; p.advance() {
		if nested == 0 && (p.tok.kind == tokComma || p.tok.kind == tokClose) {
			break
		}
		switch p.tok.kind {
		case tokOpen:
			nested++
		case tokClose:
			nested--
		}
	}
	return arg
}

// isKeyword reports whether a bareword has a meaning. Source: expressions §2.
func isKeyword(name string) bool {
	switch name {
	case keywordIgnoreAttribute, keywordIgnoreObject, keywordBinaryCompare, keywordTextCompare:
		return true
	}
	return false
}

const (
	keywordIgnoreAttribute = "IgnoreAttributeFlow"
	keywordIgnoreObject    = "IgnoreObjectFlow"
	keywordBinaryCompare   = "vbBinaryCompare"
	keywordTextCompare     = "vbTextCompare"
)

// rangeIn returns the range of two byte offsets within src.
func rangeIn(src string, start, end int) diag.Range {
	return diag.Range{Start: posIn(src, start), End: posIn(src, end)}
}

func posIn(src string, offset int) diag.Pos {
	p := diag.Pos{Line: 1, Column: 1, Byte: offset}
	for _, r := range src[:offset] {
		if r == '\n' {
			p.Line++
			p.Column = 1
			continue
		}
		p.Column++
	}
	return p
}

func quoteRune(r rune) string { return strconv.QuoteRune(r) }
