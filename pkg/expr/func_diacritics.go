package expr

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

func evalNormalizeDiacritics(_ *Machine, _ *code, args []Value) (Value, error) {
	if args[0].kind == Null {
		return Value{}, nil
	}
	return Text(normalizeDiacritics(args[0].String())), nil
}

// normalizeDiacritics replaces the letters of the reference page's table, and no
// others: ø becomes oe, but ö becomes o, and đ stays. A letter may be written as
// one character or with combining marks. Source: expressions §4.
func normalizeDiacritics(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		n := clusterLength(s[i:])
		appendPlain(&b, s[i:i+n])
		i += n
	}
	return b.String()
}

// clusterLength returns the bytes of a character and the marks that follow it.
func clusterLength(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	for n < len(s) && s[n] >= utf8.RuneSelf {
		r, size := utf8.DecodeRuneInString(s[n:])
		if !unicode.Is(unicode.Mn, r) {
			break
		}
		n += size
	}
	return n
}

// appendPlain appends a character, without the marks that the table knows on it.
// Marks beyond the longest combination in the table stay.
func appendPlain(b *strings.Builder, cluster string) {
	composed := norm.NFC.String(cluster)
	for end := len(composed); end > 0; {
		if plain, ok := plainLetter(composed[:end]); ok {
			b.WriteString(plain)
			b.WriteString(composed[end:])
			return
		}
		_, size := utf8.DecodeLastRuneInString(composed[:end])
		end -= size
	}
	b.WriteString(cluster)
}

// plainLetter looks a composed character up.
func plainLetter(composed string) (string, bool) {
	i := sort.Search(len(diacritics), func(i int) bool { return diacritics[i].marked >= composed })
	if i < len(diacritics) && diacritics[i].marked == composed {
		return diacritics[i].plain, true
	}
	return "", false
}

// diacritics is the table of the reference page, in NFC and sorted by bytes.
var diacritics = [...]struct{ marked, plain string }{
	{"A\u0331", "A"}, {"C\u0304", "C"}, {"C\u0331", "C"}, {"D\u0304", "D"}, {"E\u030a\u0304", "E"},
	{"E\u0331", "E"}, {"G\u0331", "G"}, {"I\u0331", "I"}, {"L\u0304", "L"}, {"N\u0304", "N"},
	{"O\u0331", "O"}, {"R\u0304", "R"}, {"S\u0304", "S"}, {"S\u0331", "S"}, {"T\u0304", "T"},
	{"U\u0307\u0304", "U"}, {"U\u0331", "U"}, {"Y\u0331", "Y"}, {"Z\u0304", "Z"}, {"a\u0331", "a"},
	{"c\u0304", "c"}, {"c\u0331", "c"}, {"d\u0304", "d"}, {"e\u030a\u0304", "e"}, {"e\u0331", "e"},
	{"g\u0331", "g"}, {"i\u0331", "i"}, {"l\u0304", "l"}, {"n\u0304", "n"}, {"o\u0331", "o"},
	{"r\u0304", "r"}, {"s\u0304", "s"}, {"s\u0331", "s"}, {"t\u0304", "t"}, {"u\u0307\u0304", "u"},
	{"u\u0331", "u"}, {"y\u0331", "y"}, {"z\u0304", "z"}, {"À", "A"}, {"Á", "A"}, {"Â", "A"},
	{"Ã", "A"}, {"Ä", "A"}, {"Å", "A"}, {"Å\u0304", "A"}, {"Æ", "AE"}, {"Ç", "C"}, {"È", "E"},
	{"É", "E"}, {"Ê", "E"}, {"Ê\u0304", "E"}, {"Ë", "E"}, {"Ë\u0304", "E"}, {"Ì", "I"}, {"Í", "I"},
	{"Î", "I"}, {"Ï", "I"}, {"Ñ", "N"}, {"Ò", "O"}, {"Ó", "O"}, {"Ô", "O"}, {"Õ", "O"}, {"Ö", "O"},
	{"Ø", "OE"}, {"Ø\u0304", "OE"}, {"Ù", "U"}, {"Ú", "U"}, {"Û", "U"}, {"Ü", "U"}, {"Ý", "Y"},
	{"ß", "ss"}, {"à", "a"}, {"á", "a"}, {"â", "a"}, {"ã", "a"}, {"ä", "a"}, {"å", "a"},
	{"å\u0304", "a"}, {"æ", "ae"}, {"ç", "c"}, {"è", "e"}, {"é", "e"}, {"ê", "e"}, {"ê\u0304", "e"},
	{"ë", "e"}, {"ë\u0304", "e"}, {"ì", "i"}, {"í", "i"}, {"î", "i"}, {"ï", "i"}, {"ñ", "n"},
	{"ò", "o"}, {"ó", "o"}, {"ô", "o"}, {"õ", "o"}, {"ö", "o"}, {"ø", "oe"}, {"ø\u0304", "oe"},
	{"ù", "u"}, {"ú", "u"}, {"û", "u"}, {"ü", "u"}, {"ý", "y"}, {"ÿ", "y"}, {"Ā", "A"},
	{"Ā\u0300", "A"}, {"Ā\u0301", "A"}, {"Ā\u0302", "A"}, {"Ā\u0303", "A"}, {"Ā\u0308", "A"},
	{"ā", "a"}, {"ā\u0300", "a"}, {"ā\u0301", "a"}, {"ā\u0302", "a"}, {"ā\u0303", "a"},
	{"ā\u0308", "a"}, {"Ă", "A"}, {"ă", "a"}, {"Ą", "A"}, {"ą", "a"}, {"Ć", "C"}, {"ć", "c"},
	{"Č", "C"}, {"č", "c"}, {"Ď", "D"}, {"ď", "d"}, {"Ē", "E"}, {"Ē\u0302", "E"}, {"Ē\u0303", "E"},
	{"ē", "e"}, {"ē\u0302", "e"}, {"ē\u0303", "e"}, {"Ė", "E"}, {"ė", "e"}, {"Ę", "E"}, {"ę", "e"},
	{"Ě", "E"}, {"ě", "e"}, {"Ğ", "G"}, {"ğ", "g"}, {"Ī", "I"}, {"Ī\u0300", "I"}, {"Ī\u0301", "I"},
	{"Ī\u0302", "I"}, {"Ī\u0303", "I"}, {"ī", "i"}, {"ī\u0300", "i"}, {"ī\u0301", "i"},
	{"ī\u0302", "i"}, {"ī\u0303", "i"}, {"İ", "I"}, {"ı", "i"}, {"Ľ", "L"}, {"ľ", "l"}, {"Ł", "L"},
	{"ł", "l"}, {"Ń", "N"}, {"ń", "n"}, {"Ň", "N"}, {"ň", "n"}, {"Ō", "O"}, {"Ō\u0302", "O"},
	{"Ō\u0303", "O"}, {"Ō\u0308", "O"}, {"ō", "o"}, {"ō\u0302", "o"}, {"ō\u0303", "o"},
	{"ō\u0308", "o"}, {"Ő", "O"}, {"ő", "o"}, {"Œ\u0304", "OE"}, {"œ\u0304", "oe"}, {"Ř", "R"},
	{"ř", "r"}, {"Ś", "S"}, {"ś", "s"}, {"Ş", "S"}, {"ş", "s"}, {"Š", "S"}, {"š", "s"}, {"Ť", "T"},
	{"ť", "t"}, {"Ū", "U"}, {"Ū\u0300", "U"}, {"Ū\u0301", "U"}, {"Ū\u0302", "U"}, {"Ū\u0303", "U"},
	{"ū", "u"}, {"ū\u0300", "u"}, {"ū\u0301", "u"}, {"ū\u0302", "u"}, {"ū\u0303", "u"}, {"Ů", "U"},
	{"ů", "u"}, {"Ű", "U"}, {"ű", "u"}, {"Ÿ", "Y"}, {"Ź", "Z"}, {"ź", "z"}, {"Ż", "Z"}, {"ż", "z"},
	{"Ž", "Z"}, {"ž", "z"}, {"Ǖ", "U"}, {"ǖ", "u"}, {"Ǟ", "A"}, {"ǟ", "a"}, {"Ǡ", "A"}, {"ǡ", "a"},
	{"Ǣ", "AE"}, {"ǣ", "ae"}, {"Ǭ", "O"}, {"ǭ", "o"}, {"Ș", "S"}, {"ș", "s"}, {"Ț", "T"}, {"ț", "t"},
	{"Ȫ", "O"}, {"ȫ", "o"}, {"Ȭ", "O"}, {"ȭ", "o"}, {"Ȱ", "O"}, {"ȱ", "o"}, {"Ȳ", "Y"},
	{"Ȳ\u0300", "Y"}, {"Ȳ\u0301", "Y"}, {"Ȳ\u0303", "Y"}, {"ȳ", "y"}, {"ȳ\u0300", "y"},
	{"ȳ\u0301", "y"}, {"ȳ\u0303", "y"}, {"Ḏ", "D"}, {"ḏ", "d"}, {"Ḕ", "E"}, {"ḕ", "e"}, {"Ḗ", "E"},
	{"ḗ", "e"}, {"Ḡ", "G"}, {"ḡ", "g"}, {"Ḹ", "L"}, {"ḹ", "l"}, {"Ḻ", "L"}, {"ḻ", "l"}, {"Ṉ", "N"},
	{"ṉ", "n"}, {"Ṑ", "O"}, {"ṑ", "o"}, {"Ṓ", "O"}, {"ṓ", "o"}, {"Ṝ", "R"}, {"ṝ", "r"}, {"Ṟ", "R"},
	{"ṟ", "r"}, {"Ṯ", "T"}, {"ṯ", "t"}, {"Ṳ\u0304", "U"}, {"ṳ\u0304", "u"}, {"Ṻ", "U"}, {"ṻ", "u"},
	{"Ẕ", "Z"}, {"ẕ", "z"},
}
