package emulator

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/scimctl/scimctl/pkg/scim/client"
)

// egress decides where SCIM traffic goes. Whatever tenant URL a job stores, a
// request leaves for
//
//   - the place that Options.Routes has for the longest prefix of the URL,
//   - the URL itself when its host is this machine, or when AllowEgress is set,
//   - an embedded target otherwise.
//
// An embedded target that is reached this way stands for the vendor's server,
// whose token only the vendor knows: it takes any token that is there. A real
// endpoint on loopback judges the token itself, and the embedded target does so
// too when it is addressed by its own URL (Info.SCIMURL).
type egress struct {
	routes    []redirect
	allow     bool
	transport *http.Transport
	targets   *targets
}

// redirect sends the traffic of one tenant URL elsewhere.
type redirect struct{ from, to string }

// errOffLoopback is the reason why a connection is not made.
var errOffLoopback = errors.New("the emulator connects to this machine only; allow egress to lift that")

func newEgress(e *Emulator) (*egress, error) {
	g := &egress{allow: e.o.AllowEgress, targets: e.targets}
	for from, to := range e.o.Routes {
		f, err := tenantURL(from)
		if err != nil {
			return nil, fmt.Errorf("route from %q: %w", from, err)
		}
		t, err := tenantURL(to)
		if err != nil {
			return nil, fmt.Errorf("route to %q: %w", to, err)
		}
		if !g.allow && !isLoopback(t.Hostname()) {
			return nil, fmt.Errorf("route to %q: %w", to, errOffLoopback)
		}
		g.routes = append(g.routes, redirect{trimURL(f), trimURL(t)})
	}
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	g.transport = &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: e.ca.pool(), MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second,
	}
	if g.allow {
		g.transport.Proxy = http.ProxyFromEnvironment
	} else { // the last word: a name that resolves to somewhere else is refused when dialled
		dialer.Control = func(_, address string, _ syscall.RawConn) error {
			host, _, err := net.SplitHostPort(address)
			if err != nil || !isLoopback(host) {
				return errOffLoopback
			}
			return nil
		}
	}
	g.transport.DialContext = dialer.DialContext
	return g, nil
}

// tenantURL checks a tenant URL.
func tenantURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil {
		return nil, errors.New("it is no URL")
	}
	if u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return nil, errors.New("it is no http or https URL")
	}
	return u, nil
}

// trimURL is a URL for comparison: without query and final slash, host in small
// letters.
func trimURL(u *url.URL) string {
	return strings.TrimSuffix(u.Scheme+"://"+strings.ToLower(u.Host)+u.Path, "/")
}

// way is where the traffic for a tenant URL goes.
type way struct {
	base      string // URL to use instead
	transport http.RoundTripper
	embedded  bool
}

func (g *egress) way(base string) (way, error) {
	u, err := tenantURL(base)
	if err != nil {
		return way{}, err
	}
	at, best := trimURL(u), redirect{}
	for _, r := range g.routes {
		if (at == r.from || strings.HasPrefix(at, r.from+"/")) && len(r.from) > len(best.from) {
			best = r
		}
	}
	switch {
	case best.from != "":
		to := best.to + at[len(best.from):]
		if u.RawQuery != "" {
			to += "?" + u.RawQuery
		}
		return way{to, g.transport, false}, nil
	case g.allow || isLoopback(u.Hostname()):
		return way{base, g.transport, false}, nil
	}
	return way{base, &inside{g.targets.get(targetName(u)), strings.TrimSuffix(u.Path, "/")}, true}, nil
}

// client returns a SCIM client for a tenant URL. The base stays the one that the
// job stores where the target is embedded.
func (g *egress) client(base, token string) (*client.Client, error) {
	w, err := g.way(base)
	if err != nil {
		return nil, err
	}
	return client.New(client.Options{BaseURL: w.base, Token: token, Transport: w.transport, Timeout: scimTimeout})
}

// scimTimeout is how long a SCIM server may take for one answer.
const scimTimeout = 30 * time.Second

// inside is a RoundTripper into a handler of this process.
type inside struct {
	handler http.Handler
	prefix  string // of the tenant URL's path
}

func (i *inside) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	if _, ok := bearer(r); !ok {
		refuseSCIM(w, http.StatusUnauthorized, "The request carries no bearer token.")
		return w.response(r), nil
	}
	inner := r.Clone(context.WithoutCancel(r.Context()))
	inner.URL.Path = "/" + strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, i.prefix), "/")
	inner.URL.RawPath, inner.RequestURI = "", ""
	if inner.Body == nil {
		inner.Body = http.NoBody
	}
	i.handler.ServeHTTP(w, inner)
	return w.response(r), nil
}

// recorder is a ResponseWriter that keeps what it is given.
type recorder struct {
	header  http.Header
	status  int
	written bool
	body    bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if !w.written {
		w.status, w.written = status, true
	}
}

func (w *recorder) Write(p []byte) (int, error) {
	w.written = true
	return w.body.Write(p)
}

func (w *recorder) response(r *http.Request) *http.Response {
	return &http.Response{
		Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}
}
