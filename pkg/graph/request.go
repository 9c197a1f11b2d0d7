package graph

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"
	kiota "github.com/microsoft/kiota-abstractions-go"

	"github.com/scimctl/scimctl/pkg/secret"
)

// Time limits of one try of a request. On-demand provisioning waits for the
// endpoint; it usually ends within 30 s. Source: graph_contract §9.
const (
	tryTimeout      = time.Minute
	schemaTimeout   = 2 * time.Minute
	onDemandTimeout = 3 * time.Minute
)

// version is the version of Graph that every call names. Everything needed is in
// v1.0. Source: graph_contract §1.
const version = "/v1.0"

// request is one call, which may be tried several times.
type request struct {
	op     string // for errors, such as "read the schema"
	method string
	path   []string               // segments below the version, unescaped
	query  string                 // encoded
	page   *url.URL               // of a following page, in place of path and query
	body   func() ([]byte, error) // made anew for each try; nil for none
	needs  permission             // for the advice on a refusal
	object string                 // id of the application or service principal it is about
	job    string                 // id of the job it is about
	repeat bool                   // safe to repeat although it is a POST
	once   bool                   // the caller repeats it, if need be
	wants  bool                   // the answer must hold JSON
	passes func(*Error) bool      // errors of this call that pass by themselves
	within time.Duration          // how long to wait for passes
	limit  time.Duration          // of one try; 0 is tryTimeout
	hide   []secret.Secret        // what must not show in an error

	// eventual asks the index behind advanced queries, which lags behind writes.
	// Source: graph_contract §2.
	eventual bool

	// took looks whether a POST took effect whose end was unclear. With it the POST
	// may be sent again, but never blindly.
	took func(context.Context) (bool, error)
}

// response is a successful answer.
type response struct {
	status int
	header http.Header
	body   []byte
	id     string // client-request-id of the request
}

// sync reports whether the request goes through to the synchronization backend.
func (r *request) sync() bool {
	return len(r.path) > 2 && r.path[2] == "synchronization"
}

// idempotent reports whether sending the request twice is like sending it once.
func (r *request) idempotent() bool { return r.method != http.MethodPost || r.repeat }

// again reports whether the request may be sent again when its end was unclear.
func (r *request) again() bool { return r.idempotent() || r.took != nil }

// target is path and query below the version. An empty segment is a bug of the
// caller that would address something else, so it is refused.
func (r *request) target() (string, error) {
	var b strings.Builder
	for _, s := range r.path {
		if s == "" || s == "." || s == ".." {
			return "", fmt.Errorf("%s: an id in the path %s is %q", r.op, strings.Join(r.path, "/"), s)
		}
		b.WriteString("/" + escapePath(s))
	}
	if r.query != "" {
		b.WriteString("?" + r.query)
	}
	return b.String(), nil
}

func (c *Client) url(r *request) (*url.URL, error) {
	if r.page != nil {
		return r.page, nil
	}
	target, err := r.target()
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(c.at.graph.String() + version + target)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.op, err)
	}
	return u, nil
}

// below is the path of a URL as errors print it: without address and version.
func (c *Client) below(u *url.URL) string {
	return strings.TrimPrefix(u.EscapedPath(), c.at.graph.EscapedPath()+version)
}

// send makes one try. The SDK's adapter signs and sends; its own reading of
// answers is replaced, because it drops headers, status of a page of HTML, and
// everything about a success.
func (c *Client) send(ctx context.Context, r *request) (*response, *Error) {
	e := &Error{Op: r.op, Method: r.method, ClientRequestID: uuid.NewString()}
	u, err := c.url(r)
	if err != nil {
		e.Kind, e.Message, e.unsent, e.Err = Invalid, err.Error(), true, err
		return nil, e
	}
	e.Path = c.below(u)
	if err := c.signIn.ready(ctx); err != nil {
		return nil, err
	}
	info := kiota.NewRequestInformation()
	info.Method, err = method(r.method)
	if err != nil {
		e.Kind, e.Message, e.unsent, e.Err = Invalid, err.Error(), true, err
		return nil, e
	}
	info.SetUri(*u)
	info.Headers.Add("Accept", "application/json")
	info.Headers.Add("User-Agent", c.userAgent)
	info.Headers.Add("client-request-id", e.ClientRequestID)
	if r.eventual {
		info.Headers.Add("ConsistencyLevel", "eventual")
	}
	if r.body != nil {
		body, err := r.body()
		if err != nil {
			e.Kind, e.Message, e.unsent, e.Err = Invalid, err.Error(), true, err
			return nil, e
		}
		info.SetStreamContentAndContentType(body, "application/json")
	}
	limit := r.limit
	if limit == 0 {
		limit = tryTimeout
	}
	try, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var res *response
	take := kiota.NewRequestHandlerOption()
	take.SetResponseHandler(func(answer any, _ kiota.ErrorMappings) (any, error) {
		res, err = receive(answer)
		return nil, err
	})
	info.AddRequestOptions([]kiota.RequestOption{take})
	if err := c.adapter.SendNoContent(try, info, nil); err != nil {
		if signIn, ok := errors.AsType[*Error](err); ok {
			return nil, signIn
		}
		return nil, c.unreachable(ctx, r, e, err, limit)
	}
	c.clock.observe(res.header.Get("Date"))
	if res.status < 200 || res.status > 299 {
		return nil, c.refused(r, e, res)
	}
	res.id = e.ClientRequestID
	if garbled(r, res) {
		return nil, c.garbage(r, res, nil)
	}
	return res, nil
}

// receive reads an answer to its end.
func receive(answer any) (*response, error) {
	res, ok := answer.(*http.Response)
	if !ok || res == nil {
		return nil, errors.New("no answer")
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	return &response{status: res.StatusCode, header: res.Header, body: body}, nil
}

func method(name string) (kiota.HttpMethod, error) {
	switch name {
	case http.MethodGet:
		return kiota.GET, nil
	case http.MethodPost:
		return kiota.POST, nil
	case http.MethodPut:
		return kiota.PUT, nil
	case http.MethodPatch:
		return kiota.PATCH, nil
	case http.MethodDelete:
		return kiota.DELETE, nil
	}
	return 0, fmt.Errorf("method %q is not one of Graph's", name)
}

// jsonBody returns a request body with the JSON of v.
func jsonBody(v any) func() ([]byte, error) {
	return func() ([]byte, error) {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			return nil, fmt.Errorf("write the request: %w", err)
		}
		return bytes.TrimRight(b.Bytes(), "\n"), nil
	}
}
