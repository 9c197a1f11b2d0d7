// Package profile is the YAML document that describes how one SaaS application
// is provisioned from Microsoft Entra ID.
//
// Load reads a file and reports every problem with its place; Resolve fills in
// one environment and the variables and yields values that can be compared with
// a tenant. What a profile does not say is absent from the result and is not
// managed.
//
// Every value knows where it stands in the file, also inside quotes, escapes and
// folded lines, so that what an expression has wrong is shown in the YAML. What YAML
// makes of texts that look like its own syntax is reported by name, with the text to
// write instead. A secret that somebody wrote into a profile is reported without its
// line: such places have a Byte of -1.
package profile
