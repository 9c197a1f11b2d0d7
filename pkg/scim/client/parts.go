package client

import (
	"net/http"
	"net/url"
)

// ParseBase checks a tenant URL and takes it apart as New does: the address without
// query, and the parameters that stand in front of each request's own. Flags for
// Entra's client are left out of these. No error quotes the URL.
func ParseBase(tenantURL string) (*url.URL, []Param, error) { return parseBase(tenantURL) }

// CheckToken refuses a token that cannot stand in a header. The error does not
// contain it.
func CheckToken(token string) error { return checkToken(token) }

// Mask takes a token out of what is shown, in all forms that a server or a proxy may
// give it. The zero Mask takes nothing out but the Authorization header.
type Mask struct{ masker }

// NewMask returns a Mask of the token.
func NewMask(token string) Mask { return Mask{newMasker(token)} }

// Text returns s without the token.
func (m Mask) Text(s string) string { return m.text(s) }

// Header returns a copy of h without secrets and without empty values.
func (m Mask) Header(h http.Header) http.Header { return m.header(h) }

// Error returns err, or an error with the masked text when it repeats the token.
func (m Mask) Error(err error) error { return m.error(err) }
