// Package census counts the people and groups that a plan would touch: who would
// leave scope, be matched again, or no longer be switched off. It reads the tenant
// with a bounded number of requests, and says so where a number is an upper bound.
package census
