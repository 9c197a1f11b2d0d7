package graph

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/secret"
)

// mask hides every secret of the call in a text from outside, as it is, as JSON
// writes it, and as a URL writes it.
func (c *Client) mask(r *request, text string) string {
	return maskAll(text, append(c.signIn.secrets(), r.hide...))
}

// maskAll replaces the longest first, so that no secret that is part of another
// leaves the rest of that one behind.
func maskAll(text string, secrets []secret.Secret) string {
	var forms []string
	for _, s := range secrets {
		value := s.Reveal()
		if value == "" {
			continue
		}
		quoted := strconv.Quote(value)
		if asJSON, err := json.Marshal(value); err == nil {
			forms = append(forms, string(asJSON[1:len(asJSON)-1]))
		}
		forms = append(forms, value, quoted[1:len(quoted)-1], url.QueryEscape(value), url.PathEscape(value))
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	for _, form := range slices.Compact(forms) {
		text = strings.ReplaceAll(text, form, secret.Masked)
	}
	return text
}

// plainKeys are keys of synchronization secrets whose values are no secrets.
// Source: graph_contract §6.
var plainKeys = map[string]bool{
	entra.KeyBaseAddress:              true,
	entra.KeySyncAll:                  true,
	entra.KeySyncNotificationSettings: true,
	entra.KeySkipOutOfScopeDeletions:  true,
	entra.KeyAuthenticationType:       true,
	entra.KeyOAuth2TokenExchangeURI:   true,
	entra.KeyOAuth2ClientID:           true,
}

// confidential returns the values that no error may show.
func confidential(credentials []secret.Named) []secret.Secret {
	var hide []secret.Secret
	for _, c := range credentials {
		if !plainKeys[c.Key] {
			hide = append(hide, c.Value)
		}
	}
	return hide
}
