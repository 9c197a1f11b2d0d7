package mapping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// oddSchema returns a document whose rule has the given object mappings, with
// small attribute lists under User and with members that nobody has heard of.
func oddSchema(t *testing.T, objectMappings string) *entra.Schema {
	t.Helper()
	s, err := entra.ParseSchema(fmt.Appendf(nil, `{"id":"x","odd":[1,null],"synchronizationRules":[
		{"id":"first","name":null,"sourceDirectoryName":"Here","targetDirectoryName":"There","objectMappings":[%s]}],
		"directories":[
			{"id":"s","name":"Here","objects":[{"name":"User","attributes":[{"name":"mail","type":"String"},{"name":"userPrincipalName","type":"String"},{"name":"jobTitle","type":"String"},{"name":"department"}]}]},
			{"id":"t","name":"There","objects":[{"name":"User","attributes":[{"name":"Username","type":"String","anchor":false},{"name":"title","type":null},{"name":"Job Title","type":"String"},{"name":"_id","type":"String","anchor":true}]}]}]}`, objectMappings))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func oddUser(members string) string {
	return `{"sourceObjectName":"User","targetObjectName":"User","enabled":true,"flowTypes":"Add, Update","attributeMappings":[` + members + `]}`
}

const oddMatching = `{"targetAttributeName":"Username","source":{"expression":"[mail]","name":"mail","type":"Attribute"},"matchingPriority":1}`

// TestOddSchemas converges documents that are legal and unusual: the result must
// be what was asked for, stay so, and keep everything else.
func TestOddSchemas(t *testing.T) {
	tests := []struct{ name, objectMappings string }{
		{"no mappings", oddUser(``)},
		{"no member of mappings", `{"sourceObjectName":"User","targetObjectName":"User","enabled":true}`},
		{"null mappings", `{"sourceObjectName":"User","targetObjectName":"User","enabled":false,"flowTypes":null,"scope":null,"attributeMappings":null}`},
		{"empty object mappings beside it", `{"sourceObjectName":"","enabled":false,"name":null},` + oddUser(oddMatching) + `,{}`},
		{"no source", oddUser(`{"targetAttributeName":"Username","source":null,"defaultValue":"x","matchingPriority":1}`)},
		{"an empty source", oddUser(`{"targetAttributeName":"Username","source":{},"matchingPriority":1}`)},
		{"a source that has only a name", oddUser(`{"targetAttributeName":"Username","source":{"name":"mail","expression":null,"type":null,"parameters":null},"matchingPriority":1}`)},
		{"a mapping twice", oddUser(oddMatching + `,` + oddMatching)},
		{"a mapping without a target", oddUser(`{"targetAttributeName":null,"source":null},` + oddMatching + `,{}`)},
		{"two precedences alike", oddUser(oddMatching + `,{"targetAttributeName":"title","source":{"name":"mail"},"matchingPriority":1}`)},
		{"a filter of null groups", strings.Replace(oddUser(oddMatching), `"enabled":true`, `"enabled":true,"scope":{"groups":null}`, 1)},
		{"a filter without clauses", strings.Replace(oddUser(oddMatching), `"enabled":true`, `"enabled":true,"scope":{"groups":[{"name":null,"clauses":null}]}`, 1)},
		{"experimental groups", strings.Replace(oddUser(oddMatching), `"enabled":true`, `"enabled":true,"scope":{"groups":[],"inputFilterGroups":[{"name":"i","clauses":[{"operatorName":"IS NULL","sourceOperandName":"mail"}]}]}`, 1)},
		{"unknown members", strings.Replace(oddUser(oddMatching), `"enabled":true`, `"enabled":true,"future":{"a":[true]}`, 1)},
	}
	for _, tt := range tests {
		for _, base := range []mapping.Base{mapping.BaseNone, mapping.BaseKeep, mapping.BaseTemplate} {
			t.Run(tt.name+", "+string(base), func(t *testing.T) {
				live := oddSchema(t, tt.objectMappings)
				want := mapping.Desired{
					Source: "User", Base: base, Enabled: new(true), Actions: new(mapping.AllActions),
					Mappings:         []mapping.Attribute{matched("Username", "userPrincipalName", 1), unstated("title", "jobTitle")},
					Filters:          &[]mapping.FilterGroup{{Clauses: []mapping.FilterClause{{Attribute: text("department"), Operator: text("equals"), Values: []string{"x"}}}}},
					TargetAttributes: []mapping.AttributeSpec{{Name: text("Level"), Type: new("Integer")}},
				}
				edits, problems := converge(t, live, want)
				if problems.HasErrors() || len(edits) == 0 {
					t.Fatal(printEdits(edits), problems)
				}
				for _, kept := range []string{`"odd":[1,null]`, `"name":"_id"`, `"sourceDirectoryName":"Here"`} {
					if !strings.Contains(string(live.Bytes()), kept) {
						t.Errorf("%s is lost: %s", kept, live.Bytes())
					}
				}
				for _, kept := range []string{`"future":{"a":[true]}`, `"inputFilterGroups":[{"name":"i"`, `{"sourceObjectName":"","enabled":false,"name":null}`} {
					if strings.Contains(tt.objectMappings, kept) && !strings.Contains(string(live.Bytes()), kept) {
						t.Errorf("%s is lost: %s", kept, live.Bytes())
					}
				}
				all, err := mapping.FromSchema(live)
				if err != nil {
					t.Fatal(err)
				}
				m := all[0]
				if !m.Enabled || m.Actions != mapping.AllActions || change(&m, "Username").Source.Value != "userPrincipalName" || change(&m, "Username").Match != 1 || change(&m, "title").Source.Value != "jobTitle" {
					t.Errorf("not converged: %+v", m)
				}
				if base == mapping.BaseNone && len(m.Attributes) != 2 {
					t.Errorf("base none leaves %d mappings", len(m.Attributes))
				}
			})
		}
	}
}

// TestKeepsFilterNames checks that a profile which names no filter leaves the
// portal's names alone, and that a name of its own is written.
func TestKeepsFilterNames(t *testing.T) {
	live := strings.Replace(oddUser(oddMatching), `"enabled":true`, `"enabled":true,"scope":{"groups":[
		{"name":"NY","clauses":[{"operatorName":"EQUALS","sourceOperandName":"state","targetOperand":{"values":["NY"]}},{"operatorName":"IS NOT NULL","sourceOperandName":"mail","targetOperand":{"values":[]}}]},
		{"name":"CA","clauses":[{"operatorName":"EQUALS","sourceOperandName":"state","targetOperand":{"values":["CA"]}}]}]}`, 1)
	ny := []mapping.FilterClause{{Attribute: text("mail"), Operator: text("is_not_null")}, {Attribute: text("state"), Operator: text("Equals"), Values: []string{"NY"}}}
	ca := []mapping.FilterClause{{Attribute: text("state"), Operator: text("EQUALS"), Values: []string{"CA"}}}
	tx := []mapping.FilterClause{{Attribute: text("state"), Operator: text("EQUALS"), Values: []string{"TX"}}}
	tests := []struct {
		name   string
		groups []mapping.FilterGroup
		want   []string // names after, nil for no edit
	}{
		{"without names, in another order", []mapping.FilterGroup{{Clauses: ca}, {Clauses: ny}}, nil},
		{"with the same names", []mapping.FilterGroup{{Name: "NY", Clauses: ny}, {Name: "CA", Clauses: ca}}, nil},
		{"with another name", []mapping.FilterGroup{{Name: "New York", Clauses: ny}, {Clauses: ca}}, []string{"New York", "CA"}},
		{"one more", []mapping.FilterGroup{{Clauses: ny}, {Clauses: tx}, {Clauses: ca}}, []string{"NY", "", "CA"}},
		{"the same twice", []mapping.FilterGroup{{Clauses: ca}, {Clauses: ca}}, []string{"CA", ""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			edits, problems := converge(t, oddSchema(t, live), mapping.Desired{Source: "User", Filters: &tt.groups})
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			var got []string
			for _, e := range edits {
				for _, g := range e.ScopeAfter.Groups {
					got = append(got, g.Name)
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestLintOtherConnectors checks that the names of a gallery connector's own list
// are taken as they are, and that SCIM names are not.
func TestLintOtherConnectors(t *testing.T) {
	names := []string{"ProfileName", "UserPermissionsCallCenterAutoLogin", "Job Title", "user/name", "_external", "1st", "Contact.E-Mail", "$type",
		"urn:scim:schemas:extension:enterprise:1.0.department", "urn:ietf:params:scim:schemas:extension:slack:guest:2.0:User:type", "entitlements[primary eq \"True\"].value"}
	for _, name := range names {
		m := objectMapping(t, "User")
		m.Target = "User"
		m.TargetObject.Attributes = append(slices.Clone(m.TargetObject.Attributes), entra.AttributeDefinition{Name: name, Type: entra.TypeString, Mutability: "ReadWrite"})
		m.Attributes = append(m.Attributes, attribute(name, "mail"))
		if problems := mapping.Lint(m, mapping.LintOptions{Live: true}); len(problems) > 0 {
			t.Errorf("%s: %v", name, problems)
		}
		m.TargetObject.Attributes = m.TargetObject.Attributes[:len(m.TargetObject.Attributes)-1]
		if problems := mapping.Lint(m, mapping.LintOptions{Live: true}); !problems.HasErrors() {
			t.Errorf("%s is not in the list, and nobody says so", name)
		}
	}
	m := objectMapping(t, "User")
	m.TargetObject.Attributes = append(slices.Clone(m.TargetObject.Attributes), entra.AttributeDefinition{Name: "Job Title", Type: entra.TypeString})
	m.Attributes = append(m.Attributes, attribute("Job Title", "mail"))
	if got := codes(mapping.Lint(m, mapping.LintOptions{Live: true})); !slices.Contains(got, "error SC3001") {
		t.Errorf("a SCIM target %q: %v", "Job Title", got)
	}
}

// TestFilterPatterns checks that patterns are those of .NET, whatever the engine
// underneath takes them for.
func TestFilterPatterns(t *testing.T) {
	tests := []struct {
		pattern, value string
		want           bool
	}{
		{`^[^\W\d_]+$`, "abcé", true},
		{`^[^\W\d_]+$`, "a1", false},
		{`^[\W\d]+$`, "12-3", true},
		{`^\d+$`, "٣", true},
		{`b$`, "ab\n", true},
		{`^(?!ext-)`, "ext-ann", false},
		{`^(?i)sales$`, "SALES", true},
		{`^sales$`, "Sales", false},
		{`^\p{IsCyrillic}+$`, "жш", true},
		{`^(a|b)\1$`, "aa", true},
		{`^[a-z-[aeiou]]+$`, "xyz", true},
		{`^[a-z-[aeiou]]+$`, "xay", false},
	}
	for _, tt := range tests {
		for operator, want := range map[string]bool{"REGEX MATCH": tt.want, "NOT REGEX MATCH": !tt.want} {
			m := objectMapping(t, "User")
			m.Scope = &entra.Filter{Groups: []entra.FilterGroup{{Clauses: []entra.FilterClause{clause("department", operator, tt.pattern)}}}}
			if got, _ := compile(t, m).InScope(object(t, "User", map[string]any{"department": tt.value})); got != want {
				t.Errorf("%q %s %s: %v", tt.value, operator, tt.pattern, got)
			}
		}
	}
	for _, pattern := range []string{`a++`, `(?P<n>a)`, `\_`, `[z-a]`, `\p{Foo}`} {
		m := objectMapping(t, "User")
		m.Scope = &entra.Filter{Groups: []entra.FilterGroup{{Clauses: []entra.FilterClause{clause("department", "REGEX MATCH", pattern)}}}}
		if got := codes(mapping.Lint(m, mapping.LintOptions{})); !slices.Contains(got, "error SC3033") {
			t.Errorf("%s is no .NET pattern: %v", pattern, got)
		}
		if _, problems := mapping.Compile(m); !problems.HasErrors() {
			t.Errorf("%s compiles", pattern)
		}
	}
}
