// Package entra holds the nouns of Microsoft Entra provisioning as plain data,
// named as Microsoft Graph names them, and Schema, a synchronizationSchema
// document that loses nothing when it is edited.
package entra
