package cmd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/internal/render"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
	"github.com/scimctl/scimctl/pkg/secret"
)

func newCmdEndpoint(d *Deps) *cobra.Command {
	c := &cobra.Command{
		Use:   "endpoint",
		Short: "Judge a SCIM endpoint as Entra and Okta would use it",
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newCmdEndpointTest(d, nil), newCmdEndpointClean(d, nil))
	return c
}

// targetFlags say which SCIM endpoint is meant and how to talk to it.
type targetFlags struct {
	source   sourceFlags
	URL      string
	TokenEnv string
	CAFile   string
	Rate     float64
	Timeout  time.Duration
	Yes      bool
}

func (f *targetFlags) add(c *cobra.Command) {
	f.source.add(c)
	flags := c.Flags()
	flags.StringVar(&f.URL, "url", "", "tenant URL of the endpoint, in place of the profile's")
	flags.StringVar(&f.TokenEnv, "token-env", "", "environment variable that holds the bearer token")
	flags.StringVar(&f.CAFile, "ca-file", "", "PEM file of certificate authorities to trust besides the system's; SCIMCTL_CA_FILE")
	flags.Float64Var(&f.Rate, "rate", 0, fmt.Sprintf("requests a second at most; by default %d, and no limit on this machine", endpoint.DefaultRate))
	flags.DurationVar(&f.Timeout, "timeout", endpoint.DefaultTimeout, "how long one request may take")
	flags.BoolVarP(&f.Yes, "yes", "y", false, "write to an endpoint that is not on this machine without asking")
}

// check refuses flags that contradict each other.
func (f *targetFlags) check() error {
	switch {
	case f.URL == "" && len(f.source.Files) == 0:
		return errors.New("name the endpoint with --url, or a profile with -f")
	case f.Rate < 0:
		return errors.New("--rate must not be negative")
	case f.Timeout <= 0:
		return errors.New("--timeout must be more than nothing")
	}
	return nil
}

// testTarget is an endpoint and what a profile says of it.
type testTarget struct {
	options endpoint.Options
	profile string
	where   diag.Range // of the tenant URL in the profile
}

// open finds the endpoint, its token, and the mappings of the profile.
func (f *targetFlags) open(ctx context.Context, d *Deps) (*testTarget, error) {
	t := &testTarget{options: endpoint.Options{URL: f.URL, Rate: f.Rate, Timeout: f.Timeout, Now: d.Now}}
	var token secret.Ref
	if len(f.source.Files) > 0 {
		r, err := f.resolve(d)
		if err != nil {
			return nil, err
		}
		if err := t.take(r); err != nil {
			return nil, err
		}
		if e := r.Endpoint; e != nil {
			token = e.Token
			if e.OAuth2 != nil && f.TokenEnv == "" {
				return nil, clientCredentials(e.OAuth2)
			}
		}
	}
	if err := t.sign(ctx, d.secrets(), token, f.TokenEnv); err != nil {
		return nil, err
	}
	if file := orText(f.CAFile, d.env("SCIMCTL_CA_FILE")); file != "" {
		pool, err := d.trust(file)
		if err != nil {
			return nil, err
		}
		t.options.TLS = &tls.Config{RootCAs: pool}
	}
	return t, nil
}

// clientCredentials says that a token must be got elsewhere.
func clientCredentials(o *profile.OAuth2) error {
	return fmt.Errorf("%s: the profile signs in with client credentials: get a token from %s and name its variable with --token-env", o.Where, o.TokenURL)
}

// sign reads the token: that of a variable, or else the one that is referred to, if any.
func (t *testTarget) sign(ctx context.Context, secrets *secret.Resolver, token secret.Ref, variable string) error {
	if variable != "" {
		token = secret.Ref{Env: variable}
	}
	if token.IsZero() {
		return nil
	}
	s, err := secrets.Resolve(ctx, token)
	if err != nil {
		return err
	}
	t.options.Token = s.Reveal()
	return nil
}

// resolve reads the one profile. Where the endpoint is given, variables without a value
// may have stand-ins; where it comes from the profile, they must be the real ones.
func (f *targetFlags) resolve(d *Deps) (*profile.Resolved, error) {
	chosen, sources, problems, err := d.load(f.source)
	if err != nil {
		return nil, err
	}
	var r *profile.Resolved
	if !problems.HasErrors() {
		s, err := one(chosen)
		if err != nil {
			return nil, err
		}
		values, err := d.values(s.Profile, f.source)
		if err != nil {
			return nil, err
		}
		var list diag.List
		r, list = s.Resolve(profile.Options{Environment: f.source.Environment, Values: values, Sandbox: f.URL != ""})
		problems = append(problems, list...)
	}
	problems = errorsOf(problems.Sort())
	render.Err(d.IO).Diagnostics(problems, sources)
	if problems.HasErrors() || r == nil {
		return nil, exit(exitError)
	}
	return r, nil
}

// take adds what the profile says.
func (t *testTarget) take(r *profile.Resolved) error {
	t.profile = r.Profile
	if t.options.URL == "" {
		if r.Endpoint == nil || r.Endpoint.URL.Value == "" {
			return fmt.Errorf("the profile %s names no endpoint: give it with --url", r.Profile)
		}
		t.options.URL, t.where = r.Endpoint.URL.Value, r.Endpoint.URL.Where
	}
	mappings, problems := profiletest.ObjectMappings(r)
	if err := problems.Err(); err != nil {
		return err
	}
	t.options.NoGroups = true
	for _, m := range mappings {
		switch {
		case !m.Enabled:
		case m.Source == mapping.User:
			t.options.Users = &m
		case m.Source == mapping.Group:
			t.options.Groups, t.options.NoGroups = &m, false
		}
	}
	return nil
}

// allow asks before an endpoint off this machine is written to, and refuses to send
// the token in the clear.
func (f *targetFlags) allow(d *Deps, t *testTarget, question string) error {
	if endpoint.Loopback(t.options.URL) {
		return nil
	}
	host := t.host()
	if t.options.Token != "" && strings.HasPrefix(strings.ToLower(strings.TrimSpace(t.options.URL)), "http:") {
		return refuse("the token would travel to %s in the clear: give a URL that begins with https", host)
	}
	if question == "" || f.Yes {
		return nil
	}
	return d.confirm(fmt.Sprintf(question, host), "--yes")
}

// host is the endpoint's for people.
func (t *testTarget) host() string {
	host, _, err := endpointHost(t.options.URL)
	if err != nil || host == "" {
		return "the endpoint"
	}
	return host
}

func orText(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}
