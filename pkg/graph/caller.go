package graph

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
)

// Caller is who a client is signed in as, by what its token says of itself. Nothing
// of it is proven: only Graph can judge the token.
type Caller struct {
	TenantID string
	Name     string    // of the person or the application, "" when the token has none
	AppID    string    // client id of the application that signed in
	Person   bool      // a person signed in; the application only stands in between
	Granted  []string  // permissions of Graph: roles of an application, scopes of a person
	Readable bool      // the token could be read; else everything here is empty
	Borrowed bool      // the token is that of a developer's tool, such as the Azure CLI
	Expires  time.Time // end of the token
}

// Caller signs in, unless that was done, and reads the token. The error is a *Error
// of Kind SignIn when nobody can sign in.
func (c *Client) Caller(ctx context.Context) (Caller, error) {
	token, e := c.signIn.get(ctx, policy.TokenRequestOptions{Scopes: c.signIn.scopes, EnableCAE: true})
	if e != nil {
		return Caller{}, e
	}
	caller := Caller{Borrowed: c.signIn.borrowed(), Expires: token.ExpiresOn}
	caller.read(token.Token)
	return caller, nil
}

// read takes the claims of a token that is a JWT. Tokens of Graph are opaque by
// contract, so one that cannot be read is no mistake.
func (c *Caller) read(token string) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var claims struct {
		TenantID string   `json:"tid"`
		AppID    string   `json:"appid"`
		AppName  string   `json:"app_displayname"`
		Kind     string   `json:"idtyp"`
		UPN      string   `json:"upn"`
		Unique   string   `json:"unique_name"`
		Name     string   `json:"name"`
		Roles    []string `json:"roles"`
		Scopes   string   `json:"scp"`
	}
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		return
	}
	c.Readable = true
	c.TenantID, c.AppID = claims.TenantID, claims.AppID
	c.Person = claims.Scopes != "" || claims.Kind == "user"
	c.Name, c.Granted = claims.AppName, claims.Roles
	if c.Person {
		c.Name = cmp.Or(claims.UPN, claims.Unique, claims.Name)
		c.Granted = strings.Fields(claims.Scopes)
	}
}

// Skew returns how far the service's clock is ahead of this machine's, by the last
// answer and to the second; 0 before there was one.
func (c *Client) Skew() time.Duration { return c.clock.service().Sub(c.now()).Round(time.Second) }
