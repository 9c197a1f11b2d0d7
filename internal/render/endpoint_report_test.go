package render

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
)

// hostile is what a server might say to break a report.
const hostile = "\x1b[2J</pre><script>alert(1)</script> | `x` ]]> ::error::no @all #1 \x00 & \"q\""

func someChecks() []endpoint.Check {
	return []endpoint.Check{
		{ID: "T-01", Title: "the tenant URL answers and takes the token", Group: endpoint.Transport, Suites: endpoint.Core, Why: "Nothing can be provisioned otherwise.", Fix: "Check host and port.", Impact: endpoint.Impact{Entra: endpoint.Breaks, Okta: endpoint.Breaks, RFC: endpoint.Breaks}},
		{ID: "T-05", Title: "401 names the way to sign in", Group: endpoint.Transport, Suites: endpoint.RFCSuite, Why: "HTTP asks for it.", Fix: "Send WWW-Authenticate.", Source: "RFC 9110 §11.6.1", Impact: endpoint.Impact{RFC: endpoint.Degrades}},
		{ID: "C-07", Title: "user names are unique in any letter case, which is something that has to be said at some length", Group: endpoint.Create, Suites: endpoint.Core | endpoint.EntraSuite, Why: "Entra compares without regard to letter case and would make a second account.", Fix: "Compare user names without regard to letter case.", Impact: endpoint.Impact{Entra: endpoint.Breaks, Okta: endpoint.Degrades}},
		{ID: "C-22", Title: "values come back unchanged", Group: endpoint.Create, Suites: endpoint.EntraSuite, Why: "Else each cycle sends them again.", Fix: "Store what is sent.", Impact: endpoint.Impact{Entra: endpoint.Degrades}},
		{ID: "G-12", Title: "large groups are fast", Group: endpoint.Groups, Suites: endpoint.EntraSuite, Why: "Cycles are slow otherwise.", Impact: endpoint.Impact{Entra: endpoint.Degrades}},
		{ID: "B-01", Title: "bulk requests work", Group: endpoint.Optional, Suites: endpoint.OptSuite, Why: "It is announced.", Impact: endpoint.Impact{RFC: endpoint.Breaks}},
	}
}

// someEndpointReport has a check of each kind: passed, passed with a note, failed,
// accepted, past its day, and not run for two reasons.
func someEndpointReport() EndpointReport {
	checks := someChecks()
	at := time.Date(2026, 7, 17, 9, 0, 0, 0, time.UTC)
	exchange := endpoint.Exchange{
		Method: "POST", URL: "https://scim.example/v2/Users?x=a%20b&y", RequestHeader: http.Header{"Content-Type": {"application/scim+json"}, "Authorization": {"Bearer ***"}},
		RequestBody: []byte(`{"userName":"SCIMCTL-TEST-1"}`), Status: 201, ResponseHeader: http.Header{"Content-Type": {"text/html"}, "Location": {"/v2/Users/1"}},
		ResponseBody: []byte(`{"id":"1","name":"` + hostile + `"}`), Started: at, Took: 12345 * time.Microsecond,
	}
	dropped := endpoint.Exchange{Method: "GET", URL: "https://scim.example/v2/Users/1", Started: at, Took: 2 * time.Second, Err: "the connection was closed", ResponseBody: []byte{0xff, 0xfe}, ResponseCut: 70000}
	report := &endpoint.Report{
		URL: "https://scim.example/v2", Run: "1f2e3d4c", Started: at, Took: 4200 * time.Millisecond, Requests: 612, Dialects: []string{"entra", "okta-oin"}, Fingerprint: "abc",
		Results: []endpoint.Result{
			{Check: checks[0], Status: endpoint.Pass, Claims: []endpoint.Claim{{Text: "GET answers 200", OK: true, Exchange: -1}}, Took: 5 * time.Millisecond},
			{Check: checks[1], Status: endpoint.Pass, Impact: endpoint.Impact{RFC: endpoint.Note}, Claims: []endpoint.Claim{{Text: "the header has a realm", Saw: "it has none", Impact: endpoint.Impact{RFC: endpoint.Note}, Exchange: 7}}},
			{Check: checks[2], Status: endpoint.Fail, Impact: endpoint.Impact{Entra: endpoint.Breaks, Okta: endpoint.Degrades}, Traffic: []endpoint.Exchange{dropped, exchange}, Omitted: 3, Claims: []endpoint.Claim{
				{Text: "POST answers 201", OK: true, Exchange: 0},
				{Text: "the name in capitals is found", Saw: hostile, Fix: "Search without regard to letter case.", Impact: endpoint.Impact{Okta: endpoint.Degrades}, Exchange: 0},
				{Text: "the name in capitals answers 409", Saw: "it answered 201 Created", Impact: endpoint.Impact{Entra: endpoint.Breaks}, Exchange: 1},
			}},
			{Check: checks[3], Status: endpoint.Fail, Impact: endpoint.Impact{Entra: endpoint.Degrades}, Claims: []endpoint.Claim{{Text: "telephone numbers are unchanged", Saw: "blanks are gone", Impact: endpoint.Impact{Entra: endpoint.Degrades}, Exchange: -1}}},
			{Check: checks[4], Status: endpoint.NotRun, Cause: endpoint.Excluded, Reason: "it makes a large group, which was not asked for"},
			{Check: checks[5], Status: endpoint.NotRun, Cause: endpoint.NotOffered, Reason: "bulk is not announced"},
		},
		Left: []endpoint.Leftover{{Resource: "Users", ID: "17", Name: "scimctl-test-1f2e3d4c-3", Reason: "DELETE: it answered 500"}, {Resource: "Groups", Name: "scimctl-test-1f2e3d4c-4", Reason: hostile}},
	}
	day := func(d int) time.Time { return time.Date(2026, 7, d, 0, 0, 0, 0, time.UTC) }
	return EndpointReport{
		Report: report, Version: "1.2.3", Profile: "idmelon",
		Where: diag.Range{Filename: "my profile.yaml", Start: diag.Pos{Line: 9, Column: 8}, End: diag.Pos{Line: 9, Column: 31}},
		Baseline: &baseline.File{Deviations: []baseline.Deviation{
			{Check: "C-07", Reason: "comes with release 7", Expires: day(16), Severity: endpoint.Breaks},
			{Check: "C-22", Reason: "comes with release 8", Expires: day(17), Severity: endpoint.Degrades},
			{Check: "T-01", Reason: "a firewall", Expires: day(20), Severity: endpoint.Breaks},
		}},
	}
}

func someCleaned() *endpoint.Cleaned {
	return &endpoint.Cleaned{
		Found:  []endpoint.Leftover{{Resource: "Groups", ID: "1", Name: "scimctl-test-1-1"}, {Resource: "Users", ID: "1", Name: "scimctl-test-1-2"}},
		Left:   []endpoint.Leftover{{Resource: "Users", ID: "1", Name: "scimctl-test-1-2", Reason: "DELETE: it answered 500"}},
		Unsure: []string{"Users: more than 5000 objects"},
	}
}

// endpointFormats are the reports for machines and pages.
var endpointFormats = map[string]func(io.Writer, EndpointReport) error{
	"endpoint.json": EndpointJSON, "endpoint.xml": EndpointJUnit, "endpoint.sarif": EndpointSARIF, "endpoint.md": EndpointMarkdown,
	"endpoint.html": EndpointHTML, "endpoint.har": EndpointHAR, "endpoint.github": EndpointGitHub,
}

// TestEndpointReports compares each format with its golden file.
func TestEndpointReports(t *testing.T) {
	for name, write := range endpointFormats {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b, someEndpointReport()); err != nil {
				t.Fatal(err)
			}
			golden(t, name, b.String())
			if strings.ContainsAny(b.String(), "\x1b\x00") {
				t.Error("a control character of the server is in the report")
			}
			if err := write(broken{}, someEndpointReport()); err == nil {
				t.Error("a failed write was swallowed")
			}
			if err := write(io.Discard, EndpointReport{Report: &endpoint.Report{}}); err != nil {
				t.Errorf("an empty report: %v", err)
			}
		})
	}
	var b bytes.Buffer
	if err := errors.Join(CleanedJSON(&b, someCleaned()), EndpointChecksJSON(&b, someChecks())); err != nil {
		t.Fatal(err)
	}
	golden(t, "endpoint-others.json", b.String())
}

// TestStandings: what fails a test depends on the baseline and on the sides that
// decide.
func TestStandings(t *testing.T) {
	r := someEndpointReport()
	if !r.Failed() || r.Undecided() {
		t.Error("an entry that is past accepts a failure")
	}
	r.Sides = []endpoint.Side{endpoint.RFC}
	if r.Failed() || len(r.failing()) != 0 || len(r.passed()) != 2 {
		t.Errorf("a failure for Entra fails a test for the RFC: %v", r.failing())
	}
	r.Sides, r.Started = nil, r.Started.AddDate(0, 0, -1)
	if r.Failed() || len(r.accepted()) != 1 || len(r.accepted()[0].Results) != 2 {
		t.Errorf("accepted %v", r.accepted())
	}
	if got := r.Findings(); !cmp.Equal(got, []baseline.Finding{{Check: "C-07", Severity: endpoint.Breaks}, {Check: "C-22", Severity: endpoint.Degrades}}) {
		t.Errorf("findings %v", got)
	}
	blocked := endpoint.Result{Check: someChecks()[0], Status: endpoint.NotRun, Cause: endpoint.Blocked}
	r.Results = append(r.Results, blocked)
	if !r.Undecided() {
		t.Error("what matters could not run, and the test is decided")
	}
	if none := (EndpointReport{Report: &endpoint.Report{Results: r.Results[4:6]}}); !none.Undecided() {
		t.Error("no check ran, and the test is decided")
	}
}

// TestSARIF checks what readers of SARIF rely on: rules and results refer to each
// other, levels are known, addresses are URIs. Source: SARIF 2.1.0 §3.27, §3.49.
func TestSARIF(t *testing.T) {
	var b bytes.Buffer
	if err := EndpointSARIF(&b, someEndpointReport()); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	decoder := json.NewDecoder(&b)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if log.Version != "2.1.0" || len(log.Runs) != 1 || len(run.Invocations) != 1 || len(run.Results) != 4 {
		t.Fatalf("%+v", log)
	}
	rules := map[string]bool{}
	for _, rule := range run.Tool.Driver.Rules {
		if rules[rule.ID] || rule.Short.Text == "" {
			t.Errorf("rule %+v", rule)
		}
		rules[rule.ID] = true
	}
	prints := map[string]bool{}
	suppressed := 0
	for _, r := range run.Results {
		if run.Tool.Driver.Rules[r.RuleIndex].ID != r.RuleID || r.Message.Text == "" || !slices.Contains([]string{"error", "warning", "note"}, r.Level) {
			t.Errorf("%+v", r)
		}
		print := r.Fingerprints["claim/v1"]
		if prints[print] || len(print) != 32 {
			t.Errorf("fingerprint %q", print)
		}
		prints[print] = true
		suppressed += len(r.Suppressions)
		at := r.Locations[0].Physical
		if u, err := url.Parse(at.Artifact.URI); err != nil || u.Path != "my profile.yaml" || at.Region.StartLine != 9 || at.Region.EndColumn != 31 {
			t.Errorf("%+v: %v", at, err)
		}
	}
	if suppressed != 1 {
		t.Errorf("%d results are suppressed", suppressed)
	}
	for _, n := range run.Invocations[0].Notifications {
		if n.Rule != nil && run.Tool.Driver.Rules[n.Rule.Index].ID != n.Rule.ID {
			t.Errorf("%+v", n)
		}
	}
	for name, want := range map[string]string{"a b.yaml": "a%20b.yaml", "/x/y.yaml": "file:///x/y.yaml", "c:d.yaml": "./c:d.yaml"} {
		if got := fileURI(name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

// TestHTMLStandsAlone: the page is well formed, asks for nothing from elsewhere, runs
// nothing, and shows what a server said as text.
func TestHTMLStandsAlone(t *testing.T) {
	var b bytes.Buffer
	if err := EndpointHTML(&b, someEndpointReport()); err != nil {
		t.Fatal(err)
	}
	d := xml.NewDecoder(&b)
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var text strings.Builder
	open := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			open++
			if slices.Contains([]string{"script", "link", "img", "iframe", "object", "base", "form"}, token.Name.Local) {
				t.Errorf("the page has a %s", token.Name.Local)
			}
			for _, a := range token.Attr {
				if slices.Contains([]string{"href", "src", "action"}, a.Name.Local) || strings.HasPrefix(a.Name.Local, "on") {
					t.Errorf("%s has %s=%q", token.Name.Local, a.Name.Local, a.Value)
				}
			}
		case xml.EndElement:
			open--
		case xml.CharData:
			text.Write(token)
		}
	}
	if open != 0 {
		t.Errorf("%d elements are not closed", open)
	}
	for _, want := range []string{"</pre><script>alert(1)</script>", "Authorization: Bearer ***", "… 70000 bytes more", "and 3 more exchanges", "(2 bytes that are no UTF-8)", "works", "broken"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the page does not show %q", want)
		}
	}
	if strings.Contains(endpointStyle, "url(") || strings.Contains(endpointStyle, "@import") {
		t.Error("the style asks for something")
	}
}

// TestShownBody: JSON is laid out, long bodies are cut with their count.
func TestShownBody(t *testing.T) {
	if got := shownBody([]byte(`{"a":[1]}`), 0); got != "{\n  \"a\": [\n    1\n  ]\n}" {
		t.Error(got)
	}
	if got := shownBody([]byte(`{"a":`), 5); got != "{\"a\":\n… 5 bytes more" {
		t.Error(got)
	}
	long := shownBody([]byte(strings.Repeat("é", maxShown)), 0)
	if len(long) > maxShown+40 || !strings.HasSuffix(long, "… 8192 bytes more") {
		t.Errorf("%d bytes: %s", len(long), long[len(long)-40:])
	}
}

// TestEndpointProgress: on a terminal a line that moves and is gone at the end, once
// the test has taken a second; else nothing.
func TestEndpointProgress(t *testing.T) {
	for _, terminal := range []bool{false, true} {
		streams, _, _, errOut := iostreams.Test()
		if terminal {
			streams.SetTerminal(50, false)
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		progress := NewEndpointProgress(streams, func() time.Time { return now })
		checks := someChecks()
		progress.Event(endpoint.Event{Check: &checks[0], Total: 4})
		if errOut.Len() > 0 {
			t.Errorf("something shows at once: %q", errOut)
		}
		now = now.Add(2 * time.Second)
		progress.Event(endpoint.Event{Check: &checks[0], Result: &endpoint.Result{Status: endpoint.Fail}, Done: 1, Total: 4})
		progress.Event(endpoint.Event{Total: 4})
		progress.Stop()
		got := errOut.String()
		want := "\r\x1b[K[1/4] about 6s left, 1 failed, T-01 the tenant U…\r\x1b[K"
		if !terminal {
			want = ""
		}
		if got != want {
			t.Errorf("terminal %v: %q", terminal, got)
		}
	}
}
