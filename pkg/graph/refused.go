package graph

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	kiotajson "github.com/microsoft/kiota-serialization-json-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
)

const maxMessage = 600 // runes of a service's message that an error repeats

// refused turns an answer that is no success into an Error.
func (c *Client) refused(r *request, e *Error, res *response) *Error {
	e.Status = res.status
	e.RequestID = res.header.Get("request-id")
	e.RetryAfter = retryAfter(res.header, c.now())
	if said, ok := parseFault(res.body); ok {
		e.Code, e.Message = said.code, said.message
		if e.RequestID == "" {
			e.RequestID = said.requestID
		}
	} else {
		e.foreign = e.RequestID == ""
		e.Message = excerpt(res, func(text string) string { return c.mask(r, text) })
	}
	e.Code = line(c.mask(r, e.Code), 100)
	e.Message = line(c.mask(r, e.Message), maxMessage)
	e.RequestID = line(e.RequestID, 100)
	e.Kind = kindOf(r, e)
	e.Advice = advice(r, e)
	if e.Kind == Denied && !e.foreign && c.signIn.borrowed() {
		e.Advice += ". " + borrowedAdvice
	}
	return e
}

// fault is the error envelope of Graph. Source: graph_contract §1.
type fault struct{ code, message, requestID string }

// parseFault reads an error body with the SDK's model. The model gives up on a
// date that it cannot read, so code and message are then read alone.
func parseFault(body []byte) (fault, bool) {
	if f, ok := sdkFault(body); ok {
		return f, true
	}
	var envelope struct {
		Error *struct{ Code, Message string } `json:"error"`
	}
	if err := json.Unmarshal(body, &envelope); err != nil || envelope.Error == nil {
		return fault{}, false
	}
	return fault{code: envelope.Error.Code, message: innerMessage(envelope.Error.Message)}, true
}

func sdkFault(body []byte) (fault, bool) {
	node, err := kiotajson.NewJsonParseNode(body)
	if err != nil || node == nil {
		return fault{}, false
	}
	value, err := node.GetObjectValue(odataerrors.CreateODataErrorFromDiscriminatorValue)
	if err != nil {
		return fault{}, false
	}
	odata, ok := value.(*odataerrors.ODataError)
	if !ok || odata.GetErrorEscaped() == nil {
		return fault{}, false
	}
	main := odata.GetErrorEscaped()
	f := fault{code: text(main.GetCode()), message: innerMessage(text(main.GetMessage()))}
	if inner := main.GetInnerError(); inner != nil {
		f.requestID = text(inner.GetRequestId())
	}
	return f, true
}

// innerMessage unwraps a message that is the JSON of another error, as the
// synchronization backend writes them. Source: graph_contract §1.
func innerMessage(message string) string {
	var inner struct{ Message string }
	if strings.HasPrefix(message, "{") && json.Unmarshal([]byte(message), &inner) == nil && inner.Message != "" {
		return inner.Message
	}
	return message
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

var title = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title>`) })

// excerpt describes a body that is not Graph's. Secrets are masked before
// anything is cut, since a part of one would not be found any more.
func excerpt(res *response, mask func(string) string) string {
	kind, _, _ := mime.ParseMediaType(res.header.Get("Content-Type"))
	body := mask(string(res.body[:min(len(res.body), 64<<10)]))
	body = strings.TrimSpace(strings.ToValidUTF8(body[:min(len(body), 8<<10)], "?"))
	switch {
	case body == "":
		return ""
	case strings.Contains(kind, "html") || strings.HasPrefix(body, "<"):
		if m := title().FindStringSubmatch(body); m != nil {
			return fmt.Sprintf("a web page titled %q", line(m[1], 80))
		}
		return "a web page"
	}
	return fmt.Sprintf("%q", line(body, 120))
}

// kindOf sorts an answer by status and, where that is not enough, by what it is
// about. Source: graph_contract §1, graph_gotchas 7, 10.
func kindOf(r *request, e *Error) Kind {
	switch s := e.Status; {
	case s == http.StatusUnauthorized && (!r.sync() || e.Code == "InvalidAuthenticationToken"):
		return SignIn
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		return Denied
	case s == http.StatusNotFound || s == http.StatusGone:
		return NotFound
	case s == http.StatusConflict || s == http.StatusPreconditionFailed || s == http.StatusLocked:
		return Conflict
	case s == http.StatusTooManyRequests:
		return Throttled
	case s == http.StatusRequestTimeout:
		return Unavailable
	case s == http.StatusInternalServerError && strings.HasPrefix(e.Message, "Requested value "):
		return Invalid // a key that the service does not know
	case s == http.StatusNotImplemented:
		return Invalid
	case s >= 500:
		return Unavailable
	case s >= 400:
		return Invalid
	}
	return Malformed
}

// retryAfter reads the header in seconds, with or without a fraction, or as a
// date, which is compared with the answer's own. Source: graph_contract §1.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return 0
	}
	if seconds, err := strconv.ParseFloat(v, 64); err == nil {
		if !(seconds > 0) {
			return 0
		}
		return time.Duration(min(seconds, 1e6) * float64(time.Second))
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date
	}
	return max(0, at.Sub(now))
}
