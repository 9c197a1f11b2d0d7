package render

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/internal/iostreams"
	"github.com/scimctl/scimctl/pkg/apply"
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/endpoint"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/plan"
	"github.com/scimctl/scimctl/pkg/profiletest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// views are all that this package writes, over the same examples.
var views = map[string]func(p *Printer){
	"plan":         func(p *Printer) { p.Plan(somePlan()) },
	"plan-nothing": func(p *Printer) { p.Plan(&plan.Plan{Profile: "idmelon", Tenant: entra.Tenant{Name: "Contoso"}}) },
	"plan-refused": func(p *Printer) { p.Plan(refusedPlan()) },
	"plan-guarded": func(p *Printer) {
		pl := refusedPlan()
		pl.Guard([]plan.Impact{
			{Risk: plan.RiskLeaveScope, People: 60, Groups: 2, AtMost: true, Effect: "leave scope and be disabled or deleted in the application"},
			{Risk: plan.RiskRematch, Effect: "be matched again", Unknown: "read the users: 403"},
		}, 50, nil)
		p.Plan(pl)
	},
	"fleet": func(p *Printer) {
		p.Fleet([]FleetRow{
			{Profile: "idmelon", Environment: "test", Plan: somePlan(), Verdict: "pending", Grade: Fair},
			{Profile: "klaxoon", Plan: &plan.Plan{}, Verdict: "nothing to do"},
			{Profile: "broken.yaml", Verdict: "failed", Grade: Bad},
		})
	},
	"report":        func(p *Printer) { p.Report(someReport()) },
	"report-failed": func(p *Printer) { p.Report(failedReport()) },
	"diagnostics":   func(p *Printer) { p.Diagnostics(someDiagnostics(), Sources{"bad.yaml": badYAML}) },
	"ondemand":      func(p *Printer) { p.OnDemand("alice@contoso.com", someResult()) },
	"ondemand-skip": func(p *Printer) { p.OnDemand("bob@contoso.com", skippedResult()) },
	"tests":         func(p *Printer) { p.Tests("idmelon", someTests()); p.Passed(1, 2) },
	"endpoint":      func(p *Printer) { p.EndpointTest(someEndpointReport()) },
	"endpoint-list": func(p *Printer) { p.EndpointChecks(someChecks()) },
	"endpoint-clean": func(p *Printer) {
		p.Cleaned(someCleaned(), false)
		p.Cleaned(&endpoint.Cleaned{Found: someCleaned().Found}, true)
	},
	"coverage": func(p *Printer) {
		p.Coverage(someTestReport(t95))
		p.Coverage(TestReport{Coverage: &profiletest.Coverage{}})
	},
	"table": func(p *Printer) {
		p.Table([]string{"NAME", "DESCRIPTION"}, [][]string{{"idmelon", strings.Repeat("words and ", 12)}, {"klaxoon", "short"}})
	},
	"error": func(p *Printer) {
		p.Error(errors.New("read profile: \x1b[31mno\x1b[0m " + strings.Repeat("such file ", 10)))
		p.Note("a %s", "remark")
	},
}

// TestViews compares every view with its golden file, on a terminal with colour
// and in a pipe, in two widths.
func TestViews(t *testing.T) {
	for name, view := range views {
		for _, width := range []int{80, 120} {
			for _, color := range []bool{false, true} {
				kind := "pipe"
				if color {
					kind = "terminal"
				}
				t.Run(fmt.Sprintf("%s-%d-%s", name, width, kind), func(t *testing.T) {
					var b bytes.Buffer
					view(New(&b, width, color))
					golden(t, fmt.Sprintf("%s-%d-%s.golden", name, width, kind), b.String())
					checkLines(t, b.String(), width)
				})
			}
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o666); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// checkLines finds lines that are too long, end in blanks, or carry an escape that
// came from data.
func checkLines(t *testing.T, text string, width int) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		plain := stripColour(line)
		if n := len([]rune(plain)); n > width && strings.Contains(strings.TrimSpace(plain), " ") && len(strings.Fields(plain)[0]) < width/2 {
			t.Errorf("%d columns: %q", n, plain)
		}
		if plain != strings.TrimRight(plain, " ") {
			t.Errorf("blanks at the end: %q", plain)
		}
		if strings.ContainsRune(plain, '\x1b') {
			t.Errorf("an escape that is none of ours: %q", plain)
		}
	}
}

// stripColour takes off the escapes that styles write.
func stripColour(s string) string {
	for {
		before, rest, ok := strings.Cut(s, "\x1b[")
		if !ok {
			return s
		}
		_, after, ok := strings.Cut(rest, "m")
		if !ok {
			return s
		}
		s = before + after
	}
}

func somePlan() *plan.Plan {
	return &plan.Plan{
		Profile: "idmelon", Environment: "test",
		Tenant:   entra.Tenant{ID: "1", Name: "Contoso", Domains: []string{"contoso.onmicrosoft.com"}},
		Endpoint: &plan.EndpointRef{URL: "https://sso.idmelon.com/api/scim/v2/", Host: "sso.idmelon.com", TokenFrom: "environment variable IDMELON_SCIM_TOKEN"},
		Steps: []plan.Step{
			{ID: "app", Kind: plan.CreateApp, Action: plan.Add, Summary: `enterprise application "IDmelon" from the non-gallery template`},
			{ID: "schema", Kind: plan.EditSchema, Action: plan.Change, Summary: "attribute mappings", Details: []plan.Line{
				{Action: plan.Change, Text: `mapping userName: source userPrincipalName -> objectId; it was the matching attribute and is no longer, which is a long story to tell in one line`},
				{Action: plan.Delete, Text: "mapping title: source jobTitle"},
			}, Consequences: []string{"everybody in scope is matched again in the next cycle, which is an initial one"}},
			{ID: "start", Kind: plan.StartJob, Action: plan.Do, Summary: "start the synchronization job"},
			{ID: "unassign", Kind: plan.Unassign, Action: plan.Delete, Summary: `group "Sales": role User`},
		},
		Notes: []string{"the token cannot be compared with the stored one, which Graph never shows"},
	}
}

func refusedPlan() *plan.Plan {
	return &plan.Plan{Profile: "idmelon", Refusals: []plan.Refusal{{
		Reason: `the tenant has an application "IDmelon" that scimctl did not make`, Flag: "--adopt",
		Choices: []string{"8e7bfbc5-0f5c-4dd9-b3a7-1b1a5d0b1c11, created 2026-11-02"},
	}}}
}

func someReport() *apply.Report {
	return &apply.Report{
		App:     plan.AppRef{Name: "IDmelon", ServicePrincipalID: "sp-1", ApplicationID: "app-1", JobID: "scim.1.2"},
		Results: []apply.StepResult{{Step: somePlan().Steps[0], State: apply.Done, Note: "already assigned"}},
	}
}

func failedReport() *apply.Report {
	steps := somePlan().Steps
	return &apply.Report{Results: []apply.StepResult{
		{Step: steps[0], State: apply.Done},
		{Step: steps[1], State: apply.Failed, Error: "write the schema: Graph answered 503 (request id 1234)"},
		{Step: steps[2], State: apply.Dropped},
	}}
}

const badYAML = "profile: bad\nendpont: {url: https://scim.example/v2}\n\tname: a very long line that has to be cut somewhere because no terminal is as wide as this text, which goes on and on\n"

func someDiagnostics() diag.List {
	at := func(line, column, from, to int) diag.Range {
		return diag.Range{Filename: "bad.yaml", Start: diag.Pos{Line: line, Column: column, Byte: from}, End: diag.Pos{Line: line, Column: column + to - from, Byte: to}}
	}
	return diag.List{
		diag.Errorf("SC1001", at(2, 1, 13, 20), `unknown key "endpont"; did you mean "endpoint"?`).WithDetail("Keys are listed in the reference.").WithFix("endpoint"),
		diag.Warningf("SC1002", at(3, 90, 142, 160), "far to the right").WithRelated(at(1, 1, 0, 7), "the profile begins here"),
		diag.Notef("SC1003", diag.Range{}, "without a place").WithFix("two\nlines"),
		diag.Errorf("SC1004", at(1, 10, 9, 12), "too much").WithFix(""),
		diag.Errorf("SC1005", at(3, 1, 53, 54), "a tab").WithFix("  "),
	}
}

func someResult() entra.OnDemandResult {
	old, now := "Alice", "Alice Example"
	return entra.OnDemandResult{
		Result: "Success", Action: "Create", TargetID: "2819c223",
		Steps: []entra.OnDemandStep{
			{Name: "EntryImport", Type: "Import", Status: "Success", Description: "Received User 'alice@contoso.com' change from Microsoft Entra ID",
				Details: []entra.NameValue{{Name: "objectId", Value: "6f9619ff"}, {Name: "userPrincipalName", Value: "alice@contoso.com"}}},
			{Name: "EntryExportAdd", Type: "Export", Status: "Success", Description: "User was created"},
		},
		Modified: []entra.ModifiedProperty{{DisplayName: "displayName", OldValue: &old, NewValue: &now}, {DisplayName: "active", NewValue: new("True")}, {DisplayName: "title", OldValue: &old}},
	}
}

func skippedResult() entra.OnDemandResult {
	return entra.OnDemandResult{
		Result: "Skipped", ErrorCode: "NotEffectivelyEntitled", Message: "the user is not assigned to the application",
		Status: entra.OnDemandStatus{RecommendedAction: "assign the user, directly or through a group"},
		Steps:  []entra.OnDemandStep{{Name: "EntrySynchronizationScoping", Type: "Scoping", Status: "Skipped"}},
	}
}

// TestProgress: a line for each finished step with the count of all, and on a
// terminal one that moves and is gone at the end.
func TestProgress(t *testing.T) {
	for _, terminal := range []bool{false, true} {
		streams, _, _, errOut := iostreams.Test()
		if terminal {
			streams.SetTerminal(60, false)
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		pr := NewProgress(streams, func() time.Time { return now })
		steps := somePlan().Steps
		pr.Event(apply.Event{Step: steps[0], Total: 2})
		pr.Event(apply.Event{Step: steps[2], Total: 2}) // beside the first one
		pr.Notice("Graph asks to wait 12 s")
		pr.Event(apply.Event{Step: steps[0], Total: 2, Done: true, Took: 1500 * time.Millisecond})
		pr.Event(apply.Event{Step: steps[1], Total: 2})
		pr.Event(apply.Event{Step: steps[1], Total: 2, Done: true, Err: errors.New("no")})
		pr.Stop()
		got := errOut.String()
		for _, want := range []string{"[1/2] ✓ enterprise application", "1.5s", "[2/2] ✗ attribute mappings", "… Graph asks to wait 12 s"} {
			if !strings.Contains(got, want) {
				t.Errorf("terminal %v: no %q in\n%s", terminal, want, got)
			}
		}
		if strings.Contains(got, "\r") != terminal {
			t.Errorf("terminal %v: moving line in\n%q", terminal, got)
		}
		for part := range strings.SplitSeq(strings.ReplaceAll(got, "\r\x1b[K", "\n"), "\n") {
			if strings.Count(part, "[") > 1 {
				t.Errorf("terminal %v: a moving line was not taken off before the next: %q", terminal, part)
			}
		}
		if terminal && !strings.HasSuffix(got, "\n") && !strings.HasSuffix(got, "\x1b[K") {
			t.Errorf("something is left on the screen: %q", got)
		}
	}
}

// TestWriteError: an output that cannot be written is an error, once.
func TestWriteError(t *testing.T) {
	p := New(broken{}, 80, false)
	p.Plan(somePlan())
	if p.Failed() == nil {
		t.Error("a failed write was swallowed")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("disk full") }
