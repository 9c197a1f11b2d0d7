package expr

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// dateTime is a date as .NET keeps it: with how it relates to UTC. A local date
// is one of a server whose clock is UTC.
type dateTime struct {
	time.Time
	kind dateKind
}

type dateKind uint8

const (
	kindUnspecified dateKind = iota
	kindUTC
	kindLocal
)

// formatToken is a piece of a .NET date format: a letter repeated, or literal
// text.
type formatToken struct {
	letter byte // 0 for a literal
	count  int
	text   string
}

const formatLetters = "dfFgHhKmMstyz:/"

// formatTokens cuts a custom date format into its pieces. problem is what .NET
// would call an invalid format.
func formatTokens(format string) (tokens []formatToken, problem string) {
	if format == "" {
		return nil, "the format is empty"
	}
	if len(format) == 1 {
		custom, ok := standardFormat(format[0])
		if !ok {
			return nil, "a single character must be a standard format such as d or s"
		}
		format = custom
	}
	for i := 0; i < len(format); {
		c := format[i]
		switch {
		case strings.IndexByte(formatLetters, c) >= 0:
			n := 1
			for i+n < len(format) && format[i+n] == c && c != ':' && c != '/' && c != 'K' {
				n++
			}
			if (c == 'f' || c == 'F') && n > 7 {
				return nil, "a fraction has at most seven digits"
			}
			tokens = append(tokens, formatToken{letter: c, count: n})
			i += n
		case c == '"' || c == '\'':
			text, n := quotedPart(format[i:])
			if n == 0 {
				return nil, fmt.Sprintf("the quote %c has no end", c)
			}
			tokens = append(tokens, formatToken{text: text})
			i += n
		case c == '%':
			if i+1 == len(format) || format[i+1] == '%' {
				return nil, "% must be followed by a letter"
			}
			i++
		case c == '\\':
			if i+1 == len(format) {
				return nil, `\ must be followed by a character`
			}
			tokens = append(tokens, formatToken{text: format[i+1 : i+2]})
			i += 2
		default:
			tokens = append(tokens, formatToken{text: format[i : i+1]})
			i++
		}
	}
	return tokens, ""
}

// quotedPart reads a quoted literal and returns how many bytes it takes, 0
// without a closing quote.
func quotedPart(s string) (string, int) {
	var text strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == s[0]:
			return text.String(), i + 1
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		text.WriteByte(s[i])
	}
	return "", 0
}

// standardFormat returns the custom format that a single letter means in the
// culture en-US, whose forms the reference shows.
func standardFormat(letter byte) (string, bool) {
	switch letter {
	case 'd':
		return "M/d/yyyy", true
	case 'D':
		return "dddd, MMMM d, yyyy", true
	case 'f':
		return "dddd, MMMM d, yyyy h:mm tt", true
	case 'F', 'U':
		return "dddd, MMMM d, yyyy h:mm:ss tt", true
	case 'g':
		return "M/d/yyyy h:mm tt", true
	case 'G':
		return "M/d/yyyy h:mm:ss tt", true
	case 'm', 'M':
		return "MMMM d", true
	case 'o', 'O':
		return "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK", true
	case 'r', 'R':
		return "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'", true
	case 's':
		return "yyyy'-'MM'-'dd'T'HH':'mm':'ss", true
	case 't':
		return "h:mm tt", true
	case 'T':
		return "h:mm:ss tt", true
	case 'u':
		return "yyyy'-'MM'-'dd HH':'mm':'ss'Z'", true
	case 'y', 'Y':
		return "MMMM yyyy", true
	}
	return "", false
}

// formatDate writes a date in a .NET date format.
func formatDate(d dateTime, format string) (text, problem string) {
	tokens, problem := formatTokens(format)
	if problem != "" {
		return "", problem
	}
	var b []byte
	for _, t := range tokens {
		if t.letter == 0 {
			b = append(b, t.text...)
			continue
		}
		b = appendPart(b, d, t)
		if len(b) > maxResult {
			return "", "the result is too long"
		}
	}
	return string(b), ""
}

func appendPart(b []byte, d dateTime, t formatToken) []byte {
	switch t.letter {
	case 'd':
		return appendDay(b, d, t.count)
	case 'M':
		switch {
		case t.count <= 2:
			return appendPadded(b, int(d.Month()), t.count)
		case t.count == 3:
			return append(b, d.Month().String()[:3]...)
		}
		return append(b, d.Month().String()...)
	case 'y':
		if t.count <= 2 {
			return appendPadded(b, d.Year()%100, t.count)
		}
		return appendPadded(b, d.Year(), t.count)
	case 'H':
		return appendPadded(b, d.Hour(), min(t.count, 2))
	case 'h':
		return appendPadded(b, (d.Hour()+11)%12+1, min(t.count, 2))
	case 'm':
		return appendPadded(b, d.Minute(), min(t.count, 2))
	case 's':
		return appendPadded(b, d.Second(), min(t.count, 2))
	case 'f', 'F':
		return appendFraction(b, d, t)
	case 't':
		half := "AM"
		if d.Hour() >= 12 {
			half = "PM"
		}
		return append(b, half[:min(t.count, 2)]...)
	case 'g':
		return append(b, "A.D."...)
	case 'z':
		return append(b, [...]string{"+0", "+00", "+00:00"}[min(t.count, 3)-1]...)
	case 'K':
		switch d.kind {
		case kindUTC:
			return append(b, 'Z')
		case kindLocal:
			return append(b, "+00:00"...)
		}
		return b
	}
	return append(b, t.letter) // : and /
}

func appendDay(b []byte, d dateTime, count int) []byte {
	switch {
	case count <= 2:
		return appendPadded(b, d.Day(), count)
	case count == 3:
		return append(b, d.Weekday().String()[:3]...)
	}
	return append(b, d.Weekday().String()...)
}

// appendFraction writes digits of the second's fraction; F leaves out zeros at
// the end, and the point before it when nothing is left.
func appendFraction(b []byte, d dateTime, t formatToken) []byte {
	digits := fmt.Sprintf("%07d", d.Nanosecond()/100)[:t.count]
	if t.letter == 'f' {
		return append(b, digits...)
	}
	digits = strings.TrimRight(digits, "0")
	if digits == "" && len(b) > 0 && b[len(b)-1] == '.' {
		return b[:len(b)-1]
	}
	return append(b, digits...)
}

func appendPadded(b []byte, n, width int) []byte {
	s := strconv.Itoa(n)
	for range width - len(s) {
		b = append(b, '0')
	}
	return append(b, s...)
}
