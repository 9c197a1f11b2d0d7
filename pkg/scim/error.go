package scim

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Values of Error.ScimType. Source: RFC 7644 §3.12, table 9.
const (
	InvalidFilter = "invalidFilter" // 400: the filter is wrong or not supported
	TooMany       = "tooMany"       // 400: the filter yields too many results
	Uniqueness    = "uniqueness"    // 409: a unique attribute's value is taken
	Mutability    = "mutability"    // 400: the attribute must not change so
	InvalidSyntax = "invalidSyntax" // 400: the message is malformed
	InvalidPath   = "invalidPath"   // 400: the path is malformed
	NoTarget      = "noTarget"      // 400: the path selects nothing
	InvalidValue  = "invalidValue"  // 400: a value is missing or does not fit
)

// Error is a SCIM error answer (RFC 7644 §3.12).
type Error struct {
	Status   int    // HTTP status
	ScimType string // uniqueness, invalidFilter, …; may be empty
	Detail   string
}

// Errorf returns an Error whose Detail is formatted.
func Errorf(status int, scimType, format string, args ...any) *Error {
	return &Error{Status: status, ScimType: scimType, Detail: fmt.Sprintf(format, args...)}
}

// Error prints status, type and detail: "409 uniqueness: …".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(e.Status))
	if e.ScimType != "" {
		b.WriteString(" " + e.ScimType)
	}
	if e.Detail != "" {
		b.WriteString(": " + e.Detail)
	}
	return b.String()
}

// Object returns the answer's body. As RFC 7644 §3.12 asks, status is text.
func (e *Error) Object() *Object {
	o := NewObject(Member{"schemas", []any{ErrorSchema}})
	if e.ScimType != "" {
		o.Set("scimType", e.ScimType)
	}
	o.Set("detail", e.Detail)
	o.Set("status", strconv.Itoa(e.Status))
	return o
}

// ErrorOf reads the body of an error answer. It reports false for an object that
// does not carry the Error schema. A status in the body that is missing or no
// number is replaced by httpStatus, the answer's own.
func ErrorOf(body *Object, httpStatus int) (*Error, bool) {
	if !hasSchema(body, ErrorSchema) {
		return nil, false
	}
	e := &Error{Status: httpStatus, ScimType: body.Text("scimType"), Detail: body.Text("detail")}
	v, _ := body.Get("status")
	text := fmt.Sprint(v)
	if n, ok := v.(json.Number); ok {
		text = n.String()
	}
	if n, err := strconv.Atoi(text); err == nil && n >= 100 && n < 600 {
		e.Status = n
	}
	return e, true
}

// badRequest returns an Error with status 400.
func badRequest(scimType, format string, args ...any) *Error {
	return Errorf(400, scimType, format, args...)
}

// hasSchema reports whether the object lists the schema URN.
func hasSchema(o *Object, urn string) bool {
	v, _ := o.Get("schemas")
	list, _ := v.([]any)
	for _, item := range list {
		if s, ok := item.(string); ok && sameName(s, urn) {
			return true
		}
	}
	return false
}
