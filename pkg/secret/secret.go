package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// Masked is what a secret prints as.
const Masked = "***"

// Secret is a text that no formatter, logger or encoder prints. The zero Secret
// is empty.
//
// The text is kept inside a function: packages that print by reflection, and so
// see unexported fields without asking their methods, find an address there.
type Secret struct{ reveal func() string }

// New wraps a text.
func New(text string) Secret { return Secret{reveal: func() string { return text }} }

// Reveal returns the text. Call it only where it goes on the wire.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// IsZero reports whether s holds no text.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// String returns Masked.
func (s Secret) String() string { return Masked }

// GoString returns Masked.
func (s Secret) GoString() string { return Masked }

// Format prints Masked for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Masked) }

// MarshalText returns Masked, for encoders of every kind.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Masked), nil }

// MarshalJSON returns Masked as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + Masked + `"`), nil }

// LogValue returns Masked.
func (s Secret) LogValue() slog.Value { return slog.StringValue(Masked) }

// Named is a secret under a key, such as a synchronization secret to be written.
type Named struct {
	Key   string
	Value Secret
}
