package expr

import (
	"strconv"
	"strings"
)

// parseNumber reads a whole number: decimal with a sign, or &H and hexadecimal
// digits. Source: expressions §2.
func parseNumber(s string) (int64, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 2 && s[0] == '&' && (s[1] == 'H' || s[1] == 'h') {
		n, err := strconv.ParseInt(s[2:], 16, 64)
		return n, err == nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}
