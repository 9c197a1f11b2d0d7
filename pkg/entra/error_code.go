package entra

import "strings"

// CodeReason explains an error code of the provisioning service.
type CodeReason struct {
	Code  string // without the connector's prefix
	Means string // one sentence
	Next  string // what to do; "" when nothing is to be done
}

const askVendor = "Send the vendor the request and its time from the log."

// codeReasons are the codes of log entries, executions, quarantines and test
// connections. Sources: graph_contract §1, §7, §9, §10; entra_wire W-54, W-80;
// graph_gotchas 24, 33.
var codeReasons = []CodeReason{
	{"CredentialValidationUnavailable", "The endpoint could not be reached, or did not answer a search for an unknown user with 200 and an empty list.", "Check the tenant URL. The endpoint must be reachable from the internet, with a certificate of a public authority."},
	{"InvalidCredentials", "The endpoint refused the token, or the tenant URL is not that of a SCIM server.", "Check the tenant URL, get a new token from the vendor, and write it."},
	{"CredentialsMissing", "No tenant URL or token is stored.", "Write the tenant URL and the token."},
	{"MultipleEntriesInResponse", "The endpoint found several objects for one value of the matching attribute.", "Make the value unique at the endpoint, or match by another attribute."},
	{"ServiceIncompatible", "The answer is not one that SCIM allows, such as a web page or a 404 for a search.", "Check that the tenant URL is the SCIM base URL; if it is, send the vendor the request and the answer."},
	{"BadRequest", "The endpoint refused the request.", askVendor},
	{"SchemaPropertyCanOnlyAcceptValue", "The attribute takes certain values only.", "Map a value that the endpoint accepts, for example with Switch."},
	{"SchemaAttributeNotFound", "A mapped attribute does not exist at the endpoint.", "Remove the mapping, or map another attribute."},
	{"MandatoryFieldsMissing", "The endpoint requires an attribute that is not mapped or has no value.", "Map the attribute, or give its mapping a default value."},
	{"MissingValues", "The object lacks a value that is needed to provision it.", "Fill the source attribute, or give its mapping a default value."},
	{"InvalidDomain", "The value has a domain that the application does not accept.", "Verify the domain at the application, or map another attribute."},
	{"LicenseLimitExceeded", "The application has no licence left for another account.", "Buy licences or take unused accounts out of scope."},
	{"DuplicateTargetEntries", "Several objects at the endpoint match the same source object.", "Remove the duplicates at the endpoint, or match by a unique attribute."},
	{"DuplicateSourceEntries", "Several source objects match the same object at the endpoint.", "Make the matching attribute unique in the directory, or take one of them out of scope."},
	{"EntryConflict", "The object exists already at the endpoint, but the matching attribute does not find it.", "Match by the attribute that the endpoint keeps unique, or remove or rename the object there."},
	{"Conflict", "The object conflicts with another one at the endpoint.", "Remove or rename the other object, or match by the attribute that the endpoint keeps unique."},
	{"TooManyRequests", "The endpoint was asked more often than it allows.", "Nothing: the object is tried again. Ask the vendor for at least 25 requests a second if it lasts."},
	{"InternalServerError", "The endpoint failed while handling the request.", askVendor},
	{"InsufficientRights", "The token may not do this at the endpoint.", "Ask the vendor for a token that may create, change and delete users and groups."},
	{"NotPermitted", "The token may not do this at the endpoint.", "Ask the vendor for a token that may create, change and delete users and groups."},
	{"Unauthorized", "The endpoint refused the token.", "Get a new token from the vendor, and write it."},
	{"MethodNotAllowed", "The endpoint does not implement this kind of request.", askVendor},
	{"NotImplemented", "The endpoint does not implement this kind of request.", askVendor},
	{"UnprocessableEntity", "The endpoint does not accept one of the values.", "Look at the reason for the attribute, and map a value that the endpoint accepts."},
	{"WebExceptionProtocolError", "There was no proper answer of HTTP from the endpoint.", "Check that the endpoint is up and that its certificate is valid."},
	{"InvalidAnchor", "The object has vanished from the endpoint since it was linked.", "Restart the job so that the object is matched again."},
	{"Timeout", "The endpoint took too long to answer.", "Nothing: the object is tried again. Ask the vendor why it is slow if it lasts."},
	{"InternalError", "The provisioning service had a problem of its own.", "Nothing: the object is tried again. Ask Microsoft's support if it lasts."},
	{"TooManyDeletes", "More accounts would have been disabled or deleted in one cycle than the threshold allows.", "If that is meant, restart with ForceDeletes; if not, put the users back into scope before restarting."},
	{"RedundantExport", "The object already is as it should be.", ""},
	{"NotEffectivelyEntitled", "The object is not in scope: not assigned, filtered out, disabled or deleted.", "Assign it, or change the scoping filter, if it should be provisioned."},
	{"ImportSkipped", "The object has no value for the matching attribute.", "Fill the source attribute that the matching mapping reads."},
	{"EntrySynchronizationSkipped", "The configuration leaves the object out.", "Look at the reason, and at the actions and filters of the mapping, if it should be provisioned."},
}

// ExplainCode explains an error or skip code. Connectors put a prefix in front of
// codes, such as BoxEntryConflict, so the longest known ending decides. It is false
// for an unknown code. Source: graph_contract §10.
func ExplainCode(code string) (CodeReason, bool) {
	var best CodeReason
	for _, r := range codeReasons {
		if len(r.Code) > len(best.Code) && hasSuffixFold(code, r.Code) {
			best = r
		}
	}
	return best, best.Code != ""
}

func hasSuffixFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}
