package server_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

// FuzzRequests sends anything to a server that holds something. It must answer
// every request with JSON, never with 500, and stay consistent.
func FuzzRequests(f *testing.F) {
	for _, seed := range [][3]string{
		{"POST", "/Users", userHead + `"userName":"x","emails":[{"type":"work","value":"a"}],"active":"True"}`},
		{"POST", "/Groups", groupHead + `"displayName":"x","members":[{"value":"u-1"}]}`},
		{"PUT", "/Users/u-1", userHead + `"userName":"x"}`},
		{"PATCH", "/Users/u-1", patchHead + `{"op":"replace","path":"roles[primary eq \"True\"].value","value":"x"}]}`},
		{"PATCH", "/Groups/u-2", patchHead + `{"op":"Remove","path":"members","value":[{"value":"u-1"}]}]}`},
		{"DELETE", "/Users/u-1", ""},
		{"GET", `/Users?filter=userName%20eq%20%22a%22&attributes=emails[type%20eq%20%22work%22].value&count=1`, ""},
		{"GET", "/Groups/u-2?excludedAttributes=members", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, method, path, body string) {
		switch method {
		case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS":
		default:
			return
		}
		x := newTarget(t)
		x.user(`"userName":"ann","emails":[{"type":"work","value":"a","primary":true}]`)
		x.group(`"displayName":"g","members":[{"value":"u-1"}]`)
		req := httptest.NewRequest(method, "/", strings.NewReader(body))
		target, err := req.URL.Parse(path)
		if err != nil || target.Host != "" {
			return
		}
		req.URL = target
		w := httptest.NewRecorder()
		x.handler.ServeHTTP(w, req)
		if w.Code == 500 || w.Code == 301 || w.Code == 307 {
			t.Fatalf("status %d: %s", w.Code, w.Body)
		}
		if w.Body.Len() > 0 {
			if _, err := scim.ParseObject(w.Body.Bytes()); err != nil {
				t.Fatalf("answer %q: %v", w.Body, err)
			}
		}
		if err := x.server.State().Check(server.Options{}); err != nil {
			t.Fatalf("%s %s %s left a state with %v", method, path, body, err)
		}
	})
}

// BenchmarkPatchUser and its neighbours measure the server without a network.
func BenchmarkPatchUser(b *testing.B) {
	s := server.New(server.Options{})
	x := &target{t: b, handler: s}
	id := x.user(`"userName":"ann","emails":[{"type":"work","value":"a"}]`)
	values := []string{"x", "y"}
	for i := 0; b.Loop(); i++ {
		x.patch("/Users/"+id, `{"op":"Replace","path":"emails[type eq \"work\"].value","value":"`+values[i%2]+`"}`).want(200)
	}
}

func BenchmarkLookup(b *testing.B) {
	x := &target{t: b, handler: server.New(server.Options{})}
	for i := range 10_000 {
		x.user(fmt.Sprintf(`"userName":"user%d"`, i))
	}
	for b.Loop() {
		x.query("/Users", `userName eq "nobody"`).want(200)
	}
}
