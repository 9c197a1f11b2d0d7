package engine_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
)

var logJob = engine.LogJob{
	TenantID: "0f1e2d3c-4b5a-4978-8796-a5b4c3d2e1f0", JobID: "scim.0f1e2d3c4b5a49788796a5b4c3d2e1f0.11111111-2222-4333-8444-555555555501",
	ServicePrincipal:      engine.LogParty{ID: "11111111-2222-4333-8444-555555555502", DisplayName: "Contoso SCIM"},
	ApplicationTemplateID: "8adf8e6e-67b2-4cf2-a259-e3dc5476c621",
	SourceSystem:          engine.LogParty{ID: "11111111-2222-4333-8444-555555555503", DisplayName: "Microsoft Entra ID"},
	TargetSystem:          engine.LogParty{ID: "11111111-2222-4333-8444-555555555504", DisplayName: "customappsso"},
}

// TestLogEntryOfLiveService: the entry of a group that is already as it should be is
// that of the live service, but for the name of the group in two descriptions.
func TestLogEntryOfLiveService(t *testing.T) {
	data, err := os.ReadFile("testdata/log_group_skipped.json")
	if err != nil {
		t.Fatal(err)
	}
	var want any
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatal(err)
	}
	const id = "11111111-2222-4333-8444-555555555505"
	c := newCompany(t, setup{groups: func(m *mapping.ObjectMapping) { m.Attributes = m.Attributes[:2] }}, nil)
	c.do(c.dir.Put(mapping.Group, map[string]any{"objectId": id, "displayName": "contoso-group"}))
	c.do(c.dir.Assign(id, "User"))
	c.cycle()
	c.do(c.dir.Put(mapping.Group, map[string]any{"objectId": id, "description": "changed"}))
	c.now = time.Date(2026, 7, 17, 12, 31, 10, 0, time.UTC)
	c.counts(engine.Counts{Unchanged: 1})
	record := c.records[0]
	record.CycleID, record.ChangeID = "11111111-2222-4333-8444-555555555506", "11111111-2222-4333-8444-555555555507"
	record.Ended = record.Started.Add(630 * time.Millisecond)
	record.TargetID = "a1b2c3d4e5f6g7"
	got := decoded(t, engine.NewLogEntry(logJob, record, "11111111-2222-4333-8444-555555555508"))

	steps := got["provisioningSteps"].([]any)
	wanted := want.(map[string]any)["provisioningSteps"].([]any)
	for i := range wanted {
		step, live := steps[i].(map[string]any), wanted[i].(map[string]any)
		// The service names the group by its id here, by its name there; this one always
		// by its name, and its import step tells the attributes.
		step["description"] = strings.NewReplacer("'contoso-group'", "NAME").Replace(step["description"].(string))
		live["description"] = strings.NewReplacer("'contoso-group'", "NAME", "'"+id+"'", "NAME", "  ", " ").Replace(live["description"].(string))
		details, liveDetails := step["details"].(map[string]any), live["details"].(map[string]any)
		for name := range liveDetails {
			if _, there := details[name]; !there {
				t.Errorf("step %d has no detail %s", i+1, name)
			}
		}
		switch step["name"] {
		case "EntryImportUpdate":
			details = map[string]any{"objectId": details["objectId"]}
		case "EntryImport":
			details["id"] = "a1b2c3d4e5f6g7"
		case "EntrySynchronizationSkip":
			details["ReportableIdentifier"] = id
		}
		step["details"] = details
	}
	if diff := cmp.Diff(want, any(got)); diff != "" {
		t.Errorf("-live +ours\n%s", diff)
	}
}

func decoded(t *testing.T, v any) map[string]any {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(data, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestLogEntryOfFailure: the error with its category and what to do, the properties
// that should have been written, and nothing that a mapping redacts.
func TestLogEntryOfFailure(t *testing.T) {
	c := newCompany(t, setup{users: func(m *mapping.ObjectMapping) {
		m.Attributes[3] = mapping.Attribute{Target: text("displayName"), Kind: mapping.Expression, Source: text("Redact([displayName])")}
	}}, nil)
	c.hire("ann")
	c.user("ann", map[string]any{"displayName": "Secret Name"})
	c.refuseCreation(refusal(409, "uniqueness", "Secret Name is taken"), "ann@contoso.com")
	c.counts(engine.Counts{Failed: 1})
	entry := decoded(t, engine.NewLogEntry(logJob, c.records[0], "x"))
	if entry["provisioningAction"] != "create" {
		t.Errorf("action %v", entry["provisioningAction"])
	}
	info, _ := entry["provisioningStatusInfo"].(map[string]any)
	failure, _ := info["errorInformation"].(map[string]any)
	if info["status"] != "failure" || failure["errorCode"] != "EntryConflict" || failure["errorCategory"] != "nonServiceFailure" || failure["recommendedAction"] == nil || failure["reason"] == "" {
		t.Errorf("status %+v", info)
	}
	if len(entry["modifiedProperties"].([]any)) == 0 {
		t.Error("no modified properties")
	}
	data, err := json.Marshal(entry)
	if err != nil || strings.Contains(string(data), "Secret Name") || strings.Contains(string(data), "s3cret-token") {
		t.Errorf("%v: the entry shows what it must not: %s", err, data)
	}
	source, _ := entry["sourceIdentity"].(map[string]any)
	if source["displayName"] != "[Redact]" || source["details"].(map[string]any)["UserPrincipalName"] != "ann@contoso.com" {
		t.Errorf("source %+v", source)
	}
}
