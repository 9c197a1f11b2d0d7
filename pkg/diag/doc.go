// Package diag says what is wrong with a text that a person wrote, and where.
//
// A Diagnostic has a permanent code, a severity, a range in the text, one line
// that says what is wrong, and sentences that say what to do. Functions that
// read such texts return their value and a List, so that one run reports every
// problem and the caller still gets what could be understood.
//
// Failures of the world (network, permissions, a service) are ordinary errors,
// not diagnostics.
package diag
