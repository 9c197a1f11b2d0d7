package expr

import "time"

// Years that a date may have; .NET's DateTime ends with 9999.
const (
	minYear = 1
	maxYear = 9999
)

// fileTimeEpoch is the beginning of FILETIME, 1601-01-01, in ticks.
const fileTimeEpoch = 504_911_232_000_000_000

// dateValue returns a date as a Value, or false when it is outside of the years
// that a date may have.
func dateValue(t time.Time) (Value, bool) {
	t = t.UTC()
	if t.Year() < minYear || t.Year() > maxYear {
		return Value{}, false
	}
	return Time(t), true
}

// dateArg reads the argument at i as a date.
func dateArg(c *code, args []Value, i int) (time.Time, error) {
	v := args[i]
	if v.kind == DateTime {
		return v.time(), nil
	}
	p := c.fn.Params[i]
	if v.isEmpty() {
		return time.Time{}, noDate(c, i)
	}
	text := v.String()
	if dateArgumentTakesText || c.fn.Name == "CDate" {
		if t, ok := parseDate(text); ok {
			return t, nil
		}
	}
	return time.Time{}, fail(&c.args[i], codeEvalDate, "%s of %s is %q, which is no date like 2021-06-30, 2021-06-30T13:45:00Z or 6/30/2021 1:45:00 PM", p.Name, c.fn.Name, text)
}

// noDate is the error of an argument that must be a date and is null or empty.
func noDate(c *code, i int) error {
	return fail(&c.args[i], codeEvalDate, "%s of %s has no value; a date is needed", c.fn.Params[i].Name, c.fn.Name)
}

// intervals are the units of DateAdd and DateDiff. Source: expressions §4.
var intervals = []string{"yyyy", "m", "d", "ww", "h", "n", "s"}

// intervalLength is the length of an interval that has a fixed one.
func intervalLength(interval string) time.Duration {
	switch interval {
	case "d":
		return 24 * time.Hour
	case "ww":
		return 7 * 24 * time.Hour
	case "h":
		return time.Hour
	case "n":
		return time.Minute
	case "s":
		return time.Second
	}
	return 0
}

// interval reads the first argument of DateAdd and DateDiff.
func interval(c *code, args []Value) (string, error) {
	s := args[0].String()
	if !c.fn.Params[0].takes(s) {
		return "", fail(&c.args[0], codeEvalArgument, "interval of %s is %q; it is one of yyyy, m, d, ww, h, n, s", c.fn.Name, s)
	}
	return s, nil
}

// addMonths adds calendar months and stays within the last day of the month, as
// .NET does: a month after January 31 is February 28.
func addMonths(t time.Time, months int) time.Time {
	year, month, day := t.Date()
	first := time.Date(year, month+time.Month(months), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day, last)-1)
}

// elapsed returns how many units of a fixed length lie between two dates, cut
// towards zero.
func elapsed(from, to time.Time, unit time.Duration) int64 {
	return (ticksOf(to) - ticksOf(from)) / int64(unit/100)
}
