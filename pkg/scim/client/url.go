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
		query = append(query, Param{name, value})
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
	var b strings.Builder
	for i, p := range append(c.query[:len(c.query):len(c.query)], query...) {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(escapeQuery(p.Name))
		if p.Value != "" || i >= len(c.query) {
			b.WriteByte('=')
			b.WriteString(escapeQuery(p.Value))
		}
	}
	u.RawQuery = b.String()
	return &u, nil
}

// escapeSegment escapes an id, so that it stays one segment of the path.
func escapeSegment(s string) string {
	if s == "." || s == ".." {
		return strings.ReplaceAll(s, ".", "%2E")
	}
	return url.PathEscape(s)
}

func escapeQuery(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}
