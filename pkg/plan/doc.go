// Package plan compares what a profile asks for with what a tenant has, and
// says what would be done about it, in the words of the field.
//
// It is pure: Ask says what must be known of the tenant, Build makes the Plan.
package plan
