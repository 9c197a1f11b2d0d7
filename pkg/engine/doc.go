// Package engine provisions source objects into a SCIM server the way Microsoft
// Entra's provisioning service does: scope, match, create, update, disable,
// delete, with the steps that the service reports.
package engine
