package scim

import (
	"fmt"
	"strings"
)

// Dialect is a way in which an identity provider phrases its requests. The zero
// value is Entra.
type Dialect string

// Dialects of Microsoft Entra. Source: entra_wire §5.3.
const (
	Entra          Dialect = "entra"                      // default of a non-gallery job
	EntraCompliant Dialect = "entra+aadOptscim062020"     // flag in the tenant URL
	EntraPatch2017 Dialect = "entra+AzureAdScimPatch2017" // announced roll-back flag; same as Entra today
)

// Dialects of Okta: that of a published application, which is changed by PATCH, and
// that of an application made with the wizard (AIW), whose users are changed by PUT of
// the whole object. Source: okta_contract §9.
const (
	OktaOIN Dialect = "okta-oin"
	OktaAIW Dialect = "okta-aiw"
)

// Dialects returns all dialects, Entra's default first.
func Dialects() []Dialect {
	return []Dialect{Entra, EntraCompliant, EntraPatch2017, OktaOIN, OktaAIW}
}

// ParseDialect reads the name of a dialect, in any letter case. The error lists the
// names.
func ParseDialect(name string) (Dialect, error) {
	var names []string
	for _, d := range Dialects() {
		if strings.EqualFold(string(d), name) {
			return d, nil
		}
		names = append(names, string(d))
	}
	return "", fmt.Errorf("%q is no dialect; there are %s", name, strings.Join(names, ", "))
}

// IsOkta reports whether the dialect is one of Okta's.
func (d Dialect) IsOkta() bool { return d == OktaOIN || d == OktaAIW }

// Flags in the query of a tenant URL. Source: entra_wire W-42; graph_gotchas 23.
const (
	FlagCompliant = "aadOptscim062020"
	FlagPatch2017 = "AzureAdScimPatch2017"
)

// ValueType is the JSON type that a target attribute has by the attribute list.
type ValueType int

// Types of value.
const (
	StringValue ValueType = iota
	BooleanValue
	IntegerValue
	ReferenceValue
	DateTimeValue
)

// AttributeValue is what a mapping wants one target attribute to be. Values has
// one element unless Multi. Reference values are target ids, "" for an unknown.
type AttributeValue struct {
	Path   Path
	Type   ValueType
	Multi  bool
	Values []string
}

// IsFlag reports whether a query parameter of a tenant URL is a flag for Entra's
// client, and which dialect it asks for. Letter case does not count.
func IsFlag(parameter string) (Dialect, bool) {
	switch {
	case strings.EqualFold(parameter, FlagCompliant):
		return EntraCompliant, true
	case strings.EqualFold(parameter, FlagPatch2017):
		return EntraPatch2017, true
	}
	return "", false
}

// DialectOf returns the dialect that the flags in a tenant URL's query ask for.
// With both flags the roll-back flag gives way, since it names what is the
// default anyway.
func DialectOf(tenantURL string) Dialect {
	before, _, _ := strings.Cut(tenantURL, "#")
	_, query, _ := strings.Cut(before, "?")
	dialect := Entra
	for parameter := range strings.FieldsFuncSeq(query, func(r rune) bool { return r == '&' || r == '?' }) {
		name, _, _ := strings.Cut(parameter, "=")
		if d, ok := IsFlag(name); ok && dialect != EntraCompliant {
			dialect = d
		}
	}
	return dialect
}

// shape says how a dialect phrases what another one phrases differently.
type shape struct {
	lowerOps      bool // "add" where the default is "Add"
	textBooleans  bool // "False" in a PATCH where JSON has false (W-31)
	collapse      bool // simple replacements share one path-less operation
	removeByPath  bool // one `members[value eq "id"]` a removed member (W-33)
	nullRef       bool // "$ref": null beside the value of a member (W-32)
	managerArray  bool // a manager in a PATCH is an array of one (W-34)
	rolesAsText   bool // a role object in a PATCH is JSON inside a string (W-38)
	listCustomURN bool // a create lists custom extensions in schemas (W-23)
}

// What the reference leaves open [?], decided here once for all dialects.
const (
	// listCustomURNs: "not always added" (W-23). The harder case for a server is
	// the one to rehearse (endpoint_checks C-12).
	listCustomURNs = false

	// compliantNullRef: W-32 says the flag does not change additions, apart from
	// the letter case of operations.
	compliantNullRef = true

	// compliantManagerArray: the shape of a manager with the flag is unknown; the
	// RFC's plain object is what the flag promises.
	compliantManagerArray = false

	// primaryWorkEmail: the e-mail in W-21's create is primary, and it is the one
	// of the mapping emails[type eq "work"].value.
	primaryWorkEmail = true
)

func (d Dialect) shape() shape {
	switch d {
	case EntraCompliant:
		return shape{
			lowerOps: true, collapse: true, removeByPath: true,
			nullRef: compliantNullRef, managerArray: compliantManagerArray, listCustomURN: listCustomURNs,
		}
	case OktaOIN, OktaAIW:
		return shape{lowerOps: true, removeByPath: true, listCustomURN: true}
	}
	return shape{textBooleans: true, nullRef: true, managerArray: true, rolesAsText: true, listCustomURN: listCustomURNs}
}

// op spells the name of an operation.
func (s shape) op(kind string) string {
	if s.lowerOps {
		return kind
	}
	return strings.ToUpper(kind[:1]) + kind[1:]
}
