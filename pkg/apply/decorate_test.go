package apply_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// decorations are ways in which a service may answer a schema differently from how
// it was written, without meaning anything else.
func decorations() map[string]func([]byte) []byte {
	return map[string]func([]byte) []byte{
		"new version": edited(func(doc map[string]any) { doc["version"] = fmt.Sprintf("%v.1", doc["version"]) }),
		"other order": edited(func(doc map[string]any) { walk(doc, reverse) }),
		"empty defaults": edited(func(doc map[string]any) {
			walk(doc, func(m map[string]any) {
				if v, ok := m["defaultValue"]; ok && v == nil {
					m["defaultValue"] = ""
				}
			})
		}),
		"null defaults": edited(func(doc map[string]any) {
			walk(doc, func(m map[string]any) {
				if m["defaultValue"] == "" {
					m["defaultValue"] = nil
				}
			})
		}),
		"spaced flags": edited(func(doc map[string]any) {
			walk(doc, func(m map[string]any) {
				if flags, ok := m["flowTypes"].(string); ok {
					m["flowTypes"] = strings.ReplaceAll(flags, ",", ", ")
				}
			})
		}),
		"old directory names": func(doc []byte) []byte {
			return []byte(strings.ReplaceAll(string(doc), "Microsoft Entra ID", "Azure Active Directory"))
		},
		"normalised expressions": edited(func(doc map[string]any) {
			walk(doc, func(m map[string]any) {
				if m["type"] == "Function" {
					m["expression"] = strings.ReplaceAll(fmt.Sprint(m["expression"]), ", ", ",")
				}
			})
		}),
		"unknown members": edited(func(doc map[string]any) {
			walk(doc, func(m map[string]any) { m["somethingNew"] = map[string]any{"a": []any{nil, 1.5}} })
		}),
	}
}

// edited decodes a document, has it changed, and prints it again, which by
// itself changes blanks and the order of members.
func edited(change func(doc map[string]any)) func([]byte) []byte {
	return func(text []byte) []byte {
		var doc map[string]any
		if err := json.Unmarshal(text, &doc); err != nil {
			panic(err)
		}
		change(doc)
		out, err := json.MarshalIndent(doc, "", "\t")
		if err != nil {
			panic(err)
		}
		return out
	}
}

// walk visits every object of a document.
func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(keys(v)) {
			walk(v[name], visit)
		}
		visit(v)
	case []any:
		for _, item := range v {
			walk(item, visit)
		}
	}
}

func keys(m map[string]any) func(func(string) bool) {
	return func(yield func(string) bool) {
		for name := range m {
			if !yield(name) {
				return
			}
		}
	}
}

// reverse turns the lists of an object round whose order means nothing.
func reverse(m map[string]any) {
	for _, name := range []string{"attributeMappings", "objectMappings", "directories", "objects", "attributes", "metadata", "groups", "clauses"} {
		if list, ok := m[name].([]any); ok {
			slices.Reverse(list)
		}
	}
}
