package emulator

import (
	"net/url"
	"slices"
	"strings"
)

// segment is a step of an OData path. A key in parentheses is a step of its own;
// alternate names the property of an alternate key such as (appId='…').
type segment struct {
	text      string
	alternate string
	key       bool // stood in parentheses
}

// actions may be addressed with their namespace. Source: graph_contract §1.
var actions = []string{
	"instantiate", "start", "pause", "restart", "validateCredentials", "provisionOnDemand",
	"parseExpression", "functions", "filterOperators", "discover", "restore",
}

// splitPath cuts an escaped path into segments. Trailing slashes, namespaces of
// actions and empty parentheses vanish. It reports false for a path that is no
// OData path.
func splitPath(escaped string) ([]segment, bool) {
	var out []segment
	for part := range strings.SplitSeq(strings.Trim(escaped, "/"), "/") {
		text, err := url.PathUnescape(part)
		if err != nil || text == "" {
			return nil, false
		}
		name, key, keyed := cutKey(text)
		if bare, ok := strings.CutPrefix(name, "microsoft.graph."); ok && slices.Contains(actions, bare) {
			name = bare
		}
		if out = append(out, segment{text: name}); !keyed || key == "" {
			continue
		}
		s, ok := parseKey(key)
		if !ok {
			return nil, false
		}
		out = append(out, s)
	}
	return out, len(out) > 0
}

// cutKey separates name(key). A name is made of letters, so that object names
// with parentheses in a key segment stay whole.
func cutKey(text string) (name, key string, ok bool) {
	if !strings.HasSuffix(text, ")") {
		return text, "", false
	}
	name, key, ok = strings.Cut(text[:len(text)-1], "(")
	if !ok || name == "" || strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz.$") != "" {
		return text, "", false
	}
	return name, key, true
}

// parseKey reads 'value', value or name='value'.
func parseKey(key string) (segment, bool) {
	s := segment{key: true}
	if name, value, ok := strings.Cut(key, "="); ok && !strings.HasPrefix(key, "'") {
		s.alternate, key = strings.TrimSpace(name), strings.TrimSpace(value)
	}
	if !strings.HasPrefix(key, "'") {
		s.text = key
		return s, key != "" && s.alternate == ""
	}
	if len(key) < 2 || !strings.HasSuffix(key, "'") {
		return s, false
	}
	s.text = strings.ReplaceAll(key[1:len(key)-1], "''", "'")
	return s, s.text != ""
}
