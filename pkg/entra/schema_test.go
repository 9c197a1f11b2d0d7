package entra_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
)

// documents returns the schemas under testdata, by file name.
func documents(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/schemas/*.json")
	if err != nil || len(files) < 7 {
		t.Fatalf("found %d schemas (%v)", len(files), err)
	}
	docs := map[string][]byte{}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		docs[strings.TrimSuffix(filepath.Base(name), ".json")] = data
	}
	return docs
}

func parse(t testing.TB, doc []byte) *entra.Schema {
	t.Helper()
	s, err := entra.ParseSchema(doc)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func load(t testing.TB, name string) *entra.Schema {
	t.Helper()
	return parse(t, documents(t)[name])
}

var user, group = entra.MappingRef{Source: "User"}, entra.MappingRef{Source: "Group"}

func TestUntouchedPrintsAsRead(t *testing.T) {
	for name, doc := range documents(t) {
		if got := parse(t, doc).Bytes(); !bytes.Equal(got, doc) {
			t.Errorf("%s: printed differently from how it was read", name)
		}
	}
	odd := []byte("\r\n{ \"version\" :\t\"1\" , \"x\": [ 1e2 , -0.50, \"\\u00e9\\/\", {} , [ ] ] }\n\n")
	if got := parse(t, odd).Bytes(); !bytes.Equal(got, odd) {
		t.Errorf("got %q", got)
	}
}

func TestViews(t *testing.T) {
	s := load(t, "scim_reconstructed")
	if s.Version() != "6.0" {
		t.Errorf("version %q", s.Version())
	}
	rules := s.Rules()
	if len(rules) != 1 || rules[0].ID != "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8" || !rules[0].Editable || rules[0].Priority != 1 {
		t.Fatalf("rules %+v", rules)
	}
	rule, m, ok := s.ObjectMapping(user)
	if !ok || rule.TargetDirectoryName != "customappsso" || len(m.AttributeMappings) != 22 || m.FlowTypes != "Add,Update,Delete" || m.Scope != nil {
		t.Fatalf("user mapping: %v %+v", ok, m)
	}
	want := entra.AttributeMapping{
		TargetAttributeName: "active", FlowType: entra.FlowAlways, FlowBehavior: entra.FlowWhenChanged,
	}
	got := m.AttributeMappings[1]
	source := got.Source
	got.Source = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if source.Type != entra.SourceFunction || source.Name != "Switch" || len(source.Parameters) != 5 || source.Parameters[1].Value.Name != "False" {
		t.Errorf("source %+v", source)
	}
	from, to := s.Definitions(group)
	if from.Name != "Group" || to.Name != "urn:ietf:params:scim:schemas:core:2.0:Group" || len(to.Attributes) != 4 {
		t.Errorf("definitions %q %q", from.Name, to.Name)
	}
	members := to.Attributes[3]
	if members.Type != entra.TypeReference || !members.Multivalued || len(members.ReferencedObjects) != 2 {
		t.Errorf("members %+v", members)
	}
	if got := len(s.Directories()); got != 2 {
		t.Errorf("%d directories", got)
	}
}

func TestViewsOfTwoRules(t *testing.T) {
	s := load(t, "gallery_2017")
	rule, m, ok := s.ObjectMapping(user)
	if !ok || rule.Name != "USER_OUTBOUND_USER" || m.FlowTypes != "Add, Update, Delete" {
		t.Fatalf("%v %q %q", ok, rule.Name, m.FlowTypes)
	}
	resolved, err := s.Resolve(user)
	if err != nil || resolved.Rule != rule.ID {
		t.Errorf("resolved %v, %v", resolved, err)
	}
	if _, _, ok := s.ObjectMapping(entra.MappingRef{Rule: "other", Source: "User"}); ok {
		t.Error("found a mapping of a rule that is not there")
	}
	if _, _, ok := s.ObjectMapping(group); ok {
		t.Error("found a group mapping that is not there")
	}
}

func TestAmbiguousReference(t *testing.T) {
	s := parse(t, []byte(`{"synchronizationRules":[
		{"id":"a","objectMappings":[{"sourceObjectName":"User","targetObjectName":"x"}]},
		{"id":"b","objectMappings":[{"sourceObjectName":"User","targetObjectName":"y"},{"sourceObjectName":"User","targetObjectName":""}]}]}`))
	if _, err := s.Resolve(user); err == nil || !strings.Contains(err.Error(), "a, b") {
		t.Errorf("error %v", err)
	}
	if _, m, ok := s.ObjectMapping(entra.MappingRef{Rule: "b", Source: "User"}); !ok || m.TargetObjectName != "y" {
		t.Errorf("%v %+v", ok, m)
	}
}

func TestRenamedDirectory(t *testing.T) {
	doc := bytes.Replace(documents(t)["scim_reconstructed"], []byte(`"sourceDirectoryName": "Microsoft Entra ID"`), []byte(`"sourceDirectoryName": "Azure Active Directory"`), 1)
	if from, _ := parse(t, doc).Definitions(user); len(from.Attributes) < 20 {
		t.Errorf("%d source attributes", len(from.Attributes))
	}
}

func TestNullsAndMissingMembers(t *testing.T) {
	for _, doc := range []string{
		`{}`,
		`{"version":null,"synchronizationRules":null,"directories":null}`,
		`{"synchronizationRules":[null,{}],"directories":[null,{"objects":[null,{"attributes":[null,{}]}]}]}`,
		`{"synchronizationRules":[{"id":null,"metadata":[{"key":null}],"objectMappings":[{"scope":{"groups":[{"clauses":[{"targetOperand":null},{"targetOperand":{"values":null}}]}]},
		  "attributeMappings":[{"source":{"parameters":[{"key":"a","value":null}]}},{"source":null}]}]}]}`,
	} {
		s := parse(t, []byte(doc))
		_, _ = s.Rules(), s.Directories()
		if got := string(s.Bytes()); got != doc {
			t.Errorf("got %s", got)
		}
	}
}

func TestParseErrors(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 2000) + "1" + strings.Repeat("}", 2000)
	tests := []struct{ name, doc, want string }{
		{"empty", " \n", "line 1, column 1: the document is empty"},
		{"array", "\n [1]", "line 2, column 2: a synchronizationSchema is an object; this is an array"},
		{"text", `"x"`, "this is a string"},
		{"cut off", "{\n\"a\": [1,", "line 2, column 9: the document ends where a value is expected"},
		{"two commas", `{"a":1,,}`, `line 1, column 8: unexpected ',' in an object`},
		{"trailing comma", `{"a":[1,]}`, `unexpected ']' where a value is expected`},
		{"trailing text", "{}\nx", `line 2, column 1: unexpected 'x' after the end`},
		{"no colon", `{"a" 1}`, "where a colon is expected"},
		{"single quotes", `{'a':1}`, "where a name in quotes is expected"},
		{"number", `{"a":01}`, "no number of JSON"},
		{"fraction", `{"a":1.}`, "no number of JSON"},
		{"escape", `{"a":"\x"}`, "a backslash stands before"},
		{"unicode escape", `{"a":"\u12g4"}`, "four hexadecimal digits"},
		{"control character", "{\"a\":\"x\ny\"}", "raw control character"},
		{"open string", `{"é":"x`, "line 1, column 6: the string that begins here"},
		{"word", `{"a":nul}`, `unexpected 'n'`},
		{"not UTF-8", "{\"a\":\"\xff\"}", "not UTF-8"},
		{"UTF-16", "{\x00}\x00\xff", "not UTF-8"},
		{"duplicate", `{"a":1,"\u0061":2}`, `line 1, column 8: the name "a" occurs twice`},
		{"deep", deep, "nested more than 1000 deep"},
		{"rules", `{"synchronizationRules":{}}`, "synchronizationRules: this should be an array and is an object"},
		{"enabled", `{"synchronizationRules":[{},{"objectMappings":[{"enabled":"true"}]}]}`,
			"synchronizationRules[1].objectMappings[0].enabled: this should be a boolean and is a string"},
		{"priority", `{"synchronizationRules":[{"priority":1.5}]}`, "synchronizationRules[0].priority: this should be a whole number"},
		{"source", `{"synchronizationRules":[{"objectMappings":[{"attributeMappings":[{"source":"[a]"}]}]}]}`, "source: this should be an object"},
		{"element", `{"directories":["x"]}`, "directories[0]: this should be an object and is a string"},
		{"values", `{"synchronizationRules":[{"objectMappings":[{"scope":{"groups":[{"clauses":[{"targetOperand":{"values":[1]}}]}]}}]}]}`, "values[0]: this should be a string"},
	}
	for _, tt := range tests {
		s, err := entra.ParseSchema([]byte(tt.doc))
		var se *entra.SchemaError
		if s != nil || !errors.As(err, &se) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestManyMembersRepeated(t *testing.T) {
	var b strings.Builder
	b.WriteString("{")
	for i := range 100 {
		b.WriteString(`"m` + strings.Repeat("x", i) + `":1,`)
	}
	if _, err := entra.ParseSchema([]byte(b.String() + `"last":1}`)); err != nil {
		t.Error(err)
	}
	if _, err := entra.ParseSchema([]byte(b.String() + `"mxxx":1}`)); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("error %v", err)
	}
}

func TestByteOrderMark(t *testing.T) {
	if got := parse(t, []byte("\ufeff{}")).Bytes(); string(got) != "{}" {
		t.Errorf("got %q", got)
	}
}

func TestFindSource(t *testing.T) {
	s := load(t, "scim_reconstructed")
	canon := func(e string) string { return strings.ReplaceAll(e, " ", "") }
	raw := s.FindSource(`Join("",[givenName],[surname])`, canon)
	var source entra.Source
	if err := json.Unmarshal(raw, &source); err != nil || source.Name != "Join" || len(source.Parameters) != 3 {
		t.Errorf("%v %+v", err, source)
	}
	if raw := s.FindSource("[mail]", canon); raw != nil {
		t.Errorf("found %s", raw)
	}
	nested := parse(t, []byte(`{"synchronizationRules":[{"objectMappings":[{"attributeMappings":[{"source":{"type":"Function","expression":"A(B([c]))","parameters":[
		{"key":"k","value":{"type":"Function","expression":"B([c])","parameters":[{"key":"z","value":{"type":"Attribute","expression":"[c]"}}]}}]}},
		{"source":{"type":"Function","expression":"C([d])","parameters":[]}}]}]}]}`))
	if raw := nested.FindSource("B([c])", canon); !strings.Contains(string(raw), `"z"`) {
		t.Errorf("found %s", raw)
	}
	if raw := nested.FindSource("C([d])", canon); raw != nil {
		t.Errorf("found %s, which has no parameters", raw)
	}
}

func FuzzParseSchema(f *testing.F) {
	for _, doc := range documents(f) {
		f.Add(doc)
	}
	f.Add([]byte(`{"synchronizationRules":[{"objectMappings":[{"sourceObjectName":"User","targetObjectName":"T","attributeMappings":[{"targetAttributeName":"a"}]}]}]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		s, err := entra.ParseSchema(doc)
		if err != nil {
			var se *entra.SchemaError
			if !errors.As(err, &se) || se.Line < 1 || se.Column < 1 {
				t.Fatalf("error without a place: %v", err)
			}
			return
		}
		if !json.Valid(s.Bytes()) {
			t.Fatal("accepted what is no JSON")
		}
		if !bytes.Equal(s.Bytes(), bytes.TrimPrefix(doc, []byte("\ufeff"))) {
			t.Fatal("printed differently from how it was read")
		}
		_, _, _ = s.Rules(), s.Directories(), s.Version()
		before := s.Bytes()
		value := "x\"\\\n"
		m := entra.AttributeMapping{TargetAttributeName: "new \"target\"", DefaultValue: &value, Source: &entra.Source{Type: "Attribute", Name: "a"}}
		if s.SetAttributeMapping(user, m, nil) != nil {
			return
		}
		if removed, err := s.RemoveAttributeMapping(user, m.TargetAttributeName); !removed || err != nil {
			t.Fatalf("removed %v, %v", removed, err)
		}
		if !sameExceptEmptyArrays(before, s.Bytes()) {
			t.Fatalf("adding and removing a mapping changed\n%s\ninto\n%s", before, s.Bytes())
		}
	})
}

// sameExceptEmptyArrays compares JSON by meaning; a mapping list that was null
// or missing may have become empty.
func sameExceptEmptyArrays(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return true
	}
	strip := func(doc []byte) any {
		var v any
		if json.Unmarshal(doc, &v) != nil {
			return nil
		}
		return dropEmpty(v)
	}
	return cmp.Equal(strip(a), strip(b))
}

func dropEmpty(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			list, isList := e.([]any)
			if k == "attributeMappings" && (e == nil || isList && len(list) == 0) {
				delete(v, k)
				continue
			}
			v[k] = dropEmpty(e)
		}
	case []any:
		for i := range v {
			v[i] = dropEmpty(v[i])
		}
	}
	return v
}

func BenchmarkParseSchema(b *testing.B) {
	doc := documents(b)["gallery_2017"]
	b.SetBytes(int64(len(doc)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := entra.ParseSchema(doc); err != nil {
			b.Fatal(err)
		}
	}
}
