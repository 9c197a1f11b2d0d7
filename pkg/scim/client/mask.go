package client

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// masked stands where the token was.
const masked = "***"

// shortestSecret is the length in bytes from which a token is looked for in what
// a server says. A shorter one is no secret, and would garble every text.
const shortestSecret = 4

// masker takes the token out of texts, whatever a server or a proxy made of it:
// as it is, encoded for a URL or HTML, or escaped in JSON.
type masker struct{ forms []string }

func newMasker(token string) masker {
	if len(token) < shortestSecret {
		return masker{}
	}
	// A string always has a JSON form.
	escaped, _ := json.Marshal(token)
	plain, _ := scim.NewObject(scim.Member{Name: token}).AppendJSON(nil)
	inEscaped := string(escaped[1 : len(escaped)-1])
	inJSON := strings.TrimSuffix(strings.TrimPrefix(string(plain), `{"`), `":null}`)
	forms := []string{
		token, url.QueryEscape(token), url.PathEscape(token), html.EscapeString(token),
		inJSON, strings.ReplaceAll(inJSON, "/", `\/`), inEscaped, strings.ReplaceAll(inEscaped, "/", `\/`),
	}
	slices.Sort(forms)
	return masker{slices.Compact(forms)}
}

func (m masker) text(s string) string {
	for _, form := range m.forms {
		s = strings.ReplaceAll(s, form, masked)
	}
	return s
}

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
