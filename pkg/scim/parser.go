package scim

import (
	"fmt"
	"strings"
)

// maxFilterDepth bounds the parentheses and brackets of a filter inside each other.
const maxFilterDepth = 32

// parser reads paths and filters from text, a byte at a time.
type parser struct {
	text  string
	pos   int
	depth int
}

// path reads an attribute path or value path. In a value filter (inside) there
// must not be another one.
func (p *parser) path(inside bool) (Path, *SyntaxError) {
	start := p.pos
	word := p.word()
	path, err := p.names(word, start)
	if err != nil || p.peek() != '[' {
		return path, err
	}
	switch {
	case inside:
		return path, p.fail("a value filter inside a value filter")
	case path.Sub != "" || path.Attribute == "":
		return path, p.fail("a value filter must follow the name of a multi-valued attribute")
	}
	p.pos++
	if path.Filter, err = p.or(true); err != nil {
		return path, err
	}
	p.space()
	if p.peek() != ']' {
		return path, p.fail("] is expected after the value filter")
	}
	p.pos++
	if p.peek() != '.' {
		return path, nil
	}
	p.pos++
	at := p.pos
	path.Sub = p.word()
	return path, p.checkName(path.Sub, at, "a sub-attribute")
}

// names takes a word apart into schema URN, attribute and sub-attribute.
func (p *parser) names(word string, start int) (Path, *SyntaxError) {
	var path Path
	names := word
	if isURI(word) {
		colon := strings.LastIndexByte(word, ':')
		path.URN, names = word[:colon], word[colon+1:]
		if namesSchema(path.URN, names) {
			path.URN, names = word, ""
		}
		if err := p.checkURN(path.URN, start); err != nil || names == "" && path.URN == word {
			return path, err
		}
		start += colon + 1
	}
	var dotted bool
	path.Attribute, path.Sub, dotted = strings.Cut(names, ".")
	if err := p.checkName(path.Attribute, start, "an attribute"); err != nil || !dotted {
		return path, err
	}
	return path, p.checkName(path.Sub, start+len(path.Attribute)+1, "a sub-attribute")
}

// isURI reports whether a path starts with a schema URI and not with an attribute.
func isURI(word string) bool {
	for _, scheme := range []string{"urn:", "http://", "https://"} {
		if len(word) >= len(scheme) && sameName(word[:len(scheme)], scheme) {
			return true
		}
	}
	return false
}

// namesSchema reports whether prefix and last part are one schema URN: the part
// is a resource type behind a version, or the prefix is no URI by itself.
func namesSchema(prefix, last string) bool {
	if last == "" {
		return false
	}
	if strings.Contains(last, "/") {
		return true
	}
	version := prefix[strings.LastIndexByte(prefix, ':')+1:]
	return strings.Trim(version, "0123456789.") == "" && version != "" && 'A' <= last[0] && last[0] <= 'Z' &&
		!strings.Contains(last, ".")
}

func (p *parser) checkURN(urn string, start int) *SyntaxError {
	for i := range len(urn) {
		if c := urn[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return &SyntaxError{p.text, start + i, "this character cannot stand in a schema URN"}
		}
	}
	if parts := strings.Split(urn, ":"); sameName(parts[0], "urn") {
		for i, part := range parts {
			if part == "" || len(parts) < 3 {
				return &SyntaxError{p.text, start + len(strings.Join(parts[:i], ":")),
					"a schema URN has the form urn:namespace:name, and a path a colon and an attribute behind it"}
			}
		}
	}
	return nil
}

// checkName checks an attribute name. Source: RFC 7643 §2.1; $ref is the one
// name that starts with a dollar sign (§2.4).
func (p *parser) checkName(name string, start int, what string) *SyntaxError {
	if name == "" {
		return &SyntaxError{p.text, start, "the name of " + what + " is missing"}
	}
	for i := range len(name) {
		c := name[i]
		letter := 'a' <= lowerByte(c) && lowerByte(c) <= 'z'
		switch {
		case letter, i == 0 && c == '$' && len(name) > 1:
		case i > 0 && ('0' <= c && c <= '9' || c == '-' || c == '_'):
		case c == '.':
			return &SyntaxError{p.text, start + i, "a path has one sub-attribute at most"}
		default:
			return &SyntaxError{p.text, start + i,
				"the name of " + what + " starts with a letter and has letters, digits, - and _"}
		}
	}
	return nil
}

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

// ends reports whether a word ends at i.
func (p *parser) ends(i int) bool { return i >= len(p.text) || isBreak(p.text[i]) }

// word reads up to a blank, a bracket, a quote or the end.
func (p *parser) word() string {
	start := p.pos
	for !p.ends(p.pos) {
		p.pos++
	}
	return p.text[start:p.pos]
}

func isBreak(c byte) bool {
	switch c {
	case ' ', '\t', '\r', '\n', '[', ']', '(', ')', '"', ',':
		return true
	}
	return false
}

func (p *parser) space() {
	for p.pos < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

func (p *parser) fail(format string, args ...any) *SyntaxError {
	message := fmt.Sprintf(format, args...)
	if p.pos >= len(p.text) {
		message += ", but the text ends here"
	}
	return &SyntaxError{p.text, p.pos, message}
}

// start checks what any text must fulfil before it is read.
func (p *parser) start() *SyntaxError {
	if len(p.text) > MaxSyntax {
		return &SyntaxError{p.text, MaxSyntax, fmt.Sprintf("longer than %d bytes", MaxSyntax)}
	}
	if at := invalidUTF8(p.text); at >= 0 {
		return &SyntaxError{p.text, at, "not valid UTF-8"}
	}
	return nil
}

// end checks that nothing is left.
func (p *parser) end() *SyntaxError {
	if p.pos < len(p.text) {
		return p.fail("unexpected text")
	}
	return nil
}
