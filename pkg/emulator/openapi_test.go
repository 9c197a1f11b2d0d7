package emulator

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// contract is the OpenAPI description of the part of Graph that the emulator
// has: the slice that was derived from the official metadata, and beside it what
// the slice leaves out.
type contract struct {
	doc        *openapi3.T
	operations map[string]*openapi3.Operation // "GET /users/{}"
}

func loadContract(t *testing.T) *contract {
	t.Helper()
	var slice map[string]any
	readTestJSON(t, "testdata/graph_scim_slice.openapi.json", &slice)
	var beside struct{ Paths, Schemas map[string]any }
	readTestJSON(t, "testdata/beside_the_slice.json", &beside)
	schemas := slice["components"].(map[string]any)["schemas"].(map[string]any)
	for name, s := range beside.Schemas {
		schemas[name] = s
	}
	paths := slice["paths"].(map[string]any)
	known := map[string]string{}
	for p := range paths {
		known[anonymous(p)] = p
	}
	for p, item := range beside.Paths {
		at, ok := known[p]
		if !ok {
			at = numbered(p)
			paths[at] = map[string]any{}
		}
		for method, op := range item.(map[string]any) {
			if paths[at].(map[string]any)[method] != nil {
				t.Errorf("%s %s is in the slice already", method, p)
			}
			if at != p {
				op.(map[string]any)["parameters"] = pathParameters(at)
			}
			paths[at].(map[string]any)[method] = op
		}
	}
	data, err := json.Marshal(slice)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(data)
	if err != nil {
		t.Fatal(err)
	}
	c := &contract{doc: doc, operations: map[string]*openapi3.Operation{}}
	for p, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			c.operations[method+" "+strings.TrimSuffix(anonymous(p), "()")] = op
		}
	}
	return c
}

func readTestJSON(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// anonymous drops the names of path parameters.
func anonymous(p string) string {
	steps := strings.Split(p, "/")
	for i, s := range steps {
		if strings.HasPrefix(s, "{") {
			steps[i] = "{}"
		}
	}
	return strings.Join(steps, "/")
}

func numbered(p string) string {
	for i := 0; strings.Contains(p, "{}"); i++ {
		p = strings.Replace(p, "{}", fmt.Sprintf("{key%d}", i), 1)
	}
	return p
}

func pathParameters(p string) []any {
	list := []any{}
	for _, s := range strings.Split(p, "/") {
		if strings.HasPrefix(s, "{") {
			list = append(list, map[string]any{"name": strings.Trim(s, "{}"), "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
		}
	}
	return list
}

// check validates an answer against its operation: status, body, and that no
// member is there which the metadata does not have.
func (c *contract) check(method, pattern string, g *got) error {
	op := c.operations[method+" "+anonymous(pattern)]
	if op == nil {
		return fmt.Errorf("the contract has no %s %s", method, pattern)
	}
	response := op.Responses.Status(g.status)
	if response == nil {
		if g.status < 400 {
			return fmt.Errorf("status %d is not in the contract", g.status)
		}
		response = op.Responses.Default()
	}
	if len(response.Value.Content) == 0 {
		if len(g.raw) > 0 {
			return fmt.Errorf("a body where the contract has none: %.200s", g.raw)
		}
		return nil
	}
	for media, content := range response.Value.Content {
		body := g.body
		if media == "text/plain" {
			body = string(g.raw)
		}
		if !strings.HasPrefix(g.header.Get("Content-Type"), media) {
			return fmt.Errorf("content type %q, want %s", g.header.Get("Content-Type"), media)
		}
		if err := content.Schema.Value.VisitJSON(body, openapi3.VisitAsResponse()); err != nil {
			return fmt.Errorf("%w in %.300s", err, g.raw)
		}
		return unknownMembers(content.Schema, body, "")
	}
	return nil
}

// partialSchemas are types of which the slice holds some properties only, and
// detailsInfo, which is open.
var partialSchemas = []string{"user", "group", "directoryObject", "typedObject", "detailsInfo"}

// besides are members that live answers or documents have and the metadata has not.
var besides = map[string][]string{
	"attributeMappingFunctionSchema": {"name"},
	"filterOperatorSchema":           {"name"},
	"servicePrincipal":               {"createdDateTime"},
}

// unknownMembers walks a body beside its schema and reports the first member that
// the schema does not know. A choice is walked where it only says "or null".
func unknownMembers(ref *openapi3.SchemaRef, v any, at string) error {
	s := ref.Value
	switch v := v.(type) {
	case []any:
		if s.Items == nil {
			return nil
		}
		for i, e := range v {
			if err := unknownMembers(s.Items, e, fmt.Sprintf("%s[%d]", at, i)); err != nil {
				return err
			}
		}
	case map[string]any:
		if len(s.AnyOf) > 0 {
			if nullable := s.AnyOf[len(s.AnyOf)-1]; nullable.Ref == "" && len(s.AnyOf) == 2 && nullable.Value.Nullable {
				return unknownMembers(s.AnyOf[0], v, at)
			}
			return nil
		}
		properties, open := membersOf(ref)
		if open || len(properties) == 0 {
			return nil
		}
		name := ref.Ref[strings.LastIndexAny(ref.Ref, "./")+1:]
		for member, value := range v {
			if strings.Contains(member, "@odata.") || slices.Contains(besides[name], member) {
				continue
			}
			p, ok := properties[member]
			if !ok && !slices.Contains(partialSchemas, name) && !slices.Contains(partialSchemas, strings.TrimSuffix(name, "CollectionResponse")) {
				return fmt.Errorf("member %q at %s is not in the metadata of %s", member, at, name)
			}
			if ok {
				if err := unknownMembers(p, value, at+"."+member); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// membersOf gathers the properties of a schema and of what it is made of.
func membersOf(ref *openapi3.SchemaRef) (properties map[string]*openapi3.SchemaRef, open bool) {
	s := ref.Value
	properties = map[string]*openapi3.SchemaRef{}
	if len(s.Properties) == 0 && (s.AdditionalProperties.Schema != nil || s.AdditionalProperties.Has != nil && *s.AdditionalProperties.Has) {
		return nil, true
	}
	for name, p := range s.Properties {
		properties[name] = p
	}
	for _, part := range s.AllOf {
		more, openPart := membersOf(part)
		open = open || openPart
		for name, p := range more {
			properties[name] = p
		}
	}
	return properties, open
}
