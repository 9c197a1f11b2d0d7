package expr

import "strings"

// charClass is a character class taken apart: [^rest negatives-[subtracted]].
type charClass struct {
	length     int // of the class in the pattern, in bytes
	inverted   bool
	rest       string
	negatives  []string // \W, \D, \S and \P{…}
	subtracted string
}

// plainClass rewrites a character class that has \W, \D, \S or \P{…} in it. The
// engine looks at nothing behind one of these that does not fit, neither in the
// class nor where it merges it with others: of [\W\d] it sees \W only, and
// [\W_]*\d does not find 1. As alternatives, or with a look-ahead, both engines
// take the class for the same.
func plainClass(pattern string) (rewritten string, length int, ok bool) {
	c, ok := parseClass(pattern)
	if !ok || len(c.negatives) == 0 {
		return "", 0, false
	}
	var b strings.Builder
	b.WriteString("(?:")
	if c.subtracted != "" {
		b.WriteString("(?!" + c.subtracted + ")")
	}
	negatives := strings.Join(c.negatives, "|")
	switch {
	case c.inverted && c.rest == "":
		b.WriteString("(?!" + negatives + ")(?s:.)")
	case c.inverted:
		b.WriteString("(?!" + negatives + ")[^" + c.rest + "]")
	case c.rest == "":
		b.WriteString("(?:" + negatives + ")")
	case len(c.negatives) == 1 && c.rest == strings.ToLower(c.negatives[0][:2])+c.negatives[0][2:]: // [\s\S]
		b.WriteString("(?s:.)")
	default:
		b.WriteString("(?:[" + c.rest + "]|" + negatives + ")")
	}
	b.WriteString(")")
	return b.String(), c.length, true
}

// parseClass takes apart the class at the beginning of a pattern. It gives up on
// forms that cannot be put together again in another order.
func parseClass(pattern string) (charClass, bool) {
	c := charClass{}
	i := 1
	if strings.HasPrefix(pattern[i:], "^") {
		c.inverted = true
		i++
	}
	var rest strings.Builder
	hyphen := false // before i, and not an escaped one
	for first := true; i < len(pattern); first = false {
		switch {
		case pattern[i] == ']' && !first:
			c.length, c.rest = i+1, rest.String()
			return c, c.rest == "" || c.rest[0] != '^'
		case strings.HasPrefix(pattern[i:], "-[") && !first:
			inner, ok := parseClass(pattern[i+1:])
			if !ok || !strings.HasPrefix(pattern[i+1+inner.length:], "]") {
				return c, false
			}
			c.subtracted = pattern[i+1 : i+1+inner.length]
			c.length, c.rest = i+inner.length+2, rest.String()
			return c, c.rest == "" || c.rest[0] != '^'
		case pattern[i] == '\\' && i+1 < len(pattern):
			n := 2
			if end := strings.IndexByte(pattern[i:], '}'); (pattern[i+1] == 'p' || pattern[i+1] == 'P') && end > 0 {
				n = end + 1
			}
			if pattern[i+1] == 'c' && i+2 < len(pattern) { // the control character of what follows, be it a bracket
				n = 3
			}
			escape := pattern[i : i+n]
			i += n
			if !strings.Contains("WDSP", escape[1:2]) || strings.HasPrefix(escape, `\P{Is`) { // blocks become ranges
				rest.WriteString(escape)
				hyphen = false
				continue
			}
			after := pattern[i:]
			if strings.HasPrefix(after, "-") && !strings.HasPrefix(after, "-[") && !strings.HasPrefix(after, "-]") || hyphen {
				return c, false
			}
			c.negatives = append(c.negatives, escape)
		default:
			rest.WriteByte(pattern[i])
			hyphen = pattern[i] == '-'
			i++
		}
	}
	return c, false
}
