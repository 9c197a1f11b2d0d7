// Package syncschema is the synchronizationSchema as the provisioning service
// treats it: what a new job gets, the rules that a written document must keep,
// the parsed form of expressions, and the looks of a document when it is read.
//
// It works on the raw JSON by rules taken from the contract of Microsoft Graph.
// Clients have their own typed reading of the same documents; nothing of that is
// shared here, so that one side finds the other's mistakes.
package syncschema
