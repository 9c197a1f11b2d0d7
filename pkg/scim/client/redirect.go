package client

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
)

// follow sends a request, and a GET on as long as it is redirected within the same
// scheme, host and port. The error of a redirect that is not followed is a
// *redirectError and comes with the answer, whose body is closed.
func (c *Client) follow(req *http.Request) (*http.Response, error) {
	for hops := 1; ; hops++ {
		resp, err := c.options.Transport.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		if resp.Body == nil {
			resp.Body = http.NoBody // of a transport that is no http.Transport
		}
		if !isRedirect(resp) {
			return resp, nil
		}
		// A short body that is read leaves the connection for the next request.
		_, _ = io.CopyN(io.Discard, resp.Body, 2<<10)
		_ = resp.Body.Close()
		to, err := req.URL.Parse(resp.Header.Get("Location"))
		if err != nil {
			return resp, &redirectError{"an address that cannot be read", "the Location header is no URL"}
		}
		if err := allowed(req, to, hops); err != nil {
			return resp, err
		}
		req = req.WithContext(req.Context())
		req.URL = to
	}
}

// isRedirect reports whether an answer names another place. Source: RFC 9110 §15.4.
func isRedirect(resp *http.Response) bool {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return resp.Header.Get("Location") != ""
	}
	return false
}

// redirectError refuses a redirect.
type redirectError struct{ to, reason string }

func (e *redirectError) Error() string { return "redirected to " + e.to + ": " + e.reason }

// allowed lets a GET go on within the same scheme, host and port.
func allowed(req *http.Request, to *url.URL, hops int) error {
	place := (&url.URL{Scheme: to.Scheme, Host: to.Host, Path: to.Path}).String()
	switch {
	case req.Method != http.MethodGet:
		return &redirectError{place, "a " + req.Method + " is not repeated elsewhere"}
	case to.Scheme != req.URL.Scheme || to.Host != req.URL.Host:
		return &redirectError{place, "the token does not follow to another host"}
	case hops > MaxRedirects:
		return &redirectError{place, fmt.Sprintf("more than %d redirects", MaxRedirects)}
	}
	return nil
}
