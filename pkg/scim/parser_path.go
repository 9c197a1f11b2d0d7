package scim

import "strings"

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
