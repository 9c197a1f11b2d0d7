package expr

import (
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
)

// formatRules checks the four places of FormatDateTime.
func (c *checker) formatRules(n *Call) {
	if len(n.Args) == 3 {
		d := c.name(n, diag.Error, codeFormatDateTime, "FormatDateTime takes four arguments; the second, dateTimeStyles, is usually left empty")
		d.Detail = "Write FormatDateTime(source, , inputFormat, outputFormat)."
		if start, end := n.Args[1].Span(); start != end {
			at := rangeIn(c.src, start, start)
			d.Fix = &diag.Fix{Range: at, NewText: ", "}
		}
		return
	}
	if styles := constantArg(n, 1); styles != nil && styles.Value != "" { // "" is taken for an empty place
		if _, problem := parseStyles(styles.Value); problem != "" {
			c.at(styles, diag.Error, codeDateFormat, "dateTimeStyles of FormatDateTime: %s", problem)
		}
	}
	for i := 2; i < 4; i++ {
		if format := constantArg(n, i); format != nil {
			c.dateFormat(format)
		}
	}
	if out := constantArg(n, 3); out != nil && strings.TrimSpace(out.Value) != out.Value {
		c.at(out, diag.Warning, codeDateFormat, "the output format begins or ends with a blank, and so does the result")
	}
	c.dateSource(n)
}

// dateSource checks that an input format reads what a date function gives, in
// case the service hands its text form on.
func (c *checker) dateSource(n *Call) {
	if len(n.Args) < 3 {
		return
	}
	source, ok := n.Args[0].(*Call)
	format := constantArg(n, 2)
	if !ok || format == nil {
		return
	}
	f, ok := Lookup(source.Name)
	if !ok || f.Result != DateType {
		return
	}
	if _, problem := parseExact("12/31/2020 11:59:59 PM", format.Value, defaultStyles, nil); problem != "" {
		c.at(format, diag.Warning, codeDateFormat, "%s gives dates as M/d/yyyy h:mm:ss tt, which this input format does not read", f.Name).
			Detail = "Whether the service minds is not documented; that format is certain."
	}
}

// dateFormat checks a date format for mistakes of .NET's letters.
func (c *checker) dateFormat(format *Constant) {
	tokens, problem := formatTokens(format.Value)
	if problem != "" {
		c.at(format, diag.Error, codeDateFormat, "%s is no date format: %s", quote(format.Value), problem)
		return
	}
	has := func(letters string) bool {
		for _, t := range tokens {
			if t.letter != 0 && strings.IndexByte(letters, t.letter) >= 0 {
				return true
			}
		}
		return false
	}
	switch {
	case has("m") && !has("hHs"):
		c.at(format, diag.Warning, codeDateFormat, "mm is the minute; the month is MM")
	case has("h") && !has("t"):
		c.at(format, diag.Warning, codeDateFormat, "hh is one of twelve hours, and tt for AM or PM is missing; HH is one of 24")
	}
	for _, wrong := range []struct{ letter, right string }{{"Y", "yyyy"}, {"D", "dd"}, {"S", "ss"}} {
		for _, t := range tokens {
			if t.letter == 0 && t.text == wrong.letter && !strings.Contains(format.Value, "'") {
				c.at(format, diag.Warning, codeDateFormat, "%s in a date format is just the letter; write %s", wrong.letter, wrong.right)
				break
			}
		}
	}
}
