// Package client speaks SCIM to a server over HTTP and tells apart what can go
// wrong on the way.
package client

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

// Options configure a Client. Token is sent as a bearer token and never shown.
type Options struct {
	// BaseURL is the tenant URL, with or without a slash at its end. Flags for
	// Entra's client in its query, such as ?aadOptscim062020, are not sent on
	// (see SendFlags); other parameters are put in front of each request's own.
	BaseURL   string
	Token     string            // bearer token; "" sends no Authorization header
	Transport http.RoundTripper // nil means http.DefaultTransport
	Timeout   time.Duration     // of one request with its answer's body; 0 means the dialect's, or else DefaultTimeout
	Dialect   scim.Dialect      // whose headers are sent; "" means Entra
	UserAgent string            // in place of the dialect's; with neither, no User-Agent header is sent
	Now       func() time.Time  // nil means time.Now
	Observe   func(Exchange)    // called after each request, may be nil; secrets are already masked
}

// Limits of a request.
const (
	// DefaultTimeout is how long one request may take.
	DefaultTimeout = 30 * time.Second

	// MaxAnswer is the number of bytes of the longest answer that is read.
	MaxAnswer = 16 << 20

	// MaxRedirects is how many redirects on the same host one GET follows.
	MaxRedirects = 3
)

// SendFlags is whether the flags in the tenant URL's query reach the server: that
// is not documented [?]. Source: endpoint_checks T-02.
const SendFlags = false

// Client sends SCIM requests. It is safe for concurrent use. Redirects are
// followed for GET on the same scheme, host and port only, so that the token never
// leaves for elsewhere.
type Client struct {
	base    *url.URL // without query
	query   []Param  // of the base URL, sent first
	options Options

	plain, withBody http.Header // of every request
	mask            masker
	buffers         sync.Pool // of *bytes.Buffer, for the bodies of answers
}

// New checks the base URL and the token, and returns a Client. The error says
// what is wrong with them and contains neither token nor credentials.
func New(o Options) (*Client, error) {
	base, query, err := parseBase(o.BaseURL)
	if err != nil {
		return nil, err
	}
	if err := checkToken(o.Token); err != nil {
		return nil, err
	}
	if o.Timeout <= 0 {
		o.Timeout = cmp.Or(o.Dialect.Timeout(), DefaultTimeout)
	}
	if o.Transport == nil {
		o.Transport = http.DefaultTransport
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Client{base: base, query: query, options: o, mask: newMasker(o.Token)}
	c.plain, c.withBody = c.header(false), c.header(true)
	return c, nil
}

// List is a ListResponse.
type List struct {
	TotalResults int
	StartIndex   int // 0 when the server does not say
	ItemsPerPage int // 0 when the server does not say
	Resources    []*scim.Object
}

// Param is a query parameter; a slice of them keeps its order.
type Param = scim.Param

// Get reads one resource: Get(ctx, "Users", id, nil). The query's parameters are
// sent in order of their names.
func (c *Client) Get(ctx context.Context, resource, id string, query url.Values) (*scim.Object, error) {
	var params []Param
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range query[name] {
			params = append(params, Param{Name: name, Value: value})
		}
	}
	var found *scim.Object
	err := c.send(ctx, call{method: http.MethodGet, path: []string{resource, id}, query: params}, func(a *answer) (failure *Error) {
		found, failure = a.object()
		return failure
	})
	return found, err
}

// Search queries a collection. A bare object or array, or a 404, is an error of
// KindProtocol, since Entra takes nothing but a ListResponse (entra_wire W-07).
// The query's parameters are sent in the order given.
func (c *Client) Search(ctx context.Context, resource string, query ...Param) (*List, error) {
	var list *List
	err := c.send(ctx, call{method: http.MethodGet, path: []string{resource}, query: query, list: true}, func(a *answer) (failure *Error) {
		list, failure = a.list()
		return failure
	})
	return list, err
}

// Create posts a resource and returns the answer, which has an id.
func (c *Client) Create(ctx context.Context, resource string, body *scim.Object) (*scim.Object, error) {
	var created *scim.Object
	err := c.send(ctx, call{method: http.MethodPost, path: []string{resource}, body: body}, func(a *answer) (failure *Error) {
		created, failure = a.created()
		return failure
	})
	return created, err
}

// Replace puts a whole resource. The result is nil when the answer had no body.
func (c *Client) Replace(ctx context.Context, resource, id string, body *scim.Object) (*scim.Object, error) {
	return c.change(ctx, call{method: http.MethodPut, path: []string{resource, id}, body: body})
}

// Patch sends a PATCH. The result is nil when the answer had no body.
func (c *Client) Patch(ctx context.Context, resource, id string, body *scim.Object) (*scim.Object, error) {
	return c.change(ctx, call{method: http.MethodPatch, path: []string{resource, id}, body: body})
}

func (c *Client) change(ctx context.Context, r call) (*scim.Object, error) {
	var changed *scim.Object
	err := c.send(ctx, r, func(a *answer) (failure *Error) {
		if !a.empty() {
			changed, failure = a.object()
		}
		return failure
	})
	return changed, err
}

// Delete removes a resource. The answer's body, if there is one, is not looked at.
func (c *Client) Delete(ctx context.Context, resource, id string) error {
	return c.send(ctx, call{method: http.MethodDelete, path: []string{resource, id}}, func(*answer) *Error { return nil })
}
