package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// reachTimeout is how long the endpoint may take to answer at all.
const reachTimeout = 15 * time.Second

// certificateMargin is how long a certificate should still be good.
const certificateMargin = 14 * 24 * time.Hour

// discovery is a resource that every SCIM server has, and for which no token is
// needed. Source: RFC 7644 §4.
const discovery = "ServiceProviderConfig"

// endpoint reaches for the tenant URL from this machine, without a token. That it
// answers here says that name, network and certificate are right; Entra comes from
// addresses of its own.
func (x *doctor) endpoint(ctx context.Context, base string) {
	f := x.managed.connect
	switch {
	case base == "":
		x.add(render.Check{Name: "endpoint", Verdict: render.CheckUnseen, Found: "not looked at: no tenant URL is stored"})
		return
	case f.sandbox.On && !f.sandbox.AllowEgress:
		x.add(render.Check{Name: "endpoint", Verdict: render.CheckUnseen, Found: "not looked at: the sandbox sends SCIM traffic to its own server, not to " + base})
		return
	}
	o, err := f.options(x.deps)
	if err != nil {
		x.broken("endpoint", err.Error(), "")
		return
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: o.CAs, MinVersion: tls.VersionTLS12}}
	defer transport.CloseIdleConnections()
	wire := &handshake{next: transport}
	c, err := client.New(client.Options{BaseURL: base, Transport: wire, Timeout: reachTimeout, Now: x.deps.Now})
	if err != nil {
		x.broken("endpoint", err.Error(), "Correct the tenant URL in the profile, and apply it.")
		return
	}
	_, err = c.Search(ctx, discovery)
	if x.reached(base, err, wire.state) {
		x.edge(ctx, base, &tls.Config{RootCAs: o.CAs})
	}
}

// edgeChecks are those of an endpoint that need no token, with what is well when they
// pass. Entra's TLS is less than what this machine speaks.
func edgeChecks() map[string]string {
	return map[string]string{"T-14": "TLS that Entra speaks", "T-15": "no redirect"}
}

// edge has the checks of scimctl endpoint test look at what stands in front of the
// endpoint.
func (x *doctor) edge(ctx context.Context, base string, trust *tls.Config) {
	checks := edgeChecks()
	runner, err := endpoint.New(endpoint.Options{URL: base, Only: slices.Sorted(maps.Keys(checks)), ReadOnly: true, Timeout: reachTimeout, TLS: trust, Now: x.deps.Now})
	if err != nil {
		x.broken("edge", err.Error(), "")
		return
	}
	report := runner.Run(ctx)
	worst := endpoint.None
	var details, fixes, well []string
	for i := range report.Results {
		r := &report.Results[i]
		if r.Status == endpoint.NotRun {
			details = append(details, fmt.Sprintf("%s could not run: %s", r.Check.ID, r.Reason))
			continue
		}
		worst = max(worst, r.Impact.On(endpoint.Entra))
		for _, c := range r.Failed() {
			details = append(details, fmt.Sprintf("%s %s: %s", r.Check.ID, c.Text, c.Saw))
		}
		if r.Impact.On(endpoint.Entra) > endpoint.Note {
			fixes = append(fixes, r.Check.Fix)
			continue
		}
		well = append(well, checks[r.Check.ID])
	}
	next := strings.Join(fixes, " ")
	switch {
	case worst == endpoint.Breaks:
		x.broken("edge", "Entra cannot work with what stands in front of the endpoint", next, details...)
	case worst == endpoint.Degrades:
		x.doubtful("edge", "Entra may not work with what stands in front of the endpoint", next, details...)
	case len(well) == 0:
		x.add(render.Check{Name: "edge", Verdict: render.CheckUnseen, Found: "not looked at", Details: details})
	default:
		x.good("edge", listed(well), details...)
	}
}

// reached judges how the endpoint answered. It is false when there is nothing that the
// edge could be judged by.
func (x *doctor) reached(base string, err error, state *tls.ConnectionState) bool {
	failed, ok := errors.AsType[*client.Error](err)
	if ok {
		switch failed.Kind {
		case client.KindTLS, client.KindUnreachable, client.KindTimeout, client.KindRedirect, client.KindCanceled:
			x.broken("endpoint", failed.Error(), "")
			return failed.Kind == client.KindRedirect || failed.Kind == client.KindTLS
		case client.KindNotSCIM:
			if failed.Status < 300 {
				x.doubtful("endpoint", failed.Error(), "Check that the tenant URL is the SCIM base URL.")
				return true
			}
		}
		if failed.Status >= 500 {
			x.doubtful("endpoint", failed.Error(), "Ask the vendor whether the server is in order.")
			return true
		}
	}
	found := base + " answers"
	if ok && failed.Status != 0 && failed.Status != http.StatusOK {
		found += fmt.Sprintf(" (%d without a token)", failed.Status)
	}
	if state == nil || len(state.PeerCertificates) == 0 {
		x.doubtful("endpoint", found+", without TLS", "Use a tenant URL that begins with https://: Entra takes no other.")
		return true
	}
	leaf := state.PeerCertificates[0]
	found += fmt.Sprintf(", %s, certificate until %s", tls.VersionName(state.Version), leaf.NotAfter.UTC().Format(time.DateOnly))
	if left := leaf.NotAfter.Sub(x.deps.Now()); left < certificateMargin {
		x.doubtful("endpoint", found, "The certificate must be renewed, or provisioning stops.")
		return true
	}
	x.good("endpoint", found)
	return true
}

// handshake remembers the TLS connection of the last answer.
type handshake struct {
	next  http.RoundTripper
	state *tls.ConnectionState
}

// RoundTrip is that of http.RoundTripper.
func (h *handshake) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := h.next.RoundTrip(r)
	if err == nil {
		h.state = res.TLS
	}
	return res, err
}
