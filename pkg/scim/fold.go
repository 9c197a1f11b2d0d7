package scim

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Fold returns the same text for all texts that differ in letter case only, as
// strings.EqualFold sees it. Filters compare folded texts.
func Fold(s string) string {
	plain := true
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || 'A' <= s[i] && s[i] <= 'Z' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf {
			return unicode.ToLower(r)
		}
		least := r
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			least = min(least, next)
		}
		// The orbit of a letter such as the Kelvin sign ends in an ASCII capital.
		if least < utf8.RuneSelf {
			return unicode.ToLower(least)
		}
		return least
	}, s)
}
