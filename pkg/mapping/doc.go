// Package mapping is the heart of a provisioning configuration: which source
// object becomes which target object, attribute by attribute.
//
// ObjectMapping is what a job's schema says; Compile makes it a Program that
// maps source objects. Desired is what a profile asks for; Converge compares it
// with a schema document and returns the Edits that make the document agree.
// Lint holds the rules that a configuration must keep to work.
package mapping
