package emulator

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/entra"
)

// TestLogQueries: filters, order, pages and counts of the log of real cycles.
func TestLogQueries(t *testing.T) {
	u := newTenantUnderTest(t, Options{})
	a, b := u.newApp("One"), u.newApp("Two")
	b.secrets("BaseAddress", "https://two.example/scim").want(204)
	for _, x := range []*app{a, b} {
		x.assign(u.userID("alice"), entra.UserRoleID).want(201)
		x.start()
		x.tick()
		u.clock.advance(20 * time.Minute)
	}
	a.assign(u.userID("bob"), entra.UserRoleID).want(201)
	cycle := a.tick().text("cycleId")
	log := func(query string) *got {
		t.Helper()
		return u.get("/auditLogs/provisioning?" + query).want(200)
	}
	first := log("$filter=jobId eq '" + a.job + "' and provisioningAction eq 'create'&$orderby=activityDateTime asc").list("value")
	if len(first) != 2 {
		t.Fatalf("%d entries of created users", len(first))
	}
	entry := first[0].(map[string]any)
	alice := u.userID("alice")
	at := entry["activityDateTime"].(string)
	for filter, want := range map[string]int{
		"id eq '" + entry["id"].(string) + "'":                                                                                      1,
		"sourceIdentity/id eq '" + alice + "' and provisioningAction eq 'create'":                                                   2,
		"sourceIdentity/id eq '" + alice + "' and servicePrincipal/id eq '" + a.sp + "' and provisioningAction eq 'create'":         1,
		"contains(tolower(servicePrincipal/displayName), 'two') and provisioningStatusInfo/status eq 'success'":                     1,
		"cycleId eq '" + cycle + "' and provisioningStatusInfo/status eq 'success' and provisioningAction eq 'create'":              1,
		"changeId eq '" + entry["changeId"].(string) + "'":                                                                          1,
		"provisioningAction eq 'create' and activityDateTime ge " + at:                                                              3,
		"provisioningAction eq 'create' and activityDateTime gt " + at:                                                              2,
		"provisioningAction eq 'create' and activityDateTime le " + at:                                                              1,
		"provisioningAction eq 'create' and activityDateTime lt " + at:                                                              0,
		"targetIdentity/id eq '" + entry["targetIdentity"].(map[string]any)["id"].(string) + "' and provisioningAction eq 'create'": 1,
		"provisioningAction eq 'Create'":                                                                                            0, // the log has letter case
		"provisioningStatusInfo/errorInformation/errorCode eq 'Conflict'":                                                           0,
	} {
		if n := len(log("$top=500&$filter=" + filter).list("value")); n != want {
			t.Errorf("%s: %d entries, want %d", filter, n, want)
		}
	}
	u.get("/auditLogs/provisioning?$filter=startswith(jobId,'x')").wantError(400, "BadRequest", "Invalid filter clause")

	var ids []string
	next := "/auditLogs/provisioning?$top=7&$count=true"
	total := 0
	for next != "" {
		page := u.get(next).want(200)
		total = int(page.at("@odata.count").(float64))
		for _, e := range page.list("value") {
			ids = append(ids, e.(map[string]any)["id"].(string))
		}
		link, _ := page.body.(map[string]any)["@odata.nextLink"].(string)
		next = strings.TrimPrefix(link, u.base)
	}
	seen := map[string]bool{}
	for _, id := range ids {
		seen[id] = true
	}
	if len(ids) != total || len(seen) != total || total < 10 {
		t.Errorf("%d entries in pages, %d different ones, count %d", len(ids), len(seen), total)
	}
	if one := u.get("/auditLogs/provisioning/" + ids[0] + "?$select=id,jobId").want(200); one.text("jobId") != a.job || len(one.body.(map[string]any)) != 3 {
		t.Errorf("%s", one.raw)
	}
}

// TestLogIsBounded in number and in time.
func TestLogIsBounded(t *testing.T) {
	u := newTenantUnderTest(t, Options{StateDir: t.TempDir()})
	for i := range 2*maxLog + 10 {
		e := engine.LogEntry{ID: fmt.Sprint(i), ActivityDateTime: seconds(u.clock.now())}
		if err := u.e.log.add(e); err != nil {
			t.Fatal(err)
		}
	}
	kept := u.e.log.recent(u.clock.now())
	if len(kept) != maxLog || kept[0].id != fmt.Sprint(2*maxLog+9) || u.e.log.lines >= 2*maxLog {
		t.Errorf("%d entries, the newest %s, %d lines", len(kept), kept[0].id, u.e.log.lines)
	}
	if n := len(u.e.log.recent(u.clock.now().Add(keepLog + time.Hour))); n != 0 {
		t.Errorf("%d entries after a month", n)
	}
}
