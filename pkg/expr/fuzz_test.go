package expr

import (
	"bufio"
	"errors"
	"os"
	"testing"
)

// addSeeds gives a fuzz target the published expressions, and some broken ones.
func addSeeds(f *testing.F) {
	file, err := os.Open("testdata/real.txt")
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		f.Add(lines.Text())
	}
	for _, s := range []string{
		`Switch([a], , "x"`, `Append([x, "a")`, `"\`, `'a'`, `“x”`, `IIF([a] = [b] = [c] OR 1, -2, &HF)`, `((((`, `))`, `,,,`, `[a[b]c]`,
		`Replace([a], , "(?<x>[a-z-[aeiou]]+)*\\p{IsGreek}", , "$x${x}$1$_", , )`, `FormatDateTime([date], , "yyyy-MM-ddTHH:mm:ss.FFFK", "o")`,
		`RandomString(20, 3, 3, 3, 3, "abc")`, `DateAdd("m", -9999999, CDate([date]))`, "Mid([multi], 1,\n\t2)",
	} {
		f.Add(s)
	}
}

// FuzzParse holds what Parse and String promise: places lie within the source,
// and the canonical form of a right expression reads as the same tree.
func FuzzParse(f *testing.F) {
	addSeeds(f)
	f.Fuzz(func(t *testing.T, src string) {
		e, problems := Parse(src)
		for _, d := range append(problems, e.Check(CheckOptions{Attributes: []string{"a"}, Matching: true, SyncAll: true})...) {
			start, end := d.Subject.Start.Byte, d.Subject.End.Byte
			if start < 0 || start > end || end > len(src) {
				t.Fatalf("%v is at %d to %d of %d", d, start, end, len(src))
			}
			if d.Fix != nil && d.Fix.Range.End.Byte > len(src) {
				t.Fatalf("%v has a fix at %v", d, d.Fix.Range)
			}
		}
		walk(e.Root, func(n Node) {
			if start, end := n.Span(); start < 0 || start > end || end > len(src) {
				t.Fatalf("%T is at %d to %d of %d", n, start, end, len(src))
			}
		})
		if len(problems) > 0 {
			return
		}
		printed := e.String()
		if len(printed) > maxLength { // blanks and escapes may take it over the limit
			return
		}
		again, problems := Parse(printed)
		if len(problems) > 0 || !Equal(e.Root, again.Root) {
			t.Fatalf("%q is printed as %q, which reads as %q: %v", src, printed, again, problems)
		}
		if again.String() != printed {
			t.Fatalf("%q is printed as %q and then as %q", src, printed, again)
		}
	})
}

// FuzzEval holds what Eval promises: a value or an *EvalError with a place, the
// same when it is traced.
func FuzzEval(f *testing.F) {
	addSeeds(f)
	attrs := evalAttrs()
	attrs["a"], attrs["date"], attrs["multi"] = Text("a,b c-d"), Text("2021-06-30T12:00:00.5Z"), attrs["mails"]
	f.Fuzz(func(t *testing.T, src string) {
		program, _ := Compile(src)
		if program == nil {
			return
		}
		env := evalEnv()
		m := NewMachine(env)
		v, err := m.Eval(program, attrs)
		if err != nil {
			e, ok := errors.AsType[*EvalError](err)
			if !ok || e.Start < 0 || e.Start > e.End || e.End > len(src) {
				t.Fatalf("%q fails with %#v", src, err)
			}
			if e.Code == codeEvalRegex.code() {
				return // may be a matter of time
			}
		}
		if len(v.String()) > 4*maxResult {
			t.Fatalf("%q makes %d bytes", src, len(v.String()))
		}
		trace, traced, traceErr := m.Trace(program, attrs)
		if (err == nil) != (traceErr == nil) || !traced.Equal(v) || !trace.Reached && err == nil {
			t.Fatalf("%q is %v, %v and traced %v, %v", src, v, err, traced, traceErr)
		}
	})
}

// FuzzDateFormat holds that any format is taken or refused in peace, and that
// formats which keep the whole date give it back.
func FuzzDateFormat(f *testing.F) {
	for _, s := range []string{"o", "yyyy-MM-dd", "dddd, d MMMM yyyy h:mm:ss tt", "yyMMdd'T'HHmmssfffffff", `\y%d"x"K`, "zzz", "ss.FFF"} {
		f.Add(s, "2021-06-30", int64(637_600_000_000_000_000))
	}
	whole := []string{"o", "yyyy-MM-dd HH:mm:ss.fffffff", "dddd, MMMM d, yyyy h:mm:ss.FFFFFFF tt", "fffffff ss mm HH dd MM yyyy", "yyyyMMddHHmmssfffffff"}
	f.Fuzz(func(t *testing.T, format, text string, ticks int64) {
		const last = 3_155_378_975_999_999_999
		d := dateTime{Value{kind: DateTime, number: min(max(ticks, 0), last)}.time(), kindUTC}
		if text, problem := formatDate(d, format); problem == "" {
			parseExact(text, format, defaultStyles, nil)
		}
		parseExact(text, format, innerWhite, exampleEnv().Now)
		if date, ok := parseDate(text); ok {
			dateValue(date)
		}
		for _, format := range whole {
			text, _ := formatDate(d, format)
			if back, problem := parseExact(text, format, defaultStyles, nil); problem != "" || !back.Equal(d.Time) {
				t.Fatalf("%q in %q reads back as %v: %s", text, format, back, problem)
			}
		}
	})
}
