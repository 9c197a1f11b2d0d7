// Package emulator is an Entra tenant in a box: the OAuth token endpoint, the
// Microsoft Graph endpoints that provisioning needs, and a provisioning service
// that really calls a SCIM server. It is written from the contract of Microsoft
// Graph and shares no code with the client.
package emulator
