package cmd

import (
	"github.com/spf13/cobra"

	"github.com/scimctl/scimctl/pkg/scim"
)

// addDialect adds --dialect with the names of all dialects.
func addDialect(c *cobra.Command, dialect *string) {
	choices := []string{}
	for _, d := range scim.Dialects() {
		choices = append(choices, string(d))
	}
	addChoice(c, dialect, "dialect", "", "wording of requests, in place of what the tenant URL asks for", "", choices...)
}

// dialectOf is the dialect that was chosen, or else what the first tenant URL with a
// flag of Entra's asks for.
func dialectOf(chosen string, tenantURLs ...string) scim.Dialect {
	if chosen != "" {
		return scim.Dialect(chosen)
	}
	for _, u := range tenantURLs {
		if d := scim.DialectOf(u); d != scim.Entra {
			return d
		}
	}
	return scim.Entra
}
