package engine

import (
	"net/url"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// redactedText stands for a value that came through Redact().
// Source: expressions §4.
const redactedText = "[Redact]"

// veil hides values that must not be shown, in texts that a server or a request
// may have put them into.
type veil struct{ hidden []string }

// hide takes the redacted ones among the values.
func (v *veil) hide(values []mapping.Value) {
	for _, value := range values {
		if value.Redacted {
			for _, text := range value.Values {
				v.add(text)
			}
		}
	}
}

// add hides a text, also as it stands inside JSON or a URL.
func (v *veil) add(text string) {
	if text == "" {
		return
	}
	escaped := quote(text)
	v.hidden = append(v.hidden, text, escaped[1:len(escaped)-1], url.QueryEscape(text), url.PathEscape(text))
	// Longer texts first: one may hold another.
	slices.SortFunc(v.hidden, func(a, b string) int { return len(b) - len(a) })
}

// over returns the text with every hidden value covered.
func (v *veil) over(text string) string {
	if len(v.hidden) == 0 {
		return text
	}
	pairs := make([]string, 0, 2*len(v.hidden))
	for _, h := range v.hidden {
		pairs = append(pairs, h, redactedText)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// overError covers the text of an error; its cause stays reachable.
func (v *veil) overError(err error) error {
	if err == nil || len(v.hidden) == 0 {
		return err
	}
	return &veiledError{text: v.over(err.Error()), err: err}
}

type veiledError struct {
	text string
	err  error
}

func (e *veiledError) Error() string { return e.text }
func (e *veiledError) Unwrap() error { return e.err }
