package expr

import (
	"fmt"
	"slices"
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
	if p.tok.kind == tokOp && p.tok.text == "=" {
		p.mend(p.tok, "an expression does not begin with =", "Take it away.", "")
		p.advance()
	}
	e.Root = p.expression(0)
	if p.tok.kind != tokEnd && !p.stop {
		p.leftover(e.Root)
	}
	p.escapedEnd()
	return e, p.problems
}

// escapedEnd puts one report in the place of all that follow from a text whose
// closing quote has a backslash before it, as in Append("a\", "b").
func (p *parser) escapedEnd() {
	escape := p.scan.escape
	if !p.scan.open || escape.end == 0 {
		return
	}
	p.problems = slices.DeleteFunc(p.problems, func(d diag.Diagnostic) bool { return d.Subject.Start.Byte >= p.scan.inside })
	p.report(codeUnterminated, escape.start, escape.end, `\" is a quote inside of the text and does not end it`,
		`A text that ends in a backslash is written "…\\".`, `\\"`)
}

type parser struct {
	src      string
	scan     scanner
	tok      token
	problems diag.List
	stop     bool // too deep or too many problems: give up quietly
	mute     bool // passing over what follows from a problem that was reported
	unclosed bool // a parenthesis without an end was reported
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

// mend reports a problem with a token that a replacement puts right; an empty
// one takes the token away.
func (p *parser) mend(t token, summary, detail, replacement string) {
	d := diag.Errorf(codeSyntax.code(), rangeIn(p.src, t.start, t.end), "%s", summary)
	p.add(d.WithDetail("%s", detail).WithFix(replacement))
}

func (p *parser) add(d diag.Diagnostic) {
	if p.stop || p.mute {
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
		p.mend(t, "a closing parenthesis too many", "Take it away, or add the function that it closes.", "")
	case isOperatorWord(t):
		p.operatorWord(t)
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

// expression reads an operand, or a comparison of two.
func (p *parser) expression(depth int) Node {
	left := p.operand(depth)
	for p.tok.kind == tokOp || p.wordForOperator() {
		op := p.tok.text
		p.advance()
		right := p.compared(op, depth)
		start, _ := left.Span()
		_, end := right.Span()
		left = &Comparison{span{start, end}, op, left, right}
	}
	return left
}

// compared reads the right side of a comparison.
func (p *parser) compared(op string, depth int) Node {
	t := p.tok
	if t.kind == tokName && (isFold(t.text, "null") || isFold(t.text, "nothing")) {
		p.report(codeBareword, t.start, t.end, fmt.Sprintf("there is no constant %s to compare with", t.text),
			`Write "", or use Switch, whose key "" stands for no value: Switch([a], [a], "", "value when empty").`, `""`)
		p.advance()
		return &Omitted{span{t.start, t.end}}
	}
	return p.operand(depth)
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
		return p.name(t, depth)
	case tokBad:
		p.advance()
		return &Omitted{at}
	case tokOp:
		p.report(codeSyntax, t.start, t.end, fmt.Sprintf("%s has nothing on its left", t.text), "Write for example [country] = \"DE\".", "")
		return &Omitted{at}
	case tokOpen:
		return p.parentheses(depth)
	default:
		return &Omitted{span{t.start, t.start}}
	}
}

// parentheses reads an expression in parentheses that belong to no function; all
// that stand side by side are reported once.
func (p *parser) parentheses(depth int) Node {
	p.report(codeSyntax, p.tok.start, p.tok.end, "parentheses belong to functions", "Write the function's name in front, or leave them out.", "")
	opened := 0
	for ; p.tok.kind == tokOpen; opened++ {
		p.advance()
	}
	inner := p.expression(depth + 1)
	for ; p.tok.kind == tokClose && opened > 0; opened-- {
		p.advance()
	}
	return inner
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
		c.Args = append(c.Args, p.argument(c, depth))
		switch p.tok.kind {
		case tokComma:
			p.advance()
		case tokClose:
			c.end = p.tok.end
			p.advance()
			return c
		case tokAttribute, tokString, tokNumber, tokName: // a comma is missing, and reported
		default: // the end
			p.neverClosed(c, open)
			return c
		}
	}
}

// neverClosed ends a call where the source ends. Of several such calls, one
// inside of the other, the innermost is reported.
func (p *parser) neverClosed(c *Call, open token) {
	c.end, c.broken = len(p.src), true
	if omitted, ok := c.Args[len(c.Args)-1].(*Omitted); ok && len(c.Args) == 1 && !unreadable(omitted) {
		c.Args = nil
	}
	if p.scan.open || p.unclosed {
		return // the parenthesis went into what has no end
	}
	p.unclosed = true
	p.report(codeSyntax, open.start, open.end, fmt.Sprintf("the parenthesis of %s is never closed", c.Name), "Add ) after the last argument.", "")
}

// argument reads one argument, which may be empty, and recovers at the next
// comma or parenthesis of this call, or where only a comma is missing. After
// either the call counts as broken: its number of arguments says nothing.
func (p *parser) argument(c *Call, depth int) Node {
	arg := p.expression(depth + 1)
	t := p.tok
	if t.kind == tokComma || t.kind == tokClose || t.kind == tokEnd {
		return arg
	}
	c.broken = true
	_, end := arg.Span()
	switch {
	case unreadable(arg) || t.kind == tokBad: // reported already
	case isOperatorWord(t):
		p.operatorWord(t)
	case t.kind == tokNumber && t.text[0] == '-' && t.start == end:
		p.report(codeSyntax, t.start, t.start+1, "there is no subtraction", `There is no arithmetic; a date is a text, as in CDate("2021-06-30").`, "")
	case t.kind == tokString && strings.IndexAny(strings.TrimSpace(t.text), ",)") == 0:
		p.report(codeSyntax, t.start, t.start+1, "a quote right behind an argument", "Take it away, or put a comma in front if a text begins here.", "")
	case t.kind == tokAttribute || t.kind == tokString || t.kind == tokNumber || t.kind == tokName:
		d := diag.Errorf(codeSyntax.code(), rangeIn(p.src, t.start, t.end), "a comma is missing before this argument")
		d.Fix = &diag.Fix{Range: rangeIn(p.src, end, end), NewText: ","}
		p.add(d.WithDetail("Arguments are separated by commas."))
		return arg
	default:
		p.report(codeSyntax, t.start, t.end, "unexpected text in an argument", "Arguments are separated by commas.", "")
	}
	p.skipArgument()
	return arg
}

// skipArgument passes over the rest of an argument that could not be read.
func (p *parser) skipArgument() {
	p.mute = true
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
	p.mute = false
}

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
