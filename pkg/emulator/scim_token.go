package emulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
)

// errCredentials marks credentials that cannot be used, whatever the endpoint.
var errCredentials = errors.New("credentials cannot be used")

// scimCredential returns the bearer token for the endpoint that the credentials
// name: the stored one, one fetched with OAuth 2 client credentials, or, where
// there is none, one that Entra issues itself. Source: graph_contract §6,
// entra_wire W-10.
func (e *Emulator) scimCredential(ctx context.Context, credentials []entra.Credential, template string) (string, error) {
	if valueOf(credentials, entra.KeyAuthenticationType) == entra.AuthOAuth2ClientCredentials {
		return e.clientCredentials(ctx, credentials)
	}
	if token := valueOf(credentials, entra.KeySecretToken); token != "" {
		return token, nil
	}
	e.mu.RLock()
	s := *e.state
	e.mu.RUnlock()
	return e.sign(&s, template, false)
}

// clientCredentials fetches a token from the vendor's token endpoint. One that is
// not on this machine is not asked unless egress is allowed: its embedded stand-in
// takes any token.
func (e *Emulator) clientCredentials(ctx context.Context, credentials []entra.Credential) (string, error) {
	at := valueOf(credentials, entra.KeyOAuth2TokenExchangeURI)
	id, secret := valueOf(credentials, entra.KeyOAuth2ClientID), valueOf(credentials, entra.KeyOAuth2ClientSecret)
	if at == "" || id == "" || secret == "" {
		return "", fmt.Errorf("%w: OAuth 2 client credentials need %s, %s and %s", errCredentials,
			entra.KeyOAuth2TokenExchangeURI, entra.KeyOAuth2ClientID, entra.KeyOAuth2ClientSecret)
	}
	w, err := e.egress.way(at)
	if err != nil {
		return "", fmt.Errorf("%w: %s: %w", errCredentials, entra.KeyOAuth2TokenExchangeURI, err)
	}
	if w.embedded {
		return "issued-by-an-embedded-token-endpoint", nil
	}
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}}
	ctx, cancel := context.WithTimeout(ctx, scimTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, w.base, strings.NewReader(form.Encode()))
	if err != nil {
		return "", fmt.Errorf("%w: %s", errCredentials, entra.KeyOAuth2TokenExchangeURI)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	answer, err := w.transport.RoundTrip(r)
	if err != nil {
		return "", fmt.Errorf("ask the token endpoint: %w", err)
	}
	defer answer.Body.Close()
	var body struct {
		Token string `json:"access_token"`
	}
	err = json.NewDecoder(io.LimitReader(answer.Body, maxBody)).Decode(&body)
	if answer.StatusCode != http.StatusOK || err != nil || body.Token == "" {
		return "", fmt.Errorf("%w: the token endpoint answered %d without an access token", errCredentials, answer.StatusCode)
	}
	return body.Token, nil
}
