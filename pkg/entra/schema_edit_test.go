package entra_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/entra"
)

func direct(target, source string) entra.AttributeMapping {
	return entra.AttributeMapping{
		TargetAttributeName: target,
		Source:              &entra.Source{Type: entra.SourceAttribute, Name: source, Expression: "[" + source + "]"},
	}
}

// lines returns the lines of b that a does not have, in order: what an edit of a
// document with members on lines of their own has added.
func lines(a, b []byte) string {
	have := map[string]int{}
	for line := range strings.Lines(string(a)) {
		have[line]++
	}
	var out strings.Builder
	for line := range strings.Lines(string(b)) {
		if have[line]--; have[line] < 0 {
			out.WriteString(line)
		}
	}
	return out.String()
}

// sibling is a document in each of the layouts that are met.
var layouts = map[string]struct{ doc, want string }{
	"two blanks": {
		"{\n  \"synchronizationRules\": [\n    {\n      \"id\": \"r\",\n      \"objectMappings\": [\n        {\n          \"sourceObjectName\": \"User\",\n          \"targetObjectName\": \"T\",\n          \"attributeMappings\": [\n            {\n              \"targetAttributeName\": \"a\",\n              \"source\": null,\n              \"unknown\": 1e2\n            }\n          ]\n        }\n      ]\n    }\n  ]\n}\n",
		"            },\n            {\n              \"targetAttributeName\": \"b\",\n              \"source\": {\n                \"expression\": \"[c]\",\n                \"name\": \"c\",\n                \"type\": \"Attribute\",\n                \"parameters\": []\n              },\n              \"defaultValue\": null,\n              \"exportMissingReferences\": false,\n              \"flowBehavior\": \"FlowWhenChanged\",\n              \"flowType\": \"Always\",\n              \"matchingPriority\": 0\n            }\n          ]",
	},
	"compact": {
		`{"synchronizationRules":[{"id":"r","objectMappings":[{"sourceObjectName":"User","targetObjectName":"T","attributeMappings":[{"targetAttributeName":"a","source":null}]}]}]}`,
		`"source":null},{"targetAttributeName":"b","source":{"expression":"[c]","name":"c","type":"Attribute","parameters":[]},"defaultValue":null,"exportMissingReferences":false,"flowBehavior":"FlowWhenChanged","flowType":"Always","matchingPriority":0}]`,
	},
	"one line with blanks": {
		`{ "synchronizationRules": [ { "id": "r", "objectMappings": [ { "sourceObjectName": "User", "targetObjectName": "T", "attributeMappings": [ { "targetAttributeName": "a", "source": null } ] } ] } ] }`,
		`"source": null }, { "targetAttributeName": "b", "source": { "expression": "[c]", "name": "c", "type": "Attribute", "parameters": [] }, "defaultValue": null,`,
	},
	"tabs and carriage returns": {
		"{\r\n\t\"synchronizationRules\" : [{\r\n\t\t\"objectMappings\" : [{\r\n\t\t\t\"sourceObjectName\" : \"User\",\r\n\t\t\t\"targetObjectName\" : \"T\",\r\n\t\t\t\"attributeMappings\" : [{\r\n\t\t\t\t\"targetAttributeName\" : \"a\"\r\n\t\t\t}]\r\n\t\t}]\r\n\t}]\r\n}",
		"\t\t\t\t\"targetAttributeName\" : \"a\"\r\n\t\t\t},{\r\n\t\t\t\t\"targetAttributeName\" : \"b\",\r\n\t\t\t\t\"defaultValue\" : null,",
	},
	"one mapping a line": {
		"{\"synchronizationRules\": [{\"objectMappings\": [{\"sourceObjectName\": \"User\", \"targetObjectName\": \"T\", \"attributeMappings\": [\n  {\"targetAttributeName\": \"z\"},\n  {\"targetAttributeName\": \"a\", \"flowType\": \"Always\"}\n]}]}]}",
		",\n  {\"targetAttributeName\": \"b\", \"flowType\": \"Always\", \"defaultValue\": null, \"exportMissingReferences\": false,",
	},
	"empty list": {
		"{\n  \"synchronizationRules\": [\n    {\n      \"objectMappings\": [\n        {\n          \"sourceObjectName\": \"User\",\n          \"targetObjectName\": \"T\",\n          \"attributeMappings\": []\n        }\n      ]\n    }\n  ]\n}",
		"          \"attributeMappings\": [\n            {\n              \"defaultValue\": null,",
	},
	"no list": {
		"{\n  \"synchronizationRules\": [\n    {\n      \"objectMappings\": [\n        {\n          \"sourceObjectName\": \"User\",\n          \"targetObjectName\": \"T\"\n        }\n      ]\n    }\n  ]\n}",
		"          \"targetObjectName\": \"T\",\n          \"attributeMappings\": [\n            {\n              \"defaultValue\": null,",
	},
	"null": {
		`{"synchronizationRules":[{"objectMappings":[{"sourceObjectName":"User","attributeMappings":null,"targetObjectName":"T"}]}]}`,
		`"attributeMappings":[{"defaultValue":null,`,
	},
}

func TestAppendedInTheDocumentsLayout(t *testing.T) {
	for name, tt := range layouts {
		s := parse(t, []byte(tt.doc))
		if err := s.SetAttributeMapping(user, direct("b", "c"), nil); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := string(s.Bytes()); !strings.Contains(got, tt.want) || !json.Valid(s.Bytes()) {
			t.Errorf("%s: got\n%s\nwithout\n%s", name, got, tt.want)
		}
		if removed, err := s.RemoveAttributeMapping(user, "b"); !removed || err != nil {
			t.Errorf("%s: removed %v, %v", name, removed, err)
		}
		if got := string(s.Bytes()); got != tt.doc && name != "no list" && name != "null" {
			t.Errorf("%s: after add and remove\n%s", name, got)
		}
	}
}

func TestChangeOnlyWhatDiffers(t *testing.T) {
	for _, name := range []string{"scim_reconstructed", "scim_compact"} {
		before := documents(t)[name]
		s := parse(t, before)
		_, m, _ := s.ObjectMapping(user)
		for _, a := range m.AttributeMappings {
			if err := s.SetAttributeMapping(user, a, nil); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(s.Bytes(), before) {
			t.Errorf("%s: setting what is there changed the document", name)
		}
		change := m.AttributeMappings[1]
		change.MatchingPriority, change.DefaultValue = 3, new(`a "b"`)
		if err := s.SetAttributeMapping(user, change, nil); err != nil {
			t.Fatal(err)
		}
		after := s.Bytes()
		if got := len(after) - len(before); got != len(`"a \"b\""`)-len("null") {
			t.Errorf("%s: the document grew by %d", name, got)
		}
		change.MatchingPriority, change.DefaultValue = 0, nil
		if err := s.SetAttributeMapping(user, change, nil); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(s.Bytes(), before) {
			t.Errorf("%s: changing back did not restore the document", name)
		}
	}
}

func TestChangeSource(t *testing.T) {
	s := load(t, "scim_reconstructed")
	before := s.Bytes()
	if err := s.SetAttributeMapping(user, direct("title", "department"), nil); err != nil {
		t.Fatal(err)
	}
	want := "                \"expression\": \"[department]\",\n                \"name\": \"department\",\n"
	if got := lines(before, s.Bytes()); got != want {
		t.Errorf("got %q", got)
	}
	raw := json.RawMessage(`{"expression":"ToLower([mail])", "name":"ToLower","type":"Function","parameters":[{"key":"secret","value":{}}], "x":null}`)
	if err := s.SetAttributeMapping(user, direct("title", "ignored"), raw); err != nil {
		t.Fatal(err)
	}
	if got := s.SourceJSON(user, "title"); string(got) != string(raw) {
		t.Errorf("got %s", got)
	}
	at := s.Bytes()
	// The same tree in another order is no change.
	if err := s.SetAttributeMapping(user, direct("title", "ignored"), json.RawMessage(`{"x":null,"parameters":[{"value":{},"key":"secret"}],"type":"Function","name":"ToLower","expression":"ToLower([mail])"}`)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s.Bytes(), at) {
		t.Error("an equal tree was written again")
	}
	if err := s.SetAttributeMapping(user, entra.AttributeMapping{TargetAttributeName: "title", DefaultValue: new("x")}, nil); err != nil {
		t.Fatal(err)
	}
	if got := s.SourceJSON(user, "title"); got != nil {
		t.Errorf("source %s", got)
	}
	if got := s.SourceJSON(user, "nothing"); got != nil {
		t.Errorf("source %s", got)
	}
}

func TestKeepUnstatedFlow(t *testing.T) {
	s := parse(t, []byte(`{"synchronizationRules":[{"objectMappings":[{"sourceObjectName":"User","targetObjectName":"T","attributeMappings":[
		{"targetAttributeName":"a","flowType":"ValueAddOnly","flowBehavior":"FlowAlways"}]}]}]}`))
	if err := s.SetAttributeMapping(user, direct("a", "b"), nil); err != nil {
		t.Fatal(err)
	}
	if _, m, _ := s.ObjectMapping(user); m.AttributeMappings[0].FlowType != "ValueAddOnly" || m.AttributeMappings[0].FlowBehavior != "FlowAlways" {
		t.Errorf("%+v", m.AttributeMappings[0])
	}
}

func TestRepeatedTarget(t *testing.T) {
	doc := `{"synchronizationRules":[{"objectMappings":[{"sourceObjectName":"User","targetObjectName":"T","attributeMappings":[
		{"targetAttributeName":"a"},{"targetAttributeName":"x"},{"targetAttributeName":"a"},{"targetAttributeName":"a"}]}]}]}`
	s := parse(t, []byte(doc))
	if err := s.SetAttributeMapping(user, direct("a", "b"), nil); err != nil {
		t.Fatal(err)
	}
	if _, m, _ := s.ObjectMapping(user); len(m.AttributeMappings) != 2 || m.AttributeMappings[0].Source.Name != "b" {
		t.Errorf("%+v", m.AttributeMappings)
	}
	s = parse(t, []byte(doc))
	if removed, err := s.RemoveAttributeMapping(user, "a"); !removed || err != nil {
		t.Fatal(removed, err)
	}
	if _, m, _ := s.ObjectMapping(user); len(m.AttributeMappings) != 1 || m.AttributeMappings[0].TargetAttributeName != "x" {
		t.Errorf("%+v", m.AttributeMappings)
	}
	if removed, err := s.RemoveAttributeMapping(user, "a"); removed || err != nil {
		t.Error(removed, err)
	}
}

func TestSetObjectMapping(t *testing.T) {
	s := load(t, "gallery_2017")
	before := s.Bytes()
	if err := s.SetObjectMapping(user, new(true), new("Add, Update, Delete"), json.RawMessage("null")); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(s.Bytes(), before) {
		t.Error("setting what is there changed the document")
	}
	scope := `{ "groups" : [ ] }`
	if err := s.SetObjectMapping(user, new(false), new("Add"), json.RawMessage(scope)); err != nil {
		t.Fatal(err)
	}
	if got, want := lines(before, s.Bytes()), "          \"flowTypes\": \"Add\",\n          \"scope\": "+scope+",\n          \"enabled\": false,\n"; got != want {
		t.Errorf("got %q", got)
	}
	for _, bad := range []string{"", "{", `null,"x":1`, "nul"} {
		if err := s.SetObjectMapping(user, nil, nil, json.RawMessage(bad)); err == nil || !strings.Contains(err.Error(), "scope of User") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}

func TestSetScope(t *testing.T) {
	s := load(t, "scim_reconstructed")
	before := s.Bytes()
	f := &entra.Filter{Groups: []entra.FilterGroup{{Name: "staff", Clauses: []entra.FilterClause{
		{OperatorName: "EQUALS", SourceOperandName: "department", TargetOperand: entra.FilterOperand{Values: []string{"Sales"}}}}}}}
	if err := s.SetScope(user, f); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(s.Bytes()), "          \"scope\": {\n            \"groups\": [\n              {\n                \"name\": \"staff\",\n                \"clauses\": [\n                  {\n                    \"operatorName\": \"EQUALS\",") {
		t.Errorf("got\n%s", lines(before, s.Bytes()))
	}
	after := s.Bytes()
	if err := s.SetScope(user, f); err != nil || !bytes.Equal(after, s.Bytes()) {
		t.Errorf("writing the same again: %v", err)
	}
	if _, m, _ := s.ObjectMapping(user); !cmp.Equal(m.Scope.Groups, f.Groups) {
		t.Errorf("read back %+v", m.Scope)
	}
	if err := s.SetScope(user, nil); err != nil || !bytes.Equal(before, s.Bytes()) {
		t.Errorf("taking the filter away again: %v", err)
	}
}

func TestSetAttributeDefinition(t *testing.T) {
	const urn = "urn:ietf:params:scim:schemas:extension:Example:2.0:User:badge"
	for name, want := range map[string]string{
		"scim_reconstructed": `"flowNullValues"`,
		"gallery_2017":       "",
	} {
		s := load(t, name)
		before := s.Bytes()
		if err := s.SetAttributeDefinition(user, entra.TargetSide, entra.AttributeDefinition{Name: urn}); err != nil {
			t.Fatal(err)
		}
		added := lines(before, s.Bytes())
		if !strings.Contains(added, urn) || want == "" && strings.Contains(string(s.Bytes()), "flowNullValues") {
			t.Errorf("%s: added\n%s", name, added)
		}
		_, to := s.Definitions(user)
		got := to.Attributes[len(to.Attributes)-1]
		if diff := cmp.Diff(entra.AttributeDefinition{Name: urn, Type: "String", Mutability: "ReadWrite"}, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		got.Required, got.Type, got.ReferencedObjects = true, "Reference", []entra.ReferencedObject{{ReferencedObjectName: "User"}}
		if err := s.SetAttributeDefinition(user, entra.TargetSide, got); err != nil {
			t.Fatal(err)
		}
		_, to = s.Definitions(user)
		if diff := cmp.Diff(got, to.Attributes[len(to.Attributes)-1]); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if removed, err := s.RemoveAttributeDefinition(user, entra.TargetSide, urn); !removed || err != nil || !bytes.Equal(before, s.Bytes()) {
			t.Errorf("%s: removed %v, %v", name, removed, err)
		}
		if removed, err := s.RemoveAttributeDefinition(user, entra.SourceSide, urn); removed || err != nil {
			t.Errorf("%s: removed %v, %v", name, removed, err)
		}
	}
}

// TestMembersAdded adds several members to a definition that lacks them.
func TestMembersAdded(t *testing.T) {
	s := parse(t, []byte(`{"synchronizationRules":[{"targetDirectoryName":"d","objectMappings":[{"sourceObjectName":"User","targetObjectName":"T"}]}],
		"directories":[{"name":"d","objects":[{"name":"T","attributes":[{"name":"a"}]}]}]}`))
	want := entra.AttributeDefinition{Name: "a", Type: "Boolean", Required: true, Multivalued: true, Mutability: "ReadOnly", DefaultValue: new("")}
	if err := s.SetAttributeDefinition(user, entra.TargetSide, want); err != nil {
		t.Fatal(err)
	}
	if _, to := s.Definitions(user); !cmp.Equal(to.Attributes[0], want) {
		t.Errorf("got %+v\n%s", to.Attributes[0], s.Bytes())
	}
}

func TestEditErrors(t *testing.T) {
	s := load(t, "shortened")
	before := s.Bytes()
	missing := entra.MappingRef{Source: "Group"}
	for name, err := range map[string]error{
		"no such object":     s.SetAttributeMapping(missing, direct("a", "b"), nil),
		"no target":          s.SetAttributeMapping(user, direct("", "b"), nil),
		"no JSON":            s.SetAttributeMapping(user, direct("a", "b"), json.RawMessage(`{"a":}`)),
		"two values":         s.SetAttributeMapping(user, direct("a", "b"), json.RawMessage(`null, "x": 1`)),
		"no tree":            s.SetAttributeMapping(user, direct("a", "b"), json.RawMessage(`"x"`)),
		"no attribute list":  s.SetAttributeDefinition(user, entra.TargetSide, entra.AttributeDefinition{Name: "a"}),
		"no attribute name":  s.SetAttributeDefinition(user, entra.SourceSide, entra.AttributeDefinition{}),
		"no object to scope": s.SetScope(missing, nil),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := s.RemoveAttributeMapping(missing, "a"); err == nil {
		t.Error("removed from an object that is not there")
	}
	if _, err := s.RemoveAttributeDefinition(missing, entra.SourceSide, "a"); err == nil {
		t.Error("removed from an object that is not there")
	}
	if !bytes.Equal(before, s.Bytes()) {
		t.Error("a failed edit changed the document")
	}
}

func TestCloneIsIndependent(t *testing.T) {
	s := load(t, "scim_reconstructed")
	c := s.Clone()
	before := s.Bytes()
	if _, err := c.RemoveAttributeMapping(user, "title"); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, s.Bytes()) || bytes.Equal(before, c.Bytes()) {
		t.Error("clone and original share edits")
	}
}

// TestRandomEditsKeepTheRest edits the mappings of users at random and compares
// everything else byte for byte.
func TestRandomEditsKeepTheRest(t *testing.T) {
	for name, doc := range documents(t) {
		s := parse(t, doc)
		if _, _, ok := s.ObjectMapping(user); !ok {
			continue
		}
		random := rand.New(rand.NewPCG(1, 2))
		prefix, suffix := around(t, doc)
		for range 60 {
			target := string(rune('a' + random.IntN(6)))
			m := direct(target, string(rune('p'+random.IntN(6))))
			m.MatchingPriority = random.IntN(3)
			if random.IntN(2) == 0 {
				m.DefaultValue = new("ü\n")
			}
			if random.IntN(3) == 0 {
				if _, err := s.RemoveAttributeMapping(user, target); err != nil {
					t.Fatal(err)
				}
				continue
			}
			if err := s.SetAttributeMapping(user, m, nil); err != nil {
				t.Fatal(err)
			}
			_, has, _ := s.ObjectMapping(user)
			for _, got := range has.AttributeMappings {
				if got.TargetAttributeName == target && (got.Source.Name != m.Source.Name || got.MatchingPriority != m.MatchingPriority) {
					t.Fatalf("%s: got %+v", name, got)
				}
			}
		}
		now := s.Bytes()
		if !json.Valid(now) || !bytes.HasPrefix(now, prefix) || !bytes.HasSuffix(now, suffix) {
			t.Errorf("%s: the edits changed more than the mappings", name)
		}
		for _, target := range []string{"a", "b", "c", "d", "e", "f"} {
			if _, err := s.RemoveAttributeMapping(user, target); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(s.Bytes(), doc) {
			t.Errorf("%s: taking all additions away did not restore the document", name)
		}
	}
}

// around cuts the document where a mapping of users is appended.
func around(t *testing.T, doc []byte) (prefix, suffix []byte) {
	t.Helper()
	s := parse(t, doc)
	if err := s.SetAttributeMapping(user, direct("a", "b"), nil); err != nil {
		t.Fatal(err)
	}
	now, i := s.Bytes(), 0
	for doc[i] == now[i] {
		i++
	}
	if !bytes.HasSuffix(now, doc[i:]) {
		t.Fatal("an addition is more than an insertion")
	}
	return doc[:i], doc[i:]
}

func FuzzEdit(f *testing.F) {
	for _, l := range layouts {
		f.Add([]byte(l.doc), "b", "c", "default")
	}
	for _, doc := range documents(f) {
		f.Add(doc, `emails[type eq "work"].value`, "mail", "")
	}
	f.Fuzz(func(t *testing.T, doc []byte, target, source, value string) {
		s, err := entra.ParseSchema(doc)
		if err != nil {
			return
		}
		before := s.Bytes()
		m := direct(target, source)
		m.DefaultValue = &value
		if err := s.SetAttributeMapping(user, m, nil); err != nil {
			if !bytes.Equal(before, s.Bytes()) {
				t.Fatal("a failed edit changed the document")
			}
			return
		}
		if _, err := entra.ParseSchema(s.Bytes()); err != nil || !json.Valid(s.Bytes()) {
			t.Fatalf("%v: %s", err, s.Bytes())
		}
		once := s.Bytes()
		clean := func(s string) string { return strings.ToValidUTF8(s, "\ufffd") }
		if clean(target) == target && clean(source) == source && clean(value) == value {
			if err := s.SetAttributeMapping(user, m, nil); err != nil || !bytes.Equal(once, s.Bytes()) {
				t.Fatalf("setting it again: %v", err)
			}
		}
		if err := s.SetScope(user, &entra.Filter{Groups: []entra.FilterGroup{{Name: source}}}); err != nil || !json.Valid(s.Bytes()) {
			t.Fatalf("scope: %v", err)
		}
		_ = s.SetAttributeDefinition(user, entra.TargetSide, entra.AttributeDefinition{Name: "a" + target})
		if _, err := entra.ParseSchema(s.Bytes()); err != nil || !json.Valid(s.Bytes()) {
			t.Fatalf("%v: %s", err, s.Bytes())
		}
	})
}
