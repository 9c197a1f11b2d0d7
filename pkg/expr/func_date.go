package expr

import "time"

func evalNow(m *Machine, c *code, _ []Value) (Value, error) {
	if m.env.Now == nil {
		return Value{}, fail(c, codeEvalWorld, "Now() has no clock here")
	}
	v, ok := dateValue(m.env.Now())
	if !ok {
		return Value{}, fail(c, codeEvalWorld, "the clock of Now() is outside of the years 1 to 9999")
	}
	return v, nil
}

func evalCDate(_ *Machine, c *code, args []Value) (Value, error) {
	t, err := dateArg(c, args, 0)
	if err != nil {
		return Value{}, err
	}
	return inRange(c, t)
}

// inRange returns a date as the result of a function.
func inRange(c *code, t time.Time) (Value, error) {
	v, ok := dateValue(t)
	if !ok {
		return Value{}, fail(c, codeEvalDate, "the result of %s is outside of the years 1 to 9999", c.fn.Name)
	}
	return v, nil
}

func evalDateAdd(_ *Machine, c *code, args []Value) (Value, error) {
	unit, err := interval(c, args)
	if err != nil {
		return Value{}, err
	}
	n, err := numberArg(c, args, 1, 0)
	if err != nil {
		return Value{}, err
	}
	t, err := dateArg(c, args, 2)
	if err != nil {
		return Value{}, err
	}
	const farthest = maxYear * 366 * 24 * 3600 // more of any unit leaves the years
	if n < -farthest || n > farthest {
		return inRange(c, time.Date(maxYear+1, 1, 1, 0, 0, 0, 0, time.UTC))
	}
	switch unit {
	case "yyyy", "m":
		months := n
		if unit == "yyyy" {
			months *= 12
		}
		return inRange(c, addMonths(t, int(months)))
	default:
		// Seconds are counted apart, as a Duration ends after 292 years.
		seconds := n * int64(intervalLength(unit)/time.Second)
		return inRange(c, time.Unix(t.Unix()+seconds, int64(t.Nanosecond())))
	}
}

// evalDateDiff is Visual Basic's DateDiff: years and months are differences of
// calendar parts, weeks those of weeks that begin on Sunday, and the rest is
// elapsed time cut towards zero. Source: expressions §4.
func evalDateDiff(_ *Machine, c *code, args []Value) (Value, error) {
	unit, err := interval(c, args)
	if err != nil {
		return Value{}, err
	}
	from, err := dateArg(c, args, 1)
	if err != nil {
		return Value{}, err
	}
	to, err := dateArg(c, args, 2)
	if err != nil {
		return Value{}, err
	}
	switch unit {
	case "yyyy":
		return Integer(int64(to.Year() - from.Year())), nil
	case "m":
		return Integer(int64(12*(to.Year()-from.Year()) + int(to.Month()) - int(from.Month()))), nil
	case "ww":
		from, to = weekStart(from), weekStart(to)
		return Integer(elapsed(from, to, 24*time.Hour) / 7), nil
	case "d":
		if !dateDiffElapsedDays {
			from, to = midnight(from), midnight(to)
		}
	}
	return Integer(elapsed(from, to, intervalLength(unit))), nil
}

// weekStart moves a date to the Sunday of its week, at the same time of day.
func weekStart(t time.Time) time.Time { return t.AddDate(0, 0, -int(t.Weekday())) }

func midnight(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
}

// evalDateFromNum reads a FILETIME: 100 nanoseconds since 1601.
func evalDateFromNum(_ *Machine, c *code, args []Value) (Value, error) {
	n, err := numberArg(c, args, 0, 0)
	if err != nil {
		return Value{}, err
	}
	const last = 3_155_378_975_999_999_999 - fileTimeEpoch // end of year 9999
	if n < 0 || n > last {
		return Value{}, fail(&c.args[0], codeEvalDate, "%d is no date: a FILETIME lies between 0 and %d", n, int64(last))
	}
	return Value{kind: DateTime, number: n + fileTimeEpoch}, nil
}

// evalNumFromDate takes ISO 8601 text only, or the result of a date function.
// Source: expressions §4.
func evalNumFromDate(_ *Machine, c *code, args []Value) (Value, error) {
	v := args[0]
	if v.isEmpty() {
		return Value{}, noDate(c, 0)
	}
	if v.kind != DateTime {
		text := v.String()
		t, ok := parseISODate(text)
		if !ok {
			return Value{}, fail(&c.args[0], codeEvalDate, "value of NumFromDate is %q, which is no date in ISO 8601 like 2020-12-31T23:59:59-08:00", text)
		}
		if v, ok = dateValue(t); !ok {
			return Value{}, fail(&c.args[0], codeEvalDate, "%q is outside of the years 1 to 9999 in UTC", text)
		}
	}
	if v.number < fileTimeEpoch {
		return Value{}, fail(&c.args[0], codeEvalDate, "%s is before 1601, where FILETIME begins", v.String())
	}
	return Integer(v.number - fileTimeEpoch), nil
}

// evalFormatDateTime reads a date exactly as its input format says, and writes it
// in the output format. Source: expressions §4.
func evalFormatDateTime(m *Machine, c *code, args []Value) (Value, error) {
	out := args[3].String()
	d, err := m.formattedDate(c, args)
	if err != nil {
		return Value{}, err
	}
	text, problem := formatDate(d, out)
	if problem != "" {
		return Value{}, fail(&c.args[3], codeEvalArgument, "outputFormat of FormatDateTime: %s", problem)
	}
	return Text(text), nil
}

// formattedDate is the date that FormatDateTime is given.
func (m *Machine) formattedDate(c *code, args []Value) (dateTime, error) {
	v := args[0]
	if v.isEmpty() {
		return dateTime{}, noDate(c, 0)
	}
	if v.kind == DateTime && formatTakesDates {
		return dateTime{v.time(), kindUTC}, nil
	}
	styles := defaultStyles
	if !c.omitted(1) && !args[1].isEmpty() {
		var problem string
		if styles, problem = parseStyles(args[1].String()); problem != "" {
			return dateTime{}, fail(&c.args[1], codeEvalArgument, "dateTimeStyles of FormatDateTime: %s", problem)
		}
	}
	text, format := v.String(), args[2].String()
	d, problem := parseExact(text, format, styles, m.env.Now)
	if problem != "" {
		return dateTime{}, fail(&c.args[0], codeEvalDate, "source of FormatDateTime is %q, which does not fit the input format %q: %s", text, format, problem)
	}
	return d, nil
}
