package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// endpoint is the SCIM server that a simulation writes to.
type simulatedEndpoint struct {
	name    string // for people
	client  *client.Client
	dialect scim.Dialect
	close   func() error
}

// endpoint connects to the server of --url, or starts one in this process. profileURL
// is the profile's own tenant URL, whose compliance flag counts where --url has none.
func (o *SimulateOptions) endpoint(profileURL string, now func() time.Time) (*simulatedEndpoint, error) {
	dialect := dialectOf(o.Dialect, o.URL, profileURL)
	if o.URL == "" {
		return embeddedEndpoint(dialect, o.Concurrency, now)
	}
	host, local, err := endpointHost(o.URL)
	if err != nil {
		return nil, err
	}
	token, err := o.token()
	if err != nil {
		return nil, err
	}
	transport, err := o.transport(local)
	if err != nil {
		return nil, err
	}
	c, err := client.New(client.Options{BaseURL: o.URL, Token: token, Transport: transport, Dialect: dialect})
	if err != nil {
		return nil, fmt.Errorf("--url: %w", err)
	}
	if !local {
		if token != "" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(o.URL)), "http:") {
			return nil, refuse("the token would travel to %s in the clear: give a URL that begins with https", host)
		}
		if !o.Yes {
			if err := o.deps.confirm(fmt.Sprintf("Create, change and delete users and groups at %s?", host), "--yes"); err != nil {
				return nil, err
			}
		}
	}
	return &simulatedEndpoint{host, c, dialect, func() error { return nil }}, nil
}

// transport is one that keeps to the rate: that which was asked for, else the polite
// one where the endpoint is not on this machine.
func (o *SimulateOptions) transport(local bool) (http.RoundTripper, error) {
	t, err := o.deps.transport(o.Concurrency)
	if err != nil || o.Rate <= 0 || local && !o.rateGiven {
		return t, err
	}
	return &paced{next: t, every: time.Duration(float64(time.Second) / o.Rate)}, nil
}

// transport is one that trusts the authorities of SCIMCTL_CA_FILE as well.
func (d *Deps) transport(connections int) (http.RoundTripper, error) {
	t := &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: connections, IdleConnTimeout: 90 * time.Second, ForceAttemptHTTP2: true}
	file := d.env("SCIMCTL_CA_FILE")
	if file == "" {
		return t, nil
	}
	pool, err := d.trust(file)
	if err != nil {
		return nil, err
	}
	t.TLSClientConfig = &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	return t, nil
}

// token reads the token from the variable that --token-env names.
func (o *SimulateOptions) token() (string, error) {
	if o.TokenEnv == "" {
		return "", nil
	}
	token, ok := o.deps.Getenv(o.TokenEnv)
	if !ok || token == "" {
		return "", fmt.Errorf("the environment variable %s that --token-env names is not set", o.TokenEnv)
	}
	return token, nil
}

// endpointHost returns the host of a URL, and whether it is on this machine.
func endpointHost(text string) (host string, local bool, err error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return "", false, errors.New("--url is no URL; it looks like https://host/scim/v2")
	}
	name := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if name == "localhost" {
		return u.Host, true, nil
	}
	address, err := netip.ParseAddr(name)
	return u.Host, err == nil && address.Unmap().IsLoopback(), nil
}

// embeddedEndpoint starts a SCIM server on loopback.
func embeddedEndpoint(dialect scim.Dialect, connections int, now func() time.Time) (*simulatedEndpoint, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("start the SCIM server: %w", err)
	}
	h := &http.Server{Handler: server.New(server.Options{Now: now}), ReadHeaderTimeout: 10 * time.Second}
	var served sync.WaitGroup
	served.Go(func() { _ = h.Serve(listener) })
	transport := &http.Transport{MaxIdleConnsPerHost: connections}
	stop := func() error {
		transport.CloseIdleConnections()
		err := h.Close()
		served.Wait()
		return err
	}
	c, err := client.New(client.Options{BaseURL: "http://" + listener.Addr().String(), Transport: transport, Dialect: dialect})
	if err != nil {
		return nil, errors.Join(err, stop())
	}
	return &simulatedEndpoint{"a SCIM server in this process", c, dialect, stop}, nil
}

// paced is a transport that begins requests at a steady rate at most.
type paced struct {
	next  http.RoundTripper
	every time.Duration

	mu sync.Mutex
	at time.Time // of the next request
}

// RoundTrip waits for its turn.
func (p *paced) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := p.wait(req.Context()); err != nil {
		return nil, err
	}
	return p.next.RoundTrip(req)
}

func (p *paced) wait(ctx context.Context) error {
	p.mu.Lock()
	now := time.Now()
	at := p.at
	if at.Before(now) {
		at = now
	}
	p.at = at.Add(p.every)
	p.mu.Unlock()
	if at.Equal(now) {
		return ctx.Err()
	}
	timer := time.NewTimer(at.Sub(now))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
