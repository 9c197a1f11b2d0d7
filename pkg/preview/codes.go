package preview

import "github.com/scimctl/scimctl/pkg/diag"

// Codes of input.
const (
	codeRecord   diag.Code = "SC1951"
	codeVersions diag.Code = "SC1952"
)

// Codes documents the diagnostics of this package.
func Codes() []diag.CodeInfo {
	return []diag.CodeInfo{
		{Code: codeRecord, Title: "record of a user", Help: "A record that cannot be read as a user is left out, and the next one is read. A user is one JSON object of attributes under the names that mappings use for them, {\"before\": …, \"after\": …} with two versions of one, or a row of a table."},
		{Code: codeVersions, Title: "versions of two users", Help: "The two versions of a user have the same objectId, which never changes."},
	}
}
