package mapping_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

func clause(attribute, operator string, values ...string) entra.FilterClause {
	return entra.FilterClause{OperatorName: operator, SourceOperandName: attribute, TargetOperand: entra.FilterOperand{Values: values}}
}

func TestOperators(t *testing.T) {
	tests := []struct {
		attribute, operator, value string
		in, out                    []any // nil is a null attribute
	}{
		{"department", "EQUALS", "sales", []any{"sales"}, []any{"Sales", "", nil}},
		{"department", "NOT EQUALS", "sales", []any{"Sales"}, []any{"sales", "", nil}},
		{"accountEnabled", "IS TRUE", "", []any{true, "true"}, []any{false, nil, "yes"}},
		{"accountEnabled", "IS FALSE", "", []any{false, "False"}, []any{true, nil}},
		{"accountEnabled", "EQUALS", "True", []any{true}, []any{false}},
		{"mail", "IS NULL", "", []any{nil, "", []string{}}, []any{"x"}},
		{"mail", "IS NOT NULL", "", []any{"x"}, []any{nil, ""}},
		{"userPrincipalName", "REGEX MATCH", `.*\@domain.com`, []any{"a@domain.com"}, []any{"a@other.com", nil}},
		{"userPrincipalName", "NOT REGEX MATCH", `.*\@domain.com`, []any{"a@other.com"}, []any{"a@domain.com", nil}},
		{"workerID", "REGEX MATCH", `(1[0-9][0-9][0-9][0-9][0-9][0-9])`, []any{"1000000", "1999999"}, []any{"2000000", "999999"}},
		{"mail", "REGEX MATCH", `^(?!ext-).+$`, []any{"ann"}, []any{"ext-ann", "", nil}},
		{"level", "Greater_Than", "5", []any{6, "10"}, []any{5, "x", nil, "4"}},
		{"level", "Greater_Than_OR_EQUALS", "5", []any{5, 6}, []any{4, nil}},
		{"level", "greater than or equals", "5", []any{5}, []any{4}},
		{"level", "Greater_Than", "many", nil, []any{5}},
		{"displayName", "Includes", "art", []any{"martha"}, []any{"Artur", nil}},
		{"mail", "ENDS_WITH", "@contoso.com", []any{"a@contoso.com"}, []any{"a@contoso.com.example", nil}},
		{"flags", "&", "6", []any{2, "4", 7}, []any{1, 8, nil}},
		{"flags", "!&", "6", []any{1, 8}, []any{2, nil}},
		{"department", "SOUNDS LIKE", "sales", nil, []any{"sales", nil}},
		{"department", "IsMemberOf", "x", nil, []any{"x"}},
	}
	for _, tt := range tests {
		m := objectMapping(t, "User")
		c := clause(tt.attribute, tt.operator, tt.value)
		m.Scope = &entra.Filter{Groups: []entra.FilterGroup{{Name: "f", Clauses: []entra.FilterClause{c}}}}
		p := compile(t, m)
		check := func(value any, want bool) {
			got, results := p.InScope(object(t, "User", map[string]any{tt.attribute: value}))
			if got != want || len(results) != 1 || results[0].Holds != want {
				t.Errorf("%s %s %q with %#v: %v, %+v", tt.attribute, tt.operator, tt.value, value, got, results)
			}
		}
		for _, value := range tt.in {
			check(value, true)
		}
		for _, value := range tt.out {
			check(value, false)
		}
	}
}

func TestGroupsAndTitles(t *testing.T) {
	m := objectMapping(t, "User")
	m.Scope = &entra.Filter{Groups: []entra.FilterGroup{
		{Name: "NY engineers", Clauses: []entra.FilterClause{clause("state", "EQUALS", "NY"), clause("department", "EQUALS", "Engineering")}},
		{Clauses: []entra.FilterClause{clause("jobTitle", "IS NOT NULL")}},
	}}
	p := compile(t, m)
	in, results := p.InScope(object(t, "User", map[string]any{"state": "NY", "department": "Sales", "jobTitle": "x"}))
	want := []mapping.ClauseResult{
		{Title: "NY engineers.state EQUALS 'NY'", Holds: true},
		{Title: "NY engineers.department EQUALS 'Engineering'"},
		{Title: "jobTitle IS NOT NULL", Holds: true},
	}
	if !in {
		t.Error("the second group holds")
	}
	if diff := cmp.Diff(want, results); diff != "" {
		t.Error(diff)
	}
	if in, _ := p.InScope(object(t, "User", map[string]any{"state": "NY", "department": "Sales"})); in {
		t.Error("neither group holds")
	}
}

func TestEmptyAndExperimentalFilters(t *testing.T) {
	group := func(clauses ...entra.FilterClause) []entra.FilterGroup {
		return []entra.FilterGroup{{Clauses: clauses}}
	}
	for name, tt := range map[string]struct {
		scope *entra.Filter
		want  bool
	}{
		"none":            {nil, true},
		"no groups":       {&entra.Filter{Groups: []entra.FilterGroup{}}, true},
		"no clauses":      {&entra.Filter{Groups: group()}, true},
		"input filter":    {&entra.Filter{InputFilterGroups: group(clause("a", "EQUALS", "y"))}, false},
		"category filter": {&entra.Filter{Groups: group(clause("a", "EQUALS", "x")), CategoryFilterGroups: group(clause("a", "EQUALS", "y"))}, false},
	} {
		m := objectMapping(t, "User")
		m.Scope = tt.scope
		if in, _ := compile(t, m).InScope(object(t, "User", map[string]any{"a": "x"})); in != tt.want {
			t.Errorf("%s: in scope %v", name, in)
		}
	}
}

// TestRegexTimeLimit gives a pattern that backtracks for ever.
func TestRegexTimeLimit(t *testing.T) {
	m := objectMapping(t, "User")
	m.Scope = &entra.Filter{Groups: []entra.FilterGroup{{Clauses: []entra.FilterClause{clause("mail", "REGEX MATCH", `^(a+)+(?<!x)\1$`)}}}}
	p := compile(t, m)
	start := time.Now()
	if in, _ := p.InScope(object(t, "User", map[string]any{"mail": strings.Repeat("a", 60) + "!"})); in {
		t.Error("in scope")
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("took %v", took)
	}
}
