package emulator

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// harFile is what the test reads of a log.
type harFile struct {
	Log struct {
		Version string
		Entries []struct {
			Comment  string
			Request  struct{ Method, URL string }
			Response struct{ Status int }
		}
	}
}

// TestRequestLog checks that the log is a whole document at any time, holds what was
// said on both sides, and no secret, wherever that stood.
func TestRequestLog(t *testing.T) {
	const canary, password = "canary-71c0de55", "Pa55-canary-word!"
	name := filepath.Join(t.TempDir(), "log.har")
	p, err := ParseFaults("f", []byte(`{"rules": [{"path": "/groups", "reset": "after"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	u := newTenantUnderTest(t, Options{HAR: name, Faults: p})
	a := u.newApp("x")
	a.secrets("BaseAddress", "https://vendor.example/scim", "SecretToken", canary).want(204)
	secrets := "/servicePrincipals/" + a.sp + "/synchronization/secrets"
	u.call("PUT", secrets, `{"value":[{"key":"secrettoken","value":"other-`+password+`"}]}`).want(500)
	u.call("PUT", secrets, `{"value":[{"key":"SecretToken","value":"`+password+`"`).want(400)
	u.post("/users", map[string]any{
		"accountEnabled": true, "displayName": "Known by name", "mailNickname": "k", "userPrincipalName": "k@contoso.com",
		"passwordProfile": map[string]any{"password": password},
	}).want(201)
	u.get("/users?$filter=displayName eq '" + canary + "'&$top=1").want(200)
	if status, _, _ := u.outcome("GET", "/groups", nil); status != 0 {
		t.Errorf("the connection was not broken off: %d", status)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var doc harFile
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatalf("the log is no JSON: %v\n%.300s", err, data)
	}
	for what, secret := range map[string]string{
		"stored secret": canary, "client secret": u.info.ClientSecret, "SCIM token": u.info.SCIMToken, "access token": u.token, "password": password,
	} {
		if i := strings.Index(string(data), secret); i >= 0 {
			t.Errorf("the log shows the %s: %s", what, data[max(0, i-300):i+20])
		}
	}
	for _, want := range []string{"Known by name", "https://vendor.example/scim", "BaseAddress", u.info.ClientID, "Bearer ***", "instantiate", "broken off"} {
		if !strings.Contains(string(data), want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	last := doc.Log.Entries[len(doc.Log.Entries)-1]
	if doc.Log.Version != "1.2" || last.Response.Status != 0 || last.Request.Method != "GET" || last.Comment == "" {
		t.Errorf("%s %+v", doc.Log.Version, last)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	r := u.request("GET", "/_control/har", nil)
	r.Host = "localhost:1"
	r.Header.Set("Authorization", "Bearer "+u.info.ClientSecret)
	if g := u.send(r).want(http.StatusOK); len(g.list("log", "entries")) != len(doc.Log.Entries) {
		t.Errorf("the control API shows another log than the file")
	}
}

// TestNoRequestLog names what is missing.
func TestNoRequestLog(t *testing.T) {
	if _, err := New(Options{HAR: filepath.Join(t.TempDir(), "no", "log.har")}); err == nil || !strings.Contains(err.Error(), "request log") {
		t.Errorf("error %v", err)
	}
	u := newTenantUnderTest(t, Options{})
	r := u.request("GET", "/_control/har", nil)
	r.Host = "localhost:1"
	r.Header.Set("Authorization", "Bearer "+u.info.ClientSecret)
	u.send(r).wantError(404, "NoRequestLog", "--har")
}
