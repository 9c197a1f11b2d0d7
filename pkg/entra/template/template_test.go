package template_test

import (
	"strings"
	"testing"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/entra/template"
)

func TestFind(t *testing.T) {
	for _, name := range []string{"non-gallery", "Non-Gallery", "Custom", "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"} {
		got, ok := template.Find(name)
		if !ok || got.ID != entra.NonGalleryTemplateID || got.SyncTemplate != "scim" || !got.Supposed {
			t.Errorf("Find(%q) = %+v, %v", name, got, ok)
		}
	}
	if got, ok := template.Find("klaxoon saml"); !ok || got.DisplayName != "Klaxoon SAML" {
		t.Errorf("klaxoon: %+v, %v", got, ok)
	}
	if _, ok := template.Find(""); ok {
		t.Error("found a template without a name")
	}
	if first := template.All()[0]; first.ID != entra.NonGalleryTemplateID {
		t.Errorf("the first template is %s", first.DisplayName)
	}
}

// TestSchemas checks what a job's schema must keep to: every mapped attribute is
// in the lists, every target is mapped once and one mapping matches.
func TestSchemas(t *testing.T) {
	want := map[string]map[string]int{
		"Custom":       {"User": 22, "Group": 3},
		"Klaxoon SAML": {"User": 6, "Group": 3},
	}
	for _, tpl := range template.All() {
		s := tpl.Schema()
		for source, count := range want[tpl.DisplayName] {
			ref := entra.MappingRef{Source: source}
			rule, m, ok := s.ObjectMapping(ref)
			if !ok || len(m.AttributeMappings) != count || !m.Enabled || rule.ID != "03f7d90d-bf71-41b1-bda6-aaf0ddbee5d8" {
				t.Errorf("%s %s: found %v with %d mappings", tpl.DisplayName, source, ok, len(m.AttributeMappings))
			}
			from, to := s.Definitions(ref)
			has := func(o entra.ObjectDefinition, name string) bool {
				for _, a := range o.Attributes {
					if a.Name == name {
						return true
					}
				}
				return false
			}
			if !to.Attributes[0].Anchor || to.Attributes[0].Name != "id" || to.Attributes[0].Mutability != "ReadOnly" {
				t.Errorf("%s %s: the first target attribute is %+v", tpl.DisplayName, source, to.Attributes[0])
			}
			targets, matching := map[string]bool{}, 0
			for _, a := range m.AttributeMappings {
				if targets[a.TargetAttributeName] || !has(to, a.TargetAttributeName) {
					t.Errorf("%s %s: target %s twice or not listed", tpl.DisplayName, source, a.TargetAttributeName)
				}
				targets[a.TargetAttributeName] = true
				if a.Source.Type == entra.SourceAttribute && !has(from, a.Source.Name) {
					t.Errorf("%s %s: source %s is not listed", tpl.DisplayName, source, a.Source.Name)
				}
				if a.MatchingPriority > 0 {
					matching++
				}
			}
			if matching != 1 {
				t.Errorf("%s %s: %d matching mappings", tpl.DisplayName, source, matching)
			}
		}
	}
}

// TestLeftToProfiles names attributes that built-in profiles add themselves.
func TestLeftToProfiles(t *testing.T) {
	for name, absent := range map[string]string{"Custom": `"immutableId"`, "Klaxoon SAML": "license"} {
		tpl, _ := template.Find(name)
		if strings.Contains(string(tpl.Schema().Bytes()), absent) {
			t.Errorf("%s lists %s", name, absent)
		}
	}
}

func TestSchemaIsFresh(t *testing.T) {
	tpl, _ := template.Find("Custom")
	s := tpl.Schema()
	if _, err := s.RemoveAttributeMapping(entra.MappingRef{Source: "User"}, "title"); err != nil {
		t.Fatal(err)
	}
	if _, m, _ := tpl.Schema().ObjectMapping(entra.MappingRef{Source: "User"}); len(m.AttributeMappings) != 22 {
		t.Error("an edit of one copy shows in the next")
	}
}
