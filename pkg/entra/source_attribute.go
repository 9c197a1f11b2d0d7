package entra

import "strings"

// renamed pairs names of source attributes, which are those of the old Azure AD
// Graph, with the properties of Microsoft Graph where the two differ.
// Source: graph_contract §8, graph_gotchas 28.
var renamed = [...]struct{ attribute, property string }{
	{"objectId", "id"},
	{"mobile", "mobilePhone"},
	{"telephoneNumber", "businessPhones"},
	{"facsimileTelephoneNumber", "faxNumber"},
	{"physicalDeliveryOfficeName", "officeLocation"},
	{"dirSyncEnabled", "onPremisesSyncEnabled"},
	{"immutableId", "onPremisesImmutableId"},
}

// extensionAttributes is the Graph property that holds extensionAttribute1 to 15.
const extensionAttributes = "onPremisesExtensionAttributes/"

// GraphProperty returns the property of a user or group in Microsoft Graph that
// a source attribute stands for; most have the same name. Properties inside
// another are written with a slash. businessPhones is a list, whose first value
// is the attribute's. IsSoftDeleted and appRoleAssignments are no properties but
// worked out by the provisioning service.
func GraphProperty(attribute string) string {
	for _, r := range renamed {
		if r.attribute == attribute {
			return r.property
		}
	}
	if strings.HasPrefix(attribute, "extensionAttribute") {
		return extensionAttributes + attribute
	}
	return attribute
}

// SourceAttributeOf returns the source attribute that stands for a property of a
// user or group in Microsoft Graph: the reverse of GraphProperty.
func SourceAttributeOf(property string) string {
	for _, r := range renamed {
		if r.property == property {
			return r.attribute
		}
	}
	return strings.TrimPrefix(property, extensionAttributes)
}
