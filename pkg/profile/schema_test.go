package profile

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"github.com/scimctl/scimctl/profiles"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("profile.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("profile.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// validate reports what the schema says of a YAML document.
func validate(t *testing.T, s *jsonschema.Schema, source string) error {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(source), &value); err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(instance)
}

func TestSchemaAccepts(t *testing.T) {
	s := compileSchema(t)
	for _, name := range profiles.Names() {
		data, _ := profiles.Read(name)
		if err := validate(t, s, string(data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := validate(t, s, everyField); err != nil {
		t.Errorf("every field: %v", err)
	}
}

func TestSchemaRefuses(t *testing.T) {
	s := compileSchema(t)
	const head = "version: 1\nprofile: p\napp: {name: A}\n"
	if err := validate(t, s, head); err != nil {
		t.Fatal(err)
	}
	for _, body := range []string{
		"colour: red",
		"provider: okta",
		"users: {bse: none}",
		"users: {base: all}",
		"users: {actions: []}",
		"users: {actions: [create, create]}",
		"users: {mappings: [{source: mail}]}",
		"users: {mappings: [{target: a, source: mail, constant: x}]}",
		"users: {mappings: [{target: a, source: [mail]}]}",
		"users: {mappings: [{target: a, source: mail, match: 0}]}",
		"users: {mappings: [{target: a, source: mail, match: one}]}",
		"users: {filters: [{name: f, all: []}]}",
		"users: {filters: [{all: [{attribute: a}]}]}",
		"users: {attributes: {target: [{name: a, type: Text}]}}",
		"users: {attributes: {target: [{type: String}]}}",
		"groups: {enabled: maybe}",
		"endpoint: {token: abc}",
		"endpoint: {token: {keyvault: x}}",
		"endpoint: {token: {env: A, file: b}}",
		"endpoint: {token: none, oauth2: {clientId: x}}",
		"endpoint: {compliance: nope}",
		"settings: {scope: some}",
		"settings: {deletionThreshold: never}",
		"settings: {state: running}",
		"assign: {to: [{role: x}]}",
		"assign: {to: [{group: a, user: b}]}",
		"assign: {to: x}",
		"variables: {a-b: {}}",
		"variables: {a: {group: x, user: y}}",
		"variables: {a: {kind: x}}",
		"environments: {test: {version: 1}}",
		"environments: {test: {tokn: 1}}",
		"tests: [{name: t, expect: {action: create}}]",
		"tests: [{name: t, user: {mail: x}, expect: {action: create}}]",
		"tests: [{name: t, user: {objectId: x}, expect: {action: none}}]",
		"tests: [{name: t, user: {objectId: x}, expect: {}}]",
		"tests: [{name: t, user: {objectId: x}, when: {deleted: yes}, expect: {action: skip}}]",
	} {
		if err := validate(t, s, head+body+"\n"); err == nil {
			t.Errorf("accepted: %s", body)
		}
	}
	for _, source := range []string{"profile: p\napp: {name: A}\n", "version: 2\nprofile: p\napp: {name: A}\n", "version: 1\nprofile: a b\napp: {name: A}\n", "version: 1\nprofile: p\napp: {name: A, template: x, existing: {name: y}}\n", "version: 1\nprofile: p\napp: {existing: {name: y, appId: z}}\n"} {
		if err := validate(t, s, source); err == nil {
			t.Errorf("accepted: %s", source)
		}
	}
}

// TestSchemaDrift walks the keys that the decoder knows and the schema's properties:
// they must be the same, with the same fixed words, and all described.
func TestSchemaDrift(t *testing.T) {
	var doc map[string]any
	if err := json.Unmarshal(JSONSchema(), &doc); err != nil {
		t.Fatal(err)
	}
	d := drift{t: t, defs: doc["$defs"].(map[string]any), seen: map[string]bool{}}
	d.walk("profile", documentShape(), doc)
	for name := range d.defs {
		if !d.seen[name] {
			t.Errorf("nothing refers to $defs/%s", name)
		}
	}
}

type drift struct {
	t    *testing.T
	defs map[string]any
	seen map[string]bool
}

// follow resolves references and the anyOf of a schema to the parts that matter.
func (d *drift) follow(s map[string]any) []map[string]any {
	var out []map[string]any
	if ref, ok := s["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/$defs/")
		d.seen[name] = true
		target, ok := d.defs[name].(map[string]any)
		if !ok {
			d.t.Fatalf("no %s", ref)
		}
		out = append(out, d.follow(target)...)
	}
	if parts, ok := s["anyOf"].([]any); ok {
		for _, part := range parts {
			out = append(out, d.follow(part.(map[string]any))...)
		}
	}
	return append(out, s)
}

func (d *drift) walk(path string, s *shape, schema map[string]any) {
	d.t.Helper()
	parts := d.follow(schema)
	member := func(name string) any {
		for _, p := range parts {
			if v, ok := p[name]; ok {
				return v
			}
		}
		return nil
	}
	if member("description") == nil || member("examples") == nil {
		d.t.Errorf("%s has no description or no examples", path)
	}
	switch s.form {
	case objectForm, secretForm:
		properties, _ := member("properties").(map[string]any)
		var names []string
		for name := range properties {
			names = append(names, name)
		}
		slices.Sort(names)
		if diff := cmp.Diff(slices.Sorted(slices.Values(s.names())), names); diff != "" {
			d.t.Errorf("%s: keys of the decoder (-) and of the schema (+)\n%s", path, diff)
			return
		}
		if closed := member("additionalProperties"); s.item == nil && closed != false {
			d.t.Errorf("%s takes further keys", path)
		}
		for _, f := range s.fields {
			d.walk(path+"."+f.name, f.shape, properties[f.name].(map[string]any))
		}
	case namedForm:
		inner, ok := member("additionalProperties").(map[string]any)
		if !ok {
			d.t.Errorf("%s has no schema for its values", path)
			return
		}
		d.walk(path+".*", s.item, inner)
	case listForm:
		d.walk(path+"[]", s.item, member("items").(map[string]any))
	case wordForm, numberForm:
		var words []string
		for _, p := range parts {
			list, _ := p["enum"].([]any)
			for _, w := range list {
				words = append(words, w.(string))
			}
		}
		if !slices.Equal(words, s.words) {
			d.t.Errorf("%s: words %v, schema %v", path, s.words, words)
		}
	}
}
