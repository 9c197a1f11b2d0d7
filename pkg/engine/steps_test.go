package engine_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim/client"
)

func clock() time.Time { return morning }

// sample is a record of the service, as far as steps go.
type sample struct {
	Steps []struct {
		Name        string            `json:"name"`
		Type        string            `json:"type"`
		Status      string            `json:"status"`
		Description string            `json:"description"`
		Details     map[string]string `json:"details"`
	} `json:"steps"`
}

// TestStepsOfSamples compares the steps with those of the service's own records:
// names, types, statuses, descriptions and the names of details.
func TestStepsOfSamples(t *testing.T) {
	w := newWorld(t, setup{})
	w.must(t, ann(t, nil), engine.ActionCreate, engine.Success)
	w.must(t, sales(t), engine.ActionCreate, engine.Success)
	fresh := newWorld(t, setup{handler: scripted{"GET /Groups": {status: 200, body: list()}, "POST /Groups": refusal(409, "uniqueness", "taken")}})
	tests := []struct {
		file string
		run  func() engine.Outcome
	}{
		{"user_redundant", func() engine.Outcome { out, _ := w.run(t, ann(t, nil)); return out }},
		{"group_redundant", func() engine.Outcome { out, _ := w.run(t, sales(t)); return out }},
		{"group_conflict", func() engine.Outcome { out, _ := fresh.run(t, sales(t)); return out }},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", tt.file+".json"))
			if err != nil {
				t.Fatal(err)
			}
			var want sample
			if err := json.Unmarshal(data, &want); err != nil {
				t.Fatal(err)
			}
			out := tt.run()
			if len(out.Steps) != len(want.Steps) {
				t.Fatalf("%d steps %+v, want %d", len(out.Steps), out.Steps, len(want.Steps))
			}
			for i, s := range out.Steps {
				x := want.Steps[i]
				if s.Name != x.Name || string(s.Type) != x.Type || string(s.Status) != x.Status || s.Description != x.Description {
					t.Errorf("step %d: %s %s %s %q\nwant %s %s %s %q", i, s.Name, s.Type, s.Status, s.Description, x.Name, x.Type, x.Status, x.Description)
				}
				for name, value := range x.Details {
					if j := slices.IndexFunc(s.Details, func(d engine.Detail) bool { return d.Name == name }); j < 0 || s.Details[j].Value != value {
						t.Errorf("step %d: details %+v, want %s=%s among them", i, s.Details, name, value)
					}
				}
				if s.Time != morning {
					t.Errorf("step %d at %s, want the injected clock", i, s.Time)
				}
			}
		})
	}
}

func TestScopeDetails(t *testing.T) {
	w := newWorld(t, setup{users: func(m *mapping.ObjectMapping) { m.Scope = department("Sales") }})
	s := ann(t, map[string]any{"department": "Sales"})
	s.Assigned = false
	out, _ := w.run(t, s)
	want := []engine.Detail{
		{Name: "Active in the source system", Value: "True"},
		{Name: "Assigned to the application", Value: "False"},
		{Name: "User has the required role", Value: "False"},
		{Name: "Scoping filter evaluation passed", Value: "True"},
		{Name: "ScopeEvaluationResult", Value: `{"staff.department EQUALS 'Sales'":true}`},
	}
	if got := stepOf(t, out, engine.StepScoping).Details; !slices.Equal(got, want) {
		t.Errorf("details %+v\nwant    %+v", got, want)
	}
}

// TestRedact: a redacted value is sent, and shown nowhere, whatever happens.
func TestRedact(t *testing.T) {
	const private = `47"11-private`
	redacting := func(m *mapping.ObjectMapping) {
		m.Attributes[4] = mapping.Attribute{Target: text("title"), Kind: mapping.Expression, Source: text(`Append(Redact(Replace([jobTitle], "x", , , "", , )), "!")`)}
	}
	w := newWorld(t, setup{users: redacting})
	s := ann(t, map[string]any{"jobTitle": private})
	created, sent := w.must(t, s, engine.ActionCreate, engine.Success)
	if !strings.Contains(sent[len(sent)-1], `47\"11-private`) {
		t.Fatalf("the value was not sent: %s", sent[len(sent)-1])
	}
	equal, _ := w.must(t, s, engine.ActionOther, engine.Skipped)
	updated, _ := w.must(t, ann(t, map[string]any{"jobTitle": private + "2"}), engine.ActionUpdate, engine.Success)

	echo := newWorld(t, setup{users: redacting, handler: scripted{"GET /Users": {status: 200, body: list()}, "POST /Users": refusal(400, "invalidValue", `no such title: 47"11-private`)}})
	refused, _ := echo.must(t, s, engine.ActionCreate, engine.Failure)

	for name, out := range map[string]engine.Outcome{"created": created, "equal": equal, "updated": updated, "refused": refused} {
		all := everything(out)
		if out.Err != nil {
			all += out.Err.Error()
		}
		if strings.Contains(all, "11-private") {
			t.Errorf("%s shows the value:\n%s", name, all)
		}
		if !strings.Contains(all, "[Redact]") {
			t.Errorf("%s does not say that something is redacted", name)
		}
	}
}

func TestConnection(t *testing.T) {
	w := newWorld(t, setup{})
	if err := w.TestConnection(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.sent) != 2 || !strings.HasPrefix(w.sent[0], `GET /Users?filter=userName eq "`) || !strings.HasPrefix(w.sent[1], `GET /Groups?excludedAttributes=members&filter=displayName eq "`) {
		t.Fatalf("sent %q", w.sent)
	}
	if a, b := w.sent[0][len(w.sent[0])-37:], w.sent[1][len(w.sent[1])-37:]; a == b || strings.Count(a, "-") != 4 {
		t.Errorf("looked for %s and %s, want two random ids", a, b)
	}
	// Each failure by a word of its text.
	tests := map[string]scripted{
		"404":            {"GET /Users": refusal(404, "", "nobody")},
		"made up":        {"GET /Users": {status: 200, body: list(annBody)}},
		"no groups":      {"GET /Users": {status: 200, body: list()}, "GET /Groups": refusal(501, "", "no groups")},
		"cannot be read": {"GET /Users": {status: 200, body: "[]"}},
		"who are you":    {"GET /Users": refusal(401, "", "who are you")},
	}
	for name, script := range tests {
		err := newWorld(t, setup{handler: script}).TestConnection(t.Context())
		if _, ok := err.(*client.Error); !ok || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v, want a *client.Error that says so", name, err)
		} else if strings.Contains(err.Error(), "s3cret-token") {
			t.Errorf("%s: the error shows the token", name)
		}
	}
}

// TestConcurrent provisions many objects at once; run it with -race.
func TestConcurrent(t *testing.T) {
	w := newWorld(t, setup{})
	var wg sync.WaitGroup
	outs := make([]engine.Outcome, 64)
	for i := range outs {
		s := ann(t, map[string]any{"objectId": fmt.Sprintf("id-%d", i), "userPrincipalName": fmt.Sprintf("u%d@contoso.com", i)})
		wg.Go(func() {
			w.Provision(t.Context(), s)
			outs[i] = w.Provision(t.Context(), s)
		})
	}
	wg.Wait()
	for i, out := range outs {
		if out.Code != engine.SkipRedundantExport {
			t.Errorf("user %d the second time: %s %s %s", i, out.Status, out.Code, out.Message)
		}
	}
	if n := len(w.server.State().Users); n != len(outs) {
		t.Errorf("%d users stored, want %d", n, len(outs))
	}
}
