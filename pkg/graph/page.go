package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
)

// maxPages bounds a list that does not end. Pages have a hundred entries or more.
const maxPages = 10_000

// read sends a request and decodes its answer.
func read[T any](ctx context.Context, c *Client, r *request) (T, error) {
	var v T
	r.wants = true
	res, err := c.do(ctx, r)
	if err != nil {
		return v, err
	}
	return v, c.decode(r, res, &v)
}

// decode reads the JSON of an answer.
func (c *Client) decode(r *request, res *response, v any) error {
	err := json.Unmarshal(res.body, v)
	if err == nil && !bytes.Equal(bytes.TrimSpace(res.body), []byte("null")) {
		return nil
	}
	return c.garbage(r, res, err)
}

// garbled reports whether a success is not one of Graph's: the answer is no JSON,
// or has nothing where something was asked for. A page of a proxy that answers in
// Graph's place must not pass for a write that worked.
func garbled(r *request, res *response) bool {
	body := bytes.TrimSpace(res.body)
	if len(body) == 0 {
		return r.wants
	}
	return !json.Valid(body)
}

// garbage is the error of such an answer; err says why it cannot be read.
func (c *Client) garbage(r *request, res *response, err error) *Error {
	e := &Error{
		Op: r.op, Kind: Malformed, Method: r.method, Status: res.status, Err: err,
		RequestID: line(res.header.Get("request-id"), 100), ClientRequestID: res.id,
		Message: excerpt(res, func(text string) string { return c.mask(r, text) }), foreign: true,
		Advice: "check --graph-url, proxies and VPN",
	}
	if u, err := c.url(r); err == nil {
		e.Path = c.below(u)
	}
	if json.Valid(res.body) {
		e.Message = "JSON of another shape"
	}
	return e
}

// page is one answer of a list.
type page[T any] struct {
	Value []T    `json:"value"`
	Next  string `json:"@odata.nextLink"`
}

// list reads all pages. A following page must be on the same host and below the
// same path: the token goes nowhere else.
func list[T any](ctx context.Context, c *Client, r *request) ([]T, error) {
	var all []T
	seen := map[string]bool{}
	for range maxPages {
		p, err := read[page[T]](ctx, c, r)
		if err != nil {
			return nil, err
		}
		all = append(all, p.Value...)
		if p.Next == "" {
			return all, nil
		}
		next, err := url.Parse(p.Next)
		if err != nil || !c.ours(next) || seen[p.Next] {
			return nil, c.strangePage(r, next)
		}
		seen[p.Next] = true
		following := *r
		following.page = next
		r = &following
	}
	return nil, c.strangePage(r, nil)
}

// ours reports whether a URL is below the address of Graph.
func (c *Client) ours(u *url.URL) bool {
	prefix := c.at.graph.EscapedPath() + version + "/"
	return u.Scheme == c.at.graph.Scheme && u.Host == c.at.graph.Host && u.User == nil &&
		len(u.EscapedPath()) > len(prefix) && u.EscapedPath()[:len(prefix)] == prefix
}

func (c *Client) strangePage(r *request, next *url.URL) error {
	e := &Error{Op: r.op, Kind: Malformed, Method: http.MethodGet, Message: "the list does not end: its link to the next page repeats"}
	if u, err := c.url(r); err == nil {
		e.Path = c.below(u)
	}
	if next == nil || !c.ours(next) {
		e.Message = "the link to the next page leads away from Microsoft Graph, and was not followed"
		if next != nil && next.Host != "" {
			e.Message += " (" + line(next.Host, 100) + ")"
		}
	}
	return e
}
