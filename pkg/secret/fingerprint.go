package secret

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"io"
	"strings"
)

// Fingerprint tells whether two secrets are the same without holding either: a
// salted hash that is slow to compute and short, so that it says nothing of a secret
// to somebody who guesses. The zero Fingerprint is of no secret.
type Fingerprint struct{ salt, sum string }

const (
	fingerprintRounds = 200_000
	saltSize          = 10 // bytes
	sumSize           = 5  // bytes: enough to tell tokens apart, too few to prove a guess
)

var fingerprintText = base32.StdEncoding.WithPadding(base32.NoPadding)

// FingerprintOf returns the fingerprint of a secret with a fresh salt.
func FingerprintOf(s Secret, random io.Reader) (Fingerprint, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(random, salt); err != nil {
		return Fingerprint{}, fmt.Errorf("make a fingerprint: %w", err)
	}
	text := fingerprintText.EncodeToString(salt)
	sum, err := hashed(s, text)
	if err != nil {
		return Fingerprint{}, err
	}
	return Fingerprint{salt: text, sum: sum}, nil
}

func hashed(s Secret, salt string) (string, error) {
	sum, err := pbkdf2.Key(sha256.New, s.Reveal(), []byte(salt), fingerprintRounds, sumSize)
	if err != nil {
		return "", fmt.Errorf("make a fingerprint: %w", err)
	}
	return fingerprintText.EncodeToString(sum), nil
}

// Fits reports whether the fingerprint is that of the secret.
func (f Fingerprint) Fits(s Secret) bool {
	if f.IsZero() {
		return false
	}
	sum, err := hashed(s, f.salt)
	return err == nil && subtle.ConstantTimeCompare([]byte(sum), []byte(f.sum)) == 1
}

// IsZero reports whether f is of no secret.
func (f Fingerprint) IsZero() bool { return f == Fingerprint{} }

// String prints salt and hash, as ParseFingerprint reads them.
func (f Fingerprint) String() string {
	if f.IsZero() {
		return ""
	}
	return f.salt + "." + f.sum
}

// ParseFingerprint reads what String prints.
func ParseFingerprint(text string) (Fingerprint, error) {
	salt, sum, ok := strings.Cut(text, ".")
	for part, size := range map[string]int{salt: saltSize, sum: sumSize} {
		if raw, err := fingerprintText.DecodeString(part); !ok || err != nil || len(raw) != size {
			return Fingerprint{}, fmt.Errorf("%q is no fingerprint", text)
		}
	}
	return Fingerprint{salt: salt, sum: sum}, nil
}
