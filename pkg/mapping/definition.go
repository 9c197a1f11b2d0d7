package mapping

import (
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
)

// indexOfDefinition finds an attribute in an attribute list, or -1.
func indexOfDefinition(list []entra.AttributeDefinition, name string) int {
	return slices.IndexFunc(list, func(a entra.AttributeDefinition) bool { return a.Name == name })
}

// definitionNames returns the names of an attribute list, for suggestions.
func definitionNames(list []entra.AttributeDefinition) []string {
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].Name
	}
	return names
}
