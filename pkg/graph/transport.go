package graph

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"sync"
)

// maxAnswer bounds the body of an answer. Schemas have several megabytes.
const maxAnswer = 64 << 20

var errTooLarge = fmt.Errorf("the answer is larger than the %d MiB that a schema may have", maxAnswer>>20)

// transport is the last hop before the network, for Graph and sign-in alike. It
// bounds answers, lets net/http send a request again when it never left, keeps
// the SDK away from challenges it cannot read, and remembers network errors that
// sign-in libraries flatten into text.
type transport struct {
	next  http.RoundTripper
	limit int64 // bytes of an answer
}

// newTransport wraps the given transport, or one of its own that trusts o.CAs.
func newTransport(o Options) *transport {
	if o.Transport != nil {
		return &transport{o.Transport, maxAnswer}
	}
	own := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	if base, ok := http.DefaultTransport.(*http.Transport); ok {
		own = base.Clone()
	}
	own.TLSClientConfig = &tls.Config{RootCAs: o.CAs, MinVersion: tls.VersionTLS12}
	return &transport{own, maxAnswer}
}

// CloseIdleConnections closes the kept connections of the transport below.
func (t *transport) CloseIdleConnections() {
	if next, ok := t.next.(interface{ CloseIdleConnections() }); ok {
		next.CloseIdleConnections()
	}
}

// failure receives the network error of a request; see watch.
type failure struct{ err error }

type failureKey struct{}

// watch returns a context whose requests leave their network error in the failure.
func watch(ctx context.Context) (context.Context, *failure) {
	f := new(failure)
	return context.WithValue(ctx, failureKey{}, f), f
}

func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	req, err := replayable(req)
	if err != nil {
		return nil, err
	}
	res, err := t.next.RoundTrip(req)
	if f, ok := req.Context().Value(failureKey{}).(*failure); ok {
		f.err = err
	}
	if err != nil {
		return nil, err
	}
	res.Body = &bounded{ReadCloser: res.Body, left: t.limit}
	if !readable(res.Header.Get("WWW-Authenticate")) {
		res.Header.Del("WWW-Authenticate")
	}
	return res, nil
}

// replayable gives the request a body that can be read again. Without it net/http
// fails a POST on a kept connection that the server had closed already.
func replayable(req *http.Request) (*http.Request, error) {
	if req.Body == nil || req.Body == http.NoBody || req.GetBody != nil {
		return req, nil
	}
	body, err := io.ReadAll(req.Body)
	if err := errors.Join(err, req.Body.Close()); err != nil {
		return nil, fmt.Errorf("read the request body: %w", err)
	}
	req = req.Clone(req.Context())
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, err = req.GetBody()
	return req, err
}

var claims = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)claims\s*=\s*("([^"]*)")?`) })

// readable reports whether the SDK can read the challenge of a 401: it takes
// for granted that claims are quoted and base64.
func readable(challenge string) bool {
	for _, m := range claims().FindAllStringSubmatch(challenge, -1) {
		if m[1] == "" {
			return false
		}
		if _, err := base64.StdEncoding.DecodeString(m[2]); err != nil {
			return false
		}
	}
	return true
}

// bounded fails reading past a limit.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooLarge
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		return n, errTooLarge
	}
	return n, err
}
