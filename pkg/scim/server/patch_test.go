package server_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/scim"
)

// TestPatchUser applies operations to a user and looks at what is there then.
func TestPatchUser(t *testing.T) {
	const (
		dept = enterprise + ":department"
		mgr  = enterprise + ":manager"
		acme = "urn:ietf:params:scim:schemas:extension:Acme:2.0:User"
	)
	tests := []struct {
		name, operations, path, want string
	}{
		{"replace, capital op", `{"op":"Replace","path":"title","value":"x"}`, "title", `"x"`},
		{"replace, upper op", `{"op":"REPLACE","path":"title","value":"x"}`, "title", `"x"`},
		{"add a sub-attribute", `{"op":"Add","path":"name.middleName","value":"M"}`, "name", `{"givenName":"Ann","middleName":"M"}`},
		{"add a parent too", `{"op":"Add","path":"` + dept + `","value":"Ops"}`, enterprise, `{"department":"Ops"}`},
		{"path in odd case", `{"op":"Add","path":"NAME.GIVENNAME","value":"x"}`, "name", `{"givenName":"x"}`},
		{"core URN in front", `{"op":"Replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:displayName","value":"x"}`, "displayName", `"x"`},
		{"disable, text", `{"op":"Replace","path":"active","value":"False"}`, "active", "false"},
		{"disable, small text", `{"op":"Replace","path":"active","value":"false"}`, "active", "false"},
		{"disable, boolean", `{"op":"replace","path":"active","value":false}`, "active", "false"},
		{"disable, Okta", `{"op":"replace","value":{"active":false}}`, "active", "false"},
		{"value path of an element there", `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"n@b"}`, "emails", `{"type":"work","value":"n@b","primary":true} {"type":"home","value":"h@b"}`},
		{"value path of an absent element", `{"op":"Replace","path":"emails[type eq \"other\"].value","value":"o@b"}`, `emails[type eq "other"]`, `{"type":"other","value":"o@b"}`},
		{"several build one element", `{"op":"Add","path":"addresses[type eq \"work\"].country","value":"FR"},{"op":"Add","path":"addresses[type eq \"work\"].locality","value":"Nice"}`, "addresses", `{"type":"work","country":"FR","locality":"Nice"}`},
		{"role by text boolean, absent", `{"op":"Add","path":"roles[primary eq \"True\"].value","value":"Admin"}`, "roles", `{"primary":true,"value":"Admin"}`},
		{"role by text boolean, there", `{"op":"Add","path":"roles[primary eq \"True\"].value","value":"Admin"},{"op":"Replace","path":"roles[primary eq \"True\"].value","value":"Reader"},{"op":"Add","path":"roles[primary eq \"True\"].display","value":"R"}`, "roles", `{"primary":true,"value":"Reader","display":"R"}`},
		{"role as JSON text", `{"op":"Add","path":"roles","value":"{\"id\":\"r\",\"value\":\"Admin\",\"displayName\":\"A\"}"}`, "roles", `{"value":"Admin","display":"A"}`},
		{"role as JSON text in an element", `{"op":"Add","path":"roles","value":[{"value":"{\"id\":\"r\",\"value\":\"Admin\",\"displayName\":\"A\"}"}]}`, "roles", `{"value":"Admin","display":"A"}`},
		{"dotted keys", `{"op":"replace","value":{"displayName":"x","name.givenName":"G","name.familyName":"F","` + dept + `":"D"}}`, "name", `{"givenName":"G","familyName":"F"}`},
		{"URN key", `{"op":"replace","value":{"` + dept + `":"D","` + acme + `:badge":"7"}}`, enterprise, `{"department":"D"}`},
		{"key of another extension", `{"op":"replace","value":{"` + acme + `:badge":"7"}}`, acme, `{"badge":"7"}`},
		{"extension object as key", `{"op":"add","value":{"` + enterprise + `":{"department":"D","division":"V"}}}`, enterprise, `{"department":"D","division":"V"}`},
		{"extension as path", `{"op":"add","path":"` + enterprise + `","value":{"department":"D"}}`, enterprise, `{"department":"D"}`},
		{"manager as array", `{"op":"Add","path":"` + mgr + `","value":[{"$ref":null,"value":"m-1"}]}`, mgr, `{"value":"m-1"}`},
		{"manager as object", `{"op":"Add","path":"` + mgr + `","value":{"value":"m-1"}}`, mgr, `{"value":"m-1"}`},
		{"manager as text", `{"op":"Add","path":"` + mgr + `","value":"m-1"}`, mgr, `{"value":"m-1"}`},
		{"manager changed", `{"op":"Add","path":"` + mgr + `","value":"m-1"},{"op":"Replace","path":"` + mgr + `","value":[{"value":"m-2"}]}`, mgr, `{"value":"m-2"}`},
		{"manager cleared by empty text", `{"op":"Add","path":"` + mgr + `","value":"m-1"},{"op":"Replace","path":"` + mgr + `","value":""}`, mgr, ""},
		{"manager cleared by empty value", `{"op":"Add","path":"` + mgr + `","value":"m-1"},{"op":"Replace","path":"` + mgr + `","value":{"value":""}}`, enterprise, ""},
		{"manager removed", `{"op":"Add","path":"` + mgr + `","value":"m-1"},{"op":"Remove","path":"` + mgr + `"}`, enterprise, ""},
		{"remove, add, replace: the last wins", `{"op":"remove","path":"title"},{"op":"add","path":"title","value":"a"},{"op":"replace","path":"title","value":"b"}`, "title", `"b"`},
		{"remove is absent, not empty", `{"op":"remove","path":"displayName"}`, "displayName", ""},
		{"null unassigns", `{"op":"replace","path":"displayName","value":null}`, "displayName", ""},
		{"remove an element", `{"op":"remove","path":"emails[type eq \"home\"]"}`, "emails.value", `"a@b"`},
		{"remove a sub-attribute of an element", `{"op":"remove","path":"emails[type eq \"work\"].primary"}`, `emails[type eq "work"]`, `{"type":"work","value":"a@b"}`},
		{"remove all", `{"op":"remove","path":"emails"}`, "emails", ""},
		{"remove what is not there", `{"op":"remove","path":"phoneNumbers[type eq \"work\"]"}`, "phoneNumbers", ""},
		{"primary moves", `{"op":"add","path":"emails","value":[{"type":"other","value":"p@b","primary":true}]}`, "emails[primary eq true].value", `"p@b"`},
		{"primary moves by path", `{"op":"replace","path":"emails[type eq \"home\"].primary","value":"True"}`, "emails[primary eq true].value", `"h@b"`},
		{"replace the whole list", `{"op":"replace","path":"emails","value":[{"value":"x@b"}]}`, "emails", `{"value":"x@b"}`},
		{"replace an element", `{"op":"replace","path":"emails[type eq \"home\"]","value":{"value":"z@b"}}`, `emails[type eq "home"]`, `{"type":"home","value":"z@b"}`},
		{"add what is there", `{"op":"add","path":"emails","value":[{"type":"work","value":"a@b"}]}`, "emails.value", `"a@b" "h@b"`},
		{"unknown attribute", `{"op":"add","path":"misspelt","value":"x"}`, "misspelt", ""},
		{"no operations", ``, "title", `"Clerk"`},
		{"password", `{"op":"replace","path":"password","value":"x"}`, "password", ""},
		{"same id", `{"op":"replace","path":"id","value":"u-1"}`, "id", `"u-1"`},
		{"id in a path-less value", `{"op":"replace","value":{"id":"other","title":"x"}}`, "id", `"u-1"`},
		{"userName", `{"op":"Replace","path":"userName","value":"ann2"}`, "userName", `"ann2"`},
		{"path-less userName", `{"op":"replace","value":{"userName":"ann2"}}`, "userName", `"ann2"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := newTarget(t)
			x.user(`"userName":"ann","title":"Clerk","displayName":"Ann","name":{"givenName":"Ann"},"active":true,
				"emails":[{"type":"work","value":"a@b","primary":true},{"type":"home","value":"h@b"}]`)
			a := x.patch("/Users/u-1", tt.operations).want(200)
			if got := a.at(tt.path); got != tt.want {
				t.Errorf("%s = %s, want %s", tt.path, got, tt.want)
			}
			if again := x.do("GET", "/Users/u-1", ""); again.raw != a.raw {
				t.Errorf("GET differs from the answer:\n%s\n%s", again.raw, a.raw)
			}
		})
	}
}

func TestPatchRefuses(t *testing.T) {
	x := newTarget(t)
	x.user(`"userName":"ann","title":"Clerk"`)
	x.user(`"userName":"bob"`)
	before := x.do("GET", "/Users/u-1", "").raw
	const good = `{"op":"replace","path":"title","value":"changed"},`
	tests := []struct {
		name, operations string
		status           int
		scimType         string
	}{
		{"unknown op", `{"op":"move","path":"title","value":"x"}`, 400, scim.InvalidSyntax},
		{"no op", `{"path":"title","value":"x"}`, 400, scim.InvalidSyntax},
		{"op no object", `1`, 400, scim.InvalidSyntax},
		{"no value", `{"op":"replace","path":"title"}`, 400, scim.InvalidSyntax},
		{"no path, no value", `{"op":"add"}`, 400, scim.InvalidSyntax},
		{"no path, text", `{"op":"add","value":"x"}`, 400, scim.InvalidSyntax},
		{"remove nothing", `{"op":"remove"}`, 400, scim.NoTarget},
		{"bad path", `{"op":"add","path":"emails[type","value":"x"}`, 400, scim.InvalidPath},
		{"path no text", `{"op":"add","path":7,"value":"x"}`, 400, scim.InvalidPath},
		{"bad key", `{"op":"add","value":{"a b":"x"}}`, 400, scim.InvalidPath},
		{"filter that makes no element", `{"op":"add","path":"emails[type ne \"work\"].value","value":"x"}`, 400, scim.NoTarget},
		{"read-only", `{"op":"replace","path":"id","value":"x"}`, 400, scim.Mutability},
		{"read-only groups", `{"op":"add","path":"groups","value":[{"value":"g"}]}`, 400, scim.Mutability},
		{"read-only meta", `{"op":"replace","path":"meta.created","value":"x"}`, 400, scim.Mutability},
		{"required", `{"op":"remove","path":"userName"}`, 400, scim.Mutability},
		{"empty required", `{"op":"replace","path":"userName","value":""}`, 400, scim.InvalidValue},
		{"number for text", `{"op":"replace","path":"title","value":5}`, 400, scim.InvalidValue},
		{"text for complex", `{"op":"replace","path":"name","value":"x"}`, 400, scim.InvalidValue},
		{"word for boolean", `{"op":"replace","path":"active","value":"off"}`, 400, scim.InvalidValue},
		{"two managers", `{"op":"add","path":"` + enterprise + `:manager","value":[{"value":"a"},{"value":"b"}]}`, 400, scim.InvalidValue},
		{"taken name", `{"op":"replace","path":"userName","value":"BOB"}`, 409, scim.Uniqueness},
		{"sub-attribute of a text", `{"op":"add","path":"title.value","value":"x"}`, 400, scim.InvalidPath},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := &target{t: t, handler: x.handler}
			// A good operation in front shows that all or nothing is done.
			x.patch("/Users/u-1", good+tt.operations).wantError(tt.status, tt.scimType)
			if after := x.do("GET", "/Users/u-1", "").raw; after != before {
				t.Errorf("the user changed:\n%s\n%s", before, after)
			}
		})
	}
	x.do("PATCH", "/Users/u-1", `{"Operations":[]}`).wantError(400, scim.InvalidSyntax)
	x.do("PATCH", "/Users/u-1", `{"schemas":["`+scim.PatchOpSchema+`"]}`).wantError(400, scim.InvalidSyntax)
	x.do("PATCH", "/Users/u-1", `{"schemas":["`+scim.PatchOpSchema+`"],"Operations":{}}`).wantError(400, scim.InvalidSyntax)
}

// TestPatchGroup changes a group g of three users and looks at it.
func TestPatchGroup(t *testing.T) {
	tests := []struct {
		name, operations, path, want string
	}{
		{"rename", `{"op":"Replace","path":"displayName","value":"x"}`, "displayName", `"x"`},
		{"rename without path", `{"op":"replace","value":{"displayName":"x"}}`, "displayName", `"x"`},
		{"rename, Okta", `{"op":"replace","value":{"id":"u-4","displayName":"x"}}`, "displayName", `"x"`},
		{"external id", `{"op":"replace","value":{"externalId":"x"}}`, "externalId", `"x"`},
		{"add with null reference", `{"op":"Add","path":"members","value":[{"$ref":null,"value":"u-3"}]}`, "members.value", `"u-1" "u-2" "u-3"`},
		{"add twice", `{"op":"Add","path":"members","value":[{"$ref":null,"value":"u-2"},{"value":"u-3"},{"value":"u-3"}]}`, "members.value", `"u-1" "u-2" "u-3"`},
		{"add an object", `{"op":"add","path":"members","value":{"value":"u-3"}}`, "members.value", `"u-1" "u-2" "u-3"`},
		{"add a text", `{"op":"add","path":"members","value":"u-3"}`, "members.value", `"u-1" "u-2" "u-3"`},
		{"add with display and type", `{"op":"add","path":"members","value":[{"value":"u-3","display":"C","type":"User"}]}`, `members[value eq "u-3"].display`, `"C"`},
		{"add without path", `{"op":"add","value":{"members":[{"value":"u-3"}]}}`, "members.value", `"u-1" "u-2" "u-3"`},
		{"add by value path", `{"op":"add","path":"members[value eq \"u-3\"].display","value":"C"}`, "members.value", `"u-1" "u-2" "u-3"`},
		{"replace all", `{"op":"replace","path":"members","value":[{"value":"u-3"},{"value":"u-3"}]}`, "members.value", `"u-3"`},
		{"replace by none", `{"op":"replace","path":"members","value":[]}`, "members", ""},
		{"remove with array", `{"op":"Remove","path":"members","value":[{"$ref":null,"value":"u-1"}]}`, "members.value", `"u-2"`},
		{"remove with object", `{"op":"Remove","path":"members","value":{"value":"u-1"}}`, "members.value", `"u-2"`},
		{"remove with text", `{"op":"Remove","path":"members","value":"u-1"}`, "members.value", `"u-2"`},
		{"remove with empty array", `{"op":"Remove","path":"members","value":[]}`, "members.value", `"u-1" "u-2"`},
		{"remove by filter", `{"op":"remove","path":"members[value eq \"u-1\"]"}`, "members.value", `"u-2"`},
		{"remove all", `{"op":"remove","path":"members"}`, "members", ""},
		{"remove a stranger", `{"op":"Remove","path":"members","value":[{"value":"nobody"}]}`, "members.value", `"u-1" "u-2"`},
		{"remove a stranger by filter", `{"op":"remove","path":"members[value eq \"nobody\"]"}`, "members.value", `"u-1" "u-2"`},
		{"add, then remove", `{"op":"add","path":"members","value":[{"value":"u-3"}]},{"op":"remove","path":"members[value eq \"u-3\"]"}`, "members.value", `"u-1" "u-2"`},
		{"unrelated path", `{"op":"replace","path":"name","value":{"formatted":"x"}},{"op":"Replace","path":"displayName","value":"x"}`, "displayName", `"x"`},
		{"nested group", `{"op":"add","path":"members","value":[{"value":"u-5"}]}`, `members[value eq "u-5"].type`, `"Group"`},
		{"extension", `{"op":"Add","path":"urn:ietf:params:scim:schemas:extension:klaxoon:2.0:Group:license","value":"true"}`, "urn:ietf:params:scim:schemas:extension:klaxoon:2.0:Group", `{"license":"true"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := newTarget(t)
			for _, name := range []string{"ann", "bob", "cal"} {
				x.user(`"userName":"` + name + `"`)
			}
			x.group(`"displayName":"g","members":[{"value":"u-1"},{"value":"u-2"}]`)
			x.group(`"displayName":"other"`)
			if a := x.patch("/Groups/u-4", tt.operations).want(204); a.raw != "" {
				t.Errorf("204 with a body: %s", a.raw)
			}
			a := x.do("GET", "/Groups/u-4", "").want(200)
			if got := a.at(tt.path); got != tt.want {
				t.Errorf("%s = %s, want %s", tt.path, got, tt.want)
			}
		})
	}
}

func TestPatchGroupRefuses(t *testing.T) {
	x := newTarget(t)
	x.user(`"userName":"ann"`)
	x.group(`"displayName":"g","members":[{"value":"u-1"}]`)
	x.group(`"displayName":"h"`)
	x.patch("/Groups/u-2", `{"op":"add","path":"members","value":[{"value":"nobody"}]}`).wantError(400, scim.InvalidValue)
	x.patch("/Groups/u-2", `{"op":"replace","path":"displayName","value":"H"}`).wantError(409, scim.Uniqueness)
	x.patch("/Groups/u-2", `{"op":"remove","path":"displayName"}`).wantError(400, scim.Mutability)
	if got := x.do("GET", "/Groups/u-2", ""); got.at("members.value")+got.at("displayName") != `"u-1""g"` {
		t.Errorf("the group changed: %s", got.raw)
	}
	if a := x.do("PATCH", "/Groups/u-2?attributes=displayName", patchHead+`{"op":"replace","path":"displayName","value":"G"}]}`).want(200); a.at("displayName") != `"G"` || a.at("members") != "" {
		t.Errorf("with attributes: %s", a.raw)
	}
}

func TestMembership(t *testing.T) {
	x := newTarget(t)
	x.user(`"userName":"ann"`)
	x.group(`"displayName":"g","members":[{"value":"u-1"}]`)
	x.group(`"displayName":"h","members":["u-1"]`)
	const want = `{"value":"u-2","$ref":"https://scim.example/Groups/u-2","display":"g","type":"direct"} {"value":"u-3","$ref":"https://scim.example/Groups/u-3","display":"h","type":"direct"}`
	if got := x.do("GET", "/Users/u-1", "").at("groups"); got != want {
		t.Errorf("groups = %s", got)
	}
	if got := x.do("GET", "/Groups/u-2", "").at("members"); got != `{"value":"u-1","$ref":"https://scim.example/Users/u-1","type":"User"}` {
		t.Errorf("members = %s", got)
	}
	if got := x.query("/Users", `groups.value eq "u-3"`).names(); got != "ann" {
		t.Errorf("filter on groups finds %q", got)
	}
	x.patch("/Groups/u-2", `{"op":"remove","path":"members","value":[{"value":"u-1"}]}`).want(204)
	if got := x.do("GET", "/Users/u-1", "").at("groups.display"); got != `"h"` {
		t.Errorf("groups = %s", got)
	}
	if got := len(x.server.State().Users[0].Lookup(scim.Path{Attribute: "groups"})); got != 0 {
		t.Errorf("the state stores %d groups in the user", got)
	}
}

// TestManyMembers adds members in batches, none of which may get lost.
func TestManyMembers(t *testing.T) {
	x := newTarget(t)
	const users, batch = 1000, 100
	for i := range users {
		x.user(fmt.Sprintf(`"userName":"user%d"`, i))
	}
	x.group(`"displayName":"g"`)
	path := fmt.Sprintf("/Groups/u-%d", users+1)
	for first := 1; first <= users; first += batch {
		var members []string
		for i := first; i < first+batch; i++ {
			members = append(members, fmt.Sprintf(`{"$ref":null,"value":"u-%d"}`, i))
		}
		x.patch(path, `{"op":"Add","path":"members","value":[`+strings.Join(members, ",")+`]}`).want(204)
	}
	v, _ := x.do("GET", path, "").body.Get("members")
	if got := len(v.([]any)); got != users {
		t.Errorf("%d members, want %d", got, users)
	}
}
