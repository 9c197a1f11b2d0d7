package render

import (
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/scimctl/scimctl/pkg/endpoint"
)

// endpointHAR is an HTTP Archive of what a test sent and got. Source: HAR 1.2.
type endpointHAR struct {
	Log struct {
		Version string `json:"version"`
		Creator struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"creator"`
		Entries []endpointHAREntry `json:"entries"`
		Comment string             `json:"comment"`
	} `json:"log"`
}

// endpointHAREntry is an entry with an answer. Times are milliseconds.
type endpointHAREntry struct {
	Started  string             `json:"startedDateTime"`
	Time     float64            `json:"time"`
	Request  harRequest         `json:"request"`
	Response endpointHARAnswer  `json:"response"`
	Cache    struct{}           `json:"cache"`
	Timings  map[string]float64 `json:"timings"`
	Comment  string             `json:"comment"` // the check
}

type endpointHARAnswer struct {
	Status      int                `json:"status"`
	StatusText  string             `json:"statusText"`
	HTTPVersion string             `json:"httpVersion"`
	Cookies     []harPair          `json:"cookies"`
	Headers     []harPair          `json:"headers"`
	Content     endpointHARContent `json:"content"`
	RedirectURL string             `json:"redirectURL"`
	HeadersSize int                `json:"headersSize"`
	BodySize    int                `json:"bodySize"`
	Comment     string             `json:"comment,omitempty"` // why there is no whole answer
}

type endpointHARContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
	Text     string `json:"text,omitempty"`
	Encoding string `json:"encoding,omitempty"`
	Comment  string `json:"comment,omitempty"`
}

// EndpointHAR writes the traffic of a test as an HTTP Archive 1.2, without the token,
// by checks in their order.
func EndpointHAR(w io.Writer, r EndpointReport) error {
	var out endpointHAR
	out.Log.Version = "1.2"
	out.Log.Creator.Name, out.Log.Creator.Version = "scimctl", r.Version
	out.Log.Comment = "SCIM endpoint test of " + r.URL
	out.Log.Entries = []endpointHAREntry{}
	for i := range r.Results {
		x := &r.Results[i]
		for j := range x.Traffic {
			out.Log.Entries = append(out.Log.Entries, newEndpointHAREntry(x.Check.ID+" "+x.Check.Title, &x.Traffic[j]))
		}
	}
	return JSON(w, out)
}

func newEndpointHAREntry(check string, x *endpoint.Exchange) endpointHAREntry {
	took := float64(x.Took.Microseconds()) / 1000
	e := endpointHAREntry{
		Started: sarifTime(x.Started), Time: took, Comment: check,
		Timings: map[string]float64{"send": 0, "wait": took, "receive": 0},
		Request: harRequest{
			Method: x.Method, URL: x.URL, HTTPVersion: "HTTP/1.1", Cookies: []harPair{}, Headers: headerPairs(x.RequestHeader),
			QueryString: queryPairs(x.URL), HeadersSize: -1, BodySize: len(x.RequestBody) + x.RequestCut,
		},
		// Status 0 says that there was no answer.
		Response: endpointHARAnswer{
			Status: x.Status, StatusText: http.StatusText(x.Status), HTTPVersion: "HTTP/1.1", Cookies: []harPair{},
			Headers: headerPairs(x.ResponseHeader), RedirectURL: x.ResponseHeader.Get("Location"), HeadersSize: -1,
			BodySize: len(x.ResponseBody) + x.ResponseCut, Comment: x.Err,
			Content: endpointHARContent{Size: len(x.ResponseBody) + x.ResponseCut, MimeType: x.ResponseHeader.Get("Content-Type")},
		},
	}
	if len(x.RequestBody) > 0 {
		e.Request.PostData = &harBody{MimeType: x.RequestHeader.Get("Content-Type"), Text: bodyText(x.RequestBody)}
	}
	content := &e.Response.Content
	content.Text = string(x.ResponseBody)
	if !utf8.Valid(x.ResponseBody) {
		content.Text, content.Encoding = base64.StdEncoding.EncodeToString(x.ResponseBody), "base64"
	}
	if x.ResponseCut > 0 {
		content.Comment = plural(x.ResponseCut, "byte") + " are left out"
	}
	return e
}

// headerPairs are header fields by name.
func headerPairs(h http.Header) []harPair {
	pairs := []harPair{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			pairs = append(pairs, harPair{name, value})
		}
	}
	return pairs
}
