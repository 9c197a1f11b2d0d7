package expr

import (
	"strconv"
	"strings"
	"time"
)

// parseDate reads a date as CDate does: year-month-day or month/day/year, or
// with the month's name, then perhaps a time and an offset. Without an offset it
// is UTC. The result may be outside of the years that a Value takes.
// Source: expressions §4.
func parseDate(text string) (time.Time, bool) {
	p := dateReader{rest: text}
	return p.read()
}

// parseISODate reads a date that begins with year-month-day.
func parseISODate(text string) (time.Time, bool) {
	s := strings.TrimSpace(text)
	if len(s) < 10 || s[4] != '-' || s[7] != '-' || strings.ContainsAny(s, "aApPmM") {
		return time.Time{}, false
	}
	return parseDate(s)
}

// dateReader reads a date from left to right.
type dateReader struct{ rest string }

func (p *dateReader) read() (time.Time, bool) {
	p.blanks()
	if day := p.word(); day != "" {
		if _, ok := weekdayNamed(day); ok {
			p.take(",")
			p.blanks()
		} else {
			p.rest = day + p.rest
		}
	}
	year, month, day, ok := p.date()
	if !ok {
		return time.Time{}, false
	}
	hour, minute, second, fraction, ok := p.clock()
	if !ok {
		return time.Time{}, false
	}
	offset, ok := p.offset()
	p.blanks()
	if !ok || p.rest != "" {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, fraction, time.UTC)
	if year < minYear || t.Day() != day || int(t.Month()) != month {
		return time.Time{}, false
	}
	return t.Add(-offset), true
}

// date reads 2020-12-31, 12/31/2020, 31 December 2020 or December 31, 2020.
func (p *dateReader) date() (year, month, day int, ok bool) {
	if name := p.word(); name != "" {
		month, ok = monthNamed(name)
		p.blanks()
		day, okDay := p.number(1, 2)
		p.take(",")
		p.blanks()
		year, okYear := p.number(4, 4)
		return year, month, day, ok && okDay && okYear
	}
	digits := p.digits()
	first, ok := p.number(1, 4)
	if !ok {
		return 0, 0, 0, false
	}
	separator := ""
	for _, s := range []string{"-", "/", "."} {
		if p.take(s) {
			separator = s
			break
		}
	}
	if separator != "" && p.digits() == 0 || separator == "" { // a month's name
		p.blanks()
		month, ok = monthNamed(p.word())
		p.take(separator)
		p.blanks()
		year, okYear := p.number(4, 4)
		return year, month, first, ok && okYear && digits <= 2
	}
	second, ok := p.number(1, 2)
	if !ok || !p.take(separator) {
		return 0, 0, 0, false
	}
	if digits == 4 {
		third, ok := p.number(1, 2)
		return first, second, third, ok && month <= 12
	}
	width := p.digits()
	third, ok := p.number(2, 4)
	if width == 2 {
		third = fullYear(third)
	}
	return third, first, second, ok && digits <= 2 && (width == 2 || width == 4)
}

// clock reads nothing, or a time such as 13:45, 1:45:00.123 PM or 4 PM.
func (p *dateReader) clock() (hour, minute, second, nanos int, ok bool) {
	start := p.rest
	p.take(",")
	if !p.take("T") && !p.take("t") && p.blanks() == 0 || p.digits() == 0 {
		p.rest = start
		return 0, 0, 0, 0, true
	}
	hour, ok = p.number(1, 2)
	colon := p.take(":")
	if colon {
		var okMinute bool
		minute, okMinute = p.number(1, 2)
		ok = ok && okMinute
		if p.take(":") {
			var okSecond bool
			second, okSecond = p.number(1, 2)
			ok = ok && okSecond
			if p.take(".") {
				var okFraction bool
				nanos, okFraction = p.fraction()
				ok = ok && okFraction
			}
		}
	}
	mark := p.rest
	p.blanks()
	switch half := strings.ToUpper(p.word()); {
	case half == "AM" || half == "PM" || half == "A" || half == "P":
		ok = ok && hour >= 1 && hour <= 12
		hour %= 12
		if half[0] == 'P' {
			hour += 12
		}
	default:
		p.rest = mark
		ok = ok && colon
	}
	return hour, minute, second, nanos, ok && hour <= 23 && minute <= 59 && second <= 59
}

// offset reads nothing, Z, GMT, UTC or a distance such as -08:00, +0530 or -8.
func (p *dateReader) offset() (time.Duration, bool) {
	mark := p.rest
	p.blanks()
	if zone := strings.ToUpper(p.word()); zone == "Z" || zone == "GMT" || zone == "UTC" {
		return 0, true
	} else if zone != "" {
		return 0, false
	}
	sign := time.Duration(1)
	if p.take("-") {
		sign = -1
	} else if !p.take("+") {
		p.rest = mark
		return 0, true
	}
	width := p.digits()
	if width == 4 {
		n, _ := p.number(4, 4)
		return hoursAndMinutes(sign, n/100, n%100)
	}
	hours, ok := p.number(1, 2)
	minutes := 0
	if p.take(":") {
		var okMinutes bool
		minutes, okMinutes = p.number(2, 2)
		ok = ok && okMinutes
	}
	offset, inRange := hoursAndMinutes(sign, hours, minutes)
	return offset, ok && inRange
}

// hoursAndMinutes returns an offset; .NET takes up to 14 hours.
func hoursAndMinutes(sign time.Duration, hours, minutes int) (time.Duration, bool) {
	offset := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	return sign * offset, minutes <= 59 && offset <= 14*time.Hour
}

func (p *dateReader) blanks() int {
	before := len(p.rest)
	p.rest = strings.TrimLeft(p.rest, " \t\r\n\u00A0")
	return before - len(p.rest)
}

func (p *dateReader) take(s string) bool {
	if s == "" || !strings.HasPrefix(p.rest, s) {
		return false
	}
	p.rest = p.rest[len(s):]
	return true
}

// digits counts the digits that come next.
func (p *dateReader) digits() int {
	n := 0
	for n < len(p.rest) && isDigit(p.rest[n]) {
		n++
	}
	return n
}

// number reads a number that has so many digits.
func (p *dateReader) number(least, most int) (int, bool) {
	n := p.digits()
	if n < least || n > most {
		return 0, false
	}
	v, err := strconv.Atoi(p.rest[:n])
	p.rest = p.rest[n:]
	return v, err == nil
}

// fraction reads the digits of a fraction of a second, in nanoseconds; those
// after the seventh are below what a date keeps.
func (p *dateReader) fraction() (int, bool) {
	n := p.digits()
	if n == 0 {
		return 0, false
	}
	digits := (p.rest[:n] + "0000000")[:7]
	p.rest = p.rest[n:]
	v, err := strconv.Atoi(digits)
	return v * 100, err == nil
}

// word reads letters of the Latin alphabet.
func (p *dateReader) word() string {
	n := 0
	for n < len(p.rest) && 'a' <= p.rest[n]|0x20 && p.rest[n]|0x20 <= 'z' {
		n++
	}
	w := p.rest[:n]
	p.rest = p.rest[n:]
	return w
}

// fullYear says which year two digits mean.
func fullYear(n int) int {
	year := n + twoDigitYearMax/100*100
	if year > twoDigitYearMax {
		year -= 100
	}
	return year
}

// monthNamed returns the number of a month from its English name or first three
// letters.
func monthNamed(name string) (int, bool) {
	for m := time.January; m <= time.December; m++ {
		if isFold(name, m.String()) || isFold(name, m.String()[:3]) {
			return int(m), true
		}
	}
	return 0, false
}

func weekdayNamed(name string) (time.Weekday, bool) {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if isFold(name, d.String()) || isFold(name, d.String()[:3]) {
			return d, true
		}
	}
	return 0, false
}
