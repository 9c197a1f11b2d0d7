// Package endpoint judges a SCIM server the way identity providers will use it.
//
// A Check is one behaviour: an id, what it is for, how to mend a server that lacks
// it, and a function that makes requests and states claims about the answers. The
// checks stand in tables, one file a group; Checks joins them. A Runner runs them
// in parallel against one server, each with objects of its own, and returns a
// Report with a Result a check and one verdict for each side: Entra, Okta, the RFC.
//
// Everything that a run makes carries a mark and is removed when its check ends,
// also when that fails or the context is cancelled. What could not be removed is in
// the Report; Clean removes what earlier runs left.
package endpoint
