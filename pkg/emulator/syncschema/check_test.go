package syncschema_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/scimctl/scimctl/pkg/emulator/syncschema"
	"github.com/scimctl/scimctl/pkg/entra/template"
)

var keys = syncschema.NewKeys([]byte("a tenant"))

const rule = "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8"

func fresh(t testing.TB, name string) *syncschema.Object {
	t.Helper()
	found, ok := template.Find(name)
	if !ok {
		t.Fatalf("no template %s", name)
	}
	doc, err := keys.Fresh(found.Schema().Bytes(), "job")
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestFreshSchemasAreGood: what a new job gets may be written back.
func TestFreshSchemasAreGood(t *testing.T) {
	for _, found := range template.All() {
		doc := fresh(t, found.ID)
		var rules []string
		for _, r := range doc.List("synchronizationRules") {
			rules = append(rules, r.Text("id"))
		}
		if problems := keys.Check(doc, rules); len(problems) > 0 {
			t.Errorf("%s: %v", found.DisplayName, problems)
		}
		if doc.Text("id") != "job" {
			t.Errorf("id %s", doc.Text("id"))
		}
		syncschema.AddExtra(doc)
		if problems := keys.Check(doc, rules); len(problems) > 0 {
			t.Errorf("%s with an extra mapping: %v", found.DisplayName, problems)
		}
	}
}

// edit walks to a part of a document: names of members, and indexes.
func edit(t *testing.T, doc *syncschema.Object, path ...any) *syncschema.Object {
	t.Helper()
	at := doc
	for i := 0; i+1 < len(path); i += 2 {
		list := at.List(path[i].(string))
		index := path[i+1].(int)
		if index >= len(list) {
			t.Fatalf("no %v in %v", index, path[:i+1])
		}
		at = list[index]
	}
	if len(path)%2 == 1 {
		v, _ := at.Get(path[len(path)-1].(string))
		o, ok := v.(*syncschema.Object)
		if !ok {
			t.Fatalf("%v is no object", path)
		}
		return o
	}
	return at
}

// users and its title mapping in the non-gallery template.
func users(t *testing.T, doc *syncschema.Object) *syncschema.Object {
	t.Helper()
	for _, m := range edit(t, doc, "synchronizationRules", 0).List("objectMappings") {
		if m.Text("sourceObjectName") == "User" {
			return m
		}
	}
	t.Fatal("no users")
	return nil
}

func mapping(t *testing.T, doc *syncschema.Object, target string) *syncschema.Object {
	t.Helper()
	for _, m := range users(t, doc).List("attributeMappings") {
		if m.Text("targetAttributeName") == target {
			return m
		}
	}
	t.Fatalf("no mapping of %s", target)
	return nil
}

func source(t *testing.T, expression string) *syncschema.Object {
	t.Helper()
	tree, err := keys.Tree(expression)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func object(t *testing.T, text string) *syncschema.Object {
	t.Helper()
	o, err := syncschema.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestCheck(t *testing.T) {
	clause := func(operator, operand, values string) string {
		return `{"groups":[{"name":"g","clauses":[{"operatorName":"` + operator + `","sourceOperandName":"` + operand + `","targetOperand":{"values":` + values + `}}]}]}`
	}
	notEquals := keys.Operators()[1].Name
	for name, c := range map[string]struct {
		change func(t *testing.T, doc *syncschema.Object)
		want   string // part of a problem; "" for none
	}{
		"nothing":        {func(t *testing.T, doc *syncschema.Object) {}, ""},
		"no directories": {func(t *testing.T, doc *syncschema.Object) { doc.Set("directories", nil) }, "directories: the array is missing"},
		"no rules":       {func(t *testing.T, doc *syncschema.Object) { doc.Set("synchronizationRules", []any{}) }, "rule '" + rule + "' is missing"},
		"rules no array": {func(t *testing.T, doc *syncschema.Object) { doc.Set("synchronizationRules", "x") }, "an array is expected"},
		"unknown rule":   {func(t *testing.T, doc *syncschema.Object) { edit(t, doc, "synchronizationRules", 0).Set("id", "other") }, "rule 'other' is not a rule of this job"},
		"unknown directory": {func(t *testing.T, doc *syncschema.Object) {
			edit(t, doc, "synchronizationRules", 0).Set("targetDirectoryName", "nowhere")
		}, "there is no directory 'nowhere'"},
		"no mappings": {func(t *testing.T, doc *syncschema.Object) {
			edit(t, doc, "synchronizationRules", 0).Set("objectMappings", nil)
		}, "objectMappings: the array is missing"},
		"unknown object": {func(t *testing.T, doc *syncschema.Object) { users(t, doc).Set("targetObjectName", "Nobody") }, "has no object 'Nobody'"},
		"empty object mapping": {func(t *testing.T, doc *syncschema.Object) {
			addMapping(t, doc, `{"sourceObjectName":"","targetObjectName":"","enabled":false,"name":null}`)
		}, ""},
		"enabled without objects": {func(t *testing.T, doc *syncschema.Object) {
			addMapping(t, doc, `{"sourceObjectName":"","targetObjectName":"","enabled":true}`)
		}, "needs a source and a target object"},
		"flow types":         {func(t *testing.T, doc *syncschema.Object) { users(t, doc).Set("flowTypes", "Add, Update") }, ""},
		"unknown flow type":  {func(t *testing.T, doc *syncschema.Object) { users(t, doc).Set("flowTypes", "Add,Create") }, "'Add,Create' is not a list of None, Add, Update, Delete"},
		"flow types no text": {func(t *testing.T, doc *syncschema.Object) { users(t, doc).Set("flowTypes", json.Number("7")) }, "is not a list of"},
		"enabled no boolean": {func(t *testing.T, doc *syncschema.Object) { users(t, doc).Set("enabled", "true") }, "'true' is not a boolean"},
		"target unknown": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "title").Set("targetAttributeName", "rank")
		}, "target attribute 'rank' does not exist in object"},
		"target twice": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "title").Set("targetAttributeName", "displayName")
		}, "target attribute 'displayName' is mapped more than once"},
		"anchor mapped": {func(t *testing.T, doc *syncschema.Object) { mapping(t, doc, "title").Set("targetAttributeName", "id") }, "is the anchor and cannot be mapped"},
		"no target":     {func(t *testing.T, doc *syncschema.Object) { mapping(t, doc, "title").Set("targetAttributeName", "") }, "needs a target attribute"},
		"flow type":     {func(t *testing.T, doc *syncschema.Object) { mapping(t, doc, "title").Set("flowType", "Sometimes") }, "'Sometimes' is not one of Always"},
		"flow behavior": {func(t *testing.T, doc *syncschema.Object) { mapping(t, doc, "title").Set("flowBehavior", "flowAlways") }, "'flowAlways' is not one of FlowWhenChanged"},
		"default no text": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "title").Set("defaultValue", json.Number("1"))
		}, "'1' is not a text"},
		"default empty": {func(t *testing.T, doc *syncschema.Object) { mapping(t, doc, "title").Set("defaultValue", "") }, ""},
		"constant of old": {func(t *testing.T, doc *syncschema.Object) {
			m := mapping(t, doc, "title")
			m.Set("source", nil)
			m.Set("defaultValue", "Staff")
		}, ""},
		"priority negative": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "title").Set("matchingPriority", json.Number("-1"))
		}, "'-1' is not a whole number from 0"},
		"priority text": {func(t *testing.T, doc *syncschema.Object) { mapping(t, doc, "title").Set("matchingPriority", "1") }, "'1' is not a whole number from 0"},
		"priority twice": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "title").Set("matchingPriority", json.Number("1"))
		}, "have the same matching priority"},
		"second priority": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "externalId").Set("matchingPriority", json.Number("2"))
		}, ""},
		"two sources to match": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "name.formatted").Set("matchingPriority", json.Number("2"))
		}, "Joining property name.formatted has more than one SourceName"},
		"source attribute": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "title").Set("source", source(t, "[jobtitle]"))
		}, "source attribute 'jobtitle' does not exist in object 'User'"},
		"shortened source": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "title").Set("source", object(t, `{"name":"jobTitle","type":"Attribute"}`))
		}, ""},
		"shortened constant": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "title").Set("source", object(t, `{"name":"Staff","type":"Constant"}`))
		}, ""},
		"shortened function": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "title").Set("source", object(t, `{"name":"Not","type":"Function"}`))
		}, "a source needs an expression"},
		"constant": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "title").Set("source", source(t, `"Staff"`))
		}, ""},
		"source no object": {func(t *testing.T, doc *syncschema.Object) { mapping(t, doc, "title").Set("source", "[jobTitle]") }, "an object is expected"},
		"source type": {func(t *testing.T, doc *syncschema.Object) {
			o := source(t, "[jobTitle]")
			o.Set("type", "attribute")
			mapping(t, doc, "title").Set("source", o)
		}, "'attribute' is not one of Attribute, Constant, Function"},
		"wrong kind": {func(t *testing.T, doc *syncschema.Object) {
			o := source(t, "[jobTitle]")
			o.Set("type", "Constant")
			mapping(t, doc, "title").Set("source", o)
		}, "type is 'Constant' where the expression has 'Attribute'"},
		"wrong name": {func(t *testing.T, doc *syncschema.Object) {
			o := source(t, "[jobTitle]")
			o.Set("name", "title")
			mapping(t, doc, "title").Set("source", o)
		}, "name is 'title' where the expression has 'jobTitle'"},
		"broken expression": {func(t *testing.T, doc *syncschema.Object) {
			o := source(t, "[jobTitle]")
			o.Set("expression", "Switch([a")
			mapping(t, doc, "title").Set("source", o)
		}, "is not valid"},
		"unknown function": {func(t *testing.T, doc *syncschema.Object) {
			o := source(t, "[jobTitle]")
			o.Set("expression", "Frob([jobTitle])")
			mapping(t, doc, "title").Set("source", o)
		}, "is not valid"},
		"spacing": {func(t *testing.T, doc *syncschema.Object) {
			o := source(t, "Append([jobTitle], \"x\")")
			o.Set("expression", "Append( [jobTitle],\"x\" )")
			mapping(t, doc, "title").Set("source", o)
		}, ""},
		"tree disagrees": {func(t *testing.T, doc *syncschema.Object) {
			o := source(t, "Append([jobTitle], \"x\")")
			o.Set("expression", "Append([jobTitle], \"y\")")
			mapping(t, doc, "title").Set("source", o)
		}, "name is 'x' where the expression has 'y'"},
		"parameters missing": {func(t *testing.T, doc *syncschema.Object) {
			o := source(t, "Append([jobTitle], \"x\")")
			o.Set("parameters", []any{})
			mapping(t, doc, "title").Set("source", o)
		}, "'Append' has 0 parameters where the expression has 2"},
		"guessed key": {func(t *testing.T, doc *syncschema.Object) {
			o := source(t, "ToUpper([jobTitle])")
			o.List("parameters")[0].Set("key", "source")
			mapping(t, doc, "title").Set("source", o)
		}, "parameter 1 of 'ToUpper' has the key 'source', which 'ToUpper' does not know"},
		"documented key": {func(t *testing.T, doc *syncschema.Object) {
			mapping(t, doc, "title").Set("source", object(t, `{"expression":"Not([IsSoftDeleted])","name":"Not","type":"Function","parameters":[{"key":"source","value":{"expression":"[IsSoftDeleted]","name":"IsSoftDeleted","parameters":[],"type":"Attribute"}}]}`))
		}, ""},
		"no filter": {func(t *testing.T, doc *syncschema.Object) { users(t, doc).Set("scope", nil) }, ""},
		"filter": {func(t *testing.T, doc *syncschema.Object) {
			users(t, doc).Set("scope", object(t, clause("EQUALS", "department", `["x"]`)))
		}, ""},
		"tenant's operator": {func(t *testing.T, doc *syncschema.Object) {
			users(t, doc).Set("scope", object(t, clause(notEquals, "department", `["x"]`)))
		}, ""},
		"guessed operator": {func(t *testing.T, doc *syncschema.Object) {
			users(t, doc).Set("scope", object(t, clause("NotEquals", "department", `["x"]`)))
		}, "there is no operator 'NotEquals'"},
		"filter attribute": {func(t *testing.T, doc *syncschema.Object) {
			users(t, doc).Set("scope", object(t, clause("EQUALS", "dept", `["x"]`)))
		}, "source attribute 'dept' does not exist"},
		"filter type": {func(t *testing.T, doc *syncschema.Object) {
			users(t, doc).Set("scope", object(t, clause("EQUALS", "manager", `["x"]`)))
		}, "does not support attribute 'manager' of type Reference"},
		"filter without value": {func(t *testing.T, doc *syncschema.Object) {
			users(t, doc).Set("scope", object(t, clause("EQUALS", "department", `[]`)))
		}, "operator 'EQUALS' needs a value"},
		"filter value": {func(t *testing.T, doc *syncschema.Object) {
			users(t, doc).Set("scope", object(t, clause("EQUALS", "department", `[true]`)))
		}, "'true' is not a text"},
		"filter no object": {func(t *testing.T, doc *syncschema.Object) { users(t, doc).Set("scope", "x") }, "an object is expected"},
		"attribute twice":  {func(t *testing.T, doc *syncschema.Object) { addAttribute(t, doc, `{"name":"title","type":"String"}`) }, "attribute 'title' is defined twice"},
		"attribute added":  {func(t *testing.T, doc *syncschema.Object) { addAttribute(t, doc, `{"name":"rank","type":"String"}`) }, ""},
		"attribute type":   {func(t *testing.T, doc *syncschema.Object) { addAttribute(t, doc, `{"name":"rank","type":"Text"}`) }, "'Text' is not one of String"},
		"attribute mutability": {func(t *testing.T, doc *syncschema.Object) {
			addAttribute(t, doc, `{"name":"rank","type":"String","mutability":"readWrite"}`)
		}, "'readWrite' is not one of ReadWrite"},
		"attribute flag": {func(t *testing.T, doc *syncschema.Object) {
			addAttribute(t, doc, `{"name":"rank","type":"String","caseExact":1}`)
		}, "'1' is not a boolean"},
		"attribute nameless": {func(t *testing.T, doc *syncschema.Object) { addAttribute(t, doc, `{"type":"String"}`) }, "an attribute needs a name"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := fresh(t, "non-gallery")
			c.change(t, doc)
			problems := keys.Check(doc, []string{rule})
			if c.want == "" && len(problems) > 0 {
				t.Errorf("%v", problems)
			}
			if c.want != "" && !strings.Contains(strings.Join(problems, "\n"), c.want) {
				t.Errorf("%q; want %q", problems, c.want)
			}
		})
	}
}

func addMapping(t *testing.T, doc *syncschema.Object, text string) {
	t.Helper()
	r := edit(t, doc, "synchronizationRules", 0)
	v, _ := r.Get("objectMappings")
	r.Set("objectMappings", append(v.([]any), object(t, text)))
}

func addAttribute(t *testing.T, doc *syncschema.Object, text string) {
	t.Helper()
	for _, d := range doc.List("directories") {
		for _, o := range d.List("objects") {
			if o.Text("name") == users(t, doc).Text("targetObjectName") {
				v, _ := o.Get("attributes")
				o.Set("attributes", append(v.([]any), object(t, text)))
			}
		}
	}
}

func TestProblemsNameTheirPlace(t *testing.T) {
	doc := fresh(t, "non-gallery")
	mapping(t, doc, "title").Set("flowType", "x")
	problems := keys.Check(doc, []string{rule})
	if len(problems) != 1 || !strings.HasPrefix(problems[0], "synchronizationRules[0].objectMappings[1].attributeMappings[") {
		t.Errorf("%q", problems)
	}
}

func TestTreesOfThePages(t *testing.T) {
	for expression, want := range map[string]string{
		`[mail]`:                         `{"expression":"[mail]","name":"mail","type":"Attribute","parameters":[]}`,
		`"x"`:                            `{"expression":"\"x\"","name":"x","type":"Constant","parameters":[]}`,
		`Mid([userPrincipalName], 1, 8)`: `{"expression":"Mid([userPrincipalName], 1, 8)","name":"Mid","type":"Function","parameters":[{"key":"source","value":{"expression":"[userPrincipalName]","name":"userPrincipalName","type":"Attribute","parameters":[]}},{"key":"start","value":{"expression":"\"1\"","name":"1","type":"Constant","parameters":[]}},{"key":"length","value":{"expression":"\"8\"","name":"8","type":"Constant","parameters":[]}}]}`,
		`Replace([preferredLanguage], "-", , , "_", , )`: `{"expression":"Replace([preferredLanguage], \"-\", , , \"_\", , )","name":"Replace","type":"Function","parameters":[{"key":"source","value":{"expression":"[preferredLanguage]","name":"preferredLanguage","type":"Attribute","parameters":[]}},{"key":"Find","value":{"expression":"\"-\"","name":"-","type":"Constant","parameters":[]}},{"key":"Replacement","value":{"expression":"\"_\"","name":"_","type":"Constant","parameters":[]}}]}`,
	} {
		tree, err := keys.Tree(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		got, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, string(got)); d != "" {
			t.Errorf("%s: %s", expression, d)
		}
	}
	if _, err := keys.Tree("switch("); err == nil {
		t.Error("a broken expression has a tree")
	}
}

func TestKeysDifferBetweenTenantsAndStayInOne(t *testing.T) {
	text := func(k syncschema.Keys) string {
		tree, err := k.Tree(`Switch([department], "d", "a", "1", "b", IIF([city]="x", "y", "z"))`)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	if text(keys) != text(syncschema.NewKeys([]byte("a tenant"))) {
		t.Error("the keys of a tenant change")
	}
	if text(keys) == text(syncschema.NewKeys([]byte("another"))) {
		t.Error("two tenants have the same keys")
	}
	styles := map[string]bool{}
	for i := range 16 {
		styles[syncschema.NewKeys([]byte{byte(i)}).Operators()[1].Name] = true
	}
	if len(styles) != 2 {
		t.Errorf("spellings of NOT EQUALS: %v", styles)
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		`{`: "unexpected EOF", `[]`: "no JSON object", `{"a":1} x`: "byte", `{"a":1,"a":2}`: `member "a" appears twice`, `"x"`: "no JSON object", ``: "EOF",
		strings.Repeat(`{"a":`, 2000) + "1" + strings.Repeat("}", 2000): "nested deeper", `{"a":}`: "byte",
	} {
		if _, err := syncschema.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40s: %v, want %s", text, err, want)
		}
	}
	const doc = `{"b":1,"a":[null,true,"<é>",1.50,{"z":{}}]}`
	o, err := syncschema.Parse([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if data, err := o.MarshalJSON(); err != nil || string(data) != doc {
		t.Errorf("%s %v", data, err)
	}
	c := o.Clone()
	c.Set("b", "changed")
	c.Set("new", nil)
	if data, _ := o.MarshalJSON(); string(data) != doc {
		t.Error("the clone is no copy")
	}
}

func FuzzCheck(f *testing.F) {
	doc, err := fresh(f, "non-gallery").MarshalJSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(doc)
	for _, s := range []string{`{"directories":[{"name":1}],"synchronizationRules":[{"objectMappings":[{"scope":{"groups":[{"clauses":[{}]}]},"attributeMappings":[{"source":{"expression":"Join(\"\", [a])","parameters":[{"key":"x","value":1}]}}]}]}]}`, `{}`, `{"directories":[null],"synchronizationRules":[[]]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := syncschema.Parse(data)
		if err != nil {
			return
		}
		problems := keys.Check(o, []string{rule})
		if len(problems) == 0 && len(o.List("synchronizationRules")) != 1 {
			t.Fatalf("a document without its rule is good: %s", data)
		}
		looked := o.Clone()
		syncschema.Looks{OldNames: true, SpacedFlags: true, EmptyDefaults: true, Normalise: true}.Apply(looked)
		if printed, err := looked.MarshalJSON(); err != nil || !json.Valid(printed) {
			t.Fatalf("%v: %s", err, printed)
		}
		if len(problems) == 0 {
			if after := keys.Check(looked, []string{rule}); len(after) > 0 && !strings.Contains(string(data), "Microsoft Entra ID") {
				t.Fatalf("good before, decorated not: %v", after)
			}
		}
	})
}
