// Package plan compares what a profile asks for with what a tenant has, and
// says what would be done about it, in the words of the field.
//
// It is pure: Ask says what must be known of the tenant, Build makes the Plan.
//
// # JSON
//
// The JSON form of a Plan is documented by the tags of its types and stable:
// members are only added. Steps stand in an order that works; each has an id
// that is the same in every plan for the same thing, a kind, an action (+ ~ - >),
// a summary, details, consequences and the ids of the steps that it needs. The
// payload of a step is the member that its kind names; of editSchema it is
// "changes", each with the values before and after in the words of a profile.
// A secret is never part of a Plan: where one is to be written, "from" names
// where it will be read.
package plan
