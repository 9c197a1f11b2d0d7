package entra

import "strings"

// SourceValue returns the value of a source attribute out of the properties that
// Microsoft Graph answered for a user or group, nil where it has none. Of a property
// inside another the inner one is read, of a manager the id, and of businessPhones
// the first. See GraphProperty. Source: graph_contract §8.
func SourceValue(properties map[string]any, attribute string) any {
	outer, inner, nested := strings.Cut(GraphProperty(attribute), "/")
	switch v := properties[outer].(type) {
	case map[string]any:
		if !nested {
			inner = "id" // of a manager
		}
		return v[inner]
	case []any:
		switch {
		case len(v) == 0:
			return nil
		case outer == "businessPhones":
			return v[0]
		}
		return v
	default:
		return v
	}
}
