package endpoint

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// request is what a check sends. The zero values are the usual ones: the headers of
// Entra, the token, escaped path and query.
type request struct {
	Method string
	Path   []string     // segments behind the base URL, escaped here
	Query  []scim.Param // in order, escaped here
	Body   *scim.Object // sent as JSON
	Raw    []byte       // sent as it is, in place of Body
	Header http.Header  // in addition; an empty list of values takes a usual header away

	RawQuery string // behind Query, sent as it is
	Verbatim bool   // Path is sent as it is, not escaped
	Token    string // in place of the run's token
	NoToken  bool   // no Authorization header
	Dialect  scim.Dialect
	NoRetry  bool // a 429 is the answer, and not waited out
}

// get, post and patch make requests. The path is split at slashes, so ids that may
// contain one go through one.
func get(path string, query ...scim.Param) request {
	return request{Method: http.MethodGet, Path: split(path), Query: query}
}

func post(path string, body *scim.Object) request {
	return request{Method: http.MethodPost, Path: split(path), Body: body}
}

func patch(path string, body *scim.Object) request {
	return request{Method: http.MethodPatch, Path: split(path), Body: body}
}

// one addresses one resource, whatever characters its id has.
func one(method, resource, id string, query ...scim.Param) request {
	return request{Method: method, Path: []string{resource, id}, Query: query}
}

func split(path string) []string { return strings.Split(strings.Trim(path, "/"), "/") }

// With returns the request with a body.
func (r request) With(body *scim.Object) request {
	r.Body = body
	return r
}

// As returns the request with the headers of a dialect.
func (r request) As(d scim.Dialect) request {
	r.Dialect = d
	return r
}

// header lists headers for request.Header: names and values in turn.
func header(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i+1 < len(pairs); i += 2 {
		h[http.CanonicalHeaderKey(pairs[i])] = []string{pairs[i+1]}
	}
	return h
}

// escapeSegment keeps an id one segment of the path.
func escapeSegment(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return url.PathEscape(s)
}

// escapeQuery escapes as Entra does, with %20 for a blank.
func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// where names the request in claims: "GET /Users/{id}?filter=…".
func (r request) where() string {
	var b strings.Builder
	b.WriteString(r.Method + " ")
	if len(r.Path) == 0 {
		b.WriteByte('/')
	}
	for i, s := range r.Path {
		switch {
		case i == 1 && len(r.Path) == 2 && (r.Path[0] == "Users" || r.Path[0] == "Groups") && s != ".search":
			s = "{id}"
		case len(s) > 60:
			s = "…"
		}
		b.WriteString("/" + generic(s))
	}
	return b.String()
}
