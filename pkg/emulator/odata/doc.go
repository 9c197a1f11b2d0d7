// Package odata reads the query options of OData requests as Microsoft Graph
// takes them: filters are parsed and evaluated, the others are told apart and
// bounded. It knows the language only; which properties exist and which
// operators a property supports is the caller's to decide (see Filter.Uses).
package odata
