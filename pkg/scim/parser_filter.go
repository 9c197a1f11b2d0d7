package scim

import "fmt"

// maxFilterDepth bounds the parentheses of a filter inside each other.
const maxFilterDepth = 32

func (p *parser) or(inside bool) (Filter, *SyntaxError) {
	terms, err := p.series("or", inside, p.and)
	if err != nil || len(terms) == 1 {
		return first(terms), err
	}
	var flat []Filter
	for _, t := range terms {
		if or, ok := t.(*Or); ok {
			flat = append(flat, or.Terms...)
			continue
		}
		flat = append(flat, t)
	}
	return &Or{flat}, nil
}

func (p *parser) and(inside bool) (Filter, *SyntaxError) {
	terms, err := p.series("and", inside, p.term)
	if err != nil || len(terms) == 1 {
		return first(terms), err
	}
	var flat []Filter
	for _, t := range terms {
		if and, ok := t.(*And); ok {
			flat = append(flat, and.Terms...)
			continue
		}
		flat = append(flat, t)
	}
	return &And{flat}, nil
}

func first(terms []Filter) Filter {
	if len(terms) == 0 {
		return nil
	}
	return terms[0]
}

// series reads terms with the word between them.
func (p *parser) series(word string, inside bool, term func(bool) (Filter, *SyntaxError)) ([]Filter, *SyntaxError) {
	var terms []Filter
	for {
		t, err := term(inside)
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
		before := p.pos
		p.space()
		if !sameName(p.word(), word) {
			p.pos = before
			return terms, nil
		}
	}
}

// term reads a comparison, a group or a negated group.
func (p *parser) term(inside bool) (Filter, *SyntaxError) {
	p.space()
	start := p.pos
	negated := false
	if sameName(p.word(), "not") {
		p.space()
		negated = p.peek() == '('
	}
	if !negated {
		p.pos = start
	}
	if p.peek() != '(' {
		return p.comparison(inside)
	}
	if p.depth++; p.depth > maxFilterDepth {
		return nil, p.fail("more than %d levels of parentheses", maxFilterDepth)
	}
	p.pos++
	f, err := p.or(inside)
	if err != nil {
		return nil, err
	}
	if p.space(); p.peek() != ')' {
		return nil, p.fail(") is expected")
	}
	p.pos++
	p.depth--
	if negated {
		return &Not{f}, nil
	}
	return f, nil
}

func (p *parser) comparison(inside bool) (Filter, *SyntaxError) {
	path, err := p.path(inside)
	if err != nil {
		return nil, err
	}
	c := &Comparison{Path: path, Operator: OpPresent}
	end := p.pos
	p.space()
	at := p.pos
	word := p.word()
	op, known := operator(word)
	if !known && path.Filter != nil && path.Sub == "" && (word == "" || sameName(word, "and") || sameName(word, "or")) {
		p.pos = end
		return c, nil
	}
	switch {
	case word == "":
		return nil, p.fail("an operator is expected: eq ne co sw ew gt ge lt le pr")
	case !known:
		return nil, &SyntaxError{p.text, at, fmt.Sprintf("unknown operator %q; use eq ne co sw ew gt ge lt le pr", word)}
	case op == OpPresent:
		return c, nil
	}
	c.Operator = op
	p.space()
	valueAt := p.pos
	if c.Value, err = p.literal(); err != nil {
		return nil, err
	}
	if _, boolean := c.Value.(bool); (boolean || c.Value == nil) && op != OpEqual && op != OpNotEqual {
		return nil, &SyntaxError{p.text, valueAt, fmt.Sprintf("%s needs a text or a number; booleans and null have only eq and ne", op)}
	}
	return c, nil
}

func operator(word string) (Operator, bool) {
	switch op := Operator(lowerName(word)); op {
	case OpEqual, OpNotEqual, OpContains, OpStartsWith, OpEndsWith,
		OpGreater, OpGreaterOrEqual, OpLess, OpLessOrEqual, OpPresent:
		return op, true
	}
	return "", false
}

// literal reads a comparison value, which is a JSON scalar.
func (p *parser) literal() (any, *SyntaxError) {
	d := decoder{text: p.text, pos: p.pos}
	switch c := p.peek(); {
	case c == '"':
		s, err := d.string()
		if err != nil {
			return nil, &SyntaxError{p.text, err.Offset, err.Message}
		}
		p.pos = d.pos
		return s, nil
	case c == '-' || '0' <= c && c <= '9':
		if n, err := d.number(); err == nil && p.ends(d.pos) {
			p.pos = d.pos
			return n, nil
		}
	default:
		start := p.pos
		switch lowerName(p.word()) {
		case "true":
			return true, nil
		case "false":
			return false, nil
		case "null":
			return nil, nil
		}
		p.pos = start
	}
	return nil, p.fail("a value is expected: text in double quotes, a number, true, false or null")
}
