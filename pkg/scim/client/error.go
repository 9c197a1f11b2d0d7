package client

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
)

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
	KindCanceled                 // the caller gave up
)

// String returns the kind as a word.
func (k Kind) String() string {
	names := [...]string{"status", "unauthorized", "not SCIM", "protocol", "timeout", "TLS", "unreachable", "redirect", "too large", "canceled"}
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("kind %d", int(k))
	}
	return names[k]
}

// Error is a failed request. Its text says what was asked, what came back and
// what to do; it never contains the token.
type Error struct {
	Kind       Kind
	Method     string
	URL        string
	Status     int
	SCIM       *scim.Error   // the server's own words, if it sent a SCIM error
	RetryAfter time.Duration // what a Retry-After header of the answer asks for; 0 when there is none
	Detail     string        // what came back and what to do
	Err        error
}

// Error prints "METHOD URL: what came back; what to do".
func (e *Error) Error() string { return e.Method + " " + e.URL + ": " + e.Detail }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// fail builds the Error of an answer. What of the arguments a server said must
// have passed the mask.
func (a *answer) fail(kind Kind, cause error, format string, args ...any) *Error {
	return &Error{
		Kind: kind, Method: a.call.method, URL: a.mask.text(a.url.String()), Status: a.status,
		Detail: fmt.Sprintf(format, args...), Err: cause,
	}
}

// transportError tells apart why there is no whole answer.
func (a *answer) transportError(ctx context.Context, err error, timeout time.Duration) *Error {
	// The wrapper repeats method and URL, which Error prints already.
	if wrapper, ok := errors.AsType[*url.Error](err); ok {
		err = wrapper.Err
	}
	shown := a.mask.error(err)
	if r, ok := errors.AsType[*redirectError](err); ok {
		r = &redirectError{a.mask.text(r.to), r.reason}
		return a.fail(KindRedirect, r, "the endpoint %s; give the tenant URL that answers itself (scheme, host and no trailing slash matter)", r)
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return a.fail(KindCanceled, ctx.Err(), "canceled before the answer was there")
	}
	network, ok := errors.AsType[net.Error](err)
	switch timedOut := ok && network.Timeout(); {
	case ctx.Err() != nil && context.Cause(ctx) != errTimeout:
		return a.fail(KindTimeout, shown, "no complete answer before the caller's deadline; check that the endpoint is up and fast enough")
	case ctx.Err() != nil || timedOut:
		return a.fail(KindTimeout, shown, "no complete answer within %s; check that the endpoint is up and fast enough", timeout)
	}
	if advice := tlsAdvice(err); advice != "" {
		return a.fail(KindTLS, shown, "the secure connection failed: %v; %s", shown, advice)
	}
	return a.fail(KindUnreachable, shown, "%s", a.mask.text(unreachable(err)))
}

// tlsAdvice returns what to do about a failed handshake, or "" for other errors.
func tlsAdvice(err error) string {
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "use the host name that the certificate is for"
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "install a certificate of a public authority, with its intermediate ones; Entra accepts no other"
	}
	if _, ok := errors.AsType[x509.CertificateInvalidError](err); ok {
		return "renew or replace the certificate"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "install a certificate that the system trusts"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "the port does not speak TLS; check scheme and port of the tenant URL"
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return "offer TLS 1.2 with an ECDHE suite"
	}
	// net/http and crypto/tls have no types for the rest.
	switch text := err.Error(); {
	case strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return "the port does not speak TLS; check scheme and port of the tenant URL"
	case strings.Contains(text, "tls: "):
		return "offer TLS 1.2 with an ECDHE suite and a valid certificate"
	}
	return ""
}

func unreachable(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Sprintf("the host name %s cannot be resolved; check its spelling and DNS", dns.Name)
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "the connection was refused; check the port and that the endpoint is running"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was closed before the answer was complete; look at the endpoint's own log and at proxies before it"
	default:
		return fmt.Sprintf("the endpoint cannot be reached: %v; check the tenant URL, network and proxies", err)
	}
}
