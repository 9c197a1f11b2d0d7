package interop

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// tenantURL is what the idmelon profile stores; the emulator routes it to SCIMMY.
const tenantURL = "https://sso.idmelon.com/api/scim/v2"

// TestSCIMMY sets IDmelon's provisioning up and provisions into SCIMMY: everybody
// arrives, or stays away, as the exit codes say.
func TestSCIMMY(t *testing.T) {
	base := scimmy(t)
	x := tenant(t, build(t), tenantURL, base)

	x.run(0, "apply", "-f", "idmelon", "--yes")
	x.run(0, "plan", "-f", "idmelon", "--exit-code")
	if n := count(t, base, "/Users"); n != 0 {
		t.Fatalf("%d users before anybody was provisioned", n)
	}

	x.run(0, "provision", "-f", "idmelon", "--user", "alice@contoso.com")
	alice := find(t, base, "/Users", `emails.value eq "alice@contoso.com"`)
	if alice["userName"] != alice["externalId"] || alice["userName"] == "" {
		t.Errorf("userName %v, externalId %v: both are the object id", alice["userName"], alice["externalId"])
	}
	if alice["active"] != true {
		t.Errorf("active is %v", alice["active"])
	}
	name, _ := alice["name"].(map[string]any)
	if want := strings.TrimSpace(text(name["givenName"]) + " " + text(name["familyName"])); name["formatted"] != want || want == "" {
		t.Errorf("name.formatted is %v, want %q", name["formatted"], want)
	}

	x.run(0, "provision", "-f", "idmelon", "--user", "alice@contoso.com")
	x.run(2, "provision", "-f", "idmelon", "--user", "carl@contoso.com") // disabled
	x.run(2, "provision", "-f", "idmelon", "--user", "jose@contoso.com") // not assigned
	x.run(1, "provision", "-f", "idmelon", "--user", "nobody@contoso.com")
	if n := count(t, base, "/Users"); n != 1 {
		t.Fatalf("%d users, want alice alone", n)
	}

	x.run(0, "provision", "-f", "idmelon", "--group", "IDmelon users", "--member", "alice@contoso.com")
	group := find(t, base, "/Groups", `displayName eq "IDmelon users"`)
	members, _ := group["members"].([]any)
	if len(members) != 1 || members[0].(map[string]any)["value"] != alice["id"] {
		t.Errorf("members %v, want %v", members, alice["id"])
	}
}

// TestSCIMMYRefusesToken shows that a wrong token ends before the job is started.
func TestSCIMMYRefusesToken(t *testing.T) {
	base := scimmy(t)
	x := tenant(t, build(t), tenantURL, base)
	for i, v := range x.env {
		if strings.HasPrefix(v, "IDMELON_SCIM_TOKEN=") {
			x.env[i] = "IDMELON_SCIM_TOKEN=not-the-token"
		}
	}
	out := x.run(1, "apply", "-f", "idmelon", "--yes")
	if !strings.Contains(out, "token") || strings.Contains(out, "not-the-token") {
		t.Errorf("a wrong token is said as:\n%s", out)
	}
	if out := x.run(2, "plan", "-f", "idmelon", "--exit-code"); !strings.Contains(out, "start") {
		t.Errorf("the job must still have to be started:\n%s", out)
	}
}

// count is the number of resources of a collection.
func count(t *testing.T, base, path string) int {
	t.Helper()
	return len(list(t, base+path))
}

// find returns the one resource that fits a filter.
func find(t *testing.T, base, path, filter string) map[string]any {
	t.Helper()
	found := list(t, base+path+"?filter="+url.QueryEscape(filter))
	if len(found) != 1 {
		t.Fatalf("%d resources of %s fit %s", len(found), path, filter)
	}
	return found[0]
}

func list(t *testing.T, address string) []map[string]any {
	t.Helper()
	found, _ := page(t, address)
	return found
}

// page reads one page of a collection, and how many resources there are in all.
func page(t *testing.T, address string) (found []map[string]any, total int) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var l struct {
		Resources    []map[string]any
		TotalResults int
	}
	if err := json.Unmarshal(body, &l); err != nil {
		t.Fatalf("%s: %v\n%s", address, err, body)
	}
	return l.Resources, l.TotalResults
}

func text(v any) string {
	s, _ := v.(string)
	return s
}
