package odata

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limits of a filter: they keep the service safe, no real filter comes near.
const (
	maxFilter = 16 << 10 // bytes
	maxDepth  = 64
	maxIn     = 15 // values of one in clause. Source: graph_contract §11.
)

// Filter is a parsed $filter.
type Filter struct {
	root node
	uses []Use
}

// Use is one appearance of a property in a filter: Path is its name with
// slashes, Operator eq, ne, gt, ge, lt, le, in, startswith, endswith, contains,
// any or bare (a boolean that stands alone). Not is set below a `not`, Folded
// below tolower or toupper. Literal is the kind of constant that it is held
// against.
type Use struct {
	Path     string
	Operator string
	Literal  LiteralKind
	Not      bool
	Folded   bool
}

// ParseFilter reads a filter. The error is a *SyntaxError.
func ParseFilter(src string) (*Filter, error) {
	p := &parser{lexer: lexer{src: src}}
	if len(src) > maxFilter {
		return nil, p.fail(maxFilter, "The filter is too long")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	root, err := p.disjunction(0)
	if err != nil {
		return nil, err
	}
	if p.tok.kind != endToken {
		return nil, p.unexpected()
	}
	return &Filter{root, p.uses}, nil
}

// Uses returns the properties that the filter is about, in order of appearance.
func (f *Filter) Uses() []Use { return f.uses }

type parser struct {
	lexer
	tok       token
	uses      []Use
	negated   bool
	variables []variable // of the lambdas in progress
}

// variable is the range variable of a lambda and the collection it runs over.
type variable struct {
	name string
	over path
}

func (p *parser) advance() (err error) {
	p.tok, err = p.next()
	return err
}

func (p *parser) unexpected() error {
	if p.tok.kind == endToken {
		return p.fail(p.tok.offset, "Expression expected")
	}
	return p.fail(p.tok.offset, "Syntax error: unexpected '"+p.tok.text+"'")
}

func (p *parser) word(name string) bool {
	return p.tok.kind == nameToken && strings.EqualFold(p.tok.text, name)
}

func (p *parser) expect(kind tokenKind) error {
	if p.tok.kind != kind {
		return p.unexpected()
	}
	return p.advance()
}

func (p *parser) disjunction(depth int) (node, error) {
	return p.chain("or", depth, p.conjunction)
}

func (p *parser) conjunction(depth int) (node, error) {
	return p.chain("and", depth, p.negation)
}

// chain reads operands that the word joins, from left to right.
func (p *parser) chain(word string, depth int, operand func(int) (node, error)) (node, error) {
	if depth > maxDepth {
		return nil, p.fail(p.tok.offset, "The filter is nested too deeply")
	}
	left, err := operand(depth + 1)
	for err == nil && p.word(word) {
		if err = p.advance(); err != nil {
			break
		}
		var right node
		right, err = operand(depth + 1)
		left = logic{word == "or", left, right}
	}
	return left, err
}

func (p *parser) negation(depth int) (node, error) {
	if !p.word("not") {
		return p.primary(depth)
	}
	if depth > maxDepth {
		return nil, p.fail(p.tok.offset, "The filter is nested too deeply")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	before := p.negated
	p.negated = !before
	inner, err := p.negation(depth + 1)
	p.negated = before
	return not{inner}, err
}

func (p *parser) primary(depth int) (node, error) {
	if p.tok.kind == openToken {
		if err := p.advance(); err != nil {
			return nil, err
		}
		inner, err := p.disjunction(depth + 1)
		if err != nil {
			return nil, err
		}
		return inner, p.expect(closeToken)
	}
	if p.tok.kind == nameToken && slices.Contains(predicates, strings.ToLower(p.tok.text)) {
		if n, ok, err := p.predicate(depth); ok || err != nil {
			return n, err
		}
	}
	start := p.tok
	left, found, err := p.operand(depth)
	if err != nil {
		return nil, err
	}
	if found != nil { // path/any(...) is a condition by itself
		return found, nil
	}
	if p.tok.kind != nameToken {
		return p.bare(start, left)
	}
	switch op := strings.ToLower(p.tok.text); op {
	case "eq", "ne", "gt", "ge", "lt", "le":
		return p.comparison(op, left, depth)
	case "in":
		return p.membership(left)
	}
	return p.bare(start, left)
}

// bare takes a boolean property that stands alone; constants and folded texts
// are no conditions.
func (p *parser) bare(start token, left operand) (node, error) {
	at, ok := left.(path)
	if !ok {
		return nil, p.fail(start.offset, "The expression is not a condition")
	}
	p.use(at, "bare", BoolLiteral)
	return truth{at}, nil
}

var predicates = []string{"startswith", "endswith", "contains"}

// predicate reads startswith(a,b) and the like; ok is false when the word is
// used as the name of a property.
func (p *parser) predicate(depth int) (n node, ok bool, err error) {
	before, tok := p.pos, p.tok
	name := strings.ToLower(tok.text)
	if err := p.advance(); err != nil {
		return nil, false, err
	}
	if p.tok.kind != openToken {
		p.pos, p.tok = before, tok
		return nil, false, nil
	}
	if err := p.advance(); err != nil {
		return nil, false, err
	}
	left, _, err := p.operand(depth + 1)
	if err != nil {
		return nil, false, err
	}
	if err := p.expect(commaToken); err != nil {
		return nil, false, err
	}
	right, _, err := p.operand(depth + 1)
	if err != nil {
		return nil, false, err
	}
	p.use2(name, left, right)
	return call{name, left, right}, true, p.expect(closeToken)
}

func (p *parser) comparison(op string, left operand, depth int) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	right, found, err := p.operand(depth)
	if err != nil {
		return nil, err
	}
	if found != nil {
		return nil, p.fail(p.tok.offset, "A condition cannot be compared")
	}
	p.use2(op, left, right)
	return compare{op, left, right}, nil
}

func (p *parser) membership(left operand) (node, error) {
	if err := p.advance(); err != nil {
		return nil, err
	}
	if err := p.expect(openToken); err != nil {
		return nil, err
	}
	list := in{left: left}
	for {
		at := p.tok.offset
		value, _, err := p.operand(0)
		if err != nil {
			return nil, err
		}
		constant, ok := value.(literal)
		if !ok {
			return nil, p.fail(at, "The list of an in clause holds constants only")
		}
		if list.values = append(list.values, constant); len(list.values) > maxIn {
			return nil, p.fail(at, "Too many values in the list of an in clause: the limit is "+strconv.Itoa(maxIn))
		}
		p.use2("in", left, constant)
		if p.tok.kind != commaToken {
			return list, p.expect(closeToken)
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
}

// operand reads a path, a constant, or tolower and toupper of one. A path that
// ends in any(...) is a condition and comes back as the second result.
func (p *parser) operand(depth int) (operand, node, error) {
	if depth > maxDepth {
		return nil, nil, p.fail(p.tok.offset, "The filter is nested too deeply")
	}
	tok := p.tok
	if err := p.advance(); err != nil {
		return nil, nil, err
	}
	switch tok.kind {
	case stringToken:
		return literal{StringLiteral, tok.text}, nil, nil
	case numberToken:
		l, ok := number(tok.text)
		if !ok {
			return nil, nil, p.fail(tok.offset, "Syntax error: '"+tok.text+"' is no number, date or GUID")
		}
		return l, nil, nil
	case nameToken:
		return p.named(tok, depth)
	}
	p.tok = tok
	return nil, nil, p.unexpected()
}

func (p *parser) named(tok token, depth int) (operand, node, error) {
	name := strings.ToLower(tok.text)
	switch name {
	case "true", "false":
		return literal{BoolLiteral, name == "true"}, nil, nil
	case "null":
		return literal{NullLiteral, nil}, nil, nil
	}
	if p.tok.kind == openToken {
		if name != "tolower" && name != "toupper" {
			return nil, nil, p.fail(tok.offset, "An unknown function with name '"+tok.text+"' was found")
		}
		if err := p.advance(); err != nil {
			return nil, nil, err
		}
		inner, found, err := p.operand(depth + 1)
		if err != nil {
			return nil, nil, err
		}
		if found != nil {
			return nil, nil, p.fail(tok.offset, "A condition has no text")
		}
		return fold{name == "toupper", inner}, nil, p.expect(closeToken)
	}
	at := path{tok.text}
	for p.tok.kind == slashToken {
		if err := p.advance(); err != nil {
			return nil, nil, err
		}
		step := p.tok
		if err := p.expect(nameToken); err != nil {
			return nil, nil, err
		}
		if p.tok.kind == openToken {
			n, err := p.lambda(at, step, depth)
			return nil, n, err
		}
		at = append(at, step.text)
	}
	return at, nil, nil
}

// lambda reads the part of path/any(x:body) after the word.
func (p *parser) lambda(over path, word token, depth int) (node, error) {
	if !strings.EqualFold(word.text, "any") {
		return nil, p.fail(word.offset, "The function '"+word.text+"' is not supported on a collection")
	}
	if err := p.expect(openToken); err != nil {
		return nil, err
	}
	if p.tok.kind == closeToken {
		p.use(over, "any", NullLiteral)
		return lambda{path: over}, p.advance()
	}
	name := p.tok.text
	if err := p.expect(nameToken); err != nil {
		return nil, err
	}
	if err := p.expect(colonToken); err != nil {
		return nil, err
	}
	p.variables = append(p.variables, variable{name, over})
	body, err := p.disjunction(depth + 1)
	p.variables = p.variables[:len(p.variables)-1]
	if err != nil {
		return nil, err
	}
	return lambda{over, name, body}, p.expect(closeToken)
}

// use2 notes the property among two operands, with the constant of the other.
func (p *parser) use2(operator string, left, right operand) {
	kind := StringLiteral
	for _, o := range []operand{left, right} {
		if l, ok := unfold(o).(literal); ok {
			kind = l.kind
		}
	}
	for _, o := range []operand{left, right} {
		if at, ok := unfold(o).(path); ok {
			_, folded := o.(fold)
			p.use(at, operator, kind)
			p.uses[len(p.uses)-1].Folded = folded
		}
	}
}

// use notes a property; a range variable stands for its collection.
func (p *parser) use(at path, operator string, kind LiteralKind) {
	for _, v := range p.variables {
		if at[0] == v.name {
			at = append(slices.Clone(v.over), at[1:]...)
		}
	}
	p.uses = append(p.uses, Use{Path: strings.Join(at, "/"), Operator: operator, Literal: kind, Not: p.negated})
}

func unfold(o operand) operand {
	for {
		f, ok := o.(fold)
		if !ok {
			return o
		}
		o = f.inner
	}
}

// number reads an unquoted constant.
func number(text string) (literal, bool) {
	if isGUID(text) {
		return literal{GUIDLiteral, text}, true
	}
	if t, ok := Moment(text); ok {
		return literal{DateTimeLiteral, t}, true
	}
	if n, err := strconv.ParseFloat(text, 64); err == nil && n == n && n-n == 0 {
		return literal{NumberLiteral, n}, true
	}
	return literal{}, false
}

// Moment reads a date or a date with a time, as Edm.DateTimeOffset is written.
func Moment(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
