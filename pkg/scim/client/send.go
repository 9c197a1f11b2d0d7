package client

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
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
		if body, err = r.body.AppendJSON(make([]byte, 0, 1024)); err != nil {
			return fmt.Errorf("%s %s: %w", r.method, c.mask.text(u.String()), err)
		}
	}
	a := &answer{call: r, url: u, mask: c.mask}
	header := c.plain
	if body != nil {
		header = c.withBody
	}
	var started time.Time
	if c.options.Observe != nil {
		started = c.options.Now()
	}
	into := c.buffer()
	defer c.release(into)
	failure := c.exchange(ctx, a, header, body, into)
	var took time.Duration
	if c.options.Observe != nil {
		took = c.options.Now().Sub(started)
	}
	if failure == nil {
		failure = a.check(c.options.Now)
	}
	if failure == nil {
		failure = read(a)
	}
	if failure != nil {
		err = failure
	}
	if c.options.Observe != nil {
		c.options.Observe(Exchange{
			Method: r.method, URL: c.mask.text(u.String()), RequestHeader: c.mask.header(header), RequestBody: c.mask.bytes(body),
			Status: a.status, ResponseHeader: c.mask.header(a.header), ResponseBody: c.mask.bytes(a.body),
			Started: started, Took: took, Err: err,
		})
	}
	return err
}

// header builds the headers of every request; no transport may change them.
func (c *Client) header(hasBody bool) http.Header {
	own := c.options.Dialect.Headers()
	// An empty value keeps net/http from sending a name of its own.
	h := http.Header{"Accept": {scim.ContentType}, "User-Agent": {cmp.Or(c.options.UserAgent, own.UserAgent)}}
	if c.options.Token != "" {
		h.Set("Authorization", "Bearer "+c.options.Token)
	}
	if own.AcceptCharset != "" {
		h.Set("Accept-Charset", own.AcceptCharset)
	}
	if hasBody {
		h.Set("Content-Type", own.ContentType)
	}
	return h
}

// exchange does the network part and fills in the answer.
// The answer's body is in the buffer, and as long there as that is not used again.
func (c *Client) exchange(ctx context.Context, a *answer, header http.Header, body []byte, into *bytes.Buffer) *Error {
	ctx, cancel := context.WithTimeoutCause(ctx, c.options.Timeout, errTimeout)
	defer cancel()
	content := io.Reader(http.NoBody)
	if body != nil {
		content = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, a.call.method, "", content)
	if err != nil {
		return a.transportError(ctx, err, c.options.Timeout)
	}
	req.URL, req.Host, req.Header = a.url, a.url.Host, header
	resp, err := c.follow(req)
	if resp != nil {
		a.status, a.header = resp.StatusCode, resp.Header
	}
	if err != nil {
		return a.transportError(ctx, err, c.options.Timeout)
	}
	defer resp.Body.Close()
	into.Reset()
	_, err = into.ReadFrom(io.LimitReader(resp.Body, MaxAnswer+1))
	a.body = into.Bytes()
	if err != nil {
		return a.transportError(ctx, err, c.options.Timeout)
	}
	if len(a.body) > MaxAnswer {
		a.body = a.body[:MaxAnswer]
		return a.fail(KindTooLarge, nil, "the answer is longer than %d MiB; ask for less with count or attributes, or mend the endpoint's paging", MaxAnswer>>20)
	}
	return nil
}

// keptBuffer is the size of the largest buffer that is used again.
const keptBuffer = 64 << 10

// buffer returns a buffer for the body of an answer.
func (c *Client) buffer() *bytes.Buffer {
	if b, ok := c.buffers.Get().(*bytes.Buffer); ok {
		return b
	}
	return bytes.NewBuffer(make([]byte, 0, 4<<10))
}

// release keeps a buffer for the next answer. Nothing of this one may refer to it.
func (c *Client) release(b *bytes.Buffer) {
	if b.Cap() <= keptBuffer {
		c.buffers.Put(b)
	}
}

// errTimeout tells the client's own deadline from the caller's.
var errTimeout = errors.New("no answer in time")
