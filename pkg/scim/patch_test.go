package scim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/scim"
)

const patchHead = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[`

func mustPatch(t testing.TB, operations string) scim.PatchRequest {
	t.Helper()
	r, err := scim.ParsePatch(mustObject(t, patchHead+operations+"]}"))
	if err != nil {
		t.Fatalf("ParsePatch(%s): %v", operations, err)
	}
	return r
}

// TestApply covers what does not depend on a server: any object will do.
func TestApply(t *testing.T) {
	const ext = "urn:ietf:params:scim:schemas:extension:Acme:2.0:User"
	tests := []struct{ name, start, operations, want string }{
		{"nothing", `{"a":1}`, ``, `{"a":1}`},
		{"add", `{}`, `{"op":"add","path":"a","value":1}`, `{"a":1}`},
		{"keep place and spelling", `{"A":1,"b":2}`, `{"op":"replace","path":"a","value":3}`, `{"A":3,"b":2}`},
		{"merge a complex value", `{"name":{"a":1,"b":2}}`, `{"op":"replace","path":"name","value":{"b":3,"a":null}}`, `{"name":{"b":3}}`},
		{"custom list, add", `{"` + ext + `":{"tags":["a"]}}`, `{"op":"add","path":"` + ext + `:tags","value":["b","a"]}`, `{"` + ext + `":{"tags":["a","b"]}}`},
		{"custom list, add one", `{"` + ext + `":{"tags":["a"]}}`, `{"op":"add","path":"` + ext + `:tags","value":"b"}`, `{"` + ext + `":{"tags":["a","b"]}}`},
		{"custom list, remove", `{"` + ext + `":{"tags":["a","b"]}}`, `{"op":"remove","path":"` + ext + `:tags","value":["a"]}`, `{"` + ext + `":{"tags":["b"]}}`},
		{"custom list, remove by filter", `{"` + ext + `":{"tags":["a","b"]}}`, `{"op":"remove","path":"` + ext + `:tags[value eq \"a\"]"}`, `{"` + ext + `":{"tags":["b"]}}`},
		{"last value of an extension", `{"x":1,"` + ext + `":{"a":1}}`, `{"op":"remove","path":"` + ext + `:a"}`, `{"x":1}`},
		{"whole extension", `{"x":1,"` + ext + `":{"a":1}}`, `{"op":"remove","path":"` + ext + `"}`, `{"x":1}`},
		{"unusual extension as key", `{"urn:acme:user":{"a":1}}`, `{"op":"add","value":{"urn:acme:user":{"b":2}}}`, `{"urn:acme:user":{"a":1,"b":2}}`},
		{"extension key in other case", `{"` + ext + `":{"a":1}}`, `{"op":"add","value":{"` + strings.ToLower(ext) + `:a":2}}`, `{"` + ext + `":{"a":2}}`},
		{"several elements match", `{"emails":[{"type":"w","value":"a"},{"type":"w","value":"b"}]}`, `{"op":"replace","path":"emails[type eq \"w\"].display","value":"x"}`, `{"emails":[{"type":"w","value":"a","display":"x"},{"type":"w","value":"b","display":"x"}]}`},
		{"every element", `{"emails":[{"value":"a"},{"value":"b"}]}`, `{"op":"replace","path":"emails.type","value":"x"}`, `{"emails":[{"value":"a","type":"x"},{"value":"b","type":"x"}]}`},
		{"sub-attribute makes an element", `{}`, `{"op":"add","path":"emails.value","value":"x"}`, `{"emails":[{"value":"x"}]}`},
		{"element path on a single complex value", `{"addresses":{"type":"w","country":"FR"}}`, `{"op":"replace","path":"addresses[type eq \"w\"].country","value":"DE"}`, `{"addresses":[{"type":"w","country":"DE"}]}`},
		{"same value, other type", `{"emails":[{"type":"w","value":"a"}]}`, `{"op":"add","path":"emails","value":[{"type":"h","value":"a"}]}`, `{"emails":[{"type":"w","value":"a"},{"type":"h","value":"a"}]}`},
		{"same element completed", `{"emails":[{"type":"w","value":"a"}]}`, `{"op":"add","path":"emails","value":[{"type":"W","value":"a","primary":true}]}`, `{"emails":[{"type":"W","value":"a","primary":true}]}`},
		{"elements without value", `{"addresses":[{"country":"FR"}]}`, `{"op":"add","path":"addresses","value":[{"country":"FR"},{"country":"DE"}]}`, `{"addresses":[{"country":"FR"},{"country":"DE"}]}`},
		{"primary moves between texts", `{"emails":[{"value":"a","primary":"True"},{"value":"b"}]}`, `{"op":"add","path":"emails[value eq \"b\"].primary","value":"True"}`, `{"emails":[{"value":"a","primary":false},{"value":"b","primary":"True"}]}`},
		{"remove a single value given", `{"title":"x"}`, `{"op":"remove","path":"title","value":"x"}`, `{}`},
		{"remove another manager", `{"` + scim.EnterpriseUserSchema + `":{"manager":{"value":"a"}}}`, `{"op":"remove","path":"` + enterprise + `manager","value":[{"value":"b"}]}`, `{"` + scim.EnterpriseUserSchema + `":{"manager":{"value":"a"}}}`},
		{"remove this manager", `{"` + scim.EnterpriseUserSchema + `":{"manager":{"value":"a"}}}`, `{"op":"remove","path":"` + enterprise + `manager","value":[{"value":"a"}]}`, `{}`},
		{"empty array replaces", `{"a":[1,2]}`, `{"op":"replace","path":"a","value":[]}`, `{}`},
		{"schemas in a path-less value", `{"schemas":["x"]}`, `{"op":"add","value":{"schemas":["y"],"a":1}}`, `{"schemas":["x"],"a":1}`},
		{"null elements", `{}`, `{"op":"add","path":"tags","value":["a",null]}`, `{"tags":["a"]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := mustObject(t, tt.start)
			before := o.Clone()
			changed, err := mustPatch(t, tt.operations).Apply(o)
			if err != nil {
				t.Fatal(err)
			}
			if got := textOf(t, o); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if changed == o.Equal(before) {
				t.Errorf("changed = %v", changed)
			}
		})
	}
}

func TestApplyIsAtomic(t *testing.T) {
	const start = `{"id":"1","title":"x","emails":[{"type":"w","value":"a"}],"name":{"givenName":"G"}}`
	o := mustObject(t, start)
	for _, last := range []string{
		`{"op":"replace","path":"id","value":"2"}`,
		`{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User","value":{"title":"y"}}`,
		`{"op":"replace","path":"emails[type gt \"w\"].value","value":"y"}`,
		`{"op":"replace","path":"emails[type eq \"w\"]","value":"y"}`,
		`{"op":"replace","path":"title.sub","value":"y"}`,
		`{"op":"add","path":"emails","value":[7]}`,
		`{"op":"add","path":"title","value":["a","b"]}`,
	} {
		r := mustPatch(t, `{"op":"replace","path":"emails[type eq \"w\"].value","value":"changed"},{"op":"remove","path":"name.givenName"},`+last)
		changed, err := r.Apply(o)
		e, ok := errors.AsType[*scim.Error](err)
		if !ok || e.Status != 400 || e.ScimType == "" || changed || !strings.HasPrefix(e.Detail, "operation 3: ") {
			t.Errorf("%s: %v, %v", last, changed, err)
		}
		if got := textOf(t, o); got != start {
			t.Fatalf("%s: the object changed: %s", last, got)
		}
	}
}

// TestApplySharesNothing checks the promise that holders of the old values keep them.
func TestApplySharesNothing(t *testing.T) {
	o := mustObject(t, `{"emails":[{"type":"w","value":"a","primary":true},{"type":"h","value":"b"}],"name":{"givenName":"G"},"urn:a:b:2.0:User":{"x":{"y":1}}}`)
	snapshot := scim.NewObject(o.Members()...) // shares all values with o
	before := textOf(t, snapshot)
	r := mustPatch(t, `{"op":"replace","path":"emails[type eq \"h\"].primary","value":true},{"op":"add","path":"emails","value":[{"type":"w","value":"a","display":"d"}]},
		{"op":"replace","path":"name.givenName","value":"H"},{"op":"add","path":"urn:a:b:2.0:User:x","value":{"y":2}},{"op":"remove","path":"emails[type eq \"h\"].value"}`)
	if changed, err := r.Apply(o); err != nil || !changed {
		t.Fatal(changed, err)
	}
	if after := textOf(t, snapshot); after != before {
		t.Errorf("old values changed:\n%s\n%s", before, after)
	}
}

func TestApplyOfHandMadeRequests(t *testing.T) {
	for _, op := range []scim.PatchOp{{Op: "x"}, {Op: "remove"}, {Op: "add", Value: "x"}, {Op: "add", Path: "a[", Value: "x"}, {Op: "add", Value: scim.NewObject(scim.Member{Name: "a b"})}} {
		if _, err := (scim.PatchRequest{Operations: []scim.PatchOp{op}}).Apply(&scim.Object{}); err == nil {
			t.Errorf("%+v was accepted", op)
		}
	}
}

func TestParsePatchBounds(t *testing.T) {
	many := strings.Repeat(`{"op":"remove","path":"a"},`, scim.MaxOperations) + `{"op":"remove","path":"a"}`
	if _, err := scim.ParsePatch(mustObject(t, patchHead+many+"]}")); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("error %v", err)
	}
	var wide scim.PatchRequest
	for i := range scim.MaxMembers + 1 {
		wide.Operations = append(wide.Operations, scim.PatchOp{Op: "add", Path: "a" + strings.Repeat("x", i%100) + string(rune('a'+i%26)) + strings.Repeat("y", i/100), Value: "v"})
	}
	if _, err := wide.Apply(&scim.Object{}); err == nil {
		t.Error("an object grew without bound")
	}
}

func TestPatchBody(t *testing.T) {
	const body = patchHead + `{"op":"Add","path":"a","value":[{"$ref":null}]},{"op":"remove","path":"b"},{"op":"replace","value":{"c":1}}]}`
	r, err := scim.ParsePatch(mustObject(t, body))
	if err != nil {
		t.Fatal(err)
	}
	if got := textOf(t, r.Body()); got != body {
		t.Errorf("got %s, want %s", got, body)
	}
}

func TestErrors(t *testing.T) {
	e := scim.Errorf(409, scim.Uniqueness, "userName %q exists", "ann")
	if got := e.Error(); got != `409 uniqueness: userName "ann" exists` {
		t.Errorf("Error() = %s", got)
	}
	const want = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"scimType":"uniqueness","detail":"userName \"ann\" exists","status":"409"}`
	if got := textOf(t, e.Object()); got != want {
		t.Errorf("Object() = %s", got)
	}
	again, ok := scim.ErrorOf(e.Object(), 500)
	if !ok || *again != *e {
		t.Errorf("ErrorOf = %+v, %v", again, ok)
	}
	const head = `{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"]`
	for text, status := range map[string]int{head + `}`: 418, head + `,"status":404}`: 404, head + `,"status":"x"}`: 418, head + `,"status":"99"}`: 418, head + `,"status":null}`: 418} {
		if got, ok := scim.ErrorOf(mustObject(t, text), 418); !ok || got.Status != status {
			t.Errorf("%s: %+v, %v", text, got, ok)
		}
	}
	if _, ok := scim.ErrorOf(mustObject(t, `{"detail":"x"}`), 400); ok {
		t.Error("an object without the schema is no SCIM error")
	}
}
