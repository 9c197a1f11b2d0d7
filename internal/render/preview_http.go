package render

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/preview"
)

// scimType is the media type of SCIM bodies.
const scimType = "application/scim+json"

// Endpoint is where requests go: the tenant URL without its query, and of the query
// what is sent along, without Entra's own flags.
type Endpoint struct{ Base, Query string }

// at is the URL of a path below the endpoint.
func (e Endpoint) at(path string) string {
	path, query, _ := strings.Cut(path, "?")
	switch {
	case e.Query != "" && query != "":
		query = e.Query + "&" + query
	case e.Query != "":
		query = e.Query
	}
	if query != "" {
		query = "?" + query
	}
	return strings.TrimRight(e.Base, "/") + path + query
}

// PreviewHTTP returns the format of .http files, which editors can send: one request
// after the other, with {{token}} where the token belongs.
func PreviewHTTP(e Endpoint) preview.Format {
	return preview.Format{Between: "\n###\n\n", Append: func(dst []byte, r *preview.Result) []byte {
		for i, q := range r.Requests {
			if i > 0 {
				dst = append(dst, "\n###\n\n"...)
			}
			dst = append(dst, "# "+clean(string(r.Action)+" "+r.Name)+"\n"...)
			dst = append(dst, q.Method+" "+e.at(string(q.Path))+" HTTP/1.1\n"...)
			dst = append(dst, "Authorization: Bearer {{token}}\nAccept: "+scimType+"\n"...)
			if q.Body != nil {
				dst = append(dst, "Content-Type: "+scimType+"; charset=utf-8\n\n"...)
				dst = append(append(dst, layOut(q.Body, "")...), '\n')
			}
		}
		return dst
	}}
}

// PreviewHAR returns the format HTTP Archive 1.2: requests without answers, and
// without the token. The id that the server will give is percent-encoded in URLs.
func PreviewHAR(e Endpoint, version string, now time.Time) preview.Format {
	head, err := json.Marshal(map[string]string{"name": "scimctl", "version": version})
	if err != nil {
		head = []byte(`{"name":"scimctl","version":""}`)
	}
	return preview.Format{
		Head:    `{"log":{"version":"1.2","creator":` + string(head) + `,"entries":[` + "\n",
		Between: ",\n",
		Tail:    "\n]}}\n",
		Append: func(dst []byte, r *preview.Result) []byte {
			b := bytes.NewBuffer(dst)
			enc := json.NewEncoder(b)
			enc.SetEscapeHTML(false)
			for i := range r.Requests {
				if i > 0 {
					b.WriteString(",\n")
				}
				if enc.Encode(newHAREntry(e, r, &r.Requests[i], now)) == nil {
					b.Truncate(b.Len() - 1) // the line break
				}
			}
			return b.Bytes()
		},
	}
}

// harEntry is an entry of an HTTP Archive. Source: HAR 1.2.
type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     int         `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  struct {
		Send    int `json:"send"`
		Wait    int `json:"wait"`
		Receive int `json:"receive"`
	} `json:"timings"`
	Comment string `json:"comment"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	HTTPVersion string    `json:"httpVersion"`
	Cookies     []harPair `json:"cookies"`
	Headers     []harPair `json:"headers"`
	QueryString []harPair `json:"queryString"`
	PostData    *harBody  `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
}

type harBody struct {
	MimeType string `json:"mimeType"`
	Text     string `json:"text"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	HTTPVersion string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	RedirectURL string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
}

type harContent struct {
	Size     int    `json:"size"`
	MimeType string `json:"mimeType"`
}

func newHAREntry(e Endpoint, r *preview.Result, q *preview.Request, now time.Time) harEntry {
	at := strings.NewReplacer("{", "%7B", "}", "%7D").Replace(e.at(string(q.Path)))
	entry := harEntry{
		Started: now.UTC().Format("2006-01-02T15:04:05.000Z"),
		Comment: string(r.Action) + " " + r.Name,
		Request: harRequest{
			Method: q.Method, URL: at, HTTPVersion: "HTTP/1.1",
			Cookies: []harPair{}, Headers: []harPair{{"Accept", scimType}}, QueryString: queryPairs(at),
			HeadersSize: -1, BodySize: len(q.Body),
		},
		// Status 0 says that there was no answer.
		Response: harResponse{Cookies: []harPair{}, Headers: []harPair{}, HeadersSize: -1, BodySize: -1},
	}
	if q.Body != nil {
		mime := scimType + "; charset=utf-8"
		entry.Request.Headers = append(entry.Request.Headers, harPair{"Content-Type", mime})
		entry.Request.PostData = &harBody{MimeType: mime, Text: string(q.Body)}
	}
	return entry
}

// queryPairs splits the query of a URL in its order.
func queryPairs(at string) []harPair {
	pairs := []harPair{}
	_, query, _ := strings.Cut(at, "?")
	for part := range strings.SplitSeq(query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		pairs = append(pairs, harPair{unescapeQuery(name), unescapeQuery(value)})
	}
	return pairs
}

func unescapeQuery(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}
