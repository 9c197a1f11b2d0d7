package importer

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/mapping"
)

// beyond names members of the mappings that the profile has no word for and that
// differ from what the template, or else the portal, gives a mapping.
func (o *object) beyond() []string {
	_, has, ok := o.live.ObjectMapping(entra.MappingRef{Source: o.source})
	if !ok {
		return nil
	}
	var was []entra.AttributeMapping
	if o.template != nil {
		_, m, _ := o.template.ObjectMapping(entra.MappingRef{Source: o.source})
		was = m.AttributeMappings
	}
	who := strings.ToLower(o.source) + "s"
	var out []string
	for _, m := range has.AttributeMappings {
		before := entra.AttributeMapping{FlowBehavior: entra.FlowWhenChanged}
		if i := slices.IndexFunc(was, func(b entra.AttributeMapping) bool { return b.TargetAttributeName == m.TargetAttributeName }); i >= 0 {
			before = was[i]
		}
		if m.FlowBehavior != before.FlowBehavior && m.FlowBehavior != "" && before.FlowBehavior != "" {
			out = append(out, fmt.Sprintf("%s: flowBehavior %s of the mapping of %s", who, m.FlowBehavior, m.TargetAttributeName))
		}
		if m.ExportMissingReferences && !before.ExportMissingReferences {
			out = append(out, fmt.Sprintf("%s: exportMissingReferences of the mapping of %s", who, m.TargetAttributeName))
		}
	}
	if o.template != nil {
		out = append(out, definitionsBeyond(who+": target attribute ", o.has.TargetObject, o.was.TargetObject)...)
		out = append(out, definitionsBeyond(who+": source attribute ", o.has.SourceObject, o.was.SourceObject)...)
		for _, a := range o.was.SourceObject.Attributes {
			if !lists(o.has.SourceObject, a.Name) && len(o.has.SourceObject.Attributes) > 0 {
				out = append(out, fmt.Sprintf("%s: that the list of source attributes lacks %s", who, a.Name))
			}
		}
	}
	if f := o.has.Scope; f != nil && len(f.InputFilterGroups)+len(f.CategoryFilterGroups) > 0 {
		out = append(out, who+": the input and category filters of the scoping filter")
	}
	return out
}

// definitionsBeyond names what of attribute definitions has no word in a profile.
func definitionsBeyond(lead string, has, was entra.ObjectDefinition) []string {
	var out []string
	for _, a := range has.Attributes {
		var before entra.AttributeDefinition
		if i := slices.IndexFunc(was.Attributes, func(b entra.AttributeDefinition) bool { return b.Name == a.Name }); i >= 0 {
			before = was.Attributes[i]
		}
		var words []string
		if a.Anchor != before.Anchor {
			words = append(words, "anchor")
		}
		if a.FlowNullValues != before.FlowNullValues {
			words = append(words, "flowNullValues")
		}
		if is, was := value(a.DefaultValue), value(before.DefaultValue); is != was {
			words = append(words, "defaultValue")
		}
		if len(words) > 0 {
			out = append(out, lead+a.Name+": "+strings.Join(words, ", "))
		}
	}
	return out
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// beyondSchema names object mappings, rules and members of the document that a
// profile cannot speak of.
func beyondSchema(s *entra.Schema, said []*object) []string {
	var out []string
	for _, rule := range s.Rules() {
		for _, m := range rule.ObjectMappings {
			known := slices.ContainsFunc(said, func(o *object) bool { return o.source == m.SourceObjectName })
			switch {
			case known || m.SourceObjectName == "" || m.TargetObjectName == "":
			case m.SourceObjectName == mapping.User || m.SourceObjectName == mapping.Group:
				out = append(out, fmt.Sprintf("the mapping of %ss by the rule %s: the schema maps them more than once", strings.ToLower(m.SourceObjectName), rule.Name))
			default:
				out = append(out, fmt.Sprintf("the object mapping %q, of %s", m.Name, m.SourceObjectName))
			}
		}
	}
	return append(out, unknownMembers(s.Bytes())...)
}

// known are the members of a synchronizationSchema by the name of the list or
// member that they are in. Source: graph_contract §8.
var known = map[string][]string{
	"":                     {"id", "version", "synchronizationRules", "directories"},
	"synchronizationRules": {"id", "name", "priority", "editable", "sourceDirectoryName", "targetDirectoryName", "metadata", "objectMappings"},
	"objectMappings":       {"name", "enabled", "flowTypes", "sourceObjectName", "targetObjectName", "scope", "attributeMappings", "metadata"},
	"attributeMappings":    {"targetAttributeName", "source", "defaultValue", "matchingPriority", "exportMissingReferences", "flowType", "flowBehavior"},
	"source":               {"type", "name", "expression", "parameters"},
	"parameters":           {"key", "value"},
	"value":                {"type", "name", "expression", "parameters"},
	"scope":                {"groups", "inputFilterGroups", "categoryFilterGroups"},
	"groups":               {"name", "clauses"},
	"clauses":              {"operatorName", "sourceOperandName", "targetOperand"},
	"targetOperand":        {"values"},
	"directories":          {"id", "name", "objects", "readOnly", "version", "discoverabilities", "discoveryDateTime"},
	"objects":              {"name", "attributes", "supportedApis", "metadata"},
	"attributes": {"name", "type", "anchor", "caseExact", "flowNullValues", "multivalued", "required", "mutability", "defaultValue",
		"apiExpressions", "referencedObjects", "metadata"},
	"referencedObjects": {"referencedObjectName", "referencedProperty"},
}

// unknownMembers names the members of a document that are not known, each by its
// name and where it stands, with how often. Members that are null or empty say nothing.
func unknownMembers(doc []byte) []string {
	var root any
	if json.Unmarshal(doc, &root) != nil {
		return nil
	}
	counts := map[string]int{}
	look(root, "", counts)
	var out []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		text := "the member " + name
		if n := counts[name]; n > 1 {
			text += fmt.Sprintf(", %d times", n)
		}
		out = append(out, text)
	}
	return out
}

func look(v any, in string, counts map[string]int) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			look(e, in, counts)
		}
	case map[string]any:
		names, speaks := known[in]
		for name, member := range v {
			switch {
			case !speaks || strings.Contains(name, "@odata.") || blank(member):
			case slices.Contains(names, name):
				look(member, name, counts)
			case in == "":
				counts[name]++
			default:
				counts[name+" of "+in]++
			}
		}
	}
}

// blank reports whether a value says nothing.
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		for _, member := range v {
			if !blank(member) {
				return false
			}
		}
		return true
	}
	return false
}
