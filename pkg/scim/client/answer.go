package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

// answer is what came back for a call.
type answer struct {
	call   call
	url    *url.URL
	status int
	header http.Header
	body   []byte
	mask   masker
}

func (a *answer) empty() bool {
	return a.status == http.StatusNoContent || len(bytes.TrimSpace(a.body)) == 0
}

// check turns an answer outside 2xx into an error.
func (a *answer) check(now func() time.Time) *Error {
	switch {
	case a.status >= 200 && a.status < 300:
		return nil
	case a.status >= 300 && a.status < 400:
		return a.fail(KindRedirect, nil, "the endpoint answered %s; give the tenant URL that answers itself", a.statusText())
	}
	said, body := a.words()
	var e *Error
	switch {
	case a.status == http.StatusUnauthorized:
		e = a.fail(KindUnauthorized, nil, "%s; check that the secret token is right and not expired", said)
	case a.status == http.StatusForbidden:
		e = a.fail(KindUnauthorized, nil, "%s; check the rights of the secret token, and rules in front of the endpoint that block clients", said)
	case a.status == http.StatusNotFound && a.call.list:
		e = a.fail(KindProtocol, nil, "%s; a query without hits must answer 200 with an empty ListResponse, or else the tenant URL is wrong", said)
	case a.status == http.StatusTooManyRequests:
		e = a.fail(KindStatus, nil, "%s; try again later", said)
	case a.status >= 500:
		e = a.fail(KindStatus, nil, "%s; look at the endpoint's own log", said)
	default:
		e = a.fail(KindStatus, nil, "%s", said)
	}
	e.SCIM = body
	e.RetryAfter = a.retryAfter(now())
	return e
}

// words says what an error answer says, and returns the SCIM error in it.
func (a *answer) words() (string, *scim.Error) {
	said := "the endpoint answered " + a.statusText()
	o, err := scim.ParseObject(a.body)
	if err != nil {
		if excerpt := a.excerpt(); excerpt != "" {
			said += " with " + excerpt
		}
		return said, nil
	}
	body, ok := scim.ErrorOf(o, a.status)
	if !ok {
		return said + " with " + a.excerpt(), nil
	}
	body.ScimType, body.Detail = a.mask.text(body.ScimType), a.mask.text(body.Detail)
	if body.ScimType != "" {
		said += ", " + shorten(body.ScimType, 40)
	}
	if body.Detail != "" {
		said += ": " + strings.TrimRight(shorten(body.Detail, 300), ".")
	}
	return said, body
}

// retryAfter reads the header as seconds or as a date. Source: RFC 9110 §10.2.3.
func (a *answer) retryAfter(now time.Time) time.Duration {
	const longest = 24 * time.Hour // what asks for more is a mistake
	text := a.header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longest)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), longest)
}

// object reads the body as the JSON object of a SCIM answer.
func (a *answer) object() (*scim.Object, *Error) {
	switch {
	case a.empty():
		return nil, a.fail(KindProtocol, nil, "the endpoint answered %s without a body; the resource is expected", a.statusText())
	case !isJSON(a.header.Get("Content-Type")) || bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("<")):
		return nil, a.fail(KindNotSCIM, nil, "the endpoint answered %s with %s; SCIM answers have the content type %s, so check the path of the tenant URL",
			a.statusText(), a.excerpt(), scim.ContentType)
	}
	o, err := scim.ParseObject(a.body)
	if err != nil {
		err = a.mask.error(err)
		return nil, a.fail(KindProtocol, err, "the answer cannot be read: %v; it starts with %s", err, a.excerpt())
	}
	return o, nil
}

// isJSON reports whether a content type is JSON of any kind. A missing one is
// let pass: the body shows what it is.
func isJSON(contentType string) bool {
	if contentType == "" || contentType == scim.ContentType {
		return true
	}
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "application/json" || strings.HasSuffix(media, "+json"))
}

// created reads a resource that was made: it must have an id.
func (a *answer) created() (*scim.Object, *Error) {
	o, failure := a.object()
	if failure == nil && o.ID() == "" {
		return nil, a.fail(KindProtocol, nil, "the answer to the creation has no id; it starts with %s", a.excerpt())
	}
	return o, failure
}

// list reads a ListResponse.
func (a *answer) list() (*List, *Error) {
	o, failure := a.object()
	if failure != nil {
		return nil, failure
	}
	wrong := func(what string) *Error {
		return a.fail(KindProtocol, nil, "the answer is no ListResponse: %s; every query must be answered with one, whatever it finds (%s)", what, a.excerpt())
	}
	if v, ok := o.Get("schemas"); ok && !contains(v, scim.ListResponseSchema) {
		return nil, wrong("schemas does not name " + scim.ListResponseSchema)
	}
	l := &List{}
	for _, n := range []struct {
		name     string
		to       *int
		required bool
	}{{"totalResults", &l.TotalResults, true}, {"startIndex", &l.StartIndex, false}, {"itemsPerPage", &l.ItemsPerPage, false}} {
		v, ok := o.Get(n.name)
		if !ok || v == nil {
			if n.required {
				return nil, wrong(n.name + " is missing")
			}
			continue
		}
		number, _ := v.(json.Number)
		i, err := strconv.Atoi(number.String())
		if err != nil || i < 0 {
			return nil, wrong(n.name + " is not a whole number")
		}
		*n.to = i
	}
	v, _ := o.Get("Resources")
	items, ok := v.([]any)
	if !ok && (v != nil || l.TotalResults > 0 && !a.countsOnly()) {
		return nil, wrong("Resources is not an array")
	}
	for i, item := range items {
		resource, ok := item.(*scim.Object)
		if !ok {
			return nil, wrong(fmt.Sprintf("element %d of Resources is not an object", i))
		}
		l.Resources = append(l.Resources, resource)
	}
	return l, nil
}

// countsOnly reports whether no resources were asked for (RFC 7644 §3.4.2.4).
func (a *answer) countsOnly() bool {
	for _, p := range a.call.query {
		if p.Name == "count" && p.Value == "0" {
			return true
		}
	}
	return false
}

func contains(v any, text string) bool {
	list, _ := v.([]any)
	for _, item := range list {
		if s, ok := item.(string); ok && strings.EqualFold(s, text) {
			return true
		}
	}
	return false
}

func (a *answer) statusText() string {
	return strings.TrimSpace(strconv.Itoa(a.status) + " " + http.StatusText(a.status))
}

// excerpt describes the body: the title of an HTML page, else its first bytes.
// The token is masked before anything is cut, so that no piece of it is left.
func (a *answer) excerpt() string {
	const enough = 120
	text := strings.TrimSpace(a.mask.text(string(a.body)))
	if text == "" {
		return ""
	}
	if title := htmlTitle(text); title != "" {
		return fmt.Sprintf("an HTML page titled %q", shorten(title, enough))
	}
	kind, _, _ := strings.Cut(a.mask.text(a.header.Get("Content-Type")), ";")
	return strings.TrimSpace(fmt.Sprintf("%s %q", strings.TrimSpace(kind), shorten(text, enough)))
}

// htmlTitle returns the title near the start of an HTML page, or "".
func htmlTitle(text string) string {
	text = text[:min(len(text), 8<<10)]
	lower := strings.ToLower(text)
	if len(lower) != len(text) {
		return "" // offsets would not fit
	}
	start := strings.Index(lower, "<title")
	if start < 0 || !strings.HasPrefix(text, "<") {
		return ""
	}
	open := strings.IndexByte(text[start:], '>')
	if open < 0 {
		return ""
	}
	start += open + 1
	end := strings.Index(lower[start:], "</title")
	if end < 0 {
		return ""
	}
	return strings.TrimSpace(text[start : start+end])
}

// shorten makes one line of at most n bytes.
func shorten(s string, n int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}
