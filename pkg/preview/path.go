package preview

import (
	"strings"

	"github.com/scimctl/scimctl/pkg/scim"
)

// query is a search by one matching attribute: the path in front of its value and
// behind it.
type query struct {
	target         string
	prefix, suffix []byte // /Users?filter=externalId%20eq%20
}

// newQuery prepares the search of a dialect, which says with which parameters a filter
// is sent.
func newQuery(collection, target string, path scim.Path, parameters func(filter string) []scim.Param) query {
	q := query{target: target, prefix: []byte(collection)}
	part, separator := &q.prefix, byte('?')
	for _, p := range parameters(path.String() + " eq ") {
		*part = append(append(append(*part, separator), p.Name...), '=')
		*part = appendEscaped(*part, p.Value)
		if p.Name == "filter" {
			part = &q.suffix
		}
		separator = '&'
	}
	return q
}

// append appends the path of the search for a value.
// Source: entra_wire W-03, W-04.
func (q *query) append(dst []byte, value string) []byte {
	dst = append(dst, q.prefix...)
	if isUnreserved(value) {
		dst = append(append(append(dst, "%22"...), value...), "%22"...)
	} else {
		dst = appendEscaped(dst, string(scim.AppendString(nil, value)))
	}
	return append(dst, q.suffix...)
}

// withQuery is a path with parameters.
func withQuery(path string, parameters []scim.Param) string {
	var b strings.Builder
	b.WriteString(path)
	for i, p := range parameters {
		b.WriteByte("?&"[min(i, 1)])
		b.WriteString(p.Name + "=")
		b.Write(appendEscaped(nil, p.Value))
	}
	return b.String()
}

// appendEscaped escapes a text for the query of a URL, with %20 for a blank as Entra
// sends it.
func appendEscaped(dst []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if unreserved(c) {
			dst = append(dst, c)
			continue
		}
		dst = append(dst, '%', hex[c>>4], hex[c&0xF])
	}
	return dst
}

func isUnreserved(s string) bool {
	for i := range len(s) {
		if !unreserved(s[i]) {
			return false
		}
	}
	return true
}

// unreserved characters stand for themselves in a query (RFC 3986 §2.3).
func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~'
}
