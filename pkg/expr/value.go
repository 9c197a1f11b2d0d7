package expr

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is what a Value holds.
type Kind uint8

// Kinds of value. Ignore and IgnoreObject are the outcomes of
// IgnoreAttributeFlow, IgnoreFlowIfNullOrEmpty and IgnoreObjectFlow: nothing
// flows to this attribute, or the whole object is left out.
const (
	Null Kind = iota // the attribute is absent
	String
	Number
	Bool
	DateTime
	Multi
	Ignore
	IgnoreObject
)

// Value is what an attribute holds or an expression results in. The zero Value
// is null. Values are small and copied; their slices are never written to.
type Value struct {
	kind     Kind
	redacted bool
	number   int64     // Number; Bool as 0 or 1; DateTime in ticks
	text     string    // String; of a Number the literal it was written as, if any
	multi    *[]string // a pointer, so that a Value and an error fit the registers of a return
}

// Text returns a string value.
func Text(s string) Value { return Value{kind: String, text: s} }

// Boolean returns a truth value; its text form is True or False.
func Boolean(b bool) Value {
	if b {
		return Value{kind: Bool, number: 1}
	}
	return Value{kind: Bool}
}

// Integer returns a number. Entra's language knows whole numbers only.
func Integer(n int64) Value { return Value{kind: Number, number: n} }

// Time returns a date and time, kept in UTC to 100 nanoseconds.
func Time(t time.Time) Value { return Value{kind: DateTime, number: ticksOf(t)} }

// List returns a multi-value. The slice is kept, not copied.
func List(values []string) Value { return Value{kind: Multi, multi: &values} }

// Kind tells what v holds.
func (v Value) Kind() Kind { return v.kind }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.kind == Null }

// Redacted reports whether logs must not show v: it came through Redact.
func (v Value) Redacted() bool { return v.redacted }

// isEmpty reports whether v is null, an empty text or an empty multi-value.
func (v Value) isEmpty() bool {
	return v.kind == Null || v.kind == String && v.text == "" || v.kind == Multi && len(*v.multi) == 0
}

// String returns v's text form as Entra writes it: True and False, dates as
// M/d/yyyy h:mm:ss tt in UTC, a multi-value joined by ";". Null, Ignore and
// IgnoreObject are "". Source: expressions §3.
func (v Value) String() string {
	switch v.kind {
	case String:
		return v.text
	case Number:
		if v.text != "" {
			return v.text
		}
		return strconv.FormatInt(v.number, 10)
	case Bool:
		if v.number != 0 {
			return "True"
		}
		return "False"
	case DateTime:
		return v.time().Format(dateText)
	case Multi:
		return strings.Join(*v.multi, ";")
	default:
		return ""
	}
}

// Strings returns the values of a multi-value, one element for any other kind,
// none for null and the Ignore kinds.
func (v Value) Strings() []string {
	switch v.kind {
	case Null, Ignore, IgnoreObject:
		return nil
	case Multi:
		return *v.multi
	default:
		return []string{v.String()}
	}
}

// Equal reports whether v and w are the same value of the same kind, redacted or
// not.
func (v Value) Equal(w Value) bool {
	if v.kind != w.kind {
		return false
	}
	if v.kind == Multi {
		return slices.Equal(*v.multi, *w.multi)
	}
	return v.number == w.number && (v.kind != String || v.text == w.text)
}

// MarshalJSON writes a multi-value as a list of texts, any other value as its
// text form, and null and the Ignore kinds as null.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case Null, Ignore, IgnoreObject:
		return []byte("null"), nil
	case Multi:
		return json.Marshal(append([]string{}, *v.multi...))
	default:
		return json.Marshal(v.String())
	}
}

// dateText is Entra's text form of a date. Source: expressions §1.
const dateText = "1/2/2006 3:04:05 PM"

// Ticks are 100 nanoseconds since the beginning of year 1, as .NET counts time.
const (
	ticksPerSecond = 10_000_000
	unixEpochTicks = 621_355_968_000_000_000
)

func ticksOf(t time.Time) int64 {
	return t.Unix()*ticksPerSecond + int64(t.Nanosecond())/100 + unixEpochTicks
}

// time returns the date of a DateTime value.
func (v Value) time() time.Time {
	ticks := v.number - unixEpochTicks
	seconds, rest := ticks/ticksPerSecond, ticks%ticksPerSecond
	if rest < 0 {
		seconds, rest = seconds-1, rest+ticksPerSecond
	}
	return time.Unix(seconds, rest*100).UTC()
}
