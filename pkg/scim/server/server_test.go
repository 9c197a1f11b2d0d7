package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

func TestAuthorization(t *testing.T) {
	x := newTarget(t, func(o *server.Options) { o.Token = "s3cret" })
	for _, header := range []string{"X: y", "Authorization: Bearer wrong", "Authorization: Bearer", "Authorization: Basic s3cret", "Authorization: s3cret"} {
		a := x.do("GET", "/Users", "", header).want(401)
		if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer realm=") || strings.Contains(a.raw, "s3cret") {
			t.Errorf("%s: %v %s", header, a.header, a.raw)
		}
	}
	x.do("GET", "/nowhere", "").want(401)
	x.do("GET", "/Users", "", "Authorization: Bearer s3cret").want(200)
	x.do("GET", "/Users", "", "Authorization: bearer s3cret").want(200)
}

func TestAddressesAndMethods(t *testing.T) {
	x := newTarget(t)
	x.user(`"userName":"ann"`)
	tests := []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/", 404, ""},
		{"GET", "/users", 404, ""},
		{"GET", "/Users/", 200, ""},
		{"GET", "/Users/u-1/", 200, ""},
		{"GET", "/Users/u-1/title", 404, ""},
		{"GET", "//Users", 200, ""},
		{"GET", "/Users//u-1", 404, ""},
		{"GET", "/x/../Users", 404, ""},
		{"HEAD", "/Users", 200, ""},
		{"HEAD", "/Users/u-1", 200, ""},
		{"OPTIONS", "/Users", 204, "GET, HEAD, OPTIONS, POST"},
		{"OPTIONS", "/Users/u-1", 204, "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"},
		{"DELETE", "/Users", 405, "GET, HEAD, OPTIONS, POST"},
		{"PUT", "/Groups", 405, "GET, HEAD, OPTIONS, POST"},
		{"POST", "/Users/u-1", 405, "DELETE, GET, HEAD, OPTIONS, PATCH, PUT"},
		{"POST", "/Schemas", 405, "GET, HEAD, OPTIONS"},
		{"DELETE", "/ServiceProviderConfig", 405, "GET, HEAD, OPTIONS"},
		{"PATCH", "/ResourceTypes/User", 405, "GET, HEAD, OPTIONS"},
		{"POST", "/Bulk", 501, ""},
		{"GET", "/Me", 501, ""},
		{"POST", "/.search", 501, ""},
		{"POST", "/Users/.search", 501, ""},
		{"GET", "/Users/nobody", 404, ""},
		{"GET", "/Users/6f9619ff-8b86-4011-b42d-00cf4fc964ff", 404, ""},
		{"GET", "/Users/a%20b%2Fc%25@", 404, ""},
		{"GET", "/Groups/u-1", 404, ""},
	}
	for _, tt := range tests {
		t.Run(tt.method+tt.path, func(t *testing.T) {
			x := &target{t: t, handler: x.handler}
			a := x.do(tt.method, tt.path, "")
			if tt.method == "HEAD" {
				if a.status != tt.status {
					t.Fatalf("status %d", a.status)
				}
				return
			}
			if got := a.want(tt.status).header.Get("Allow"); got != tt.allow {
				t.Errorf("Allow %q, want %q", got, tt.allow)
			}
		})
	}
}

func TestOddIDs(t *testing.T) {
	ids := []string{"a b/c%25@é", "..", "x?y#z"}
	x := newTarget(t, func(o *server.Options) {
		o.NewID = func() string {
			id := ids[0]
			ids = append(ids[1:], id)
			return id
		}
	})
	for i := range 3 {
		a := x.do("POST", "/Users", fmt.Sprintf(userHead+`"userName":"u%d"}`, i)).want(201)
		location := strings.TrimPrefix(a.header.Get("Location"), "https://scim.example")
		location = strings.Replace(location, "/..", "/%2E%2E", 1)
		if b := x.do("GET", location, "").want(200); b.body.ID() != a.body.ID() {
			t.Errorf("GET %s answers %q", location, b.body.ID())
		}
	}
	// The source has nothing new any more.
	x.do("POST", "/Users", userHead+`"userName":"u4"}`).want(500)
}

func TestContentTypes(t *testing.T) {
	x := newTarget(t)
	for i, contentType := range []string{"application/scim+json", "application/json", "application/scim+json; charset=utf-8", `application/json;charset="UTF-8"`, "APPLICATION/JSON", ""} {
		body := fmt.Sprintf(userHead+`"userName":"u%d"}`, i)
		if a := x.do("POST", "/Users", body, "Content-Type: "+contentType).want(201); a.header.Get("Content-Type") != scim.ContentType {
			t.Errorf("answer of type %s", a.header.Get("Content-Type"))
		}
	}
	for _, header := range []string{"Content-Type: text/plain", "Content-Type: application/x-www-form-urlencoded", "Content-Type: application/json; charset=latin1", "Content-Type: ;", "Content-Encoding: gzip"} {
		x.do("POST", "/Users", userHead+`"userName":"x"}`, header).want(415)
	}
}

func TestDiscovery(t *testing.T) {
	x := newTarget(t, func(o *server.Options) {
		o.Extensions = []string{"urn:ietf:params:scim:schemas:extension:IDmelon:2.0:User", "urn:ietf:params:scim:schemas:extension:klaxoon:2.0:Group", enterprise}
	})
	config := x.do("GET", "/ServiceProviderConfig", "").want(200)
	for path, want := range map[string]string{
		"schemas": `"urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"`, "patch.supported": "true", "bulk.supported": "false",
		"filter.maxResults": "1000", "sort.supported": "false", "etag.supported": "true", "authenticationSchemes.type": `"oauthbearertoken"`,
		"meta.location": `"https://scim.example/ServiceProviderConfig"`,
	} {
		if got := config.at(path); got != want {
			t.Errorf("config %s = %s, want %s", path, got, want)
		}
	}
	schemas := x.do("GET", "/Schemas", "").want(200)
	known := strings.Fields(schemas.at("Resources.id"))
	types := x.do("GET", "/ResourceTypes", "").want(200)
	if got := types.at("Resources.endpoint"); got != `"/Users" "/Groups"` {
		t.Errorf("endpoints %s", got)
	}
	v, _ := types.body.Get("Resources")
	for _, item := range v.([]any) {
		typ := item.(*scim.Object)
		named := typ.Lookup(scim.Path{Attribute: "schemaExtensions", Sub: "schema"})
		for _, urn := range append(named, any(typ.Text("schema"))) {
			if !slices.Contains(known, `"`+urn.(string)+`"`) {
				t.Errorf("%s names the schema %v, which is not in %v", typ.ID(), urn, known)
			}
		}
		if got := x.do("GET", "/ResourceTypes/"+typ.ID(), "").want(200).at("schema"); got != `"`+typ.Text("schema")+`"` {
			t.Errorf("resource type %s: %s", typ.ID(), got)
		}
	}
	if len(known) != 5 {
		t.Errorf("schemas %v", known)
	}
	for _, id := range known {
		one := x.do("GET", "/Schemas/"+strings.Trim(id, `"`), "").want(200)
		if one.at("id") != id || !strings.Contains(schemas.raw, one.raw) {
			t.Errorf("schema %s differs from its entry in the list", id)
		}
	}
	if strings.Contains(schemas.raw, "null") || strings.Contains(schemas.raw, ":api:messages:2.0:PatchOp") {
		t.Errorf("schemas with nulls or messages: %s", schemas.raw)
	}
	user := x.do("GET", "/Schemas/"+scim.UserSchema, "")
	if got := user.at(`attributes[name eq "userName"].uniqueness`) + user.at(`attributes[name eq "groups"].mutability`); got != `"server""readOnly"` {
		t.Errorf("user schema: %s", got)
	}
	x.do("GET", "/Schemas/urn:none", "").want(404)
	x.do("GET", "/ResourceTypes/Device", "").want(404)
	x.do("GET", "/Schemas?count=1&startIndex=5&sortBy=id", "").want(200)
	x.do("GET", "/Schemas?filter=id+pr", "").want(403)
}

func TestBehindAPrefix(t *testing.T) {
	s := server.New(server.Options{})
	mux := http.NewServeMux()
	mux.Handle("/scim/v2/", http.StripPrefix("/scim/v2", s))
	x := &target{t: t, handler: mux}
	a := x.do("POST", "/scim/v2/Users/", userHead+`"userName":"ann"}`).want(201)
	if want := "https://scim.example/scim/v2/Users/" + a.body.ID(); a.header.Get("Location") != want {
		t.Errorf("Location %s, want %s", a.header.Get("Location"), want)
	}
}

func TestStateSurvives(t *testing.T) {
	x := populated(t)
	x.patch("/Users/u-2", `{"op":"replace","path":"title","value":"x"}`).want(200)
	text, err := json.Marshal(x.server.State())
	if err != nil {
		t.Fatal(err)
	}
	var state server.State
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	if err := state.Check(server.Options{}); err != nil {
		t.Errorf("Check: %v", err)
	}
	y := newTarget(t, func(o *server.Options) { o.State = &state })
	again, err := json.Marshal(y.server.State())
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, again) {
		t.Errorf("the state changed:\n%s\n%s", text, again)
	}
	for _, path := range []string{"/Users", "/Groups", "/Users/u-1", "/Users/u-2"} {
		if a, b := x.do("GET", path, ""), y.do("GET", path, ""); a.raw != b.raw {
			t.Errorf("%s:\n%s\n%s", path, a.raw, b.raw)
		}
	}
	// A caller's changes to a copy do not reach the server.
	x.server.State().Users[0].Set("userName", "mallory")
	state.Users[0].Set("userName", "mallory")
	if got := x.server.State().Users[0].Text("userName") + y.server.State().Users[0].Text("userName"); strings.Contains(got, "mallory") {
		t.Error("the state is shared")
	}
	y.do("POST", "/Users", userHead+`"userName":"BOB"}`).wantError(409, scim.Uniqueness)
}

func TestStateCheck(t *testing.T) {
	var state server.State
	err := json.Unmarshal([]byte(`{"users":[{"id":"1","userName":"a"},{"id":"2","userName":"A"},{"id":"1","userName":"b"},{"id":"3"},{"userName":"c"}],
		"groups":[{"id":"9","displayName":"g","members":[{"value":"8"},{"value":"1"},{"value":"7"}]},{"id":"8","displayName":"h"}]}`), &state)
	if err != nil {
		t.Fatal(err)
	}
	err = state.Check(server.Options{})
	for _, want := range []string{`user 2 of the state`, `user 3 of the state: the id "1" is taken`, `user 4 of the state`, `group 1 of the state: member "7" does not exist`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
	x := newTarget(t, func(o *server.Options) { o.State = &state })
	if got := x.do("GET", "/Users", "").names() + "|" + x.do("GET", "/Groups/9", "").at("members.value"); got != `a c|"8" "1"` {
		t.Errorf("what was left: %s", got)
	}
}

// TestParallelWrites makes many changes at once; none may get lost, and readers
// see whole resources. It is worth most under the race detector.
func TestParallelWrites(t *testing.T) {
	s := server.New(server.Options{})
	seed := &target{t: t, handler: s}
	seed.group(`"displayName":"g"`)
	group := s.State().Groups[0].ID()
	const workers, each = 8, 25
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				send := func(method, path, body string) *httptest.ResponseRecorder {
					req := httptest.NewRequest(method, path, strings.NewReader(body))
					rec := httptest.NewRecorder()
					s.ServeHTTP(rec, req)
					if rec.Code >= 300 {
						t.Errorf("%s %s: %d %s", method, path, rec.Code, rec.Body)
					}
					return rec
				}
				o, err := scim.ParseObject(send("POST", "/Users", fmt.Sprintf(userHead+`"userName":"w%d-%d"}`, w, i)).Body.Bytes())
				if err != nil {
					t.Error(err)
					return
				}
				send("PATCH", "/Groups/"+group, patchHead+`{"op":"Add","path":"members","value":[{"value":"`+o.ID()+`"}]}]}`)
				send("GET", "/Users?filter="+escape(`userName sw "w"`), "")
				send("GET", "/Groups/"+group, "")
				if i%5 == 0 {
					send("DELETE", "/Users/"+o.ID(), "")
				}
			}
		})
	}
	wg.Wait()
	state := s.State()
	members := state.Groups[0].Lookup(scim.Path{Attribute: "members"})
	if want := workers * each * 4 / 5; len(state.Users) != want || len(members) != want {
		t.Errorf("%d users and %d members, want %d", len(state.Users), len(members), want)
	}
}
