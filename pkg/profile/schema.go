package profile

import (
	_ "embed"
	"slices"
)

//go:embed profile.schema.json
var schemaFile []byte

// JSONSchema returns the JSON Schema (draft 2020-12) of a profile, for editors. It
// refuses what an editor can know to be wrong; Load and Resolve know more.
func JSONSchema() []byte { return slices.Clone(schemaFile) }
