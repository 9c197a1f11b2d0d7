// Package template holds application templates that are known offline: their
// synchronization template and its default schema.
package template

import "github.com/scimctl/scimctl/pkg/entra"

// Template is an application template of the gallery, or the non-gallery one.
type Template struct {
	entra.ApplicationTemplate
	SyncTemplate string // id of its synchronization template, such as scim
	Supposed     bool   // the schema is a reconstruction: no export was to be had
}

// Schema returns a fresh copy of the default schema of a job made from t.
func (t Template) Schema() *entra.Schema { panic("template: Schema") }

// Find returns the template with that id or display name ("non-gallery" included).
func Find(nameOrID string) (Template, bool) { panic("template: Find") }

// All returns every template that is known, the non-gallery one first.
func All() []Template { panic("template: All") }
