package graph

import (
	"cmp"
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	kiota "github.com/microsoft/kiota-abstractions-go"
	msgraphcore "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/authentication"

	"github.com/scimctl/scimctl/pkg/secret"
)

// Options say where a tenant is and how to sign in to it. The zero Options are
// the public cloud and whatever sign-in the environment offers.
type Options struct {
	Cloud     Cloud                // national cloud; "" is Public
	URL       string               // of Graph, without version; "" is the cloud's
	Authority string               // of sign-in; "" is the cloud's
	CAs       *x509.CertPool       // the certificate authorities to trust; nil: the system's
	Auth      Auth                 // kind of sign-in; "" tries what the environment offers
	TenantID  string               // tenant to sign in to, id or domain; "" as the environment says
	ClientID  string               // application to sign in as; "" as the environment says
	Secret    secret.Secret        // of AuthClientSecret; empty: AZURE_CLIENT_SECRET
	CertFile  string               // PEM or PKCS#12 of AuthClientCertificate; "": AZURE_CLIENT_CERTIFICATE_PATH
	Transport http.RoundTripper    // nil: a transport of its own, with CAs
	UserAgent string               // such as "scimctl/1.0"; "" is "scimctl"
	Prompt    func(message string) // shows the code of AuthDeviceCode
	Notice    func(message string) // tells of a wait; nil for none
	Now       func() time.Time     // nil: time.Now
	AsItIs    bool                 // a refusal about an application that an earlier run made minutes ago is told, not waited out

	// Sleep waits between tries, or until ctx ends, whose cause it returns; nil: a timer.
	Sleep func(ctx context.Context, d time.Duration) error
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

// kinds are the valid values of Options.Auth.
var kinds = []Auth{"", AuthEnvironment, AuthWorkload, AuthCLI, AuthAzd, AuthDeviceCode, AuthClientSecret, AuthClientCertificate}

// Client is a signed-in caller of Microsoft Graph. It is safe for concurrent use.
type Client struct {
	at        endpoints
	adapter   kiota.RequestAdapter
	transport *transport
	signIn    *signIn
	clock     *clock
	young     young
	newcomers newcomers
	asItIs    bool        // newcomers are not waited for
	rolesSet  atomic.Bool // this client wrote app roles, which take a moment to be assignable
	userAgent string
	notice    func(string)
	now       func() time.Time
	sleep     func(context.Context, time.Duration) error
}

// New returns a Client. Nothing is sent before the first call: a wrong sign-in
// shows then. The error is about Options that cannot be meant.
func New(o Options) (*Client, error) {
	at, err := locate(o)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(kinds, o.Auth) {
		return nil, fmt.Errorf("unknown kind of sign-in %q: use one of %q", o.Auth, kinds[1:])
	}
	c := &Client{at: at, userAgent: cmp.Or(o.UserAgent, "scimctl"), notice: o.Notice, now: o.Now, sleep: o.Sleep, asItIs: o.AsItIs}
	if c.now == nil {
		c.now = time.Now
	}
	if c.sleep == nil {
		c.sleep = sleep
	}
	c.clock = &clock{now: c.now}
	rt := newTransport(o)
	c.transport = rt
	c.signIn = &signIn{
		build:  newCredentials(o, at, rt).build,
		scopes: []string{at.graph.String() + "/.default"},
		host:   at.authority.Host,
		now:    c.now,
	}
	auth, err := authentication.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(c.signIn, c.signIn.scopes, []string{at.graph.Hostname()})
	if err != nil {
		return nil, fmt.Errorf("prepare the sign-in: %w", err)
	}
	// A plain client: none of the SDK's middleware. Its retries ignore the method
	// and have no limit, its redirects would carry the token, its compression of
	// request bodies gains nothing at these sizes.
	client := &http.Client{Transport: rt, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	c.adapter, err = msgraphcore.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(auth, msgraphcore.GraphClientOptions{}, nil, nil, client)
	if err != nil {
		return nil, fmt.Errorf("prepare the client: %w", err)
	}
	return c, nil
}

// Close lets go of the connections that are kept for further calls. A Client that
// is closed can still be used.
func (c *Client) Close() { c.transport.CloseIdleConnections() }
