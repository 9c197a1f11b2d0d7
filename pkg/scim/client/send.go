package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

// Exchange is one request and its answer, with the Authorization header masked,
// and with the token masked wherever the server repeated it.
type Exchange struct {
	Method, URL    string
	RequestHeader  http.Header
	RequestBody    []byte
	Status         int // 0 when there was no answer
	ResponseHeader http.Header
	ResponseBody   []byte
	Started        time.Time
	Took           time.Duration
	Err            error
}

// call is one request to make.
type call struct {
	method string
	path   []string // segments behind the base URL
	query  []Param
	body   *scim.Object
	list   bool // a collection is asked, so 404 is no answer
}

// send makes a request. An answer with a status of 2xx goes to read, which may
// find something wrong with it.
func (c *Client) send(ctx context.Context, r call, read func(*answer) *Error) error {
	u, err := c.address(r.path, r.query)
	if err != nil {
		return fmt.Errorf("%s below the tenant URL: %w", r.method, err)
	}
	var body []byte
	if r.body != nil {
		if body, err = r.body.AppendJSON(nil); err != nil {
			return fmt.Errorf("%s %s: %w", r.method, c.mask.text(u.String()), err)
		}
	}
	a := &answer{call: r, url: u.String(), mask: c.mask}
	header := c.header(body != nil)
	started := c.options.Now()
	failure := c.exchange(ctx, a, u, header, body)
	took := c.options.Now().Sub(started)
	if failure == nil {
		failure = a.check(c.options.Now())
	}
	if failure == nil {
		failure = read(a)
	}
	if failure != nil {
		err = failure
	}
	if c.options.Observe != nil {
		c.options.Observe(Exchange{
			Method: r.method, URL: c.mask.text(a.url), RequestHeader: c.mask.header(header), RequestBody: c.mask.bytes(body),
			Status: a.status, ResponseHeader: c.mask.header(a.header), ResponseBody: c.mask.bytes(a.body),
			Started: started, Took: took, Err: err,
		})
	}
	return err
}

func (c *Client) header(hasBody bool) http.Header {
	h := http.Header{"Accept": {scim.ContentType}}
	// An empty value keeps net/http from sending a name of its own.
	h["User-Agent"] = []string{c.options.UserAgent}
	if c.options.Token != "" {
		h.Set("Authorization", "Bearer "+c.options.Token)
	}
	if hasBody {
		h.Set("Content-Type", scim.ContentType) // entra_wire W-11
	}
	return h
}

// exchange does the network part and fills in the answer.
func (c *Client) exchange(ctx context.Context, a *answer, u *url.URL, header http.Header, body []byte) *Error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.options.Timeout, errTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, a.call.method, u.String(), bytes.NewReader(body))
	if err != nil {
		return a.transportError(ctx, err, c.options.Timeout)
	}
	req.Header = header.Clone()
	resp, err := c.http.Do(req)
	if resp != nil {
		a.status, a.header = resp.StatusCode, resp.Header
	}
	if err != nil {
		return a.transportError(ctx, err, c.options.Timeout)
	}
	defer resp.Body.Close()
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, MaxAnswer+1))
	if err != nil {
		return a.transportError(ctx, err, c.options.Timeout)
	}
	if len(a.body) > MaxAnswer {
		a.body = a.body[:MaxAnswer]
		return a.fail(KindTooLarge, nil, "the answer is longer than %d MiB; ask for less with count or attributes, or mend the endpoint's paging", MaxAnswer>>20)
	}
	return nil
}

// errTimeout tells the client's own deadline from the caller's.
var errTimeout = errors.New("no answer in time")

// redirectError refuses a redirect.
type redirectError struct{ to, reason string }

func (e *redirectError) Error() string { return "redirected to " + e.to + ": " + e.reason }

// checkRedirect lets a GET go on within the same scheme, host and port.
func checkRedirect(req *http.Request, via []*http.Request) error {
	first := via[0]
	to := (&url.URL{Scheme: req.URL.Scheme, Host: req.URL.Host, Path: req.URL.Path}).String()
	switch {
	case first.Method != http.MethodGet:
		return &redirectError{to, "a " + first.Method + " is not repeated elsewhere"}
	case req.URL.Scheme != first.URL.Scheme || req.URL.Host != first.URL.Host:
		return &redirectError{to, "the token does not follow to another host"}
	case len(via) > MaxRedirects:
		return &redirectError{to, fmt.Sprintf("more than %d redirects", MaxRedirects)}
	}
	return nil
}
