package emulator

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
	"github.com/scimctl/scimctl/pkg/entra"
)

func (u *tenantUnderTest) instantiate(name string) (sp, app string) {
	u.t.Helper()
	made := u.post("/applicationTemplates/"+entra.NonGalleryTemplateID+"/instantiate", map[string]any{"displayName": name}).want(201)
	return made.text("servicePrincipal", "id"), made.text("application", "id")
}

func TestReplication(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{ReplicationDelay: 10 * time.Second, SyncfabricDelay: 40 * time.Second}})
	sp, app := u.instantiate("x")
	jobs := "/servicePrincipals/" + sp + "/synchronization/jobs"
	u.get("/servicePrincipals/"+sp).wantError(404, "Request_ResourceNotFound", sp)
	u.get("/applications/"+app).wantError(404, "Request_ResourceNotFound", app)
	if n := len(u.get("/applications?$filter=displayName eq 'x'").list("value")); n != 0 {
		t.Error("a list knows the application already")
	}
	u.clock.advance(10 * time.Second)
	u.get("/servicePrincipals/" + sp).want(200)
	u.get("/applications/" + app).want(200)
	u.get(jobs).wantError(401, "UnknownError", "")
	u.clock.advance(15 * time.Second)
	u.get(jobs).want(403)
	u.clock.advance(15 * time.Second)
	u.get(jobs).want(200)
	// What was there before is known everywhere.
	seeded := u.get("/servicePrincipals?$filter=displayName eq 'andmoney rooms'").text("value", 0, "id")
	u.get("/servicePrincipals/" + seeded + "/synchronization/jobs").want(200)
}

func TestJobDelays(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{JobDelay: 5 * time.Second, JobConflict: 20 * time.Second, PausedSchedule: true}})
	sp, _ := u.instantiate("x")
	job := "/servicePrincipals/" + sp + "/synchronization/jobs/" + u.post("/servicePrincipals/"+sp+"/synchronization/jobs", map[string]any{"templateId": "scim"}).want(201).text("id")
	u.get(job).want(404)
	u.clock.advance(5 * time.Second)
	u.get(job).want(200)
	for _, x := range []struct{ method, at string }{{"POST", job + "/start"}, {"POST", job + "/pause"}, {"POST", job + "/restart"}, {"DELETE", job}} {
		u.call(x.method, x.at, nil).want(409)
	}
	u.clock.advance(15 * time.Second)
	u.post(job+"/start", nil).want(204)
	u.post(job+"/pause", nil).want(204)
	if state := u.get(job).text("schedule", "state"); state != "Paused" {
		t.Errorf("state %s", state)
	}
}

func TestSecretsReplaceAndLag(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{ReplaceSecrets: true, SecretsDelay: 3 * time.Second}})
	a := u.newApp("x")
	u.clock.advance(3 * time.Second)
	a.secrets("SyncAll", "true").want(204)
	if len(a.stored()) != 3 {
		t.Errorf("a read right after the write sees %v", a.stored())
	}
	u.clock.advance(3 * time.Second)
	if d := cmp.Diff([]string{"SyncAll=true"}, a.stored()); d != "" {
		t.Error(d)
	}
}

func TestThrottling(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{Throttle: 2}})
	for range 2 {
		if g := u.get("/organization").want(429); g.header.Get("Retry-After") != "1" {
			t.Errorf("%v", g.header)
		}
	}
	u.get("/organization").want(200)
	refused := 0
	for range 40 {
		if u.get("/organization").status == 429 {
			refused++
		}
	}
	if refused != 4 {
		t.Errorf("%d of 40 were refused, want one in ten", refused)
	}
	bare := newTenantUnderTest(t, Options{Behaviour: Behaviour{Throttle: 1, ThrottleBare: true}})
	if g := bare.get("/organization").want(429); g.header.Get("Retry-After") != "" {
		t.Error("Retry-After is there")
	}
}

func TestDenials(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{DenySynchronization: true}})
	sp, _ := u.instantiate("x")
	g := u.get("/servicePrincipals/" + sp + "/synchronization/secrets").want(401)
	if g.text("error", "code") != "UnknownError" || g.text("error", "message") != "" {
		t.Errorf("%s", g.raw)
	}
	u = newTenantUnderTest(t, Options{Behaviour: Behaviour{DenyDirectory: true}})
	u.get("/users").wantError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
	u.get("/organization").want(200) // any signed-in caller may read it
}

func TestNonJSONKey(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{NonJSONOnDemandKey: true}})
	a := u.newApp("x")
	g := a.provisionRaw("User", u.userID("alice")).want(200)
	if json.Valid([]byte(g.text("key"))) || !strings.HasPrefix(g.text("key"), "Microsoft.Identity.Health.CPP.Common.D") || !json.Valid([]byte(g.text("value"))) {
		t.Errorf("%s", g.raw)
	}
}

// TestDecorations: under each look the schema says the same, can be written back
// as it was read, and reads the same after that.
func TestDecorations(t *testing.T) {
	for name, b := range map[string]Behaviour{
		"plain": {}, "old names": {OldDirectoryNames: true}, "spaced flags": {SpacedFlags: true}, "empty defaults": {EmptyDefaults: true},
		"shuffled": {ShuffleSchema: true}, "normalised": {NormaliseExpressions: true}, "extra mapping": {ExtraMapping: true},
		"all": {OldDirectoryNames: true, SpacedFlags: true, EmptyDefaults: true, ShuffleSchema: true, NormaliseExpressions: true, ExtraMapping: true},
	} {
		t.Run(name, func(t *testing.T) {
			u := newTenantUnderTest(t, Options{Behaviour: b})
			a := u.newApp("x")
			first := u.get(a.at + "/schema").want(200)
			text := string(first.raw)
			for what, check := range map[string]struct{ on, seen bool }{
				"old names":      {b.OldDirectoryNames, strings.Contains(text, "Azure Active Directory") && !strings.Contains(text, "Microsoft Entra ID")},
				"spaced flags":   {b.SpacedFlags, strings.Contains(text, `"Add, Update, Delete"`)},
				"empty defaults": {b.EmptyDefaults, attributeMapping(t, first.body.(map[string]any), "User", "title")["defaultValue"] == ""},
				"normalised":     {b.NormaliseExpressions, strings.Contains(text, `Switch([IsSoftDeleted],,\"False\",\"True\",\"True\",\"False\")`)},
				"extra mapping":  {b.ExtraMapping, strings.Contains(text, `"targetAttributeName":"locale"`)},
			} {
				if check.on != check.seen {
					t.Errorf("%s: switched on is %v, seen is %v", what, check.on, check.seen)
				}
			}
			if again := u.get(a.at + "/schema"); (string(again.raw) != text) != b.ShuffleSchema {
				t.Errorf("two reads are equal: %v", string(again.raw) == text)
			}
			a.putSchema(first.body).want(204)
			second := a.schema()
			delete(second, "version")
			delete(first.body.(map[string]any), "version")
			if d := cmp.Diff(unordered(first.body), unordered(second)); d != "" {
				t.Errorf("written back it reads differently:\n%s", d)
			}
			a.secrets("SyncAll", "true").want(204)
			if key, value := a.provision("User", u.userID("alice")); key.text("result") != "Success" {
				t.Errorf("%s %s", key.raw, value.raw)
			}
		})
	}
}

// unordered prints a value without regard to the order of elements.
func unordered(v any) string {
	switch v := v.(type) {
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = unordered(e)
		}
		slices.Sort(parts)
		return "[" + strings.Join(parts, ",") + "]"
	case map[string]any:
		parts := []string{}
		for name, e := range v {
			parts = append(parts, name+":"+unordered(e))
		}
		slices.Sort(parts)
		return "{" + strings.Join(parts, ",") + "}"
	}
	return fmt.Sprintf("%v", v)
}

func TestExtraMappingStaysAway(t *testing.T) {
	u := newTenantUnderTest(t, Options{Behaviour: Behaviour{ExtraMapping: true}})
	a := u.newApp("x")
	doc := a.schema()
	users := objectMapping(t, doc, "User")
	users["attributeMappings"] = slices.DeleteFunc(users["attributeMappings"].([]any), func(m any) bool {
		return m.(map[string]any)["targetAttributeName"] == "locale"
	})
	a.putSchema(doc).want(204)
	raw, err := json.Marshal(a.schema())
	if err != nil || strings.Contains(string(raw), `"targetAttributeName":"locale"`) {
		t.Error("the mapping came back")
	}
	if _, err := syncschema.Parse(raw); err != nil {
		t.Error(err)
	}
}

func TestLatencyAndLog(t *testing.T) {
	var seen []Request
	u := newTenantUnderTest(t, Options{Latency: 20 * time.Millisecond, Log: func(r Request) { seen = append(seen, r) }})
	u.get("/users/alice@contoso.com?$select=id").want(200)
	if len(seen) != 1 || seen[0].Method != "GET" || seen[0].Path != "/v1.0/users/alice@contoso.com" || seen[0].Status != 200 || seen[0].Took < 20*time.Millisecond {
		t.Errorf("%+v", seen)
	}
}
