package apply_test

import (
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/secret"
)

// canary is the token of the tests. It must never be seen outside the tenant.
const canary = "canary-9f2c4e1b7a"

// secrets reads the tests' tokens.
func secrets() *secret.Resolver {
	return &secret.Resolver{Getenv: func(name string) (string, bool) { return canary, name == "IDMELON_SCIM_TOKEN" }}
}

func text(s string) diag.Text { return diag.Text{Value: s} }

// direct is a mapping of a source attribute.
func direct(target, source string, match int) mapping.Attribute {
	return mapping.Attribute{Target: text(target), Source: text(source), Match: match}
}

func computed(target, expression string) mapping.Attribute {
	return mapping.Attribute{Target: text(target), Kind: mapping.Expression, Source: text(expression)}
}

// idmelon is a profile that manages everything.
func idmelon() *profile.Resolved {
	return &profile.Resolved{
		Profile: "idmelon",
		App:     profile.App{Name: text("IDmelon"), Template: text("non-gallery")},
		Endpoint: &profile.Endpoint{
			URL:   text("https://sso.idmelon.com/api/scim/v2/"),
			Token: secret.Ref{Env: "IDMELON_SCIM_TOKEN"},
		},
		Settings: profile.Settings{SyncAll: new(false), Notify: new("admin@contoso.com"), DeletionThreshold: new(500), SkipOutOfScopeDeletions: new(false), State: "started"},
		Users: &mapping.Desired{
			Source: mapping.User, Base: mapping.BaseNone, Actions: new(mapping.AllActions),
			Mappings: []mapping.Attribute{
				direct("externalId", "objectId", 1),
				computed("active", `Switch([IsSoftDeleted], , "False", "True", "True", "False")`),
				direct("displayName", "displayName", 0),
				direct(`emails[type eq "work"].value`, "userPrincipalName", 0),
				direct("userName", "objectId", 0),
				computed("name.formatted", `Join(" ", [givenName], [surname])`),
			},
		},
		Groups: &mapping.Desired{
			Source: mapping.Group, Base: mapping.BaseNone, Enabled: new(true),
			Mappings: []mapping.Attribute{
				direct("externalId", "objectId", 1),
				direct("displayName", "displayName", 0),
				direct("members", "members", 0),
			},
		},
		Assign:  &profile.Assign{To: []profile.Assignment{{Group: groupID}}},
		Lookups: []profile.Lookup{{Variable: "people", Group: "IDmelon users", ID: groupID, Found: true}},
	}
}
