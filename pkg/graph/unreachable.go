package graph

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
)

// unreachable turns a failure without an answer into an Error.
func (c *Client) unreachable(ctx context.Context, r *request, e *Error, err error, limit time.Duration) *Error {
	if ctx.Err() != nil {
		if !r.idempotent() {
			e.Advice = unclearAdvice
		}
		return canceled(e, context.Cause(ctx))
	}
	e.Kind = Unreachable
	e.Err = cause(err)
	if errors.Is(err, errTooLarge) {
		e.Kind = Malformed
	}
	e.unsent = neverSent(err)
	e.Message, e.Advice = describe("Microsoft Graph", c.at.graph.Host, e.Err, limit)
	if !e.unsent && !r.idempotent() {
		e.Advice = unclearAdvice
	}
	return e
}

// describe says why a host gave no answer, and what to do.
func describe(who, host string, err error, limit time.Duration) (message, advice string) {
	at := fmt.Sprintf("%s at %s", who, host)
	var (
		dns       *net.DNSError
		authority x509.UnknownAuthorityError
		hostname  x509.HostnameError
		invalid   x509.CertificateInvalidError
		record    tls.RecordHeaderError
	)
	switch {
	case errors.Is(err, errTooLarge):
		return fmt.Sprintf("%s: %s", at, errTooLarge), "check the address: an answer of this size is not expected"
	case errors.As(err, &authority):
		return at + " has a certificate of an authority that this machine does not trust",
			"name the authority's certificate with --ca-file or SCIMCTL_CA_FILE"
	case errors.As(err, &hostname):
		return fmt.Sprintf("%s has a certificate for another name", at), "use a name of the certificate, or one that is issued for this host"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return at + " has a certificate that is expired or not valid yet", "check this machine's clock, then the certificate"
	case errors.As(err, &invalid):
		return fmt.Sprintf("%s has a certificate that is not valid: %v", at, invalid), "name the right authority with --ca-file or SCIMCTL_CA_FILE"
	case errors.As(err, &record), errors.Is(err, http.ErrSchemeMismatch):
		return at + " does not speak TLS", "check the port, and whether the address should begin with http://"
	case errors.As(err, &dns) && dns.IsNotFound:
		return fmt.Sprintf("the name %s is unknown", dns.Name), "check --cloud and --graph-url, the network, and whether a proxy is needed (HTTPS_PROXY)"
	case errors.As(err, &dns):
		return fmt.Sprintf("the name %s cannot be looked up", dns.Name), "check the network and its name server"
	case errors.Is(err, syscall.ECONNREFUSED):
		return at + " refuses connections", "check the address and port, and that the server runs"
	case timedOut(err):
		return fmt.Sprintf("%s gave no answer within %s", at, limit), "check the network and run it again"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return at + " broke the connection off", "check the network and run it again"
	}
	if strings.Contains(err.Error(), "invalid proxy address") { // the text repeats the proxy's password
		return "HTTPS_PROXY is not a URL", "write it like http://user:password@proxy.example:8080, with special characters percent-encoded"
	}
	return fmt.Sprintf("%s cannot be reached: %v", at, err), "check the network, and whether a proxy is needed (HTTPS_PROXY)"
}

// cause strips the layer that repeats method and URL.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

func timedOut(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// neverSent reports whether the failure came before the request left: while
// looking up the name, connecting, or agreeing on TLS.
func neverSent(err error) bool {
	var (
		op     *net.OpError
		dns    *net.DNSError
		cert   *tls.CertificateVerificationError
		record tls.RecordHeaderError
	)
	return errors.As(err, &op) && (op.Op == "dial" || op.Op == "proxyconnect") || errors.As(err, &dns) || errors.As(err, &cert) || errors.As(err, &record)
}

// passing reports whether a network failure may be gone at the next try. Unknown
// names, refused connections and certificates do not pass in seconds.
func passing(err error) bool {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return dns.IsTimeout || dns.IsTemporary
	}
	if errors.Is(err, syscall.ECONNREFUSED) {
		return false
	}
	return timedOut(err) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNABORTED) || broken(err)
}

// broken knows the failures of net/http that have no type: a connection that the
// server gave up, over either version of HTTP.
func broken(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		switch err.Error() {
		case "http: server closed idle connection", "http2: server sent GOAWAY and closed the connection",
			"http2: client connection lost", "http2: Transport received Server's graceful shutdown GOAWAY":
			return true
		}
	}
	return false
}
