package endpoint

import (
	"context"
	"fmt"
	"strings"
)

// Check is one behaviour that a server is tested for.
//
// Impact is how much it matters to each side when a claim of the check does not
// hold; single claims may differ (see Probe.as). A side whose impact is None does
// not count the check at all.
type Check struct {
	ID     string // permanent, such as C-01
	Title  string // what a good server does, a phrase without a full stop
	Group  Group
	Suites Suite
	Why    string // why a provider, or the RFC, cares; sentences
	Fix    string // what to change in the server; sentences
	Source string // where the facts are from
	Impact Impact
	Needs  Need
	// Run makes the requests and states the claims. It uses nothing but its own
	// objects, and asserts nothing about the store as a whole.
	Run func(ctx context.Context, p *Probe)
}

// Group is a part of the catalogue. Groups are run and shown in this order.
type Group string

// Groups.
const (
	Transport Group = "transport"
	Discovery Group = "discovery"
	Create    Group = "create"
	Query     Group = "query"
	PatchUser Group = "patch user"
	PutUser   Group = "put user"
	Lifecycle Group = "lifecycle"
	Groups    Group = "groups"
	Errors    Group = "errors"
	Optional  Group = "optional"
	RoundTrip Group = "round trips"
)

// Suite is a set of occasions on which a check is run.
type Suite uint8

// Suites. A check of several is run when one of them is asked for.
const (
	Core       Suite = 1 << iota // what every provider needs
	EntraSuite                   // Entra's requests
	OktaSuite                    // Okta's requests
	RFCSuite                     // the letter of RFC 7643 and 7644
	OptSuite                     // what a server may offer and says it does
)

// AllSuites is every check.
const AllSuites = Core | EntraSuite | OktaSuite | RFCSuite | OptSuite

var suiteNames = []struct {
	suite Suite
	name  string
}{{Core, "core"}, {EntraSuite, "entra"}, {OktaSuite, "okta"}, {RFCSuite, "rfc"}, {OptSuite, "opt"}}

// ParseSuite reads the name of one suite. The error lists the names.
func ParseSuite(name string) (Suite, error) {
	var names []string
	for _, s := range suiteNames {
		if strings.EqualFold(s.name, name) {
			return s.suite, nil
		}
		names = append(names, s.name)
	}
	return 0, fmt.Errorf("%q is no suite; there are %s", name, strings.Join(names, ", "))
}

// Names returns the names of the suites in the set, in order.
func (s Suite) Names() []string {
	var names []string
	for _, n := range suiteNames {
		if s&n.suite != 0 {
			names = append(names, n.name)
		}
	}
	return names
}

// MarshalText writes the names with commas.
func (s Suite) MarshalText() ([]byte, error) { return []byte(strings.Join(s.Names(), ",")), nil }

// Need is a set of what must be allowed or present for a check to run. What is
// missing makes it a check that did not run, with the reason.
type Need uint8

// Needs.
const (
	Writes        Need = 1 << iota // makes, changes or deletes objects of its own
	GroupObjects                   // the server has groups, and the profile provisions them
	Load                           // many requests in a short time; opt-in
	Large                          // large groups; opt-in
	OktaRequests                   // phrased as Okta does; runs when a dialect of Okta is asked for
	EntraRequests                  // phrased as Entra does; runs when a dialect of Entra is asked for
	Alone                          // measures time: runs after the others, by itself
	Bare                           // runs even where the server does not answer or refuses the token
)

// Side is who judges.
type Side string

// Sides.
const (
	Entra Side = "entra"
	Okta  Side = "okta"
	RFC   Side = "rfc"
)

// Sides returns all sides in the order in which they are shown.
func Sides() []Side { return []Side{Entra, Okta, RFC} }

// Severity is how much a broken claim matters to a side.
type Severity int

// Severities.
const (
	None     Severity = iota // the side does not care
	Note                     // worth knowing; provisioning is not touched
	Degrades                 // works, but worse: slower, noisier, or against the RFC without harm
	Breaks                   // provisioning fails or data is corrupted; for the RFC: a MUST is violated
)

// String returns the severity's word; None is "none".
func (s Severity) String() string {
	return [...]string{"none", "note", "degrades", "breaks"}[s]
}

// MarshalText writes the word.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Impact is a severity for each side.
type Impact struct {
	Entra Severity `json:"entra"`
	Okta  Severity `json:"okta"`
	RFC   Severity `json:"rfc"`
}

// On returns the severity for one side.
func (i Impact) On(s Side) Severity {
	switch s {
	case Entra:
		return i.Entra
	case Okta:
		return i.Okta
	default:
		return i.RFC
	}
}

// Worst returns the greatest severity of all sides.
func (i Impact) Worst() Severity { return max(i.Entra, i.Okta, i.RFC) }

// and returns the worse of both on each side.
func (i Impact) and(o Impact) Impact {
	return Impact{max(i.Entra, o.Entra), max(i.Okta, o.Okta), max(i.RFC, o.RFC)}
}

// Impacts that many checks have.
var (
	breaksAll   = Impact{Breaks, Breaks, Breaks}
	breaksEntra = Impact{Entra: Breaks}
	degradesAll = Impact{Degrades, Degrades, Degrades}
	rfcOnly     = Impact{RFC: Degrades}
	noteAll     = Impact{Note, Note, Note}
)
