package graph

import (
	"net/url"
	"strings"

	"github.com/google/uuid"
)

// odata writes a query out of names and values in turn: "$filter", "id eq 1".
func odata(pairs ...string) string {
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+"="+strings.ReplaceAll(url.QueryEscape(pairs[i+1]), "+", "%20"))
	}
	return strings.Join(parts, "&")
}

// quote writes a string constant of an OData filter. Source: graph_contract §2.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// keepInPath are characters that url.PathEscape escapes although a path may hold
// them; keys in parentheses need them.
var keepInPath = strings.NewReplacer("%28", "(", "%29", ")", "%27", "'")

func escapePath(segment string) string { return keepInPath.Replace(url.PathEscape(segment)) }

// isID reports whether a text is an object id, a GUID with hyphens.
func isID(text string) bool { return len(text) == 36 && uuid.Validate(text) == nil }
