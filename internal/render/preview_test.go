package render

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/preview"
)

// someResults are users of every action.
func someResults() []*preview.Result {
	at := diag.Range{Filename: "users.ndjson", Start: diag.Pos{Line: 4, Column: 14, Byte: 436}}
	search := preview.Request{Method: "GET", Path: []byte("/Users?filter=userName%20eq%20%22ann%22")}
	return []*preview.Result{
		{ID: "1", Name: "ann@contoso.com", Action: preview.Create, Requests: []preview.Request{
			search, {Method: "POST", Path: []byte("/Users"), Body: []byte(`{"userName":"ann","emails":[{"value":"<a>"}]}`)},
		}},
		{ID: "2", Name: "ben@contoso.com", Action: preview.Disable, Requests: []preview.Request{
			{Method: "PATCH", Path: []byte("/Users/{id}"), Body: []byte(`{"Operations":[]}`)},
		}, Problems: []preview.Problem{{Severity: diag.Warning, Code: preview.CodeLeftOut, Target: "title", Message: "no date", Advice: "Mend the expression."}}},
		{ID: "3", Action: preview.Skip, Problems: []preview.Problem{{Severity: diag.Warning, Code: "NotEffectivelyEntitled",
			Message: "the User is not assigned to the application, and the job's scope is assigned objects only", Advice: "Assign the object."}}},
		{ID: "4", Name: "d\x1b[31m", Action: preview.Fail, Problems: []preview.Problem{{Severity: diag.Error, Code: preview.CodeTooLong, Target: "title", Message: "title has 70 characters"}}},
		{Action: preview.Invalid, Problems: []preview.Problem{{Severity: diag.Error, Code: "SC1951", Message: "the record is left out: a value is expected", At: at}}},
		{ID: "6", Action: preview.None}, {ID: "7", Action: preview.Update}, {ID: "8", Action: preview.Delete, Requests: []preview.Request{{Method: "DELETE", Path: []byte("/Users/{id}")}}},
	}
}

func someSummary() preview.Summary {
	return preview.Summary{
		Users: 1234567, InScope: 1234000, Flawed: 12,
		Actions: map[preview.Action]int{preview.Create: 1000000, preview.Skip: 234000, preview.Fail: 1, preview.Invalid: 566},
		Reasons: []preview.Reason{
			{Problem: preview.Problem{Severity: diag.Error, Code: "SC1951", Message: "the record is left out: a value is expected"}, Action: preview.Invalid, Count: 566, First: "users.ndjson:4"},
			{Problem: preview.Problem{Severity: diag.Error, Code: preview.CodeTooLong, Target: "title", Message: "title has 70 characters, and the server takes 64"}, Action: preview.Fail, Count: 1, First: "ann@contoso.com"},
			{Problem: preview.Problem{Severity: diag.Warning, Code: preview.CodeLeftOut, Target: "title", Message: "no date"}, Action: preview.Create, Count: 12, First: "ben"},
			{Problem: preview.Problem{Severity: diag.Note, Code: "RedundantExport", Message: "nothing"}, Action: preview.None, Count: 12, First: "ben"},
		},
	}
}

// formatted writes results as a run does.
func formatted(f preview.Format, results []*preview.Result) string {
	b := []byte(f.Head)
	for i, r := range results {
		piece := f.Append(nil, r)
		if i > 0 && len(piece) > 0 && len(b) > len(f.Head) {
			b = append(b, f.Between...)
		}
		b = append(b, piece...)
	}
	return string(b) + f.Tail
}

func TestPreviewViews(t *testing.T) {
	for _, width := range []int{80, 120} {
		for kind, color := range map[string]bool{"pipe": false, "terminal": true} {
			var b bytes.Buffer
			p := New(&b, width, color)
			b.WriteString(formatted(p.Preview(), someResults()) + "\n")
			p.PreviewSummary(someSummary())
			golden(t, fmt.Sprintf("preview-%d-%s.golden", width, kind), b.String())
			checkLines(t, b.String(), width)
		}
	}
}

func TestPreviewHTTP(t *testing.T) {
	golden(t, "preview.http", formatted(PreviewHTTP(Endpoint{Base: "https://scim.example/v2/", Query: "region=eu"}), someResults()))
}

// TestPreviewHAR: the archive is one JSON document with what HAR 1.2 asks of every
// entry, and no token.
func TestPreviewHAR(t *testing.T) {
	text := formatted(PreviewHAR(Endpoint{Base: "https://scim.example/v2"}, "1.2.3", time.Date(2026, 1, 31, 8, 0, 0, 0, time.UTC)), someResults())
	golden(t, "preview.har", text)
	var har struct {
		Log struct {
			Version string
			Creator map[string]string
			Entries []map[string]any
		}
	}
	if err := json.Unmarshal([]byte(text), &har); err != nil {
		t.Fatal(err)
	}
	if har.Log.Version != "1.2" || har.Log.Creator["name"] != "scimctl" || har.Log.Creator["version"] != "1.2.3" || len(har.Log.Entries) != 4 {
		t.Errorf("%+v", har.Log)
	}
	for _, e := range har.Log.Entries {
		for object, members := range map[string][]string{
			"":         {"startedDateTime", "time", "request", "response", "cache", "timings"},
			"request":  {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"},
			"response": {"status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"},
			"timings":  {"send", "wait", "receive"},
		} {
			o := e
			if object != "" {
				o = e[object].(map[string]any)
			}
			for _, name := range members {
				if o[name] == nil {
					t.Errorf("an entry has no %s.%s", object, name)
				}
			}
		}
	}
	if strings.Contains(text, "Authorization") || strings.Contains(text, "/Users/{") {
		t.Error(text)
	}
}

func TestMeter(t *testing.T) {
	s, _, _, errOut := iostreams.Test()
	now := time.Unix(0, 0)
	clock := func() time.Time { return now }
	m := NewMeter(s, "user", 1000, clock)
	now = now.Add(5 * time.Second)
	m.Done(10, 10)
	m.Stop()
	if errOut.Len() > 0 {
		t.Errorf("in a pipe: %q", errOut)
	}
	s.SetTerminal(80, false)
	m = NewMeter(s, "user", 1000, clock)
	m.Done(10, 10)
	if errOut.Len() > 0 {
		t.Errorf("at once: %q", errOut)
	}
	now = now.Add(2 * time.Second)
	m.Done(5000, 250)
	m.Done(5001, 251)
	m.Stop()
	if want := "\r\x1b[K 25 %  5,000 users, 2,500 a second, 6s left\r\x1b[K"; errOut.String() != want {
		t.Errorf("%q, want %q", errOut, want)
	}
	errOut.Reset()
	m = NewMeter(s, "user", 0, clock)
	now = now.Add(2 * time.Second)
	m.Done(5000, 250)
	if want := "\r\x1b[K5,000 users, 2,500 a second"; errOut.String() != want {
		t.Errorf("%q, want %q", errOut, want)
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -123: "-123", -1234: "-1,234"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
