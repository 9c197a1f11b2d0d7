package engine

import (
	"fmt"
	"net/http"

	"github.com/scimctl/scimctl/pkg/scim/client"
)

// adviceOn says what to do about a failed request: in words that can be sent to
// the vendor where the server is at fault.
func adviceOn(code string, err *client.Error) string {
	if err == nil {
		return ""
	}
	switch code {
	case CodeUnauthorized:
		return "Give the job a new token: the vendor's server refuses this one."
	case CodeInsufficientRights:
		return "Ask the vendor to let this token " + doing(err.Method) + ", and whether a firewall or gateway in front of the server answers 403 itself."
	case CodeEntryConflict:
		return "The server says that the object exists already, but did not find it by the matching attribute. " +
			"Match by the attribute that the vendor keeps unique, or have the object at the server renamed or removed."
	case CodeConflict:
		return "Another object at the server holds one of these values, or the object changed meanwhile. Ask the vendor which; Entra tries again in a later cycle."
	case CodeTooManyRequests:
		return "Ask the vendor to allow at least 25 requests a second for a tenant, or to answer 429 with Retry-After; Entra tries again in a later cycle."
	case CodeInvalidAnchor:
		return "The object has vanished from the server. Provision it again: it is matched anew."
	case CodeMethodNotAllowed, CodeNotImplemented:
		return fmt.Sprintf("Ask the vendor to implement %s on this resource: Entra needs it to %s.", err.Method, doing(err.Method))
	case CodeTimeout:
		return "Ask the vendor why the server takes so long to " + doing(err.Method) + "; Entra tries again in a later cycle."
	case CodeWebExceptionProtocol:
		if err.Kind == client.KindTLS {
			return "Ask the vendor for TLS 1.2 with a certificate of a public authority, complete with its intermediate certificates."
		}
		return "Check the tenant URL, and ask the vendor whether the server can be reached from Entra's address ranges (service tag AzureActiveDirectory)."
	case CodeServiceIncompatible:
		return adviceOnIncompatible(err)
	case CodeInternalServerError:
		return "Send the vendor this request and its time: the server failed while handling it."
	case CodeBadRequest, CodeUnprocessableEntity:
		return adviceOnRefusal(err)
	}
	return ""
}

func adviceOnIncompatible(err *client.Error) string {
	switch {
	case err.Kind == client.KindNotSCIM:
		return "Check that the tenant URL is the SCIM base URL. If it is, ask the vendor to answer with application/scim+json, errors as well: what came is no SCIM."
	case err.Kind == client.KindRedirect:
		return "Use the final address as the tenant URL: redirects are not followed."
	case err.Kind == client.KindTooLarge:
		return "Ask the vendor to answer filtered queries with the matching objects only."
	case err.Status == http.StatusNotFound && err.Kind == client.KindStatus:
		return "Check the tenant URL. If it is right, ask the vendor to answer 404 with a SCIM error (RFC 7644 §3.12), so that a missing object can be told from a missing page."
	case err.Method == http.MethodGet:
		return "Ask the vendor to answer every query with status 200 and a ListResponse, also when nothing matches (RFC 7644 §3.4.2)."
	case err.Method == http.MethodPost:
		return "Ask the vendor to answer a creation with status 201 and the object with its id (RFC 7644 §3.3)."
	}
	return "Ask the vendor to answer as RFC 7644 says."
}

// scimTypeAdvice explains the refusals that servers new to Entra give.
// Source: independent_clients, entra_wire W-31 to W-36.
var scimTypeAdvice = map[string]string{
	"invalidFilter": `Ask the vendor to support filters of the form attribute eq "value" on the matching attribute, value paths included.`,
	"invalidPath":   "Ask the vendor to take the paths of this request: Entra sends manager as a value on the extension's path, and extension attributes by their full URN.",
	"noTarget":      `Ask the vendor to create the element when a value path such as emails[type eq "work"].value matches none: Entra sends no other form.`,
	"invalidValue":  `Ask the vendor which value it refuses. Unless the tenant URL ends in ?aadOptscim062020, Entra sends the text "True" or "False" for booleans, and a manager as an array of one.`,
	"invalidSyntax": "Send the vendor this request: the server cannot read what Entra sends.",
	"mutability":    "The server does not let this attribute change: set its mapping to apply on creation only, or ask the vendor.",
	"tooMany":       "Ask the vendor to answer a filter on the matching attribute however many objects there are.",
}

func adviceOnRefusal(err *client.Error) string {
	if err.SCIM != nil {
		if text, ok := scimTypeAdvice[err.SCIM.ScimType]; ok {
			return text
		}
	}
	switch err.Method {
	case http.MethodPatch:
		return `Send the vendor this request. If values such as "False" are refused, try the tenant URL with ?aadOptscim062020.`
	case http.MethodPost:
		return "Send the vendor this request, and ask which attributes a new object must have and which schemas the server knows."
	}
	return "Send the vendor this request: the server refuses what Entra sends."
}

// doing says what a request is for.
func doing(method string) string {
	switch method {
	case http.MethodPost:
		return "create objects"
	case http.MethodPatch:
		return "change objects"
	case http.MethodDelete:
		return "delete objects"
	}
	return "read and search objects"
}
