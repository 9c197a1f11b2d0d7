// Package interop proves scimctl against programs that the project did not write.
// It is a module of its own, since it needs Node: install the servers first with
// `npm ci` in their folders. A missing program fails the tests.
package interop
