package baseline_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/endpoint/baseline"
)

var checks = []string{"C-01", "C-07", "U-01", "Q-06"}

const good = `# known
version: 1
deviations:
  - check: u-01
    reason: "PATCH comes with release 7"
    expires: 2026-12-31
  - {check: C-07, reason: by letter, expires: "2026-02-28", severity: degrades}
`

func load(t testing.TB, text string) *baseline.File {
	t.Helper()
	f, problems := baseline.Load("known.yaml", []byte(text), checks)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return f
}

func day(text string) time.Time {
	d, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return d
}

// TestLoad reads YAML and the same as JSON.
func TestLoad(t *testing.T) {
	json := `{"version": 1, "deviations": [{"check": "C-07", "reason": "by letter", "expires": "2026-02-28", "severity": "degrades"},
		{"check": "U-01", "reason": "PATCH comes with release 7", "expires": "2026-12-31"}]}`
	want := []baseline.Deviation{
		{Check: "C-07", Reason: "by letter", Expires: day("2026-02-28"), Severity: endpoint.Degrades},
		{Check: "U-01", Reason: "PATCH comes with release 7", Expires: day("2026-12-31"), Severity: endpoint.Breaks},
	}
	for _, text := range []string{good, json, strings.ReplaceAll(good, "\n", "\r\n")} {
		got := load(t, text).Deviations
		for i := range got {
			if got[i].Where.IsZero() {
				t.Errorf("%s has no place", got[i].Check)
			}
			got[i].Where = diag.Range{}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
	for _, none := range []string{"version: 1\ndeviations: []\n", "version: 1\ndeviations:\n"} {
		if f := load(t, none); len(f.Deviations) != 0 {
			t.Errorf("%q: %+v", none, f)
		}
	}
}

// TestLoadProblems: what is wrong is said with its place, all at once.
func TestLoadProblems(t *testing.T) {
	entry := func(text string) string { return "version: 1\ndeviations:\n  - " + text + "\n" }
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"", []string{"known.yaml: error: the baseline is empty"}},
		{"[", []string{"the baseline is no YAML"}},
		{"- a", []string{"something else than an object"}},
		{good + "---\nversion: 1\n", []string{"something behind its first document"}},
		{"version: 2\n", []string{"known.yaml:1:10: error: version is missing or unknown [SC5903]", "deviations is missing"}},
		{"version: 1\ndeviations: {}\n", []string{"2:13: error: deviations is no list"}},
		{entry("C-01"), []string{"3:5: error: the entry is no object"}},
		{entry("{chek: C-01, reason: x, expires: 2026-01-01}"), []string{`3:6: error: unknown key "chek"; did you mean "check"? [SC5902]`, "check is missing"}},
		{entry("{check: C-02, reason: x, expires: 2026-01-01}"), []string{`3:13: error: there is no check "C-02"; did you mean`}},
		{entry("{check: C-01, check: C-01, reason: x, expires: 2026-01-01}"), []string{"3:19: error: check is given twice"}},
		{entry("{check: C-01, reason: ' ', expires: 2026-02-30}"), []string{"3:27: error: reason is missing", `3:41: error: expires "2026-02-30" is no day`}},
		{entry("{check: C-01, reason: é, expires: soon}"), []string{`3:39: error: expires "soon" is no day`}},
		{entry("{check: C-01, reason: x, expires: 2026-01-01, severity: note}"), []string{`3:61: error: severity "note" is unknown`}},
		{entry("{check: C-01, reason: x, expires: 2026-01-01}\n  - {check: c-01, reason: x, expires: 2026-01-01}"), []string{"4:13: error: the check C-01 has an entry already [SC5904]"}},
		{entry("&a {check: C-01, reason: x, expires: 2026-01-01}\n  - *a"), []string{"4:5: error: the entry is no object"}},
		{strings.Repeat("#", 1<<20+1), []string{"the baseline has 1048577 bytes"}},
	} {
		f, problems := baseline.Load("known.yaml", []byte(tt.text), checks)
		if f != nil || !problems.HasErrors() {
			t.Errorf("%q was taken: %+v", cut(tt.text), f)
		}
		all := problems.Error()
		for _, want := range tt.want {
			if !strings.Contains(all, want) {
				t.Errorf("%q: no %q in\n%s", cut(tt.text), want, all)
			}
		}
		if len(problems) != len(tt.want) {
			t.Errorf("%q: %d problems, want %d\n%s", cut(tt.text), len(problems), len(tt.want), all)
		}
	}
}

func cut(s string) string { return s[:min(len(s), 200)] }

// TestJudge: what is accepted, until when, and how much of it.
func TestJudge(t *testing.T) {
	f := load(t, good)
	at := func(text string) time.Time {
		m, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, tt := range []struct {
		check    string
		severity endpoint.Severity
		now      string
		want     baseline.Standing
		fails    bool
	}{
		{"C-01", endpoint.None, "2026-01-01T00:00:00Z", baseline.Fine, false},
		{"C-01", endpoint.Note, "2026-01-01T00:00:00Z", baseline.Fine, false},
		{"C-01", endpoint.Degrades, "2026-01-01T00:00:00Z", baseline.New, true},
		{"C-07", endpoint.Degrades, "2026-01-01T00:00:00Z", baseline.Accepted, false},
		{"C-07", endpoint.Degrades, "2026-02-28T23:59:59Z", baseline.Accepted, false},
		{"C-07", endpoint.Degrades, "2026-03-01T00:00:00Z", baseline.Expired, true},
		{"C-07", endpoint.Degrades, "2026-02-28T23:30:00-01:00", baseline.Expired, true},
		{"C-07", endpoint.Breaks, "2026-01-01T00:00:00Z", baseline.Worse, true},
		{"U-01", endpoint.Breaks, "2026-12-31T12:00:00Z", baseline.Accepted, false},
	} {
		got, d := f.Judge(tt.check, tt.severity, at(tt.now))
		if got != tt.want || got.Fails() != tt.fails || (d == nil) != (got == baseline.New || got == baseline.Fine) {
			t.Errorf("%s %s at %s is %s, %+v", tt.check, tt.severity, tt.now, got, d)
		}
	}
	var none *baseline.File
	if got, _ := none.Judge("C-01", endpoint.Breaks, time.Now()); got != baseline.New {
		t.Errorf("without a baseline a failure is %s", got)
	}
}

// TestMended: entries that are no longer needed are named; those whose check did not
// run are not.
func TestMended(t *testing.T) {
	f := load(t, good)
	report := func(status endpoint.Status) *endpoint.Report {
		return &endpoint.Report{Results: []endpoint.Result{{Check: endpoint.Check{ID: "U-01"}, Status: status}}}
	}
	if got := f.Mended(report(endpoint.Pass)); len(got) != 1 || got[0].Check != "U-01" {
		t.Errorf("%+v", got)
	}
	for _, status := range []endpoint.Status{endpoint.Fail, endpoint.NotRun} {
		if got := f.Mended(report(status)); len(got) != 0 {
			t.Errorf("%s: %+v", status, got)
		}
	}
}

// TestRenew: reasons and days survive, what is mended goes, what is new gets a term.
func TestRenew(t *testing.T) {
	now := time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC)
	all := &endpoint.Report{}
	for _, check := range checks {
		all.Results = append(all.Results, endpoint.Result{Check: endpoint.Check{ID: check}, Status: endpoint.Pass})
	}
	renewed := load(t, good).Renew(all, []baseline.Finding{{Check: "C-01", Severity: endpoint.Breaks}, {Check: "C-07", Severity: endpoint.Breaks}}, now)
	data, err := renewed.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	const want = `version: 1
deviations:
  - check: C-01
    reason: not explained yet
    expires: "2026-05-30"
    severity: breaks
  - check: C-07
    reason: by letter
    expires: "2026-05-30"
    severity: breaks
`
	head, body, _ := strings.Cut(string(data), "version")
	if diff := cmp.Diff(want, "version"+body); diff != "" || !strings.HasPrefix(head, "# ") {
		t.Errorf("-want +got\n%s", diff)
	}
	for i, d := range load(t, string(data)).Deviations {
		d.Where = diag.Range{}
		renewed.Deviations[i].Where = diag.Range{}
		if diff := cmp.Diff(renewed.Deviations[i], d); diff != "" {
			t.Errorf("read back: %s", diff)
		}
	}
	if kept := load(t, good).Renew(all, []baseline.Finding{{Check: "U-01", Severity: endpoint.Degrades}}, now).Deviations; !kept[0].Expires.Equal(day("2026-12-31")) || kept[0].Severity != endpoint.Breaks {
		t.Errorf("%+v", kept)
	}
	// C-07 did not run: its entry stays, though it is past.
	some := &endpoint.Report{Results: []endpoint.Result{all.Results[2], {Check: endpoint.Check{ID: "C-07"}, Status: endpoint.NotRun}}}
	if kept := load(t, good).Renew(some, nil, now).Deviations; len(kept) != 1 || kept[0].Check != "C-07" || !kept[0].Expires.Equal(day("2026-02-28")) {
		t.Errorf("%+v", kept)
	}
	empty, err := (*baseline.File)(nil).Renew(all, nil, now).Bytes()
	if err != nil || len(load(t, string(empty)).Deviations) != 0 {
		t.Errorf("%v\n%s", err, empty)
	}
}

// FuzzLoad: whatever is read, nothing panics, problems have a file, and what was read
// can be written and read again.
func FuzzLoad(f *testing.F) {
	for _, seed := range []string{good, "", "version: 1\ndeviations:\n  - *a\n", "{\"version\":1,\"deviations\":[]}", "a: &a [*a]", "? [", "\t- x", "version: 1\ndeviations: [[[[]]]]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		read, problems := baseline.Load("known.yaml", []byte(text), checks)
		for _, p := range problems {
			if p.Subject.Filename != "known.yaml" || p.Summary == "" {
				t.Errorf("%+v", p)
			}
			if r := p.Subject; r.Start.Byte < 0 || r.End.Byte > len(text) || r.Start.Byte > r.End.Byte {
				t.Errorf("%+v lies outside %d bytes", r, len(text))
			}
		}
		if (read == nil) != problems.HasErrors() {
			t.Fatalf("%+v %v", read, problems)
		}
		if read == nil {
			return
		}
		data, err := read.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, problems := baseline.Load("known.yaml", data, checks)
		if again == nil || fmt.Sprint(len(again.Deviations)) != fmt.Sprint(len(read.Deviations)) {
			t.Errorf("%v\n%s", problems, data)
		}
	})
}
