package server_test

import (
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

const enterprise = scim.EnterpriseUserSchema

func TestCreate(t *testing.T) {
	x := newTarget(t)
	a := x.do("POST", "/Users", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
		"id":"mine","externalId":"E-1","userName":"Ann@b.example","active":"True","DisplayName":"Ann \"Ünï\" O'Hara + \\","password":"hush",
		"emails":[{"Primary":"True","type":"work","value":"Ann@b.example"}],"meta":{"resourceType":"User","created":"1999-01-01T00:00:00Z"},
		"name":{"givenName":"Ann","familyName":null},"roles":[],"groups":[],"misspelt":"x","title":null,
		"urn:acme:2.0:User":{"badge":7,"none":null,"deep":{}}}`).want(201)
	for path, want := range map[string]string{
		"id": `"u-1"`, "externalId": `"E-1"`, "userName": `"Ann@b.example"`, "active": "true",
		"displayName": `"Ann \"Ünï\" O'Hara + \\"`, "password": "", "misspelt": "", "title": "", "roles": "", "groups": "",
		"emails": `{"primary":true,"type":"work","value":"Ann@b.example"}`, "name": `{"givenName":"Ann"}`,
		"meta.created": `"2026-01-02T03:04:07.000Z"`, "meta.lastModified": `"2026-01-02T03:04:07.000Z"`, "meta.resourceType": `"User"`,
		"meta.location": `"https://scim.example/Users/u-1"`, "meta.version": `"W/\"1\""`,
		"schemas": `"urn:ietf:params:scim:schemas:core:2.0:User" "urn:acme:2.0:User"`, "urn:acme:2.0:User": `{"badge":7}`,
	} {
		if got := a.at(path); got != want {
			t.Errorf("%s = %s, want %s", path, got, want)
		}
	}
	if l := a.header.Get("Location"); l != "https://scim.example/Users/u-1" {
		t.Errorf("Location %q", l)
	}
	if e := a.header.Get("ETag"); e != `W/"1"` {
		t.Errorf("ETag %q", e)
	}
	if again := x.do("GET", "/Users/u-1", "").want(200); again.raw != a.raw {
		t.Errorf("GET differs from POST:\n%s\n%s", again.raw, a.raw)
	}
	x.do("POST", "/Users", userHead+`"userName":"ANN@B.EXAMPLE"}`).wantError(409, scim.Uniqueness)
	x.do("POST", "/Users", userHead+`"userName":"Ann@b.example"}`).wantError(409, scim.Uniqueness)
	// The second attempt failed as well, and nothing was left behind.
	if got := x.do("GET", "/Users", "").at("totalResults"); got != "1" {
		t.Errorf("totalResults = %s", got)
	}
}

func TestCreateRefuses(t *testing.T) {
	x := newTarget(t, func(o *server.Options) { o.MaxBody = 4000 })
	tests := []struct {
		name, path, body string
		status           int
		scimType         string
	}{
		{"no userName", "/Users", userHead + `"active":true}`, 400, scim.InvalidValue},
		{"blank userName", "/Users", userHead + `"userName":"  "}`, 400, scim.InvalidValue},
		{"null userName", "/Users", userHead + `"userName":null}`, 400, scim.InvalidValue},
		{"malformed", "/Users", `{"userName":`, 400, scim.InvalidSyntax},
		{"array", "/Users", `[]`, 400, scim.InvalidSyntax},
		{"empty", "/Users", ``, 400, scim.InvalidSyntax},
		{"duplicate name", "/Users", userHead + `"userName":"a","username":"b"}`, 400, scim.InvalidSyntax},
		{"no schemas", "/Users", `{"userName":"a"}`, 400, scim.InvalidSyntax},
		{"wrong schemas", "/Users", groupHead + `"userName":"a"}`, 400, scim.InvalidSyntax},
		{"schemas no array", "/Users", `{"schemas":"x","userName":"a"}`, 400, scim.InvalidSyntax},
		{"number for text", "/Users", userHead + `"userName":"a","title":5}`, 400, scim.InvalidValue},
		{"text for complex", "/Users", userHead + `"userName":"a","name":"b"}`, 400, scim.InvalidValue},
		{"word for boolean", "/Users", userHead + `"userName":"a","active":"yes"}`, 400, scim.InvalidValue},
		{"object for text", "/Users", userHead + `"userName":{"a":"b"}}`, 400, scim.InvalidValue},
		{"array for text", "/Users", userHead + `"userName":["a","b"]}`, 400, scim.InvalidValue},
		{"number for element", "/Users", userHead + `"userName":"a","emails":[1]}`, 400, scim.InvalidValue},
		{"number in element", "/Users", userHead + `"userName":"a","emails":[{"value":1}]}`, 400, scim.InvalidValue},
		{"two primaries", "/Users", userHead + `"userName":"a","emails":[{"value":"a","primary":true},{"value":"b","primary":"true"}]}`, 400, scim.InvalidValue},
		{"no base64", "/Users", userHead + `"userName":"a","x509Certificates":[{"value":"%%"}]}`, 400, scim.InvalidValue},
		{"number in enterprise", "/Users", userHead + `"userName":"a","` + enterprise + `":{"department":1}}`, 400, scim.InvalidValue},
		{"too long", "/Users", userHead + `"userName":"` + strings.Repeat("a", 4000) + `"}`, 413, ""},
		{"group without name", "/Groups", groupHead + `"externalId":"x"}`, 400, scim.InvalidValue},
		{"unknown member", "/Groups", groupHead + `"displayName":"g","members":[{"value":"nobody"}]}`, 400, scim.InvalidValue},
		{"member without value", "/Groups", groupHead + `"displayName":"g","members":[{"display":"x"}]}`, 400, scim.InvalidValue},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := &target{t: t, handler: x.handler}
			x.do("POST", tt.path, tt.body).wantError(tt.status, tt.scimType)
		})
	}
	if s := x.server.State(); len(s.Users)+len(s.Groups) != 0 {
		t.Errorf("refused requests left %v", s)
	}
}

func TestExtensionsOption(t *testing.T) {
	x := newTarget(t, func(o *server.Options) {
		o.Extensions = []string{"urn:ietf:params:scim:schemas:extension:IDmelon:2.0:User", "urn:ietf:params:scim:schemas:extension:klaxoon:2.0:Group"}
	})
	a := x.do("POST", "/Users", userHead+`"userName":"a","URN:ietf:params:scim:schemas:extension:idmelon:2.0:user":{"immutable_id":"x"},"`+enterprise+`":{"manager":{"value":"m"}}}`).want(201)
	if got := a.at(enterprise + ":manager"); got != `{"value":"m"}` {
		t.Errorf("manager = %s", got)
	}
	x.do("POST", "/Users", userHead+`"userName":"b","urn:acme:2.0:User":{"x":1}}`).wantError(400, scim.InvalidValue)
	x.do("POST", "/Users", userHead+`"userName":"b","urn:ietf:params:scim:schemas:extension:klaxoon:2.0:Group":{"license":"true"}}`).wantError(400, scim.InvalidValue)
	x.group(`"displayName":"g","urn:ietf:params:scim:schemas:extension:klaxoon:2.0:Group":{"license":"true"}`)
	// Naming a schema without data is no use of it.
	x.do("POST", "/Users", `{"schemas":["`+scim.UserSchema+`","urn:acme:2.0:User"],"userName":"c"}`).want(201)
	x.patch("/Users/u-1", `{"op":"Add","path":"urn:acme:2.0:User:x","value":"1"}`).wantError(400, scim.InvalidValue)
}

func TestPut(t *testing.T) {
	x := newTarget(t)
	id := x.user(`"userName":"ann","title":"Clerk","active":false,"emails":[{"type":"work","value":"a@b"}]`)
	x.user(`"userName":"bob"`)
	x.group(`"displayName":"g","members":[{"value":"u-1"}]`)
	a := x.do("GET", "/Users/"+id, "").want(200)
	// Okta reads, changes one value and puts everything back.
	back := strings.Replace(a.raw, `"title":"Clerk"`, `"title":"Boss","password":"x"`, 1)
	b := x.do("PUT", "/Users/"+id, back).want(200)
	if got := b.at("title") + b.at("active") + b.at("groups.value"); got != `"Boss"false"u-3"` {
		t.Errorf("after PUT: %s", b.raw)
	}
	c := x.do("PUT", "/Users/"+id, userHead+`"userName":"ann","active":true}`).want(200)
	if c.at("title") != "" || c.at("emails") != "" || c.at("active") != "true" || c.at("id") != `"u-1"` {
		t.Errorf("what was not sent is still assigned: %s", c.raw)
	}
	x.do("PUT", "/Users/"+id, userHead+`"active":true}`).wantError(400, scim.InvalidValue)
	x.do("PUT", "/Users/"+id, userHead+`"userName":"BOB"}`).wantError(409, scim.Uniqueness)
	x.do("PUT", "/Users/"+id, userHead+`"userName":"ANN"}`).want(200)
	x.do("PUT", "/Users/nobody", userHead+`"userName":"new"}`).want(404)
	if got := x.do("GET", "/Users", "").names(); got != "ANN bob" {
		t.Errorf("users: %s", got)
	}
}

func TestDelete(t *testing.T) {
	x := newTarget(t)
	x.user(`"userName":"ann"`)
	x.user(`"userName":"bob"`)
	x.group(`"displayName":"g","members":[{"value":"u-1"},{"value":"u-2"}]`)
	x.group(`"displayName":"h","members":[{"value":"u-1"},{"value":"u-3"}]`)
	if a := x.do("DELETE", "/Users/u-1", "").want(204); a.raw != "" {
		t.Errorf("a body: %s", a.raw)
	}
	x.do("DELETE", "/Users/u-1", "").want(404)
	x.do("GET", "/Users/u-1", "").want(404)
	x.do("PUT", "/Users/u-1", userHead+`"userName":"ann"}`).want(404)
	x.patch("/Users/u-1", `{"op":"replace","path":"title","value":"x"}`).want(404)
	if got := x.do("GET", "/Groups/u-3", "").at("members.value"); got != `"u-2"` {
		t.Errorf("members of g: %s", got)
	}
	x.do("DELETE", "/Groups/u-3", "").want(204)
	if a := x.do("GET", "/Groups/u-4", ""); a.at("members") != "" || a.at("meta.version") != `"W/\"3\""` {
		t.Errorf("h: %s", a.raw)
	}
	x.do("GET", "/Users/u-2", "").want(200)
	x.do("DELETE", "/Groups/u-3", "").want(404)
	x.do("DELETE", "/Users/u-4", "").want(404) // a group is no user
	if id := x.user(`"userName":"ann"`); id != "u-5" {
		t.Errorf("re-created as %s", id)
	}
}

func TestDisabledUsersStay(t *testing.T) {
	x := newTarget(t)
	x.user(`"userName":"ann","active":false`)
	if got := x.query("/Users", `userName eq "ann"`).names(); got != "ann" {
		t.Errorf("filter finds %q", got)
	}
	if got := x.do("GET", "/Users/u-1", "").at("active"); got != "false" {
		t.Errorf("active = %s", got)
	}
	x.do("POST", "/Users", userHead+`"userName":"ann","active":true}`).wantError(409, scim.Uniqueness)
}

func TestVersions(t *testing.T) {
	x := newTarget(t)
	x.user(`"userName":"ann"`)
	x.do("GET", "/Users/u-1", "", `If-None-Match: W/"1"`).want(304)
	x.do("GET", "/Users/u-1", "", `If-None-Match: W/"0", "1"`).want(304)
	x.do("GET", "/Users/u-1", "", `If-None-Match: W/"2"`).want(200)
	const rename = patchHead + `{"op":"replace","path":"title","value":"x"}]}`
	x.do("PATCH", "/Users/u-1", rename, `If-Match: W/"7"`).want(412)
	a := x.do("PATCH", "/Users/u-1", rename, `If-Match: W/"1"`).want(200)
	if a.header.Get("ETag") != `W/"2"` || a.at("meta.version") != `"W/\"2\""` {
		t.Errorf("version: %v %s", a.header, a.raw)
	}
	b := x.do("PATCH", "/Users/u-1", rename, `If-Match: *`).want(200)
	if b.raw != a.raw {
		t.Errorf("a change to the same value changed something:\n%s\n%s", a.raw, b.raw)
	}
	x.do("PUT", "/Users/u-1", userHead+`"userName":"ann"}`, `If-Match: W/"1"`).want(412)
	x.do("DELETE", "/Users/u-1", "", `If-Match: W/"1"`).want(412)
	// Joining a group changes what the user's GET answers, and so its version.
	x.group(`"displayName":"g","members":[{"value":"u-1"}]`)
	x.do("GET", "/Users/u-1", "", `If-None-Match: W/"2"`).want(200)
	x.do("DELETE", "/Users/u-1", "", "If-Match: "+x.do("GET", "/Users/u-1", "").header.Get("ETag")).want(204)
}
