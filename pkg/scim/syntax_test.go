package scim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/scim"
)

func TestParsePath(t *testing.T) {
	const filter = `type eq "work"`
	tests := []struct{ text, urn, attribute, filter, sub string }{
		{"userName", "", "userName", "", ""},
		{"name.givenName", "", "name", "", "givenName"},
		{"members.$ref", "", "members", "", "$ref"},
		{"immutable_id", "", "immutable_id", "", ""},
		{"x-509", "", "x-509", "", ""},
		{"not", "", "not", "", ""},
		{`emails[type eq "work"]`, "", "emails", filter, ""},
		{`emails[type eq "work"].value`, "", "emails", filter, "value"},
		{`emails[ TYPE  EQ  "work" ].value`, "", "emails", `TYPE eq "work"`, "value"},
		{`emails[type eq "work" and primary eq true].value`, "", "emails", `type eq "work" and primary eq true`, "value"},
		{`roles[primary eq "True"].value`, "", "roles", `primary eq "True"`, "value"},
		{`a[v eq "x].y[\""].z`, "", "a", `v eq "x].y[\""`, "z"},
		{"urn:ietf:params:scim:schemas:core:2.0:User:userName", scim.UserSchema, "userName", "", ""},
		{"urn:ietf:params:scim:schemas:core:2.0:User:name.givenName", scim.UserSchema, "name", "", "givenName"},
		{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", scim.EnterpriseUserSchema, "department", "", ""},
		{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", scim.EnterpriseUserSchema, "manager", "", "value"},
		{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", scim.EnterpriseUserSchema, "", "", ""},
		{"urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User:CustomAttribute", "urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User", "CustomAttribute", "", ""},
		{"urn:ietf:params:scim:schemas:extension:IDmelon:2.0:User:immutable_id", "urn:ietf:params:scim:schemas:extension:IDmelon:2.0:User", "immutable_id", "", ""},
		{`urn:a:b:1.0:User:list[type eq "work"].value`, "urn:a:b:1.0:User", "list", filter, "value"},
		{"urn:acme:user:badge", "urn:acme:user", "badge", "", ""},
		{"urn:acme:1.0:badge", "urn:acme:1.0", "badge", "", ""},
		{"URN:ACME:User:badge", "URN:ACME:User", "badge", "", ""},
		{"http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group", scim.ADSCIMGroupSchema, "", "", ""},
		{"http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group:displayName", scim.ADSCIMGroupSchema, "displayName", "", ""},
	}
	for _, tt := range tests {
		p, err := scim.ParsePath(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		filter := ""
		if p.Filter != nil {
			filter = p.Filter.String()
		}
		if p.URN != tt.urn || p.Attribute != tt.attribute || filter != tt.filter || p.Sub != tt.sub {
			t.Errorf("%s: %q %q %q %q", tt.text, p.URN, p.Attribute, filter, p.Sub)
		}
		again, err := scim.ParsePath(p.String())
		if err != nil || again.String() != p.String() || !again.Equal(p) {
			t.Errorf("%s prints as %s, which reads as %v, %v", tt.text, p, again, err)
		}
	}
}

func TestParsePathRefuses(t *testing.T) {
	tests := []struct {
		text   string
		offset int
		want   string
	}{
		{"", 0, "missing"},
		{" a", 0, "missing"},
		{"a ", 1, "unexpected text"},
		{"a b", 1, "unexpected text"},
		{".a", 0, "missing"},
		{"a.", 2, "missing"},
		{"a.b.c", 3, "one sub-attribute"},
		{"1a", 0, "starts with a letter"},
		{"a.1", 2, "starts with a letter"},
		{"é", 0, "starts with a letter"},
		{"a/b", 1, "starts with a letter"},
		{"a$", 1, "starts with a letter"},
		{"$", 0, "starts with a letter"},
		{"emails[type", 11, "operator is expected"},
		{"emails[]", 7, "missing"},
		{`emails[type eq "work"`, 21, "] is expected"},
		{`emails[type eq "work"]value`, 22, "unexpected text"},
		{`emails[type eq "work"].`, 23, "missing"},
		{`emails[type eq "work"].a.b`, 24, "one sub-attribute"},
		{`emails[type eq work]`, 15, "double quotes"},
		{`emails[type eq “work”]`, 15, "double quotes"},
		{`a[b[c eq 1]]`, 3, "inside a value filter"},
		{`a.b[c eq 1]`, 3, "must follow"},
		{`urn:a:b:2.0:User[c eq 1]`, 16, "must follow"},
		{"urn:a", 0, "form"},
		{"urn:a:", 0, "form"},
		{"urn:a:b:", 8, "missing"},
		{"urn::b:c:d", 3, "form"},
		{"urn:a:{b}:c", 6, "schema URN"},
		{"\xff", 0, "UTF-8"},
		{strings.Repeat("a", scim.MaxSyntax+1), scim.MaxSyntax, "longer"},
	}
	for _, tt := range tests {
		_, err := scim.ParsePath(tt.text)
		checkSyntax(t, tt.text, err, tt.offset, tt.want)
	}
}

func checkSyntax(t *testing.T, text string, err error, offset int, want string) {
	t.Helper()
	name := text[:min(len(text), 60)]
	e, ok := errors.AsType[*scim.SyntaxError](err)
	if !ok {
		t.Errorf("%s: error %v, want a *SyntaxError", name, err)
		return
	}
	if e.Offset != offset || !strings.Contains(e.Error(), want) || e.Text != text {
		t.Errorf("%s: %v, want offset %d and %q", name, e, offset, want)
	}
}

func TestParseFilter(t *testing.T) {
	tests := []struct{ text, want string }{
		{`userName eq "x"`, ""},
		{`  userName   EQ "x"  `, `userName eq "x"`},
		{`a Pr`, `a pr`},
		{`a eq "\u00e9\"\\\/"`, `a eq "é\"\\/"`},
		{`a eq 1 and b ne -2.5e3 or c gt "x"`, `a eq 1 and b ne -2.5e3 or c gt "x"`},
		{`a eq TRUE and b eq False or c eq NULL`, `a eq true and b eq false or c eq null`},
		{`a pr and (b pr or c pr)`, ""},
		{`(a pr and b pr) or c pr`, `a pr and b pr or c pr`},
		{`a pr AND (b pr AND c pr)`, `a pr and b pr and c pr`},
		{`a pr or (b pr or (c pr))`, `a pr or b pr or c pr`},
		{`NOT (a pr) and not(b pr or c pr)`, `not (a pr) and not (b pr or c pr)`},
		{`not pr`, ""},
		{`not eq "x"`, ""},
		{`and pr and or pr`, ""},
		{`((((a pr))))`, `a pr`},
		{`emails[type eq "work"]`, ""},
		{`emails[type eq "work"] pr`, `emails[type eq "work"]`},
		{`emails[type eq "work"].value eq "x"`, ""},
		{`emails[type eq "work"].value pr`, ""},
		{`emails[type eq "work"] and a pr`, ""},
		{`emails[type eq "work"] or (emails[not (type pr)])`, `emails[type eq "work"] or emails[not (type pr)]`},
		{`members[value eq "x"]`, ""},
		{scim.UserSchema + `:userName eq "x"`, ""},
		{enterprise + `manager.value eq "x"`, ""},
		{`id eq "a" and manager.value eq "b"`, ""},
		{`a co "" and b sw "x" and c ew "y" and d ge 1 and e lt 2 and f le 3`, ""},
	}
	for _, tt := range tests {
		want := tt.want
		if want == "" {
			want = tt.text
		}
		f, err := scim.ParseFilter(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if f.String() != want {
			t.Errorf("%s prints as %s, want %s", tt.text, f, want)
		}
	}
}

func TestParseFilterRefuses(t *testing.T) {
	tests := []struct {
		text   string
		offset int
		want   string
	}{
		{"", 0, "missing"},
		{"a", 1, "operator is expected"},
		{"a eq", 4, "value is expected"},
		{"a eq bob", 5, "double quotes"},
		{"a eq 'bob'", 5, "double quotes"},
		{`a eq "bob`, 5, "not closed"},
		{`a eq "\x"`, 6, "escape"},
		{"a eq 1x", 5, "value is expected"},
		{"a eq 01", 5, "value is expected"},
		{"a is 1", 2, `unknown operator "is"`},
		{"a gt true", 5, "only eq and ne"},
		{"a co null", 5, "only eq and ne"},
		{"a pr b pr", 5, "unexpected text"},
		{"a pr and", 8, "missing"},
		{"a pr or or", 10, "operator is expected"},
		{"(a pr", 5, ") is expected"},
		{"a pr)", 4, "unexpected text"},
		{"()", 1, "missing"},
		{"not a pr", 4, `unknown operator "a"`},
		{strings.Repeat("(", 40) + "a pr", 32, "32 levels"},
		{strings.Repeat("not (", 40), 5*32 + 4, "32 levels"},
		{"a eq \"\xff\"", 6, "UTF-8"},
	}
	for _, tt := range tests {
		_, err := scim.ParseFilter(tt.text)
		checkSyntax(t, tt.text, err, tt.offset, tt.want)
	}
}

func TestMatch(t *testing.T) {
	o := mustObject(t, `{"id":"Ab","externalId":"Ef","userName":"Ann","active":true,"off":false,"n":10,"text":"10","empty":"","nil":null,"none":[],"hollow":{"a":null},
		"title":"É","meta":{"created":"2026-01-02T03:04:05Z"},
		"emails":[{"type":"work","value":"Ann@b.example","primary":true},{"type":"home","value":"x@y.example"}],
		"roles":[{"primary":true,"value":"Admin"}],"members":[{"value":"m1"}],
		"`+scim.EnterpriseUserSchema+`":{"manager":{"value":"boss"},"department":"Sales"}}`)
	tests := map[string]bool{
		`userName eq "ANN"`: true, `userName ne "ANN"`: false, `userName eq "An"`: false,
		`id eq "Ab"`: true, `id eq "ab"`: false, `externalId eq "ef"`: false, `id sw "a"`: false, `id sw "A"`: true,
		`userName co "NN"`: true, `userName sw "an"`: true, `userName ew "NN"`: true, `userName sw "n"`: false,
		`title eq "é"`:     true,
		`userName gt "am"`: true, `userName lt "B"`: true, `userName ge "ann"`: true, `userName le "ann"`: true, `userName gt "ann"`: false,
		`active eq true`: true, `active eq "True"`: true, `active eq "False"`: false, `active ne false`: true, `off eq "false"`: true, `active eq 1`: false, `active ne 1`: true,
		`n eq 10`: true, `n eq 1e1`: true, `n gt 9`: true, `n lt 9.5`: false, `n eq "10"`: true, `text eq 10`: true, `text gt 9`: true, `n co "1"`: true, `n ne 10.0`: false,
		`empty pr`: false, `nil pr`: false, `none pr`: false, `hollow pr`: false, `emails pr`: true, `userName pr`: true, `off pr`: true,
		`nil eq null`: true, `nil ne null`: false, `userName eq null`: false, `userName ne null`: true, `nil ne "x"`: true, `nil eq "x"`: false,
		`meta.created gt "2026-01-02T04:04:04.5+01:00"`: true, `meta.created eq "2026-01-02T04:04:05.000+01:00"`: true, `meta.created lt "2026-01-02T03:04:05.1Z"`: true, `meta.created sw "2026"`: true,
		`emails co "y.ex"`: true, `emails.value eq "ann@B.example"`: true, `emails eq "none"`: false, `emails ne "x@y.example"`: true,
		`emails[type eq "work" and value co "@b"]`: true, `emails[type eq "home" and value co "@b"]`: false, `emails.type eq "home"`: true,
		`emails[type eq "work"].value eq "x@y.example"`: false, `emails[primary eq true].value sw "ann"`: true,
		`roles[primary eq "True"].value eq "Admin"`: true, `roles[primary eq "False"].value pr`: false,
		`members[value eq "M1"]`: true, `members eq "m1"`: true, `members.value eq "m2"`: false,
		`manager.value eq "boss"`: true, `manager eq "boss"`: true, `department eq "SALES"`: true, enterprise + `manager.value eq "boss"`: true, enterprise + `department eq "x"`: false,
		`not (userName eq "ann")`: false, `userName eq "x" or active eq true and n eq 10`: true, `(userName eq "x" or active eq true) and n eq 11`: false,
		scim.UserSchema + `:userName eq "ann"`: true,
		`hollow eq "x"`:                        false, `hollow ne "x"`: true, `absent.sub eq "x"`: false,
	}
	for text, want := range tests {
		f, err := scim.ParseFilter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if f.Match(o) != want {
			t.Errorf("%s is %v", text, !want)
		}
	}
}

// TestStringsInFilters is the property that every text survives as a value.
func TestStringsInFilters(t *testing.T) {
	for _, text := range []string{``, `"`, `\`, `\"`, `a]b[c`, `' + & % #`, "tab\tand\nline", "☺é\u2028", `) or (a pr`} {
		f := scim.Equal(scim.Path{Attribute: "userName"}, text)
		again, err := scim.ParseFilter(f.String())
		if err != nil || again.(*scim.Comparison).Value != text {
			t.Errorf("%q: %v, %v", text, again, err)
		}
	}
}

func TestCaseExact(t *testing.T) {
	tests := map[string]bool{
		"id": true, "externalId": true, "meta.version": true, "meta.location": true, "meta.created": false, "schemas": true, "profileUrl": true,
		"members.$ref": true, "userName": false, "emails.value": false, "members.value": false, "unknown": false,
		enterprise + "department": false, enterprise + "manager.$ref": true, idmelon + "immutable_id": false, "x509Certificates.value": true,
	}
	for path, want := range tests {
		if got := scim.CaseExact(mustPath(t, path)); got != want {
			t.Errorf("CaseExact(%s) = %v", path, got)
		}
	}
}
