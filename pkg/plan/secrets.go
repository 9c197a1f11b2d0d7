package plan

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/secret"
)

// managed is one synchronization secret that the profile manages: what to write
// and, by comparison with what is stored, what that changes.
type managed struct {
	write SecretWrite
	line  Line // zero: as wanted, or not comparable
}

// managesSettings reports whether the profile sets anything kept in the secrets.
func (b *builder) managesSettings() bool {
	s := b.r.Settings
	return s.SyncAll != nil || s.Notify != nil || s.DeletionThreshold != nil || s.SkipOutOfScopeDeletions != nil
}

// secretsStep plans to write the synchronization secrets, all that the profile
// manages at once, or returns nil when they are as wanted. The secret itself
// cannot be read back: it counts as wanted where its key is there, unless the
// stored credentials were rejected or something else has to be written.
// Source: graph_contract §6, graph_gotchas 19, 20.
func (b *builder) secretsStep() *Step {
	all := append(b.signIn(), b.settings()...)
	i := slices.IndexFunc(all, func(m managed) bool { return m.write.Secret })
	writes, details := false, []Line(nil)
	for _, m := range all {
		writes = writes || m.line != Line{}
	}
	if i >= 0 && !writes {
		writes = b.opts.RewriteToken || b.credentials() == CredentialsRejected
	}
	if !writes {
		if i >= 0 {
			b.tokenNote(all[i].write)
		}
		b.rejectedNote()
		return nil
	}
	step := &Step{ID: idSecrets, Kind: WriteSecrets, Action: Change, Summary: "synchronization secrets: how Entra signs in, scope and notification"}
	if b.app == nil || len(b.app.Secrets) == 0 {
		step.Action = Add
	}
	for _, m := range all {
		if m.write.Secret && m.line == (Line{}) {
			m.line = Line{Change, secretText(m.write)}
		}
		if m.line != (Line{}) {
			details = append(details, m.line)
		}
		if m.write.Value != "" || !m.write.From.IsZero() || m.line != (Line{}) {
			step.Secrets = append(step.Secrets, m.write)
		}
	}
	step.Details = details
	step.Consequences = b.secretConsequences(i >= 0)
	return step
}

// signIn are the tenant URL and the credentials.
func (b *builder) signIn() []managed {
	e := b.r.Endpoint
	if e == nil {
		return nil
	}
	out := []managed{b.plain(entra.KeyBaseAddress, e.URL.Value, "tenant URL", shownURL)}
	if e.OAuth2 != nil {
		out = append(out,
			b.plain(entra.KeyAuthenticationType, entra.AuthOAuth2ClientCredentials, "authentication", same),
			b.plain(entra.KeyOAuth2TokenExchangeURI, e.OAuth2.TokenURL, "token URL", shownURL),
			b.plain(entra.KeyOAuth2ClientID, e.OAuth2.ClientID, "client id", same),
			b.hidden(entra.KeyOAuth2ClientSecret, e.OAuth2.ClientSecret),
			b.gone(entra.KeySecretToken, "token"))
		return out
	}
	switch {
	case e.NoToken:
		out = append(out, b.gone(entra.KeySecretToken, "token"))
	case e.Token.IsZero(): // the profile says nothing of the sign-in
		return out
	default:
		out = append(out, b.hidden(entra.KeySecretToken, e.Token))
	}
	if kind, ok := b.app.secret(entra.KeyAuthenticationType); ok && kind == entra.AuthOAuth2ClientCredentials {
		out = append(out,
			b.gone(entra.KeyAuthenticationType, "authentication by OAuth 2 client credentials"),
			b.gone(entra.KeyOAuth2TokenExchangeURI, "token URL"),
			b.gone(entra.KeyOAuth2ClientID, "client id"),
			b.gone(entra.KeyOAuth2ClientSecret, "client secret"))
	}
	return out
}

// settings are what the portal shows as settings of provisioning and the service
// keeps among the secrets. Source: graph_gotchas 21.
func (b *builder) settings() []managed {
	var out []managed
	s := b.r.Settings
	if s.SyncAll != nil {
		out = append(out, b.flag(entra.KeySyncAll, *s.SyncAll, "scope", "assigned users and groups", "all users and groups", false))
	}
	if members := notificationMembers(s.Notify, s.DeletionThreshold); members != "" {
		out = append(out, b.notification(members))
	}
	if s.SkipOutOfScopeDeletions != nil {
		out = append(out, b.flag(entra.KeySkipOutOfScopeDeletions, *s.SkipOutOfScopeDeletions, "out-of-scope deletions", "carried out", "skipped", true))
	}
	return out
}

func same(s string) string { return s }

// plain manages a value that can be read back.
func (b *builder) plain(key, value, noun string, show func(string) string) managed {
	m := managed{write: SecretWrite{Key: key, Value: value}}
	switch stored, ok := b.app.secret(key); {
	case !ok:
		m.line = Line{Add, noun + " " + show(value)}
	case stored != value && stored != entra.MaskedSecret:
		m.line = Line{Change, fmt.Sprintf("%s %s -> %s", noun, show(stored), show(value))}
	}
	return m
}

// flag manages a boolean. absentIsOff says that a key which is not there means off.
func (b *builder) flag(key string, on bool, noun, off, onText string, absentIsOff bool) managed {
	m := managed{write: SecretWrite{Key: key, Value: strconv.FormatBool(on)}}
	words := map[bool]string{false: off, true: onText}
	stored, ok := b.app.secret(key)
	switch {
	case !ok && absentIsOff && !on, stored == entra.MaskedSecret, strings.EqualFold(stored, m.write.Value):
	case !ok:
		m.line = Line{Add, fmt.Sprintf("%s: %s", noun, words[on])}
	default:
		m.line = Line{Change, fmt.Sprintf("%s: %s -> %s", noun, words[!on], words[on])}
	}
	return m
}

// hidden manages a value that cannot be read back.
func (b *builder) hidden(key string, from secret.Ref) managed {
	m := managed{write: SecretWrite{Key: key, From: from, FromName: from.String(), Secret: true}}
	if _, ok := b.app.secret(key); !ok {
		m.line = Line{Add, secretText(m.write)}
	}
	return m
}

// secretNoun names a secret for people.
func secretNoun(key string) string {
	if key == entra.KeyOAuth2ClientSecret {
		return "client secret"
	}
	return "token"
}

func secretText(w SecretWrite) string {
	return fmt.Sprintf("%s (write-only, from %s; cannot be compared)", secretNoun(w.Key), w.FromName)
}

// gone manages a key that must not be there.
func (b *builder) gone(key, noun string) managed {
	m := managed{write: SecretWrite{Key: key}}
	if _, ok := b.app.secret(key); ok {
		m.line = Line{Delete, noun}
	}
	return m
}

// notificationMembers is the JSON of the notification settings that the profile
// manages, "" for none. Settings that are switched off keep their values.
func notificationMembers(notify *string, threshold *int) string {
	var members struct {
		Enabled                *bool   `json:",omitempty"`
		Recipients             *string `json:",omitempty"`
		DeleteThresholdEnabled *bool   `json:",omitempty"`
		DeleteThresholdValue   *int    `json:",omitempty"`
	}
	if notify != nil {
		members.Enabled = new(*notify != "")
		if *notify != "" {
			members.Recipients = notify
		}
	}
	if threshold != nil {
		members.DeleteThresholdEnabled = new(*threshold >= 0)
		if *threshold >= 0 {
			members.DeleteThresholdValue = threshold
		}
	}
	if notify == nil && threshold == nil {
		return ""
	}
	// Booleans, text and numbers always have a JSON form.
	text, _ := json.Marshal(members)
	return string(text)
}

// notification manages members of the notification settings.
func (b *builder) notification(members string) managed {
	m := managed{write: SecretWrite{Key: entra.KeySyncNotificationSettings, Value: members, Merge: true}}
	text, stored := b.app.secret(entra.KeySyncNotificationSettings)
	if text == entra.MaskedSecret {
		return m
	}
	before, err := entra.ParseNotificationSettings(text)
	if err != nil {
		m.write.Merge = false
		b.report(diag.Warningf(codeBadNotifications, b.r.Settings.Where, "the stored notification settings cannot be read and will be replaced").WithDetail("%s.", err))
	}
	after, mergeErr := before.Merge(members)
	if err == nil && mergeErr == nil && stored && before.Equal(after) {
		return m
	}
	m.line = Line{Add, notificationText(b.r.Settings.Notify, b.r.Settings.DeletionThreshold)}
	if stored {
		m.line = Line{Change, notificationChange(before, after)}
	}
	return m
}

// notificationText describes settings that were not there.
func notificationText(notify *string, threshold *int) string {
	var parts []string
	if notify != nil {
		parts = append(parts, "notification mail "+mailText(*notify != "", *notify))
	}
	if threshold != nil {
		parts = append(parts, "deletion threshold "+thresholdText(*threshold >= 0, *threshold))
	}
	return strings.Join(parts, "; ")
}

func notificationChange(before, after entra.NotificationSettings) string {
	var parts []string
	if was, is := mailText(before.Enabled, before.Recipients), mailText(after.Enabled, after.Recipients); was != is {
		parts = append(parts, fmt.Sprintf("notification mail %s -> %s", was, is))
	}
	was := thresholdText(before.DeleteThresholdEnabled, before.DeleteThresholdValue)
	if is := thresholdText(after.DeleteThresholdEnabled, after.DeleteThresholdValue); was != is {
		parts = append(parts, fmt.Sprintf("deletion threshold %s -> %s", was, is))
	}
	if len(parts) == 0 {
		return "notification settings written anew"
	}
	return strings.Join(parts, "; ")
}

func mailText(on bool, to string) string {
	if !on {
		return "off"
	}
	return "to " + to
}

func thresholdText(on bool, value int) string {
	if !on {
		return "off"
	}
	return strconv.Itoa(value)
}

// tokenNote says what is known of a stored secret that is not written.
func (b *builder) tokenNote(w SecretWrite) {
	noun := secretNoun(w.Key)
	switch b.credentials() {
	case CredentialsValid:
		b.note(fmt.Sprintf("the stored %s cannot be compared with the %s; the endpoint accepts it", noun, w.FromName))
	default:
		text := fmt.Sprintf("the stored %s cannot be compared with the %s, and whether the endpoint accepts it was not checked", noun, w.FromName)
		if b.app != nil && b.app.CredentialsWhy != "" {
			text += ": " + b.app.CredentialsWhy
		}
		b.note(text + "; --rewrite-token writes it")
	}
}

// rejectedNote tells of rejected credentials that this profile cannot mend.
func (b *builder) rejectedNote() {
	if b.credentials() == CredentialsRejected {
		b.note(fmt.Sprintf("the test connection with the stored credentials fails: %s", b.app.CredentialsWhy))
	}
}

// secretConsequences says what writing the secrets causes.
func (b *builder) secretConsequences(writesSecret bool) []string {
	var out []string
	if b.credentials() == CredentialsRejected {
		out = append(out, "the stored credentials are rejected: "+b.app.CredentialsWhy)
	}
	if b.app == nil {
		return out
	}
	if old, ok := b.app.secret(entra.KeyBaseAddress); ok && b.r.Endpoint != nil && old != b.r.Endpoint.URL.Value && host(old) != host(b.r.Endpoint.URL.Value) && b.app.hasRun() {
		out = append(out, fmt.Sprintf("the job still knows the accounts at %s: restart it to match everybody at %s", host(old), host(b.r.Endpoint.URL.Value)))
	}
	if all := b.r.Settings.SyncAll; all != nil && b.app.hasRun() {
		switch old, ok := b.app.secret(entra.KeySyncAll); {
		case !ok || strings.EqualFold(old, strconv.FormatBool(*all)):
		case *all:
			out = append(out, "every user and group of the tenant comes into scope")
		default:
			out = append(out, "whoever is not assigned falls out of scope and "+b.outOfScope())
		}
	}
	_, stored := b.app.secret(entra.KeySecretToken)
	if _, client := b.app.secret(entra.KeyOAuth2ClientSecret); (stored || client) && !writesSecret && !b.removesSecret() {
		out = append(out, "the stored secret cannot be read and is not written: if the service replaces secrets as a whole, it has to be entered again")
	}
	return out
}

// removesSecret reports whether the profile says that there is no token.
func (b *builder) removesSecret() bool { return b.r.Endpoint != nil && b.r.Endpoint.NoToken }

// outOfScope says what becomes of objects that fall out of scope.
func (b *builder) outOfScope() string {
	if b.staysOutOfScope() {
		return "stays in the application as it is"
	}
	return "is disabled or deleted in the application"
}

// staysOutOfScope reports whether out-of-scope deletions are skipped once the plan
// is done.
func (b *builder) staysOutOfScope() bool {
	if skip := b.r.Settings.SkipOutOfScopeDeletions; skip != nil {
		return *skip
	}
	stored, _ := b.app.secret(entra.KeySkipOutOfScopeDeletions)
	return strings.EqualFold(stored, "true")
}
