package scim_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/scimctl/scimctl/pkg/scim"
)

func FuzzParseObject(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,-2.5e3,true,null,"\u00e9\ud83d\ude00"]}`, `{"a":{"b":{}}}`, `{"a":1,"A":2}`, "{\"a\":\"\xff\"}", `{"a":"\ud800"}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := scim.ParseObject(data)
		if err != nil {
			e, ok := errors.AsType[*scim.JSONError](err)
			if !ok || e.Offset < 0 || e.Offset > len(data) {
				t.Fatalf("error %#v", err)
			}
			return
		}
		if !json.Valid(data) {
			t.Fatalf("accepted what is not JSON: %q", data)
		}
		text := textOf(t, o)
		if !json.Valid([]byte(text)) {
			t.Fatalf("printed what is not JSON: %s", text)
		}
		again := mustObject(t, text)
		if !again.Equal(o) || textOf(t, again) != text {
			t.Fatalf("%s reads as %s", text, textOf(t, again))
		}
	})
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"a", "a.b", `a[b eq "c"].d`, "urn:a:b:2.0:User:c.d", "urn:a:b:2.0:User", `a[b eq 1 and not (c pr)]`, "http://a/b:c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := scim.ParsePath(s)
		if err != nil {
			checkOffset(t, err, s)
			return
		}
		text := p.String()
		again, err := scim.ParsePath(text)
		if err != nil || again.String() != text || !again.Equal(p) {
			t.Fatalf("%q prints as %q, which reads as %q, %v", s, text, again, err)
		}
		o := &scim.Object{}
		o.Lookup(p)
		if o.Assign(p, "v") == nil && p.Attribute != "" {
			if got := o.Lookup(p); len(got) == 0 {
				t.Fatalf("%q: nothing where something was assigned: %s", s, textOf(t, o))
			}
		}
	})
}

func FuzzParseFilter(f *testing.F) {
	for _, s := range []string{`a pr`, `a eq "b" and (c ne 1 or not (d gt null))`, `a[b eq "c"].d co "e"`, `urn:a:b:2.0:User:c eq true`, `((a pr))`, `a[b pr] or c pr`} {
		f.Add(s)
	}
	o, err := scim.ParseObject([]byte(`{"a":"b","c":[{"d":1,"value":"x"},"y"],"e":true,"n":1e5}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s string) {
		filter, err := scim.ParseFilter(s)
		if err != nil {
			checkOffset(t, err, s)
			return
		}
		text := filter.String()
		again, err := scim.ParseFilter(text)
		if err != nil || again.String() != text {
			t.Fatalf("%q prints as %q, which reads as %v, %v", s, text, again, err)
		}
		if filter.Match(o) != again.Match(o) {
			t.Fatalf("%q and %q differ", s, text)
		}
	})
}

func checkOffset(t *testing.T, err error, s string) {
	t.Helper()
	e, ok := errors.AsType[*scim.SyntaxError](err)
	if !ok || e.Offset < 0 || e.Offset > len(s) || e.Error() == "" {
		t.Fatalf("error %#v", err)
	}
}

func FuzzPatch(f *testing.F) {
	for _, op := range []string{
		`{"op":"Add","path":"members","value":[{"$ref":null,"value":"a"}]}`,
		`{"op":"replace","value":{"a.b":1,"urn:a:b:2.0:User:c":"x","active":false}}`,
		`{"op":"Remove","path":"members","value":[{"value":"a"}]}`,
		`{"op":"remove","path":"emails[type eq \"work\"].value"}`,
		`{"op":"replace","path":"emails[type eq \"home\" and primary eq true]","value":{"value":"x"}}`,
		`{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager","value":"m"}`,
	} {
		f.Add([]byte(patchHead + op + "]}"))
	}
	const start = `{"id":"1","userName":"ann","name":{"givenName":"A"},"emails":[{"type":"work","value":"a","primary":true},{"type":"home"}],"members":[{"value":"a"},{"value":"b"}],"tags":["x"]}`
	f.Fuzz(func(t *testing.T, data []byte) {
		body, err := scim.ParseObject(data)
		if err != nil {
			return
		}
		r, err := scim.ParsePatch(body)
		if err != nil {
			checkSCIMError(t, err)
			return
		}
		o := mustObject(t, start)
		changed, err := r.Apply(o)
		if err != nil {
			checkSCIMError(t, err)
			if textOf(t, o) != start {
				t.Fatalf("a failed PATCH changed the object: %s", textOf(t, o))
			}
			return
		}
		if changed == o.Equal(mustObject(t, start)) {
			t.Fatalf("changed = %v, but %s", changed, textOf(t, o))
		}
		if o.ID() != "1" {
			t.Fatalf("the id changed: %s", textOf(t, o))
		}
	})
}

func checkSCIMError(t *testing.T, err error) {
	t.Helper()
	e, ok := errors.AsType[*scim.Error](err)
	if !ok || e.Status != 400 || e.ScimType == "" || e.Detail == "" {
		t.Fatalf("error %#v", err)
	}
}
