package preview

import (
	"github.com/scimctl/scimctl/pkg/scim"
)

// collection is where users are.
const collection = "/Users"

// query is a search by one matching attribute, up to its value.
type query struct {
	target string
	prefix []byte // /Users?filter=externalId%20eq%20
}

func newQuery(target string, path scim.Path) query {
	return query{target, appendEscaped([]byte(collection+"?filter="), path.String()+" eq ")}
}

// append appends the path of the search for a value.
// Source: entra_wire W-03.
func (q *query) append(dst []byte, value string) []byte {
	dst = append(dst, q.prefix...)
	if isUnreserved(value) {
		return append(append(append(dst, "%22"...), value...), "%22"...)
	}
	return appendEscaped(dst, string(scim.AppendString(nil, value)))
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
