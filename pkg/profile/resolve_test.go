package profile

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/secret"
)

// values compares what was resolved without places.
var values = cmp.Options{
	cmpopts.IgnoreTypes(diag.Range{}),
	cmp.Transformer("text", func(t diag.Text) string { return t.Value }),
}

// resolve loads a source with one profile and resolves it; any diagnostic but those
// whose codes are expected fails the test.
func resolve(t *testing.T, source string, o Options, codes ...diag.Code) *Resolved {
	t.Helper()
	file, list := Load("p.yaml", []byte(source))
	if len(file.Profiles) != 1 {
		t.Fatalf("%d profiles: %v", len(file.Profiles), list)
	}
	r, problems := file.Profiles[0].Resolve(o)
	var got []diag.Code
	for _, d := range append(list, problems...) {
		got = append(got, d.Code)
	}
	if diff := cmp.Diff(codes, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("diagnostics (-want +got)\n%s%v", diff, append(list, problems...))
	}
	return r
}

func TestResolveEveryField(t *testing.T) {
	r := resolve(t, everyField, Options{Environment: "production", Values: map[string]string{
		"url": "https://vendor.example/scim", "mail": "it@contoso.com",
	}, IDs: map[string]string{"boss": "11111111-2222-4333-8444-555555555555"}})
	pro := r.Lookups[0].ID
	want := &Resolved{
		Profile: "example", Environment: "production", Description: "Every field once",
		Tenant: text0("contoso.onmicrosoft.com"),
		App: App{
			Name: text0("Example"), Template: text0("non-gallery"), Job: text0("scim.1"), SyncTemplate: text0("scim"),
			Roles: []Role{{Name: "Editor", Value: "editor", Description: "May edit", Members: []string{"User", "Application"}}},
		},
		Endpoint: &Endpoint{
			URL: text0("https://vendor.example/scim?aadOptscim062020"), Compliance: "aadOptscim062020",
			Token: secret.Ref{Env: "EXAMPLE_SCIM_TOKEN"}, TokenHint: "App Integrations > SCIM > New token",
		},
		Settings: Settings{SyncAll: new(false), Notify: new("it@contoso.com"), DeletionThreshold: new(500), SkipOutOfScopeDeletions: new(false), State: "started"},
		Users: &mapping.Desired{
			Source: mapping.User, Enabled: new(true), Base: mapping.BaseTemplate, Actions: new(mapping.AllActions),
			TargetAttributes: []mapping.AttributeSpec{{
				Name: text0("urn:ietf:params:scim:schemas:extension:Example:2.0:User:badge"), Type: new("String"), MultiValued: new(false),
				CaseExact: new(true), Required: new(false), Mutability: new("ReadWrite"), References: []string{"User"},
			}},
			SourceAttributes: []mapping.AttributeSpec{{Name: text0("immutableId"), Type: new("String")}},
			RemoveAttributes: []diag.Text{text0("nickName")},
			Filters: &[]mapping.FilterGroup{
				{Name: "staff", Clauses: []mapping.FilterClause{
					{Attribute: text0("department"), Operator: text0("EQUALS"), Values: []string{"Sales"}},
					{Attribute: text0("country"), Operator: text0("IS NOT NULL")},
				}},
				{Name: "others", Clauses: []mapping.FilterClause{{Attribute: text0("city"), Operator: text0("!&"), Values: []string{"A", "B"}}}},
			},
			Mappings: []mapping.Attribute{
				{Target: text0("externalId"), Source: text0("objectId"), Match: 1},
				{Target: text0("active"), Kind: mapping.Expression, Source: text0(`Switch([IsSoftDeleted], , "False", "True", "True", "False")`), Match: mapping.Unstated},
				{Target: text0("userType"), Kind: mapping.Constant, Source: text0("Member"), Match: mapping.Unstated},
				{Target: text0("title"), Source: text0("jobTitle"), Default: new("Staff"), OnCreateOnly: true, Match: mapping.Unstated},
				{Target: text0("nickName"), Kind: mapping.DefaultOnly, Default: new("Nick"), Match: mapping.Unstated},
			},
			Remove: []diag.Text{text0(`phoneNumbers[type eq "fax"].value`)},
		},
		Groups: &mapping.Desired{
			Source: mapping.Group, Enabled: new(true), Base: mapping.BaseNone,
			Mappings: []mapping.Attribute{
				{Target: text0("displayName"), Source: text0("displayName"), Match: 1},
				{Target: text0("members"), Source: text0("members"), Match: mapping.Unstated},
			},
		},
		Assign: &Assign{Exclusive: true, To: []Assignment{
			{Group: pro, Role: "User"}, {User: "11111111-2222-4333-8444-555555555555", Role: "Editor"}, {User: "alice@contoso.com", Role: "User"},
		}},
		Tests: []Test{
			{
				Name: "a leaver is switched off",
				User: map[string]any{
					"objectId": "6f9619ff-8b86-4011-b42d-00cf4fc964ff", "accountEnabled": false, "userPrincipalName": "ann@contoso.com",
					"employeeId": json.Number("7"), "mail": nil, "otherMails": []string{"a@b.c", "d@e.f"},
				},
				When: When{Assigned: new(true), Linked: true, Deleted: "soft", SyncAll: new(true)},
				Expect: Expect{Action: "disable", Request: "testdata/leaver.http", Attributes: []ExpectedAttribute{
					{Target: "userType", Value: "Member"}, {Target: "active", Value: "False"}, {Target: "title", Value: nil},
				}},
			},
			{
				Name: "a group is skipped", Group: map[string]any{"objectId": pro, "displayName": "Sales"},
				Expect: Expect{Action: "skip", Skip: "notEffectivelyEntitled"},
			},
		},
		Lookups: []Lookup{
			{Variable: "pro", Group: "Pro users", ID: pro},
			{Variable: "boss", User: "boss@contoso.com", ID: "11111111-2222-4333-8444-555555555555", Found: true},
		},
	}
	if diff := cmp.Diff(want, r, values); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func text0(s string) diag.Text { return diag.Text{Value: s} }

func TestProfile(t *testing.T) {
	file, list := Load("p.yaml", []byte(everyField))
	if len(list) > 0 {
		t.Fatal(list)
	}
	p := file.Profiles[0]
	if p.Name != "example" || p.Description != "Every field once" || strings.Join(p.Environments, " ") != "oauth production test" {
		t.Errorf("%q %q %v", p.Name, p.Description, p.Environments)
	}
	want := []Variable{
		{Name: "url", Description: "Tenant URL given by the vendor", Required: true, Sandbox: "https://scim.example/v2"},
		{Name: "pro", Description: "Group whose members get a licence", Group: "Pro users"},
		{Name: "boss", User: "boss@contoso.com"},
		{Name: "mail", Description: "Who hears of failures"},
		{Name: "key", Description: "What identifies a person", OneOf: []string{"objectId", "employeeId"}, Default: new("objectId")},
	}
	if diff := cmp.Diff(want, p.Variables, values); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if r := resolve(t, everyField, Options{Environment: "oauth", Sandbox: true}); r.Endpoint.OAuth2 == nil || !r.Endpoint.Token.IsZero() || r.Endpoint.OAuth2.ClientSecret.File != "secret.txt" {
		t.Errorf("oauth2 does not replace the token: %+v", r.Endpoint)
	}
}

func TestFind(t *testing.T) {
	file, list := Load("p.yaml", []byte("version: 1\nprofile: one\napp: {name: A}\n---\nversion: 1\nprofile: two\napp: {name: B}\n"))
	if len(list) > 0 || len(file.Profiles) != 2 {
		t.Fatal(list)
	}
	if p, list := file.Find("two"); p == nil || p.Name != "two" || list != nil {
		t.Errorf("two: %v %v", p, list)
	}
	for name, want := range map[string]string{
		"":    "the file has several profiles",
		"tow": `there is no profile "tow"; did you mean "two"?`,
	} {
		p, list := file.Find(name)
		if p != nil || len(list) != 1 || list[0].Summary != want || list[0].Code != codeNoProfile {
			t.Errorf("%q: %v %v", name, p, list)
		}
	}
	file.Profiles = file.Profiles[:1]
	if p, _ := file.Find(""); p == nil || p.Name != "one" {
		t.Errorf("the only one: %v", p)
	}
	file.Profiles = nil
	if p, list := file.Find(""); p != nil || !list.HasErrors() {
		t.Errorf("none: %v %v", p, list)
	}
}

const prologue = "version: 1\nprofile: p\napp: {name: A}\n"

// TestAbsent checks that an unset optional variable leaves out what it fills, and
// nothing else.
func TestAbsent(t *testing.T) {
	const source = prologue + `
variables: {x: {}, mail: {}}
settings: {notify: "${var.mail}", scope: all}
assign: {to: [{group: "${var.x}"}, {group: G, role: "${var.x}"}, {user: "${var.x}", role: R}]}
users:
  base: keep
  actions: [create, "${var.x}"]
  remove: ["${var.x}", fax]
  mappings:
    - {target: a, source: "${var.x}", default: D}
    - {target: b, constant: "${var.x}"}
    - {target: "${var.x}", source: mail}
    - {target: c, source: mail, default: "${var.x}"}
    - {target: d, source: mail, match: "${var.x}"}
groups: {enabled: "${var.x}"}
`
	r := resolve(t, source, Options{})
	want := &Resolved{
		Profile: "p", App: App{Name: text0("A"), Template: text0("non-gallery")},
		Settings: Settings{SyncAll: new(true)},
		Assign:   &Assign{To: []Assignment{{Group: "G", Role: "User"}}},
		Users: &mapping.Desired{
			Source: mapping.User, Base: mapping.BaseKeep, Actions: new(mapping.Create), Remove: []diag.Text{text0("fax")},
			Mappings: []mapping.Attribute{
				{Target: text0("c"), Source: text0("mail"), Match: mapping.Unstated},
				{Target: text0("d"), Source: text0("mail"), Match: mapping.Unstated},
			},
		},
		Groups: &mapping.Desired{Source: mapping.Group},
	}
	if diff := cmp.Diff(want, r, values); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	empty := resolve(t, source, Options{Values: map[string]string{"mail": ""}})
	if empty.Settings.Notify != nil {
		t.Error("an empty value is none")
	}
}

// TestFill checks how values are put into texts and expressions.
func TestFill(t *testing.T) {
	const source = prologue + `
variables: {v: {default: 'a"b\c'}, key: {default: mail}}
description: "x ${var.v} $${var.v} $${y} ${var.v}"
users:
  base: none
  mappings:
    - {target: a, expression: 'Append("${var.v}", "$${id}")'}
    - {target: b, source: "${var.key}"}
    - {target: c, expression: 'Replace([mail], , "(?<x>.*)", , "${x}${var.key}", , )'}
`
	r := resolve(t, source, Options{})
	if want := `x a"b\c ${var.v} ${y} a"b\c`; r.Description != want {
		t.Errorf("description %q, want %q", r.Description, want)
	}
	for i, want := range []string{`Append("a\"b\\c", "${id}")`, "mail", `Replace([mail], , "(?<x>.*)", , "${x}mail", , )`} {
		if got := r.Users.Mappings[i].Source.Value; got != want {
			t.Errorf("mapping %d: %s, want %s", i, got, want)
		}
	}
	// A place after a filled variable is still the right one.
	e := r.Users.Mappings[2].Source
	at := strings.Index(e.Value, ", , )")
	if got := e.At(at, at+5); source[got.Start.Byte:got.End.Byte] != ", , )" {
		t.Errorf("%v: %q", got, source[got.Start.Byte:got.End.Byte])
	}
	at = strings.Index(e.Value, "mail\"")
	if got := e.At(at, at+4); source[got.Start.Byte:got.End.Byte] != "${var.key}" {
		t.Errorf("%v: %q", got, source[got.Start.Byte:got.End.Byte])
	}
}

func TestLookups(t *testing.T) {
	const source = prologue + `
variables:
  g: {group: Sales, sandbox: Sandbox sales}
  u: {user: ann@contoso.com}
  unused: {group: X}
assign: {to: [{group: "${var.g}"}, {user: "${var.u}"}]}
`
	first := resolve(t, source, Options{}, codeUnused)
	again := resolve(t, source, Options{}, codeUnused)
	if len(first.Lookups) != 2 || first.Lookups[0].ID != again.Lookups[0].ID || first.Assign.To[0].Group != first.Lookups[0].ID {
		t.Errorf("stand-in ids: %+v %+v", first.Lookups, again.Lookups)
	}
	if id := first.Lookups[0].ID; id != "8ee60d0c-9b3b-5baa-9e6f-7f6a1d1e7f5a" && (len(id) != 36 || id[14] != '5') {
		t.Errorf("%s is no version 5 UUID", id)
	}
	if first.Lookups[0].ID == first.Lookups[1].ID {
		t.Error("two names have one id")
	}
	const id = "6F9619FF-8b86-4011-b42d-00cf4fc964ff"
	for _, tt := range []struct {
		o    Options
		want Lookup
	}{
		{Options{Sandbox: true}, Lookup{Variable: "g", Group: "Sandbox sales"}},
		{Options{Values: map[string]string{"g": "Marketing"}}, Lookup{Variable: "g", Group: "Marketing"}},
		{Options{Values: map[string]string{"g": id}}, Lookup{Variable: "g", Group: id, ID: strings.ToLower(id)}},
		{Options{IDs: map[string]string{"g": "x"}}, Lookup{Variable: "g", Group: "Sales", ID: "x", Found: true}},
	} {
		got := resolve(t, source, tt.o, codeUnused).Lookups[0]
		if tt.want.ID == "" {
			got.ID = ""
		}
		if diff := cmp.Diff(tt.want, got, values); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}

func TestStandIn(t *testing.T) {
	const source = prologue + `
variables: {tenant_url: {required: true}, who: {required: true}, kind: {required: true, oneOf: [a, b]}, mail: {}, given: {required: true, sandbox: s}}
endpoint: {url: "${var.tenant_url}", token: none}
description: "${var.who} ${var.kind} ${var.given} "
settings: {notify: "${var.mail}"}
`
	r := resolve(t, source, Options{Sandbox: true})
	if r.Endpoint.URL.Value != "https://tenant-url.example/scim" || r.Description != "sandbox-who a s " || r.Settings.Notify != nil || !r.Endpoint.NoToken {
		t.Errorf("%q %q", r.Endpoint.URL.Value, r.Description)
	}
	file, _ := Load("p", []byte(source))
	for name, want := range map[string]string{"tenant_url": "https://tenant-url.example/scim", "kind": "a", "mail": "", "given": "", "none": ""} {
		if got, ok := file.Profiles[0].StandIn(name); got != want || ok != (want != "") {
			t.Errorf("%s: %q %v", name, got, ok)
		}
	}
	resolve(t, source, Options{}, codeRequired, codeRequired, codeRequired, codeRequired)
}

func TestOff(t *testing.T) {
	r := resolve(t, prologue+"settings: {notify: off, deletionThreshold: off, skipOutOfScopeDeletions: true, scope: all, state: stopped}\nusers: {filters: []}\n", Options{})
	want := Settings{SyncAll: new(true), Notify: new(""), DeletionThreshold: new(-1), SkipOutOfScopeDeletions: new(true), State: "stopped"}
	if diff := cmp.Diff(want, r.Settings, values); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if r.Users.Filters == nil || len(*r.Users.Filters) != 0 || r.Users.Actions != nil || r.Groups != nil || r.Assign != nil || r.Endpoint != nil {
		t.Errorf("%+v", r.Users)
	}
}

func TestCompliance(t *testing.T) {
	for _, tt := range []struct{ url, key, want, flag string }{
		{"https://x.example/scim", "", "https://x.example/scim", ""},
		{"https://x.example/scim", "aadOptscim062020", "https://x.example/scim?aadOptscim062020", "aadOptscim062020"},
		{"https://x.example/scim/", "AzureAdScimPatch2017", "https://x.example/scim/?AzureAdScimPatch2017", "AzureAdScimPatch2017"},
		{"https://x.example/?a=b", "aadOptscim062020", "https://x.example/?a=b&aadOptscim062020", "aadOptscim062020"},
		{"https://x.example/?", "aadOptscim062020", "https://x.example/?aadOptscim062020", "aadOptscim062020"},
		{"https://x.example/?aadOptscim062020", "aadOptscim062020", "https://x.example/?aadOptscim062020", "aadOptscim062020"},
		{"https://x.example/?a=b&aadOptscim062020", "", "https://x.example/?a=b&aadOptscim062020", "aadOptscim062020"},
		{"http://127.0.0.1:1/scim", "", "http://127.0.0.1:1/scim", ""},
		{"http://[::1]:1/scim", "", "http://[::1]:1/scim", ""},
	} {
		source := prologue + "endpoint: {url: '" + tt.url + "', token: none"
		if tt.key != "" {
			source += ", compliance: " + tt.key
		}
		e := resolve(t, source+"}\n", Options{}).Endpoint
		if e.URL.Value != tt.want || e.Compliance != tt.flag {
			t.Errorf("%s %s: %s %s", tt.url, tt.key, e.URL.Value, e.Compliance)
		}
		if n := len(e.URL.Marks); n == 0 || e.URL.Marks[n-1].Offset != len(e.URL.Value) {
			t.Errorf("%s: marks %v", tt.url, e.URL.Marks)
		}
	}
}
