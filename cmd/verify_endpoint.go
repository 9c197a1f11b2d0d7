package cmd

import (
	"context"
	"crypto/tls"
	"net/http"

	"github.com/scimctl/scimctl/internal/version"
	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

// reach finds the endpoint and its token, once. A reason is given where it cannot be
// spoken to.
func (v *verification) reach(ctx context.Context) (reason string, err error) {
	if v.target != nil {
		return "", nil
	}
	values, err := v.session.values(v.profile.Profile, v.source)
	if err != nil {
		return "", err
	}
	r, problems := v.profile.Resolve(profile.Options{Environment: v.source.Environment, Values: values, Sandbox: v.session.sandbox != nil})
	switch {
	case problems.HasErrors():
		return errorsOf(problems)[0].Error(), nil
	case r.Endpoint == nil || r.Endpoint.URL.Value == "":
		return "the profile names no endpoint", nil
	}
	t := &testTarget{options: endpoint.Options{URL: r.Endpoint.URL.Value, Now: v.deps.Now, Sleep: v.deps.Sleep, UserAgent: "scimctl/" + version.Number}}
	if reason, err := v.address(ctx, t, r.Endpoint); reason != "" || err != nil {
		return reason, err
	}
	if err := t.take(r); err != nil {
		return err.Error(), nil
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = t.options.TLS.Clone()
	c, err := client.New(client.Options{
		BaseURL: t.options.URL, Token: t.options.Token, Transport: transport, Now: v.deps.Now,
	})
	if err != nil {
		return err.Error(), nil
	}
	v.target, v.client, v.hangUp = t, c, transport.CloseIdleConnections
	return "", nil
}

// address sets where the endpoint is and the token. An embedded target of the sandbox
// has a token of the sandbox's.
func (v *verification) address(ctx context.Context, t *testTarget, e *profile.Endpoint) (reason string, err error) {
	if s := v.session.sandbox; s != nil {
		address, embedded, err := s.emulator.SCIMAddress(s.info.URL, t.options.URL)
		if err != nil {
			return err.Error(), nil
		}
		t.options.URL, t.options.TLS = address, &tls.Config{RootCAs: s.trusted}
		if embedded {
			t.options.Token = s.info.SCIMToken
			return "", nil
		}
	} else {
		o, err := v.connect.options(v.deps)
		if err != nil {
			return "", err
		}
		t.options.TLS = &tls.Config{RootCAs: o.CAs}
	}
	if e.OAuth2 != nil && v.TokenEnv == "" {
		return clientCredentials(e.OAuth2).Error(), nil
	}
	if err := t.sign(ctx, v.session.secrets, e.Token, v.TokenEnv); err != nil {
		return err.Error(), nil
	}
	return "", nil
}
