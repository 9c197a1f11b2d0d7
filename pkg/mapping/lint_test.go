package mapping_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/entra/template"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// TestLintTemplates holds the default schemas to the rules.
func TestLintTemplates(t *testing.T) {
	for _, tpl := range template.All() {
		all, err := mapping.FromSchema(tpl.Schema())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range all {
			if problems := mapping.Lint(m, mapping.LintOptions{Live: true}); len(problems) > 0 {
				t.Errorf("%s, %s: %v", tpl.DisplayName, m.Source, problems)
			}
		}
	}
}

// change returns the attribute of a target, to be changed.
func change(m *mapping.ObjectMapping, target string) *mapping.Attribute {
	i := slices.IndexFunc(m.Attributes, func(a mapping.Attribute) bool { return a.Target.Value == target })
	return &m.Attributes[i]
}

func drop(m *mapping.ObjectMapping, target string) {
	m.Attributes = slices.DeleteFunc(m.Attributes, func(a mapping.Attribute) bool { return a.Target.Value == target })
}

func TestLint(t *testing.T) {
	add := func(a mapping.Attribute) func(*mapping.ObjectMapping) {
		return func(m *mapping.ObjectMapping) { m.Attributes = append(m.Attributes, a) }
	}
	source := func(target string, kind mapping.Kind, text string) func(*mapping.ObjectMapping) {
		return func(m *mapping.ObjectMapping) {
			a := change(m, target)
			a.Kind, a.Source.Value = kind, text
		}
	}
	target := func(d entra.AttributeDefinition) func(*mapping.ObjectMapping) {
		return func(m *mapping.ObjectMapping) {
			m.TargetObject.Attributes = append(slices.Clone(m.TargetObject.Attributes), d)
		}
	}
	scope := func(clauses ...entra.FilterClause) func(*mapping.ObjectMapping) {
		return func(m *mapping.ObjectMapping) {
			m.Scope = &entra.Filter{Groups: []entra.FilterGroup{{Name: "f", Clauses: clauses}}}
		}
	}
	both := func(fs ...func(*mapping.ObjectMapping)) func(*mapping.ObjectMapping) {
		return func(m *mapping.ObjectMapping) {
			for _, f := range fs {
				f(m)
			}
		}
	}
	tests := []struct {
		name   string
		object string // User when empty
		change func(*mapping.ObjectMapping)
		o      mapping.LintOptions
		want   []string // severity, code and a part of the summary
	}{
		{name: "path", change: add(attribute(`emails[type eq work`, "mail")), want: []string{"error SC3001 emails[type"}},
		{name: "twice", change: add(attribute("UserName", "mail")), want: []string{"warning SC3008 UserName", "error SC3002 UserName is mapped twice"}},
		{name: "no matching", change: func(m *mapping.ObjectMapping) { change(m, "userName").Match = 0 }, want: []string{"error SC3003 no mapping of User matches"}},
		{name: "no matching, switched off", object: "Group", change: func(m *mapping.ObjectMapping) { m.Enabled, change(m, "displayName").Match = false, 0 }},
		{name: "precedence twice", change: func(m *mapping.ObjectMapping) { change(m, "externalId").Match = 1 }, want: []string{"error SC3004 userName and externalId both have"}},
		{name: "matching by several sources", change: source("userName", mapping.Expression, `Join("@", [mailNickname], [country])`), want: []string{"error SC2112"}},
		{name: "matching by a constant", change: source("userName", mapping.Constant, "x"), want: []string{"error SC3005 userName matches objects by a constant"}},
		{name: "matching by an expression without attributes", change: source("userName", mapping.Expression, `ToLower("X")`), want: []string{"error SC3005"}},
		{name: "matching by a default", change: both(source("userName", mapping.DefaultOnly, ""), func(m *mapping.ObjectMapping) { change(m, "userName").Default = new("x") }), want: []string{"error SC3005 userName matches objects and has no source"}},
		{name: "matching on create", change: func(m *mapping.ObjectMapping) { change(m, "userName").OnCreateOnly = true }, want: []string{"warning SC3020"}},
		{name: "anchor", change: add(attribute("id", "objectId")), want: []string{"error SC3006 id is the anchor"}},
		{name: "anchor without a list", change: both(add(attribute("ID", "objectId")), func(m *mapping.ObjectMapping) { m.TargetObject = entra.ObjectDefinition{} }), want: []string{"error SC3006"}},
		{name: "users off", change: func(m *mapping.ObjectMapping) { m.Enabled = false }, want: []string{"error SC3007"}},
		{name: "unknown target", change: add(attribute("nickname", "mailNickname")), want: []string{`warning SC3008 the target has no attribute "nickname"; did you mean "nickName"?`}},
		{name: "unknown target, live", change: add(attribute("nickname", "mailNickname")), o: mapping.LintOptions{Live: true}, want: []string{"error SC3008"}},
		{name: "unknown source", change: source("title", mapping.Direct, "jobtitle"), want: []string{`warning SC3009 title: the source has no attribute "jobtitle"; did you mean "jobTitle"?`}},
		{name: "unknown source, live", change: source("title", mapping.Direct, "shoeSize"), o: mapping.LintOptions{Live: true}, want: []string{"error SC3009"}},
		{name: "name of Microsoft Graph", change: source("title", mapping.Direct, "officeLocation"), want: []string{`warning SC3009 title: the source has no attribute "officeLocation"; it is called "physicalDeliveryOfficeName" here`}},
		{name: "no source", change: source("title", mapping.Direct, ""), want: []string{"error SC3009 the mapping of title names no source"}},
		{name: "reference to text", change: source("title", mapping.Direct, "manager"), want: []string{"error SC3010 manager is a reference"}},
		{name: "text to reference", object: "Group", change: source("members", mapping.Direct, "displayName"), want: []string{"error SC3010 members takes references"}},
		{name: "constant to reference", object: "Group", change: source("members", mapping.Constant, "x"), want: []string{"error SC3010 members is a reference"}},
		{name: "switch on reference", change: source("title", mapping.Expression, `Switch(Switch([manager], "a", "b", "c"), "d", "e", "f")`), want: []string{"warning SC2117 title: Switch does not work"}},
		{name: "read-only", change: both(target(entra.AttributeDefinition{Name: "groups", Type: "String", Mutability: "ReadOnly"}), add(attribute("groups", "mail"))), want: []string{"error SC3011"}},
		{name: "required", change: target(entra.AttributeDefinition{Name: "region", Type: "String", Required: true}), want: []string{"warning SC3012 the target requires region"}},
		{name: "required, never created", change: both(target(entra.AttributeDefinition{Name: "region", Required: true}), func(m *mapping.ObjectMapping) { m.Actions = mapping.Update })},
		{name: "no userName", change: func(m *mapping.ObjectMapping) { drop(m, "userName"); change(m, "externalId").Match = 1 }, want: []string{"error SC3012 no mapping sets userName"}},
		{name: "no active", change: func(m *mapping.ObjectMapping) { drop(m, "active") }, want: []string{"warning SC3013"}},
		{name: "active by accountEnabled", change: source("active", mapping.Direct, "accountEnabled"), want: []string{"warning SC3014 active follows accountEnabled only"}},
		{name: "active by an expression", change: source("active", mapping.Expression, `IIF([accountEnabled] = "True", "True", "False")`), want: []string{"warning SC3014"}},
		{name: "active the wrong way round", change: source("active", mapping.Direct, "IsSoftDeleted"), want: []string{"error SC3014 active gets IsSoftDeleted as it is"}},
		{name: "active always", change: source("active", mapping.Constant, "True"), want: []string{"warning SC3014 active does not follow"}},
		{name: "active the old way", change: source("active", mapping.Expression, "Not([IsSoftDeleted])")},
		{name: "constant of another type", change: source("active", mapping.Constant, "yes"), want: []string{`error SC3015 constant "yes" of active: the target takes True or False`, "warning SC3014"}},
		{name: "default of another type", change: func(m *mapping.ObjectMapping) { change(m, "active").Default = new("on") }, want: []string{`error SC3015 default value "on"`}},
		{name: "custom name", change: both(target(entra.AttributeDefinition{Name: "urn:example:User:badge"}), add(attribute("urn:example:User:badge", "employeeId"))), want: []string{"warning SC3016"}},
		{name: "custom name of the other object", object: "Group", change: both(target(entra.AttributeDefinition{Name: "urn:ietf:params:scim:schemas:extension:X:2.0:User:a"}), add(attribute("urn:ietf:params:scim:schemas:extension:X:2.0:User:a", "mail"))), want: []string{"warning SC3016"}},
		{name: "custom name as it should be", change: both(target(entra.AttributeDefinition{Name: "urn:ietf:params:scim:schemas:extension:X:2.0:User:a"}), add(attribute("urn:ietf:params:scim:schemas:extension:X:2.0:User:a", "mail")))},
		{name: "several values to one", change: source("title", mapping.Direct, "proxyAddresses"), want: []string{"warning SC3017"}},
		{name: "nothing flows", change: source("title", mapping.DefaultOnly, ""), want: []string{"warning SC3018"}},
		{name: "no actions", change: func(m *mapping.ObjectMapping) { m.Actions = 0 }, want: []string{"warning SC3019"}},
		{name: "role function with everybody", change: source("title", mapping.Expression, "SingleAppRoleAssignment([appRoleAssignments])"), o: mapping.LintOptions{SyncAll: true}, want: []string{"error SC2114"}},
		{name: "role function with assigned people", change: source("title", mapping.Expression, "SingleAppRoleAssignment([appRoleAssignments])")},
		{name: "unknown attribute in an expression", change: source("title", mapping.Expression, "ToLower([jobtitle])"), want: []string{"warning SC2106"}},
		{name: "broken expression", change: source("title", mapping.Expression, "ToLower([jobTitle]"), want: []string{"error SC2003 title: "}},

		{name: "filter", change: scope(clause("department", "EQUALS", "x"), clause("mail", "is_not_null"), clause("mail", "REGEX MATCH", "^a"), clause("employeeId", "Greater_Than", "5"))},
		{name: "filter on userType", change: scope(clause("userType", "EQUALS", "Guest")), want: []string{"error SC3031 scoping filters do not support userType"}},
		{name: "filter on a date", change: both(scope(clause("hired", "IS NULL")), func(m *mapping.ObjectMapping) {
			m.SourceObject.Attributes = append(slices.Clone(m.SourceObject.Attributes), entra.AttributeDefinition{Name: "hired", Type: "DateTime"})
		}), want: []string{"error SC3031"}},
		{name: "filter on several values", change: scope(clause("proxyAddresses", "EQUALS", "x")), want: []string{"error SC3036"}},
		{name: "filter on an unknown attribute", change: scope(clause("Department", "EQUALS", "x")), want: []string{`warning SC3032 scoping filter: the source has no attribute "Department"; did you mean "department"?`}},
		{name: "filter on an unknown attribute, live", change: scope(clause("Department", "EQUALS", "x")), o: mapping.LintOptions{Live: true}, want: []string{"error SC3032"}},
		{name: "unknown operator", change: scope(clause("department", "EQUAL", "x")), want: []string{`warning SC3030 unknown filter operator "EQUAL"; did you mean "EQUALS"?`}},
		{name: "IsMemberOf", change: scope(clause("department", "IsMemberOf", "x")), want: []string{"warning SC3038"}},
		{name: "ampersand", change: scope(clause("employeeId", "!&", "4")), want: []string{"warning SC3038"}},
		{name: "no value", change: scope(clause("department", "EQUALS")), want: []string{"error SC3037 EQUALS needs a value"}},
		{name: "a value too many", change: scope(clause("department", "EQUALS", "a", "b")), want: []string{"warning SC3037"}},
		{name: "a value for nothing", change: scope(clause("department", "IS NULL", "a")), want: []string{"warning SC3037"}},
		{name: "no number", change: scope(clause("employeeId", "Greater_Than", "five")), want: []string{"error SC3035"}},
		{name: "no regular expression", change: scope(clause("mail", "REGEX MATCH", "(")), want: []string{"error SC3033"}},
		{name: "no anchors", change: scope(clause("mail", "NOT REGEX MATCH", "@contoso")), want: []string{"warning SC3034"}},
		{name: "no clauses", change: scope(), want: []string{"warning SC3039"}},
		{name: "experimental", change: func(m *mapping.ObjectMapping) {
			m.Scope = &entra.Filter{InputFilterGroups: []entra.FilterGroup{{}}}
		}, want: []string{"note SC3040"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			object := "User"
			if tt.object != "" {
				object = tt.object
			}
			m := objectMapping(t, object)
			tt.change(&m)
			problems := mapping.Lint(m, tt.o)
			ok := len(problems) == len(tt.want)
			for i := 0; ok && i < len(problems); i++ {
				d := problems[i]
				ok = strings.HasPrefix(d.Severity.String()+" "+string(d.Code)+" "+d.Summary, tt.want[i]) ||
					strings.HasPrefix(tt.want[i], d.Severity.String()+" "+string(d.Code)+" ") && strings.Contains(d.Summary, strings.SplitN(tt.want[i], " ", 3)[2])
			}
			if !ok {
				t.Errorf("got %v\nwant %q", problems, tt.want)
			}
			if tt.o == (mapping.LintOptions{}) && !strings.HasPrefix(tt.name, "broken") && tt.name != "path" {
				mapping.Compile(m) // whatever Lint reports, Compile must not panic
			}
		})
	}
}

// TestCodes holds what Lint and Converge report to the documentation.
func TestCodes(t *testing.T) {
	seen := map[diag.Code]bool{}
	last := diag.Code("")
	for _, info := range mapping.Codes() {
		if seen[info.Code] || info.Code <= last || !strings.HasPrefix(string(info.Code), "SC3") || info.Title == "" || !strings.HasSuffix(info.Help, ".") {
			t.Errorf("%+v", info)
		}
		seen[info.Code], last = true, info.Code
	}
}

// place returns a text that stands in a file from a byte on.
func place(value string, line, at int) diag.Text {
	start := diag.Pos{Line: line, Column: at, Byte: at}
	end := diag.Pos{Line: line, Column: at + len(value), Byte: at + len(value)}
	return diag.Text{Value: value, Where: diag.Range{Filename: "p.yaml", Start: start, End: end},
		Marks: []diag.Mark{{Offset: 0, Pos: start}, {Offset: len(value), Pos: end}}}
}

func TestPlaces(t *testing.T) {
	want := mapping.Desired{Source: "User", Base: mapping.BaseTemplate,
		Mappings: []mapping.Attribute{
			{Target: place("nickname", 3, 10), Source: place("officeLocation", 3, 40), Match: mapping.Unstated},
			{Target: place("title", 4, 10), Kind: mapping.Expression, Source: place("ToLower([jobtitle])", 4, 40), Match: mapping.Unstated},
		},
		Filters: &[]mapping.FilterGroup{{Clauses: []mapping.FilterClause{{Attribute: place("Department", 5, 10), Operator: place("EQUALLY", 5, 40), Values: []string{"x"}}}}},
		Where:   diag.Range{Filename: "p.yaml", Start: diag.Pos{Line: 1, Column: 1}},
	}
	live := schema(t)
	converge(t, live, want)
	all, err := mapping.FromSchema(live)
	if err != nil {
		t.Fatal(err)
	}
	m := all[0].Placed(want)
	drop(&m, "active")
	var got []string
	for _, d := range mapping.Lint(m, mapping.LintOptions{}).Sort() {
		line := d.Subject.String() + " " + string(d.Code)
		if d.Fix != nil {
			line += " fix " + d.Fix.Range.String() + " " + d.Fix.NewText
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{
		"p.yaml:1:1 SC3013",
		"p.yaml:3:10 SC3008 fix p.yaml:3:10 nickName",
		"p.yaml:5:10 SC3032 fix p.yaml:5:10 department",
		"p.yaml:3:40 SC3009 fix p.yaml:3:40 physicalDeliveryOfficeName",
		"p.yaml:5:40 SC3030",
		"p.yaml:4:48 SC2106 fix p.yaml:4:48 [jobTitle]",
	}, got); diff != "" {
		t.Error(diff)
	}
}
