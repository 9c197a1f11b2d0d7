// Package client speaks SCIM to a server over HTTP and tells apart what can go
// wrong on the way.
package client

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

// Options configure a Client. Token is sent as a bearer token and never shown.
type Options struct {
	BaseURL   string            // tenant URL; a query such as ?aadOptscim062020 is a flag for the client and is not sent on [?]
	Token     string            // bearer token; "" sends no Authorization header
	Transport http.RoundTripper // nil means http.DefaultTransport
	Timeout   time.Duration     // of one request; 0 means DefaultTimeout
	UserAgent string
	Observe   func(Exchange) // called after each request, may be nil; secrets are already masked
}

// DefaultTimeout is how long one request may take.
const DefaultTimeout = 30 * time.Second

// Client sends SCIM requests. It is safe for concurrent use. Redirects to
// another host are refused, so that the token never follows them.
type Client struct{}

// New checks the base URL and returns a Client.
func New(o Options) (*Client, error) { panic("client: New") }

// Exchange is one request and its answer, with the Authorization header masked.
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

// List is a ListResponse.
type List struct {
	TotalResults int
	StartIndex   int
	ItemsPerPage int
	Resources    []*scim.Object
}

// Get reads one resource: Get(ctx, "Users", id, nil).
func (c *Client) Get(ctx context.Context, resource, id string, query url.Values) (*scim.Object, error) {
	panic("client: Get")
}

// Search queries a collection. A bare object or array, or a 404, is an error of
// KindProtocol, since Entra takes nothing but a ListResponse (entra_wire W-07).
// The query's parameters are sent in the order given.
func (c *Client) Search(ctx context.Context, resource string, query ...Param) (*List, error) {
	panic("client: Search")
}

// Param is a query parameter; a slice of them keeps its order.
type Param struct{ Name, Value string }

// Create posts a resource and returns the answer, which has an id.
func (c *Client) Create(ctx context.Context, resource string, body *scim.Object) (*scim.Object, error) {
	panic("client: Create")
}

// Patch sends a PATCH. The result is nil when the answer had no body.
func (c *Client) Patch(ctx context.Context, resource, id string, body *scim.Object) (*scim.Object, error) {
	panic("client: Patch")
}

// Delete removes a resource.
func (c *Client) Delete(ctx context.Context, resource, id string) error { panic("client: Delete") }

// Kind tells failures apart.
type Kind int

// Kinds of failure.
const (
	KindStatus       Kind = iota // the server refused: see Status and SCIM
	KindUnauthorized             // 401 or 403
	KindNotSCIM                  // HTML, plain text, another content type
	KindProtocol                 // JSON, but not what SCIM asks for
	KindTimeout                  // no answer in time
	KindTLS                      // certificate or handshake
	KindUnreachable              // DNS, refused, reset
	KindRedirect                 // redirected elsewhere
	KindTooLarge                 // answer over the limit
)

// Error is a failed request. Its text says what was asked, what came back and
// what to do; it never contains the token.
type Error struct {
	Kind   Kind
	Method string
	URL    string
	Status int
	SCIM   *scim.Error // the server's own words, if it sent a SCIM error
	Detail string
	Err    error
}

func (e *Error) Error() string { panic("client: Error") }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
