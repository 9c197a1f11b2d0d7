package render

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/engine"
)

func someVerification() VerifyReport {
	r := VerifyReport{Profile: "idmelon", User: "alice@contoso.com", Steps: []VerifyStep{
		{Name: "validate", Status: StepPassed, Found: "8 user mappings, 3 group mappings, 5 tests", Took: 12 * time.Millisecond},
		{Name: "test", Status: StepLeftOut, Found: "--skip test"},
		{Name: "replay", Status: StepFailed, Found: "broken for Entra: 2 of 97 checks", Took: 3400 * time.Millisecond, Details: []string{
			"U-07 a manager can be set: it answered 400 invalidPath",
			"C-01 \x1b[31m a create answers 201: it answered 200",
		}, Next: "See the traffic of each check: scimctl endpoint test -f idmelon.yaml --suite entra"},
		{Name: "tenant", Status: StepPassed, Found: `"IDmelon", job scim.0f1e2d3c`, Took: 240 * time.Millisecond},
		{Name: "compare", Status: StepFailed, Found: "displayName, title and manager differ", Took: 2 * time.Millisecond, Attributes: []engine.Comparison{
			{Target: "userName", Standing: engine.Same, Expected: new("alice@contoso.com"), Found: new("alice@contoso.com")},
			{Target: "password", Standing: engine.Uncompared, Why: "a server never returns it"},
			{Target: "nickName", Standing: engine.Uncompared, Why: "the mapping has no value for it, so nothing is written", Found: new("Al")},
			{Target: "displayName", Standing: engine.Differs, Expected: new("Alice Example of the Department of Long Names and Other Things"), Found: new("ALI\x1b[0mCE")},
			{Target: "title", Standing: engine.Lacking, Expected: new("Engineer")},
			{Target: "department", Standing: engine.Failing, Why: "Left: the length is -1"},
			{Target: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", Standing: engine.Differs, Expected: new("17"), Found: new("18")},
		}},
	}}
	r.Judge()
	return r
}

func TestVerifyGolden(t *testing.T) {
	for _, width := range []int{80, 200} {
		for _, color := range []bool{false, true} {
			kind := "pipe"
			if color {
				kind = "terminal"
			}
			t.Run(fmt.Sprintf("%d-%s", width, kind), func(t *testing.T) {
				var b bytes.Buffer
				p := New(&b, width, color)
				r := someVerification()
				for _, s := range r.Steps {
					p.VerifyStep(s)
				}
				p.VerifyVerdict(r)
				golden(t, fmt.Sprintf("verify-%d-%s.golden", width, kind), b.String())
				checkLines(t, b.String(), width)
			})
		}
	}
}

func TestVerifyJSON(t *testing.T) {
	var b bytes.Buffer
	if err := JSON(&b, someVerification()); err != nil {
		t.Fatal(err)
	}
	golden(t, "verify.json", b.String())
}

// TestVerifyJudge: a step that did not run never counts as passed.
func TestVerifyJudge(t *testing.T) {
	step := func(name string, s StepStatus) VerifyStep {
		return VerifyStep{Name: name, Status: s, Found: "because"}
	}
	for _, tt := range []struct {
		name             string
		steps            []VerifyStep
		verdict, summary string
	}{
		{"all", []VerifyStep{step("a", StepPassed), step("b", StepPassed)}, Verified, "ann is at the endpoint as the profile says"},
		{"left out", []VerifyStep{step("a", StepLeftOut), step("b", StepPassed)}, Verified, "left out: a"},
		{"not run", []VerifyStep{step("a", StepPassed), step("b", StepNotRun), step("c", StepNotRun)}, Undecided, "b, c"},
		{"failed", []VerifyStep{step("a", StepFailed), step("b", StepNotRun)}, NotVerified, "a: because"},
		{"several", []VerifyStep{step("a", StepFailed), step("b", StepFailed), step("c", StepFailed)}, NotVerified, "a: because; b: because; c: because"},
	} {
		r := VerifyReport{User: "ann", Steps: tt.steps}
		r.Judge()
		if r.Verdict != tt.verdict || !strings.Contains(r.Summary, tt.summary) {
			t.Errorf("%s: %s, %q", tt.name, r.Verdict, r.Summary)
		}
	}
}
