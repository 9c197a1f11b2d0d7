package entra

// Keys of synchronization secrets that scimctl reads or writes. They are
// case-sensitive; a wrong letter is a 500. Scope, notification mail and the
// deletion threshold live here too. Source: graph_contract §6.
const (
	KeyBaseAddress              = "BaseAddress"
	KeySecretToken              = "SecretToken"
	KeySyncAll                  = "SyncAll"
	KeySyncNotificationSettings = "SyncNotificationSettings"
	KeySkipOutOfScopeDeletions  = "SkipOutOfScopeDeletions"
	KeyAuthenticationType       = "AuthenticationType"
	KeyOAuth2TokenExchangeURI   = "Oauth2TokenExchangeUri"
	KeyOAuth2ClientID           = "Oauth2ClientId"
	KeyOAuth2ClientSecret       = "Oauth2ClientSecret"
)

// AuthOAuth2ClientCredentials is the AuthenticationType of OAuth 2 client
// credentials. Source: graph_contract §6.
const AuthOAuth2ClientCredentials = "OAuth2ClientCredentialsGrant"

// MaskedSecret is what Graph answers in place of a secret value. It must never
// be written back. Source: graph_contract §6.
const MaskedSecret = "*"

// Credential is one synchronization secret: Value is always text, "*" where
// Graph masks it.
type Credential struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}
