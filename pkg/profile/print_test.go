package profile_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/secret"
	"github.com/scimctl/scimctl/profiles"
)

// said compares what profiles say, wherever they say it.
var said = cmp.Options{
	cmpopts.IgnoreTypes(diag.Range{}, []diag.Mark{}),
	cmpopts.IgnoreFields(profile.Resolved{}, "Tests", "Lookups", "Description"),
	cmpopts.EquateEmpty(),
}

// reread prints a profile and reads it again.
func reread(t *testing.T, r *profile.Resolved, c profile.Comments) *profile.Resolved {
	t.Helper()
	text := profile.Print(r, c)
	file, problems := profile.Load("printed.yaml", text)
	if len(problems) > 0 {
		t.Fatalf("%v\n%s", problems, text)
	}
	again, problems := file.Profiles[0].Resolve(profile.Options{Environment: r.Environment})
	if problems.HasErrors() {
		t.Fatalf("%v\n%s", problems, text)
	}
	if formatted, problems := profile.Format("printed.yaml", text); len(problems) > 0 || string(formatted) != string(text) {
		t.Errorf("the layout is not canonical: %v\n%s", problems, cmp.Diff(string(text), string(formatted)))
	}
	return again
}

// TestPrintBuiltIn: what a built-in profile comes to is printed and read back.
func TestPrintBuiltIn(t *testing.T) {
	for _, name := range profiles.Names() {
		text, _ := profiles.Read(name)
		file, _ := profile.Load(name, text)
		for _, p := range file.Profiles {
			for _, env := range append(p.Environments, "") {
				if (env == "") != (len(p.Environments) == 0) {
					continue
				}
				r, problems := p.Resolve(profile.Options{Environment: env, Sandbox: true, Values: map[string]string{"mail": "it@contoso.com"}})
				if problems.HasErrors() {
					t.Fatal(problems)
				}
				if diff := cmp.Diff(r, reread(t, r, profile.Comments{}), said); diff != "" {
					t.Errorf("%s %s:\n%s", name, env, diff)
				}
			}
		}
	}
}

// everything says every member once.
func everything() *profile.Resolved {
	actions := mapping.Create | mapping.Delete
	return &profile.Resolved{
		Profile: "every-field", Environment: "test", Tenant: diag.Text{Value: "contoso.onmicrosoft.com"},
		App: profile.App{
			Name: diag.Text{Value: `Money & "more", 'quoted'`}, Existing: &profile.Existing{ServicePrincipal: "6f9619ff-8b86-4011-b42d-00cf4fc964ff"},
			Job: diag.Text{Value: "scim.0f1e2d3c.4ba261ce"}, SyncTemplate: diag.Text{Value: "customappsso"},
			Roles: []profile.Role{{Name: "Editor: all", Value: "editor", Description: "Edits #1", Members: []string{"User", "Application"}}, {Name: "off"}},
		},
		Endpoint: &profile.Endpoint{
			URL:    diag.Text{Value: "https://scim.example/v2?x=1&aadOptscim062020"},
			OAuth2: &profile.OAuth2{TokenURL: "https://id.example/token?a=b", ClientID: "007", ClientSecret: secret.Ref{File: "/run/secrets/x y"}}, Compliance: "aadOptscim062020",
		},
		Settings: profile.Settings{SyncAll: new(true), Notify: new(""), DeletionThreshold: new(-1), SkipOutOfScopeDeletions: new(false), State: "stopped"},
		Users: &mapping.Desired{
			Source: mapping.User, Enabled: new(true), Base: mapping.BaseTemplate, Actions: &actions,
			TargetAttributes: []mapping.AttributeSpec{{Name: diag.Text{Value: "urn:x:User:badge"}, Type: new("Reference"), MultiValued: new(true), CaseExact: new(false), Required: new(true), Mutability: new("Immutable"), References: []string{"User", "Group"}}},
			SourceAttributes: []mapping.AttributeSpec{{Name: diag.Text{Value: "extension_1a_x"}}},
			RemoveAttributes: []diag.Text{{Value: `emails[type eq "home"].value`}},
			Filters: &[]mapping.FilterGroup{
				{Name: "a: b", Clauses: []mapping.FilterClause{
					{Attribute: diag.Text{Value: "department"}, Operator: diag.Text{Value: "!&"}, Values: []string{""}},
					{Attribute: diag.Text{Value: "city"}, Operator: diag.Text{Value: "EQUALS"}, Values: []string{"a", "${var.x}"}},
					{Attribute: diag.Text{Value: "mail"}, Operator: diag.Text{Value: "IS NOT NULL"}},
				}},
				{Clauses: []mapping.FilterClause{{Attribute: diag.Text{Value: "city"}, Operator: diag.Text{Value: "EQUALS"}, Values: []string{"true"}}}},
			},
			Mappings: []mapping.Attribute{
				{Target: diag.Text{Value: "userName"}, Source: diag.Text{Value: "mail"}, Match: 2},
				{Target: diag.Text{Value: "title"}, Kind: mapping.DefaultOnly, Default: new(""), Match: mapping.Unstated, OnCreateOnly: true},
				{Target: diag.Text{Value: "userType"}, Kind: mapping.Constant, Source: diag.Text{Value: "no\ttab\u2028${var.y}"}, Match: mapping.Unstated, Default: new("~")},
				{Target: diag.Text{Value: "displayName"}, Kind: mapping.Expression, Match: mapping.Unstated,
					Source: diag.Text{Value: `Replace([displayName], , "(?<a>.)", , "${a}it's ${var.z} $${q}", , )`}},
			},
			Remove: []diag.Text{{Value: "nickName"}},
		},
		Groups: &mapping.Desired{Source: mapping.Group, Filters: &[]mapping.FilterGroup{}},
		Assign: &profile.Assign{Exclusive: true, To: []profile.Assignment{{Group: "Sales, EMEA", Role: "User"}, {User: "o'neil@contoso.com", Role: "Editor: all"}}},
	}
}

func TestPrintEverything(t *testing.T) {
	r := everything()
	c := profile.Comments{
		Head: []string{"Every field\nonce."}, Assignees: map[int]string{1: "O'Neil\n- {user: mallory}"},
		Above: map[string][]string{"app": {"of the app"}, "users": {"of users"}, "assign": {"of those assigned"}},
	}
	again := reread(t, r, c)
	if diff := cmp.Diff(r, again, said); diff != "" {
		t.Errorf("read again:\n%s", diff)
	}
	text := string(profile.Print(r, c))
	for _, want := range []string{"# Every field once.\n", "# O'Neil - {user: mallory}\n", "\n# of users\nusers:\n", "  compliance: aadOptscim062020\n", "  deletionThreshold: off\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	for i, line := range strings.Split(text, "\n") {
		if strings.TrimRight(line, " \t") != line {
			t.Errorf("line %d ends in blanks", i+1)
		}
	}
}

// FuzzPrint puts any text wherever a profile takes one.
func FuzzPrint(f *testing.F) {
	for _, s := range []string{
		"", "plain", "True", "007", "1e3", "~", "null", "a: b", "a #b", "- x", "{a}", "[a]", "'", `"`, `it's "so" \`, "é", "\u2028", "\u0085", "a\nb", " lead", "trail ",
		"${var.x}", "$${var.x}", "$$${a}", "${", "${}", "&a", "*a", "!t", "%", "@", "`", "\\", "2024-01-01", "=", "<<", "\ufeff", "?", ": ", "off", "none", "\x7f", "\u00a0",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || len(s) > 500 {
			return
		}
		r := &profile.Resolved{
			Profile: "p", Description: s, App: profile.App{Name: diag.Text{Value: "A"}, Template: diag.Text{Value: "non-gallery"}},
			Users: &mapping.Desired{
				Source: mapping.User, Base: mapping.BaseKeep,
				Mappings: []mapping.Attribute{{Target: diag.Text{Value: "title"}, Kind: mapping.Constant, Source: diag.Text{Value: s}, Match: mapping.Unstated, Default: &s}},
				Filters:  &[]mapping.FilterGroup{{Clauses: []mapping.FilterClause{{Attribute: diag.Text{Value: "mail"}, Operator: diag.Text{Value: "EQUALS"}, Values: []string{s}}}}},
			},
		}
		text := profile.Print(r, profile.Comments{Head: []string{s}, Assignees: map[int]string{0: s}})
		file, problems := profile.Load("p.yaml", text)
		if problems.HasErrors() {
			t.Fatalf("%q: %v\n%s", s, problems, text)
		}
		again, problems := file.Profiles[0].Resolve(profile.Options{})
		if problems.HasErrors() {
			t.Fatalf("%q: %v\n%s", s, problems, text)
		}
		m := again.Users.Mappings[0]
		if again.Description != s || m.Source.Value != s || *m.Default != s || (*again.Users.Filters)[0].Clauses[0].Values[0] != s {
			t.Fatalf("%q is read as %q, %q, %q, %q\n%s", s, again.Description, m.Source.Value, *m.Default, (*again.Users.Filters)[0].Clauses[0].Values[0], text)
		}
	})
}
