package entra_test

import (
	"encoding/json"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
)

// TestNotRun reads a job that was started and has not run: its last execution
// looks like a failure and is none.
func TestNotRun(t *testing.T) {
	const doc = `{"id":"scim.0f1e.4ba2","templateId":"scim","schedule":{"expiration":null,"interval":"PT40M","state":"Active"},
		"status":{"code":"NotRun","lastExecution":{"state":"Failed","timeBegan":"0001-01-01T00:00:00Z","timeEnded":"0001-01-01T00:00:00Z",
		"error":{"code":"None","message":"","tenantActionable":false}},"quarantine":null,"progress":[],"troubleshootingUrl":""}}`
	var job entra.Job
	if err := json.Unmarshal([]byte(doc), &job); err != nil {
		t.Fatal(err)
	}
	if !job.Active() || job.Status.Code != entra.StatusNotRun || job.Status.LastExecution.Happened() {
		t.Errorf("%+v", job)
	}
	for name, e := range map[string]*entra.Execution{
		"with an error": {Error: &entra.ExecutionError{Code: "Unauthorized"}},
	} {
		if !e.Happened() {
			t.Errorf("%s: did not happen", name)
		}
	}
	var none *entra.Execution
	if none.Happened() {
		t.Error("no execution happened")
	}
	if err := (&entra.ConnectionError{Code: "A", Message: "b"}).Error(); err != "A: b" {
		t.Error(err)
	}
}
