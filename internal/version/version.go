// Package version holds the number of this program. It imports nothing that takes
// time to initialise: see package early.
package version

import "runtime"

// Number is the semantic version of the source: of the next release while "-dev"
// ends it.
const Number = "0.1.0-dev"

// Line is what `scimctl version` prints, with its line end.
func Line() string { return "scimctl " + Number + " (" + runtime.Version() + ")\n" }
