// Package graph speaks to Microsoft Graph: sign-in, requests, waiting, retries and
// typed errors. Client is the apply.Target of a real tenant.
//
// Requests go through the adapter and the authentication of Microsoft's SDK for
// Go, without its models, which lose parts of a synchronization schema, and
// without its middleware. Schemas, source trees and secrets travel as the bytes
// they are.
//
// One policy decides what is repeated. A throttled request is, whatever its
// method, since it had no effect. A request whose end is unclear (no answer, a
// server error) is repeated only when doing it twice is like doing it once; after
// the others the client looks whether they worked. What this client made itself
// is given time to be known everywhere: only there is a refusal taken for
// replication. Every wait longer than a second is told to Options.Notice, and
// every wait ends with the context.
package graph
