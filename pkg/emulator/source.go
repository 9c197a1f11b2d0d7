package emulator

import (
	"fmt"

	"github.com/scimctl/scimctl/pkg/mapping"
)

// sourceNames ties properties of Graph to the names that attribute mappings use
// for them, which are those of the old Azure AD Graph. Properties that are not
// here have the same name on both sides. Source: graph_contract §8.
var sourceNames = []struct{ property, source string }{
	{"id", "objectId"},
	{"mobilePhone", "mobile"},
	{"officeLocation", "physicalDeliveryOfficeName"},
	{"faxNumber", "facsimileTelephoneNumber"},
	{"onPremisesImmutableId", "immutableId"},
	{"onPremisesSyncEnabled", "dirSyncEnabled"},
}

// sameNames are the properties that mappings know by Graph's name.
var sameNames = []string{
	"accountEnabled", "city", "companyName", "country", "createdDateTime", "department", "description", "displayName", "employeeHireDate",
	"employeeId", "employeeLeaveDateTime", "employeeType", "givenName", "jobTitle", "mail", "mailEnabled", "mailNickname",
	"onPremisesDistinguishedName", "onPremisesDomainName", "onPremisesSamAccountName", "onPremisesSecurityIdentifier",
	"onPremisesUserPrincipalName", "otherMails", "postalCode", "preferredLanguage", "proxyAddresses", "securityEnabled", "state",
	"streetAddress", "surname", "usageLocation", "userPrincipalName", "userType",
}

// sourceObject is a user or group as the provisioning service imports it.
func (s *state) sourceObject(e *entity) (mapping.Object, error) {
	attrs := map[string]any{}
	put := func(name string, v any) {
		if list, ok := v.([]any); v != nil && (!ok || len(list) > 0) {
			attrs[name] = v
		}
	}
	for _, n := range sourceNames {
		put(n.source, e.Props[n.property])
	}
	for _, name := range sameNames {
		put(name, e.Props[name])
	}
	for name, v := range e.Props {
		if len(name) > len("extension_") && name[:len("extension_")] == "extension_" {
			put(name, v)
		}
	}
	if phones, _ := e.Props["businessPhones"].([]any); len(phones) > 0 {
		put("telephoneNumber", phones[0])
	}
	extensions, _ := e.Props["onPremisesExtensionAttributes"].(map[string]any)
	for i := range 15 {
		name := fmt.Sprintf("extensionAttribute%d", i+1)
		put(name, extensions[name])
	}
	typ := mapping.Group
	if e.Kind == "user" {
		typ = mapping.User
		put("originalUserPrincipalName", e.Props["userPrincipalName"])
		if managers := e.refs("manager"); len(managers) > 0 && s.Users.get(managers[0]) != nil {
			put("manager", managers[0])
		}
	} else {
		put("members", memberIDs(e))
	}
	return mapping.NewObject(typ, attrs)
}

func memberIDs(e *entity) []any {
	ids := []any{}
	for _, id := range e.refs("members") {
		ids = append(ids, id)
	}
	return ids
}
