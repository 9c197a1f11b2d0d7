package secret

import "context"

// Masked is what a secret prints as.
const Masked = "***"

// Secret is a text that no formatter, logger or encoder prints. The zero Secret
// is empty.
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

// Ref says where a secret comes from. Exactly one member is set; the zero Ref is
// "none". The value itself is never part of a profile.
type Ref struct {
	Env   string // environment variable
	File  string // path; a final newline is cut
	Stdin bool   // first line of standard input
}

// String names the source: "environment variable X", "file X", "standard input".
func (r Ref) String() string { panic("secret: Ref.String") }

// IsZero reports whether r names no source.
func (r Ref) IsZero() bool { return r == Ref{} }

// Resolver reads secrets. Environment, files and standard input are injected.
type Resolver struct {
	Getenv   func(string) (string, bool)
	ReadFile func(string) ([]byte, error)
	Stdin    func() (string, error)
}

// Resolve reads the secret that ref names. The error says what to do, and never
// contains the value. An empty or blank secret is an error, so is one with line
// breaks inside.
func (r *Resolver) Resolve(ctx context.Context, ref Ref) (Secret, error) { panic("secret: Resolve") }

// Named is a secret under a key, such as a synchronization secret to be written.
type Named struct {
	Key   string
	Value Secret
}
