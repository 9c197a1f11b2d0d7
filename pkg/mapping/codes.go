package mapping

import "github.com/scimctl/scimctl/pkg/diag"

// Codes of mappings.
const (
	codeTargetPath       diag.Code = "SC3001"
	codeMappedTwice      diag.Code = "SC3002"
	codeNoMatching       diag.Code = "SC3003"
	codePrecedenceTwice  diag.Code = "SC3004"
	codeMatchingSource   diag.Code = "SC3005"
	codeAnchorMapped     diag.Code = "SC3006"
	codeUsersOff         diag.Code = "SC3007"
	codeUnknownTarget    diag.Code = "SC3008"
	codeUnknownSource    diag.Code = "SC3009"
	codeReference        diag.Code = "SC3010"
	codeReadOnly         diag.Code = "SC3011"
	codeRequiredUnmapped diag.Code = "SC3012"
	codeActiveMissing    diag.Code = "SC3013"
	codeActiveSource     diag.Code = "SC3014"
	codeValueType        diag.Code = "SC3015"
	codeCustomName       diag.Code = "SC3016"
	codeMultiToSingle    diag.Code = "SC3017"
	codeNothingFlows     diag.Code = "SC3018"
	codeNoActions        diag.Code = "SC3019"
	codeMatchingOnCreate diag.Code = "SC3020"
)

// Codes of scoping filters.
const (
	codeOperator         diag.Code = "SC3030"
	codeFilterAttribute  diag.Code = "SC3031"
	codeFilterUnknown    diag.Code = "SC3032"
	codeFilterRegex      diag.Code = "SC3033"
	codeFilterAnchors    diag.Code = "SC3034"
	codeFilterInteger    diag.Code = "SC3035"
	codeFilterMulti      diag.Code = "SC3036"
	codeFilterValues     diag.Code = "SC3037"
	codeOperatorUnclear  diag.Code = "SC3038"
	codeFilterEmpty      diag.Code = "SC3039"
	codeFilterExperiment diag.Code = "SC3040"
)

// Codes of a wish that does not fit the schema it is compared with.
const (
	codeNoObjectMapping diag.Code = "SC3050"
	codeNothingToRemove diag.Code = "SC3051"
	codeAttributeSpec   diag.Code = "SC3052"
	codeNoTemplate      diag.Code = "SC3053"
	codeMapAndRemove    diag.Code = "SC3054"
	codeAttributeInUse  diag.Code = "SC3055"
)

// Codes documents the diagnostics of this package.
func Codes() []diag.CodeInfo {
	return []diag.CodeInfo{
		{Code: codeTargetPath, Title: "target attribute", Help: `A target attribute is a SCIM path such as displayName, name.givenName, emails[type eq "work"].value, or a schema URN, a colon and a name.`},
		{Code: codeMappedTwice, Title: "target attribute mapped twice", Help: "A target attribute can have one mapping only. Remove one of them, or join the sources in one expression."},
		{Code: codeNoMatching, Title: "no matching attribute", Help: "At least one mapping needs a matching precedence (match: 1), or Entra cannot tell which account belongs to which object."},
		{Code: codePrecedenceTwice, Title: "matching precedence used twice", Help: "Matching attributes are tried in order of their precedence, so each number stands once."},
		{Code: codeMatchingSource, Title: "source of a matching attribute", Help: "A mapping that matches objects must read exactly one source attribute; the service refuses several (SchemaInvalid), and constants match everybody."},
		{Code: codeAnchorMapped, Title: "anchor mapped", Help: "The anchor (id) is made by the target and cannot be written."},
		{Code: codeUsersOff, Title: "users mapping switched off", Help: "The portal does not allow the object mapping of users to be switched off; assign nobody, or stop the job."},
		{Code: codeUnknownTarget, Title: "unknown target attribute", Help: "The attribute is not in the target's attribute list. Add it under attributes.target, or mend its spelling; names are case-sensitive."},
		{Code: codeUnknownSource, Title: "unknown source attribute", Help: "The attribute is not in the list of source attributes. Add it under attributes.source, or mend its spelling; names are those of the old Azure AD Graph (mobile, surname) and case-sensitive."},
		{Code: codeReference, Title: "reference attribute", Help: "manager and members hold references to other objects. They flow directly, and only to a target attribute of type Reference."},
		{Code: codeReadOnly, Title: "read-only target attribute", Help: "The attribute list says that the target attribute cannot be written."},
		{Code: codeRequiredUnmapped, Title: "required target attribute without a mapping", Help: "The attribute list says that the target needs the attribute, so creating an object would fail."},
		{Code: codeActiveMissing, Title: "active without a mapping", Help: "Without a mapping of active nobody is ever switched off at the target."},
		{Code: codeActiveSource, Title: "active does not follow IsSoftDeleted", Help: `IsSoftDeleted covers unassignment, scoping filters, deletion and blocked sign-in; accountEnabled alone covers the last only. Use Switch([IsSoftDeleted], , "False", "True", "True", "False").`},
		{Code: codeValueType, Title: "value of another type", Help: "A constant or default value cannot be read as the type that the target attribute has, such as Boolean."},
		{Code: codeCustomName, Title: "name of a custom attribute", Help: "Custom attributes are named urn:ietf:params:scim:schemas:extension:{Name}:2.0:User:{attribute}; others are not sent when an object is created."},
		{Code: codeMultiToSingle, Title: "multi-valued source on a single-valued target", Help: "Choose one value with Item or join them with Join."},
		{Code: codeNothingFlows, Title: "mapping without a value", Help: "The mapping has neither a source nor a default value."},
		{Code: codeNoActions, Title: "no actions", Help: "The object mapping allows neither create nor update nor delete, so nothing is provisioned."},
		{Code: codeMatchingOnCreate, Title: "matching attribute written on create only", Help: "When the source value changes later, the target keeps the old one and matching fails after a restart."},

		{Code: codeOperator, Title: "unknown filter operator", Help: "Operators are EQUALS, NOT EQUALS, IS TRUE, IS FALSE, IS NULL, IS NOT NULL, REGEX MATCH, NOT REGEX MATCH, Greater_Than, Greater_Than_OR_EQUALS, Includes, ENDS_WITH, & and !&."},
		{Code: codeFilterAttribute, Title: "attribute that filters do not support", Help: "Scoping filters cannot use appRoleAssignments, userType, manager, members or dates."},
		{Code: codeFilterUnknown, Title: "unknown attribute in a filter", Help: "The attribute is not in the list of source attributes; names are case-sensitive."},
		{Code: codeFilterRegex, Title: "regular expression of a filter", Help: "The pattern is no .NET regular expression."},
		{Code: codeFilterAnchors, Title: "regular expression without anchors", Help: "It is not documented whether a pattern must match the whole value; ^ and $ make it certain."},
		{Code: codeFilterInteger, Title: "whole number expected", Help: "The operator compares whole numbers."},
		{Code: codeFilterMulti, Title: "multi-valued attribute in a filter", Help: "Scoping filters do not support multi-valued attributes."},
		{Code: codeFilterValues, Title: "values of a filter clause", Help: "IS TRUE, IS FALSE, IS NULL and IS NOT NULL take no value; all other operators take one."},
		{Code: codeOperatorUnclear, Title: "operator of unclear meaning", Help: "The documentation does not say clearly what the operator does, or says that it does not work."},
		{Code: codeFilterEmpty, Title: "filter without clauses", Help: "What an empty filter does is not documented; it is treated as no filter."},
		{Code: codeFilterExperiment, Title: "experimental filter", Help: "inputFilterGroups and categoryFilterGroups are experimental; objects that leave an input filter are not deprovisioned."},

		{Code: codeNoObjectMapping, Title: "no such object mapping", Help: "The application's schema does not provision this type of object."},
		{Code: codeNothingToRemove, Title: "nothing to remove", Help: "What the profile removes is not there."},
		{Code: codeAttributeSpec, Title: "attribute definition", Help: "The definition cannot be written to the attribute list."},
		{Code: codeNoTemplate, Title: "template unknown", Help: "base: template needs the default schema of the application's template."},
		{Code: codeMapAndRemove, Title: "mapped and removed", Help: "The profile maps a target attribute and removes it as well."},
		{Code: codeAttributeInUse, Title: "attribute in use", Help: "An attribute that is removed from the list still has a mapping."},
	}
}
