package profile

import "strings"

// reference is a ${…} in a text.
type reference struct {
	start, end int    // byte range, of $${ for an escaped one
	name       string // variable, or what stands between the braces
	escaped    bool   // $${: the text ${ is meant
	foreign    bool   // not ours, such as the group of a regular expression
	misspelt   bool   // meant to be ours, but not written so
}

// findReferences returns the ${ of a text, in order. An escaped one is three bytes
// long. A ${ that nothing closes is left out unless it begins like one of ours.
func findReferences(s string) []reference {
	var refs []reference
	for at := 0; ; {
		i := strings.Index(s[at:], "${")
		if i < 0 {
			return refs
		}
		start := at + i
		if start > at && s[start-1] == '$' {
			refs = append(refs, reference{start: start - 1, end: start + 2, escaped: true})
			at = start + 2
			continue
		}
		size := strings.IndexByte(s[start:], '}')
		if size < 0 { // nor is there one behind it
			if i := strings.Index(s[start:], "${var."); i >= 0 {
				refs = append(refs, reference{start: start + i, end: len(s), misspelt: true})
			}
			return refs
		}
		inner := s[start+2 : start+size]
		at = start + size + 1
		r := reference{start: start, end: at}
		if name, ok := strings.CutPrefix(inner, "var."); ok && isVariableName(name) {
			r.name = name
		} else if name, ok := nearReference(inner); ok {
			r.name, r.misspelt = name, true
		} else {
			r.name, r.foreign = inner, true
		}
		refs = append(refs, r)
	}
}

// nearReference reports whether the text between the braces was meant as var.NAME,
// and the name.
func nearReference(inner string) (string, bool) {
	head, name, ok := strings.Cut(strings.TrimSpace(inner), ".")
	if !ok {
		return "", false
	}
	switch strings.ToLower(strings.TrimSpace(head)) {
	case "var", "vars", "variable", "variables":
		return strings.TrimSpace(name), true
	}
	return "", false
}
