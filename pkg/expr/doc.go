// Package expr is the language of Microsoft Entra's attribute mappings:
//
//	Switch([IsSoftDeleted], , "False", "True", "True", "False")
//
// Parse turns text into a tree and diagnostics, String prints the tree in
// canonical form, Check finds what would fail or surprise, and Compile prepares
// a Program that a Machine evaluates. One table of functions is read by all.
//
// The package is pure: the clock and randomness come with Env.
package expr
