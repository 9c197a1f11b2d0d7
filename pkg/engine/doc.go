// Package engine provisions source objects into a SCIM server the way Microsoft
// Entra's provisioning service does: scope, match, create, update, disable,
// delete, with the steps that the service reports.
//
// Provision brings one object to where it belongs and says everything that
// happened on the way. Whatever the server does, the object ends in an Outcome of
// its own with a code, the request, the answer and an advice; it never stops the
// objects after it.
package engine
