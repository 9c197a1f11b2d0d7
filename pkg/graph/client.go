package graph

import (
	"crypto/x509"
	"net/http"
	"time"

	"github.com/scimctl/scimctl/pkg/secret"
)

// Options say where a tenant is and how to sign in to it. The zero Options are
// the public cloud and whatever sign-in the environment offers.
type Options struct {
	Cloud     Cloud          // national cloud; "" is Public
	URL       string         // of Graph, without version; "" is the cloud's
	Authority string         // of sign-in; "" is the cloud's
	CAs       *x509.CertPool // trusted besides nothing else; nil: the system's
	Auth      Auth           // kind of sign-in; "" tries what the environment offers
	TenantID  string         // tenant to sign in to, id or domain; "" as the environment says
	ClientID  string
	Secret    secret.Secret     // of AuthClientSecret
	CertFile  string            // PEM or PKCS#12 of AuthClientCertificate
	Transport http.RoundTripper // nil: a transport of its own, with CAs
	UserAgent string
	Prompt    func(message string) // shows the code of AuthDeviceCode
	Notice    func(message string) // tells of a wait; nil for none
	Now       func() time.Time     // nil: time.Now
}

// Cloud is a national cloud.
type Cloud string

// Auth is a kind of sign-in.
type Auth string

// Client is a signed-in caller of Microsoft Graph. It is safe for concurrent use.
type Client struct{}

// New returns a Client. Nothing is sent before the first call: a wrong sign-in
// shows then.
func New(o Options) (*Client, error) { panic("graph: New") }
