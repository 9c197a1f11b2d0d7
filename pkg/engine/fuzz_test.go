package engine_test

import (
	"net/http"
	"testing"

	"github.com/scimctl/scimctl/pkg/engine"
)

// FuzzAnswers: whatever a server answers, Provision ends with an outcome that
// says what happened.
func FuzzAnswers(f *testing.F) {
	f.Add(200, list(), 201, annBody, 204, "")
	f.Add(200, list(annBody), 0, "", 200, annBody)
	f.Add(200, list(annBody, otherBody), 409, "{}", 400, `{"scimType":"noTarget"}`)
	f.Add(404, "", 500, "<html>", 204, "{")
	f.Add(200, `{"Resources":[{"id":"a","userName":["x",{"value":null}],"name":[]}],"totalResults":1}`, 201, `{"id":7}`, 200, `[]`)
	f.Fuzz(func(t *testing.T, search int, searchBody string, create int, createBody string, patch int, patchBody string) {
		reply := func(w http.ResponseWriter, status int, body string) {
			w.Header().Set("Content-Type", "application/scim+json")
			if status < 200 || status > 599 {
				status = 200
			}
			w.WriteHeader(status)
			if _, err := w.Write([]byte(body)); err != nil && status != 204 && status != 304 {
				t.Fatal(err)
			}
		}
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.Method {
			case http.MethodPost:
				reply(w, create, createBody)
			case http.MethodPatch:
				reply(w, patch, patchBody)
			default:
				reply(w, search, searchBody)
			}
		})
		world := newWorld(t, setup{handler: h})
		gone := ann(t, nil)
		gone.Assigned = false
		for _, s := range []engine.Subject{ann(t, nil), gone, sales(t, annID)} {
			out := world.Provision(t.Context(), s)
			if out.Action == "" || out.Status == "" || len(out.Steps) == 0 {
				t.Fatalf("an empty outcome: %+v", out)
			}
			if (out.Status == engine.Failure || out.Status == engine.Skipped) && (out.Code == "" || out.Message == "") {
				t.Fatalf("%s without code or message: %+v", out.Status, out)
			}
		}
	})
}
