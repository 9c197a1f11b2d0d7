package secret

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// maxLength is the size in bytes above which a text is no token: it has to fit
// into one header field of every server on the way.
const maxLength = 32 << 10

// Resolver reads secrets. Environment, files and standard input are injected; a
// nil member is a source that this program cannot read.
type Resolver struct {
	Getenv   func(string) (string, bool)
	ReadFile func(string) ([]byte, error)
	Stdin    func() (string, error)
}

// Resolve reads the secret that ref names. The error says what to do, and never
// contains the value. An empty or blank secret is an error, so is one with line
// breaks inside, and one that cannot stand in an Authorization header.
func (r *Resolver) Resolve(ctx context.Context, ref Ref) (Secret, error) {
	if err := ctx.Err(); err != nil {
		return Secret{}, fmt.Errorf("read secret from %s: %w", ref, err)
	}
	text, err := r.read(ref)
	if err != nil {
		return Secret{}, err
	}
	text = strings.TrimPrefix(text, "\uFEFF")
	text = strings.TrimSuffix(text, "\n")
	text = strings.TrimSuffix(text, "\r")
	if problem := fault(text); problem != "" {
		return Secret{}, fmt.Errorf("secret from %s: %s", ref, problem)
	}
	return New(text), nil
}

func (r *Resolver) read(ref Ref) (string, error) {
	switch n := ref.sources(); {
	case n == 0:
		return "", errors.New("no source of the secret is named: write env, file or stdin")
	case n > 1:
		return "", errors.New("several sources of the secret are named: keep one of env, file and stdin")
	case ref.Env != "" && r.Getenv != nil:
		text, ok := r.Getenv(ref.Env)
		if !ok {
			return "", fmt.Errorf("environment variable %s is not set: export %s with the token in it", ref.Env, ref.Env)
		}
		return text, nil
	case ref.File != "" && r.ReadFile != nil:
		data, err := r.ReadFile(ref.File)
		if err != nil {
			return "", fmt.Errorf("read secret: %w", err)
		}
		return string(data), nil
	case ref.Stdin && r.Stdin != nil:
		text, err := r.Stdin()
		if err != nil {
			return "", fmt.Errorf("read secret from standard input: %w", err)
		}
		return text, nil
	default:
		return "", fmt.Errorf("secrets from %s cannot be read here", ref)
	}
}

// fault says why a text is no secret to send, or "". It never repeats any of it.
func fault(text string) string {
	switch {
	case strings.TrimSpace(text) == "":
		return "it is empty: put the token there"
	case len(text) > maxLength:
		return fmt.Sprintf("it has %d bytes, which no server takes in a header: is this the right source?", len(text))
	case isUTF16(text):
		return "it is UTF-16: save it as UTF-8"
	case strings.ContainsAny(text, "\r\n"):
		return "it has several lines: keep only the token"
	case strings.TrimSpace(text) != text:
		return "it begins or ends with a blank: keep only the token"
	case len(text) > 7 && strings.EqualFold(text[:7], "bearer "):
		return "it begins with the word Bearer, which is added when the token is sent: keep only the token"
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c < 0x20 || c == 0x7f:
			return fmt.Sprintf("byte %d is a control character, which cannot be sent in a header: copy the token again", i)
		case c > 0x7f:
			return fmt.Sprintf("byte %d is not ASCII, which cannot be sent in a header: copy the token again", i)
		}
	}
	return ""
}

// isUTF16 reports whether a text has the mark that some editors and shells put
// before UTF-16.
func isUTF16(text string) bool {
	return strings.HasPrefix(text, "\xff\xfe") || strings.HasPrefix(text, "\xfe\xff")
}
