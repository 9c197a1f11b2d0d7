package preview

import (
	"strconv"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/scim"
)

// Action is what becomes of a user.
type Action string

// Actions. Fail is a user for whom requests are sent that cannot succeed; Invalid
// is a record that could not be read.
const (
	Create  Action = "create"
	Update  Action = "update"
	Disable Action = "disable"
	Delete  Action = "delete"
	None    Action = "none" // the target already is as it should be
	Skip    Action = "skip"
	Fail    Action = "fail"
	Invalid Action = "invalid"
)

// ID stands in a request for the id that the server gives the object.
const ID = engine.OwnID

// Request is one request, below the tenant URL. Path is escaped as it is sent; Body
// is JSON, nil for none.
type Request struct {
	Method string
	Path   []byte
	Body   []byte
}

// Codes of problems besides those of package engine.
const (
	// CodeRequired: a target attribute that the server needs has no value.
	CodeRequired = "RequiredAttributeMissing"
	// CodeTooLong: a value is longer than the limit that was given for it.
	CodeTooLong = "ValueTooLong"
	// CodeLeftOut: an attribute cannot be computed and is left out of the request.
	CodeLeftOut = "AttributeLeftOut"
	// CodeLater: an attribute is not exported in a creation, but in the next cycle.
	CodeLater = "AttributeSentLater"
)

// Problem is why a user is skipped or fails, or what is lost on the way. An Error
// decides the action, a Warning costs an attribute, a Note only tells.
type Problem struct {
	Severity diag.Severity
	Code     string // of package engine, of this package, or of Codes
	Message  string
	Advice   string     // what to do, "" for nothing
	Target   string     // target attribute, "" where it is about the user
	At       diag.Range // of input that cannot be read
}

// Result is what Entra would do about one user. It is valid until the next one.
type Result struct {
	ID       string // objectId
	Name     string // userPrincipalName or displayName, "" for none
	Action   Action
	Requests []Request
	Problems []Problem
}

// AppendJSON appends the result as one line of JSON:
//
//	{"id":…,"action":…,"requests":[{"method":…,"path":…,"body":{…}}],"problems":[…]}
//
// A problem has severity, code and message, and where there is one advice, target,
// at (file:line:column) and byte.
func AppendJSON(dst []byte, r *Result) []byte {
	dst = append(dst, '{')
	if r.ID != "" {
		dst = append(scim.AppendString(append(dst, `"id":`...), r.ID), ',')
	}
	dst = append(append(append(dst, `"action":"`...), r.Action...), `","requests":[`...)
	for i := range r.Requests {
		if i > 0 {
			dst = append(dst, ',')
		}
		q := &r.Requests[i]
		dst = append(append(append(dst, `{"method":"`...), q.Method...), `","path":"`...)
		dst = append(append(dst, q.Path...), '"') // an escaped path needs no escapes of JSON
		if q.Body != nil {
			dst = append(append(dst, `,"body":`...), q.Body...)
		}
		dst = append(dst, '}')
	}
	dst = append(dst, `],"problems":[`...)
	for i := range r.Problems {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = r.Problems[i].appendJSON(dst)
	}
	return append(dst, "]}\n"...)
}

func (p *Problem) appendJSON(dst []byte) []byte {
	dst = append(append(append(dst, `{"severity":"`...), p.Severity.String()...), `","code":`...)
	dst = scim.AppendString(dst, p.Code)
	for _, text := range []struct{ name, value string }{
		{"message", p.Message}, {"advice", p.Advice}, {"target", p.Target}, {"at", p.At.String()},
	} {
		if text.value != "" {
			dst = append(append(append(dst, `,"`...), text.name...), `":`...)
			dst = scim.AppendString(dst, text.value)
		}
	}
	if !p.At.IsZero() {
		dst = strconv.AppendInt(append(dst, `,"byte":`...), int64(p.At.Start.Byte), 10)
	}
	return append(dst, '}')
}
