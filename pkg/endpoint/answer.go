package endpoint

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// answer is what came back for a request. Without an answer, Status is 0 and Err
// says why; an answer whose body broke off has both.
type answer struct {
	request  request
	Status   int
	Header   http.Header
	Body     []byte
	Err      error
	Exchange Exchange

	mask      client.Mask // takes the token out of what Says quotes
	object    *scim.Object
	objectErr error
	parsed    bool
}

// OK reports whether the status is of the 2xx.
func (a *answer) OK() bool { return a.Err == nil && a.Status >= 200 && a.Status < 300 }

// Is reports whether the whole answer came and has one of the statuses.
func (a *answer) Is(statuses ...int) bool { return a.Err == nil && slices.Contains(statuses, a.Status) }

// Object returns the body as a JSON object, nil when it is none.
func (a *answer) Object() *scim.Object {
	if !a.parsed {
		a.parsed = true
		a.object, a.objectErr = scim.ParseObject(a.Body)
	}
	return a.object
}

// Get returns the first value that a path selects in the body.
func (a *answer) Get(path string) (any, bool) { return lookup(a.Object(), path) }

// Text returns the first value that a path selects in the body if it is a text.
func (a *answer) Text(path string) string {
	v, _ := a.Get(path)
	s, _ := v.(string)
	return s
}

// ID returns the id in the body.
func (a *answer) ID() string { return a.Object().ID() }

// lookup returns the first value that a path selects. The paths of checks are
// constants or come from parsed mappings.
func lookup(o *scim.Object, path string) (any, bool) {
	p, err := scim.ParsePath(path)
	if err != nil || o == nil {
		return nil, false
	}
	return o.First(p)
}

// Error returns the SCIM error in the body, nil when there is none.
func (a *answer) Error() *scim.Error {
	if a.Object() == nil {
		return nil
	}
	e, ok := scim.ErrorOf(a.Object(), a.Status)
	if !ok {
		return nil
	}
	return e
}

// MediaType returns the content type in lower case without parameters, "" for none
// or one that cannot be read.
func (a *answer) MediaType() string {
	media, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return media
}

// Says describes the answer in a few words, for what a failed claim saw: "it
// answered 500 Internal Server Error with an HTML page".
func (a *answer) Says() string {
	if a.Status == 0 {
		return fmt.Sprintf("there was no answer: %v", a.Err)
	}
	said := "it answered " + strings.TrimSpace(strconv.Itoa(a.Status)+" "+http.StatusText(a.Status))
	if a.Err != nil {
		return said + fmt.Sprintf(", but not whole: %v", a.Err)
	}
	// Before anything is shortened or quoted: half a token, or one with more escapes,
	// would not be found any more.
	text := strings.TrimSpace(a.mask.Text(string(a.Body)))
	e := a.Error()
	switch {
	case text == "":
		return said + " without a body"
	case e != nil && (e.ScimType != "" || e.Detail != ""):
		return said + ", " + shorten(a.mask.Text(strings.TrimPrefix(e.ScimType+": "+e.Detail, ": ")), 160)
	case strings.HasPrefix(text, "<"):
		return said + " with " + or(a.MediaType(), "a page") + " that starts with " + strconv.Quote(shorten(text, 60))
	}
	return said + " with " + strconv.Quote(shorten(text, 160))
}

// longShown is how many bytes of a value are looked at, and longSaw how many of a
// whole sentence are kept.
const (
	longShown = 8 << 10
	longSaw   = 500
)

// shorten makes one line of at most n bytes.
func shorten(s string, n int) string {
	if len(s) > 4*n {
		s = s[:4*n]
	}
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "\uFFFD")), " ")
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// listing is a ListResponse, as far as it could be read.
type listing struct {
	Total     int
	Resources []*scim.Object
}

// List reads the body as a ListResponse, and says what keeps it from being one:
// "" when nothing does. Source: RFC 7644 §3.4.2.
func (a *answer) List() (list listing, problem string) {
	o := a.Object()
	switch {
	case a.Status != http.StatusOK || a.Err != nil:
		return list, a.Says()
	case o == nil:
		return list, fmt.Sprintf("the body is no JSON object: %v", a.objectErr)
	case !hasSchema(o, scim.ListResponseSchema):
		return list, "schemas does not list " + scim.ListResponseSchema + ": " + show(o)
	}
	total, ok := number(o, "totalResults")
	if !ok {
		return list, "totalResults is not a whole number: " + show(o)
	}
	list.Total = total
	v, present := exact(o, "Resources")
	items, ok := v.([]any)
	if !ok && (v != nil || total > 0) {
		if _, other := o.Get("Resources"); other && !present {
			return list, "Resources is not spelled with a capital R: " + show(o)
		}
		return list, "Resources is not an array: " + show(o)
	}
	for i, item := range items {
		resource, ok := item.(*scim.Object)
		if !ok {
			return list, fmt.Sprintf("element %d of Resources is not an object", i)
		}
		list.Resources = append(list.Resources, resource)
	}
	return list, ""
}

// exact returns a member in just this spelling.
func exact(o *scim.Object, name string) (any, bool) {
	for _, m := range o.Members() {
		if m.Name == name {
			return m.Value, true
		}
	}
	return nil, false
}

// number returns a member that is a whole JSON number.
func number(o *scim.Object, name string) (int, bool) {
	v, _ := o.Get(name)
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	i, err := strconv.Atoi(n.String())
	return i, err == nil && i >= 0
}

// hasSchema reports whether schemas lists the URN.
func hasSchema(o *scim.Object, urn string) bool {
	v, _ := o.Get("schemas")
	list, _ := v.([]any)
	return slices.ContainsFunc(list, func(item any) bool {
		s, ok := item.(string)
		return ok && strings.EqualFold(s, urn)
	})
}

// show prints a value as JSON. expect shortens it, after it has taken the token out:
// half a token would not be found.
func show(v any) string {
	text, err := scim.NewObject(scim.Member{Name: "v", Value: v}).AppendJSON(nil)
	if err != nil {
		return "a value that cannot be printed"
	}
	return shorten(strings.TrimSuffix(strings.TrimPrefix(string(text), `{"v":`), "}"), longShown)
}
