// Package emulator is an Entra tenant in a box: the OAuth token endpoint, the
// Microsoft Graph endpoints that provisioning needs, and a provisioning service
// that really calls a SCIM server. It is written from the contract of Microsoft
// Graph and shares no code with the client.
//
// Its parts: package odata reads queries, package syncschema is the service's view
// of a synchronizationSchema. Here are the directory (kind_*.go, users.go …), sign-in
// (signin.go, token.go, permissions.go), synchronization (sync*.go), provision on demand
// (ondemand*.go), where SCIM traffic goes (egress.go, targets.go), what is kept
// (state.go, store.go) and the default tenant (seed*.go). The table of routes
// begins in route.go.
package emulator
