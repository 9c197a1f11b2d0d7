package expr

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// dateStyles are .NET's DateTimeStyles.
type dateStyles uint8

const (
	leadingWhite dateStyles = 1 << iota
	trailingWhite
	innerWhite
	noCurrentDate
	adjustToUniversal
	assumeLocal
	assumeUniversal
	roundtripKind
)

// defaultStyles is what FormatDateTime reads with. Source: expressions §4.
const defaultStyles = roundtripKind | leadingWhite | trailingWhite

// parseStyles reads names of DateTimeStyles, separated by commas.
func parseStyles(text string) (styles dateStyles, problem string) {
	for name := range strings.SplitSeq(text, ",") {
		switch strings.TrimSpace(name) {
		case "None":
		case "AllowLeadingWhite":
			styles |= leadingWhite
		case "AllowTrailingWhite":
			styles |= trailingWhite
		case "AllowInnerWhite":
			styles |= innerWhite
		case "AllowWhiteSpaces":
			styles |= leadingWhite | trailingWhite | innerWhite
		case "NoCurrentDateDefault":
			styles |= noCurrentDate
		case "AdjustToUniversal":
			styles |= adjustToUniversal
		case "AssumeLocal":
			styles |= assumeLocal
		case "AssumeUniversal":
			styles |= assumeUniversal
		case "RoundtripKind":
			styles |= roundtripKind
		default:
			return 0, "there is no style " + quote(strings.TrimSpace(name)) + "; leave the argument empty, or write one like AllowWhiteSpaces"
		}
	}
	return styles, ""
}

// exactReader reads a text by a date format.
type exactReader struct {
	rest   string
	styles dateStyles

	year, month, day           int // -1 until read
	hour, minute, second, half int
	nanos                      int
	weekday                    int
	twelve                     bool // the hour is one of twelve
	zoned, utc                 bool
	offset                     time.Duration
}

// parseExact reads a date that must fit the format, as .NET's ParseExact does.
// problem says what does not fit. A format without a date means today, by now.
func parseExact(text, format string, styles dateStyles, now func() time.Time) (d dateTime, problem string) {
	tokens, problem := formatTokens(trimBy(format, styles))
	if problem != "" {
		return dateTime{}, problem
	}
	r := exactReader{rest: trimBy(text, styles), styles: styles,
		year: -1, month: -1, day: -1, hour: -1, minute: -1, second: -1, half: -1, weekday: -1}
	for i, t := range tokens {
		if styles&innerWhite != 0 {
			r.rest = strings.TrimLeftFunc(r.rest, unicode.IsSpace)
		}
		if problem := r.read(t, i+1 < len(tokens) && tokens[i+1].letter == 'F'); problem != "" {
			return dateTime{}, problem
		}
	}
	if r.rest != "" {
		return dateTime{}, quote(r.rest) + " is left over"
	}
	return r.finish(now)
}

func trimBy(s string, styles dateStyles) string {
	if styles&leadingWhite != 0 {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
	}
	if styles&trailingWhite != 0 {
		s = strings.TrimRightFunc(s, unicode.IsSpace)
	}
	return s
}

// read takes what a piece of the format asks for.
func (r *exactReader) read(t formatToken, beforeOptional bool) string {
	ok := true
	switch t.letter {
	case 0:
		return r.literal(t.text, beforeOptional)
	case ':', '/':
		return r.literal(string(t.letter), false)
	case 'y':
		ok = r.digits(&r.year, t.count)
		if ok && t.count <= 2 {
			r.year = fullYear(r.year)
		}
	case 'M':
		if t.count <= 2 {
			ok = r.digits(&r.month, t.count)
		} else {
			ok = r.name(&r.month, t.count, monthNamed)
		}
	case 'd':
		if t.count <= 2 {
			ok = r.digits(&r.day, t.count)
		} else {
			ok = r.name(&r.weekday, t.count, func(s string) (int, bool) { d, ok := weekdayNamed(s); return int(d), ok })
		}
	case 'h':
		r.twelve = true
		ok = r.digits(&r.hour, min(t.count, 2))
	case 'H':
		ok = r.digits(&r.hour, min(t.count, 2))
	case 'm':
		ok = r.digits(&r.minute, min(t.count, 2))
	case 's':
		ok = r.digits(&r.second, min(t.count, 2))
	case 'f', 'F':
		ok = r.fraction(t)
	case 't':
		ok = r.halfDay(t.count)
	case 'z':
		ok = r.zone(t.count)
	case 'K':
		ok = r.kind()
	case 'g':
		ok = r.take("A.D.") || r.take("AD")
	}
	if !ok {
		part := strings.Repeat(string(t.letter), t.count)
		if r.rest == "" {
			return "it ends where " + part + " is needed"
		}
		return quote(r.rest) + " does not begin with " + part
	}
	return ""
}

// literal takes text as it stands. A point before an optional fraction may be
// missing with it; the letter Z also means UTC.
func (r *exactReader) literal(text string, beforeOptional bool) string {
	if text == "Z" && r.take("Z") {
		r.zoned, r.utc = true, true
		return ""
	}
	if r.take(text) || text == "." && beforeOptional || text == " " && r.styles&innerWhite != 0 {
		return ""
	}
	if r.rest == "" {
		return "it ends where " + quote(text) + " is needed"
	}
	return quote(r.rest) + " does not begin with " + quote(text)
}

func (r *exactReader) take(s string) bool {
	if !strings.HasPrefix(r.rest, s) {
		return false
	}
	r.rest = r.rest[len(s):]
	return true
}

// digits takes one or two digits for a single letter, else exactly as many as
// there are letters. The same part twice must agree.
func (r *exactReader) digits(to *int, count int) bool {
	least, most := count, count
	if count == 1 {
		most = 2
	}
	n, v := 0, 0
	for n < most && n < len(r.rest) && isDigit(r.rest[n]) {
		v = v*10 + int(r.rest[n]-'0')
		n++
	}
	if n < least || v > maxYear {
		return false
	}
	r.rest = r.rest[n:]
	return set(to, v)
}

func set(to *int, v int) bool {
	if *to >= 0 && *to != v {
		return false
	}
	*to = v
	return true
}

// name takes the name of a month or day: three letters, or all of them.
func (r *exactReader) name(to *int, count int, named func(string) (int, bool)) bool {
	n := 0
	for n < len(r.rest) && r.rest[n] < utf8.RuneSelf && unicode.IsLetter(rune(r.rest[n])) {
		n++
	}
	if count == 3 {
		n = min(n, 3)
	}
	v, ok := named(r.rest[:n])
	if !ok || count > 3 && n == 3 && !isFold(r.rest[:n], "May") {
		return false
	}
	r.rest = r.rest[n:]
	return set(to, v)
}

func (r *exactReader) fraction(t formatToken) bool {
	n, v := 0, 0
	for n < t.count && n < len(r.rest) && isDigit(r.rest[n]) {
		v = v*10 + int(r.rest[n]-'0')
		n++
	}
	if t.letter == 'f' && n < t.count {
		return false
	}
	for range 9 - n {
		v *= 10
	}
	r.nanos = v
	r.rest = r.rest[n:]
	return true
}

func (r *exactReader) halfDay(count int) bool {
	for i, name := range []string{"AM", "PM"} {
		name = name[:min(count, 2)]
		if len(r.rest) >= len(name) && isFold(r.rest[:len(name)], name) {
			r.rest = r.rest[len(name):]
			return set(&r.half, i)
		}
	}
	return false
}

// zone takes an offset: hours for z and zz, hours and minutes for zzz.
func (r *exactReader) zone(count int) bool {
	sign := time.Duration(1)
	switch {
	case r.take("-"):
		sign = -1
	case !r.take("+"):
		return false
	}
	hours, minutes := -1, -1
	if !r.digits(&hours, min(count, 2)) {
		return false
	}
	if count >= 3 {
		r.take(":")
		if !r.digits(&minutes, 2) {
			return false
		}
	}
	offset, ok := hoursAndMinutes(sign, hours, max(minutes, 0))
	r.zoned, r.offset = true, offset
	return ok
}

// kind takes Z, an offset or nothing.
func (r *exactReader) kind() bool {
	if r.take("Z") {
		r.zoned, r.utc = true, true
		return true
	}
	if strings.HasPrefix(r.rest, "+") || strings.HasPrefix(r.rest, "-") {
		return r.zone(3)
	}
	return true
}

// finish puts the parts together.
func (r *exactReader) finish(now func() time.Time) (dateTime, string) {
	hour, problem := r.hours()
	if problem != "" {
		return dateTime{}, problem
	}
	year, month, day := r.year, r.month, r.day
	switch {
	case year < 0 && month < 0 && day < 0 && r.styles&noCurrentDate != 0:
		year, month, day = 1, 1, 1
	case year < 0:
		if now == nil {
			return dateTime{}, "the format has no year, and there is no clock to take it from"
		}
		today := now().UTC()
		if month < 0 && day < 0 {
			month, day = int(today.Month()), today.Day()
		}
		year = today.Year()
	}
	month, day = cmpOr(month, 1), cmpOr(day, 1)
	minute, second := max(r.minute, 0), max(r.second, 0)
	t := time.Date(year, time.Month(month), day, hour, minute, second, r.nanos/100*100, time.UTC)
	if year < minYear || t.Day() != day || int(t.Month()) != month || minute > 59 || second > 59 {
		return dateTime{}, "there is no such date or time"
	}
	if r.weekday >= 0 && int(t.Weekday()) != r.weekday {
		return dateTime{}, "the day of the week is " + t.Weekday().String()
	}
	return r.zonedDate(t)
}

// cmpOr returns v, or def where v was not read.
func cmpOr(v, def int) int {
	if v < 0 {
		return def
	}
	return v
}

// hours returns the hour of the day. Without AM or PM one of twelve hours is in
// the morning.
func (r *exactReader) hours() (int, string) {
	hour := max(r.hour, 0)
	if hour > 23 || r.twelve && hour > 12 {
		return 0, "there is no such hour"
	}
	switch {
	case r.twelve && r.half == 1 && hour < 12:
		hour += 12
	case r.twelve && r.half != 1 && hour == 12:
		hour = 0
	case !r.twelve && r.half == 0 && hour >= 12, !r.twelve && r.half == 1 && hour < 12:
		return 0, "the hour and AM or PM disagree"
	}
	return hour, ""
}

// zonedDate applies an offset that was read. A server's local time is UTC.
func (r *exactReader) zonedDate(t time.Time) (dateTime, string) {
	d := dateTime{t, kindUnspecified}
	switch {
	case r.zoned && r.utc:
		d.kind = kindUTC
	case r.zoned:
		if formatAppliesOffset {
			d.Time = t.Add(-r.offset)
		}
		d.kind = kindLocal
		if r.styles&adjustToUniversal != 0 {
			d.kind = kindUTC
		}
	case r.styles&(assumeLocal|assumeUniversal) != 0:
		d.kind = kindLocal
		if r.styles&adjustToUniversal != 0 {
			d.kind = kindUTC
		}
	}
	if _, ok := dateValue(d.Time); !ok {
		return dateTime{}, "it is outside of the years 1 to 9999 in UTC"
	}
	return d, ""
}
