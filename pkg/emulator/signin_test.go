package emulator

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestTokenErrors(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	good := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {u.info.ClientID},
		"client_secret": {u.info.ClientSecret}, "scope": {u.base + "/.default"},
	}
	tenant := "/" + u.info.TenantID
	for name, c := range map[string]struct {
		tenant string
		change func(url.Values)
		status int
		code   string
		aadsts string
	}{
		"wrong secret":      {tenant, func(v url.Values) { v.Set("client_secret", "no") }, 401, "invalid_client", "AADSTS7000215"},
		"no secret":         {tenant, func(v url.Values) { v.Del("client_secret") }, 401, "invalid_client", "AADSTS7000216"},
		"unknown client":    {tenant, func(v url.Values) { v.Set("client_id", "6f9619ff-8b86-4011-b42d-00cf4fc964ff") }, 400, "unauthorized_client", "AADSTS700016"},
		"no client":         {tenant, func(v url.Values) { v.Del("client_id") }, 400, "invalid_request", "AADSTS900144"},
		"unknown tenant":    {"/fabrikam.com", func(url.Values) {}, 400, "invalid_request", "AADSTS90002"},
		"common":            {"/common", func(url.Values) {}, 400, "invalid_request", "AADSTS50059"},
		"wrong grant":       {tenant, func(v url.Values) { v.Set("grant_type", "password") }, 400, "unsupported_grant_type", "AADSTS70003"},
		"no grant":          {tenant, func(v url.Values) { v.Del("grant_type") }, 400, "invalid_request", "AADSTS900144"},
		"no scope":          {tenant, func(v url.Values) { v.Del("scope") }, 400, "invalid_request", "AADSTS900144"},
		"scope of a person": {tenant, func(v url.Values) { v.Set("scope", "User.Read") }, 400, "invalid_scope", "AADSTS1002012"},
		"untyped assertion": {tenant, func(v url.Values) { v.Del("client_secret"); v.Set("client_assertion", "a.b.c") }, 400, "invalid_request", "AADSTS900144"},
	} {
		t.Run(name, func(t *testing.T) {
			v := url.Values{}
			for k, values := range good {
				v[k] = slices.Clone(values)
			}
			c.change(v)
			g := u.form(c.tenant+"/oauth2/v2.0/token", v).want(c.status)
			if g.text("error") != c.code || !strings.HasPrefix(g.text("error_description"), c.aadsts+": ") {
				t.Errorf("%s %s", g.text("error"), g.text("error_description"))
			}
			if strings.Contains(string(g.raw), u.info.ClientSecret) {
				t.Error("the answer contains the secret")
			}
			if len(g.list("error_codes")) != 1 {
				t.Error("no error_codes")
			}
		})
	}
	u.send(u.request("GET", tenant+"/oauth2/v2.0/token", nil)).want(400)
}

func TestTokenIsAnEntraToken(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	for name, v := range map[string]url.Values{
		"secret":    {"client_secret": {u.info.ClientSecret}},
		"assertion": {"client_assertion": {"a.b.c"}, "client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}},
	} {
		v.Set("grant_type", "client_credentials")
		v.Set("client_id", u.info.ClientID)
		v.Set("scope", u.base+"//.default") // terraform ends the resource with a slash
		v.Set("client_info", "1")
		g := u.form("/contoso.onmicrosoft.com/oauth2/v2.0/token", v).want(200)
		if g.text("token_type") != "Bearer" || g.at("expires_in") != float64(3599) {
			t.Errorf("%s: %s", name, g.raw)
		}
		parts := strings.Split(g.text("access_token"), ".")
		if len(parts) != 3 {
			t.Fatalf("%d parts", len(parts))
		}
		data, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err != nil {
			t.Fatal(err)
		}
		var c map[string]any
		if err := json.Unmarshal(data, &c); err != nil {
			t.Fatal(err)
		}
		now := float64(u.clock.now().Unix())
		if c["aud"] != u.base || c["tid"] != u.info.TenantID || c["appid"] != u.info.ClientID || c["iat"] != now || c["exp"] != now+3600 || c["idtyp"] != "app" {
			t.Errorf("%s: claims %s", name, data)
		}
		if !slices.Contains(c["roles"].([]any), any("Synchronization.ReadWrite.All")) {
			t.Errorf("roles %v", c["roles"])
		}
		if u.get("/servicePrincipals?$filter=appId eq '"+u.info.ClientID+"'").want(200).text("value", 0, "id") != c["oid"] {
			t.Error("oid is not the client's service principal")
		}
		if want := map[string]string{"secret": "1", "assertion": "2"}[name]; c["appidacr"] != want {
			t.Errorf("appidacr %v, want %s", c["appidacr"], want)
		}
	}
}

// TestSignatureCanBeChecked: a client that looks the key up finds it.
func TestSignatureCanBeChecked(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	key := u.send(u.request("GET", "/"+u.info.TenantID+"/discovery/v2.0/keys", nil)).want(200)
	parsed, err := jwt.NewParser(jwt.WithoutClaimsValidation()).Parse(u.token, func(tok *jwt.Token) (any, error) {
		if tok.Header["kid"] != key.text("keys", 0, "kid") {
			t.Errorf("kid %v", tok.Header["kid"])
		}
		return &u.e.signer.PublicKey, nil
	})
	if err != nil || !parsed.Valid {
		t.Error(err)
	}
	x, err := base64.RawURLEncoding.DecodeString(key.text("keys", 0, "x"))
	if err != nil || len(x) != 32 {
		t.Errorf("x has %d bytes: %v", len(x), err)
	}
}

func TestBadTokens(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	good := u.token
	arm := u.form("/"+u.info.TenantID+"/oauth2/v2.0/token", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {u.info.ClientID}, "client_secret": {u.info.ClientSecret}, "scope": {u.base + "/arm/.default"},
	}).want(200).text("access_token")
	other := newTenantUnderTest(t, Options{Seed: 99})
	for name, header := range map[string]string{
		"none": "", "empty": "Bearer ", "other scheme": "Basic eDp5", "no token": "Bearer x", "unsigned": "Bearer " + good[:strings.LastIndex(good, ".")+1],
		"tampered": "Bearer " + good[:len(good)-4] + "AAAA", "of another tenant": "Bearer " + other.token, "for another resource": "Bearer " + arm,
	} {
		r := u.request("GET", "/v1.0/users", nil)
		r.Header.Set("Authorization", header)
		g := u.send(r)
		if g.status != 401 || g.text("error", "code") != "InvalidAuthenticationToken" || g.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: %d %s", name, g.status, g.raw)
		}
	}
	u.clock.advance(time.Hour)
	u.get("/users").wantError(401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.")
	u.signIn()
	u.get("/users").want(200)
}

func TestDiscovery(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	get := func(path string) *got { return u.send(u.request("GET", path, nil)) }
	m := get("/metadata/endpoints?api-version=2022-09-01").want(200)
	if m.text("name") == "" || m.text("resourceManager") == "" || m.text("microsoftGraphResourceId") != u.base+"/" || m.text("authentication", "loginEndpoint") != u.base {
		t.Errorf("%s", m.raw)
	}
	for _, tenant := range []string{u.info.TenantID, "contoso.onmicrosoft.com", "common", "organizations"} {
		g := get("/" + tenant + "/v2.0/.well-known/openid-configuration").want(200)
		if g.text("issuer") == "" || g.text("authorization_endpoint") == "" || !strings.HasSuffix(g.text("token_endpoint"), "/oauth2/v2.0/token") {
			t.Errorf("%s: %s", tenant, g.raw)
		}
	}
	get("/fabrikam.com/v2.0/.well-known/openid-configuration").want(400)
	i := get("/common/discovery/instance?api-version=1.1&authorization_endpoint=" + url.QueryEscape(u.base+"/"+u.info.TenantID+"/oauth2/v2.0/authorize")).want(200)
	if i.text("tenant_discovery_endpoint") != u.base+"/"+u.info.TenantID+"/v2.0/.well-known/openid-configuration" || i.text("metadata", 0, "aliases", 0) != "graph.test" {
		t.Errorf("%s", i.raw)
	}
	get("/nowhere").want(404)
}
