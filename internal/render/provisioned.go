package render

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// provisioned words the counts of linked entries, users first. The service's keys
// begin with the source object, such as "User to customappsso".
// Source: graph_contract §5.
func provisioned(counts []entra.CountByType) []Provisioned {
	out := []Provisioned{}
	add := func(kind string, n int64) {
		for i := range out {
			if out[i].Kind == kind {
				out[i].Count += n
				return
			}
		}
		out = append(out, Provisioned{kind, n})
	}
	for _, known := range []struct{ prefix, kind string }{{"user", "users"}, {"group", "groups"}} {
		for _, c := range counts {
			if kindOf(c.Key) == known.prefix {
				add(known.kind, c.Value)
			}
		}
	}
	for _, c := range counts {
		if kind := kindOf(c.Key); kind != "user" && kind != "group" {
			add(c.Key, c.Value)
		}
	}
	return out
}

func kindOf(key string) string {
	first, _, _ := strings.Cut(key, " ")
	return strings.ToLower(first)
}

// thousands writes a number with commas between thousands.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, text = "-", text[1:]
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return sign + text
}

// many writes a number with its noun: "1 object", "1,204 objects".
func many(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + noun + "s"
}

// span writes a duration in its two largest units, which is as exact as a person
// wants it: "2d4h", "12m", "8s". It has no blanks, so that no line breaks in it.
func span(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < time.Second:
		return "1s"
	case d < 2*time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return twoUnits(int(d.Hours()), "h", int(d.Minutes())%60, "m")
	}
	return twoUnits(int(d.Hours())/24, "d", int(d.Hours())%24, "h")
}

func twoUnits(a int, large string, b int, small string) string {
	if b == 0 {
		return fmt.Sprintf("%d%s", a, large)
	}
	return fmt.Sprintf("%d%s%d%s", a, large, b, small)
}

// ago writes how long ago a moment was, or in how long it will be.
func ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d >= time.Second:
		return span(d) + " ago"
	case d <= -time.Second:
		return "in " + span(d)
	}
	return "just now"
}

// past writes how long ago something was that has happened, whatever the clocks say.
func past(t, now time.Time) string {
	if t.After(now) {
		t = now
	}
	return ago(t, now)
}

// stamp writes a moment with its zone.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }
