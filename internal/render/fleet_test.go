package render

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/plan"
)

// someViews are plans of each kind: with changes, refused, in error, and none.
func someViews() []PlanView {
	changed := somePlan()
	changed.Impact = []plan.Impact{{Risk: "rematch", People: 12, Groups: 1, AtMost: true, Effect: "be matched again"}}
	changed.Steps[1].Schema = &plan.SchemaStep{Edits: []mapping.Edit{
		{Kind: mapping.ChangeMapping, Ref: entra.MappingRef{Source: "User"}, Name: "userName", MappingBefore: direct("userPrincipalName", 1), MappingAfter: direct("objectId", 0)},
		{Kind: mapping.RemoveMapping, Ref: entra.MappingRef{Source: "User"}, Name: `emails[type eq "work"].value`, MappingBefore: &entra.AttributeMapping{Source: &entra.Source{Type: entra.SourceFunction, Expression: "Join(\"|\", [a], `b`)"}}},
		{Kind: mapping.SetScope, Ref: entra.MappingRef{Source: "Group"}},
		{Kind: mapping.AddAttribute, Ref: entra.MappingRef{Source: "User"}, Side: entra.TargetSide, Name: "badge", AttributeAfter: &entra.AttributeDefinition{Type: "String"}},
		{Kind: mapping.SetEnabled, Ref: entra.MappingRef{Source: "Group"}, EnabledAfter: new(false)},
		{Kind: mapping.SetActions, Ref: entra.MappingRef{Source: "Group"}, ActionsBefore: "Add", ActionsAfter: "Add,Update"},
	}}
	changed.Steps[1].Where, changed.Steps[1].Places = line(7), []diag.Range{line(8), line(9)}
	changed.Steps[0].Where, changed.Steps[2].Where = line(2), line(5)
	refused := refusedPlan()
	refused.Impact = []plan.Impact{{Risk: "leave-scope", People: 60, Effect: "leave scope", Refused: true}}
	failed := &plan.Plan{Profile: "bad", Diagnostics: diag.List{diag.Errorf("SC4001", line(3), "the tenant has no group %q", "<b>@all #1</b>")}}
	return []PlanView{
		{Label: "idmelon (test)", File: "p.yaml", Plan: changed, Verdict: "pending"},
		{Label: "refused", File: "r.yaml", Plan: refused, Verdict: "refused"},
		{Label: "bad", File: "b.yaml", Plan: failed, Verdict: "failed", Error: "see the problems on standard error"},
		{Label: "none", File: "n.yaml", Error: "read the tenant: 503", Verdict: "failed"},
		{Label: "same", File: "s.yaml", Plan: &plan.Plan{Profile: "same", Tenant: entra.Tenant{ID: "t"}}, Verdict: "nothing to do"},
	}
}

func direct(source string, match int) *entra.AttributeMapping {
	return &entra.AttributeMapping{Source: &entra.Source{Type: entra.SourceAttribute, Name: source}, MatchingPriority: match}
}

func line(n int) diag.Range {
	return diag.Range{Filename: "p.yaml", Start: diag.Pos{Line: n, Column: 3}, End: diag.Pos{Line: n, Column: 9}}
}

func TestPlansMarkdown(t *testing.T) {
	var b bytes.Buffer
	if err := PlansMarkdown(&b, someViews()); err != nil {
		t.Fatal(err)
	}
	golden(t, "plans-markdown.golden", b.String())
	one := new(bytes.Buffer)
	if err := PlansMarkdown(one, someViews()[:1]); err != nil || strings.Contains(one.String(), "set-ups") {
		t.Errorf("%v: an overview of one\n%s", err, one)
	}
	// The lines of data stay inside their block, and mention nobody.
	if strings.Contains(b.String(), "@all") || strings.Contains(b.String(), "<b>") || strings.Count(b.String(), "```")%2 != 0 {
		t.Errorf("data is mark-up:\n%s", b.String())
	}
}

func TestPlansGitHub(t *testing.T) {
	var b bytes.Buffer
	if err := PlansGitHub(&b, append(someViews(), someViews()[0])); err != nil {
		t.Fatal(err)
	}
	golden(t, "plans-github.golden", b.String())
}

// TestPlansMarkdownFitsAComment: however much there is, the comment is not too long,
// says what is missing, and keeps what matters most.
func TestPlansMarkdownFitsAComment(t *testing.T) {
	big := somePlan()
	big.Steps[1].Schema = &plan.SchemaStep{}
	for i := range 3000 {
		name := fmt.Sprintf("urn:ietf:params:scim:schemas:extension:Example:2.0:User:attribute%d", i)
		big.Steps[1].Schema.Edits = append(big.Steps[1].Schema.Edits, mapping.Edit{Kind: mapping.AddMapping, Ref: entra.MappingRef{Source: "User"}, Name: name, MappingAfter: direct(strings.Repeat("x", 400), 0)})
		big.Steps[1].Details = append(big.Steps[1].Details, plan.Line{Action: plan.Add, Text: name})
	}
	for _, n := range []int{1, 4, 40, 900} {
		views := make([]PlanView, n)
		for i := range views {
			views[i] = PlanView{Label: fmt.Sprintf("p%d", i), Plan: big, Verdict: "pending"}
		}
		var b bytes.Buffer
		if err := PlansMarkdown(&b, views); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if len(text) > maxComment || !strings.Contains(text, "The comment would be too long") || !strings.HasPrefix(text, Marker) || !strings.HasSuffix(text, "\n") {
			t.Errorf("%d plans: %d bytes", n, len(text))
		}
		if n < 900 && strings.Count(text, "everybody in scope is matched again") != n {
			t.Errorf("%d plans: a consequence was cut", n)
		}
	}
}

// TestPlansGitHubShowsTen: GitHub drops what is more than ten of a kind, so the last
// one says how many there are.
func TestPlansGitHubShowsTen(t *testing.T) {
	var views []PlanView
	for i := range 14 {
		views = append(views, PlanView{Label: fmt.Sprintf("p%d", i), File: "p.yaml", Error: "no"})
	}
	var b bytes.Buffer
	if err := PlansGitHub(&b, views); err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(b.String(), "::error"); got != 10 || !strings.Contains(b.String(), "and 5 more") {
		t.Errorf("%d errors:\n%s", got, b.String())
	}
}

// TestFormatsReportWriteErrors: an output that cannot be written is an error.
func TestFormatsReportWriteErrors(t *testing.T) {
	for name, write := range map[string]func(io.Writer, []PlanView) error{"markdown": PlansMarkdown, "github": PlansGitHub} {
		if err := write(broken{}, someViews()); err == nil {
			t.Errorf("%s swallowed %v", name, errors.New("disk full"))
		}
	}
}

// FuzzProse: whatever a name is, it stays on its line and makes no cell, tag or code.
func FuzzProse(f *testing.F) {
	f.Add("a|b`c`\n<b>@x #1 ``` \\| https://x")
	f.Fuzz(func(t *testing.T, s string) {
		if got := prose(s); strings.ContainsAny(got, "\n<>") || strings.Contains(strings.ReplaceAll(strings.ReplaceAll(got, `\\`, ""), `\|`, ""), "|") {
			t.Errorf("%q is %q", s, got)
		}
		if got := code(s); strings.Contains(strings.ReplaceAll(got, `\|`, ""), "|") || strings.Contains(got, "\n") {
			t.Errorf("%q is the code %q", s, got)
		}
	})
}
