package syncschema

import "encoding/json"

// Fresh turns the default schema of a template into the schema of a new job:
// it gets the id, and the source trees get the tenant's own parameter keys.
func (k Keys) Fresh(template []byte, id string) (*Object, error) {
	doc, err := Parse(template)
	if err != nil {
		return nil, err
	}
	doc.Set("id", id)
	for _, mapping := range attributeMappings(doc) {
		v, _ := mapping.Get("source")
		src, ok := v.(*Object)
		if !ok || src.Text("type") != "Function" {
			continue
		}
		tree, err := k.Tree(src.Text("expression"))
		if err != nil {
			return nil, err
		}
		mapping.Set("source", tree)
	}
	return doc, nil
}

// AddExtra adds a mapping that nobody asked for to the users mapping.
func AddExtra(doc *Object) {
	const name = "preferredLanguage"
	for _, rule := range doc.List("synchronizationRules") {
		for _, m := range rule.List("objectMappings") {
			if m.Text("sourceObjectName") != "User" || m.Text("targetObjectName") == "" {
				continue
			}
			target := extraTarget(doc, rule, m)
			v, _ := m.Get("attributeMappings")
			list, _ := v.([]any)
			m.Set("attributeMappings", append(list, &Object{[]Member{
				{"defaultValue", nil}, {"exportMissingReferences", false}, {"flowBehavior", "FlowWhenChanged"},
				{"flowType", "Always"}, {"matchingPriority", json.Number("0")}, {"targetAttributeName", target},
				{"source", source("Attribute", name, "["+name+"]", nil)},
			}}))
			return
		}
	}
}

// extraTarget adds an attribute for the extra mapping to the attribute list.
func extraTarget(doc, rule, mapping *Object) string {
	const name = "locale"
	for _, d := range doc.List("directories") {
		if d.Text("name") != rule.Text("targetDirectoryName") {
			continue
		}
		for _, o := range d.List("objects") {
			if o.Text("name") != mapping.Text("targetObjectName") || hasAttribute(o, name) {
				continue
			}
			v, _ := o.Get("attributes")
			list, _ := v.([]any)
			o.Set("attributes", append(list, &Object{[]Member{
				{"anchor", false}, {"caseExact", false}, {"defaultValue", nil}, {"flowNullValues", false}, {"multivalued", false},
				{"mutability", "ReadWrite"}, {"name", name}, {"required", false}, {"type", "String"},
				{"apiExpressions", []any{}}, {"metadata", []any{}}, {"referencedObjects", []any{}},
			}}))
		}
	}
	return name
}

func hasAttribute(object *Object, name string) bool {
	for _, a := range object.List("attributes") {
		if a.Text("name") == name {
			return true
		}
	}
	return false
}

// attributeMappings returns every attribute mapping of a document.
func attributeMappings(doc *Object) []*Object {
	var all []*Object
	for _, rule := range doc.List("synchronizationRules") {
		for _, mapping := range rule.List("objectMappings") {
			all = append(all, mapping.List("attributeMappings")...)
		}
	}
	return all
}
