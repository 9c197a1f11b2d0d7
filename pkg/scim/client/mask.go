package client

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"strings"
)

// masked stands where the token was.
const masked = "***"

// shortestSecret is the length in bytes from which a token is looked for in what
// a server says. A shorter one is no secret, and would garble every text.
const shortestSecret = 4

// masker takes the token out of texts, whatever a server or a proxy made of it:
// as it is, encoded for a URL or HTML, or escaped in JSON.
type masker struct{ replacer *strings.Replacer }

func newMasker(token string) masker {
	if len(token) < shortestSecret {
		return masker{strings.NewReplacer()}
	}
	quoted, _ := json.Marshal(token) // a string always has a JSON form
	inside := string(quoted[1 : len(quoted)-1])
	var pairs []string
	for _, form := range []string{
		token, url.QueryEscape(token), url.PathEscape(token), html.EscapeString(token),
		inside, strings.ReplaceAll(inside, "/", `\/`),
	} {
		pairs = append(pairs, form, masked)
	}
	return masker{strings.NewReplacer(pairs...)}
}

func (m masker) text(s string) string { return m.replacer.Replace(s) }

func (m masker) bytes(b []byte) []byte {
	if b == nil {
		return nil
	}
	return []byte(m.text(string(b)))
}

// header returns a copy without secrets and without empty values.
func (m masker) header(h http.Header) http.Header {
	c := make(http.Header, len(h))
	for name, values := range h {
		for _, v := range values {
			if v != "" {
				c[name] = append(c[name], m.text(v))
			}
		}
	}
	if c.Get("Authorization") != "" {
		c.Set("Authorization", "Bearer "+masked)
	}
	return c
}

// error returns err, or in its place the masked text when it repeats the token.
// The cause is dropped then, since it would show the token again.
func (m masker) error(err error) error {
	if err == nil {
		return nil
	}
	if text := m.text(err.Error()); text != err.Error() {
		return maskedError{text}
	}
	return err
}

type maskedError struct{ text string }

func (e maskedError) Error() string { return e.text }
