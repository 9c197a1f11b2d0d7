package graph

import (
	"context"
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
	ClientID  string         // application to sign in as; "" as the environment says
	Secret    secret.Secret  // of AuthClientSecret; empty: AZURE_CLIENT_SECRET
	CertFile  string         // PEM or PKCS#12 of AuthClientCertificate; "": AZURE_CLIENT_CERTIFICATE_PATH
	Transport http.RoundTripper
	UserAgent string
	Prompt    func(message string) // shows the code of AuthDeviceCode
	Notice    func(message string) // tells of a wait; nil for none
	Now       func() time.Time     // nil: time.Now
	Sleep     func(ctx context.Context, d time.Duration) error
}

// Auth is a kind of sign-in.
type Auth string

// Kinds of sign-in. The zero Auth tries AuthEnvironment, AuthWorkload and AuthCLI
// in this order and takes the first that is set up.
const (
	AuthEnvironment       Auth = "environment"        // AZURE_CLIENT_ID with a secret or a certificate
	AuthWorkload          Auth = "workload"           // federated token of a workload
	AuthCLI               Auth = "cli"                // who `az login` signed in
	AuthAzd               Auth = "azd"                // who `azd auth login` signed in
	AuthDeviceCode        Auth = "device-code"        // a person with a browser elsewhere
	AuthClientSecret      Auth = "client-secret"      // Options.ClientID and Secret
	AuthClientCertificate Auth = "client-certificate" // Options.ClientID and CertFile
)

// Client is a signed-in caller of Microsoft Graph. It is safe for concurrent use.
type Client struct{}

// New returns a Client. Nothing is sent before the first call: a wrong sign-in
// shows then.
func New(o Options) (*Client, error) { panic("graph: New") }
