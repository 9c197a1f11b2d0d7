package profiletest_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
	"github.com/scimctl/scimctl/pkg/profiletest"
)

const (
	annID  = "6f9619ff-8b86-4011-b42d-00cf4fc964ff"
	bossID = "0d2f3c61-55d5-4d4c-9a0e-7d3c3b3a2f10"
)

// document is a profile with one test, whose lines are indented by four blanks.
func document(test string) string {
	return `version: 1
profile: example
app: {name: Example, template: non-gallery}
endpoint: {url: https://scim.example/v2, token: {env: EXAMPLE_TOKEN}}
settings: {scope: assigned}
users:
  base: none
  filters:
    - {name: staff, all: [{attribute: department, operator: NOT EQUALS, value: Guests}]}
  mappings:
    - {target: userName, source: userPrincipalName, match: 1}
    - {target: active, expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'}
    - {target: displayName, source: displayName}
    - {target: title, source: jobTitle, default: Staff}
    - {target: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager", source: manager}
groups:
  enabled: true
  base: template
tests:
  - name: the test
` + test
}

// person is the tested user; more adds attributes.
func person(more string) string {
	return fmt.Sprintf("    user: {objectId: %s, userPrincipalName: ann@contoso.com, displayName: Ann, department: Sales, accountEnabled: true%s}\n", annID, more)
}

// run runs the profile's only test.
func run(t *testing.T, test string, o profiletest.Options) profiletest.Result {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return time.Date(2026, 7, 17, 9, 0, 0, 0, time.UTC) }
	}
	results, problems := profiletest.Run(t.Context(), resolve(t, document(test)), o)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if len(results) != 1 {
		t.Fatalf("%d results", len(results))
	}
	return results[0]
}

func resolve(t *testing.T, source string) *profile.Resolved { return resolveIn(t, source, "") }

func resolveIn(t *testing.T, source, environment string) *profile.Resolved {
	t.Helper()
	file, problems := profile.Load("example.yaml", []byte(source))
	if err := problems.Err(); err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	r, problems := file.Profiles[0].Resolve(profile.Options{Environment: environment})
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestHolds has tests that pass.
func TestHolds(t *testing.T) {
	manager := `"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager"`
	for name, test := range map[string]string{
		"create":          person("") + `    expect: {action: create, attributes: {userName: ann@contoso.com, active: "True", displayName: Ann, title: Staff, nickName: null}}`,
		"boolean":         person("") + `    expect: {attributes: {active: true}}`,
		"unassigned":      person("") + `    when: {assigned: false}` + "\n" + `    expect: {action: skip, skip: NotEffectivelyEntitled}`,
		"unassigned, all": person("") + `    when: {assigned: false, scope: all}` + "\n" + `    expect: {action: create}`,
		"already equal":   person("") + `    when: {linked: true}` + "\n" + `    expect: {action: skip, skip: RedundantExport}`,
		"disable":         person("") + `    when: {linked: true, assigned: false}` + "\n" + `    expect: {action: disable, attributes: {active: "False", displayName: null}}`,
		"out of filter":   strings.Replace(person(""), "Sales", "Guests", 1) + `    when: {linked: true}` + "\n" + `    expect: {action: disable}`,
		"delete":          person("") + `    when: {linked: true, deleted: hard}` + "\n" + `    expect: {action: delete}`,
		"manager":         person(", manager: "+bossID) + `    expect: {action: create, attributes: {` + manager + `: ` + bossID + `}}`,
		"members":         `    group: {objectId: 9c1f1a34-4c2e-4f0e-8a55-1f0f9a6b7c20, displayName: Sales, members: [` + annID + `, ` + bossID + `]}` + "\n" + `    expect: {action: create, attributes: {members: [` + annID + `, ` + bossID + `]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			result := run(t, test, profiletest.Options{})
			if !result.Passed || len(result.Failures) > 0 {
				t.Errorf("%+v", result)
			}
		})
	}
}

// TestDoesNotHold has tests that fail, with what is said about it.
func TestDoesNotHold(t *testing.T) {
	for _, tt := range []struct{ name, test, what, want, got string }{
		{"action", person("") + `    expect: {action: update}`, "action", "update", "create"},
		{"action of a skip", person("") + `    when: {assigned: false}` + "\n" + `    expect: {action: create}`, "action", "create", "skip (NotEffectivelyEntitled: "},
		{"skip reason", person("") + `    when: {linked: true}` + "\n" + `    expect: {action: skip, skip: NotEffectivelyEntitled}`, "skip", "NotEffectivelyEntitled", "RedundantExport"},
		{"value", person("") + `    expect: {attributes: {displayName: ann}}`, "displayName", `"ann"`, `"Ann"`},
		{"boolean text", person("") + `    expect: {attributes: {active: "true"}}`, "active", `"true"`, `"True"`},
		{"boolean", person("") + `    expect: {attributes: {active: false}}`, "active", "False", `"True"`},
		{"sent", person("") + `    expect: {attributes: {displayName: null}}`, "displayName", "not sent", `"Ann"`},
		{"not sent", person("") + `    expect: {attributes: {nickName: Ann}}`, "nickName", `"Ann"`, "not sent"},
		{"list", person("") + `    expect: {attributes: {displayName: [Ann, Bob]}}`, "displayName", `"Ann", "Bob"`, `"Ann"`},
		{"no golden", person("") + `    expect: {request: none.http}`, "request none.http", "--update", "file does not exist"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			result := run(t, tt.test, profiletest.Options{ReadFile: func(string) ([]byte, error) { return nil, fs.ErrNotExist }})
			if result.Passed || len(result.Failures) != 1 {
				t.Fatalf("%+v, want one failure", result)
			}
			f := result.Failures[0]
			if f.What != tt.what || !strings.Contains(f.Want, tt.want) || !strings.Contains(f.Got, tt.got) || f.Where.IsZero() {
				t.Errorf("%+v\nwant %s: %s, got %s", f, tt.what, tt.want, tt.got)
			}
		})
	}
}

// TestUnknownExpectations: what a test cannot mean is a failure of the test.
func TestUnknownExpectations(t *testing.T) {
	for name, change := range map[string]func(*profile.Test){
		"action":       func(x *profile.Test) { x.Expect.Action = "craete" },
		"nothing":      func(x *profile.Test) { x.Expect = profile.Expect{} },
		"path":         func(x *profile.Test) { x.Expect.Attributes = []profile.ExpectedAttribute{{Target: "emails[type"}} },
		"deleted":      func(x *profile.Test) { x.When.Deleted = "half" },
		"both objects": func(x *profile.Test) { x.Group = map[string]any{} },
		"no object":    func(x *profile.Test) { x.User = nil },
		"no id":        func(x *profile.Test) { delete(x.User, "objectId") },
		"odd value":    func(x *profile.Test) { x.User["title"] = map[string]any{} },
		"number": func(x *profile.Test) {
			x.Expect.Attributes = []profile.ExpectedAttribute{{Target: "title", Value: json.Number("7")}}
		},
		"linking": func(x *profile.Test) {
			x.When.Linked = true
			delete(x.User, "userPrincipalName")
		},
		"reading files": func(x *profile.Test) { x.Expect.Request = "a.http" },
	} {
		r := resolve(t, document(person("")+`    expect: {action: create}`))
		change(&r.Tests[0])
		results, problems := profiletest.Run(t.Context(), r, profiletest.Options{})
		if problems.HasErrors() || len(results) != 1 || results[0].Passed || len(results[0].Failures) == 0 || results[0].Failures[0].Got == "" {
			t.Errorf("%s: %+v %v", name, results, problems)
		}
	}
}

const golden = `POST /Users
Content-Type: application/scim+json

{
  "schemas": [
    "urn:ietf:params:scim:schemas:core:2.0:User",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
  ],
  "userName": "ann@contoso.com",
  "active": true,
  "displayName": "Ann",
  "meta": {
    "resourceType": "User"
  },
  "roles": [],
  "title": "Staff"
}

###

PATCH /Users/00000000-0000-4000-8000-000000000001
Content-Type: application/scim+json

{
  "schemas": [
    "urn:ietf:params:scim:api:messages:2.0:PatchOp"
  ],
  "Operations": [
    {
      "op": "Add",
      "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager",
      "value": [
        {
          "$ref": null,
          "value": "0d2f3c61-55d5-4d4c-9a0e-7d3c3b3a2f10"
        }
      ]
    }
  ]
}
`

func TestGolden(t *testing.T) {
	test := person(", manager: "+bossID) + `    expect: {request: create.http}`
	reading := func(data string) profiletest.Options {
		return profiletest.Options{ReadFile: func(name string) ([]byte, error) {
			if name != "create.http" {
				return nil, errors.New("another file: " + name)
			}
			return []byte(data), nil
		}}
	}
	if result := run(t, test, reading(golden)); !result.Passed {
		t.Fatalf("%+v", result)
	}
	for _, tt := range []struct{ name, data, want, got string }{
		{"another value", strings.Replace(golden, `"Ann"`, `"Anna"`, 1), `line 11:   "displayName": "Anna",`, `line 11:   "displayName": "Ann",`},
		{"a blank at the end of a line", strings.Replace(golden, "\"active\": true,\n", "\"active\": true, \n", 1), `line 10: "  \"active\": true, "`, "line 10:"},
		{"lines missing", golden[:strings.Index(golden, "\n###")], "the end after line", "line"},
		{"lines too many", golden + "\n\n", "line", "the end after line"},
		{"other line ends", strings.ReplaceAll(golden, "\n", "\r\n"), "line 1 ends in a carriage return", "line feed"},
		{"no newline at the end", strings.TrimSuffix(golden, "\n"), "the end after line", "(empty)"},
	} {
		result := run(t, test, reading(tt.data))
		if result.Passed || len(result.Failures) != 1 {
			t.Errorf("%s: %+v", tt.name, result)
			continue
		}
		if f := result.Failures[0]; !strings.Contains(f.Want, tt.want) || !strings.Contains(f.Got, tt.got) {
			t.Errorf("%s: want %q, got %q; expected %q and %q", tt.name, f.Want, f.Got, tt.want, tt.got)
		}
	}
	written := map[string]string{}
	update := profiletest.Options{UpdateGoldens: func(name string, data []byte) error {
		written[name] = string(data)
		return nil
	}}
	if result := run(t, test, update); !result.Passed || written["create.http"] != golden {
		t.Errorf("%+v, wrote %q", result, written)
	}
	update.UpdateGoldens = func(string, []byte) error { return errors.New("disk full") }
	if result := run(t, test, update); result.Passed || result.Failures[0].Got != "disk full" {
		t.Errorf("%+v", result)
	}
}

// TestDialect: the flag in the tenant URL decides how a request is phrased.
func TestDialect(t *testing.T) {
	source := strings.Replace(document(person("")+"    when: {linked: true, assigned: false}\n    expect: {action: disable, request: disable.http}"),
		"https://scim.example/v2", `"https://scim.example/v2?aadOptscim062020"`, 1)
	var sent string
	results, problems := profiletest.Run(t.Context(), resolve(t, source), profiletest.Options{UpdateGoldens: func(_ string, data []byte) error {
		sent = string(data)
		return nil
	}})
	if problems.HasErrors() || !results[0].Passed || !strings.Contains(sent, `"value": false`) || !strings.Contains(sent, `"op": "replace"`) {
		t.Errorf("%+v %v\n%s", results, problems, sent)
	}
}

// TestProblemsStopTheTests: with an error in the configuration no test is run.
func TestProblemsStopTheTests(t *testing.T) {
	r := resolve(t, document(person("")+"    expect: {action: create}"))
	r.Users.Mappings[0].Match = 0
	results, problems := profiletest.Run(t.Context(), r, profiletest.Options{})
	if !problems.HasErrors() || results != nil {
		t.Errorf("users that match by nothing: %v, %+v", problems, results)
	}
}

func TestObjectMappings(t *testing.T) {
	r := resolve(t, document(person("")+"    expect: {action: create}"))
	mappings, problems := profiletest.ObjectMappings(r)
	if len(problems) > 0 || len(mappings) != 2 {
		t.Fatalf("%d mappings, %v", len(mappings), problems)
	}
	for _, m := range mappings {
		want := map[string]int{mapping.User: 5, mapping.Group: 3}[m.Source]
		if len(m.Attributes) != want {
			t.Errorf("%s: %d mappings, want %d", m.Source, len(m.Attributes), want)
		}
		for _, a := range m.Attributes {
			if placed := !a.Target.Where.IsZero(); placed != (m.Source == mapping.User) {
				t.Errorf("%s %s: has a place in the profile: %t", m.Source, a.Target, placed)
			}
		}
	}
	user := mappings[0]
	if user.Source != mapping.User {
		user = mappings[1]
	}
	if user.Scope == nil || user.Scope.Groups[0].Name != "staff" {
		t.Errorf("the scoping filter is %+v", user.Scope)
	}
	if at := user.Attributes[0].Target.Where.String(); at != "example.yaml:11:16" {
		t.Errorf("userName stands at %s", at)
	}
}

func TestUnknownTemplate(t *testing.T) {
	source := strings.Replace(document(person("")+"    expect: {action: create}"), "non-gallery", "Contoso Unheard-of", 1)
	_, problems := profiletest.ObjectMappings(resolve(t, source))
	if problems.HasErrors() || len(problems) != 1 || problems[0].Code != profiletest.CodeUnknownTemplate || problems[0].Severity != diag.Warning || problems[0].Subject.IsZero() {
		t.Errorf("%v", problems)
	}
	for _, info := range profiletest.Codes() {
		if info.Title == "" || info.Help == "" || !strings.HasPrefix(string(info.Code), "SC19") {
			t.Errorf("%+v", info)
		}
	}
}
