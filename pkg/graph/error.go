package graph

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Kind sorts errors by what a caller can do about them.
type Kind string

// Kinds of Error.
const (
	SignIn      Kind = "sign-in"     // no token, or a token that is not accepted
	Denied      Kind = "denied"      // a permission is missing
	NotFound    Kind = "not found"   // the object does not exist, or not yet
	Conflict    Kind = "conflict"    // busy, or changed meanwhile
	Invalid     Kind = "invalid"     // the request was wrong; repeating it is useless
	Throttled   Kind = "throttled"   // too many requests, even after waiting
	Unavailable Kind = "unavailable" // Graph has a problem of its own
	Unreachable Kind = "unreachable" // no answer: network, name, certificate, time-out
	Malformed   Kind = "malformed"   // an answer that Graph does not give
	Canceled    Kind = "canceled"    // the caller's context ended
)

// Error is a failed call. Its text is one paragraph: what was being done, what
// Graph said, what to do, and the ids that Microsoft's support asks for. No
// member ever holds a token or a secret.
type Error struct {
	Op              string // what was being done, such as "read the schema"
	Kind            Kind
	Method, Path    string // of the request, without query; empty when none was made
	Status          int    // of the answer; 0 for none
	Code, Message   string // of the answer
	RequestID       string // of the answer; for SignIn the correlation id
	ClientRequestID string
	RetryAfter      time.Duration // what Graph asked for last; 0 for nothing
	Waited          time.Duration // how long the call was repeated before giving up
	Advice          string        // sentences on what to do
	Err             error         // cause, where there was no answer

	unsent  bool // Graph has not seen the request
	foreign bool // the answer came from something else, such as a proxy
}

// Error prints the paragraph.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op + ": " + e.said())
	if e.Waited >= time.Second {
		fmt.Fprintf(&b, ", after waiting %s", e.Waited.Round(time.Second))
	}
	if e.Advice != "" {
		b.WriteString(". " + sentence(strings.TrimSuffix(e.Advice, ".")))
	}
	if refs := e.references(); refs != "" {
		b.WriteString(" (" + refs + ")")
	}
	return b.String()
}

// said is what came back.
func (e *Error) said() string {
	message := strings.TrimRight(e.Message, ". ")
	switch who := e.answerer(); {
	case e.foreign:
		return fmt.Sprintf("the answer %d is not that of %s%s", e.Status, who, prefixed(": ", message))
	case e.Status == 0 && e.Code == "":
		return cmp.Or(message, string(e.Kind))
	case e.Status == 0:
		return e.Code + prefixed(": ", message)
	case message == "":
		return strings.TrimSpace(fmt.Sprintf("%s answered %d %s", who, e.Status, e.Code)) + " with an empty message"
	default:
		return strings.TrimSpace(fmt.Sprintf("%s answered %d %s", who, e.Status, e.Code)) + ": " + message
	}
}

// answerer is who answered: requests of the sign-in have no method.
func (e *Error) answerer() string {
	if e.Method == "" {
		return "Microsoft Entra ID"
	}
	return "Microsoft Graph"
}

func (e *Error) references() string {
	var refs []string
	if e.Method != "" {
		refs = append(refs, e.Method+" "+e.Path)
	}
	if e.RequestID != "" {
		name := "request-id "
		if e.Method == "" {
			name = "correlation id "
		}
		refs = append(refs, name+e.RequestID)
	}
	if e.ClientRequestID != "" {
		refs = append(refs, "client-request-id "+e.ClientRequestID)
	}
	return strings.Join(refs, ", ")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NotFound reports whether the object does not exist.
func (e *Error) NotFound() bool { return e.Kind == NotFound }

// Denied reports whether a permission is missing.
func (e *Error) Denied() bool { return e.Kind == Denied }

// unclear reports whether the request may have taken effect although it failed.
func (e *Error) unclear() bool {
	if e.unsent {
		return false
	}
	switch e.Kind {
	case Unavailable, Unreachable, Malformed, Canceled:
		return true
	}
	return false
}

// asError is the *Error in err, or one that stands for it.
func asError(op string, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Op: op, Kind: Invalid, Message: err.Error(), Err: err}
}

// sentence begins a text with a capital.
func sentence(text string) string {
	r, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + text[size:]
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

// line makes one line of at most limit runes out of a text from outside.
func line(text string, limit int) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' }), " ")
	n := 0
	for i := range text {
		if n == limit {
			return text[:i] + " …"
		}
		n++
	}
	return text
}
