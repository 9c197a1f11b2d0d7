package client

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// parseBase checks a tenant URL and takes its query apart. No error quotes the
// URL, which may have a password in it.
func parseBase(text string) (*url.URL, []Param, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		// The parser's own error quotes the URL; its cause alone does not.
		if parse, ok := errors.AsType[*url.Error](err); ok {
			err = parse.Err
		}
		return nil, nil, fmt.Errorf("tenant URL: %w", err)
	}
	switch {
	case text == "":
		return nil, nil, errors.New("tenant URL is empty; it looks like https://host/scim/v2")
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "", u.Opaque != "":
		return nil, nil, errors.New("tenant URL must look like https://host/scim/v2")
	case u.User != nil:
		return nil, nil, errors.New("tenant URL must not contain a user name or password; use the secret token")
	case u.Fragment != "":
		return nil, nil, errors.New("tenant URL must not contain a # part")
	}
	var query []Param
	for _, part := range strings.FieldsFunc(u.RawQuery, func(r rune) bool { return r == '&' || r == '?' }) {
		name, value, _ := strings.Cut(part, "=")
		if _, flag := scim.IsFlag(name); flag && !SendFlags {
			continue
		}
		if name, err = url.QueryUnescape(name); err == nil {
			value, err = url.QueryUnescape(value)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("tenant URL: query: %w", err)
		}
		query = append(query, Param{Name: name, Value: value})
	}
	base := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/")}
	if u.RawPath != "" {
		base.RawPath = strings.TrimRight(u.RawPath, "/")
	}
	return base, query, nil
}

// checkToken refuses what cannot stand in a header.
func checkToken(token string) error {
	for _, c := range []byte(token) {
		if c <= ' ' || c >= 0x7f {
			return errors.New("secret token contains a blank, a line break or another character that no bearer token has; check how it was pasted")
		}
	}
	return nil
}

// address builds the URL of a request: the base path, the segments escaped, then
// the parameters in order, with %20 for a blank as Entra sends it.
func (c *Client) address(segments []string, query []Param) (*url.URL, error) {
	path := c.base.EscapedPath()
	for _, s := range segments {
		path += "/" + escapeSegment(s)
	}
	u := *c.base
	var err error
	if u.Path, err = url.PathUnescape(path); err != nil {
		return nil, err
	}
	u.RawPath = path
	b := make([]byte, 0, 128)
	for i, p := range c.query {
		b = appendParam(b, p, i > 0, p.Value != "")
	}
	for _, p := range query {
		b = appendParam(b, p, len(b) > 0, true)
	}
	u.RawQuery = string(b)
	return &u, nil
}

// appendParam appends a parameter, with the sign between it and the one before, and
// that between name and value.
func appendParam(b []byte, p Param, more, valued bool) []byte {
	if more {
		b = append(b, '&')
	}
	b = appendEscaped(b, p.Name)
	if valued {
		b = appendEscaped(append(b, '='), p.Value)
	}
	return b
}

// escapeSegment escapes an id, so that it stays one segment of the path.
func escapeSegment(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return url.PathEscape(s)
}

// appendEscaped escapes what is not unreserved in a query (RFC 3986 §2.3).
func appendEscaped(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
			b = append(b, c)
		default:
			b = append(b, '%', hex[c>>4], hex[c&0xF])
		}
	}
	return b
}
