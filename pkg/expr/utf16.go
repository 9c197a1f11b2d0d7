package expr

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Entra counts characters as .NET does, in UTF-16 units: an emoji is two.

// isASCII reports whether bytes and UTF-16 units of s are the same.
func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// unitsIn returns the number of UTF-16 units of s.
func unitsIn(s string) int {
	if isASCII(s) {
		return len(s)
	}
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// cutUnits returns count units of s from the unit start, which counts from 0;
// less when s ends before. Half of a pair becomes the replacement character, as
// it does when .NET writes such a text.
func cutUnits(s string, start, count int64) string {
	if count == 0 {
		return ""
	}
	if isASCII(s) {
		from := min(start, int64(len(s)))
		return s[from:min(from+min(count, int64(len(s))), int64(len(s)))]
	}
	end := start + min(count, int64(len(s)))
	from, to := -1, len(s)
	head, tail := "", ""
	var at int64
	for i, r := range s {
		if from < 0 && at >= start {
			from = i
		}
		if at >= end {
			to = i
			break
		}
		wide := utf16.RuneLen(r) == 2
		if wide && at+1 == start {
			head = string(utf8.RuneError)
		}
		if wide && at+1 == end {
			tail = string(utf8.RuneError)
			if from < 0 {
				return tail
			}
			to = i
			break
		}
		at += int64(utf16.RuneLen(r))
	}
	if from < 0 {
		return head
	}
	return head + s[from:max(from, to)] + tail
}
