package graph

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/entra"
)

// logEntries reads the whole log.
func logEntries(t *testing.T, c *Client, q LogQuery) ([]entra.LogEntry, error) {
	t.Helper()
	var all []entra.LogEntry
	for e, err := range c.Log(t.Context(), q) {
		if err != nil {
			return all, err
		}
		all = append(all, e)
	}
	return all, nil
}

// TestLogSamples reads entries as they were published and seen: a live one, two of
// the documentation, and one of its older form.
func TestLogSamples(t *testing.T) {
	f := newTenant(t)
	f.on("GET /auditLogs/provisioning", answer{Body: sample(t, "answers/log.json")})
	all, err := logEntries(t, f.client(), LogQuery{})
	if err != nil || len(all) != 4 {
		t.Fatalf("%d entries, %v", len(all), err)
	}
	live, failed, done, old := all[0], all[1], all[2], all[3]
	if live.App != (entra.LogParty{ID: spID, DisplayName: "Contoso SCIM"}) || live.Action != "other" || live.Status != entra.LogSkipped || live.Error != nil || !live.Redundant() ||
		!live.Time.Equal(time.Date(2026, 7, 17, 12, 31, 10, 0, time.UTC)) || live.Took != 630*time.Millisecond || live.Name() != "contoso-group" || len(live.Steps) != 4 {
		t.Errorf("live entry: %+v", live)
	}
	if failed.Status != entra.LogFailure || failed.Code() != "ContosoEntryConflict" || failed.Error.Category != "nonServiceFailure" || failed.Error.RecommendedAction != "" || failed.Source.Type != "Group" ||
		failed.Steps[2].Type != "export" || failed.Modified[0].OldValue != nil || *failed.Modified[1].NewValue != "Self-service Pilot" {
		t.Errorf("failure: %+v", failed)
	}
	if done.Status != entra.LogSuccess || done.Error != nil || done.Steps[0].Type != "import" || done.Reason() != "" {
		t.Errorf("success: %+v", done)
	}
	if old.Action != "create" || old.Status != entra.LogFailure || old.Code() != "BoxEntryConflict" || !strings.HasPrefix(old.Reason(), "Message: Box returned") {
		t.Errorf("older form: %+v", old)
	}
}

// TestLogOdd: what is not as documented costs the odd part and nothing else.
func TestLogOdd(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want entra.LogEntry
	}{
		"nothing":              {`{}`, entra.LogEntry{}},
		"null everywhere":      {`{"id":null,"servicePrincipal":null,"provisioningStatusInfo":null,"provisioningSteps":null,"sourceIdentity":null,"modifiedProperties":null,"durationInMilliseconds":null}`, entra.LogEntry{}},
		"list of applications": {`{"id":"1","servicePrincipal":[{"id":"sp","displayName":"A"},{"id":"other"}]}`, entra.LogEntry{ID: "1", App: entra.LogParty{ID: "sp", DisplayName: "A"}}},
		"empty list":           {`{"id":"1","servicePrincipal":[]}`, entra.LogEntry{ID: "1"}},
		"numbers for text":     {`{"id":1,"jobId":2,"durationInMilliseconds":"30"}`, entra.LogEntry{ID: "1", JobID: "2", Took: 30 * time.Millisecond}},
		"other types":          {`{"id":"1","provisioningStatusInfo":[],"provisioningSteps":{},"modifiedProperties":"x","activityDateTime":"yesterday"}`, entra.LogEntry{ID: "1"}},
		"capital status":       {`{"id":"1","provisioningAction":"StagedDelete","provisioningStatusInfo":{"status":"Skipped"}}`, entra.LogEntry{ID: "1", Action: entra.LogStagedDelete, Status: entra.LogSkipped}},
	} {
		var r logRecord
		if err := json.Unmarshal([]byte(c.body), &r); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got, want := fmt.Sprintf("%+v", r.entry()), fmt.Sprintf("%+v", c.want); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

// TestLogQuery: the query is Microsoft's own: small letters, gt and lt, and nothing
// that the documentation does not name.
func TestLogQuery(t *testing.T) {
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.FixedZone("", 3600))
	for name, c := range map[string]struct {
		q      LogQuery
		filter string
		top    string
	}{
		"everything":  {LogQuery{}, "", "500"},
		"application": {LogQuery{ServicePrincipalID: "AB'C"}, "contains(tolower(servicePrincipal/id), 'ab''c')", "500"},
		"since":       {LogQuery{Since: at, Page: 20}, "activityDateTime gt 2026-11-20T10:59:59Z", "20"},
		"all": {LogQuery{ServicePrincipalID: "a", Since: at, Until: at, Page: 9999},
			"contains(tolower(servicePrincipal/id), 'a') and activityDateTime gt 2026-11-20T10:59:59Z and activityDateTime lt 2026-11-20T11:00:01Z", "500"},
	} {
		got, err := url.ParseQuery(c.q.odata())
		if err != nil || got.Get("$filter") != c.filter || got.Get("$top") != c.top || got.Get("$orderby") != "activityDateTime desc" {
			t.Errorf("%s: %v (%v)", name, got, err)
		}
	}
}

// TestLogPages follows pages only as far as they are taken, and never elsewhere.
func TestLogPages(t *testing.T) {
	f := newTenant(t)
	entry := func(id string) string { return `{"id":"` + id + `"}` }
	next := func(query string) string { return f.server.URL + "/v1.0/auditLogs/provisioning?" + query }
	page := func(to string, entries ...string) answer {
		return answer{Body: fmt.Sprintf(`{"value":[%s],"@odata.nextLink":%q}`, strings.Join(entries, ","), to)}
	}
	f.on("GET /auditLogs/provisioning", page(next("$skiptoken=1"), entry("1"), entry("2")), answer{Body: value(entry("3"))})
	all, err := logEntries(t, f.client(), LogQuery{})
	if err != nil || len(all) != 3 || all[2].ID != "3" || f.requests()[1] != "GET /auditLogs/provisioning?$skiptoken=1" {
		t.Errorf("%d entries, %v, %q", len(all), err, f.requests())
	}
	before := len(f.requests())
	f.on("GET /auditLogs/provisioning", page(next("$skiptoken=1"), entry("1"), entry("2")))
	for range f.client().Log(t.Context(), LogQuery{}) {
		break
	}
	if n := len(f.requests()) - before; n != 1 {
		t.Errorf("%d pages were read for one entry", n)
	}
	for name, to := range map[string]string{"another host": "https://evil.example/v1.0/auditLogs/provisioning", "itself": next("$skiptoken=9")} {
		f.on("GET /auditLogs/provisioning", page(to, entry("1")))
		if _, err := logEntries(t, f.client(), LogQuery{}); err == nil || !strings.Contains(err.Error(), "next page") {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.on("GET /auditLogs/provisioning", fail(403, "Authentication_RequestFromUnsupportedUserRole", "Calling principal does not have required permissions."))
	if _, err := logEntries(t, f.client(), LogQuery{}); err == nil || !strings.Contains(err.Error(), "AuditLog.Read.All") {
		t.Errorf("a refusal does not name the permission: %v", err)
	}
}

// FuzzLogRecord reads any entry: one that is JSON costs no error, whatever is in it.
func FuzzLogRecord(f *testing.F) {
	var samples struct{ Value []json.RawMessage }
	if err := json.Unmarshal([]byte(sample(f, "answers/log.json")), &samples); err != nil {
		f.Fatal(err)
	}
	for _, s := range samples.Value {
		f.Add([]byte(s))
	}
	f.Add([]byte(`{"servicePrincipal":[[1]],"provisioningSteps":[{"details":[]},7],"durationInMilliseconds":1e99}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var object map[string]json.RawMessage
		if json.Unmarshal(data, &object) != nil {
			return
		}
		var r logRecord
		if err := json.Unmarshal(data, &r); err != nil {
			t.Fatalf("%v in %q", err, data)
		}
		e := r.entry()
		e.Name()
		e.Reason()
		if e.Next() != "" && e.Status == entra.LogSuccess {
			t.Errorf("a success has something to do: %+v", e)
		}
	})
}
