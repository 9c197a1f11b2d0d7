package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/secret"
)

// put stores a secret in an observed application; "" removes it.
func put(o *plan.Observed, key, value string) {
	o.App.Secrets = slices.DeleteFunc(o.App.Secrets, func(c entra.Credential) bool { return c.Key == key })
	if value != "" {
		o.App.Secrets = append(o.App.Secrets, entra.Credential{Key: key, Value: value})
	}
}

func TestSecrets(t *testing.T) {
	const token = "token (write-only, from environment variable EXAMPLE_TOKEN; cannot be compared)"
	cases := []struct {
		name   string
		change func(*profile.Resolved, *plan.Observed)
		opts   plan.Options
		want   string // details and consequences; "" for no step
		keys   string // keys that are written
	}{
		{name: "all as wanted", change: func(*profile.Resolved, *plan.Observed) {}},
		{name: "rewrite", change: func(*profile.Resolved, *plan.Observed) {}, opts: plan.Options{RewriteToken: true}, want: "~ " + token, keys: "BaseAddress SecretToken SyncAll"},
		{name: "rejected", change: func(_ *profile.Resolved, o *plan.Observed) {
			o.App.Credentials, o.App.CredentialsWhy = plan.CredentialsRejected, "InvalidCredentials: 401"
		}, want: "~ " + token + "\n! the stored credentials are rejected: InvalidCredentials: 401", keys: "BaseAddress SecretToken SyncAll"},
		{name: "not checked", change: func(_ *profile.Resolved, o *plan.Observed) {
			o.App.Credentials, o.App.CredentialsWhy = plan.CredentialsUnknown, "403"
		}},
		{name: "token gone", change: func(_ *profile.Resolved, o *plan.Observed) { put(o, entra.KeySecretToken, "") }, want: "+ " + token, keys: "BaseAddress SecretToken SyncAll"},
		{name: "other address", change: func(_ *profile.Resolved, o *plan.Observed) {
			put(o, entra.KeyBaseAddress, "https://user:pass@old.example/scim")
		}, want: "~ tenant URL https://user:xxxxx@old.example/scim -> https://scim.example/v2\n~ " + token +
			"\n! the job still knows the accounts at old.example: restart it to match everybody at scim.example", keys: "BaseAddress SecretToken SyncAll"},
		{name: "masked address", change: func(_ *profile.Resolved, o *plan.Observed) { put(o, entra.KeyBaseAddress, entra.MaskedSecret) }},
		{name: "scope narrowed", change: func(_ *profile.Resolved, o *plan.Observed) { put(o, entra.KeySyncAll, "true") },
			want: "~ " + token + "\n~ scope: all users and groups -> assigned users and groups\n! whoever is not assigned falls out of scope and is disabled or deleted in the application", keys: "BaseAddress SecretToken SyncAll"},
		{name: "scope narrowed, deletions skipped", change: func(_ *profile.Resolved, o *plan.Observed) {
			put(o, entra.KeySyncAll, "true")
			put(o, entra.KeySkipOutOfScopeDeletions, "true")
		}, want: "~ " + token + "\n~ scope: all users and groups -> assigned users and groups\n! whoever is not assigned falls out of scope and stays in the application as it is", keys: "BaseAddress SecretToken SyncAll"},
		{name: "scope widened", change: func(r *profile.Resolved, _ *plan.Observed) { r.Settings.SyncAll = new(true) },
			want: "~ " + token + "\n~ scope: assigned users and groups -> all users and groups\n! every user and group of the tenant comes into scope", keys: "BaseAddress SecretToken SyncAll"},
		{name: "skipping is off where nothing is said", change: func(r *profile.Resolved, _ *plan.Observed) { r.Settings.SkipOutOfScopeDeletions = new(false) }},
		{name: "skipping", change: func(r *profile.Resolved, _ *plan.Observed) { r.Settings.SkipOutOfScopeDeletions = new(true) },
			want: "~ " + token + "\n+ out-of-scope deletions: skipped", keys: "BaseAddress SecretToken SyncAll SkipOutOfScopeDeletions"},
		{name: "notification", change: func(r *profile.Resolved, _ *plan.Observed) {
			r.Settings.Notify, r.Settings.DeletionThreshold = new("a@contoso.com"), new(500)
		}, want: "~ " + token + "\n+ notification mail to a@contoso.com; deletion threshold 500", keys: "BaseAddress SecretToken SyncAll SyncNotificationSettings"},
		{name: "notification as wanted, oddly written", change: func(r *profile.Resolved, o *plan.Observed) {
			r.Settings.Notify = new("a@contoso.com")
			put(o, entra.KeySyncNotificationSettings, `{ "Recipients": "a@contoso.com", "Enabled": "True", "DeleteThresholdEnabled": true, "DeleteThresholdValue": "7", "X": [1] }`)
		}},
		{name: "notification off", change: func(r *profile.Resolved, o *plan.Observed) {
			r.Settings.Notify, r.Settings.DeletionThreshold = new(""), new(-1)
			put(o, entra.KeySyncNotificationSettings, `{"Enabled":true,"Recipients":"a@contoso.com","DeleteThresholdEnabled":true,"DeleteThresholdValue":7}`)
		}, want: "~ " + token + "\n~ notification mail to a@contoso.com -> off; deletion threshold 7 -> off", keys: "BaseAddress SecretToken SyncAll SyncNotificationSettings"},
		{name: "no token at all", change: func(r *profile.Resolved, _ *plan.Observed) {
			r.Endpoint.Token, r.Endpoint.NoToken = secret.Ref{}, true
		}, want: "- token", keys: "BaseAddress SecretToken SyncAll"},
		{name: "token not managed", change: func(r *profile.Resolved, o *plan.Observed) {
			r.Endpoint.Token = secret.Ref{}
			put(o, entra.KeySyncAll, "true")
		}, want: "~ scope: all users and groups -> assigned users and groups\n! whoever is not assigned falls out of scope and is disabled or deleted in the application\n" +
			"! the stored secret cannot be read and is not written: if the service replaces secrets as a whole, it has to be entered again", keys: "BaseAddress SyncAll"},
		{name: "endpoint not managed", change: func(r *profile.Resolved, _ *plan.Observed) { r.Endpoint = nil }},
		{name: "to client credentials", change: func(r *profile.Resolved, _ *plan.Observed) {
			r.Endpoint.Token = secret.Ref{}
			r.Endpoint.OAuth2 = &profile.OAuth2{TokenURL: "https://login.example/token", ClientID: "c", ClientSecret: secret.Ref{File: "s.txt"}}
		}, want: "+ authentication OAuth2ClientCredentialsGrant\n+ token URL https://login.example/token\n+ client id c\n+ client secret (write-only, from file s.txt; cannot be compared)\n- token",
			keys: "BaseAddress AuthenticationType Oauth2TokenExchangeUri Oauth2ClientId Oauth2ClientSecret SecretToken SyncAll"},
		{name: "from client credentials", change: func(_ *profile.Resolved, o *plan.Observed) {
			put(o, entra.KeyAuthenticationType, entra.AuthOAuth2ClientCredentials)
			put(o, entra.KeyOAuth2ClientSecret, entra.MaskedSecret)
		}, want: "~ " + token + "\n- authentication by OAuth 2 client credentials\n- client secret", keys: "BaseAddress SecretToken AuthenticationType Oauth2ClientSecret SyncAll"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, o := whole(), ready(t)
			c.change(r, o)
			p := plan.Build(r, o, c.opts)
			if p.Diagnostics.HasErrors() {
				t.Fatal(p.Diagnostics)
			}
			if c.want == "" {
				if len(p.Steps) > 0 {
					t.Errorf("plan %s:\n%s", kinds(p), lines(p.Steps[0]))
				}
				return
			}
			s := step(t, p, plan.WriteSecrets)
			if got := lines(s); got != c.want {
				t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
			}
			var keys []string
			for _, w := range s.Secrets {
				keys = append(keys, w.Key)
				if w.Value == entra.MaskedSecret || w.Secret && (w.Value != "" || w.From.IsZero()) {
					t.Errorf("%s is written as %+v", w.Key, w)
				}
			}
			if got := strings.Join(keys, " "); got != c.keys {
				t.Errorf("writes %s, want %s", got, c.keys)
			}
			step(t, p, plan.TestConnection)
		})
	}
}

func TestTokenNotes(t *testing.T) {
	cases := map[plan.CredentialState]string{
		plan.CredentialsValid:   "the endpoint accepts it",
		plan.CredentialsUnknown: "was not checked: 403 from Graph; --rewrite-token writes it",
	}
	for state, want := range cases {
		o := ready(t)
		o.App.Credentials = state
		if state == plan.CredentialsUnknown {
			o.App.CredentialsWhy = "403 from Graph"
		}
		p := plan.Build(whole(), o, plan.Options{})
		if len(p.Notes) != 1 || !strings.Contains(p.Notes[0], want) || !strings.Contains(p.Notes[0], "environment variable EXAMPLE_TOKEN") {
			t.Errorf("%q: notes %v", state, p.Notes)
		}
	}
	// Nothing can be written to mend credentials that the profile does not manage.
	r, o := whole(), ready(t)
	r.Endpoint = nil
	o.App.Credentials, o.App.CredentialsWhy = plan.CredentialsRejected, "expired"
	if p := plan.Build(r, o, plan.Options{}); len(p.Notes) != 1 || !strings.Contains(p.Notes[0], "expired") {
		t.Errorf("notes %v", p.Notes)
	}
}

func TestUnreadableNotificationSettings(t *testing.T) {
	r, o := whole(), ready(t)
	r.Settings.Notify = new("a@contoso.com")
	put(o, entra.KeySyncNotificationSettings, `{"Enabled":`)
	p := plan.Build(r, o, plan.Options{})
	wantProblem(t, p, "SC4018", at(6), "will be replaced")
	for _, w := range step(t, p, plan.WriteSecrets).Secrets {
		if w.Key == entra.KeySyncNotificationSettings && w.Merge {
			t.Error("it is merged into what cannot be read")
		}
	}
}

func TestEndpointRef(t *testing.T) {
	r := whole()
	p := plan.Build(r, empty(), plan.Options{})
	if want := (plan.EndpointRef{URL: "https://scim.example/v2", Host: "scim.example", Token: secret.Ref{Env: "EXAMPLE_TOKEN"}, TokenFrom: "environment variable EXAMPLE_TOKEN"}); *p.Endpoint != want {
		t.Errorf("endpoint %+v, want %+v", *p.Endpoint, want)
	}
	r.Endpoint.OAuth2 = &profile.OAuth2{TokenURL: "https://login.example/token", ClientSecret: secret.Ref{Stdin: true}}
	if p = plan.Build(r, empty(), plan.Options{}); p.Endpoint.Host != "login.example" || p.Endpoint.TokenFrom != "standard input" {
		t.Errorf("endpoint %+v", *p.Endpoint)
	}
}
