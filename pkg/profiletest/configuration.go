package profiletest

import (
	"github.com/scimctl/scimctl/pkg/diag"
	"github.com/scimctl/scimctl/pkg/entra/template"
	"github.com/scimctl/scimctl/pkg/mapping"
	"github.com/scimctl/scimctl/pkg/profile"
)

// Codes of this package.
const (
	CodeUnknownTemplate diag.Code = "SC1901"
	CodeOfflineSchema   diag.Code = "SC1902"
)

// Codes documents the diagnostics of this package.
func Codes() []diag.CodeInfo {
	return []diag.CodeInfo{
		{Code: CodeUnknownTemplate, Title: "application template not known offline", Help: "The profile names a gallery application whose default mappings are not known without a tenant. " +
			"Offline work uses those of a non-gallery application in their place; against a tenant the application's own are used."},
		{Code: CodeOfflineSchema, Title: "no offline configuration", Help: "The profile could not be put on top of the template's default schema. The message says why."},
	}
}

// ObjectMappings returns the complete configuration that r asks for, offline: the
// template's default schema with the profile on top. Texts that the profile wrote
// keep their places in it.
func ObjectMappings(r *profile.Resolved) ([]mapping.ObjectMapping, diag.List) {
	t, problems := templateOf(r)
	schema, base := t.Schema(), t.Schema()
	broken := func(err error) diag.Diagnostic {
		return diag.Errorf(CodeOfflineSchema, r.Where, "the default schema of %q cannot be used: %v", t.DisplayName, err)
	}
	for _, want := range []*mapping.Desired{r.Users, r.Groups} {
		if want == nil {
			continue
		}
		edits, list := mapping.Converge(schema, base, *want, nil)
		problems = append(problems, list...)
		if err := mapping.Apply(schema, edits, nil, false); err != nil {
			return nil, append(problems, broken(err))
		}
	}
	mappings, err := mapping.FromSchema(schema)
	if err != nil {
		return nil, append(problems, broken(err))
	}
	for i := range mappings {
		for _, want := range []*mapping.Desired{r.Users, r.Groups} {
			if want != nil && want.Source == mappings[i].Source {
				mappings[i] = mappings[i].Placed(*want)
			}
		}
	}
	return mappings, problems
}

// templateOf finds the template whose default schema r starts from.
func templateOf(r *profile.Resolved) (template.Template, diag.List) {
	name := r.App.Template
	// What an adopted application was made from, a profile does not say.
	if name.Value == "" || r.App.Existing != nil {
		name.Value = template.NonGallery
	}
	if t, ok := template.Find(name.Value); ok {
		return t, nil
	}
	t, _ := template.Find(template.NonGallery)
	var problems diag.List
	if usesTemplate(r) {
		problems = append(problems, diag.Warningf(CodeUnknownTemplate, name.Where, "the default mappings of %q are not known offline", name.Value).
			WithDetail("Those of a non-gallery application stand in for them here; plan and apply use the real ones."))
	}
	return t, problems
}

// usesTemplate reports whether the result depends on the template's mappings.
func usesTemplate(r *profile.Resolved) bool {
	for _, want := range []*mapping.Desired{r.Users, r.Groups} {
		if want == nil || want.Base != mapping.BaseNone {
			return true
		}
	}
	return false
}
