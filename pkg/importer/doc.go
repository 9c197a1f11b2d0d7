// Package importer turns an application as a tenant has it, or an exported
// synchronization schema, into a minimal profile: what differs from the
// application's template, and no more.
//
// It proves itself. The text that it writes is loaded, resolved and planned
// against the very state that it was made from, and what does not come out as "nothing
// to do" is taken back and named in a comment: the profile format has no word for
// it, it stays in the tenant as it is. It is pure: looking things up is the caller's.
package importer
