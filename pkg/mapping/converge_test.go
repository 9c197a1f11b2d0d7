package mapping_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/entra/template"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// printEdits prints edits one a line.
func printEdits(edits []mapping.Edit) []string {
	var lines []string
	for _, e := range edits {
		line := string(e.Kind)
		if e.Name != "" {
			line += " " + e.Name
		}
		switch e.Kind {
		case mapping.AddMapping, mapping.ChangeMapping, mapping.RemoveMapping:
			line += ": " + printMapping(e.MappingBefore) + " -> " + printMapping(e.MappingAfter)
		case mapping.AddAttribute, mapping.ChangeAttribute, mapping.RemoveAttribute:
			line += fmt.Sprintf(" (%s): %s -> %s", e.Side, printDefinition(e.AttributeBefore), printDefinition(e.AttributeAfter))
		case mapping.SetEnabled:
			line += fmt.Sprintf(": %v", *e.EnabledAfter)
		case mapping.SetActions:
			line += ": " + e.ActionsBefore + " -> " + e.ActionsAfter
		case mapping.SetScope:
			line += ": " + printScope(e.ScopeBefore) + " -> " + printScope(e.ScopeAfter)
		}
		lines = append(lines, line)
	}
	return lines
}

func printMapping(m *entra.AttributeMapping) string {
	if m == nil {
		return "none"
	}
	source := "none"
	if m.Source != nil {
		source = m.Source.Expression
	}
	s := fmt.Sprintf("%s match %d", source, m.MatchingPriority)
	if m.DefaultValue != nil {
		s += fmt.Sprintf(" default %q", *m.DefaultValue)
	}
	if m.FlowType != entra.FlowAlways {
		s += " " + m.FlowType
	}
	return s
}

func printDefinition(a *entra.AttributeDefinition) string {
	if a == nil {
		return "none"
	}
	s := a.Type + " " + a.Mutability
	for _, flag := range []struct {
		on   bool
		text string
	}{{a.Multivalued, "multi"}, {a.CaseExact, "exact"}, {a.Required, "required"}, {a.Anchor, "anchor"}} {
		if flag.on {
			s += " " + flag.text
		}
	}
	for _, r := range a.ReferencedObjects {
		s += " &" + r.ReferencedObjectName
	}
	return s
}

func printScope(f *entra.Filter) string {
	if f == nil {
		return "all"
	}
	var groups []string
	for _, g := range f.Groups {
		var clauses []string
		for _, c := range g.Clauses {
			clauses = append(clauses, strings.TrimSpace(c.SourceOperandName+" "+c.OperatorName+" "+strings.Join(c.TargetOperand.Values, ",")))
		}
		groups = append(groups, g.Name+"("+strings.Join(clauses, " and ")+")")
	}
	return strings.Join(groups, " or ")
}

func codes(l diag.List) []string {
	var out []string
	for _, d := range l {
		out = append(out, fmt.Sprintf("%s %s", d.Severity, d.Code))
	}
	return out
}

// converge compares, applies the edits, and checks that nothing is left to do.
func converge(t testing.TB, live *entra.Schema, want mapping.Desired) ([]mapping.Edit, diag.List) {
	t.Helper()
	edits, problems := mapping.Converge(live, schema(t), want, nil)
	if problems.HasErrors() {
		return edits, problems
	}
	if err := mapping.Apply(live, edits, nil, false); err != nil {
		t.Fatal(err)
	}
	again, _ := mapping.Converge(live, schema(t), want, nil)
	if len(again) > 0 {
		t.Fatalf("a second run finds %q\nafter %q", printEdits(again), printEdits(edits))
	}
	return edits, problems
}

func text(s string) diag.Text { return diag.Text{Value: s} }

// unstated returns a direct mapping that states no precedence.
func unstated(target, source string) mapping.Attribute {
	a := attribute(target, source)
	a.Match = mapping.Unstated
	return a
}

func matched(target, source string, match int) mapping.Attribute {
	a := attribute(target, source)
	a.Match = match
	return a
}

func TestConverge(t *testing.T) {
	onlyDefault := unstated("locale", "")
	onlyDefault.Kind, onlyDefault.Default = mapping.DefaultOnly, new("en")
	constant := unstated("userType", "Member")
	constant.Kind = mapping.Constant
	join := unstated("name.formatted", `Join( " ",[givenName],[surname] )`)
	join.Kind = mapping.Expression
	inBrackets := unstated("title", "[jobTitle]")
	inBrackets.Kind = mapping.Expression
	onCreate := unstated("title", "jobTitle")
	onCreate.OnCreateOnly, onCreate.Default = true, new("Staff")

	tests := []struct {
		name string
		want mapping.Desired
		// prepare changes the live schema before.
		prepare  func(t *testing.T, s *entra.Schema)
		edits    []string
		problems []string
	}{
		{
			name: "nothing managed",
			want: mapping.Desired{Source: "User"},
		},
		{
			name: "the template as it is",
			want: mapping.Desired{Source: "User", Base: mapping.BaseTemplate, Actions: new(mapping.AllActions), Enabled: new(true), Filters: new([]mapping.FilterGroup{})},
		},
		{
			name: "base none is exactly these",
			want: mapping.Desired{Source: "Group", Base: mapping.BaseNone, Mappings: []mapping.Attribute{matched("externalId", "objectId", 1), unstated("displayName", "displayName")}},
			edits: []string{
				"removeMapping members: [members] match 0 -> none",
				"changeMapping externalId: [objectId] match 0 -> [objectId] match 1",
				"changeMapping displayName: [displayName] match 1 -> [displayName] match 0",
			},
		},
		{
			name: "a precedence moves and it is two edits",
			want: mapping.Desired{Source: "User", Base: mapping.BaseTemplate, Mappings: []mapping.Attribute{matched("externalId", "objectId", 1)}},
			edits: []string{
				"changeMapping userName: [userPrincipalName] match 1 -> [userPrincipalName] match 0",
				"changeMapping externalId: [mailNickname] match 0 -> [objectId] match 1",
			},
		},
		{
			name:  "a second precedence is added",
			want:  mapping.Desired{Source: "User", Base: mapping.BaseKeep, Mappings: []mapping.Attribute{matched("externalId", "objectId", 2)}},
			edits: []string{"changeMapping externalId: [mailNickname] match 0 -> [objectId] match 2"},
		},
		{
			name:  "an unstated precedence is kept",
			want:  mapping.Desired{Source: "User", Base: mapping.BaseTemplate, Mappings: []mapping.Attribute{unstated("userName", "mail")}},
			edits: []string{"changeMapping userName: [userPrincipalName] match 1 -> [mail] match 1"},
		},
		{
			name:     "an unstated precedence is none with base none",
			want:     mapping.Desired{Source: "User", Base: mapping.BaseNone, Mappings: []mapping.Attribute{unstated("userName", "mail")}},
			problems: []string{"error SC3003"},
		},
		{
			name:     "a precedence taken away explicitly",
			want:     mapping.Desired{Source: "User", Base: mapping.BaseKeep, Mappings: []mapping.Attribute{matched("userName", "userPrincipalName", 0)}},
			problems: []string{"error SC3003"},
		},
		{
			name: "layout of expressions does not count",
			want: mapping.Desired{Source: "User", Base: mapping.BaseTemplate, Mappings: []mapping.Attribute{join, inBrackets}},
		},
		{
			name: "kinds",
			want: mapping.Desired{Source: "User", Base: mapping.BaseKeep, Mappings: []mapping.Attribute{onlyDefault, constant, onCreate}},
			edits: []string{
				`changeMapping title: [jobTitle] match 0 -> [jobTitle] match 0 default "Staff" ObjectAddOnly`,
				`addMapping locale: none -> none match 0 default "en"`,
				`addMapping userType: none -> "Member" match 0`,
			},
		},
		{
			name: "drift goes with base template",
			want: mapping.Desired{Source: "User", Base: mapping.BaseTemplate, Remove: []diag.Text{text(`phoneNumbers[type eq "fax"].value`)}},
			prepare: func(t *testing.T, s *entra.Schema) {
				set(t, s, entra.AttributeMapping{TargetAttributeName: "nickName", Source: &entra.Source{Type: "Attribute", Name: "mailNickname", Expression: "[mailNickname]"}})
				set(t, s, entra.AttributeMapping{TargetAttributeName: "title", Source: &entra.Source{Type: "Attribute", Name: "department", Expression: "[department]"}})
				if _, err := s.RemoveAttributeMapping(userRef, "displayName"); err != nil {
					t.Fatal(err)
				}
			},
			edits: []string{
				`removeMapping phoneNumbers[type eq "fax"].value: [facsimileTelephoneNumber] match 0 -> none`,
				"removeMapping nickName: [mailNickname] match 0 -> none",
				"addMapping displayName: none -> [displayName] match 0",
				"changeMapping title: [department] match 0 -> [jobTitle] match 0",
			},
		},
		{
			name: "drift stays with base keep",
			want: mapping.Desired{Source: "User", Base: mapping.BaseKeep, Remove: []diag.Text{text("title")}},
			prepare: func(t *testing.T, s *entra.Schema) {
				set(t, s, entra.AttributeMapping{TargetAttributeName: "nickName", Source: &entra.Source{Type: "Attribute", Name: "mailNickname", Expression: "[mailNickname]"}})
			},
			edits: []string{"removeMapping title: [jobTitle] match 0 -> none"},
		},
		{
			name: "empty defaults and missing flow types are alike",
			want: mapping.Desired{Source: "User", Base: mapping.BaseTemplate, Mappings: []mapping.Attribute{unstated("title", "jobTitle")}, Actions: new(mapping.AllActions)},
			prepare: func(t *testing.T, s *entra.Schema) {
				doc := strings.ReplaceAll(string(s.Bytes()), `"defaultValue": null`, `"defaultValue": ""`)
				doc = strings.ReplaceAll(doc, "Add,Update,Delete", "Delete, Add, Update")
				*s = *mustParse(t, doc)
			},
		},
		{
			name:     "removing what is not there is a note",
			want:     mapping.Desired{Source: "User", Base: mapping.BaseKeep, Remove: []diag.Text{text("nickName")}, RemoveAttributes: []diag.Text{text("shoeSize")}},
			problems: []string{"note SC3051", "note SC3051"},
		},
		{
			name:     "mapped and removed",
			want:     mapping.Desired{Source: "User", Base: mapping.BaseKeep, Mappings: []mapping.Attribute{unstated("title", "jobTitle")}, Remove: []diag.Text{text("title")}},
			problems: []string{"error SC3054"},
		},
		{
			name:     "mapped twice",
			want:     mapping.Desired{Source: "User", Base: mapping.BaseKeep, Mappings: []mapping.Attribute{unstated("title", "jobTitle"), unstated("title", "mail")}},
			problems: []string{"error SC3002"},
		},
		{
			name: "an expression that does not parse",
			want: mapping.Desired{Source: "User", Base: mapping.BaseKeep, Mappings: []mapping.Attribute{
				{Target: text("title"), Kind: mapping.Expression, Source: text("Join("), Match: mapping.Unstated}}},
			problems: []string{"error SC2003"},
		},
		{
			name: "attribute lists",
			want: mapping.Desired{Source: "User",
				SourceAttributes: []mapping.AttributeSpec{{Name: text("immutableId")}, {Name: text("mail"), CaseExact: new(true)}, {Name: text("city"), Type: new("String")}},
				TargetAttributes: []mapping.AttributeSpec{
					{Name: text("urn:ietf:params:scim:schemas:extension:Example:2.0:User:badge"), Type: new("Integer"), Required: new(true)},
					{Name: text("boss"), Type: new("Reference"), References: []string{"User"}, Mutability: new("WriteOnly"), MultiValued: new(true)}},
				RemoveAttributes: []diag.Text{text("nickName")},
			},
			edits: []string{
				"addAttribute immutableId (source): none -> String ReadWrite",
				"changeAttribute mail (source): String ReadWrite -> String ReadWrite exact",
				"addAttribute urn:ietf:params:scim:schemas:extension:Example:2.0:User:badge (target): none -> Integer ReadWrite required",
				"addAttribute boss (target): none -> Reference WriteOnly multi &urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
				"removeAttribute nickName (target): String ReadWrite -> none",
			},
			problems: nil,
		},
		{
			name: "the order of references means nothing",
			want: mapping.Desired{Source: "Group", TargetAttributes: []mapping.AttributeSpec{
				{Name: text("members"), References: []string{"User", "Group"}}, {Name: text("members"), References: []string{"Group", "User"}}}},
		},
		{
			name: "attribute lists that cannot be",
			want: mapping.Desired{Source: "User",
				TargetAttributes: []mapping.AttributeSpec{{Name: text("a"), Type: new("Text")}, {Name: text("b"), Mutability: new("readonly")}, {},
					{Name: text("urn:ietf:params:scim:schemas:extension:Example:2.0:User:badges"), MultiValued: new(true)}},
				RemoveAttributes: []diag.Text{text("id"), text("title")},
			},
			problems: []string{"error SC3052", "error SC3052", "error SC3052", "warning SC3052", "error SC3052", "error SC3055"},
		},
		{
			name: "an attribute goes with its mapping",
			want: mapping.Desired{Source: "User", Base: mapping.BaseKeep, Remove: []diag.Text{text("title")}, RemoveAttributes: []diag.Text{text("title")}},
			edits: []string{
				"removeMapping title: [jobTitle] match 0 -> none",
				"removeAttribute title (target): String ReadWrite -> none",
			},
		},
		{
			name: "actions, filter and enabled",
			want: mapping.Desired{Source: "Group", Enabled: new(false), Actions: new(mapping.Create | mapping.Update), Filters: &[]mapping.FilterGroup{
				{Name: "staff", Clauses: []mapping.FilterClause{{Attribute: text("displayName"), Operator: text("equals"), Values: []string{"x"}}, {Attribute: text("mail"), Operator: text("IS NOT NULL")}}}}},
			edits: []string{
				"setActions: Add,Update,Delete -> Add,Update",
				"setScope: all -> staff(displayName equals x and mail IS NOT NULL)",
				"setEnabled: false",
			},
		},
		{
			name: "an object left without matching may be switched off",
			want: mapping.Desired{Source: "Group", Base: mapping.BaseNone, Enabled: new(false)},
			edits: []string{
				"removeMapping displayName: [displayName] match 1 -> none",
				"removeMapping externalId: [objectId] match 0 -> none",
				"removeMapping members: [members] match 0 -> none",
				"setEnabled: false",
			},
		},
		{
			name:     "no such object",
			want:     mapping.Desired{Source: "Device", Base: mapping.BaseKeep},
			problems: []string{"error SC3050"},
		},
		{
			name: "no such object, and it should be off",
			want: mapping.Desired{Source: "Device", Enabled: new(false)},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			live := schema(t)
			if tt.prepare != nil {
				tt.prepare(t, live)
			}
			edits, problems := converge(t, live, tt.want)
			if tt.edits != nil || !problems.HasErrors() {
				if diff := cmp.Diff(tt.edits, printEdits(edits)); diff != "" {
					t.Error(diff)
				}
			}
			if diff := cmp.Diff(tt.problems, codes(problems)); diff != "" {
				t.Errorf("%s\n%v", diff, problems)
			}
		})
	}
}

func set(t testing.TB, s *entra.Schema, m entra.AttributeMapping) {
	t.Helper()
	if err := s.SetAttributeMapping(userRef, m, nil); err != nil {
		t.Fatal(err)
	}
}

func TestConvergeWithoutTemplate(t *testing.T) {
	_, problems := mapping.Converge(schema(t), nil, mapping.Desired{Source: "User", Base: mapping.BaseTemplate}, nil)
	if diff := cmp.Diff([]string{"error SC3053"}, codes(problems)); diff != "" {
		t.Error(diff)
	}
	_, problems = mapping.Converge(schema(t), mustParse(t, "{}"), mapping.Desired{Source: "User", Base: mapping.BaseTemplate}, nil)
	if diff := cmp.Diff([]string{"error SC3053"}, codes(problems)); diff != "" {
		t.Error(diff)
	}
}

// TestConvergeRepeatedTarget mends a document that maps a target twice.
func TestConvergeRepeatedTarget(t *testing.T) {
	live := schema(t)
	doc := strings.Replace(string(live.Bytes()), `"targetAttributeName": "displayName",`, `"targetAttributeName": "title",`, 2)
	live = mustParse(t, doc)
	edits, _ := converge(t, live, mapping.Desired{Source: "User", Base: mapping.BaseTemplate})
	if diff := cmp.Diff([]string{"addMapping displayName: none -> [displayName] match 0", "changeMapping title: [displayName] match 0 -> [jobTitle] match 0"}, printEdits(edits)); diff != "" {
		t.Error(diff)
	}
	_, m, _ := live.ObjectMapping(userRef)
	if len(m.AttributeMappings) != 22 {
		t.Errorf("%d mappings", len(m.AttributeMappings))
	}
}

// TestConvergeRepeatedTargets removes every repetition, whether the target is
// wanted or not.
func TestConvergeRepeatedTargets(t *testing.T) {
	repeated := func() *entra.Schema {
		live := schema(t)
		set(t, live, entra.AttributeMapping{TargetAttributeName: "nickName"})
		doc := string(live.Bytes())
		doc = strings.Replace(doc, `"targetAttributeName": "name.formatted",`, `"targetAttributeName": "title",`, 1)
		return mustParse(t, strings.Replace(doc, `"targetAttributeName": "preferredLanguage",`, `"targetAttributeName": "nickName",`, 1))
	}
	edits, _ := converge(t, repeated(), mapping.Desired{Source: "User", Base: mapping.BaseTemplate})
	if diff := cmp.Diff([]string{
		"removeMapping nickName: [preferredLanguage] match 0 -> none",
		"changeMapping title: [jobTitle] match 0 -> [jobTitle] match 0",
		"addMapping preferredLanguage: none -> [preferredLanguage] match 0",
		`addMapping name.formatted: none -> Join(" ", [givenName], [surname]) match 0`,
	}, printEdits(edits)); diff != "" {
		t.Error(diff)
	}
	if edits, _ := converge(t, repeated(), mapping.Desired{Source: "User", Base: mapping.BaseKeep}); len(edits) > 0 {
		t.Errorf("base keep makes %q", printEdits(edits))
	}
}

func TestConvergeOperators(t *testing.T) {
	tenant := map[string]string{}
	for _, spelling := range []string{"EQUALS", "NOT_EQUALS", "IS_NOT_NULL"} {
		tenant[mapping.FoldOperator(spelling)] = spelling
	}
	filter := func(operator string) mapping.Desired {
		return mapping.Desired{Source: "User", Filters: &[]mapping.FilterGroup{{Name: "f", Clauses: []mapping.FilterClause{
			{Attribute: text("department"), Operator: text(operator), Values: []string{"x"}}}}}}
	}
	live := schema(t)
	edits, problems := mapping.Converge(live, nil, filter("not equals"), tenant)
	if diff := cmp.Diff([]string{"setScope: all -> f(department NOT_EQUALS x)"}, printEdits(edits)); diff != "" || len(problems) > 0 {
		t.Errorf("%s %v", diff, problems)
	}
	if err := mapping.Apply(live, edits, nil, true); err != nil {
		t.Fatal(err)
	}
	if again, _ := mapping.Converge(live, nil, filter("NOT EQUALS"), tenant); len(again) > 0 {
		t.Errorf("%q", printEdits(again))
	}
	_, problems = mapping.Converge(live, nil, filter("EQUAL"), tenant)
	if diff := cmp.Diff([]string{"error SC3030"}, codes(problems)); diff != "" || !strings.Contains(problems[0].Summary, `did you mean "EQUALS"`) {
		t.Errorf("%s %v", diff, problems)
	}
}

// TestConvergeKeepsExperimentalFilters edits groups next to input filters.
func TestConvergeKeepsExperimentalFilters(t *testing.T) {
	live := schema(t)
	if err := live.SetScope(userRef, &entra.Filter{InputFilterGroups: []entra.FilterGroup{{Name: "in", Clauses: []entra.FilterClause{clause("city", "IS NOT NULL")}}}}); err != nil {
		t.Fatal(err)
	}
	converge(t, live, mapping.Desired{Source: "User", Filters: &[]mapping.FilterGroup{{Name: "f", Clauses: []mapping.FilterClause{{Attribute: text("mail"), Operator: text("IS NOT NULL")}}}}})
	converge(t, live, mapping.Desired{Source: "User", Filters: &[]mapping.FilterGroup{}})
	_, m, _ := live.ObjectMapping(userRef)
	if m.Scope == nil || len(m.Scope.Groups) != 0 || len(m.Scope.InputFilterGroups) != 1 {
		t.Errorf("%+v", m.Scope)
	}
}

func TestConvergeOrderDoesNotCount(t *testing.T) {
	want := mapping.Desired{Source: "User", Base: mapping.BaseTemplate, Filters: &[]mapping.FilterGroup{
		{Name: "a", Clauses: []mapping.FilterClause{{Attribute: text("mail"), Operator: text("IS NOT NULL")}, {Attribute: text("city"), Operator: text("EQUALS"), Values: []string{"x"}}}},
		{Name: "b", Clauses: []mapping.FilterClause{{Attribute: text("state"), Operator: text("EQUALS"), Values: []string{"y"}}}}}}
	live := schema(t)
	converge(t, live, want)
	groups := *want.Filters
	slices.Reverse(groups)
	slices.Reverse(groups[1].Clauses)
	if edits, _ := mapping.Converge(live, schema(t), want, nil); len(edits) > 0 {
		t.Errorf("%q", printEdits(edits))
	}
}

func TestConvergeGalleryTemplate(t *testing.T) {
	tpl, _ := template.Find("Klaxoon SAML")
	license := "urn:ietf:params:scim:schemas:extension:klaxoon:2.0:Group:license"
	want := mapping.Desired{Source: "Group", Base: mapping.BaseTemplate,
		TargetAttributes: []mapping.AttributeSpec{{Name: text(license), Type: new("String")}},
		Mappings:         []mapping.Attribute{{Target: text(license), Kind: mapping.Expression, Source: text(`Switch([objectId], "false", "1", "true")`), Match: mapping.Unstated}}}
	live := tpl.Schema()
	edits, problems := mapping.Converge(live, tpl.Schema(), want, nil)
	if diff := cmp.Diff([]string{
		"addAttribute " + license + " (target): none -> String ReadWrite",
		"addMapping " + license + `: none -> Switch([objectId], "false", "1", "true") match 0`,
	}, printEdits(edits)); diff != "" || len(problems) > 0 {
		t.Errorf("%s %v", diff, problems)
	}
}
