package endpoint

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// Options configure a Runner. Only URL is needed.
type Options struct {
	URL   string // tenant URL; its flags choose no dialect here (see Dialects)
	Token string // bearer token, never shown; "" sends no Authorization header

	// What is run. A nil Dialects is all of them; zero Suites is AllSuites; Only and
	// Skip are patterns of ids or names of groups, as in U-* or "discovery".
	Dialects    []scim.Dialect
	Suites      Suite
	Only, Skip  []string
	ReadOnly    bool // leaves out whatever makes, changes or deletes an object
	Load        bool // sends 25 requests a second for some seconds
	LargeGroups int  // members of the largest group to make; 0 makes none

	// Users and Groups are the profile's object mappings: their target attributes and
	// matching attribute then drive the requests. nil takes those of Entra's
	// template for a non-gallery application. NoGroups leaves groups out.
	Users, Groups *mapping.ObjectMapping
	NoGroups      bool

	// Fingerprint is that of an earlier Report: a change of the schemas is then noted.
	Fingerprint string

	// Domain is behind the @ of made user names and addresses; "" means example.com.
	Domain string

	// How it is run.
	Parallel  int               // checks at a time; 0 means DefaultParallel
	Rate      float64           // requests a second; 0 means DefaultRate, or no limit on loopback
	Timeout   time.Duration     // of one request with its answer; 0 means DefaultTimeout
	Limit     time.Duration     // of the whole run; 0 means DefaultLimit
	UserAgent string            // "" means "scimctl"
	Transport http.RoundTripper // nil means one made from TLS
	TLS       *tls.Config       // roots for connections, nil for the system's; also for the check of TLS itself
	Progress  func(Event)       // called after each change, never two at once; may be nil

	// Clock and randomness, nil for the real ones. Random makes the id of the run.
	Now    func() time.Time
	Sleep  func(context.Context, time.Duration) error
	Random io.Reader
}

// Defaults and limits of Options.
const (
	// DefaultParallel is the number of checks that run at a time.
	DefaultParallel = 4
	maxParallel     = 32

	// DefaultRate is how many requests a second a server off loopback gets: what an
	// application of the gallery must take from one tenant. Source: entra_wire W-84.
	DefaultRate = 25

	// DefaultTimeout is how long one request may take. Providers wait longer (Okta 60
	// seconds); who needs more than this is too slow for a cycle of many objects.
	DefaultTimeout = 30 * time.Second

	// DefaultLimit is how long a whole run may take.
	DefaultLimit = 15 * time.Minute

	// MaxLargeGroup is the number of members of the largest group of a run.
	MaxLargeGroup = 10_000

	defaultDomain = "example.com"
)

// Event is a step of a run.
type Event struct {
	Check  *Check  // nil where the event is about the run as a whole
	Result *Result // nil when the check starts
	Done   int     // checks that have ended
	Total  int
}

// complete checks the options and fills in the defaults.
func (o Options) complete() (Options, error) {
	switch {
	case strings.TrimSpace(o.URL) == "":
		return o, errors.New("tenant URL is empty; it looks like https://host/scim/v2")
	case o.Parallel < 0 || o.Parallel > maxParallel:
		return o, fmt.Errorf("%d checks at a time; between 1 and %d make sense", o.Parallel, maxParallel)
	case o.Rate < 0:
		return o, fmt.Errorf("a rate of %g requests a second; give a positive number", o.Rate)
	case o.LargeGroups < 0 || o.LargeGroups > MaxLargeGroup:
		return o, fmt.Errorf("a group with %d members; at most %d are made", o.LargeGroups, MaxLargeGroup)
	}
	if err := client.CheckToken(o.Token); err != nil {
		return o, err
	}
	known := scim.Dialects()
	for _, d := range o.Dialects {
		if !slices.Contains(known, d) {
			return o, fmt.Errorf("dialect %q is not known", d)
		}
	}
	if o.Dialects == nil {
		// The roll-back flag asks for what is the default anyway.
		o.Dialects = slices.DeleteFunc(known, func(d scim.Dialect) bool { return d == scim.EntraPatch2017 })
	}
	if o.Suites == 0 {
		o.Suites = AllSuites
	}
	o.Parallel = or(o.Parallel, DefaultParallel)
	o.Timeout = or(o.Timeout, DefaultTimeout)
	o.Limit = or(o.Limit, DefaultLimit)
	o.UserAgent = or(o.UserAgent, "scimctl")
	o.Domain = or(o.Domain, defaultDomain)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.Transport == nil {
		o.Transport = transport(o.TLS, o.Parallel)
	}
	return o, nil
}

func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// transport makes connections of its own, so that nothing else of the program is
// judged or disturbed.
func transport(config *tls.Config, parallel int) http.RoundTripper {
	t := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 10 * time.Second}).DialContext,
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConnsPerHost:    2 * parallel,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		ForceAttemptHTTP2:      true,
	}
	if config != nil {
		t.TLSClientConfig = config.Clone()
	}
	return t
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// Loopback reports whether the tenant URL is on this machine, so that nothing
// outside is touched. A URL that cannot be read is not.
func Loopback(tenantURL string) bool {
	u, err := url.Parse(tenantURL)
	if err != nil {
		return false
	}
	host := u.Hostname()
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}
