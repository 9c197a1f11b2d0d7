package graph

import (
	"net/http"
	"strings"
)

// advice says what to do about an answer of Graph. Empty where the message of
// the service says it all.
func advice(r *request, e *Error) string {
	switch {
	case e.foreign && e.Status == http.StatusProxyAuthRequired:
		return "a proxy wants a sign-in: put user and password into HTTPS_PROXY"
	case e.foreign && e.Kind != Unavailable:
		return "something between here and Microsoft Graph answered in its place: check proxy, VPN and --graph-url"
	case e.Kind == SignIn:
		return "the token was not accepted: sign in again, and check this machine's clock and --cloud; the token must be for Microsoft Graph of the same cloud"
	case e.Kind == Denied && r.sync():
		return "the caller may not use synchronization here: " + r.needs.grant() +
			"; Application.ReadWrite.OwnedBy only counts for an owner of the service principal itself, not of the application, and is at times refused even then"
	case e.Kind == Denied:
		return r.needs.grant()
	case e.Kind == Throttled:
		return "the tenant is throttled: wait some minutes and run it again"
	case e.Kind == Unavailable && !r.idempotent():
		return unclearAdvice
	case e.Kind == Unavailable:
		return "Microsoft Graph has a problem of its own: run it again later"
	case e.Kind == Conflict:
		return "something else works on the same object: run it again in a minute"
	case e.Kind == Malformed:
		return "check --graph-url: Microsoft Graph does not answer like this"
	}
	return faultAdvice(r, e)
}

// unclearAdvice is about a call that may have worked and is not repeated.
const unclearAdvice = "whether it took effect is unknown: look before running it again"

// borrowedAdvice is about a token of a tool: it carries what that tool's own
// application was granted.
const borrowedAdvice = "A person signed in with the Azure CLI has the permissions of the CLI's own application, which nobody can extend: sign in as an application instead, with --auth client-secret or client-certificate"

// faultAdvice knows single errors of the service.
// Source: graph_contract §1, graph_gotchas 7, 37, 39, 40.
func faultAdvice(r *request, e *Error) string {
	switch {
	case e.Code == "CredentialsMissing":
		return "write the tenant URL and the token first: run apply"
	case e.Code == "RequestParameterInvalid" && strings.Contains(e.Message, "synchronization rule"):
		return "the rule id must come from the schema of this job"
	case strings.HasPrefix(e.Message, "Requested value "):
		return "the names of synchronization secrets are case-sensitive"
	case e.Message == "Not a valid reference update." || e.Message == "One or more properties are invalid.":
		return "the user or group, the service principal or the role does not exist in this tenant"
	case strings.HasPrefix(e.Message, "No HTTP resource was found"):
		return "the service does not have this call"
	case e.Kind == NotFound && r.sync():
		return "the job, template or service principal does not exist, or not any more"
	}
	return ""
}
