// Package template holds application templates that are known offline: their
// synchronization template and its default schema.
package template

import (
	"embed"
	"strings"

	"github.com/scimctl/scimctl/pkg/entra"
)

// documents are the default schemas. Source trees of functions whose parameter
// keys are known to the service alone have no parameters there.
//
//go:embed scim.json klaxoon.json
var documents embed.FS

// NonGallery is the name that profiles use for the non-gallery template, which
// Graph calls Custom. Source: graph_contract §2.
const NonGallery = "non-gallery"

// Template is an application template of the gallery, or the non-gallery one.
type Template struct {
	entra.ApplicationTemplate
	SyncTemplate string // id of its synchronization template, such as scim
	Supposed     bool   // the schema is a reconstruction: no export was to be had

	document string
}

// Schema returns a fresh copy of the default schema of a job made from t.
func (t Template) Schema() *entra.Schema {
	doc, err := documents.ReadFile(t.document)
	if err != nil {
		panic("template: " + err.Error()) // only for a Template that is not from this package
	}
	s, err := entra.ParseSchema(doc)
	if err != nil {
		panic("template: " + t.document + ": " + err.Error()) // a test reads every document
	}
	return s
}

// Find returns the template with that id or display name, in any letter case.
// "non-gallery" is the non-gallery one.
func Find(nameOrID string) (Template, bool) {
	if strings.EqualFold(nameOrID, NonGallery) {
		nameOrID = entra.NonGalleryTemplateID
	}
	for _, t := range All() {
		if strings.EqualFold(nameOrID, t.ID) || strings.EqualFold(nameOrID, t.DisplayName) {
			return t, true
		}
	}
	return Template{}, false
}

// All returns every template that is known, the non-gallery one first.
//
// The schema of the non-gallery template is put together from what Microsoft's
// tutorials and live records show (graph_contract §8, "Default schema"): its
// mappings are sure by name, their order and the attribute lists are not. Of
// Klaxoon's template only the names of mappings and attributes are public; its
// ids are made up.
func All() []Template {
	provisioned := func() []string { return []string{"sync"} }
	return []Template{
		{
			ApplicationTemplate: entra.ApplicationTemplate{
				ID:                         entra.NonGalleryTemplateID,
				DisplayName:                "Custom",
				Publisher:                  "Microsoft",
				SupportedProvisioningTypes: provisioned(),
			},
			SyncTemplate: entra.TemplateSCIM,
			Supposed:     true,
			document:     "scim.json",
		},
		{
			ApplicationTemplate: entra.ApplicationTemplate{
				ID:                         "d1c0a9a5-7a7f-4f0b-9c38-0e6a5b0d3f42",
				DisplayName:                "Klaxoon SAML",
				Publisher:                  "Klaxoon",
				SupportedProvisioningTypes: provisioned(),
			},
			SyncTemplate: "klaxoonSAML",
			Supposed:     true,
			document:     "klaxoon.json",
		},
	}
}
