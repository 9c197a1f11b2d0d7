package engine

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// sourcesOf returns the source attributes that a mapping reads and, of these, the
// ones that stand inside Redact().
func sourcesOf(a mapping.Attribute) (reads, redacted []string) {
	switch a.Kind {
	case mapping.Direct:
		return []string{a.Source.Value}, nil
	case mapping.Expression:
		return attributesIn(mapping.Canonical(a.Source.Value))
	}
	return nil, nil
}

// attributesIn finds [attributes] in the canonical form of an expression that
// compiles, and which of them are arguments of Redact at any depth. Texts in
// quotes may hold anything; brackets in a name are balanced. Source: expressions §2.
func attributesIn(expression string) (reads, redacted []string) {
	var calls []string // the functions that are open
	word := 0          // where the last word starts
	for i := 0; i < len(expression); i++ {
		switch expression[i] {
		case '"':
			for i++; i < len(expression) && expression[i] != '"'; i++ {
				if expression[i] == '\\' {
					i++
				}
			}
		case '[':
			name := bracketed(expression[i:])
			i += len(name) + 1
			reads = append(reads, name)
			if slices.Contains(calls, "Redact") {
				redacted = append(redacted, name)
			}
		case '(':
			calls = append(calls, strings.TrimSpace(expression[word:i]))
		case ')':
			calls = calls[:max(len(calls)-1, 0)]
		case ',', '=', '<', '>':
		default:
			continue
		}
		word = i + 1
	}
	return reads, redacted
}

// bracketed returns what stands between the bracket that s starts with and the one
// that closes it.
func bracketed(s string) string {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return s[1:i]
			}
		}
	}
	return s[1:]
}
