package mapping_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/entra/template"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/scim"
)

var (
	userRef  = entra.MappingRef{Source: "User"}
	groupRef = entra.MappingRef{Source: "Group"}
)

func schema(t testing.TB) *entra.Schema {
	t.Helper()
	tpl, ok := template.Find("non-gallery")
	if !ok {
		t.Fatal("no template")
	}
	return tpl.Schema()
}

// objectMapping returns the default object mapping of a type.
func objectMapping(t testing.TB, typ string) mapping.ObjectMapping {
	t.Helper()
	all, err := mapping.FromSchema(schema(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range all {
		if m.Source == typ {
			return m
		}
	}
	t.Fatalf("no mapping of %s", typ)
	return mapping.ObjectMapping{}
}

func compile(t testing.TB, m mapping.ObjectMapping) *mapping.Program {
	t.Helper()
	p, problems := mapping.Compile(m)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return p
}

func object(t testing.TB, typ string, attrs map[string]any) mapping.Object {
	t.Helper()
	o, err := mapping.NewObject(typ, attrs)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func machine() *mapping.Machine {
	return mapping.NewMachine(mapping.Env{Now: func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }})
}

func attribute(target, source string) mapping.Attribute {
	return mapping.Attribute{Target: diag.Text{Value: target}, Source: diag.Text{Value: source}}
}

// flat prints what a result says, one line a value.
func flat(r mapping.Result) []string {
	var lines []string
	for _, v := range r.Values {
		line := v.Target + "=" + strings.Join(v.Values, "|")
		for _, mark := range []struct {
			on   bool
			text string
		}{{v.Multi, "multi"}, {v.OnCreateOnly, "create"}, {v.Redacted, "redacted"}, {v.Reference, "reference"}, {v.Match > 0, fmt.Sprintf("match %d", v.Match)}} {
			if mark.on {
				line += " (" + mark.text + ")"
			}
		}
		lines = append(lines, line)
	}
	for _, err := range r.Errors {
		lines = append(lines, "error "+err.Error())
	}
	if r.IgnoreObject {
		lines = append(lines, "ignore object")
	}
	return lines
}

func TestFromSchema(t *testing.T) {
	m := objectMapping(t, "User")
	if m.Ref.Rule == "" || m.Target != scim.EnterpriseUserSchema || m.Actions != mapping.AllActions || !m.Enabled || len(m.Attributes) != 22 {
		t.Errorf("%+v", m)
	}
	if a := m.Attributes[0]; a.Target.Value != "userName" || a.Kind != mapping.Direct || a.Source.Value != "userPrincipalName" || a.Match != 1 {
		t.Errorf("first mapping %+v", a)
	}
	if a := m.Attributes[1]; a.Kind != mapping.Expression || a.Match != 0 || !strings.HasPrefix(a.Source.Value, "Switch(") {
		t.Errorf("second mapping %+v", a)
	}
}

func TestFromSchemaKinds(t *testing.T) {
	doc := `{"synchronizationRules":[{"id":"r","objectMappings":[{"sourceObjectName":"Group","targetObjectName":"T","flowTypes":"Add, Delete","attributeMappings":[
		{"targetAttributeName":"a","source":{"type":"Constant","name":"x y","expression":"\"x y\""}},
		{"targetAttributeName":"b","source":{"type":"Attribute","name":"mail"}},
		{"targetAttributeName":"c","source":null,"defaultValue":"d","flowType":"ObjectAddOnly"},
		{"targetAttributeName":"d","source":{"type":"Constant","name":"raw text","expression":"raw text"},"defaultValue":""},
		{"targetAttributeName":"e","source":{"type":"Attribute","name":"ignored","expression":"ToLower([mail])"}},
		{"targetAttributeName":"f","source":{}}]}]}]}`
	s, err := entra.ParseSchema([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	all, err := mapping.FromSchema(s)
	if err != nil || len(all) != 1 || all[0].Actions != mapping.Create|mapping.Delete {
		t.Fatalf("%v %+v", err, all)
	}
	var got []string
	for _, a := range all[0].Attributes {
		got = append(got, fmt.Sprintf("%s %s %q %v %v", a.Target, a.Kind, a.Source.Value, a.Default != nil, a.OnCreateOnly))
	}
	want := []string{`a constant "x y" false false`, `b source "mail" false false`, `c default "" true true`, `d constant "raw text" false false`,
		`e expression "ToLower([mail])" false false`, `f default "" false false`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := mapping.FromSchema(mustParse(t, `{}`)); err == nil {
		t.Error("no error for a schema without mappings")
	}
	if _, err := mapping.FromSchema(mustParse(t, strings.Replace(doc, "Add, Delete", "Add,Merge", 1))); err == nil || !strings.Contains(err.Error(), `"Merge"`) {
		t.Errorf("error %v", err)
	}
}

func mustParse(t testing.TB, doc string) *entra.Schema {
	t.Helper()
	s, err := entra.ParseSchema([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestMapDefaultUser(t *testing.T) {
	p := compile(t, objectMapping(t, "User"))
	o := object(t, "User", map[string]any{
		"objectId": "6f9619ff-8b86-4011-b42d-00cf4fc964ff", "userPrincipalName": "ann@contoso.com", "displayName": "Ann Example",
		"givenName": "Ann", "surname": nil, "IsSoftDeleted": false, "manager": "11111111-2222-4333-8444-555555555555",
	})
	want := []string{
		"userName=ann@contoso.com (match 1)",
		"active=True",
		"displayName=Ann Example",
		"name.givenName=Ann",
		"name.formatted=Ann",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager=11111111-2222-4333-8444-555555555555 (reference)",
	}
	r := p.Map(machine(), o)
	if diff := cmp.Diff(want, flat(r)); diff != "" {
		t.Error(diff)
	}
	if v := r.Values[1]; v.Type != scim.BooleanValue || v.Path.Attribute != "active" {
		t.Errorf("active: %+v", v)
	}
	if got := p.Matching(); len(got) != 1 || got[0].Target.Value != "userName" {
		t.Errorf("matching %+v", got)
	}
}

func TestMapKinds(t *testing.T) {
	m := objectMapping(t, "User")
	with := func(a mapping.Attribute, kind mapping.Kind, def string) mapping.Attribute {
		a.Kind = kind
		if def != "" {
			a.Default = &def
		}
		return a
	}
	onCreate := attribute("nickName", "mailNickname")
	onCreate.OnCreateOnly = true
	match := attribute("externalId", "objectId")
	match.Match = 2
	m.TargetObject.Attributes = append(m.TargetObject.Attributes,
		entra.AttributeDefinition{Name: "level", Type: entra.TypeInteger},
		entra.AttributeDefinition{Name: "tags", Type: entra.TypeString, Multivalued: true})
	m.Attributes = []mapping.Attribute{
		match,
		with(attribute("userType", "Member"), mapping.Constant, ""),
		with(attribute("title", "jobTitle"), mapping.Direct, "Staff"),
		with(attribute("displayName", "displayName"), mapping.Direct, "Nobody"),
		with(attribute("locale", ""), mapping.DefaultOnly, "en"),
		with(attribute("timezone", ""), mapping.DefaultOnly, ""),
		onCreate,
		with(attribute("active", `IIF([country] = "DE", "yes", "True")`), mapping.Expression, ""),
		with(attribute("level", "employeeId"), mapping.Direct, ""),
		attribute("tags", "proxyAddresses"),
		attribute("preferredLanguage", "otherMails"),
		with(attribute("name.formatted", "Redact([surname])"), mapping.Expression, ""),
		with(attribute("name.familyName", "IgnoreFlowIfNullOrEmpty([city])"), mapping.Expression, "never"),
		with(attribute("name.givenName", `CDate([givenName])`), mapping.Expression, ""),
		attribute("members", "members"),
	}
	o := object(t, "User", map[string]any{
		"objectId": "1", "displayName": "Ann", "mailNickname": "ann", "country": "DE", "employeeId": "x7", "surname": "Example",
		"proxyAddresses": []string{"a@x", "b@x"}, "otherMails": []any{"c@x", json.Number("7")}, "givenName": "no date", "members": []string{"m1"},
	})
	r := compile(t, m).Map(machine(), o)
	want := []string{
		"externalId=1 (match 2)",
		"userType=Member",
		"title=Staff (create)",
		"displayName=Ann",
		"locale=en (create)",
		"nickName=ann (create)",
		"tags=a@x|b@x (multi)",
		"preferredLanguage=c@x;7",
		"name.formatted=Example (redacted)",
		"members=m1 (multi) (reference)",
		`error active: the target takes True or False, not "yes"`,
		`error level: the target takes a whole number, not "x7"`,
	}
	got := flat(r)
	if len(got) != len(want)+1 || !strings.HasPrefix(got[len(got)-1], "error name.givenName: ") {
		t.Fatalf("got %q", got)
	}
	if diff := cmp.Diff(want, got[:len(want)]); diff != "" {
		t.Error(diff)
	}
}

func TestIgnoreObject(t *testing.T) {
	m := objectMapping(t, "User")
	a := attribute("title", `IIF([department] = "Robots", IgnoreObjectFlow, [jobTitle])`)
	a.Kind = mapping.Expression
	m.Attributes = append(m.Attributes[:1:1], a)
	p := compile(t, m)
	if r := p.Map(machine(), object(t, "User", map[string]any{"department": "Robots"})); !r.IgnoreObject {
		t.Errorf("%q", flat(r))
	}
	if r := p.Map(machine(), object(t, "User", map[string]any{"department": "Sales", "jobTitle": "x"})); r.IgnoreObject || len(r.Values) != 1 {
		t.Errorf("%q", flat(r))
	}
}

func TestMapIntoUsesMemoryAgain(t *testing.T) {
	p := compile(t, objectMapping(t, "User"))
	m := machine()
	var r mapping.Result
	p.MapInto(m, object(t, "User", map[string]any{"userPrincipalName": "a", "displayName": "A", "IsSoftDeleted": true}), &r)
	p.MapInto(m, object(t, "User", map[string]any{"userPrincipalName": "b", "IsSoftDeleted": false}), &r)
	if diff := cmp.Diff([]string{"userName=b (match 1)", "active=True", "name.formatted="}, flat(r)); diff != "" {
		t.Error(diff)
	}
}

func TestCompileErrors(t *testing.T) {
	m := objectMapping(t, "User")
	bad := attribute("name.formatted", `Join(" ", [givenName]`)
	bad.Kind = mapping.Expression
	bad.Source.Where = diag.Range{Filename: "p.yaml", Start: diag.Pos{Line: 7, Column: 5, Byte: 90}, End: diag.Pos{Line: 7, Column: 30, Byte: 115}}
	bad.Source.Marks = []diag.Mark{{Offset: 0, Pos: diag.Pos{Line: 7, Column: 6, Byte: 91}}, {Offset: len(bad.Source.Value), Pos: diag.Pos{Line: 7, Column: 29, Byte: 114}}}
	m.Attributes = []mapping.Attribute{attribute(`emails[type eq "work"`, "mail"), bad}
	m.Scope = &entra.Filter{Groups: []entra.FilterGroup{{Clauses: []entra.FilterClause{clause("mail", "REGEX MATCH", "(")}}}}
	p, problems := mapping.Compile(m)
	if p != nil || len(problems) != 3 {
		t.Fatalf("%v, %d problems: %v", p, len(problems), problems)
	}
	if problems[0].Code != "SC3001" || problems[2].Code != "SC3033" {
		t.Errorf("codes %v", problems)
	}
	if got := problems[1].Subject.String(); !strings.HasPrefix(got, "p.yaml:7:") || got == "p.yaml:7:5" {
		t.Errorf("the expression's problem is at %q", got)
	}
}

func TestObject(t *testing.T) {
	o := object(t, "User", map[string]any{"objectId": "1", "b": true, "n": json.Number("12"), "f": 1.5, "i": 3, "l": []string{"x"}, "z": nil})
	if o.ID != "1" || o.Text("b") != "True" || o.Text("n") != "12" || o.Text("f") != "1.5" || o.Text("i") != "3" || o.Text("z") != "" {
		t.Errorf("%+v", o)
	}
	if diff := cmp.Diff([]string{"b", "f", "i", "l", "n", "objectId"}, o.Names()); diff != "" {
		t.Error(diff)
	}
	p, err := o.With("b", nil)
	if err != nil || p.Text("b") != "" || o.Text("b") != "True" {
		t.Errorf("With changed the original, or not the copy: %v", err)
	}
	for _, bad := range []any{map[string]any{}, []any{[]any{"x"}}, []any{nil}, struct{}{}} {
		if _, err := mapping.NewObject("User", map[string]any{"attr": bad}); err == nil || !strings.Contains(err.Error(), "attribute attr: ") {
			t.Errorf("%v: error %v", bad, err)
		}
	}
}

func BenchmarkMap(b *testing.B) {
	m := objectMapping(b, "User")
	for i := len(m.Attributes); i < 30; i++ {
		m.Attributes = append(m.Attributes, attribute(fmt.Sprintf("urn:ietf:params:scim:schemas:extension:Example:2.0:User:a%d", i), fmt.Sprintf("extensionAttribute%d", i-21)))
	}
	p := compile(b, m)
	attrs := map[string]any{"IsSoftDeleted": false}
	for _, a := range m.Attributes {
		if a.Kind == mapping.Direct {
			attrs[a.Source.Value] = "value of " + a.Source.Value
		}
	}
	o := object(b, "User", attrs)
	mc := machine()
	b.Run("10000 users, 30 mappings", func(b *testing.B) {
		b.ReportAllocs()
		var r mapping.Result
		for b.Loop() {
			for range 10_000 {
				p.MapInto(mc, o, &r)
			}
		}
		if len(r.Values) != 30 || len(r.Errors) != 0 {
			b.Fatalf("%d values, %v", len(r.Values), r.Errors)
		}
	})
	b.Run("one user, fresh result", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p.Map(mc, o)
		}
	})
}
