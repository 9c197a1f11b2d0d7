package render

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
)

// t95 is a minimum that the example does not reach.
const t95 = 95

func someTests() []profiletest.Result {
	at := func(line, column, length int) diag.Range {
		return diag.Range{Filename: "idmelon.yaml", Start: diag.Pos{Line: line, Column: column}, End: diag.Pos{Line: line, Column: column + length}}
	}
	return []profiletest.Result{
		{Name: "a joiner is created", Passed: true, Where: at(7, 5, 0), Took: 1500 * time.Microsecond},
		{Name: "a leaver is switched off, \"100%\"\x1b[0m", Where: at(8, 5, 0), Took: 2 * time.Millisecond, Failures: []profiletest.Failure{
			{What: "active", Want: `"False"`, Got: `"True"`, Where: at(9, 3, 4)},
			{What: "request leaver.http", Want: "line 3: <a & b>", Got: "line 3: ]]>\r\n::error::no\x00"},
		}},
	}
}

const coveredProfile = `version: 1
profile: offices
app: {name: Offices, template: non-gallery}
endpoint: {url: https://scim.example/v2, token: {env: EXAMPLE_TOKEN}}
users:
  base: none
  mappings:
    - {target: userName, source: userPrincipalName, match: 1}
    - {target: title, expression: 'Switch([country], "Elsewhere", "DE", IIF([city]="Kassel", "a text that is too long for any line of a terminal of eighty columns", "Berlin"), "DK", "Aarhus")'}
tests:
  - {name: joiner, user: {objectId: 6f9619ff-8b86-4011-b42d-00cf4fc964ff, userPrincipalName: ann@contoso.com, accountEnabled: true, country: DE}, expect: {action: create}}
`

// someTestReport has a test that passes, one that fails, and 2 of 5 arms.
func someTestReport(minimum float64) TestReport {
	file, problems := profile.Load("offices.yaml", []byte(coveredProfile))
	if problems.HasErrors() {
		panic(problems)
	}
	r, problems := file.Profiles[0].Resolve(profile.Options{})
	if problems.HasErrors() {
		panic(problems)
	}
	report := TestReport{Coverage: &profiletest.Coverage{}, Minimum: minimum, Profiles: []TestedProfile{{Label: "idmelon (test)", Tests: someTests()}}}
	if _, problems := profiletest.Run(context.Background(), r, profiletest.Options{Coverage: report.Coverage}); problems.HasErrors() {
		panic(problems)
	}
	return report
}

// TestReportsOfTests compares the reports for machines with their golden files.
func TestReportsOfTests(t *testing.T) {
	report := someTestReport(t95)
	report.Problems = someDiagnostics()[:1]
	sources := Sources{"bad.yaml": badYAML}
	for name, write := range map[string]func(io.Writer) error{
		"tests.xml":    func(w io.Writer) error { return TestsJUnit(w, report, sources) },
		"tests.github": func(w io.Writer) error { return TestsGitHub(w, report) },
		"covered.xml":  func(w io.Writer) error { return TestsJUnit(w, someTestReport(40), nil) },
		"validate.xml": func(w io.Writer) error {
			return JUnit(w, "scimctl validate", []Suite{DiagnosticSuite("profiles", []string{"idmelon"}, someDiagnostics(), sources)})
		},
		"validate.sarif": func(w io.Writer) error {
			return DiagnosticsSARIF(w, "1.2.3", []diag.CodeInfo{{Code: "SC1001", Title: "unknown key", Help: "Keys are listed."}}, append(someDiagnostics(), someDiagnostics()[0]))
		},
		"validate.github": func(w io.Writer) error { return GitHub(w, DiagnosticAnnotations(someDiagnostics())) },
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			golden(t, name, b.String())
			if err := write(broken{}); err == nil {
				t.Error("a failed write was swallowed")
			}
		})
	}
}

// TestJUnitIsXML: whatever the texts hold, the document is well formed, comes back as
// it was but for what XML cannot hold, and its counts are right.
func TestJUnitIsXML(t *testing.T) {
	var nasty strings.Builder
	for r := range rune(0x120) {
		nasty.WriteRune(r)
	}
	text := nasty.String() + "]]><!-- --><?x?>&amp;\xff\xfe"
	cases := []Case{{Name: text, Class: text, Where: diag.Range{Filename: text, Start: diag.Pos{Line: 3}}}}
	for _, end := range []End{Failed, Failed, Broken, NotRun} {
		cases = append(cases, Case{Name: "x", End: end, Kind: text, Message: text, Detail: text, Took: time.Second})
	}
	var b bytes.Buffer
	if err := JUnit(&b, text, []Suite{{Name: text, Cases: cases, Notes: text}, {Name: "empty"}}); err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(b.Bytes()) {
		t.Error("the document is not UTF-8")
	}
	var got junitReport
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if _, rest, _ := strings.Cut(b.String(), "</testsuites>"); rest != "\n" {
		t.Errorf("behind the document: %q", rest)
	}
	want := junitCounts{Tests: 5, Failures: 2, Errors: 1, Skipped: 1, Time: "4.000"}
	if got.junitCounts != want || got.Suites[0].junitCounts != want || len(got.Suites) != 2 {
		t.Errorf("%+v, suite %+v; want %+v", got.junitCounts, got.Suites[0].junitCounts, want)
	}
	readable := readableXML(text, false)
	suite := got.Suites[0]
	for what, s := range map[string]string{
		"name": suite.Name, "case": suite.Cases[0].Name, "class": suite.Cases[0].Class, "file": suite.Cases[0].File,
		"message": suite.Cases[1].Failure.Message, "kind": suite.Cases[3].Error.Type,
	} {
		if diff := cmp.Diff(readable, s); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	for what, s := range map[string]string{"detail": suite.Cases[1].Failure.Text, "skipped": suite.Cases[4].Skipped.Text, "notes": suite.Out.Text} {
		if diff := cmp.Diff(readableXML(text, true), s); diff != "" {
			t.Errorf("%s: %s", what, diff)
		}
	}
	if suite.Cases[0].Line != "3" || suite.Cases[1].Line != "" || suite.Cases[1].Class != readable {
		t.Errorf("%+v", suite.Cases[:2])
	}
}

// readableXML is what a reader gets of a text: control characters are replaced, and in
// character data, as everywhere in XML (§2.11), a carriage return is a line feed.
func readableXML(s string, data bool) string {
	s = strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' {
			return utf8.RuneError
		}
		return r
	}, strings.ReplaceAll(s, "\xff\xfe", "\uFFFD\uFFFD"))
	if data {
		s = strings.ReplaceAll(s, "\r", "\n")
	}
	return s
}

// TestWorkflowCommands: a runner reads back what was written, whatever it holds.
func TestWorkflowCommands(t *testing.T) {
	place := diag.Range{Filename: "a,b:c%0A.yaml", Start: diag.Pos{Line: 2, Column: 5}, End: diag.Pos{Line: 2, Column: 9}}
	several := place
	several.End.Line = 4
	for _, tt := range []struct {
		in   Annotation
		name string
		want map[string]string
	}{
		{Annotation{Severity: diag.Error, Where: place, Title: "50%, or: less", Message: "one\r\ntwo ::error::%0A\x1b[2J"}, "error",
			map[string]string{"file": place.Filename, "line": "2", "col": "5", "endColumn": "9", "title": "50%, or: less"}},
		{Annotation{Severity: diag.Warning, Where: several, Message: "m"}, "warning",
			map[string]string{"file": place.Filename, "line": "2", "endLine": "4", "col": "5"}},
		{Annotation{Severity: diag.Note, Message: "nowhere"}, "notice", map[string]string{}},
		{Annotation{Severity: diag.Note, Where: diag.Range{Filename: "file.yaml"}}, "notice", map[string]string{"file": "file.yaml"}},
	} {
		var b bytes.Buffer
		if err := GitHub(&b, []Annotation{tt.in}); err != nil {
			t.Fatal(err)
		}
		if strings.Count(b.String(), "\n") != 1 || strings.Contains(b.String(), "\r") {
			t.Errorf("not one line: %q", b.String())
		}
		name, properties, message := readCommand(t, strings.TrimSuffix(b.String(), "\n"))
		if diff := cmp.Diff(tt.want, properties); diff != "" || name != tt.name || message != strings.ReplaceAll(tt.in.Message, "\x1b", "\uFFFD") {
			t.Errorf("%q\n%s %q\n%s", b.String(), name, message, diff)
		}
	}
}

// readCommand reads a workflow command as GitHub documents it.
func readCommand(t *testing.T, line string) (name string, properties map[string]string, message string) {
	t.Helper()
	rest, ok := strings.CutPrefix(line, "::")
	head, data, found := strings.Cut(rest, "::")
	if !ok || !found {
		t.Fatalf("no workflow command: %q", line)
	}
	name, list, _ := strings.Cut(head, " ")
	properties = map[string]string{}
	for part := range strings.SplitSeq(list, ",") {
		if key, value, ok := strings.Cut(part, "="); ok {
			properties[key] = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(value)
		}
	}
	return name, properties, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data)
}

// TestPercent: a share is rounded down, so that only all is 100 %.
func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0 %", 100: "100 %", 99.99: "99.9 %", 66.6667: "66.6 %", 50: "50 %"} {
		if got := percent(share); got != want {
			t.Errorf("%v is %s, want %s", share, got, want)
		}
	}
	if r := (TestReport{Minimum: 99}); !r.Covered() {
		t.Error("a coverage that was not asked for fails the run")
	}
	passed, total := someTestReport(0).Counts()
	if !slices.Equal([]int{passed, total}, []int{1, 2}) {
		t.Errorf("%d of %d", passed, total)
	}
}
