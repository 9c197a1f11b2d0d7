package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/scimctl/scimctl/pkg/profile"
)

// ProfileDigest returns a fingerprint of what a resolved profile asks for. Layout,
// comments, descriptions, hints and tests of the profile do not count.
func ProfileDigest(r *profile.Resolved) string {
	plain := *r
	plain.Description, plain.Tests = "", nil
	text, _ := json.Marshal(plain) // the types have no members that JSON cannot express
	var v any
	_ = json.Unmarshal(text, &v)
	drop(v, "Where", "TokenWhere", "TokenHint", "Marks")
	text, _ = json.Marshal(v)
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// drop takes members out of decoded JSON, at every depth.
func drop(v any, names ...string) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range names {
			delete(v, name)
		}
		for _, member := range v {
			drop(member, names...)
		}
	case []any:
		for _, element := range v {
			drop(element, names...)
		}
	}
}
