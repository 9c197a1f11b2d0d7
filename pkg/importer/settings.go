package importer

import (
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/secret"
)

// stored returns a synchronization secret as reads show it.
func (d *draft) stored(key string) (string, bool) {
	i := slices.IndexFunc(d.app.Secrets, func(c entra.Credential) bool { return c.Key == key && c.Value != "" })
	if i < 0 {
		return "", false
	}
	return d.app.Secrets[i].Value, true
}

// endpoint says where the SCIM server is. The token cannot be read and is not
// asked for: the profile names an environment variable for it.
func (d *draft) endpoint() {
	if d.in.From == nil {
		d.comments.Above["endpoint"] = []string{"A schema says nothing of the endpoint: add its tenant URL and where the token is kept.", "endpoint:", "  url: https://scim.example/v2", "  token: {env: " + d.variable("SCIM_TOKEN") + "}"}
		return
	}
	address, ok := d.stored(entra.KeyBaseAddress)
	if !ok {
		return
	}
	e := &profile.Endpoint{URL: text(address)}
	_, token := d.stored(entra.KeySecretToken)
	kind, _ := d.stored(entra.KeyAuthenticationType)
	switch {
	case kind == entra.AuthOAuth2ClientCredentials:
		e.OAuth2 = d.oauth2()
	case token:
		e.Token = secret.Ref{Env: d.variable("SCIM_TOKEN")}
	default:
		e.NoToken = true
	}
	d.r.Endpoint = e
}

// oauth2 returns client credentials, nil where a part of them is not stored.
func (d *draft) oauth2() *profile.OAuth2 {
	exchange, _ := d.stored(entra.KeyOAuth2TokenExchangeURI)
	client, _ := d.stored(entra.KeyOAuth2ClientID)
	_, secretStored := d.stored(entra.KeyOAuth2ClientSecret)
	if exchange == "" || client == "" || client == entra.MaskedSecret || !secretStored {
		d.say("the sign-in by OAuth 2 client credentials, of which a part is not stored")
		return nil
	}
	return &profile.OAuth2{TokenURL: exchange, ClientID: client, ClientSecret: secret.Ref{Env: d.variable("SCIM_CLIENT_SECRET")}}
}

// variable names an environment variable after the profile.
func (d *draft) variable(what string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, strings.ToUpper(d.r.Profile))
	if name[0] >= '0' && name[0] <= '9' {
		name = "APP_" + name
	}
	return name + "_" + what
}

// settings are those that are stored and differ from what a new job has.
func (d *draft) settings() {
	if d.in.From == nil {
		return
	}
	s := &d.r.Settings
	if all, ok := d.stored(entra.KeySyncAll); ok && all != entra.MaskedSecret {
		s.SyncAll = new(strings.EqualFold(all, "true"))
	}
	if skip, _ := d.stored(entra.KeySkipOutOfScopeDeletions); strings.EqualFold(skip, "true") {
		s.SkipOutOfScopeDeletions = new(true)
	}
	d.notifications()
	if d.app.Job != nil {
		s.State = "stopped"
		if d.app.Job.Active() {
			s.State = "started"
		}
	}
	for _, c := range d.app.Secrets {
		if !slices.Contains(sayable, c.Key) {
			d.say("the synchronization setting %s", c.Key)
		}
	}
}

// sayable are the synchronization secrets that profiles have words for.
var sayable = []string{
	entra.KeyBaseAddress, entra.KeySecretToken, entra.KeySyncAll, entra.KeySyncNotificationSettings, entra.KeySkipOutOfScopeDeletions,
	entra.KeyAuthenticationType, entra.KeyOAuth2TokenExchangeURI, entra.KeyOAuth2ClientID, entra.KeyOAuth2ClientSecret,
}

func (d *draft) notifications() {
	value, ok := d.stored(entra.KeySyncNotificationSettings)
	if !ok {
		return
	}
	n, err := entra.ParseNotificationSettings(value)
	if err != nil {
		d.say("the notification settings, which cannot be read")
		return
	}
	if n.Enabled && n.Recipients != "" {
		d.r.Settings.Notify = &n.Recipients
	}
	if n.DeleteThresholdEnabled {
		d.r.Settings.DeletionThreshold = &n.DeleteThresholdValue
	}
}
