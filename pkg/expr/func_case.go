package expr

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func evalToLower(_ *Machine, c *code, args []Value) (Value, error) {
	return changeCase(c, args, invariantLower, unicode.ToLower, unicode.TurkishCase.ToLower)
}

func evalToUpper(_ *Machine, c *code, args []Value) (Value, error) {
	return changeCase(c, args, invariantUpper, unicode.ToUpper, unicode.TurkishCase.ToUpper)
}

// changeCase maps letters one by one, as .NET does: by invariant rules, or by
// those of a culture when one is named.
func changeCase(c *code, args []Value, invariant func(string) string, mapped, turkish func(rune) rune) (Value, error) {
	if args[0].kind == Null {
		return Value{}, nil
	}
	s := args[0].String()
	if c.omitted(1) || args[1].isEmpty() {
		return Text(invariant(s)), nil
	}
	culture := args[1].String()
	switch language, ok := languageOf(culture); {
	case !ok:
		return Value{}, fail(&c.args[1], codeEvalArgument, "culture of %s is %q; write one like en-US", c.fn.Name, culture)
	case language == "tr" || language == "az":
		return Text(strings.Map(turkish, s)), nil
	default:
		return Text(strings.Map(mapped, s)), nil
	}
}

// languageOf returns the language of a culture name such as ja-JP, in lower
// case, and whether the name is formed like one.
func languageOf(culture string) (string, bool) {
	for i, part := range strings.Split(culture, "-") {
		if len(part) < 2 || len(part) > 8 || i == 0 && len(part) > 3 {
			return "", false
		}
		for j := range len(part) {
			if !isDigit(part[j]) && (part[j]|0x20 < 'a' || part[j]|0x20 > 'z') {
				return "", false
			}
		}
	}
	language, _, _ := strings.Cut(culture, "-")
	return strings.ToLower(language), true
}

// invariantLower is .NET's ToLowerInvariant: İ has no invariant lower case.
func invariantLower(s string) string {
	if !strings.Contains(s, "İ") {
		return strings.ToLower(s)
	}
	return strings.Map(func(r rune) rune {
		if r == 'İ' {
			return r
		}
		return unicode.ToLower(r)
	}, s)
}

// invariantUpper is .NET's ToUpperInvariant: ı has no invariant upper case.
func invariantUpper(s string) string {
	if !strings.Contains(s, "ı") {
		return strings.ToUpper(s)
	}
	return strings.Map(func(r rune) rune {
		if r == 'ı' {
			return r
		}
		return unicode.ToUpper(r)
	}, s)
}

// evalPCase lower-cases the text and then gives each word a capital. Without
// separators a word ends where .NET's ToTitleCase ends it; with separators only
// those characters end one. Source: expressions §4.
func evalPCase(_ *Machine, c *code, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, nil
	}
	s := invariantLower(args[0].String())
	if c.omitted(1) || args[1].isEmpty() {
		return Text(titleWords(s)), nil
	}
	separators := args[1].String()
	var b strings.Builder
	b.Grow(len(s))
	first := true
	for _, r := range s {
		if first {
			b.WriteRune(unicode.ToTitle(r))
		} else {
			b.WriteRune(r)
		}
		first = strings.ContainsRune(separators, r)
	}
	return Text(b.String()), nil
}

// titleWords makes the first letter of each word a capital. Letters, marks and
// numbers continue a word that a letter began.
func titleWords(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	inWord := false
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)) {
			b.WriteByte(s[i])
			inWord = false
			continue
		}
		switch {
		case unicode.IsLetter(r) && !inWord:
			b.WriteRune(unicode.ToTitle(r))
			inWord = true
			continue
		case inWord && !continuesWord(r):
			inWord = false
		}
		b.WriteRune(r)
	}
	return b.String()
}

func continuesWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || apostropheInWord && r == '\''
}
