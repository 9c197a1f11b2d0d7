package scim

import "time"

// Param is a query parameter; a slice of them keeps its order.
type Param struct{ Name, Value string }

// What Okta asks for when it searches and when it tests credentials. Reports differ
// about the count of the latter [?]. Source: okta_contract §9.
const (
	oktaSearchCount = "100"
	oktaProbeCount  = "1"
)

// withoutMembers is what Entra asks for whenever it reads groups.
// Source: entra_wire W-04.
var withoutMembers = Param{"excludedAttributes", "members"}

// SearchUsers returns the parameters of a search for users by a filter.
func (d Dialect) SearchUsers(filter string) []Param {
	if d.IsOkta() {
		return []Param{{"filter", filter}, {"startIndex", "1"}, {"count", oktaSearchCount}}
	}
	return []Param{{"filter", filter}}
}

// SearchGroups is SearchUsers for groups. Source: entra_wire W-04.
func (d Dialect) SearchGroups(filter string) []Param {
	if d.IsOkta() {
		return d.SearchUsers(filter)
	}
	return []Param{withoutMembers, {"filter", filter}}
}

// ReadGroup returns the parameters with which a group is read by id; a user is read
// without any.
func (d Dialect) ReadGroup() []Param {
	if d.IsOkta() {
		return nil
	}
	return []Param{withoutMembers}
}

// Probe returns the parameters of the plain list with which credentials are tested.
// Entra's dialects have none: they search for an object that cannot exist.
// Source: okta_contract §9; entra_wire W-01.
func (d Dialect) Probe() []Param {
	if !d.IsOkta() {
		return nil
	}
	return []Param{{"startIndex", "1"}, {"count", oktaProbeCount}}
}

// Headers are those by which a server may tell who is calling; "" sends none.
type Headers struct{ UserAgent, AcceptCharset, ContentType string }

// Headers returns the dialect's. What Entra sends as User-Agent is not documented.
// Source: entra_wire W-11, W-12; okta_contract §9. Applications of the wizard may
// also send application/json [?].
func (d Dialect) Headers() Headers {
	if d.IsOkta() {
		return Headers{UserAgent: "Okta SCIM Client 1.0.0", AcceptCharset: "utf-8", ContentType: ContentType + "; charset=utf-8"}
	}
	return Headers{ContentType: ContentType}
}

// Timeout is how long the provider waits for an answer, 0 where that is not
// documented. Source: okta_contract §9.
func (d Dialect) Timeout() time.Duration {
	if d.IsOkta() {
		return 60 * time.Second
	}
	return 0
}
