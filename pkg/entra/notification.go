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
	if strings.TrimSpace(text) == "" {
		return NotificationSettings{}, nil
	}
	return NotificationSettings{}.Merge(text)
}

// Merge returns n with the members of a JSON object over it. Members that the
// text does not name stay as they are.
func (n NotificationSettings) Merge(text string) (NotificationSettings, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &members); err != nil {
		return NotificationSettings{}, fmt.Errorf("%s is no JSON object: %w", KeySyncNotificationSettings, err)
	}
	n.Extra = maps.Clone(n.Extra)
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if err := n.set(name, members[name]); err != nil {
			return NotificationSettings{}, fmt.Errorf("%s: member %s has an unexpected value: %w", KeySyncNotificationSettings, name, err)
		}
	}
	return n, nil
}

// set reads one member; null and empty text are its zero value.
func (n *NotificationSettings) set(name string, raw json.RawMessage) (err error) {
	plain := strings.Trim(string(raw), `" `)
	empty := plain == "" || plain == "null"
	switch name {
	case memberEnabled:
		n.Enabled, err = parseSwitch(plain, empty)
	case memberRecipients:
		n.Recipients = ""
		if !empty {
			err = json.Unmarshal(raw, &n.Recipients)
		}
	case memberDeleteThreshold:
		n.DeleteThresholdEnabled, err = parseSwitch(plain, empty)
	case memberDeleteValue:
		n.DeleteThresholdValue = 0
		if !empty {
			n.DeleteThresholdValue, err = strconv.Atoi(plain)
		}
	default:
		if n.Extra == nil {
			n.Extra = map[string]json.RawMessage{}
		}
		n.Extra[name] = raw
	}
	return err
}

// parseSwitch reads a boolean in any letter case.
func parseSwitch(plain string, empty bool) (bool, error) {
	if empty {
		return false, nil
	}
	return strconv.ParseBool(strings.ToLower(plain))
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

// quote prints s as a JSON string without escaping for HTML.
func quote(s string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	// Encoding a string cannot fail.
	_ = e.Encode(s)
	return strings.TrimSuffix(b.String(), "\n")
}
