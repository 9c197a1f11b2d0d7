package endpoint_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/scim"
)

// TestOptionErrors wants a sentence that says what is wrong, without the token.
func TestOptionErrors(t *testing.T) {
	for _, tt := range []struct {
		name string
		o    endpoint.Options
		want string
	}{
		{"no URL", endpoint.Options{}, "tenant URL is empty"},
		{"no address", endpoint.Options{URL: "scim.example"}, "must look like https://host/scim/v2"},
		{"a password in the URL", endpoint.Options{URL: "https://u:p@h.example"}, "must not contain a user name"},
		{"a broken token", endpoint.Options{URL: "https://h.example", Token: canary + "\n"}, "line break"},
		{"too many at a time", endpoint.Options{URL: "https://h.example", Parallel: 99}, "99 checks at a time"},
		{"a negative rate", endpoint.Options{URL: "https://h.example", Rate: -1}, "positive"},
		{"a group too large", endpoint.Options{URL: "https://h.example", LargeGroups: 1 << 20}, "at most 10000"},
		{"an unknown dialect", endpoint.Options{URL: "https://h.example", Dialects: []scim.Dialect{"ldap"}}, `"ldap"`},
		{"an unknown check", endpoint.Options{URL: "https://h.example", Only: []string{"C-99"}}, `did you mean "C-`},
		{"an unknown group", endpoint.Options{URL: "https://h.example", Skip: []string{"discovry"}}, `did you mean "discovery"?`},
		{"no randomness", endpoint.Options{URL: "https://h.example", Random: strings.NewReader("abc")}, "id of the run"},
	} {
		_, err := endpoint.New(tt.o)
		if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

// TestSelection chooses by suite, id, pattern and group.
func TestSelection(t *testing.T) {
	chosen := func(o endpoint.Options) []string {
		t.Helper()
		o.URL = "http://127.0.0.1/scim"
		r, err := endpoint.New(o)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, c := range r.Checks() {
			ids = append(ids, c.ID)
		}
		return ids
	}
	if got := chosen(endpoint.Options{Only: []string{"c-0[1-3]", "G-05"}, Skip: []string{"C-02"}}); !slices.Equal(got, []string{"C-01", "C-03", "G-05"}) {
		t.Error(got)
	}
	if got := chosen(endpoint.Options{Only: []string{"optional"}}); !slices.Equal(got, []string{"B-01", "B-02", "B-03", "B-04", "B-05"}) {
		t.Error(got)
	}
	all, core := chosen(endpoint.Options{}), chosen(endpoint.Options{Suites: endpoint.Core})
	if len(all) != len(endpoint.Checks()) || len(core) < 50 || len(core) >= len(all) {
		t.Errorf("%d of %d checks, %d of core", len(all), len(endpoint.Checks()), len(core))
	}
}

// TestTable holds the table of checks to its own rules.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range endpoint.Checks() {
		if seen[c.ID] {
			t.Errorf("%s is there twice", c.ID)
		}
		seen[c.ID] = true
		if c.Run == nil || c.Group == "" || c.Suites == 0 || c.Impact.Worst() == endpoint.None {
			t.Errorf("%s is not complete", c.ID)
		}
		for what, text := range map[string]string{"why": c.Why, "fix": c.Fix} {
			if !strings.HasSuffix(text, ".") || len(text) < 20 {
				t.Errorf("%s: %s is no sentence: %q", c.ID, what, text)
			}
		}
		if c.Title == "" || strings.HasSuffix(c.Title, ".") || len(c.Title) > 90 {
			t.Errorf("%s: title %q", c.ID, c.Title)
		}
		if !strings.Contains(c.Source, c.ID) && !strings.HasPrefix(c.ID, "O-") {
			t.Errorf("%s: source %q does not name it", c.ID, c.Source)
		}
		// A side that a suite is named after has a stake in its checks.
		if c.Suites == endpoint.EntraSuite && c.Impact.Entra == endpoint.None || c.Suites == endpoint.OktaSuite && c.Impact.Okta == endpoint.None || c.Suites == endpoint.RFCSuite && c.Impact.RFC == endpoint.None {
			t.Errorf("%s: suite %v, impact %v", c.ID, c.Suites.Names(), c.Impact)
		}
	}
}

// TestVerdict adds up results.
func TestVerdict(t *testing.T) {
	check := func(i endpoint.Impact) endpoint.Check { return endpoint.Check{Impact: i} }
	pass := endpoint.Result{Check: check(mark("bbb")), Status: endpoint.Pass}
	note := endpoint.Result{Check: check(mark("bbb")), Status: endpoint.Pass, Impact: mark("n--")}
	worse := endpoint.Result{Check: check(mark("bbb")), Status: endpoint.Fail, Impact: mark("d-b")}
	blocked := endpoint.Result{Check: check(mark("b-d")), Status: endpoint.NotRun, Cause: endpoint.Blocked}
	excluded := endpoint.Result{Check: check(mark("b--")), Status: endpoint.NotRun, Cause: endpoint.Excluded}
	for _, tt := range []struct {
		name    string
		results []endpoint.Result
		want    endpoint.Verdict
	}{
		{"nothing ran", nil, endpoint.Verdict{Outcome: endpoint.Undecided}},
		{"all pass", []endpoint.Result{pass, note, excluded}, endpoint.Verdict{Outcome: endpoint.Works, Passed: 2, Notes: 1, NotRun: 1}},
		{"a drawback", []endpoint.Result{pass, worse}, endpoint.Verdict{Outcome: endpoint.Degraded, Passed: 1, Degrades: 1}},
		{"blocked", []endpoint.Result{pass, worse, blocked}, endpoint.Verdict{Outcome: endpoint.Undecided, Passed: 1, Degrades: 1, NotRun: 1}},
		{"broken", []endpoint.Result{blocked, {Check: check(mark("bbb")), Status: endpoint.Fail, Impact: mark("b--")}}, endpoint.Verdict{Outcome: endpoint.Broken, Breaks: 1, NotRun: 1}},
	} {
		tt.want.Side = endpoint.Entra
		report := endpoint.Report{Results: tt.results}
		if diff := cmp.Diff(tt.want, report.Verdict(endpoint.Entra)); diff != "" {
			t.Errorf("%s:\n%s", tt.name, diff)
		}
	}
	report := endpoint.Report{Results: []endpoint.Result{pass, worse}}
	var outcomes []endpoint.Outcome
	for _, v := range report.Verdicts() {
		outcomes = append(outcomes, v.Outcome)
	}
	if !slices.Equal(outcomes, []endpoint.Outcome{endpoint.Degraded, endpoint.Works, endpoint.Broken}) || !report.Failed() {
		t.Errorf("%v, failed %t", outcomes, report.Failed())
	}
}

// TestWords reads and prints the names that flags and reports use.
func TestWords(t *testing.T) {
	var names []string
	for _, name := range endpoint.AllSuites.Names() {
		s, err := endpoint.ParseSuite(strings.ToUpper(name))
		if err != nil {
			t.Error(err)
		}
		text, _ := s.MarshalText()
		names = append(names, string(text))
	}
	if got := strings.Join(names, " "); got != "core entra okta rfc opt" {
		t.Error(got)
	}
	if _, err := endpoint.ParseSuite("full"); err == nil || !strings.Contains(err.Error(), "core, entra") {
		t.Error(err)
	}
	var words []string
	for s := endpoint.None; s <= endpoint.Breaks; s++ {
		text, err := s.MarshalText()
		if err != nil {
			t.Error(err)
		}
		words = append(words, string(text))
	}
	if got := strings.Join(words, " "); got != "none note degrades breaks" {
		t.Error(got)
	}
	for url, want := range map[string]bool{"http://127.0.0.1:1/x": true, "http://[::1]/": true, "http://localhost/scim": true, "https://scim.example": false, "http://127.0.0.1.example": false, ":": false} {
		if endpoint.Loopback(url) != want {
			t.Errorf("Loopback(%q) is %t", url, !want)
		}
	}
	failed := endpoint.Result{Claims: []endpoint.Claim{{Text: "a", Impact: mark("n--")}, {Text: "b", OK: true}, {Text: "c", Impact: mark("-b-")}, {Text: "d", Impact: mark("n--")}}}
	var order []string
	for _, c := range failed.Failed() {
		order = append(order, c.Text)
	}
	if got := strings.Join(order, ""); got != "cad" {
		t.Error(got)
	}
}
