package mapping

import (
	"slices"

	"github.com/scimctl/scimctl/pkg/diag"
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

// targetError reports a target that is no SCIM path.
func targetError(a *Attribute, err error) diag.Diagnostic {
	at := a.Where
	if !a.Target.Where.IsZero() {
		at = a.Target.Where
	}
	return diag.Errorf(codeTargetPath, at, "%q is no target attribute: %s", a.Target.Value, pathMessage(err)).
		WithDetail(`Write a SCIM path such as displayName, name.givenName or emails[type eq "work"].value, or a schema URN, a colon and a name.`)
}
