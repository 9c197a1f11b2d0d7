package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// masked stands for a secret.
const masked = "***"

// masker takes secrets out of texts: those that the tenant knows wherever they are,
// and others by the names of what holds them.
type masker struct{ known []string }

// masker returns one that knows the tenant's secrets of the moment.
func (e *Emulator) masker() masker {
	e.mu.RLock()
	defer e.mu.RUnlock()
	known := []string{e.state.ClientSecret, e.state.SCIMToken}
	for _, s := range e.state.Sync {
		for _, c := range s.seen(e.now(), 0) {
			if secretKeys[c.Key] {
				known = append(known, c.Value)
			}
		}
	}
	return masker{slices.DeleteFunc(known, func(text string) bool { return len(text) < 4 })}
}

var jwts = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.[\w-]*`) })

// text masks what can be known in any text.
func (m masker) text(text string) string {
	for _, k := range m.known {
		text = strings.ReplaceAll(text, k, masked)
	}
	return jwts().ReplaceAllString(text, masked)
}

// isSecretName reports whether a member, parameter or synchronization secret of that
// name holds a secret, in whatever letter case.
func isSecretName(name string) bool {
	for key, hidden := range secretKeys {
		if hidden && strings.EqualFold(key, name) {
			return true
		}
	}
	name = strings.ToLower(strings.NewReplacer("_", "", "-", "").Replace(name))
	return slices.Contains([]string{"accesstoken", "refreshtoken", "idtoken", "clientsecret", "secrettext", "password", "secret", "token", "assertion", "clientassertion", "code"}, name)
}

// query is path and query of a URL.
func (m masker) query(u *url.URL) string {
	q := u.Query()
	hidden := false
	for name := range q {
		if isSecretName(name) {
			q.Set(name, masked)
			hidden = true
		}
	}
	if hidden {
		return u.EscapedPath() + "?" + q.Encode()
	}
	return u.RequestURI()
}

func (m masker) pairs(u *url.URL) []harPair {
	out := []harPair{}
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		name, _ = url.QueryUnescape(name)
		value, _ = url.QueryUnescape(value)
		if name == "" {
			continue
		}
		if isSecretName(name) {
			value = masked
		}
		out = append(out, harPair{name, m.text(value)})
	}
	return out
}

// body is the text of a body. What is neither JSON nor a form, and what is too long
// to be kept whole, is left out: a secret could not be found in it.
func (m masker) body(h http.Header, b *limitedBuffer) string {
	if b.size == 0 {
		return ""
	}
	left := fmt.Sprintf("(%d bytes, left out)", b.size)
	if b.size > b.data.Len() || h.Get("Content-Encoding") != "" {
		return left
	}
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	if kind == "application/x-www-form-urlencoded" {
		return m.form(b.data.String())
	}
	dec := json.NewDecoder(bytes.NewReader(b.data.Bytes()))
	dec.UseNumber()
	var v any
	if !json.Valid(b.data.Bytes()) || dec.Decode(&v) != nil {
		return left
	}
	text, err := encode(m.json(v))
	if err != nil {
		return left
	}
	return m.text(string(text))
}

// openFields are those of a token request that hold no secret.
var openFields = []string{"grant_type", "client_id", "scope", "client_info", "client_assertion_type", "requested_token_use"}

func (m masker) form(text string) string {
	values, err := url.ParseQuery(text)
	if err != nil {
		return masked
	}
	for name := range values {
		if !slices.Contains(openFields, name) {
			values.Set(name, masked)
		}
	}
	return m.text(values.Encode())
}

// json masks the values of members with secret names, and those of pairs of key and
// value whose key is one.
func (m masker) json(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = m.json(v[i])
		}
	case map[string]any:
		key, _ := v["key"].(string)
		for name, value := range v {
			_, isText := value.(string)
			if isText && (isSecretName(name) && name != "code" || name == "value" && isSecretName(key)) {
				v[name] = masked
				continue
			}
			v[name] = m.json(value)
		}
	}
	return v
}
