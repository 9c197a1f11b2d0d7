package emulator

import (
	"bytes"
	"slices"

	"github.com/scimctl/scimctl/pkg/entra"
	"github.com/scimctl/scimctl/pkg/entra/template"
)

func galleryRoutes() []route {
	return []route{
		{method: "GET", pattern: "/applicationTemplates", handle: listTemplates},
		{method: "GET", pattern: "/applicationTemplates/$count", handle: countTemplates},
		{method: "GET", pattern: "/applicationTemplates/{template}", handle: getTemplate},
		{method: "POST", pattern: "/applicationTemplates/{template}/instantiate", access: writing, handle: instantiate},
	}
}

var templateKind = &kind{
	name: "microsoft.graph.applicationTemplate", set: "applicationTemplates", title: "ApplicationTemplate", simple: true, contains: true,
	properties: map[string]property{
		"id": {text, filtered, false}, "categories": {textList, filtered, false}, "deprecationDate": {date, unfiltered, false}, "description": {text, filtered, false},
		"displayName": {text, filtered, false}, "endpoints": {textList, unfiltered, false}, "homePageUrl": {text, filtered, false},
		"isEntraIntegrated": {boolean, filtered, false}, "lastModifiedDateTime": {date, filtered, false}, "logoUrl": {text, unfiltered, false},
		"publisher": {text, filtered, false}, "supportedProvisioningTypes": {textList, filtered, false}, "supportedSingleSignOnModes": {textList, filtered, false},
	},
}

// galleryEntry is an application of the gallery.
type galleryEntry struct {
	entity   *entity
	homepage string // of applications made from it
	sync     string // id of the synchronization template, "" for none
	schema   func() ([]byte, error)
}

func (g galleryEntry) custom() bool { return g.entity.id() == entra.NonGalleryTemplateID }

// gallery lists the applications that the tenant can be given: those that are
// known offline, and a few more so that a look-up has something to miss.
func gallery() []galleryEntry {
	var out []galleryEntry
	for _, t := range template.All() {
		e := galleryEntry{
			entity:   galleryProps(t.ID, t.DisplayName, t.Publisher, t.SupportedProvisioningTypes),
			homepage: "https://account.activedirectory.windowsazure.com:444/applications/default.aspx?metadata=" + t.SyncTemplate + "|ISV9.1|primary|z",
			sync:     t.SyncTemplate,
			schema:   func() ([]byte, error) { return t.Schema().Bytes(), nil },
		}
		if e.custom() {
			e.entity.Props["displayName"] = "Custom"
			e.homepage = "https://account.activedirectory.windowsazure.com:444/applications/default.aspx?metadata=customappsso|ISV9.1|primary|z"
		}
		out = append(out, e)
	}
	for _, e := range others() {
		if !slices.ContainsFunc(out, func(known galleryEntry) bool { return known.entity.id() == e.entity.id() }) {
			out = append(out, e)
		}
	}
	return out
}

// others are gallery applications beside the ones known offline. The first is
// of Microsoft's walk-through, the second is made up and cannot be provisioned.
func others() []galleryEntry {
	aws := galleryProps("21ed01d2-ec13-4e9e-86c1-cd546719ebc4", "AWS Single Sign-on", "Amazon Web Services, Inc.", []string{"sync"})
	aws.Props["homePageUrl"] = "https://aws.amazon.com/"
	aws.Props["categories"] = []any{"developerServices", "itInfrastructure", "security", "New"}
	return []galleryEntry{
		{
			entity:   aws,
			homepage: "https://*.signin.aws.amazon.com/platform/saml/acs/*?metadata=awssinglesignon|ISV9.1|primary|z",
			sync:     "aWSSingleSignon",
			schema: func() ([]byte, error) {
				custom, _ := template.Find(entra.NonGalleryTemplateID)
				return bytes.ReplaceAll(custom.Schema().Bytes(), []byte(`"customappsso"`), []byte(`"AWSSingleSignon"`)), nil
			},
		},
		{
			entity:   galleryProps("5c1d2a77-7f0e-4d0c-9a3b-52f1f4a3c6b8", "Fabrikam Wiki", "Fabrikam, Inc.", nil),
			homepage: "https://wiki.fabrikam.example/?metadata=fabrikamwiki|ISV9.1|primary|z",
		},
	}
}

func galleryProps(id, name, publisher string, provisioning []string) *entity {
	kinds := []any{}
	for _, p := range provisioning {
		kinds = append(kinds, p)
	}
	return &entity{Kind: "applicationTemplate", Props: map[string]any{
		"id": id, "displayName": name, "publisher": publisher, "supportedProvisioningTypes": kinds,
		"supportedSingleSignOnModes": []any{"saml"}, "categories": []any{}, "isEntraIntegrated": true,
	}}
}

func galleryEntities() []*entity {
	var out []*entity
	for _, g := range gallery() {
		out = append(out, g.entity)
	}
	return out
}

// findTemplate returns an application template by id.
func findTemplate(id string) (galleryEntry, bool) {
	for _, g := range gallery() {
		if g.entity.id() == id {
			return g, true
		}
	}
	return galleryEntry{}, false
}

func listTemplates(c *call) (*reply, error) {
	return c.list(listing{kind: templateKind, items: galleryEntities(), context: "applicationTemplates"})
}

func countTemplates(c *call) (*reply, error) {
	return c.list(listing{kind: templateKind, items: galleryEntities(), count: true})
}

func getTemplate(c *call) (*reply, error) {
	g, ok := findTemplate(c.param("template"))
	if !ok {
		return nil, unknownTemplate(c.param("template"))
	}
	return c.entityReply(templateKind, g.entity)
}

func unknownTemplate(id string) *failure {
	return fail(404, "Request_ResourceNotFound", "Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}
