package emulator

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// tokenLife is how long a token is good for. Clients are told a second less.
const tokenLife = time.Hour

// graphAudiences are the names of Graph in a token, beside its own address.
var graphAudiences = []string{"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"}

// clientRoles are the permissions of the tenant's client, as much as scimctl ever needs.
var clientRoles = []string{
	"Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All", "AuditLog.Read.All", "Directory.Read.All",
	"Group.Read.All", "Organization.Read.All", "Synchronization.ReadWrite.All", "User.Read.All",
}

// claims are those of an app-only token.
type claims struct {
	jwt.RegisteredClaims
	AppID      string   `json:"appid"`
	AppName    string   `json:"app_displayname"`
	ObjectID   string   `json:"oid"`
	TenantID   string   `json:"tid"`
	Roles      []string `json:"roles"`
	IDType     string   `json:"idtyp"`
	Provider   string   `json:"idp"`
	Strength   string   `json:"appidacr"` // 1: secret, 2: certificate or assertion
	Region     string   `json:"tenant_region_scope"`
	TokenUse   string   `json:"uti"`
	TokenLevel string   `json:"ver"`
}

// token answers the client credentials grant.
func (e *Emulator) token(w http.ResponseWriter, r *http.Request, s *state, base, tenant string) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		e.oauthError(w, 400, "invalid_request", 9002313, "Invalid request. Request is malformed or invalid.")
		return
	}
	form := r.PostForm
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	resource, isDefault := resourceOf(form.Get("scope"))
	known := strings.EqualFold(id, s.ClientID)
	switch {
	case slices.Contains(multiTenant, tenant):
		e.oauthError(w, 400, "invalid_request", 50059, "No tenant-identifying information found in either the request or implied by any provided credentials.")
	case !s.isTenant(tenant):
		e.oauthError(w, 400, "invalid_request", 90002, "Tenant '"+tenant+"' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.")
	case form.Get("grant_type") == "":
		e.oauthError(w, 400, "invalid_request", 900144, "The request body must contain the following parameter: 'grant_type'.")
	case form.Get("grant_type") != "client_credentials":
		e.oauthError(w, 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type '"+form.Get("grant_type")+"'.")
	case id == "":
		e.oauthError(w, 400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_id'.")
	case form.Get("scope") == "":
		e.oauthError(w, 400, "invalid_request", 900144, "The request body must contain the following parameter: 'scope'.")
	case !known:
		e.oauthError(w, 400, "unauthorized_client", 700016, "Application with identifier '"+id+"' was not found in the directory '"+s.TenantName+"'.")
	case !isDefault:
		e.oauthError(w, 400, "invalid_scope", 1002012, "The provided value for scope "+form.Get("scope")+" is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).")
	case secret == "" && form.Get("client_assertion") == "":
		e.oauthError(w, 401, "invalid_client", 7000216, "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.")
	case secret != "" && !equalSecrets(secret, s.ClientSecret):
		e.oauthError(w, 401, "invalid_client", 7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '"+s.ClientID+"'.")
	case form.Get("client_assertion") != "" && form.Get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
		e.oauthError(w, 400, "invalid_request", 900144, "The request body must contain the following parameter: 'client_assertion_type'.")
	default:
		e.grant(w, s, strings.TrimSuffix(resource, "/"), secret == "")
	}
}

// equalSecrets compares without telling by its time where two texts differ.
func equalSecrets(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

func (e *Emulator) grant(w http.ResponseWriter, s *state, audience string, assertion bool) {
	text, err := e.sign(s, audience, assertion)
	if err != nil {
		e.oauthError(w, 500, "server_error", 90033, "A transient error has occurred. Please try again.")
		return
	}
	seconds := int(tokenLife/time.Second) - 1
	writeJSON(w, http.StatusOK, map[string]any{
		"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": text,
	})
}

func (e *Emulator) sign(s *state, audience string, assertion bool) (string, error) {
	now := e.o.Now() // not the tenant's, which may be moved while clients hold tokens
	c := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: "https://sts.windows.net/" + s.TenantID + "/", Subject: s.clientObjectID(), Audience: jwt.ClaimStrings{audience},
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now.Add(-5 * time.Minute)), ExpiresAt: jwt.NewNumericDate(now.Add(tokenLife)),
		},
		AppID: s.ClientID, AppName: clientName, ObjectID: s.clientObjectID(), TenantID: s.TenantID, Roles: e.roles(),
		IDType: "app", Provider: "https://sts.windows.net/" + s.TenantID + "/", Strength: "1", Region: "EU", TokenUse: e.keyID()[:22], TokenLevel: "1.0",
	}
	if assertion {
		c.Strength = "2"
	}
	t := jwt.NewWithClaims(jwt.SigningMethodES256, singleAudience{c})
	t.Header["kid"] = e.keyID()
	return t.SignedString(e.signer)
}

// singleAudience prints aud as a text, as Entra does, and not as a list.
type singleAudience struct{ claims }

func (s singleAudience) MarshalJSON() ([]byte, error) {
	type plainClaims struct {
		claims
		Audience string `json:"aud"`
	}
	return encode(plainClaims{s.claims, s.RegisteredClaims.Audience[0]})
}

// keyID names the signing key.
func (e *Emulator) keyID() string {
	key, err := e.signer.PublicKey.Bytes()
	if err != nil {
		return strings.Repeat("-", 43)
	}
	sum := sha256.Sum256(key)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// publicKey is the signing key as a JSON Web Key.
func (e *Emulator) publicKey() map[string]any {
	point, err := e.signer.PublicKey.Bytes() // 4, x, y
	if err != nil {
		return nil
	}
	half := (len(point) - 1) / 2
	return map[string]any{
		"kty": "EC", "use": "sig", "alg": "ES256", "crv": "P-256", "kid": e.keyID(),
		"x": base64.RawURLEncoding.EncodeToString(point[1 : 1+half]), "y": base64.RawURLEncoding.EncodeToString(point[1+half:]),
	}
}

// authenticate judges the token of a Graph request.
func (e *Emulator) authenticate(r *http.Request, base string) (*claims, error) {
	header := r.Header.Get("Authorization")
	scheme, text, _ := strings.Cut(header, " ")
	text = strings.TrimSpace(text)
	if header == "" || strings.EqualFold(scheme, "Bearer") && text == "" {
		return nil, invalidToken("Access token is empty.")
	}
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, invalidToken("Access token is empty.")
	}
	if strings.Count(text, ".") != 2 {
		return nil, invalidToken("IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. (JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'.")
	}
	c, err := e.verify(text)
	switch {
	case err != nil:
		return nil, invalidToken("Access token validation failure. Invalid signature.")
	case c.ExpiresAt == nil || !e.o.Now().Before(c.ExpiresAt.Time):
		return nil, invalidToken("Lifetime validation failed, the token is expired.")
	case c.NotBefore != nil && e.o.Now().Before(c.NotBefore.Time):
		return nil, invalidToken("Lifetime validation failed, the token is not yet valid.")
	case len(c.Audience) != 1 || c.Audience[0] != base && !slices.Contains(graphAudiences, c.Audience[0]):
		return nil, invalidToken("Access token validation failure. Invalid audience.")
	}
	return c, nil
}

// verified is a token whose signature is good.
type verified struct {
	text   string
	claims *claims
}

// verify checks the signature of a token. The last good one is remembered: a client
// sends the same for an hour, and a batch has it twenty times.
func (e *Emulator) verify(text string) (*claims, error) {
	if last := e.lastToken.Load(); last != nil && last.text == text {
		return last.claims, nil
	}
	var c claims
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithoutClaimsValidation())
	if _, err := parser.ParseWithClaims(text, &c, func(*jwt.Token) (any, error) { return &e.signer.PublicKey, nil }); err != nil {
		return nil, err
	}
	e.lastToken.Store(&verified{text, &c})
	return &c, nil
}

func invalidToken(message string) *failure {
	f := fail(http.StatusUnauthorized, "InvalidAuthenticationToken", "%s", message)
	f.header = http.Header{"Www-Authenticate": {`Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`}}
	return f
}

// resourceOf returns the resource of the one `/.default` scope. The scopes of OpenID
// Connect, which MSAL asks for in every flow, mean nothing here.
func resourceOf(scope string) (resource string, ok bool) {
	for name := range strings.FieldsSeq(scope) {
		switch name {
		case "openid", "profile", "email", "offline_access":
			continue
		}
		found, isDefault := strings.CutSuffix(name, "/.default")
		if !isDefault || ok {
			return "", false
		}
		resource, ok = found, true
	}
	return resource, ok
}
