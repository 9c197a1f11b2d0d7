// Package preview says which requests Entra would send for given users or groups,
// before anything is sent: for their creation, or for the change from one version of
// an object to another.
//
// The rules are those of package engine; what is here is the stream around them.
// Users come as lines of JSON, as JSON documents, as a table of CSV or from a
// directory, and results leave in the same order. Several goroutines work on pieces
// of the input, and memory stays flat whatever its length, but for eight to
// twenty-four bytes a user by which duplicates are found.
package preview
