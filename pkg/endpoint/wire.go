package endpoint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

const (
	// MaxAnswer is the number of bytes of the longest answer that is read.
	MaxAnswer = 8 << 20

	// patience is how often a 429 is waited out, and longestWait for how long.
	patience    = 3
	longestWait = 30 * time.Second

	// deaf is after how many requests in a row without a whole answer a server is
	// given up, so that a dead one does not cost a time-out for each check.
	deaf = 6
)

// wire sends requests to the server under test, within limits of size, time and rate.
// Redirects are answers and never followed, so the token stays.
type wire struct {
	base     *url.URL
	query    []scim.Param
	options  Options
	http     http.Client
	mask     client.Mask
	limiter  limiter
	requests atomic.Int64
	unheard  atomic.Int64 // requests in a row without a whole answer

	throttled, silent atomic.Int64 // answers 429, and those of them without Retry-After
}

func newWire(o Options) (*wire, error) {
	base, query, err := client.ParseBase(o.URL)
	if err != nil {
		return nil, err
	}
	rate := o.Rate
	if rate == 0 && !Loopback(o.URL) {
		rate = DefaultRate
	}
	w := &wire{base: base, query: query, options: o, mask: client.NewMask(o.Token)}
	w.limiter = limiter{now: o.Now, sleep: o.Sleep}
	if rate > 0 {
		w.limiter.gap = time.Duration(float64(time.Second) / rate)
	}
	w.http = http.Client{Transport: o.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return w, nil
}

// isDeaf reports whether the server has been given up.
func (w *wire) isDeaf() bool { return w.unheard.Load() >= deaf }

// send makes one request, and again where the server asks to slow down. The answer
// is never nil.
func (w *wire) send(ctx context.Context, r request) *answer {
	for try := 0; ; try++ {
		a := w.once(ctx, r)
		if a.Status == http.StatusTooManyRequests {
			w.throttled.Add(1)
			if a.Header.Get("Retry-After") == "" {
				w.silent.Add(1)
			}
		}
		if a.Status != http.StatusTooManyRequests || r.NoRetry || try == patience {
			return a
		}
		if w.options.Sleep(ctx, w.pause(a.Header.Get("Retry-After"), try)) != nil {
			return a
		}
	}
}

// pause is how long a 429 asks to wait. Source: RFC 9110 §10.2.3.
func (w *wire) pause(retryAfter string, try int) time.Duration {
	if seconds, err := strconv.ParseUint(retryAfter, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longestWait)
	}
	if at, err := http.ParseTime(retryAfter); err == nil {
		return min(max(at.Sub(w.options.Now()), 0), longestWait)
	}
	return time.Second << try
}

func (w *wire) once(ctx context.Context, r request) *answer {
	a := &answer{request: r, mask: w.mask}
	u, err := w.address(r)
	if err != nil {
		a.Err = err
		return a
	}
	body := r.Raw
	if r.Body != nil {
		if body, err = r.Body.AppendJSON(nil); err != nil {
			a.Err = fmt.Errorf("print the body: %w", err)
			return a
		}
	}
	if err := w.limiter.wait(ctx); err != nil {
		a.Err = err
		return a
	}
	h := w.header(r, body != nil)
	w.requests.Add(1)
	started := w.options.Now()
	w.exchange(ctx, a, u, h, body)
	a.Exchange = Exchange{
		Method: r.Method, URL: w.mask.Text(u.String()), RequestHeader: w.mask.Header(h),
		Status: a.Status, ResponseHeader: w.mask.Header(a.Header), Started: started, Took: w.options.Now().Sub(started),
	}
	a.Exchange.RequestBody, a.Exchange.RequestCut = cut([]byte(w.mask.Text(string(body))))
	a.Exchange.ResponseBody, a.Exchange.ResponseCut = cut([]byte(w.mask.Text(string(a.Body))))
	if a.Err == nil {
		w.unheard.Store(0)
		return a
	}
	a.Err = w.mask.Error(a.Err)
	a.Exchange.Err = a.Err.Error()
	if ctx.Err() == nil {
		w.unheard.Add(1)
	}
	return a
}

// exchange does the network part.
func (w *wire) exchange(ctx context.Context, a *answer, u *url.URL, h http.Header, body []byte) {
	ctx, cancel := context.WithTimeoutCause(ctx, w.options.Timeout, errSlow)
	defer cancel()
	var reader io.Reader
	if body != nil {
		reader = bytes.NewReader(body)
	}
	req, err := http.NewRequestWithContext(ctx, a.request.Method, u.String(), reader)
	if err != nil {
		a.Err = fmt.Errorf("make the request: %w", plain(err))
		return
	}
	req.Header = h
	resp, err := w.http.Do(req)
	if err != nil {
		a.Err = w.reason(ctx, err)
		return
	}
	defer resp.Body.Close()
	a.Status, a.Header = resp.StatusCode, resp.Header
	a.Body, err = io.ReadAll(io.LimitReader(resp.Body, MaxAnswer+1))
	switch {
	case err != nil:
		a.Err = w.reason(ctx, err)
	case len(a.Body) > MaxAnswer:
		a.Body = a.Body[:MaxAnswer]
		a.Err = fmt.Errorf("the body is longer than %d MiB", MaxAnswer>>20)
	}
}

var errSlow = errors.New("too slow")

// reason words a failure of the network without the URL, which the traffic shows.
func (w *wire) reason(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errSlow) {
		return fmt.Errorf("it did not end within %s", w.options.Timeout)
	}
	return plain(err)
}

func plain(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return e.Err
	}
	return err
}

// header returns the headers of a request. Source: entra_wire W-11; okta_contract §9.
func (w *wire) header(r request, hasBody bool) http.Header {
	d := r.Dialect.Headers()
	h := http.Header{"Accept": {scim.ContentType}, "User-Agent": {or(d.UserAgent, w.options.UserAgent)}}
	if d.AcceptCharset != "" {
		h.Set("Accept-Charset", d.AcceptCharset)
	}
	if token := or(r.Token, w.options.Token); token != "" && !r.NoToken {
		h.Set("Authorization", "Bearer "+token)
	}
	if hasBody {
		h.Set("Content-Type", d.ContentType)
	}
	for name, values := range r.Header {
		switch {
		case len(values) > 0:
			h[name] = values
		case name == "User-Agent":
			h[name] = []string{""} // net/http would send a name of its own
		default:
			delete(h, name)
		}
	}
	return h
}

// address builds the URL: base, escaped segments, the base's own parameters, then the
// request's.
func (w *wire) address(r request) (*url.URL, error) {
	path := w.base.EscapedPath()
	for _, s := range r.Path {
		switch {
		case r.Verbatim:
			path += "/" + s
		case s != "":
			path += "/" + escapeSegment(s)
		}
	}
	u := *w.base
	var err error
	if u.Path, err = url.PathUnescape(path); err != nil {
		return nil, fmt.Errorf("build the address: %w", err)
	}
	u.RawPath = path
	var parts []string
	for _, p := range w.query {
		part := escapeQuery(p.Name)
		if p.Value != "" {
			part += "=" + escapeQuery(p.Value)
		}
		parts = append(parts, part)
	}
	for _, p := range r.Query {
		parts = append(parts, escapeQuery(p.Name)+"="+escapeQuery(p.Value))
	}
	if r.RawQuery != "" {
		parts = append(parts, r.RawQuery)
	}
	u.RawQuery = strings.Join(parts, "&")
	return &u, nil
}
