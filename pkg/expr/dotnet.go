package expr

import (
	"fmt"
	"slices"
	"strings"
)

// translatePattern checks a .NET regular expression for what the engine reads
// otherwise than .NET, and writes out the Unicode blocks that it does not know.
// Syntax that both know is left to the engine's own parser.
func translatePattern(pattern string) (string, error) {
	t := translator{src: pattern}
	for t.pos < len(t.src) {
		if err := t.step(); err != nil {
			return "", err
		}
	}
	return t.out.String(), nil
}

// translator walks over a pattern once.
type translator struct {
	src        string
	pos        int
	out        strings.Builder
	inClass    int  // depth of [ ]; a subtracted class nests
	quantified bool // the last thing was a quantifier that takes no "+"
	spaced     bool // (?x): blanks and # comments mean nothing
}

func (t *translator) copy(n int) {
	t.out.WriteString(t.src[t.pos : t.pos+n])
	t.pos += n
}

func (t *translator) step() error {
	quantified := t.quantified
	t.quantified = false
	switch c := t.src[t.pos]; {
	case c == '\\':
		return t.escape()
	case t.inClass > 0:
		t.class(c)
	case c == '[':
		if rewritten, n, ok := plainClass(t.src[t.pos:]); ok {
			t.src = t.src[:t.pos] + rewritten + t.src[t.pos+n:]
			return nil
		}
		t.inClass = 1
		t.copy(1)
		t.classStart()
	case c == '#' && t.spaced:
		end := strings.IndexByte(t.src[t.pos:], '\n')
		if end < 0 {
			end = len(t.src) - t.pos
		}
		t.copy(end)
	case c == '(':
		return t.group()
	case c == '+' && quantified:
		return fmt.Errorf("nested quantifier +: .NET has no possessive quantifiers, write an atomic group (?>…)")
	case c == '*' || c == '+' || c == '?':
		t.copy(1)
		t.quantified = !quantified
	case c == '{':
		n := braces(t.src[t.pos:])
		t.copy(max(n, 1))
		t.quantified = n > 0
	default:
		t.copy(1)
	}
	return nil
}

// class copies a byte inside of a character class.
func (t *translator) class(c byte) {
	t.copy(1)
	switch c {
	case ']':
		t.inClass--
	case '[':
		if strings.HasSuffix(t.src[:t.pos-1], "-") { // [a-z-[aeiou]]
			t.inClass++
			t.classStart()
		}
	}
}

// classStart copies ^ and a ] that begins a class and so is a character of it.
func (t *translator) classStart() {
	if strings.HasPrefix(t.src[t.pos:], "^") {
		t.copy(1)
	}
	if strings.HasPrefix(t.src[t.pos:], "]") {
		t.copy(1)
	}
}

// escape copies a backslash and what it escapes.
func (t *translator) escape() error {
	if t.pos+1 >= len(t.src) {
		t.copy(1)
		return nil
	}
	switch c := t.src[t.pos+1]; c {
	case 'Q', 'R', 'X':
		return fmt.Errorf("unrecognized escape \\%c", c)
	case 'D':
		if t.inClass == 0 { // see plainClass
			t.out.WriteString(`[^\d]`)
			t.pos += 2
			return nil
		}
	case 'p', 'P':
		return t.property()
	}
	t.copy(2)
	return nil
}

// property copies \p{Lu}, and writes \p{IsGreek} as a range.
func (t *translator) property() error {
	rest := t.src[t.pos:]
	end := strings.IndexByte(rest, '}')
	if !strings.HasPrefix(rest[2:], "{") || end < 0 {
		t.copy(2)
		return nil // the engine's parser reports it
	}
	name := rest[3:end]
	if slices.Contains(dotnetCategories, name) {
		if t.inClass == 0 && rest[1] == 'P' { // see plainClass
			t.out.WriteString(`[^\p{` + name + `}]`)
			t.pos += end + 1
			return nil
		}
		t.copy(end + 1)
		return nil
	}
	if !strings.HasPrefix(name, "Is") {
		return fmt.Errorf("unknown property \\p{%s}: .NET knows categories such as Lu and blocks such as IsCyrillic", name)
	}
	for _, b := range dotnetBlocks {
		if b.name == name {
			t.block(b.first, b.last, rest[1] == 'P')
			t.pos += end + 1
			return nil
		}
	}
	return fmt.Errorf("the Unicode block \\p{%s} %w", name, errUnsupported)
}

func (t *translator) block(first, last rune, negated bool) {
	ranges := fmt.Sprintf(`\u%04X-\u%04X`, first, last)
	if negated {
		ranges = fmt.Sprintf(`\u%04X-\uFFFF`, last+1)
		if first > 0 {
			ranges = fmt.Sprintf(`\u0000-\u%04X`, first-1) + ranges
		}
	}
	if t.inClass > 0 {
		t.out.WriteString(ranges)
		return
	}
	t.out.WriteString("[" + ranges + "]")
}

// group copies the beginning of a group.
func (t *translator) group() error {
	rest := t.src[t.pos:]
	if !strings.HasPrefix(rest, "(?") || len(rest) < 3 {
		t.copy(1)
		return nil
	}
	if rest[2] != '#' {
		return t.options(rest)
	}
	end := strings.IndexByte(rest, ')')
	if end < 0 {
		end = len(rest) - 1
	}
	t.copy(end + 1)
	return nil
}

// options copies inline options such as (?i-x: and refuses those .NET lacks.
func (t *translator) options(rest string) error {
	end := 2
	for end < len(rest) && (rest[end] == '-' || 'a' <= rest[end]|0x20 && rest[end]|0x20 <= 'z') {
		end++
	}
	if end == len(rest) || rest[end] != ')' && rest[end] != ':' {
		t.copy(2)
		return nil
	}
	on := true
	for _, option := range strings.ToLower(rest[2:end]) {
		switch option {
		case '-':
			on = false
		case 'x':
			t.spaced = on
		case 'e', 'u':
			return fmt.Errorf("unrecognized grouping construct (?%s", rest[2:end])
		}
	}
	t.copy(end)
	return nil
}

// braces returns the length of a quantifier {n}, {n,} or {n,m} at the beginning
// of s, or 0.
func braces(s string) int {
	end := strings.IndexByte(s, '}')
	if end < 2 || !isDigit(s[1]) || strings.Trim(s[1:end], "0123456789,") != "" || strings.Count(s[:end], ",") > 1 {
		return 0
	}
	return end + 1
}

// dotnetCategories are the general categories of Unicode by .NET's names.
var dotnetCategories = []string{
	"L", "Lu", "Ll", "Lt", "Lm", "Lo", "M", "Mn", "Mc", "Me", "N", "Nd", "Nl", "No",
	"P", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S", "Sm", "Sc", "Sk", "So",
	"Z", "Zs", "Zl", "Zp", "C", "Cc", "Cf", "Cs", "Co", "Cn",
}

// dotnetBlocks are the Unicode blocks that names of people are written in.
var dotnetBlocks = []struct {
	name        string
	first, last rune
}{
	{"IsBasicLatin", 0x0000, 0x007F},
	{"IsLatin-1Supplement", 0x0080, 0x00FF},
	{"IsLatinExtended-A", 0x0100, 0x017F},
	{"IsLatinExtended-B", 0x0180, 0x024F},
	{"IsIPAExtensions", 0x0250, 0x02AF},
	{"IsSpacingModifierLetters", 0x02B0, 0x02FF},
	{"IsCombiningDiacriticalMarks", 0x0300, 0x036F},
	{"IsGreek", 0x0370, 0x03FF},
	{"IsGreekandCoptic", 0x0370, 0x03FF},
	{"IsCyrillic", 0x0400, 0x04FF},
	{"IsCyrillicSupplement", 0x0500, 0x052F},
	{"IsArmenian", 0x0530, 0x058F},
	{"IsHebrew", 0x0590, 0x05FF},
	{"IsArabic", 0x0600, 0x06FF},
	{"IsDevanagari", 0x0900, 0x097F},
	{"IsBengali", 0x0980, 0x09FF},
	{"IsThai", 0x0E00, 0x0E7F},
	{"IsGeorgian", 0x10A0, 0x10FF},
	{"IsHangulJamo", 0x1100, 0x11FF},
	{"IsLatinExtendedAdditional", 0x1E00, 0x1EFF},
	{"IsGreekExtended", 0x1F00, 0x1FFF},
	{"IsGeneralPunctuation", 0x2000, 0x206F},
	{"IsCurrencySymbols", 0x20A0, 0x20CF},
	{"IsLetterlikeSymbols", 0x2100, 0x214F},
	{"IsHiragana", 0x3040, 0x309F},
	{"IsKatakana", 0x30A0, 0x30FF},
	{"IsCJKUnifiedIdeographs", 0x4E00, 0x9FFF},
	{"IsHangulSyllables", 0xAC00, 0xD7AF},
}
