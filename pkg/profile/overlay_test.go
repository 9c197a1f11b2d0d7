package profile

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/mapping"
)

const layered = prologue + `
variables: {who: {group: Everyone}}
endpoint: {url: "https://x.example/scim", token: {env: BASE, hint: there}}
settings: {scope: assigned, notify: a@b.example, state: started}
users:
  base: template
  actions: [create, update, delete]
  filters:
    - {name: staff, all: [{attribute: department, operator: EQUALS, value: Sales}]}
  mappings:
    - {target: userName, source: mail, match: 1}
    - {target: title, source: jobTitle, default: Staff}
    - {target: nickName, expression: 'ToLower([mail])'}
  remove: [fax]
assign: {to: [{group: "${var.who}"}, {user: ann@contoso.com, role: Editor}]}
tests:
  - {name: one, user: {objectId: a}, expect: {action: create}}
environments:
  same:
  test:
    tenant: test.example
    variables: {who: {group: Testers}}
    app: {existing: {appId: x}}
    endpoint: {token: {env: TEST}}
    settings: {notify: null, state: stopped}
    users:
      actions: [create]
      filters:
        - {name: staff, all: [{attribute: department, operator: EQUALS, value: Test}]}
        - {name: more, all: [{attribute: city, operator: IS NOT NULL}]}
      mappings:
        - {target: title, constant: Tester}
        - {target: nickName, expression: null}
        - {target: locale, constant: en}
      remove: [pager]
    assign: {to: [{user: ann@contoso.com, role: Viewer}, {user: bob@contoso.com}]}
    tests:
      - {name: two, user: {objectId: a, mail: null}, expect: {action: skip}}
  bare: {users: null, assign: null, endpoint: {token: null}, settings: null, tests: null}
`

func TestOverlay(t *testing.T) {
	r := resolve(t, layered, Options{Environment: "test"})
	if r.Tenant.Value != "test.example" || r.App.Existing == nil || r.App.Existing.AppID != "x" || r.App.Template.Value != "" {
		t.Errorf("app: %+v", r.App)
	}
	if r.Endpoint.Token.Env != "TEST" || r.Endpoint.TokenHint != "" || r.Endpoint.URL.Value != "https://x.example/scim" {
		t.Errorf("the token is not replaced whole: %+v", r.Endpoint)
	}
	if diff := cmp.Diff(Settings{SyncAll: new(false), State: "stopped"}, r.Settings, values); diff != "" {
		t.Errorf("settings (-want +got)\n%s", diff)
	}
	want := &mapping.Desired{
		Source: mapping.User, Base: mapping.BaseTemplate, Actions: new(mapping.Create),
		Filters: &[]mapping.FilterGroup{
			{Name: "staff", Clauses: []mapping.FilterClause{{Attribute: text0("department"), Operator: text0("EQUALS"), Values: []string{"Test"}}}},
			{Name: "more", Clauses: []mapping.FilterClause{{Attribute: text0("city"), Operator: text0("IS NOT NULL")}}},
		},
		Mappings: []mapping.Attribute{
			{Target: text0("userName"), Source: text0("mail"), Match: 1},
			{Target: text0("title"), Kind: mapping.Constant, Source: text0("Tester"), Default: new("Staff"), Match: mapping.Unstated},
			{Target: text0("locale"), Kind: mapping.Constant, Source: text0("en"), Match: mapping.Unstated},
		},
		Remove: []diag.Text{text0("fax"), text0("pager")},
	}
	if diff := cmp.Diff(want, r.Users, values); diff != "" {
		t.Errorf("users (-want +got)\n%s", diff)
	}
	group := r.Lookups[0].ID
	if diff := cmp.Diff([]Assignment{{Group: group, Role: "User"}, {User: "ann@contoso.com", Role: "Viewer"}, {User: "bob@contoso.com", Role: "User"}}, r.Assign.To, values); diff != "" {
		t.Errorf("assign (-want +got)\n%s", diff)
	}
	if r.Lookups[0].Group != "Testers" {
		t.Errorf("lookup: %+v", r.Lookups)
	}
	if len(r.Tests) != 1 || r.Tests[0].Name != "two" || len(r.Tests[0].User) != 2 {
		t.Errorf("tests: %+v", r.Tests)
	}
}

// TestOverlayDeletes checks null, and that other environments are not touched.
func TestOverlayDeletes(t *testing.T) {
	bare := resolve(t, layered, Options{Environment: "bare"})
	if bare.Users != nil || bare.Assign != nil || bare.Tests != nil || !bare.Endpoint.Token.IsZero() || bare.Settings.State != "" {
		t.Errorf("%+v", bare)
	}
	same := resolve(t, layered, Options{Environment: "same"})
	if len(same.Users.Mappings) != 3 || same.Endpoint.Token.Env != "BASE" || same.Tests[0].Name != "one" || same.Lookups[0].Group != "Everyone" {
		t.Errorf("%+v", same)
	}
}

// TestOverlayLists checks lists whose items have no name, and items that null empties.
func TestOverlayLists(t *testing.T) {
	const source = prologue + `
users:
  base: keep
  filters: [{all: [{attribute: a, operator: IS NULL}]}]
  attributes:
    target: [{name: x, type: String}, {name: y, type: String, caseExact: true}]
    remove: [z]
  mappings: [{target: a, source: b, match: 1}, {target: c, source: d, default: e}]
assign: {to: [{group: G, role: R}]}
environments:
  test:
    users:
      filters: [{all: [{attribute: b, operator: IS NULL}]}]
      attributes: {target: [{name: x, type: null}, {name: y, type: null}], remove: []}
      mappings: [{target: a, source: null}, {target: c, source: null}]
    assign: {to: [{group: G, role: null}]}
`
	r := resolve(t, source, Options{Environment: "test"})
	want := &mapping.Desired{
		Source: mapping.User, Base: mapping.BaseKeep,
		TargetAttributes: []mapping.AttributeSpec{{Name: text0("y"), CaseExact: new(true)}},
		RemoveAttributes: []diag.Text{text0("z")},
		Filters:          &[]mapping.FilterGroup{{Clauses: []mapping.FilterClause{{Attribute: text0("b"), Operator: text0("IS NULL")}}}},
		Mappings:         []mapping.Attribute{{Target: text0("c"), Kind: mapping.DefaultOnly, Default: new("e"), Match: mapping.Unstated}},
	}
	if diff := cmp.Diff(want, r.Users, values); diff != "" {
		t.Errorf("users (-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]Assignment{{Group: "G", Role: "User"}}, r.Assign.To, values); diff != "" {
		t.Errorf("assign (-want +got)\n%s", diff)
	}
}

// TestConcurrent resolves one profile from several goroutines; the race detector
// looks on.
func TestConcurrent(t *testing.T) {
	file, _ := Load("p.yaml", []byte(layered))
	p := file.Profiles[0]
	var wg sync.WaitGroup
	for range 4 {
		for _, env := range p.Environments {
			wg.Go(func() {
				if r, list := p.Resolve(Options{Environment: env}); r == nil || list.HasErrors() {
					t.Errorf("%s: %v", env, list)
				}
			})
		}
	}
	wg.Wait()
}
