package entra

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Members of the JSON text under SyncNotificationSettings.
// Source: graph_contract §6.
const (
	memberEnabled         = "Enabled"
	memberRecipients      = "Recipients"
	memberDeleteThreshold = "DeleteThresholdEnabled"
	memberDeleteValue     = "DeleteThresholdValue"
)

// NotificationSettings is the JSON text under SyncNotificationSettings. Members
// that are not known here survive in Extra, as they were written.
// Source: graph_contract §6.
type NotificationSettings struct {
	Enabled                bool
	Recipients             string
	DeleteThresholdEnabled bool
	DeleteThresholdValue   int // disables and deletions in one cycle
	Extra                  map[string]json.RawMessage
}

// ParseNotificationSettings reads the text; an empty one is the zero settings.
// Booleans and numbers are also read when they are written as text, which has
// been seen in the wild. Source: graph_contract §6.
func ParseNotificationSettings(text string) (NotificationSettings, error) {
	var n NotificationSettings
	if strings.TrimSpace(text) == "" {
		return n, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		return n, fmt.Errorf("%s is no JSON object: %w", KeySyncNotificationSettings, err)
	}
	for name, raw := range members {
		if err := n.set(name, raw); err != nil {
			return NotificationSettings{}, fmt.Errorf("%s: %s: %w", KeySyncNotificationSettings, name, err)
		}
	}
	return n, nil
}

// set reads one member.
func (n *NotificationSettings) set(name string, raw json.RawMessage) (err error) {
	plain := strings.Trim(string(bytes.TrimSpace(raw)), `"`)
	null := plain == "" || plain == "null"
	switch {
	case name == memberEnabled && !null:
		n.Enabled, err = strconv.ParseBool(strings.ToLower(plain))
	case name == memberDeleteThreshold && !null:
		n.DeleteThresholdEnabled, err = strconv.ParseBool(strings.ToLower(plain))
	case name == memberDeleteValue && !null:
		n.DeleteThresholdValue, err = strconv.Atoi(plain)
	case name == memberRecipients && !null:
		err = json.Unmarshal(raw, &n.Recipients)
	case null && (name == memberEnabled || name == memberDeleteThreshold || name == memberDeleteValue || name == memberRecipients):
	default:
		if n.Extra == nil {
			n.Extra = map[string]json.RawMessage{}
		}
		n.Extra[name] = raw
	}
	return err
}

// Equal reports whether both say the same of the known members.
func (n NotificationSettings) Equal(m NotificationSettings) bool {
	return n.Enabled == m.Enabled && n.Recipients == m.Recipients &&
		n.DeleteThresholdEnabled == m.DeleteThresholdEnabled && n.DeleteThresholdValue == m.DeleteThresholdValue
}

// Text prints the settings as the secret's value: the two switches always, the
// mail address and the number where they are set, then Extra sorted by name.
func (n NotificationSettings) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, `{"%s":%t`, memberEnabled, n.Enabled)
	if n.Recipients != "" {
		fmt.Fprintf(&b, `,"%s":%s`, memberRecipients, quote(n.Recipients))
	}
	fmt.Fprintf(&b, `,"%s":%t`, memberDeleteThreshold, n.DeleteThresholdEnabled)
	if n.DeleteThresholdValue != 0 {
		fmt.Fprintf(&b, `,"%s":%d`, memberDeleteValue, n.DeleteThresholdValue)
	}
	for _, name := range slices.Sorted(maps.Keys(n.Extra)) {
		fmt.Fprintf(&b, ",%s:%s", quote(name), n.Extra[name])
	}
	b.WriteByte('}')
	return b.String()
}

// Members is a wish for some of the settings. Nil members stay as they are.
type NotificationMembers struct {
	Recipients      *string // "" switches the mail off
	DeleteThreshold *int    // negative: switches the threshold off
}

// With returns n with the members that m sets.
func (n NotificationSettings) With(m NotificationMembers) NotificationSettings {
	n.Extra = maps.Clone(n.Extra)
	if m.Recipients != nil {
		n.Recipients, n.Enabled = *m.Recipients, *m.Recipients != ""
	}
	if m.DeleteThreshold != nil {
		n.DeleteThresholdEnabled = *m.DeleteThreshold >= 0
		if n.DeleteThresholdEnabled {
			n.DeleteThresholdValue = *m.DeleteThreshold
		}
	}
	return n
}

// quote prints s as a JSON string without escaping for HTML.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	// Encoding a string cannot fail.
	_ = e.Encode(s)
	return strings.TrimSuffix(b.String(), "\n")
}
