package odata_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/emulator/odata"
)

var person = odata.Map{
	"displayName": "Bob O'Brien", "department": "Sales", "accountEnabled": true, "age": json.Number("42"), "empty": nil,
	"tags": []any{"red", "Green"}, "names": []string{"a"}, "createdDateTime": "2024-03-01T10:00:00Z",
	"extension": map[string]any{"attribute1": "x"}, "plans": []any{map[string]any{"name": "P1"}, map[string]any{"name": "P2"}},
	"not": "odd", "id": "a0000000-0000-4000-8000-000000000001",
}

func TestMatch(t *testing.T) {
	for filter, want := range map[string]bool{
		`displayName eq 'Bob O''Brien'`:                             true,
		`displayName eq 'bob o''brien'`:                             true,
		`displayName ne 'x'`:                                        true,
		`'Sales' eq department`:                                     true,
		`department in ('HR', 'sales')`:                             true,
		`department in ('HR')`:                                      false,
		`startswith(displayName,'BOB')`:                             true,
		`endswith(displayName,'brien')`:                             true,
		`contains(displayName, 'o''b')`:                             true,
		`contains(tolower(displayName), 'bob')`:                     true,
		`toupper(department) eq 'SALES'`:                            true,
		`accountEnabled eq true and age gt 41`:                      true,
		`accountEnabled`:                                            true,
		`not accountEnabled`:                                        false,
		`age ge 42 and age le 42 and not (age lt 42)`:               true,
		`age eq 4.2e1`:                                              true,
		`age lt -1`:                                                 false,
		`empty eq null`:                                             true,
		`missing eq null`:                                           true,
		`empty ne null`:                                             false,
		`empty gt 1`:                                                false,
		`displayName eq null`:                                       false,
		`department eq 'x' or department eq 'y' or age eq 42`:       true,
		`department eq 'Sales' or department eq 'y' and age eq 1`:   true, // and binds tighter
		`(department eq 'Sales' or department eq 'y') and age eq 1`: false,
		`tags/any(t:t eq 'green')`:                                  true,
		`tags/any(t:startswith(t,'re'))`:                            true,
		`tags/any(t:t eq 'blue')`:                                   false,
		`tags/any()`:                                                true,
		`missing/any()`:                                             false,
		`names/any(n:n eq 'A')`:                                     true,
		`not tags/any(t:t eq 'blue')`:                               true,
		`plans/any(p:p/name eq 'P2' and department eq 'Sales')`:     true,
		`extension/attribute1 eq 'X'`:                               true,
		`extension/attribute1/deeper eq 'X'`:                        false,
		`createdDateTime ge 2024-03-01`:                             true,
		`createdDateTime lt 2024-03-01T09:59:59Z`:                   false,
		`createdDateTime eq 2024-03-01T11:00:00+01:00`:              true,
		`id eq a0000000-0000-4000-8000-000000000001`:                true,
		`age eq 'x'`:                                                false,
		`accountEnabled eq 'true'`:                                  false,
		`contains eq 'x'`:                                           false, // a property of that name
		`DISPLAYNAME eq 'x'`:                                        false,
		"displayName\teq\n'Bob O''Brien'":                           true,
		`displayName EQ 'Bob O''Brien' AND age Gt 1`:                true,
	} {
		f, err := odata.ParseFilter(filter)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		if got := f.Match(person, false); got != want {
			t.Errorf("%s: %v", filter, got)
		}
	}
}

func TestExactComparison(t *testing.T) {
	for filter, want := range map[string]bool{
		`department eq 'Sales'`: true, `department eq 'sales'`: false, `contains(department,'ale')`: true, `contains(department,'ALE')`: false,
		`department in ('sales')`: false, `contains(tolower(department),'sales')`: true,
	} {
		f, err := odata.ParseFilter(filter)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Match(person, true); got != want {
			t.Errorf("%s: %v", filter, got)
		}
	}
}

func TestSyntaxErrors(t *testing.T) {
	for filter, offset := range map[string]int{
		"":                          0,
		"displayName eq":            14,
		"displayName eq 'x":         15,
		"displayName eq 'x' and":    22,
		"displayName eq 'x' 'y'":    19,
		"displayName # 'x'":         12,
		"(displayName eq 'x'":       19,
		"displayName eq 'x')":       18,
		"'x'":                       0,
		"tolower(displayName)":      0,
		"frobnicate(a) eq 'x'":      0,
		"startswith(a)":             12,
		"startswith(a,'b'":          16,
		"a in 'x'":                  5,
		"a in ('x'":                 9,
		"a in (b)":                  6,
		"a in ()":                   6,
		"a/ eq 'x'":                 6,
		"tags/any(t)":               10,
		"tags/any(t:)":              11,
		"tags/all(t:t eq 'x')":      5,
		"a eq 12x":                  5,
		"a eq 2024-13-40":           5,
		"a eq 1 or or b eq 2":       13,
		"a eq tags/any(t:t eq 'x')": 25,
		"a eq 1e999":                5,
	} {
		_, err := odata.ParseFilter(filter)
		e, ok := errors.AsType[*odata.SyntaxError](err)
		if !ok {
			t.Errorf("%q: %v", filter, err)
			continue
		}
		if e.Offset != offset {
			t.Errorf("%q: position %d, want %d (%v)", filter, e.Offset, offset, err)
		}
	}
}

func TestLimits(t *testing.T) {
	for name, filter := range map[string]string{
		"parentheses": strings.Repeat("(", 5000) + "a eq 1", "not": strings.Repeat("not ", 4000) + "a", "length": "a eq '" + strings.Repeat("x", 20000) + "'",
		"tolower": strings.Repeat("tolower(", 2000) + "a", "in": "a in (" + strings.Repeat("'x',", 15) + "'x')", "lambdas": strings.Repeat("a/any(x:", 1500),
	} {
		if _, err := odata.ParseFilter(filter); err == nil {
			t.Errorf("%s: no limit", name)
		}
	}
	if _, err := odata.ParseFilter(strings.Repeat("a eq 1 or ", 1000) + "a eq 1"); err != nil {
		t.Errorf("a long chain: %v", err)
	}
}

func TestUses(t *testing.T) {
	f, err := odata.ParseFilter(`not(startswith(tolower(a),'x')) and b/c eq 1 and tags/any(t:t/name eq 'x') and d in ('x') and e ne null`)
	if err != nil {
		t.Fatal(err)
	}
	want := []odata.Use{
		{Path: "a", Operator: "startswith", Literal: odata.StringLiteral, Not: true, Folded: true},
		{Path: "b/c", Operator: "eq", Literal: odata.NumberLiteral},
		{Path: "tags/name", Operator: "eq", Literal: odata.StringLiteral},
		{Path: "d", Operator: "in", Literal: odata.StringLiteral},
		{Path: "e", Operator: "ne", Literal: odata.NullLiteral},
	}
	if d := cmp.Diff(want, f.Uses()); d != "" {
		t.Error(d)
	}
}

func FuzzParseFilter(f *testing.F) {
	for _, seed := range []string{
		`displayName eq 'Bob O''Brien'`, `not(startswith(tolower(a),'x')) and b/c eq 1`, `tags/any(t:t eq 'x')`, `a in ('x','y')`,
		`createdDateTime ge 2024-03-01T00:00:00Z`, `((a`, `a eq a0000000-0000-4000-8000-000000000001`, `a eq '`, "a eq \xff",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		filter, err := odata.ParseFilter(s)
		if err != nil {
			if e, ok := errors.AsType[*odata.SyntaxError](err); !ok || e.Offset < 0 || e.Offset > len(s) {
				t.Fatalf("%q: %#v", s, err)
			}
			return
		}
		if len(filter.Uses()) == 0 && strings.Trim(s, "'0123456789") == "" {
			t.Fatalf("%q is a filter about nothing", s)
		}
		once := filter.Match(person, false)
		if filter.Match(person, false) != once {
			t.Fatalf("%q matches now and then", s)
		}
		negated, err := odata.ParseFilter("not (" + s + ")")
		if err == nil && negated.Match(person, false) == once {
			t.Fatalf("%q and its negation are both %v", s, once)
		}
	})
}
