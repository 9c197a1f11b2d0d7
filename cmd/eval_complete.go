package cmd

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// completer finishes the name in front of the cursor when Tab is pressed: an
// attribute inside of brackets, a function elsewhere, nothing inside of a text.
type completer struct {
	attributes func() []string
	show       func(candidates []string) // tells several candidates
}

// complete is the callback of a terminal; pos counts bytes.
func (c completer) complete(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	start, candidates, suffix := c.at(line[:pos])
	if candidates == nil {
		return "", 0, false
	}
	word := line[start:pos]
	fits := beginningWith(word, candidates)
	switch len(fits) {
	case 0:
		return "", 0, false
	case 1:
		after := strings.TrimPrefix(line[pos:], suffix) // not written twice
		return line[:start] + fits[0] + suffix + after, start + len(fits[0]) + len(suffix), true
	}
	common := commonStart(fits)
	if len(common) <= len(word) {
		c.show(fits)
		return "", 0, false
	}
	return line[:start] + common + line[pos:], start + len(common), true
}

// at returns where the word in front of the cursor begins, what it can be, and what
// follows it when it is complete. There are no candidates inside of a text.
func (c completer) at(before string) (start int, candidates []string, suffix string) {
	if strings.HasPrefix(before, ":") {
		if rest, ok := strings.CutPrefix(before, ":doc "); ok {
			return len(before) - len(rest), functionNames(), ""
		}
		if rest, ok := strings.CutPrefix(before, ":attr "); ok {
			return len(before) - len(rest), c.attributes(), "="
		}
		return 0, commandNames(), ""
	}
	bracket := -1
	for i := 0; i < len(before); i++ {
		switch before[i] {
		case '"':
			if bracket >= 0 {
				continue
			}
			end := constantEnd(before, i)
			if end < 0 {
				return 0, nil, ""
			}
			i = end
		case '[':
			if bracket < 0 {
				bracket = i
			}
		case ']':
			bracket = -1
		}
	}
	if bracket >= 0 {
		return bracket + 1, c.attributes(), "]"
	}
	start = len(before)
	for start > 0 {
		r, size := utf8.DecodeLastRuneInString(before[:start])
		if r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			break
		}
		start -= size
	}
	return start, functionNames(), "("
}

// constantEnd returns the place of the quote that ends the text which begins at an
// offset, or -1.
func constantEnd(s string, at int) int {
	for i := at + 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// beginningWith returns the candidates that begin with a word, in any letter case.
func beginningWith(word string, candidates []string) []string {
	return slices.DeleteFunc(slices.Clone(candidates), func(c string) bool {
		return len(c) < len(word) || !strings.EqualFold(c[:len(word)], word)
	})
}

// commonStart returns what all words begin with.
func commonStart(words []string) string {
	common := words[0]
	for _, w := range words[1:] {
		n := 0
		for n < len(common) && n < len(w) && common[n] == w[n] {
			n++
		}
		common = common[:n]
	}
	return common
}
