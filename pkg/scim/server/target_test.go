package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/scimctl/scimctl/pkg/scim"
	"github.com/scimctl/scimctl/pkg/scim/server"
)

const (
	userHead  = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],`
	groupHead = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],`
	patchHead = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`
)

// target is a server under test with a clock that moves a second a write, and
// ids u-1, u-2, …
type target struct {
	t       testing.TB
	handler http.Handler
	server  *server.Server
}

func newTarget(t testing.TB, change ...func(*server.Options)) *target {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	n := 0
	o := server.Options{
		Now:   func() time.Time { now = now.Add(time.Second); return now },
		NewID: func() string { n++; return fmt.Sprintf("u-%d", n) },
	}
	for _, f := range change {
		f(&o)
	}
	s := server.New(o)
	return &target{t: t, handler: s, server: s}
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	raw    string
	body   *scim.Object // nil when there is none
}

// do sends a request; headers are "Name: value".
func (x *target) do(method, path, body string, headers ...string) answer {
	x.t.Helper()
	req := httptest.NewRequest(method, "https://scim.example"+path, strings.NewReader(body))
	if body != "" {
		req.Header.Set("Content-Type", scim.ContentType)
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	x.handler.ServeHTTP(w, req)
	a := answer{t: x.t, status: w.Code, header: w.Header(), raw: w.Body.String()}
	if w.Body.Len() > 0 && method != http.MethodHead {
		o, err := scim.ParseObject(bytes.TrimSpace(w.Body.Bytes()))
		if err != nil {
			x.t.Fatalf("%s %s: the answer is no JSON object: %v\n%s", method, path, err, w.Body)
		}
		a.body = o
	}
	return a
}

// want checks the status, and for an error its body.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.raw)
	}
	if status >= 400 {
		e, ok := scim.ErrorOf(a.body, 0)
		if !ok || e.Status != status || e.Detail == "" || a.header.Get("Content-Type") != scim.ContentType {
			a.t.Fatalf("not a SCIM error of status %d: %s", status, a.raw)
		}
	}
	return a
}

// wantError checks status and scimType.
func (a answer) wantError(status int, scimType string) answer {
	a.t.Helper()
	if got := a.want(status).body.Text("scimType"); got != scimType {
		a.t.Fatalf("scimType %q, want %q: %s", got, scimType, a.raw)
	}
	return a
}

// at returns what a path selects, as JSON texts joined by blanks.
func (a answer) at(path string) string {
	a.t.Helper()
	p, err := scim.ParsePath(path)
	if err != nil {
		a.t.Fatal(err)
	}
	return jsonOf(a.t, a.body.Lookup(p))
}

func jsonOf(t testing.TB, values []any) string {
	t.Helper()
	texts := make([]string, len(values))
	for i, v := range values {
		text, err := scim.NewObject(scim.Member{Name: "x", Value: v}).MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = strings.TrimSuffix(strings.TrimPrefix(string(text), `{"x":`), "}")
	}
	return strings.Join(texts, " ")
}

// names returns the userNames or displayNames of a ListResponse.
func (a answer) names() string {
	a.t.Helper()
	a.want(200)
	v, ok := a.body.Get("Resources")
	list, isList := v.([]any)
	if !ok || !isList {
		a.t.Fatalf("no Resources: %s", a.raw)
	}
	var names []string
	for _, item := range list {
		o := item.(*scim.Object)
		if name := o.Text("userName"); name != "" {
			names = append(names, name)
			continue
		}
		names = append(names, o.Text("displayName"))
	}
	return strings.Join(names, " ")
}

func (x *target) user(rest string) string {
	x.t.Helper()
	return x.do("POST", "/Users", userHead+rest+"}").want(201).body.ID()
}

func (x *target) group(rest string) string {
	x.t.Helper()
	return x.do("POST", "/Groups", groupHead+rest+"}").want(201).body.ID()
}

func (x *target) patch(path, operations string) answer {
	x.t.Helper()
	return x.do("PATCH", path, patchHead+operations+"]}")
}

// query sends a GET with a filter.
func (x *target) query(collection, filter string) answer {
	x.t.Helper()
	return x.do("GET", collection+"?filter="+escape(filter), "")
}

func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
