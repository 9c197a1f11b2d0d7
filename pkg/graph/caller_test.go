package graph

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// jwt is a token with these claims.
func jwt(claims string) string {
	part := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	return part(`{"alg":"none"}`) + "." + part(claims) + "." + part("signature")
}

func TestCallerReadsToken(t *testing.T) {
	for name, c := range map[string]struct {
		token string
		want  Caller
	}{
		"application": {jwt(`{"tid":"t","appid":"a","app_displayname":"CI","idtyp":"app","roles":["User.Read.All","Synchronization.Read.All"]}`),
			Caller{TenantID: "t", AppID: "a", Name: "CI", Granted: []string{"User.Read.All", "Synchronization.Read.All"}, Readable: true}},
		"person": {jwt(`{"tid":"t","appid":"a","app_displayname":"Azure CLI","upn":"ann@contoso.com","name":"Ann","scp":"User.Read  AuditLog.Read.All","roles":["Ignored"]}`),
			Caller{TenantID: "t", AppID: "a", Name: "ann@contoso.com", Person: true, Granted: []string{"User.Read", "AuditLog.Read.All"}, Readable: true}},
		"person without names": {jwt(`{"idtyp":"user"}`), Caller{Person: true, Readable: true}},
		"no roles":             {jwt(`{"appid":"a"}`), Caller{AppID: "a", Readable: true}},
		"opaque":               {"opaque-token", Caller{}},
		"not base64":           {"a.***.c", Caller{}},
		"not JSON":             {"a." + base64.RawURLEncoding.EncodeToString([]byte("nonsense")) + ".c", Caller{}},
		"other types":          {jwt(`{"roles":"User.Read.All"}`), Caller{}},
	} {
		var got Caller
		got.read(c.token)
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestCallerSignsInOnce: the token that was read is the one that calls use.
func TestCallerSignsInOnce(t *testing.T) {
	f := newTenant(t)
	f.on("GET "+jobPath, answer{Body: "{}"})
	c := f.client()
	caller, err := c.Caller(t.Context())
	if err != nil || caller.TenantID != tenantID || !caller.Readable || caller.Borrowed {
		t.Fatalf("%+v %v", caller, err)
	}
	if _, err := c.Job(t.Context(), spID, jobID); err != nil {
		t.Fatal(err)
	}
	if len(f.tokenReq) != 1 {
		t.Errorf("%d tokens were asked for", len(f.tokenReq))
	}
	f.tokens = []answer{{Status: 400, Body: `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided."}`}}
	if _, err := f.client().Caller(t.Context()); err == nil {
		t.Error("nobody could sign in, and no error tells it")
	} else if e, ok := err.(*Error); !ok || e.Kind != SignIn {
		t.Errorf("%#v", err)
	}
}

// TestClockSkew compares the clocks by the answer's date.
func TestClockSkew(t *testing.T) {
	f := newTenant(t)
	f.on("GET "+jobPath, answer{Body: "{}", Header: map[string]string{"Date": "Fri, 20 Nov 2026 12:07:30 GMT"}})
	c := f.client()
	if c.Skew() != 0 {
		t.Errorf("skew %v before an answer", c.Skew())
	}
	if _, err := c.Job(t.Context(), spID, jobID); err != nil {
		t.Fatal(err)
	}
	if c.Skew() != 7*time.Minute+30*time.Second {
		t.Errorf("skew %v", c.Skew())
	}
}

func TestRestartJob(t *testing.T) {
	f := newTenant(t)
	f.on("POST "+jobPath+"/restart", answer{Status: 503}, answer{Status: 204})
	c := f.client()
	if err := c.RestartJob(t.Context(), spID, jobID, "Full,ForceDeletes"); err != nil {
		t.Fatal(err)
	}
	if err := c.RestartJob(t.Context(), spID, jobID, ""); err != nil {
		t.Fatal(err)
	}
	var bodies []string
	for _, call := range f.calls {
		bodies = append(bodies, call.Body)
	}
	want := []string{`{"criteria":{"resetScope":"Full,ForceDeletes"}}`, `{"criteria":{"resetScope":"Full,ForceDeletes"}}`, `{"criteria":{}}`}
	if !slices.Equal(bodies, want) {
		t.Errorf("%q, want %q", bodies, want)
	}
}

func TestLicences(t *testing.T) {
	f := newTenant(t)
	f.on("GET /subscribedSkus", answer{Body: value(
		`{"skuPartNumber":"AAD_PREMIUM","capabilityStatus":"Enabled","consumedUnits":3,"prepaidUnits":{"enabled":20,"warning":5,"suspended":1},"servicePlans":[{"servicePlanName":"AAD_PREMIUM","provisioningStatus":"Success"},{"servicePlanName":"AAD_PREMIUM","provisioningStatus":"Success"},{"servicePlanName":"X","provisioningStatus":"PendingInput"}]}`,
		`{"skuPartNumber":"OLD","capabilityStatus":"Suspended","prepaidUnits":null,"servicePlans":null}`)})
	got, err := f.client().Licences(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []entra.Licence{{Name: "AAD_PREMIUM", Enabled: true, Bought: 25, Used: 3, Plans: []string{"AAD_PREMIUM"}}, {Name: "OLD"}}
	if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
