// Package profile is the YAML document that describes how one SaaS application
// is provisioned from Microsoft Entra ID.
//
// Load reads a file and reports every problem with its place; Resolve fills in
// one environment and the variables and yields values that can be compared with
// a tenant. What a profile does not say is absent from the result and is not
// managed.
package profile
