package scim_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/scim"
)

func mustObject(t testing.TB, text string) *scim.Object {
	t.Helper()
	o, err := scim.ParseObject([]byte(text))
	if err != nil {
		t.Fatalf("ParseObject(%s): %v", text, err)
	}
	return o
}

func textOf(t testing.TB, o *scim.Object) string {
	t.Helper()
	text, err := o.AppendJSON(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestParseObjectKeepsTheText(t *testing.T) {
	for _, text := range []string{
		`{}`,
		`{"b":1,"a":2,"c":null,"d":true,"e":false}`,
		`{"n":[0,-0,1.50,1e5,-2.5E-10,12345678901234567890,1E+2]}`,
		`{"nested":{"x":[[],{},[{"y":"z"}]]}}`,
		`{"s":"é ☺ 😀 <>&'/"}`,
		`{"escapes":"\"\\\b\f\n\r\t\u0001\u2028\u2029"}`,
		`{"$ref":null,"urn:x:y":{"a-b_1":""}}`,
	} {
		if got := textOf(t, mustObject(t, text)); got != text {
			t.Errorf("got  %s\nwant %s", got, text)
		}
	}
	got := textOf(t, mustObject(t, " {\t\"a\" : [ 1 ,\r\n \"\\u00e9\\/\\ud83d\\ude00\" ] } \n"))
	if want := `{"a":[1,"é/😀"]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParseObjectRefuses(t *testing.T) {
	deep := strings.Repeat(`{"a":`, scim.MaxDepth) + `{}` + strings.Repeat(`}`, scim.MaxDepth)
	var wide strings.Builder
	for i := range scim.MaxMembers + 1 {
		fmt.Fprintf(&wide, `,"a%d":1`, i)
	}
	tests := []struct {
		text   string
		offset int
		want   string
	}{
		{``, 0, "text ends here"},
		{`[]`, 0, "starts with {"},
		{`{`, 1, "text ends here"},
		{`{"a"}`, 4, "colon"},
		{`{"a":}`, 5, "a value"},
		{`{"a":1,}`, 7, "member name"},
		{`{"a":1 "b":2}`, 7, "comma"},
		{`{"a":[1 2]}`, 8, "comma"},
		{`{"a":[1,]}`, 8, "a value"},
		{`{"a":1}x`, 7, "unexpected data"},
		{`{"a":1,"A":2}`, 7, "twice"},
		{`{"a":01}`, 5, "number"},
		{`{"a":1.}`, 5, "number"},
		{`{"a":-}`, 5, "number"},
		{`{"a":+1}`, 5, "a value"},
		{`{"a":1e}`, 5, "number"},
		{`{"a":tru}`, 5, "a value"},
		{`{"a":NaN}`, 5, "a value"},
		{`{"a":'b'}`, 5, "a value"},
		{`{"a":"b`, 5, "not closed"},
		{`{"a":"\`, 6, "escape"},
		{`{"a":"\x"}`, 6, "escape"},
		{`{"a":"\u12"}`, 6, "escape"},
		{`{"a":"\ud800"}`, 6, "surrogate"},
		{`{"a":"\udc00\ud800"}`, 6, "surrogate"},
		{`{"a":"` + "\n" + `"}`, 6, "control character"},
		{`{"a":"\t` + "\x01" + `"}`, 8, "control character"},
		{`{"a":"` + "\xff" + `"}`, 6, "UTF-8"},
		{`{"a":"�` + "\xc3\x28" + `"}`, 9, "UTF-8"},
		{deep, 5 * scim.MaxDepth, "levels"},
		{`{"a":` + strings.Repeat("[", 1_000_000), 5 + scim.MaxDepth - 1, "levels"},
		{"{" + wide.String()[1:] + "}", -1, "members"},
	}
	for _, tt := range tests {
		name := tt.text[:min(len(tt.text), 40)]
		_, err := scim.ParseObject([]byte(tt.text))
		e, ok := errors.AsType[*scim.JSONError](err)
		if !ok {
			t.Errorf("%s: error %v, want a *JSONError", name, err)
			continue
		}
		if tt.offset >= 0 && e.Offset != tt.offset || !strings.Contains(e.Error(), tt.want) {
			t.Errorf("%s: %v, want offset %d and %q", name, e, tt.offset, tt.want)
		}
	}
}

func TestManyMembersAreDistinct(t *testing.T) {
	var b strings.Builder
	for i := range scim.MaxMembers {
		fmt.Fprintf(&b, `,"a%d":%d`, i, i)
	}
	o := mustObject(t, "{"+b.String()[1:]+"}")
	if v, _ := o.Get("A1000"); v != json.Number("1000") {
		t.Errorf("A1000 = %v", v)
	}
	b.Reset()
	for i := range 100 {
		fmt.Fprintf(&b, `,"a%d":%d`, i, i)
	}
	if _, err := scim.ParseObject([]byte("{" + b.String()[1:] + `,"A50":1}`)); err == nil {
		t.Error("a duplicate among a hundred was not seen")
	}
}

func TestObjectMembers(t *testing.T) {
	var o scim.Object
	o.Set("userName", "a")
	o.Set("Title", "x")
	o.Set("USERNAME", "b")
	if got := textOf(t, &o); got != `{"userName":"b","Title":"x"}` {
		t.Errorf("after Set: %s", got)
	}
	o.Delete("title")
	o.Delete("nothing")
	if _, ok := o.Get("Title"); ok || o.Len() != 1 || o.Text("username") != "b" || o.Text("none") != "" {
		t.Errorf("after Delete: %s", textOf(t, &o))
	}
	var none *scim.Object
	if _, ok := none.Get("a"); ok || none.Len() != 0 || none.ID() != "" || none.Clone() != nil {
		t.Error("a nil Object is not empty")
	}
}

func TestClone(t *testing.T) {
	o := mustObject(t, `{"a":{"b":[{"c":1}]}}`)
	c := o.Clone()
	v, _ := c.Get("a")
	v.(*scim.Object).Set("b", "changed")
	if got := textOf(t, o); got != `{"a":{"b":[{"c":1}]}}` {
		t.Errorf("the original changed: %s", got)
	}
}

func TestEqual(t *testing.T) {
	tests := []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"B":{"x":[1,2]}}`, `{"b":{"X":[1,2.0]},"A":1e0}`, true},
		{`{"a":[1,2]}`, `{"a":[2,1]}`, false},
		{`{"a":1}`, `{"a":"1"}`, false},
		{`{"a":1}`, `{"b":1}`, false},
		{`{"a":1}`, `{"a":1,"b":1}`, false},
		{`{"a":null}`, `{"a":{}}`, false},
		{`{"a":"x"}`, `{"a":["x"]}`, false},
		{`{"a":9007199254740993}`, `{"a":9007199254740992}`, false},
		{`{"a":123456789012345678901}`, `{"a":123456789012345678902}`, false},
		{`{"a":1e999999999}`, `{"a":1}`, false},
	}
	for _, tt := range tests {
		a, b := mustObject(t, tt.a), mustObject(t, tt.b)
		if a.Equal(b) != tt.want || b.Equal(a) != tt.want {
			t.Errorf("%s = %s is not %v", tt.a, tt.b, tt.want)
		}
	}
}

func TestMarshalRefusesOtherTypes(t *testing.T) {
	for _, v := range []any{1, 1.5, map[string]any{}, []string{"a"}, json.Number(""), json.Number("x"), json.Number("1x")} {
		o := scim.NewObject(scim.Member{Name: "a", Value: []any{v}})
		if text, err := o.MarshalJSON(); err == nil || !strings.Contains(err.Error(), `member "a"`) {
			t.Errorf("%#v: %s, %v", v, text, err)
		}
	}
	loop := &scim.Object{}
	loop.Set("self", loop)
	if _, err := loop.MarshalJSON(); err == nil {
		t.Error("an object inside itself was printed")
	}
	if got := textOf(t, scim.NewObject(scim.Member{Name: "a", Value: "b\xffc"})); got != `{"a":"b\ufffdc"}` {
		t.Errorf("invalid UTF-8: %s", got)
	}
}

// TestEncodingPackage checks that the standard encoder and decoder work through
// an Object's methods.
func TestEncodingPackage(t *testing.T) {
	var list []*scim.Object
	if err := json.Unmarshal([]byte(`[{"b":1,"a":"<"}]`), &list); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(list)
	if want := `[{"b":1,"a":"\u003c"}]`; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
}

func TestAssign(t *testing.T) {
	tests := []struct{ start, path, value, want string }{
		{`{}`, "title", `"x"`, `{"title":"x"}`},
		{`{}`, "name.givenName", `"x"`, `{"name":{"givenName":"x"}}`},
		{`{"name":{"a":1}}`, "Name.givenName", `"x"`, `{"name":{"a":1,"givenName":"x"}}`},
		{`{}`, `emails[type eq "work"].value`, `"x"`, `{"emails":[{"type":"work","value":"x"}]}`},
		{`{"emails":[{"type":"home"},{"Type":"WORK","value":"y"}]}`, `emails[type eq "work"].value`, `"x"`, `{"emails":[{"type":"home"},{"Type":"WORK","value":"x"}]}`},
		{`{}`, `emails[type eq "work" and primary eq true].value`, `"x"`, `{"emails":[{"type":"work","primary":true,"value":"x"}]}`},
		{`{}`, `emails[type eq "work"]`, `{"value":"x"}`, `{"emails":[{"type":"work","value":"x"}]}`},
		{`{}`, `emails.value`, `"x"`, `{"emails":[{"value":"x"}]}`},
		{`{"emails":[{"type":"a"}]}`, `emails.value`, `"x"`, `{"emails":[{"type":"a","value":"x"}]}`},
		{`{}`, scim.UserSchema + ":title", `"x"`, `{"title":"x"}`},
		{`{}`, enterprise + "manager.value", `"x"`, `{"` + scim.EnterpriseUserSchema + `":{"manager":{"value":"x"}}}`},
		{`{"urn:a:b:2.0:user":{}}`, `urn:a:b:2.0:User:list[type eq "a"].v`, `"x"`, `{"urn:a:b:2.0:user":{"list":[{"type":"a","v":"x"}]}}`},
		{`{}`, `urn:a:b:2.0:User`, `{"v":"x"}`, `{"urn:a:b:2.0:User":{"v":"x"}}`},
	}
	for _, tt := range tests {
		o := mustObject(t, tt.start)
		v, _ := mustObject(t, `{"v":`+tt.value+`}`).Get("v")
		if err := o.Assign(mustPath(t, tt.path), v); err != nil {
			t.Errorf("%s: %v", tt.path, err)
			continue
		}
		if got := textOf(t, o); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.path, got, tt.want)
		}
	}
	for _, tt := range []struct{ start, path string }{
		{`{}`, `emails[type co "work"].value`},
		{`{}`, `emails[type eq null].value`},
		{`{}`, `emails[not (type eq "work")].value`},
		{`{}`, `emails[type eq "a" or type eq "b"].value`},
		{`{"title":"x"}`, "title.value"},
		{`{"emails":"x"}`, `emails[type eq "work"].value`},
		{`{"emails":[{"a":1},{"a":2}]}`, "emails.value"},
		{`{}`, `emails[type eq "work"]`},
		{`{}`, `urn:a:b:2.0:User`},
		{`{"urn:a:b:2.0:User":"x"}`, `urn:a:b:2.0:User:c`},
	} {
		if err := mustObject(t, tt.start).Assign(mustPath(t, tt.path), "text"); err == nil || !strings.HasPrefix(err.Error(), "assign ") {
			t.Errorf("%s in %s: error %v", tt.path, tt.start, err)
		}
	}
}

func TestLookup(t *testing.T) {
	o := mustObject(t, `{"userName":"ann","none":null,"emails":[{"type":"work","value":"a"},null,{"type":"home","value":"b","tags":["t1",null,"t2"]}],
		"schemas":["s1","s2"],"name":{"givenName":"Ann"},"`+scim.EnterpriseUserSchema+`":{"manager":{"value":"m"}}}`)
	tests := map[string]string{
		"USERNAME":                     `["ann"]`,
		"none":                         `[]`,
		"absent":                       `[]`,
		"emails.value":                 `["a","b"]`,
		"emails.tags":                  `["t1","t2"]`,
		`emails[type eq "HOME"].value`: `["b"]`,
		`emails[type eq "fax"].value`:  `[]`,
		"schemas":                      `["s1","s2"]`,
		"schemas.value":                `["s1","s2"]`,
		`schemas[value eq "s2"]`:       `["s2"]`,
		"userName.sub":                 `[]`,
		"name.givenName":               `["Ann"]`,
		`name[givenName eq "ann"]`:     `[{"givenName":"Ann"}]`,
		enterprise + "manager.value":   `["m"]`,
		"urn:a:b:2.0:User:x":           `[]`,
		scim.UserSchema + ":userName":  `["ann"]`,
		scim.EnterpriseUserSchema:      `[{"manager":{"value":"m"}}]`,
	}
	for path, want := range tests {
		got := o.Lookup(mustPath(t, path))
		if got == nil {
			got = []any{}
		}
		if text := textOf(t, scim.NewObject(scim.Member{Name: "v", Value: got})); text != `{"v":`+want+`}` {
			t.Errorf("%s: %s, want %s", path, text, want)
		}
	}
	if v, ok := o.First(mustPath(t, "emails.value")); v != "a" || !ok {
		t.Errorf("First = %v, %v", v, ok)
	}
}
