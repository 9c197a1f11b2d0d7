package emulator

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"
)

// The members of HTTP Archive 1.2 that a reader needs. Sizes in bytes, times in
// milliseconds; -1 is "not known".
type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
	Cache    struct{}    `json:"cache"`
	Timings  harTimings  `json:"timings"`
	Comment  string      `json:"comment,omitempty"`
}

type harTimings struct {
	Send    float64 `json:"send"`
	Wait    float64 `json:"wait"`
	Receive float64 `json:"receive"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harRequest struct {
	Method      string    `json:"method"`
	URL         string    `json:"url"`
	Version     string    `json:"httpVersion"`
	Cookies     []harPair `json:"cookies"`
	Headers     []harPair `json:"headers"`
	Query       []harPair `json:"queryString"`
	Body        *harBody  `json:"postData,omitempty"`
	HeadersSize int       `json:"headersSize"`
	BodySize    int       `json:"bodySize"`
}

type harBody struct {
	Type string `json:"mimeType"`
	Text string `json:"text"`
}

type harResponse struct {
	Status      int        `json:"status"`
	StatusText  string     `json:"statusText"`
	Version     string     `json:"httpVersion"`
	Cookies     []harPair  `json:"cookies"`
	Headers     []harPair  `json:"headers"`
	Content     harContent `json:"content"`
	Redirect    string     `json:"redirectURL"`
	HeadersSize int        `json:"headersSize"`
	BodySize    int        `json:"bodySize"`
}

type harContent struct {
	Size int    `json:"size"`
	Type string `json:"mimeType"`
	Text string `json:"text,omitempty"`
}

// entry describes one exchange without its secrets.
func (h *harLog) entry(r *http.Request, sent *limitedBuffer, answered *harWriter, began time.Time, took time.Duration) harEntry {
	m := h.e.masker()
	ms := float64(took.Microseconds()) / 1000
	out := harEntry{
		Started: began.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Time: ms, Timings: harTimings{Wait: ms},
		Request: harRequest{
			Method: r.Method, URL: m.text(baseOf(r) + m.query(r.URL)), Version: r.Proto,
			Cookies: []harPair{}, Headers: m.headers(r.Header), Query: m.pairs(r.URL), HeadersSize: -1, BodySize: sent.size,
		},
		Response: harResponse{
			Status: answered.status, StatusText: http.StatusText(answered.status), Version: r.Proto,
			Cookies: []harPair{}, Headers: m.headers(answered.Header()), HeadersSize: -1, BodySize: answered.body.size,
			Content: harContent{Size: answered.body.size, Type: answered.Header().Get("Content-Type"), Text: m.body(answered.Header(), &answered.body)},
		},
	}
	if sent.size > 0 {
		out.Request.Body = &harBody{Type: r.Header.Get("Content-Type"), Text: m.body(r.Header, sent)}
	}
	if answered.status == 0 {
		out.Comment = "the connection was broken off"
	}
	return out
}

// headers lists headers in the order of their names.
func (m masker) headers(h http.Header) []harPair {
	out := []harPair{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			switch strings.ToLower(name) {
			case "authorization", "proxy-authorization":
				scheme, _, _ := strings.Cut(value, " ")
				value = scheme + " " + masked
			case "cookie", "set-cookie":
				value = masked
			}
			out = append(out, harPair{name, m.text(value)})
		}
	}
	return out
}
