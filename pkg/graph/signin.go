package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/scimctl/scimctl/pkg/secret"
)

// Time limits of a sign-in. A device code is good for 15 minutes.
const (
	signInTimeout     = 2 * time.Minute
	deviceCodeTimeout = 15 * time.Minute
	tokenMargin       = 2 * time.Minute // a token this close to its end is not used
)

// signIn gets tokens. The credential is made on the first request, and its errors
// become *Error. It is the credential that the SDK's authentication sees.
type signIn struct {
	build  func() (credential, error)
	scopes []string
	host   string // of the authority, for errors
	now    func() time.Time

	mu    sync.Mutex
	cred  *credential
	token azcore.AccessToken
}

// ready makes sure that there is a token, so that the time limit of a request is
// not spent on a person typing a code.
func (s *signIn) ready(ctx context.Context) *Error {
	_, err := s.get(ctx, policy.TokenRequestOptions{Scopes: s.scopes, EnableCAE: true})
	return err
}

// GetToken is called by the SDK.
func (s *signIn) GetToken(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	token, err := s.get(ctx, o)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	return token, nil
}

// get returns the token in hand, or a new one. Claims are a challenge of Graph
// that the token in hand does not meet.
func (s *signIn) get(ctx context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, *Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cred == nil {
		cred, err := s.build()
		if err != nil {
			return azcore.AccessToken{}, notSetUp(err)
		}
		s.cred = &cred
	}
	if o.Claims == "" && s.token.Token != "" && s.now().Add(tokenMargin).Before(s.token.ExpiresOn) {
		return s.token, nil
	}
	limit := signInTimeout
	if s.cred.auth == AuthDeviceCode {
		limit = deviceCodeTimeout
	}
	try, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	try, network := watch(try)
	token, err := s.cred.GetToken(try, o)
	if err != nil {
		return azcore.AccessToken{}, s.failed(ctx, err, network.err, limit)
	}
	s.token = token
	return token, nil
}

// secrets are the texts of the sign-in that no error may show.
func (s *signIn) secrets() []secret.Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []secret.Secret
	if s.cred != nil {
		all = append(all, s.cred.secret)
	}
	return append(all, secret.New(s.token.Token))
}

// borrowed reports whether the token is that of a developer's tool.
func (s *signIn) borrowed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cred != nil && (s.cred.auth == AuthCLI || s.cred.auth == AuthAzd)
}

// tenantID returns the tenant that issued the token, "" when the token does not
// say.
func (s *signIn) tenantID(ctx context.Context) (string, *Error) {
	token, e := s.get(ctx, policy.TokenRequestOptions{Scopes: s.scopes, EnableCAE: true})
	if e != nil {
		return "", e
	}
	parts := strings.Split(token.Token, ".")
	if len(parts) != 3 {
		return "", nil
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var claims struct {
		TenantID string `json:"tid"`
	}
	if err != nil || json.Unmarshal(payload, &claims) != nil || !isID(claims.TenantID) {
		return "", nil
	}
	return claims.TenantID, nil
}
