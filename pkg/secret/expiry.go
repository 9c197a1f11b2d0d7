package secret

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strings"
	"time"
)

// Expiry returns when a token says that it ends: the claim exp of a JSON Web Token.
// It is zero for a token that says nothing, as most vendors' do. The signature is
// not looked at. Source: RFC 7519 §4.1.4.
func Expiry(s Secret) time.Time {
	parts := strings.Split(s.Reveal(), ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	var claims struct {
		Expires float64 `json:"exp"`
	}
	if err != nil || json.Unmarshal(payload, &claims) != nil || !(claims.Expires > 0) || claims.Expires > math.MaxInt32*100 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Expires), 0).UTC()
}
